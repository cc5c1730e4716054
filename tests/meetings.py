"""Time for stories on the real clock: meetings brought near, held with nobody watching, moved into the past."""

from datetime import datetime, timedelta

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.rooms.live import actions as live
from tests.world import World


def begins(group: Group, number: int, at: datetime) -> None:
    """This meeting is at this time, and those after it a week apart."""
    for one in Gathering.objects.filter(group=group, number__gte=number):
        one.starts_at = at + timedelta(weeks=one.number - number)
        one.save(update_fields=["starts_at"])


def back(gathering: Gathering, by: timedelta) -> None:
    """What happened in this meeting happened so much earlier."""
    gathering.refresh_from_db()
    moved = {name: getattr(gathering, name) - by for name in ("starts_at", "opened_at", "closed_at")}
    Gathering.objects.filter(pk=gathering.pk).update(**moved)
    for row in Attendance.objects.filter(gathering=gathering):
        left = row.left_at - by if row.left_at else None
        Attendance.objects.filter(pk=row.pk).update(arrived_at=row.arrived_at - by, left_at=left)


def held(world: World, gathering: Gathering, people: list[User]) -> None:
    """From the open door to the close, an hour, with these people."""
    gathering.refresh_from_db()
    ada, at = world.actor(world.facilitator), gathering.starts_at
    live.open_gathering(gathering=gathering, online=False, by=ada, at=at)
    gathering.refresh_from_db()
    for person in people:
        live.arrive(gathering=gathering, by=world.actor(person), at=at)
    end = at + timedelta(hours=1)
    live.start_closing(gathering=gathering, by=ada, at=end)
    live.close(gathering=gathering, by=ada, at=end)
