"""How am I, after a meeting: kept for one person, and a kind word after three hard ones running."""

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.care import own_check as checks
from kindcircle.rooms.care.models import OwnCheck
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Gathering
from tests.world import World, make_world


@pytest.fixture
def world(db) -> World:
    world = make_world(members=1)
    at = world.at
    Gathering.objects.filter(group=world.group).update(state="closed", opened_at=at, closed_at=at)
    for gathering in world.gatherings:
        gathering.refresh_from_db()
    return world


def keep(world: World, number: int, how: int | None, seat: int = 0, **ratings: int) -> None:
    checks.keep_own_check(
        gathering=world.gatherings[number],
        how=how,
        ratings=ratings,
        by=world.actor(world.facilitators[seat]),
        at=clock.now(),
    )


def test_it_is_kept_sealed_and_nobody_else_can_ask(world: World) -> None:
    keep(world, 0, 7, pace=5, linking=6)
    row = OwnCheck.objects.get()
    assert b"pace" not in bytes(row.sealed_answers)
    mine = checks.own_check(world.gatherings[0], by=world.actor(world.facilitator))
    assert (mine.how, mine.ratings) == (7, {"pace": 5, "linking": 6})
    theirs = checks.own_check(world.gatherings[0], by=world.actor(world.facilitators[1]))
    assert (theirs.how, theirs.ratings) == (None, {})
    assert checks.own_checks(by=world.actor(world.facilitators[1])) == []
    for other in (world.member, world.organisation_lead, world.safety_lead):
        with pytest.raises(NotFound):
            checks.own_check(world.gatherings[0], by=world.actor(other))
        with pytest.raises(NotFound):
            checks.own_checks(by=world.actor(other))


def test_all_of_it_can_be_left_out_and_taken_back(world: World) -> None:
    keep(world, 0, None)
    assert not OwnCheck.objects.exists()
    keep(world, 0, 3)
    keep(world, 0, None, pace=2)
    assert checks.own_check(world.gatherings[0], by=world.actor(world.facilitator)).how is None
    keep(world, 0, None)
    assert not OwnCheck.objects.exists()


def test_what_cannot_be_an_answer_is_not_kept(world: World) -> None:
    keep(world, 0, 11, pace=7, warmth=0, shoe_size=4, holding=6)
    mine = checks.own_check(world.gatherings[0], by=world.actor(world.facilitator))
    assert (mine.how, mine.ratings) == (None, {"holding": 6})


def test_before_the_close_there_is_nothing_to_look_back_on(world: World) -> None:
    Gathering.objects.filter(pk=world.gatherings[0].pk).update(state="open", closed_at=None)
    world.gatherings[0].refresh_from_db()
    with pytest.raises(NotOpen):
        keep(world, 0, 5)


@pytest.mark.parametrize(
    ("told", "low"),
    [
        ([4, 4], False),
        ([4, 3, 4], True),
        ([9, 4, 0, 2], True),
        ([4, 4, 5], False),
        ([1, 1, 1, 5], False),
        ([3, 4, None, 4], True),
        ([4, None, None, 4], False),
    ],
)
def test_three_running_at_four_or_less(world: World, told: list[int | None], low: bool) -> None:
    for number, how in enumerate(told):
        keep(world, number, how, pace=4)
    found = checks.own_checks(by=world.actor(world.facilitator))
    assert [one.how for one in found] == told  # in the order of the meetings
    assert checks.is_low(found) is low
