"""Whether anybody looks at what a group is asked. What nobody looks at need not be asked.

Kept is only when a page with results was opened last, on the side of those who lead and on that of members: never who.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.feedback.models import LastLook
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import definition, not_asked

UNSEEN = 3
"""After so many occasions with answers and not one look it is time to ask why they are asked for."""
Side = LastLook.Side


@dataclass(frozen=True, slots=True)
class Unseen:
    """A questionnaire whose answers nobody has looked at: since when, and on how many occasions they came in."""

    group: Group
    instrument: str
    name: str
    since: datetime
    occasions: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """A questionnaire that the group is no longer given."""

    group: Group
    instrument: str
    name: str


def looked(group: Group, instruments: Iterable[str], *, side: LastLook.Side, at: datetime) -> None:
    """A page with results of these questionnaires was opened."""
    for instrument in dict.fromkeys(instruments):
        LastLook.objects.update_or_create(group=group, instrument=instrument, side=side, defaults={"at": at})


def unseen_in(group: Group, *, by: Actor) -> list[Unseen]:
    """What is proposed not to be asked any more in this group. Never what somebody may have to be reached after."""
    require(by, Permission.MEASURE_STOP, group)
    return _unseen(group)


def unseen_in_house(organisation: Organisation, *, by: Actor) -> list[Unseen]:
    """The same for every group of a house."""
    require(by, Permission.HOUSE_FIGURES_SEE, organisation)
    groups = Group.objects.filter(organisation=organisation).select_related("organisation").order_by("created_at")
    return [one for group in groups for one in _unseen(group)]


def stopped_in(group: Group, *, by: Actor) -> list[Stopped]:
    """What this group is no longer given."""
    require(by, Permission.MEASURE_STOP, group)
    return [Stopped(group, name, definition(name).name) for name in sorted(not_asked(group))]


def _unseen(group: Group) -> list[Unseen]:
    if group.state == Group.State.FINISHED:
        return []  # nothing is asked there any more
    last: dict[str, datetime] = {}
    for instrument, at in LastLook.objects.filter(group=group).values_list("instrument", "at"):
        last[instrument] = max(at, last.get(instrument, at))
    came: dict[str, dict[tuple[str, int | None], datetime]] = {}
    rows = Response.objects.filter(assignment__group=group).order_by("submitted_at")
    for instrument, occasion, gathering, at in rows.values_list(
        "assignment__instrument", "assignment__occasion", "assignment__gathering_id", "submitted_at"
    ):
        came.setdefault(instrument, {})[(occasion, gathering)] = at
    stopped, found = not_asked(group), []
    for instrument, occasions in sorted(came.items()):
        seen = last.get(instrument)
        new = [at for at in occasions.values() if seen is None or at > seen]
        if instrument in stopped or len(new) < UNSEEN or _asks_for_somebody(group, instrument):
            continue
        found.append(Unseen(group, instrument, definition(instrument).name, seen or min(new), len(new)))
    return found


def _asks_for_somebody(group: Group, instrument: str) -> bool:
    versions = Assignment.objects.filter(group=group, instrument=instrument).values_list("version", flat=True)
    return any(definition(instrument, version).safety for version in set(versions))
