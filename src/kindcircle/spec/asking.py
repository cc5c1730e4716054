"""How long the questions of a programme take: week by week, and for each set before, after and months later.

Minutes are those that each questionnaire's own definition states. What somebody is asked before, in and after one
meeting, and at home until the next, is one week.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kindcircle.spec.instruments import UnknownInstrument, load_instrument
from kindcircle.spec.programmes import Programme

MOST_A_WEEK = 3
"""More than this is a lot in a hard week, and lines are left blank or people stay away."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked together: names and minutes of the questionnaires, in the order they are asked."""

    asked: tuple[tuple[str, float], ...]

    @property
    def minutes(self) -> float:
        return sum(minutes for _name, minutes in self.asked)


@dataclass(frozen=True, slots=True)
class Week:
    """One meeting and the days until the next."""

    number: int
    in_the_meeting: Load
    at_home: Load

    @property
    def minutes(self) -> float:
        return self.in_the_meeting.minutes + self.at_home.minutes

    @property
    def is_much(self) -> bool:
        return self.minutes > MOST_A_WEEK


def weeks_of(plan: Programme, *, site: Path | None = None) -> tuple[Week, ...]:
    """The weeks of a programme. After the last meeting the closing set takes the place of the week's own sheets."""
    last = plan.sessions[-1].number
    return tuple(
        Week(
            number=one.number,
            in_the_meeting=_load((*plan.around("before", one.number), *plan.around("after", one.number)), site),
            at_home=_load(plan.around("between", one.number) if one.number != last else (), site),
        )
        for one in plan.sessions
    )


def sets_of(plan: Programme, *, site: Path | None = None) -> dict[str, Load]:
    """The sets outside the weeks, by occasion, in the order they come."""
    occasions = ("screening", "baseline", "post", "follow-up")
    found = {name: _load(plan.instruments(name), site) for name in occasions}
    return {name: load for name, load in found.items() if load.asked}


def _load(names: Iterable[str], site: Path | None) -> Load:
    asked = []
    for name in dict.fromkeys(names):
        try:
            one = load_instrument(name, site=site)
        except UnknownInstrument:
            continue  # a draft may name one that is still to be written; the gate says so
        asked.append((one.name, float(one.administration.minutes)))
    return Load(tuple(asked))
