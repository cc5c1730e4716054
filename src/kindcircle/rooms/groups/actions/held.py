"""A meeting that went on without us: by paper, or after a page had died. Those who led say when it was closed."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import absences
from kindcircle.rooms.groups.actions.gatherings import CLOSED, PLANNED, record_arrival
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.queries import places


def say_held(
    *, gathering: Gathering, began_at: datetime, closed_at: datetime, came: Iterable[User], by: Actor, at: datetime
) -> Gathering:
    """Close it as of then, with these people beside those whose devices told. Inside the caller's transaction, which
    holds the meeting. The record says who said so, and when they did: not that the site saw it. Raises NotOpen.
    """
    require(by, Permission.GATHERING_LEAD, gathering)
    row, why = gathering, "stopped-midway"
    if row.state == CLOSED:
        raise NotOpen
    if row.state == PLANNED:
        row.opened_at, why = began_at, "on-paper"
    row.state, row.closed_at, row.short_code = CLOSED, closed_at, None
    row.save(update_fields=["state", "opened_at", "closed_at", "short_code"])
    members = set(places(row.group).values_list("user_id", flat=True))
    told = set(Attendance.objects.filter(gathering=row).values_list("user_id", flat=True))
    for person in came:
        if person.pk in members - told:
            record_arrival(gathering=row, user=person, at=row.opened_at or began_at, by_hand=True)
    here = Attendance.objects.filter(gathering=row, left_at=None)
    here.filter(arrived_at__gt=closed_at).update(left_at=F("arrived_at"))
    here.update(left_at=closed_at)
    about, chain = log.Ref("gathering", row.code), row.group.organisation.code
    log.record(Event.GATHERING_SAID_HELD, by=by, about=about, at=at, chain=chain, reason=why)
    absences.notice(gathering=row, at=at)
    return row
