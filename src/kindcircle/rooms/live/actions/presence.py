"""Who is in the room, as their devices tell it. Attendance fills itself from this."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.live import announce
from kindcircle.rooms.live.models import Presence
from kindcircle.rooms.live.queries import QUIET_AFTER
from kindcircle.rooms.measures import actions as measures

MEETING = (Gathering.State.OPEN, Gathering.State.CLOSING)
EARLY = timedelta(hours=2)
NOTED_EVERY = timedelta(seconds=10)
GONE_AFTER = timedelta(minutes=2)
"""Online, a device silent for this long at the close means that its person left when it was last heard."""


def arrive(*, gathering: Gathering, by: Actor, at: datetime) -> None:
    """A device of this person says hello. A member's first hello while the door is open is their arrival.

    A device that was heard a few seconds ago is not written down again: phones out of reach of the socket ask often.
    Shortly before the beginning the check-ins are laid out, so that waiting can be used for the one on arriving.
    """
    require(by, Permission.GATHERING_JOIN, gathering)
    assert by.user_id is not None  # nobody but somebody signed in may join
    if Presence.objects.filter(gathering=gathering, user_id=by.user_id, last_at__gt=at - NOTED_EVERY).exists():
        return
    with transaction.atomic():
        _, first = Presence.objects.update_or_create(
            gathering=gathering,
            user_id=by.user_id,
            defaults={"last_at": at},
            create_defaults={"first_at": at, "last_at": at},
        )
        if gathering.state == Gathering.State.PLANNED and gathering.starts_at - EARLY <= at:
            measures.assign_for_gathering(gathering=gathering, at=at)
        if _let_in(gathering, {by.user_id}, at) or first:
            announce.after_commit(gathering.code, None)


def keep_alive(*, gathering: Gathering, user_ids: Collection[int], at: datetime) -> None:
    """Devices of these people, who have all said hello before, were heard just now: one write for all of them."""
    with transaction.atomic():
        heard = Presence.objects.filter(gathering=gathering, user_id__in=user_ids)
        back = heard.filter(last_at__lt=at - QUIET_AFTER).exists()
        heard.update(last_at=at)
        if _let_in(gathering, set(user_ids), at) or back:
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
    _let_in(Gathering.objects.get(pk=gathering.pk), set(waiting.values_list("user_id", flat=True)), at)


def see_off(*, gathering: Gathering, at: datetime) -> None:
    """The door is about to close: online, whoever has long been silent left when last heard.

    In person a silent phone is in a pocket, and its owner is still here until the close.
    """
    if not gathering.online:
        return
    silent = Presence.objects.filter(gathering=gathering, last_at__lt=at - GONE_AFTER).select_related("user")
    for row in silent:
        groups.record_leaving(gathering=gathering, user=row.user, at=row.last_at)


def _let_in(gathering: Gathering, user_ids: set[int], at: datetime) -> bool:
    """Record the arrival of those of them who are members and not here yet. True if there was one."""
    if gathering.state not in MEETING:
        return False
    here = Attendance.objects.filter(gathering=gathering, user_id__in=user_ids, left_at=None)
    new = user_ids - set(here.values_list("user_id", flat=True))
    arrived: list[User] = [place.user for place in present_places(gathering.group).filter(user_id__in=new)]
    for user in arrived:
        groups.record_arrival(gathering=gathering, user=user, at=at)
    return bool(arrived)
