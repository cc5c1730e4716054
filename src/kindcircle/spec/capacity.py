"""How many people may need a talk the same day, week by week, if all of a group answer what its programme asks.

A range for planning, from two studies of other people, and never a finding about anybody here.
Ticks at "please contact me" come besides: nobody has counted them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

from kindcircle.spec.instruments import UnknownInstrument, load_instrument
from kindcircle.spec.programmes import Programme
from kindcircle.spec.shorter import same_day


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of so many people, and who counted them."""

    people: int
    of: int
    source: str


FEW = Counted(41, 780, "IBD-BOOST, Trials 2024")
MANY = Counted(286, 945, "TelePSI, Brazilian Journal of Psychiatry 2022")
LEAST, MOST = 0.05, 0.30
"""The two shares, rounded: of a hundred who are asked, so many at least and at most (hazard H06)."""

HOURS_LEAST, HOURS_MOST = 0.5, 1.0
"""What one such talk may take. A guess of ours, and the page says so."""

BEFORE, END, LATER = "before", "end", "later"


@dataclass(frozen=True, slots=True)
class Week:
    """`when`: the number of a meeting and the days until the next, or one of BEFORE, END, LATER.

    sittings: how often each person is asked such a question in that time, at most once a day.
    """

    when: int | str
    sittings: int
    seats: int

    @property
    def asked(self) -> int:
        return self.seats * self.sittings

    @property
    def least(self) -> int:
        return floor(self.asked * LEAST)

    @property
    def most(self) -> int:
        return ceil(self.asked * MOST)


def weeks_of(
    plan: Programme, *, seats: int, besides: Mapping[int | str, tuple[str, ...]], site: Path | None = None
) -> tuple[Week, ...]:
    """The times at which such a question is asked, in order; those at which none is are left out.

    besides  what the house asks of everybody after a meeting or at the end, whatever the programme says
    """
    last = plan.sessions[-1].number
    found: list[tuple[int | str, list[tuple[str, ...]]]] = [(BEFORE, [plan.instruments("baseline")])]
    for one in plan.sessions:
        between = plan.around("between", one.number) if one.number != last else ()
        at_home = (*between, *besides.get(one.number, ()))
        found.append((one.number, [plan.around("before", one.number), plan.around("after", one.number), at_home]))
    found.append((END, [(*plan.instruments("post"), *besides.get(END, ()))]))
    found.append((LATER, [plan.instruments("follow-up")]))
    weeks = [Week(when, sum(_asks(names, site) for names in sets), seats) for when, sets in found]
    return tuple(week for week in weeks if week.sittings)


def _asks(names: Iterable[str], site: Path | None) -> bool:
    for name in names:
        try:
            if same_day(load_instrument(name, site=site)):
                return True
        except UnknownInstrument:
            continue  # a draft may name one that is still to be written; the gate says so
    return False
