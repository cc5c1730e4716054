"""After a practice that can stir people up: what an answer means, what is offered, and what is counted.

An answer says in which way it went (fine, a lot opened up, closed up), whether it is still there, and whether it got in
the way. Each time somebody met such a practice is an exposure. Whoever was not asked, was asked and said nothing, or
said that it was fine are three different things in every figure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kindcircle.spec.practices import Backdraft

INSTRUMENT = "after-practice"

Way = Literal["fine", "opened", "closed"]
WAYS: tuple[Way, ...] = ("fine", "opened", "closed")
"""What each value of the first question says, in order."""

Over = Literal["", "day", "longer", "still"]
"""Asked once, some time later, where it was still there: over within a day, over after longer, or still there."""

Grade = Literal["fine", "passing", "in-the-way", "lasting"]

IN_A_ROW = 2
"""So many times in a row that it was a lot: then somebody who leads may hear of it, if the member agreed."""

FOLLOW_UP_AFTER, FOLLOW_UP_UNTIL = timedelta(hours=24), timedelta(days=7)
"""From when and until when "is it over?" is asked, counted from the answer."""

SETTLED_AFTER = timedelta(days=8)
"""So old is what stands in a figure: by then it is known whether it lasted, and a figure that stands never changes."""

FEWEST = 5
"""At least so many people answered in each step by which a figure grows, so that no step speaks of a person."""


def is_evocative(backdraft: Backdraft) -> bool:
    """Whether a practice can stir people up, by its own words."""
    return backdraft != "low"


def way_of(how: int | None) -> Way | None:
    """In which way it went; None where that was left blank."""
    return None if how is None else WAYS[how]


def grade(how: int | None, lasting: int | None, in_the_way: int | None, over: Over = "") -> Grade | None:
    """How much it was, by how long it lasted and what it kept somebody from. None where the first question is blank.

    lasting     more than a day, as was said later
    in-the-way  it kept somebody from what they were doing, and nobody knows of more than a day
    passing     it opened or closed, and that was all
    """
    if how is None:
        return None
    if how == 0:
        return "fine"
    if over in ("longer", "still"):
        return "lasting"
    return "in-the-way" if in_the_way else "passing"


def asks_later(how: int | None, lasting: int | None) -> bool:
    """Whether it is asked once more, later: it was a lot, and it was still there."""
    return bool(how) and lasting == 1


def tells(hows: Sequence[int | None], *, too_much: bool = False) -> bool:
    """Whether somebody who leads should hear of it, if the member agreed.

    hows  the first answer each time, newest first; blank ones say nothing either way
    """
    said = [how for how in hows if how is not None][:IN_A_ROW]
    return too_much or (len(said) == IN_A_ROW and all(said))


@dataclass(frozen=True, slots=True)
class Met:
    """One exposure: one person met one practice once, and what they said of it if they were asked."""

    at: datetime
    person: int
    asked: bool = False
    how: int | None = None
    lasting: int | None = None
    in_the_way: int | None = None
    over: Over = ""
    too_much: bool = False

    @property
    def answered(self) -> bool:
        return self.how is not None or self.too_much

    @property
    def event(self) -> bool:
        """It opened a lot, closed somebody up, or was said to be too much."""
        return bool(self.how) or self.too_much


@dataclass(frozen=True, slots=True)
class Tally:
    """How a practice landed. Every exposure is fine, an event, asked without an answer, or not asked."""

    exposures: int = 0
    asked: int = 0
    answered: int = 0
    fine: int = 0
    opened: int = 0
    closed: int = 0
    too_much: int = 0
    in_the_way: int = 0
    lasting: int = 0
    lasting_unknown: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, one) + getattr(other, one) for one in self.__slots__))

    @property
    def not_asked(self) -> int:
        return self.exposures - self.asked

    @property
    def silent(self) -> int:
        """Asked, and not answered."""
        return self.asked - self.answered

    @property
    def events(self) -> int:
        return self.answered - self.fine


def tally(met: Iterable[Met]) -> Tally:
    """These exposures, counted."""
    total = Tally()
    for one in met:
        way = way_of(one.how)
        graded = grade(one.how, one.lasting, one.in_the_way, one.over)
        total += Tally(
            exposures=1,
            asked=int(one.asked or one.answered),
            answered=int(one.answered),
            fine=int(one.answered and not one.event),
            opened=int(way == "opened"),
            closed=int(way == "closed"),
            too_much=int(one.event and not one.how),
            in_the_way=int(bool(one.how) and bool(one.in_the_way)),
            lasting=int(graded == "lasting"),
            lasting_unknown=int(asks_later(one.how, one.lasting) and not one.over),
        )
    return total


def released(met: Iterable[Met], *, at: datetime) -> list[Met]:
    """What may stand in a figure: whole steps, each up to the end of a day (UTC) and with answers of five people.

    What is younger than SETTLED_AFTER waits. So a figure seen twice differs by nothing, or by five people and more.
    """
    known = sorted((one for one in met if one.at < at - SETTLED_AFTER), key=lambda one: one.at)
    last_whole = (at - SETTLED_AFTER).date()
    out: list[Met] = []
    step: list[Met] = []
    for number, one in enumerate(known):
        if one.at.date() >= last_whole:
            break
        step.append(one)
        ends = number + 1 == len(known) or known[number + 1].at.date() != one.at.date()
        if ends and len({each.person for each in step if each.answered}) >= FEWEST:
            out += step
            step = []
    return out
