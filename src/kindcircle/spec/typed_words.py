"""A questionnaire of which only the keys are here, as lines that a person types the words into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Likert, Scale
from kindcircle.spec.wording import Source, Wording, WordingError

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,6})?")
# Signs that no printed form holds: a database may refuse them, and nobody sees them.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
LONGEST = {"title": 160, "instruction": 2000, "answer": 200, "item": 1000}


@dataclass(frozen=True, slots=True)
class Line:
    """One line to type.

    key        its name among the others: title, instruction, answer:<label key>, item:<text key>
    number     of an item, its place in the scale; of an answer, the value that is stored, as text
    keys       how an item is answered, lowest and highest; None where it is not answered by a number
    backwards  counts the other way round in a score
    needed     False for an item that no score uses: left blank, it is not asked
    """

    key: str
    kind: Literal["title", "instruction", "answer", "item"]
    number: str = ""
    name: str = ""
    keys: tuple[int, int] | None = None
    backwards: bool = False
    needed: bool = True

    @property
    def longest(self) -> int:
        return LONGEST[self.kind]


def lines_of(one: Definition) -> tuple[Line, ...]:
    """Every line of this questionnaire in the order of a printed form: its head, the answers, the items."""
    backwards = {number for score in one.scores for number in score.reverse}
    answers: dict[str, Line] = {}
    items = []
    for item in one.items:
        kind = one.response(item)
        for label, value in _labels(kind):
            answers.setdefault(label, Line(f"answer:{label}", "answer", value))
        items.append(
            Line(
                f"item:{item.text_key}",
                "item",
                str(item.number),
                item.id,
                (kind.low, kind.high) if isinstance(kind, Likert | Scale) else None,
                item.number in backwards,
                item.scored,
            )
        )
    return (Line("title", "title"), Line("instruction", "instruction"), *answers.values(), *items)


def tidy(text: str, line: Line) -> str:
    """What was typed, as it is kept: without signs that nobody sees, and on one line but for the instruction."""
    seen = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if line.kind != "instruction":
        return " ".join(seen.split())
    return "\n".join(" ".join(row.split()) for row in seen.strip().split("\n"))


def missing(one: Definition, typed: Mapping[str, str]) -> tuple[Line, ...]:
    """Lines that still have to be typed before somebody can compare them."""
    asked = [item for item in one.items if item.scored or typed.get(f"item:{item.text_key}")]
    needed = {"title", "instruction", *(f"item:{item.text_key}" for item in asked)}
    needed |= {f"answer:{label}" for item in asked for label, _value in _labels(one.response(item))}
    return tuple(line for line in lines_of(one) if line.key in needed and not typed.get(line.key))


def as_wording(one: Definition, typed: Mapping[str, str], *, language: str, original: str) -> Wording:
    """The lines as words to ask with. WordingError while one is missing."""
    if missing(one, typed):
        raise WordingError("Some lines are still empty.", [line.key for line in missing(one, typed)])
    parts: dict[str, dict[str, str]] = {"item": {}, "answer": {}}
    for line in lines_of(one):
        if line.kind in parts and typed.get(line.key):
            parts[line.kind][line.key.partition(":")[2]] = typed[line.key]
    return Wording(
        instrument=one.id,
        version=one.version,
        language=language,
        title=typed["title"],
        instruction=typed["instruction"],
        items=parts["item"],
        labels=parts["answer"],
        source=Source(kind="typed", file=original),
    )


def _labels(kind: object) -> list[tuple[str, str]]:
    """Label keys that need words, each with the value it stands for."""
    if isinstance(kind, Likert):
        named = set(kind.label_keys())
        found = [(anchor.label_key, str(anchor.value)) for anchor in kind.values if anchor.label_key in named]
        return found + ([(kind.not_applicable.label_key, "–")] if kind.not_applicable else [])
    return [(kind.low_key, str(kind.low)), (kind.high_key, str(kind.high))] if isinstance(kind, Scale) else []
