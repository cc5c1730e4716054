"""Days and times on the clock of a place. A group that meets at six meets at six, also after a clock change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def instant(wall: datetime, zone: str) -> datetime:
    """The moment in UTC at which the clock of this zone shows `wall` (which knows no zone itself).

    An hour that comes twice in autumn means its first time; one that never comes in spring means an hour later.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def wall_clock(at: datetime, zone: str) -> datetime:
    """What the clock of this zone shows at that moment, without the zone."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def exists(wall: datetime, zone: str) -> bool:
    """Whether the clock of this zone ever shows this: some hours are left out when summer time begins."""
    return wall_clock(instant(wall, zone), zone) == wall


def next_time(after: datetime, clock: time, zone: str) -> datetime:
    """The first moment after this one at which the clock of this zone shows that time, in UTC.

    An hour that comes twice in autumn counts twice; one that is left out in spring means an hour later.
    """
    today = wall_clock(after, zone).date()
    found = []
    for day in (today, today + timedelta(days=1)):
        wall = datetime.combine(day, clock)
        found.append(instant(wall, zone))
        again = wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
        if wall_clock(again, zone) == wall:
            found.append(again)
    return min(moment for moment in found if moment > after)


def moved_with(old: datetime, new: datetime, other: datetime) -> datetime:
    """Where `other` goes when `old` becomes `new`: as many days and hours on, on the wall clock."""
    return other + (new - old)
