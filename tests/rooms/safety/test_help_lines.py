"""Hazard H04: a number is shown exactly as it is dialled, only while two people's checks are fresh."""

from datetime import timedelta

import pytest

from kindcircle.rooms.safety import helplines
from kindcircle.rooms.safety.models import Helpline
from kindcircle.rooms.safety.queries import help_lines
from tests.world import World, make_world

DAY = timedelta(days=1)
AS_DIALLED = "0800 11-22 / 3 (then #1)"


@pytest.fixture
def world(db) -> World:
    """A house in which nobody has dialled anything yet."""
    return make_world(ready=False)


def add(world: World, number: str = AS_DIALLED, **more) -> Helpline:
    fields = {"name": "Listening line", "hours": "Day and night", "source": "its own page", **more}
    by = world.actor(world.organisation_lead)
    return helplines.add_helpline(organisation=world.organisation, number=number, by=by, at=world.at, **fields)


def dial(world: World, line: Helpline, person, at=None) -> None:
    helplines.check_helpline(helpline=line, by=world.actor(person), at=at or world.at)


def numbers(world: World, at=None) -> list[str]:
    return [line.number for line in help_lines(world.organisation, at=at or world.at)]


def test_two_different_people_have_dialled_it(world: World):
    line = add(world)
    assert numbers(world) == []
    dial(world, line, world.facilitator)
    dial(world, line, world.facilitator)
    assert numbers(world) == []
    dial(world, line, world.safety_lead)
    assert numbers(world) == [AS_DIALLED]


@pytest.mark.parametrize(("days", "shown"), [(0, True), (179, True), (180, False), (400, False)])
def test_it_is_shown_for_180_days_from_the_older_of_the_two(world: World, days, shown):
    line = add(world)
    dial(world, line, world.facilitator)
    dial(world, line, world.safety_lead, at=world.at + 30 * DAY)
    assert (AS_DIALLED in numbers(world, at=world.at + max(days, 30) * DAY)) == shown


def test_a_check_from_a_clock_that_ran_ahead_does_not_count_yet(world: World):
    line = add(world)
    dial(world, line, world.facilitator)
    dial(world, line, world.safety_lead, at=world.at + DAY)
    assert numbers(world) == []


def test_the_emergency_number_always_comes_first(world: World):
    for number, more in (("1", {"name": "A line"}), ("2", {"name": "Z", "emergency": True}), ("3", {"name": "B line"})):
        line = add(world, number, **more)
        for person in world.facilitators:
            dial(world, line, person)
    assert numbers(world) == ["2", "1", "3"]


def test_each_house_has_its_own(world: World):
    line = add(world)
    for person in world.facilitators:
        dial(world, line, person)
    assert numbers(make_world(members=1, ready=False)) == []
