"""The practice log fills itself, grows only, and speaks of a group in ranges."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.practice import actions, queries
from kindcircle.rooms.practice.models import Play
from kindcircle.spec.practices import load_practice
from tests.world import World

AT = datetime(2026, 5, 4, 21, 0, tzinfo=UTC)


def start(world: World, person=None, key: str = "k") -> Play:
    member = person or world.member
    return actions.start_play(
        practice=load_practice("p22-soles-of-the-feet"),
        seconds=180,
        client_key=key,
        member=member,
        group=world.group,
        by=world.actor(member),
        at=AT,
    )


def played(world: World, play: Play, seconds: int, after: int = 200) -> Play:
    by = world.actor(world.member)
    return actions.record_played(play=play, seconds=seconds, by=by, at=AT + timedelta(seconds=after))


def test_a_play_begins_once_per_key(world):
    assert start(world).pk == start(world).pk


def test_it_grows_and_never_shrinks_and_ends_at_its_length(world):
    play = start(world)
    assert played(world, play, 60).seconds_played == 60
    assert played(world, play, 30).seconds_played == 60
    assert played(world, play, 60).finished_at is None
    done = played(world, play, 9999)
    assert (done.seconds_played, done.finished_at) == (180, AT + timedelta(seconds=200))
    assert played(world, play, 180, after=999).finished_at == done.finished_at


def test_nobody_writes_into_somebody_elses_log(world):
    play = start(world)
    with pytest.raises(NotFound):
        actions.record_played(play=play, seconds=9, by=world.actor(world.members[1]), at=AT)


def test_a_group_is_spoken_of_in_ranges_from_five_people_up(world):
    for number, member in enumerate(world.members[:3]):
        for turn in range(number + 1):
            start(world, member, key=f"{number}{turn}")
    seen = queries.practised_lately(world.group, at=AT + timedelta(days=1))
    assert (seen.people, seen.lowest, seen.middle, seen.highest) == (8, 0, 0, 3)
    for member in world.members[4:]:
        member.memberships.update(left_at=world.at + timedelta(days=1))
    assert queries.practised_lately(world.group, at=AT + timedelta(days=1)) is None
