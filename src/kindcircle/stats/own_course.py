"""One person's own line: what may be said of it beside the form's own ups and downs. Chosen by rule, never a grade.

Each value is set beside the first. A step that is no larger than the form moves by itself (Jacobson & Truax 1991,
`stats.change`) is "about as much as you usually vary". Without a confirmed norm nothing is said about it at all, and of
our own forms neither. What cannot be compared is told, not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kindcircle.stats.change import Category, Norms, ReliableChange, reliable_change

Direction = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A step that the authors of a form call reliable, in points, where they give no figures behind it."""

    points: float


Usual = Norms | AtLeast
"""How one knows how far a form moves by itself."""


class Word(StrEnum):
    """What is said of one value beside the first."""

    MISSED = "missed"  # not filled in; nothing is held against anybody
    NOT_SCORED = "not-scored"  # too little filled in for a number
    FIRST = "first"  # there is nothing before it
    FORM_CHANGED = "form-changed"  # another version of the form: not set side by side
    OWN = "own"  # our own form: the value alone
    NO_NORM = "no-norm"  # nobody knows how much this form moves by itself
    AS_USUAL = "as-usual"
    EASIER = "easier"  # clearly, the way one hopes for
    HARDER = "harder"  # clearly, the other way
    UP, DOWN = "up", "down"  # clearly, on a form where neither way is better


CLEARLY = frozenset({Word.EASIER, Word.HARDER, Word.UP, Word.DOWN})


@dataclass(frozen=True, slots=True)
class Point:
    """One occasion. value: None where there is no number; `answered` tells a sheet without one from none at all."""

    value: float | None
    rule: str = ""
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """How far this form moves by itself around the first value, in points each way."""

    middle: float
    half: float

    @property
    def low(self) -> float:
        return self.middle - self.half

    @property
    def high(self) -> float:
        return self.middle + self.half


def words_for(points: Sequence[Point], *, better: Direction, validated: bool, usual: Usual | None) -> list[Word]:
    """One word for each occasion, in order. `usual` counts for validated forms only."""
    at, first = next(((number, one) for number, one in enumerate(points) if one.value is not None), (-1, Point(None)))
    found = []
    for number, one in enumerate(points):
        if not one.answered:
            found.append(Word.MISSED)
        elif one.value is None:
            found.append(Word.NOT_SCORED)
        elif number == at or first.value is None:
            found.append(Word.FIRST)
        elif one.rule != first.rule:
            found.append(Word.FORM_CHANGED)
        elif not validated:
            found.append(Word.OWN)
        else:
            found.append(beside(first.value, one.value, better=better, usual=usual))
    return found


def beside(before: float, after: float, *, better: Direction, usual: Usual | None) -> Word:
    """One value of a validated form beside an earlier one."""
    half = _half(usual)
    if usual is None or half is None:
        return Word.NO_NORM
    if not _beyond(before, after, usual):
        return Word.AS_USUAL
    up = after > before
    if better == "neither":
        return Word.UP if up else Word.DOWN
    return Word.EASIER if up == (better == "higher") else Word.HARDER


def band(points: Sequence[Point], *, validated: bool, usual: Usual | None) -> Band | None:
    """The stretch around the first value in which a step says nothing; None where nobody knows it."""
    first = next((one.value for one in points if one.value is not None), None)
    half = _half(usual)
    return Band(first, half) if validated and first is not None and half is not None else None


def stretches(points: Sequence[Point]) -> list[list[int]]:
    """Which occasions may be joined by a line: none across a gap, none from one version of a form to the next."""
    found: list[list[int]] = []
    before: Point | None = None
    for number, one in enumerate(points):
        if one.value is not None:
            if before is None or before.value is None or before.rule != one.rule:
                found.append([])
            found[-1].append(number)
        before = one
    return found


def _half(usual: Usual | None) -> float | None:
    if isinstance(usual, AtLeast):
        return usual.points
    found = _change(0.0, 0.0, usual)
    return None if found is None else found.smallest_reliable_change


def _beyond(before: float, after: float, usual: Usual) -> bool:
    if isinstance(usual, AtLeast):
        return abs(after - before) >= usual.points
    found = _change(before, after, usual)
    return found is not None and found.people[0].category is not Category.UNCHANGED


def _change(before: float, after: float, norms: Norms | None) -> ReliableChange | None:
    # The spread of one person's two values is no norm: it has to come from outside.
    if norms is None or norms.sd_before is None:
        return None
    found = reliable_change([before], [after], norms=norms, better="higher")
    return found if isinstance(found, ReliableChange) else None
