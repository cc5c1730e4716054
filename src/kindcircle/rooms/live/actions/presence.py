"""Who is in the room, as their devices tell it. Attendance fills itself from this."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import MEETING, Attendance, Gathering
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.live import announce
from kindcircle.rooms.live.errors import DoesNotFit, why_not
from kindcircle.rooms.live.models import Presence
from kindcircle.rooms.live.queries import QUIET_AFTER, doors_are_quiet, practice_goes_on
from kindcircle.rooms.live.whereabouts import waits_in_lobby
from kindcircle.rooms.measures import asking

EARLY = timedelta(hours=2)
NOTED_EVERY = timedelta(seconds=4)
GONE_AFTER = timedelta(minutes=2)
"""Online, a device silent for this long at the close means that its person left when it was last heard."""


def arrive(*, gathering: Gathering, by: Actor, at: datetime) -> None:
    """Somebody opens the page. A member's first time while the door is open is their arrival; later ones bring back
    a person who had gone. Shortly before the beginning the check-ins are laid out, so that waiting can be used.
    """
    require(by, Permission.GATHERING_JOIN, gathering)
    assert by.user_id is not None  # nobody but somebody signed in may join
    with transaction.atomic():
        # A tablet that is handed on tells nothing of where its last reader is now.
        news = by.tablet_of is None and _note(gathering, {by.user_id}, at, {})
        if gathering.state == Gathering.State.PLANNED and gathering.starts_at - EARLY <= at:
            asking.assign_for_gathering(gathering=gathering, at=at)
        if _let_in(gathering, {by.user_id}, at, back=True) or news:
            announce.after_commit(gathering.code, None)


def keep_alive(
    *, gathering: Gathering, user_ids: Collection[int], at: datetime, leads: Mapping[int, int] | None = None
) -> None:
    """Open pages of these people, all let in before, were heard just now: one write for all of them.

    leads  how far ahead the devices of each want to hear of a start (`lead_time.wanted`), where they have told

    Whoever is heard for the first time arrives. Somebody who was seen to go home does not come back by a page that
    was left open in a pocket.
    """
    heard = dict(Presence.objects.filter(gathering=gathering, user_id__in=user_ids).values_list("user_id", "last_at"))
    due = {one for one in user_ids if one not in heard or heard[one] <= at - NOTED_EVERY}
    if not due:
        return
    with transaction.atomic():
        news = _note(gathering, due, at, leads or {})
        if _let_in(gathering, due, at, back=False) or news:
            announce.after_commit(gathering.code, None)


def mark_here(*, gathering: Gathering, member_code: str, by: Actor, at: datetime) -> None:
    """A facilitator sees somebody whose phone is in the bag. Unknown codes change nothing."""
    require(by, Permission.GATHERING_LEAD, gathering)
    place = present_places(gathering.group).filter(code=member_code).first()
    if place is None or gathering.state not in MEETING:
        return
    with transaction.atomic():
        groups.record_arrival(gathering=gathering, user=place.user, at=at, by_hand=True)
        announce.after_commit(gathering.code, None)


def let_in_late(*, gathering: Gathering, member_code: str, by: Actor, at: datetime) -> None:
    """Somebody who came late may come in now. Never in the middle of a practice. Unknown codes change nothing."""
    require(by, Permission.GATHERING_LEAD, gathering)
    if practice_goes_on(gathering, at=at):
        raise DoesNotFit(why_not("late"))
    mark_here(gathering=gathering, member_code=member_code, by=by, at=at)


def mark_left(*, gathering: Gathering, member_code: str, by: Actor, at: datetime) -> None:
    """A facilitator sees somebody go home. Unknown codes change nothing."""
    require(by, Permission.GATHERING_LEAD, gathering)
    place = present_places(gathering.group).filter(code=member_code).first()
    if place is None or gathering.state not in MEETING:
        return
    with transaction.atomic():
        groups.record_leaving(gathering=gathering, user=place.user, at=at)
        announce.after_commit(gathering.code, None)


def let_in(*, gathering: Gathering, at: datetime) -> None:
    """The door has just opened: everybody whose page is open and waiting has arrived."""
    waiting = Presence.objects.filter(gathering=gathering, last_at__gte=at - QUIET_AFTER)
    _let_in(Gathering.objects.get(pk=gathering.pk), set(waiting.values_list("user_id", flat=True)), at, back=False)


def see_off(*, gathering: Gathering, at: datetime) -> None:
    """The door is about to close: online, whoever has long been silent left when last heard.

    In person a silent phone is in a pocket, and its owner is still here until the close.
    """
    if not gathering.online:
        return
    silent = Presence.objects.filter(gathering=gathering, last_at__lt=at - GONE_AFTER).select_related("user")
    for row in silent:
        groups.record_leaving(gathering=gathering, user=row.user, at=row.last_at)


def _note(gathering: Gathering, user_ids: Collection[int], at: datetime, leads: Mapping[int, int]) -> bool:
    """Write down that they were heard. True if one of them had been silent or never heard before."""
    awake = Presence.objects.filter(gathering=gathering, user_id__in=user_ids, last_at__gte=at - QUIET_AFTER)
    news = awake.count() < len(user_ids)
    Presence.objects.bulk_create(
        [
            Presence(gathering=gathering, user_id=one, first_at=at, last_at=at, lead_ms=leads.get(one))
            for one in user_ids
        ],
        update_conflicts=True,
        unique_fields=["gathering", "user"],
        update_fields=["last_at", "lead_ms"],
    )
    return news


def _let_in(gathering: Gathering, user_ids: set[int], at: datetime, *, back: bool) -> bool:
    """Record the arrival of members who have not come yet and, if `back`, the return of those who had left.

    True if there was one.
    """
    if gathering.state not in MEETING:
        return False
    came = dict(Attendance.objects.filter(gathering=gathering, user_id__in=user_ids).values_list("user_id", "left_at"))
    new = {one for one in user_ids if one not in came or (back and came[one] is not None)}
    if doors_are_quiet(gathering, at=at):
        new &= came.keys()  # who was here before may come back; who comes late waits to be let in
    if new:
        new -= waits_in_lobby(gathering)
    arrived: list[User] = [place.user for place in present_places(gathering.group).filter(user_id__in=new)]
    for user in arrived:
        groups.record_arrival(gathering=gathering, user=user, at=at)
    return bool(arrived)
