"""Reminders stand ready by themselves: one row for each member before each meeting, at their hour, on their clock.

Every round makes the rows fit what is true now: a meeting that moved takes its reminder along, whoever joins late gets
one, and where a meeting is off or a place is given back, nothing goes. Rows that were sent are never touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.rule import is_quiet
from kindcircle.base.outbox.wishes import House, Wish, houses_of, wishes_of
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.spec import dates

KIND, ABOUT = "next-meeting", "gathering"
DAY = timedelta(days=1)
AHEAD = 8 * DAY
# A reminder in the last hour would be a jolt, not a help.
LAST_CALL = timedelta(hours=1)
USUAL_MORNING, SMALL_HOURS = time(8), time(5)


@dataclass(frozen=True, slots=True)
class Slot:
    """One reminder as it should be: which of the house's, when it goes, and until when it is of use."""

    name: str
    due_at: datetime
    useful_until: datetime


def stand_ready(*, at: datetime) -> int:
    """Make the reminders that wait fit the meetings as they are now. Returns how many are new.

    Safe to run twice and in two processes: each reminder has one key.
    """
    wanted = {row.once_key: row for row in _wanted(at)}
    with transaction.atomic():
        there = Delivery.objects.in_bulk(list(wanted), field_name="once_key")
        for key, row in there.items():
            _follow(row, wanted[key], at)
        new = [row for key, row in wanted.items() if key not in there]
        Delivery.objects.bulk_create(new, ignore_conflicts=True)
        _withdraw(set(wanted), at)
    return len(new)


def slots(starts_at: datetime, wish: Wish, house: House, zone: str) -> list[Slot]:
    """When this person is reminded of a meeting: by the house's rules, at their own hour, on their own clock."""
    day, hour = dates.wall_clock(starts_at, zone).date(), time(wish.hour)
    rules = (
        ("two-days", day - 2 * DAY, hour, house.two_days_before),
        ("day-before", day - DAY, hour, house.day_before),
        ("same-day", day, wish.quiet_until if is_quiet(SMALL_HOURS, wish) else USUAL_MORNING, house.same_day),
    )
    last = starts_at - LAST_CALL
    found = [(name, dates.instant(datetime.combine(on, clock), zone)) for name, on, clock, wanted in rules if wanted]
    kept = [(name, due) for name, due in found if due < last]
    # Each is of use until the next one is due.
    ends = [due for _, due in kept[1:]] + [last]
    return [Slot(name, due, end) for (name, due), end in zip(kept, ends, strict=False)]


def planned_within(at: datetime, ahead: timedelta) -> QuerySet[Gathering]:
    """Meetings that are still to come within this time, in groups that still meet."""
    rows = Gathering.objects.filter(state=Gathering.State.PLANNED, starts_at__gt=at, starts_at__lte=at + ahead)
    return rows.exclude(group__state=Group.State.FINISHED).select_related("group__organisation").order_by("starts_at")


def _wanted(at: datetime) -> Iterator[Delivery]:
    gatherings = list(planned_within(at, AHEAD))
    rows = Membership.objects.filter(
        group__in={one.group_id for one in gatherings},
        role=Membership.Role.MEMBER,
        left_at=None,
        user__is_active=True,
    )
    members: dict[int, list[Membership]] = {}
    for place in rows.select_related("user"):
        members.setdefault(place.group_id, []).append(place)
    wishes = wishes_of({place.user for places in members.values() for place in places})
    houses = houses_of({one.group.organisation_id for one in gatherings})
    for one in gatherings:
        for place in members.get(one.group_id, ()):
            house = houses[one.group.organisation_id]
            for slot in slots(one.starts_at, wishes[place.user_id], house, place.user.zone):
                if slot.useful_until > at:
                    once = f"{one.code}:{slot.name}"
                    yield queue.planned(
                        KIND, to=place.user, about=Ref(ABOUT, one.code), once=once, at=slot.due_at,
                        useful_until=slot.useful_until,
                    )  # fmt: skip


def _follow(row: Delivery, wanted: Delivery, at: datetime) -> None:
    """The row goes where its meeting, its reader's hour or the house's rule went; given up, it comes back for that."""
    same = (row.planned_at, row.useful_until) == (wanted.planned_at, wanted.useful_until)
    off = row.gave_up_at is not None
    if row.sent_at is not None or (same and not off):
        return
    if off and row.why != Delivery.Why.NO_LONGER and (same or wanted.due_at <= at):
        return
    Delivery.objects.filter(pk=row.pk, sent_at=None, leased_until=None).update(
        due_at=wanted.due_at, planned_at=wanted.due_at, useful_until=wanted.useful_until, gave_up_at=None, why=""
    )


def _withdraw(wanted: set[str], at: datetime) -> None:
    """What waits and is not wanted any more. A meeting moved far ahead keeps its row until it comes near."""
    waiting = Delivery.objects.filter(queue.WAITING, kind=KIND, about_kind=ABOUT, leased_until=None)
    rows = list(waiting.filter(useful_until__gt=at).values_list("pk", "once_key", "about_code"))
    left = [(pk, code) for pk, key, code in rows if key not in wanted]
    if not left:
        return
    far = Q(code__in={code for _, code in left}, state=Gathering.State.PLANNED, starts_at__gt=at + AHEAD)
    stay = set(Gathering.objects.filter(far).values_list("code", flat=True))
    gone = [pk for pk, code in left if code not in stay]
    waiting.filter(pk__in=gone).update(gave_up_at=at, why=Delivery.Why.NO_LONGER)
