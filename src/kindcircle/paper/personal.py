"""Pages for one person on paper: what they are asked to say yes to, and their own support plan."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from kindcircle.paper.blocks import Block, Run, blocks, paragraphs

Words = dict[str, object]


def consent(layers: Sequence[tuple[str, str]], lines: Sequence[str]) -> Words:
    """Both layers of the consent text, one after the other, and its lines with a box before each."""
    (first, text), *others = layers
    found = blocks(text)
    for title, words in others:
        found += [_heading(title), *_deeper(blocks(words))]
    items = [[{"kind": "paragraph", "runs": [_run(line)]}] for line in lines]
    found.append({"kind": "list", "ordered": False, "items": items})
    return _page(first) | {"kicker": "", "blocks": found, "notes_title": ""}


def support_plan(title: str, lead: str, lines: Sequence[tuple[str, str]]) -> Words:
    """Somebody's own plan, as they wrote it; what they left empty is left out."""
    found: list[Block] = list(blocks(lead))
    for ask, words in lines:
        found += [_heading(ask), *paragraphs(words.replace("\r\n", "\n"))]
    return _page(title) | {"kicker": _("My own page"), "blocks": found, "notes_title": ""}


def _page(title: str) -> Words:
    return {"title": title, "lang": "en", "region": "GB", "foot": "Kindcircle"}


def _heading(text: str) -> Block:
    return {"kind": "heading", "level": 2, "runs": [_run(text)]}


def _run(text: str) -> Run:
    return {"text": text, "strong": False, "emph": False}


def _deeper(found: list[Block]) -> list[Block]:
    """Headings one level further down, under the heading of the page they now belong to."""
    return [one | {"level": int(str(one["level"])) + 1} if one["kind"] == "heading" else one for one in found]
