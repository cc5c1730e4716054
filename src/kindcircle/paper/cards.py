"""The two checks of a meeting on small cards, four to a sheet, for whoever has no device or would rather write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Likert, Scale, Tick
from kindcircle.spec.wording import Wording

Words = dict[str, object]

FITS = 5
"""Items on one side of a card. A longer questionnaire is no card."""
LINES = 15
"""Lines to write on, shared out: a side with fewer questions has more room for words."""


@dataclass(frozen=True, slots=True)
class Side:
    """One check, with the words it is asked in."""

    one: Definition
    words: Wording


def fits(one: Definition) -> bool:
    """Whether it is a card: short, and with nothing about which somebody has to be asked on the very same day."""
    return len(one.items) <= FITS and all(rule.level != "concern" for rule in one.safety)


def cards(sides: Sequence[Side], meeting: str) -> Words:
    """Each side four times on a page of its own; printed on both sides of the sheet, two of them make one card."""
    return {
        "title": _("Cards for paper"),
        "lang": "en",
        "region": "GB",
        "sides": [
            {
                "title": side.words.title,
                "meeting": meeting,
                "name": _("My name"),
                "lead": side.words.instruction,
                "asks": _asks(side),
                "foot": _("Those who lead read this and type it in. Need somebody now? Please tell one of them."),
            }
            for side in sides
        ],
    }


def _asks(side: Side) -> list[Words]:
    found: list[Words] = []
    one, words = side.one, side.words
    for item in one.items:
        if item.text_key not in words.items:
            continue
        kind, ask = one.response(item), words.items[item.text_key]
        if isinstance(kind, Scale):
            ends = [
                words.labels[key].partition(":")[2].strip() or words.labels[key]
                for key in (kind.low_key, kind.high_key)
            ]
            marks = [str(number) for number in range(kind.low, kind.high + 1)]
            found.append({"kind": "scale", "ask": ask, "marks": marks, "ends": ends})
        elif isinstance(kind, Likert):
            marks = [words.labels.get(anchor.label_key, str(anchor.value)) for anchor in kind.values]
            found.append({"kind": "choice", "ask": ask, "marks": marks})
        elif isinstance(kind, Tick):
            found.append({"kind": "tick", "ask": ask})
        else:
            found.append({"kind": "words", "ask": ask, "lines": LINES // len(one.items)})
    return found
