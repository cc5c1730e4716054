"""A new group begins only on a site where people know whom to call."""

from datetime import datetime
from typing import Any

from kindcircle.base.access import Actor
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.errors import EmergencyNumberNotDialled
from kindcircle.rooms.safety.queries import may_start_groups


def start_group(*, organisation: Organisation, by: Actor, at: datetime, **group: Any) -> Group:
    """`groups.actions.start_group`, once the emergency number was dialled by two people within 180 days.

    Raises EmergencyNumberNotDialled, and whatever starting a group raises.
    """
    if not may_start_groups(organisation, at=at):
        raise EmergencyNumberNotDialled
    return groups.start_group(organisation=organisation, by=by, at=at, **group)
