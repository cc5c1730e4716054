"""The one rule for everything that leaves: quiet hours, the weekly limit, pauses, and no mail at all (ADR 0026).

Safety mail to staff is outside of it. A notice about one's own account asks only whether any mail is wanted, and so
does mail about a meeting of the next 24 hours that has moved. Everything else goes at a moment that its reader would
like, or not at all, and the row says why.

A week is any seven days in a row of the reader's own calendar. So nobody gets two on Sunday and two on Monday, and a
minute's delay of one reminder never counts against the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kindcircle.base.outbox.messages import MESSAGES, Occasion
from kindcircle.base.outbox.models import AS_THEY_COME, Delivery
from kindcircle.base.outbox.wishes import Wish
from kindcircle.spec import dates

SOON = timedelta(hours=24)
DAY = timedelta(days=1)
WEEK_DAYS = 7
# Nothing waits longer for its place in a week than this.
LOOK_AHEAD = 14

Why = Delivery.Why


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go now (no `why`), wait until then, or never (a `why` and no `until`)."""

    why: str = ""
    until: datetime | None = None

    @property
    def go(self) -> bool:
        return not self.why


GO = Verdict()


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom it is for: what they would like, their zone, and what they had and will have, as days of their calendar.

    had       days of messages that were sent (or are being sent at this moment), nudges apart
    nudged    days of nudges
    reserved  days of reminders that are still to come: their place in the week is kept
    returned  mail to them came back for good
    """

    wish: Wish
    zone: str
    had: Sequence[date] = ()
    nudged: Sequence[date] = ()
    reserved: Sequence[date] = ()
    returned: bool = False


def judge(kind: str, reader: Reader, *, useful_until: datetime | None, at: datetime) -> Verdict:
    """Whether a message of this kind may go to this reader now, and if not, when or why."""
    occasion = MESSAGES[kind].occasion
    if occasion == Occasion.SAFETY:
        return GO
    if occasion == Occasion.ACCOUNT:
        # At once and outside of every limit, but never to somebody who wants no mail: it waits on their pages.
        return GO if reader.wish.any_mail else Verdict(Why.NO_MAIL)
    never = _never(occasion, reader, useful_until, at)
    if never:
        return Verdict(never)
    if occasion == Occasion.CHANGE and useful_until is not None and useful_until - at <= SOON:
        return GO
    found = _waits(occasion, reader, at)
    if found.go:
        return GO
    if occasion == Occasion.CHANGE and useful_until is not None:
        # It waits no longer than until it becomes urgent.
        return Verdict(found.why, min(found.until or useful_until, useful_until - SOON))
    if useful_until is not None and (found.until is None or found.until >= useful_until):
        return Verdict(found.why)
    return found


def is_quiet(wall: time, wish: Wish) -> bool:
    """Whether this time of the reader's day lies in their quiet hours."""
    begins, ends = wish.quiet_from, wish.quiet_until
    return begins <= wall < ends if begins <= ends else wall >= begins or wall < ends


def day_of(at: datetime, zone: str) -> date:
    """Which day of the reader's calendar it is."""
    return dates.wall_clock(at, zone).date()


def _never(occasion: Occasion, reader: Reader, useful_until: datetime | None, at: datetime) -> str:
    wish = reader.wish
    unwanted = {
        Occasion.MEETING: not wish.meetings,
        Occasion.NEWS: not wish.news,
        Occasion.NUDGE: not wish.nudges,
    }
    if not wish.any_mail:
        return Why.NO_MAIL
    if reader.returned:
        return Why.RETURNED
    if unwanted.get(occasion, False):
        return Why.NOT_WANTED
    # Another time or place is news also after the old time has come.
    if useful_until is not None and at >= useful_until and occasion != Occasion.CHANGE:
        return Why.TOO_LATE
    return ""


def _waits(occasion: Occasion, reader: Reader, at: datetime) -> Verdict:
    """What holds it up longest: each reason gives the first moment it would allow."""
    wish, zone = reader.wish, reader.zone
    if wish.paused_until is not None and at < wish.paused_until:
        return Verdict(Why.PAUSED, _awake(wish.paused_until, wish, zone))
    awake = _awake(at, wish, zone)
    free = _first_free_day(occasion, reader, day_of(awake, zone))
    if free is None:
        return Verdict(Why.LIMIT, None)
    if free > day_of(awake, zone):
        return Verdict(Why.LIMIT, _awake(dates.instant(datetime.combine(free, time()), zone), wish, zone))
    return Verdict(Why.QUIET, awake) if awake > at else GO


def _awake(at: datetime, wish: Wish, zone: str) -> datetime:
    """This moment, or the end of the quiet hours it lies in, by the clock on the reader's wall."""
    wall = dates.wall_clock(at, zone)
    if not is_quiet(wall.time(), wish):
        return at
    return dates.next_time(at, wish.quiet_until, zone)


def _first_free_day(occasion: Occasion, reader: Reader, day: date) -> date | None:
    if occasion == Occasion.NUDGE:
        had, most = list(reader.nudged), reader.wish.most_nudges
    else:
        # A reminder takes the place that was kept for it; anything else leaves that place free.
        kept = [] if occasion == Occasion.MEETING else list(reader.reserved)
        had, most = [*reader.had, *kept], reader.wish.most_messages
        if most == AS_THEY_COME:
            return day
    ahead = (day + number * DAY for number in range(LOOK_AHEAD))
    return next((one for one in ahead if _has_room(one, had, most)), None)


def _has_room(day: date, had: Sequence[date], most: int) -> bool:
    """Whether one more on this day leaves no seven days in a row with more than the most."""
    first = day - (WEEK_DAYS - 1) * DAY
    weeks = (first + number * DAY for number in range(WEEK_DAYS))
    return all(sum(week <= one < week + WEEK_DAYS * DAY for one in had) < most for week in weeks)
