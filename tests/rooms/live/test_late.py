"""Coming late: quietly for ten minutes, then let in by a person, and never in the middle of a practice."""

from datetime import timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.errors import DoesNotFit
from kindcircle.rooms.live.queries import LATE_AFTER, QUIET_AFTER
from tests.world import World

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def on(world: World) -> World:
    """The meeting is on; the first member is there."""
    actions.open_gathering(gathering=world.gathering, online=True, by=world.actor(world.facilitator), at=world.at)
    world.gathering.refresh_from_db()
    come(world, 0, world.at)
    return world


def come(world: World, seat: int, at) -> None:
    actions.arrive(gathering=world.gathering, by=world.actor(world.members[seat]), at=at)


def being(world: World, seat: int, at) -> str:
    return queries.people(world.gathering, at=at)[seat].being


def let_in(world: World, seat: int, at, by=None) -> None:
    place = Membership.objects.get(user=world.members[seat])
    actions.let_in_late(
        gathering=world.gathering, member_code=place.code, by=world.actor(by or world.facilitator), at=at
    )


def test_ten_minutes_long_the_door_is_open(on: World) -> None:
    come(on, 1, on.at + LATE_AFTER)
    assert being(on, 1, on.at + LATE_AFTER) == "here"
    come(on, 2, on.at + LATE_AFTER + SECOND)
    assert being(on, 2, on.at + LATE_AFTER + SECOND) == "waits"
    assert not Attendance.objects.filter(user=on.members[2]).exists()


def test_a_meeting_that_began_late_waits_for_its_people(world: World) -> None:
    opened = world.at + 25 * MINUTE
    actions.open_gathering(gathering=world.gathering, online=True, by=world.actor(world.facilitator), at=opened)
    world.gathering.refresh_from_db()
    come(world, 0, opened + 9 * MINUTE)
    assert being(world, 0, opened + 9 * MINUTE) == "here"


def test_opened_early_the_plan_counts(world: World) -> None:
    begins = world.at + 30 * MINUTE
    Gathering.objects.filter(pk=world.gathering.pk).update(starts_at=begins)
    world.gathering.refresh_from_db()
    actions.open_gathering(gathering=world.gathering, online=True, by=world.actor(world.facilitator), at=world.at)
    world.gathering.refresh_from_db()
    come(world, 0, begins + 9 * MINUTE)
    assert being(world, 0, begins + 9 * MINUTE) == "here"


def test_an_open_page_does_not_slip_in(on: World) -> None:
    at = on.at + 20 * MINUTE
    come(on, 1, at)
    for number in range(1, 4):
        actions.keep_alive(gathering=on.gathering, user_ids={on.members[1].pk}, at=at + number * 10 * SECOND)
    assert being(on, 1, at + 30 * SECOND) == "waits"
    # Who has given up and gone waits no more.
    assert being(on, 1, at + 30 * SECOND + QUIET_AFTER + SECOND) == "away"


def test_who_was_there_comes_back_without_a_question(on: World) -> None:
    place = Membership.objects.get(user=on.member)
    ada, at = on.actor(on.facilitator), on.at + 20 * MINUTE
    actions.mark_left(gathering=on.gathering, member_code=place.code, by=ada, at=at)
    come(on, 0, at + MINUTE)
    assert being(on, 0, at + MINUTE) == "here"


def test_let_in_with_one_tap_but_never_during_a_practice(on: World) -> None:
    at, ada = on.at + 20 * MINUTE, on.actor(on.facilitator)
    come(on, 1, at)
    use = queries.session_of(on.gathering).agenda[0].practice
    assert use is not None
    actions.start_step(gathering=on.gathering, step=0, by=ada, at=at)
    placed = actions.start_practice(
        gathering=on.gathering, practice=use.practice, seconds=use.seconds, by=ada, at=at + SECOND
    )
    assert placed.practice is not None
    for moment in (at + 2 * SECOND, at + MINUTE):
        assert queries.practice_goes_on(on.gathering, at=moment)
        with pytest.raises(DoesNotFit, match="middle of a practice"):
            let_in(on, 1, moment)
    actions.end_practice(gathering=on.gathering, play=placed.practice.play, by=ada, at=at + 2 * MINUTE)
    for _ in range(2):
        let_in(on, 1, at + 3 * MINUTE)
    arrived = Attendance.objects.get(user=on.members[1])
    assert arrived.arrived_at == at + 3 * MINUTE and not queries.waits_outside(
        on.gathering, on.actor(on.members[1]), at=at + 3 * MINUTE
    )


def test_only_those_who_lead_let_somebody_in(on: World) -> None:
    come(on, 1, on.at + 20 * MINUTE)
    for stranger in (on.member, on.members[1], on.safety_lead):
        with pytest.raises(NotFound):
            let_in(on, 1, on.at + 21 * MINUTE, by=stranger)
