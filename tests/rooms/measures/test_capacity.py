"""How many may need a talk the same day before a group opens: a range from two studies, and hours that are covered."""

from datetime import UTC, datetime, time, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.measures.capacity import Capacity, capacity_of, capacity_of_group, said_enough, say_enough
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.safety.models_watch import EnoughPeople
from kindcircle.spec.capacity import FEW, LEAST, MANY, MOST, weeks_of
from kindcircle.spec.catalogue import startable
from tests.newest import newest_programme
from tests.world import World, make_world

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    made = make_world(at=MONDAY, members=1)
    house = made.organisation
    house.zone, house.staffed_days, house.staffed_from, house.staffed_until = "UTC", "12345", time(9), time(17)
    house.save()
    Duty.objects.filter(organisation=house).delete()
    for day in (1, 2):
        Duty.objects.create(organisation=house, person=made.facilitator, weekday=day, since=time(9), until=time(17))
    return made


def of(world: World, name: str, seats: int) -> Capacity:
    return capacity_of(newest_programme(name), world.organisation, seats=seats, at=MONDAY)


def test_the_two_shares_are_those_that_were_counted() -> None:
    assert (round(FEW.people / FEW.of, 2), round(MANY.people / MANY.of, 2)) == (LEAST, MOST)


def test_ten_groups_of_twelve_may_yield_six_to_thirty_six_at_once() -> None:
    [before, *_rest] = weeks_of(newest_programme("eight-weeks-of-self-compassion"), seats=120, besides={})
    assert (before.when, before.sittings, before.least, before.most) == ("before", 1, 6, 36)


def test_each_time_of_asking_stands_by_itself(world: World) -> None:
    found = {
        week.when: (week.sittings, week.least, week.most) for week in of(world, "kind-to-a-body-that-hurts", 12).weeks
    }
    # The set before; what the house asks everybody after the second of four meetings; the sets at the end and later.
    assert found == {"before": (1, 0, 4), 2: (1, 0, 4), "end": (1, 0, 4), "later": (1, 0, 4)}


def test_a_programme_that_asks_every_week_is_reckoned_every_week(world: World) -> None:
    weeks = of(world, "compassionate-mind-group", 8).weeks
    assert {week.when for week in weeks} >= {"before", *range(1, 14), "end"}
    assert all(week.most >= 3 for week in weeks)


def test_hours_are_those_of_the_rota_and_too_few_are_said(world: World) -> None:
    found = of(world, "kind-to-a-body-that-hurts", 12)
    assert (found.staffed, found.covered, found.on_rota) == (40.0, 16.0, 1)
    assert found.hours == (0.0, 4.0) and not found.too_few_hours
    assert of(world, "kind-to-a-body-that-hurts", 60).too_few_hours
    Duty.objects.filter(organisation=world.organisation).delete()
    assert of(world, "kind-to-a-body-that-hurts", 1).too_few_hours


@pytest.mark.parametrize("name", [plan.id for plan in startable()])
def test_every_programme_has_a_range(world: World, name: str) -> None:
    found = of(world, name, 12)
    assert all(0 <= week.least <= week.most <= week.asked for week in found.weeks)
    assert (found.fullest is None) == (not found.weeks)


def test_who_said_enough_stands_there_until_more_is_to_be_expected(world: World) -> None:
    lead, at = world.actor(world.organisation_lead), MONDAY
    capacity = capacity_of_group(world.group, at=at)
    assert said_enough(world.group, capacity) is None
    say_enough(group=world.group, by=lead, at=at)
    say_enough(group=world.group, by=lead, at=at + DAY)
    row = said_enough(world.group, capacity_of_group(world.group, at=at + DAY))
    assert row is not None and (row.by, row.at, row.most) == (world.organisation_lead, at + DAY, capacity.most)
    EnoughPeople.objects.update(most=capacity.most - 1)
    assert said_enough(world.group, capacity) is None
    other = make_world()
    for by in (world.actor(world.facilitator), world.actor(world.member), other.actor(other.organisation_lead)):
        with pytest.raises(NotFound):
            say_enough(group=world.group, by=by, at=at)
