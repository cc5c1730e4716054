"""Who leads a group just now: those with a place, and whoever stands in around a meeting.

A stand-in has no row that somebody must remember to end. Whether it holds is asked anew each time, from the day of the
meeting: it moves when the meeting moves, and it is over even where no worker runs.
"""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.team.models import StandIn

OPENS_BEFORE = timedelta(days=3)
"""So long before the meeting the group opens to whoever stands in: time to ring, to read and to ask."""

# The end of the day after is at most two days and a change of the clock after the beginning.
NEVER_LATER = timedelta(days=3)


def opens_at(gathering: Gathering) -> datetime:
    """From when on a stand-in may see the group."""
    return gathering.starts_at - OPENS_BEFORE


def ends_at(gathering: Gathering) -> datetime:
    """Until when: the end of the day after, on the clock of the group. Notes and calls fit in there."""
    zone = ZoneInfo(gathering.group.zone)
    day = gathering.starts_at.astimezone(zone).date() + timedelta(days=2)
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def holding(*, at: datetime, groups: Collection[int]) -> list[StandIn]:
    """Stand-ins that open one of these groups at this moment.

    Only for somebody whom the house still has lead groups, and whose account is open.
    """
    return _open(stand_ins().filter(gathering__group__in=groups), at)


def groups_open_to(user: User, *, at: datetime) -> set[int]:
    """The groups that stand-ins open to this person at this moment.

    Asked at each request of somebody who may lead: nothing is read of whom and what the rows are about.
    """
    rows = StandIn.objects.filter(user=user).select_related("gathering__group")
    return {row.gathering.group_id for row in _open(rows.only("gathering__starts_at", "gathering__group__zone"), at)}


def _open(rows: QuerySet[StandIn], at: datetime) -> list[StandIn]:
    """Those of these that open their group at this moment. Needs the meeting and the zone of its group."""
    near = rows.filter(
        ended_at=None,
        user__is_active=True,
        user__staff_roles__role=StaffRole.Role.FACILITATOR,
        gathering__starts_at__lte=at + OPENS_BEFORE,
        gathering__starts_at__gt=at - NEVER_LATER,
    )
    return [row for row in near if opens_at(row.gathering) <= at < ends_at(row.gathering)]


def stand_ins() -> QuerySet[StandIn]:
    """Stand-ins with the meeting, its group and both people."""
    return StandIn.objects.select_related("gathering__group__organisation", "user", "in_for").order_by(
        "gathering__starts_at", "pk"
    )


def leading(group: Group, *, at: datetime) -> list[User]:
    """Everybody who leads this group at this moment, those with a place first."""
    here = User.objects.filter(
        Q(memberships__group=group, memberships__role=Membership.Role.FACILITATOR, memberships__left_at=None),
        is_active=True,
    ).order_by("memberships__seat")
    people = {person.pk: person for person in here}
    for row in holding(at=at, groups=[group.pk]):
        people.setdefault(row.user_id, row.user)
    return list(people.values())
