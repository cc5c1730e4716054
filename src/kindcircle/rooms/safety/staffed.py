"""Staffed hours: when somebody is there to see an alert, on the organisation's own clock.

Waiting is counted in staffed minutes only, in real elapsed time, so a night with a clock change is neither
longer nor shorter than it was. Everything here is pure: instants in UTC in, instants in UTC out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

# Longer than any holiday: when no staffed day comes within this many days, nobody ever comes.
LOOK_AHEAD = 400
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StaffedHours:
    """When somebody is there: ISO weekdays (1 = Monday), from and until on the clock of `zone`.

    `until` at or before `from` means the next morning, so equal times mean round the clock. closed_on: days on
    which nobody comes although the weekday is staffed.
    """

    zone: str
    days: frozenset[int]
    opens: time
    closes: time
    closed_on: frozenset[date] = frozenset()

    def shifts(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Staffed stretches in order, the first being the one going on at `at` or the next to come."""
        zone = ZoneInfo(self.zone)
        # A night shift that is still going on belongs to yesterday.
        day = at.astimezone(zone).date() - DAY
        for _ in range(LOOK_AHEAD):
            if day.isoweekday() in self.days and day not in self.closed_on:
                starts = datetime.combine(day, self.opens, zone).astimezone(UTC)
                last = day if self.closes > self.opens else day + DAY
                ends = datetime.combine(last, self.closes, zone).astimezone(UTC)
                if ends > max(at, starts):
                    yield starts, ends
            day += DAY


def next_staffed(hours: StaffedHours, at: datetime) -> datetime | None:
    """The first moment from `at` on when somebody is there, or None when nobody ever comes."""
    first = next(hours.shifts(at), None)
    return None if first is None else max(first[0], at)


def staffed_deadline(hours: StaffedHours, at: datetime, wait: timedelta) -> datetime:
    """When this much staffed time will have passed since `at`.

    Where nobody ever comes, every hour counts: a wrong calendar must make an alert move sooner, never not at all.
    """
    left, counted_until = wait, at
    if not left:
        return at
    for starts, ends in hours.shifts(at):
        begins = max(starts, counted_until)
        if ends - begins >= left:
            return begins + left
        if ends > begins:
            left -= ends - begins
            counted_until = ends
    return at + wait


def end_of_next_shift(hours: StaffedHours, at: datetime, number: int = 1) -> datetime:
    """The end of the first (or second, ...) working day that begins after `at`: by then somebody has been in touch.

    Where nobody ever comes, so many days later.
    """
    to_come = (ends for starts, ends in hours.shifts(at) if starts > at)
    return next(islice(to_come, number - 1, None), at + number * DAY)
