"""Finding a practice for these people and this quarter of an hour, with a reason that is true of what is offered.

A practice is offered in one length and with the ways that have to be switched on. What the reason says, such
as "no breath focus", holds for each step of that length, and not for the practice in general.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kindcircle.spec.lengths import in_words
from kindcircle.spec.practices import LEVELS, Backdraft, Element, Length, Practice, Way
from kindcircle.spec.ways import WAY_FOR, Topic, asks


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A practice in one length. `ways` are to be switched on, so that what was asked for holds; `why` is a sentence."""

    practice: Practice
    length: Length
    ways: frozenset[Way]
    why: str


_WITHOUT: dict[Topic, str] = {
    "breath": "no breath focus",
    "touch": "no touch",
    "standing": "nothing to stand or walk for",
    "writing": "nothing to write",
    "pictures": "no inner pictures",
}
_INSTEAD: dict[Topic, str] = {
    "breath": "another way for each step with the breath",
    "touch": "another way for each step with touch",
    "standing": "a seated way for each step on foot",
    "writing": "another way for each step with writing",
    "pictures": "another way for each step with inner pictures",
}
_STIRS: dict[Backdraft, str] = {
    "low": "gentle",
    "medium": "may stir people a little",
    "high": "stirs people a lot, so ground afterwards",
}


def find(
    practices: Iterable[Practice],
    *,
    elements: Iterable[Element] = (),
    minutes: float | None = None,
    at_most: Backdraft | None = None,
    without: Iterable[Topic] = (),
    text: str = "",
) -> list[Suggestion]:
    """Practices that fit all that was asked for, the best first.

    `elements`: at least one of these, more is better. `minutes`: the time there is; the longest length that fits
    is offered, or the shortest of all when nobody said. `at_most`: how much it may stir people up. `without`:
    what it leaves alone, or has another way for in each step. `text`: words in its number, title or purpose.
    """
    wanted, left_out, asked = tuple(elements), tuple(dict.fromkeys(without)), _words(text)
    found: list[tuple[tuple[float, ...], Suggestion]] = []
    for practice in practices:
        trained = [element for element in practice.elements if element in wanted]
        if wanted and not trained:
            continue
        if at_most is not None and LEVELS[practice.backdraft] > LEVELS[at_most]:
            continue
        if not all(_is_said(word, _words(_haystack(practice))) for word in asked):
            continue
        offer = _fitting(practice, minutes, left_out)
        if offer is None:
            continue
        length, ways, reasons = offer
        in_title = sum(_is_said(word, _words(f"{practice.number} {practice.title}")) for word in asked)
        short_by = minutes * 60 - length.seconds if minutes is not None else 0
        rank = (-in_title, -len(trained), LEVELS[practice.backdraft], short_by, int(practice.number[1:]))
        why = _sentence(practice, length, trained, reasons)
        found.append((rank, Suggestion(practice, length, ways, why)))
    return [suggestion for _, suggestion in sorted(found, key=lambda one: one[0])]


def _fitting(
    practice: Practice, minutes: float | None, without: tuple[Topic, ...]
) -> tuple[Length, frozenset[Way], list[str]] | None:
    """The length to offer, the ways it takes, and why it leaves alone what was asked to be left out."""
    lengths: Iterable[Length] = practice.durations
    if minutes is not None:
        lengths = [length for length in reversed(practice.durations) if length.seconds <= minutes * 60]
    for length in lengths:
        reasons, ways = [], set[Way]()
        for topic in without:
            steps = [step for step in length.steps if topic in asks(step)]
            if not all(WAY_FOR[topic] in step.ways for step in steps):
                break
            reasons.append(_INSTEAD[topic] if steps else _WITHOUT[topic])
            if steps:
                ways.add(WAY_FOR[topic])
        else:
            return length, frozenset(ways), reasons
    return None


def _sentence(practice: Practice, length: Length, trained: list[Element], reasons: list[str]) -> str:
    return ", ".join(_reasons(practice, length, trained, reasons)) + "."


def _reasons(practice: Practice, length: Length, trained: list[Element], reasons: list[str]) -> Iterator[str]:
    yield in_words(length.seconds) + (f" ({length.name})" if length.name else "")
    if trained:
        yield "trains " + " and ".join(element.replace("-", " ") for element in trained)
    yield from reasons
    yield _STIRS[practice.backdraft]
    if practice.leader == "clinician":
        yield "led by a clinician only"
    if practice.from_session is not None:
        yield f"from session {practice.from_session} on"


def _haystack(practice: Practice) -> str:
    return f"{practice.number} {practice.title} {practice.purpose} {' '.join(practice.elements)}"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _is_said(word: str, said: Iterable[str]) -> bool:
    """Whether a word, or the beginning of one, is among those said."""
    return any(other.startswith(word) for other in said)
