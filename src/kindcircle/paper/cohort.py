"""A group's report on paper. Its figures and pictures are given: nothing is worked out or drawn here."""

from __future__ import annotations

from collections.abc import Sequence

from kindcircle.paper.blocks import Block, Run

Words = dict[str, object]


def cohort(title: str, kicker: str, facts: Sequence[tuple[str, str]], parts: Sequence[Block]) -> Words:
    """The whole report from its parts, in order."""
    return {
        "title": title,
        "lang": "en",
        "region": "GB",
        "foot": "Kindcircle",
        "kicker": kicker,
        "facts": [{"label": label, "text": text} for label, text in facts],
        "parts": list(parts),
    }


def heading(text: str, level: int = 2) -> Block:
    """A heading. The report's own title is of level 1."""
    return {"kind": "heading", "level": level, "runs": [_run(text)]}


def words(text: str, *, strong: bool = False) -> Block:
    """One paragraph."""
    return {"kind": "paragraph", "runs": [_run(text, strong=strong)]}


def listed(lines: Sequence[str]) -> Block:
    """Lines with a mark before each."""
    return {"kind": "list", "ordered": False, "items": [[words(line)] for line in lines]}


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """A table whose first column names its rows."""
    return {"kind": "table", "header": list(header), "rows": [list(row) for row in rows]}


def drawing(svg: str, alternative: str) -> Block:
    """A picture, and all of it in words for whoever does not see it."""
    return {"kind": "picture", "svg": svg, "alternative": alternative}


def marks(here: int, missing: int, alternative: str) -> Block:
    """One mark for each person: full for those who are here, hollow for those who are missing."""
    return {"kind": "marks", "here": here, "missing": missing, "alternative": alternative}


def _run(text: str, *, strong: bool = False) -> Run:
    return {"text": text, "strong": strong, "emph": False}
