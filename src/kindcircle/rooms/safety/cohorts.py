"""A new group begins only on a site where people know whom to call, and somebody answers."""

from datetime import datetime
from typing import Any

from django.db import transaction

from kindcircle.base.access import Actor
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.gate import require_ready
from kindcircle.rooms.team import credentials


def start_group(
    *,
    organisation: Organisation,
    owner: User,
    backup: User,
    by: Actor,
    at: datetime,
    reason: str = "",
    **group: Any,
) -> Group:
    """`groups.actions.start_group`, once nothing that keeps people safe is missing in the house.

    reason  why it starts although one of the two lacks something on the house's list; kept with the group
    Raises EmergencyNumberNotDialled, NotYetReady, NotReady, ReasonMissing, and whatever starting a group raises.
    """
    require_ready(organisation, at=at)
    missing = credentials.look_over((owner, backup), organisation=organisation, reason=reason, at=at)
    with transaction.atomic():
        made = groups.start_group(organisation=organisation, owner=owner, backup=backup, by=by, at=at, **group)
        if missing:
            credentials.note_start(
                group_id=made.pk, organisation=organisation, missing=missing, reason=reason, by=by, at=at
            )
    return made
