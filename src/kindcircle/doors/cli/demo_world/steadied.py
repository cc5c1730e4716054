"""A meeting that was a lot for two people: one came back to the room, one went home and was rung the next day."""

from datetime import timedelta

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import slowing_down
from kindcircle.rooms.tasks import actions as tasks
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def it_was_a_lot(house: House, gathering: Gathering, *, back: User, home: User) -> None:
    """One steps out for a while, one is looked after and goes home; and the next meeting may be lighter."""
    half_past, holder = gathering.starts_at + 30 * MINUTE, house.acting(house.facilitators[1])
    for member, kind, minutes in ((back, "step_out", 0), (back, "fine", 5), (home, "lot", 14)):
        live.send_signal(
            gathering=gathering,
            kind=kind,
            client_key=codes.new_code(),
            by=house.acting(member),
            at=half_past + minutes * MINUTE,
        )
    place = places(gathering.group).select_related("group__organisation").get(user=home)
    panel, at = codes.new_code(), half_past + 15 * MINUTE
    answers = {"check": {"steadiness": "4", "wish": "no", "stays": "no"}, "choose": {"choice": "leave"}}
    for step in ("stop", "ground", "out", "check", "choose", "group"):
        at += MINUTE
        live.note_step(
            gathering=gathering, place=place, panel=panel, step=step, said=answers.get(step), by=holder, at=at
        )
    line = "The scan was too close. Sat on the stairs with her. Her sister fetched her."
    live.write_line(gathering=gathering, place=place, panel=panel, line=line, by=holder, at=at + MINUTE)
    live.end_steadying(gathering=gathering, place=place, panel=panel, by=holder, at=at + 2 * MINUTE)
    slowing_down.call_for_less(gathering=gathering, by=holder, at=at + 3 * MINUTE)


def somebody_rang(house: House, gathering: Gathering, *, home: User) -> None:
    """The next day: the task is done, with what came of it."""
    task = Task.objects.get(kind=Kind.HEAR_FROM, group=gathering.group, concerns=home)
    note = "She slept well. She would like to come again, with her eyes open."
    by = house.acting(house.facilitators[1])
    tasks.finish(task=task, outcome="reached", note=note, by=by, at=gathering.ends_at + 18 * HOUR)
