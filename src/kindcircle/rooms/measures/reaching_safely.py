"""How a member may be reached without harm, and the steps they wrote: for whoever handles an open alert of theirs."""

from datetime import datetime

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.preparing.plans import SAFETY
from kindcircle.rooms.preparing.queries import Contact, Plan, contact_in_need, may_open_plan, open_plan
from kindcircle.rooms.safety.models import Alert


def place_of(alert: Alert) -> Membership | None:
    """The seat of the member in the group that the alert belongs to, also after they left; None before a group."""
    rows = Membership.objects.filter(group=alert.group_id, user=alert.member_id, role=Membership.Role.MEMBER)
    return rows.select_related("group__organisation", "user__organisation").order_by("-pk").first()


def contact_of(alert: Alert, *, by: Actor, at: datetime) -> Contact:
    """What the member wrote down about reaching them. It is noted who opened it, and the member sees that."""
    return contact_in_need(_place(alert, by), by=by, at=at)


def steps_of(alert: Alert, *, by: Actor, at: datetime) -> Plan:
    """The steps of their safety plan, where the member shares it. It is noted who opened it, and they see that."""
    if not _asks_for_a_person(alert):
        raise NotFound
    return open_plan(_place(alert, by), by=by, at=at, kind=SAFETY)


def shares_steps(alert: Alert, *, by: Actor) -> bool:
    """Whether there are steps that this person may open now. Nothing is opened."""
    place = place_of(alert)
    here = alert.closed_at is None and _asks_for_a_person(alert)
    return here and place is not None and may_open_plan(place, SAFETY, by=by)


def _asks_for_a_person(alert: Alert) -> bool:
    """A note that something was a lot waits for the week, and opens nothing."""
    return alert.level != Alert.Level.REVIEW


def _place(alert: Alert, by: Actor) -> Membership:
    """The member was told: when they ask for a person, and at no other time."""
    require(by, Permission.ALERT_HANDLE, alert)
    place = place_of(alert)
    if place is None or alert.closed_at is not None:
        raise NotFound
    return place
