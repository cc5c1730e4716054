"""How a member of a group may be reached without harm, for whoever handles an alert about them."""

from datetime import datetime

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.preparing.queries import Contact, contact_in_need
from kindcircle.rooms.safety.models import Alert


def place_of(alert: Alert) -> Membership | None:
    """The seat of the member in the group that the alert belongs to, also after they left; None before a group."""
    rows = Membership.objects.filter(group=alert.group_id, user=alert.member_id, role=Membership.Role.MEMBER)
    return rows.select_related("group__organisation", "user__organisation").order_by("-pk").first()


def contact_of(alert: Alert, *, by: Actor, at: datetime) -> Contact:
    """What the member wrote down about reaching them. It is noted who opened it, and the member sees that."""
    require(by, Permission.ALERT_HANDLE, alert)
    place = place_of(alert)
    if place is None:
        raise NotFound
    return contact_in_need(place, by=by, at=at)
