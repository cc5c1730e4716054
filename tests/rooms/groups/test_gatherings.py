"""The end of a meeting and its notes: nothing stands in the way of closing, and nobody writes over a colleague."""

from datetime import timedelta

import pytest

from kindcircle.rooms.groups import actions, queries
from kindcircle.rooms.groups.errors import NotesChanged
from kindcircle.rooms.groups.models import Attendance, Gathering
from tests.world import World

MINUTE = timedelta(minutes=1)


def open_and_close(world: World, *, close_at) -> Gathering:
    by = world.actor(world.facilitator)
    actions.open_gathering(gathering=world.gathering, online=False, by=by, at=world.at)
    actions.start_closing(gathering=world.gathering, by=by, at=world.at)
    return actions.close_gathering(gathering=world.gathering, by=by, at=close_at)


def save(world: World, **more) -> Gathering:
    words = {"steps": {}, "note": "a note", "lines": {}} | more
    at = words.pop("at", world.at + 61 * MINUTE)
    return actions.record_after(gathering=world.gathering, by=world.actor(world.facilitator), at=at, **words)


def test_somebody_who_comes_in_at_the_last_moment_does_not_keep_the_door_open(world: World) -> None:
    by = world.actor(world.facilitator)
    actions.open_gathering(gathering=world.gathering, online=False, by=by, at=world.at)
    actions.start_closing(gathering=world.gathering, by=by, at=world.at)
    pressed = world.at + 60 * MINUTE
    actions.record_arrival(gathering=world.gathering, user=world.members[0], at=world.at)
    actions.record_arrival(gathering=world.gathering, user=world.members[1], at=pressed + timedelta(milliseconds=3))
    closed = actions.close_gathering(gathering=world.gathering, by=by, at=pressed)
    assert closed.state == Gathering.State.CLOSED
    minutes = {row.user_id: row.minutes for row in Attendance.objects.filter(gathering=closed)}
    assert minutes == {world.members[0].pk: 60, world.members[1].pk: 0}


def test_a_clock_that_was_set_back_does_not_keep_the_door_open(world: World) -> None:
    closed = open_and_close(world, close_at=world.at - MINUTE)
    assert closed.closed_at == closed.opened_at


def test_notes_that_were_saved_meanwhile_are_not_written_over(world: World) -> None:
    open_and_close(world, close_at=world.at + 60 * MINUTE)
    first = save(world, lines={world.member: "hers"})
    with pytest.raises(NotesChanged):
        save(world, lines={world.member: ""}, at=world.at + 62 * MINUTE)
    notes = queries.notes_of(Gathering.objects.get(pk=first.pk), by=world.actor(world.facilitator))
    assert notes.lines == {world.member.pk: "hers"}
    save(world, lines={world.member: ""}, at=world.at + 63 * MINUTE, seen_at=first.recorded_at)
    notes = queries.notes_of(Gathering.objects.get(pk=first.pk), by=world.actor(world.facilitator))
    assert notes.lines == {}
