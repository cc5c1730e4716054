"""Those who missed a meeting hear that their seat is kept, and are rung when they miss two."""

from datetime import datetime

from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.conversations import absence_notes
from kindcircle.rooms.groups.absences import waiting_notes
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.tasks import actions as tasks
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

CALLS = (Kind.TWO_MISSES, Kind.MISS_AFTER_LOW, Kind.LEAVING)

FILLED = ("Friday", "five", "the number of our front desk")


def look_after(house: House, group: Group, *, at: datetime) -> None:
    """Send every note that waits, and ring whoever is to be rung."""
    for absence in waiting_notes(group):
        text = absence_notes.draft(absence, by=house.guide)
        for gap, words in zip(absence_notes.gaps_to_fill().values(), FILLED, strict=True):
            text = text.replace(gap, words)
        absence_notes.send(absence=absence, text=text, by=house.guide, at=at)
    for task in Task.objects.filter(group=group, kind__in=CALLS, done_at=None).select_related(
        "organisation", "concerns"
    ):
        tasks.finish(task=task, outcome="reached", note="", by=house.guide, at=at)
