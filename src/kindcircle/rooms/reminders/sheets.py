"""One reminder of a set of sheets that somebody has not sent yet: in the middle of its time, at their own hour.

One and no second, whatever is answered or asked meanwhile. It says only that something waits; whether and when it goes
is for the one rule of all mail.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q

from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.wishes import wishes_of
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.intake.models import Application
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import definition_of, sheets, words_for
from kindcircle.rooms.measures.sets import ABOUT, REMINDER, about
from kindcircle.spec import dates

# A sheet that is open for a day or less is asked for in the meeting; a mail would come too late or be a nuisance.
SHORTEST = timedelta(days=2)
LATEST = timedelta(days=7)
LAST_CALL = timedelta(hours=12)
State = Application.State
ASKING = (State.APPLIED, State.FORM_DONE, State.BOOKED)


def remind_of_sheets(*, at: datetime) -> int:
    """Remind everybody whose set is half over and not answered; take back what waits and is of no use any more.

    Returns how many are new. Safe to run twice and in two processes: each set has one key.
    """
    sets: dict[str, list[Assignment]] = {}
    for sheet in _waiting(at):
        sets.setdefault(_key(sheet), []).append(sheet)
    gone = Delivery.objects.filter(queue.WAITING, kind=REMINDER, about_kind__startswith=ABOUT, leased_until=None)
    gone.exclude(once_key__in=sets).update(gave_up_at=at, why=Delivery.Why.NO_LONGER)
    there = set(Delivery.objects.filter(once_key__in=sets).values_list("once_key", flat=True))
    new = {key: rows for key, rows in sets.items() if key not in there}
    wishes = wishes_of({rows[0].member for rows in new.values()})
    rows = [row for waiting in new.values() for row in _due(waiting, wishes[waiting[0].member_id].hour, at)]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def due_at(opens_at: datetime, closes_at: datetime, *, hour: int, zone: str) -> datetime | None:
    """When somebody is reminded of a set: half-way, a week after it opened at the latest. None: it is too short."""
    if closes_at - opens_at < SHORTEST:
        return None
    middle = opens_at + min((closes_at - opens_at) / 2, LATEST)
    day = dates.wall_clock(middle, zone).date()
    due = dates.instant(datetime.combine(day, time(hour)), zone)
    return due if opens_at < due <= closes_at - LAST_CALL else middle


def _waiting(at: datetime) -> Iterator[Assignment]:
    """Open sheets that nobody has answered, of people who still have their place or still ask for one."""
    place = Membership.objects.filter(
        user=OuterRef("member"), group=OuterRef("group"), role=Membership.Role.MEMBER, left_at=None
    )
    asks = Application.objects.filter(person=OuterRef("member"), intake=OuterRef("intake"), state__in=ASKING)
    rows = sheets().filter(opens_at__lte=at, closes_at__gt=at, response=None, paper=None, member__is_active=True)
    rows = rows.annotate(place=Exists(place), asks=Exists(asks))
    yield from rows.filter(Q(place=True) | Q(asks=True)).order_by("pk")


def _due(waiting: list[Assignment], hour: int, at: datetime) -> Iterator[Delivery]:
    first, closes_at = waiting[0], max(sheet.closes_at for sheet in waiting)
    due = due_at(min(sheet.opens_at for sheet in waiting), closes_at, hour=hour, zone=first.member.zone)
    if due is None or at < due or not any(_has_words(sheet, first.member) for sheet in waiting):
        return
    yield queue.planned(REMINDER, to=first.member, about=about(first), once=_once(first), at=at, useful_until=closes_at)


def _has_words(sheet: Assignment, member: User) -> bool:
    """A sheet whose words nobody has brought in is not offered, so nobody is reminded of it."""
    return words_for(sheet.house, definition_of(sheet), member.language) is not None


def _once(sheet: Assignment) -> str:
    ref = about(sheet)
    return f"{ref.kind}:{ref.code}"


def _key(sheet: Assignment) -> str:
    return f"{queue.CHANNEL}:{REMINDER}:{sheet.member.code}:{_once(sheet)}"
