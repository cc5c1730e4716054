"""You said, we did: nobody's own words and nobody's name go to the group without them, and the lines go in time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.base.lib import codes
from kindcircle.rooms.ending.taking import take_records, take_space
from kindcircle.rooms.feedback import actions, queries
from kindcircle.rooms.feedback.errors import ALittleLong, EnoughLines, NothingTold, SayBoth, SomebodysOwnWords
from kindcircle.rooms.feedback.looks import looked
from kindcircle.rooms.feedback.models import HeardAndDone, LastLook, MemberSaid, TalkedAbout
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.taken import RUN, _repeats, _runs, holds_words_of_a_member
from tests.meetings import held
from tests.world import World, make_world

HOUR = timedelta(hours=1)
WRITTEN = "Could we please sit closer together, the hall eats my voice."


@pytest.fixture
def world(db: None) -> World:
    """One meeting was held, and one member wrote a line after it."""
    made = make_world(members=6)
    held(made, made.gathering, made.members)
    made.gathering.refresh_from_db()
    write(made, WRITTEN)
    return made


def write(world: World, words: str, seat: int = 0) -> None:
    member = world.members[seat]
    sheet = Assignment.objects.get(member=member, gathering=world.gathering, instrument="after-session")
    submit_response(
        assignment=sheet, answers={"ease": 8, "fit": 8, "steadiness": 8, "to_know": words},
        client_key=codes.new_code(), by=world.actor(member), at=world.at + HOUR,
    )  # fmt: skip


def line(world: World, heard: str, doing: str = "We bring the chairs nearer.", **more: object) -> HeardAndDone:
    given = {"agreed": False, "client_key": codes.new_code(), "by": world.actor(world.facilitator)} | more
    return actions.tell_group(gathering=world.gathering, heard=heard, doing=doing, at=world.at + HOUR, **given)


def test_somebody_s_own_words_need_their_yes(world: World) -> None:
    for taken in (
        "One of you wrote: please sit closer together, the hall is large.",
        "PLEASE  sit closer; together the hall!",
        "The hall eats my voice, somebody said.",
    ):
        with pytest.raises(SomebodysOwnWords):
            line(world, taken)
        with pytest.raises(SomebodysOwnWords):
            line(world, "It was hard to hear.", taken)
    assert line(world, "Some could not hear well in the large hall.").code
    assert line(world, "Please sit closer together, the hall eats voices.", agreed=True).code


def test_few_words_are_somebody_s_too_where_they_are_all_there_is(world: World) -> None:
    write(world, "Thank you, Bo", seat=1)
    write(world, "No", seat=2)
    assert holds_words_of_a_member("We heard thank you bo", gathering=world.gathering)
    assert not holds_words_of_a_member("Thank you", gathering=world.gathering)
    assert not holds_words_of_a_member("There was no time", gathering=world.gathering), "one word is nobody's"


def test_a_name_needs_a_yes_too(world: World) -> None:
    with pytest.raises(SomebodysOwnWords):
        line(world, "Tomas would like more quiet.")
    with pytest.raises(SomebodysOwnWords):
        line(world, "More quiet is wanted.", "We ask Wren's neighbour.")


@given(at=st.integers(0, 6), extra=st.text(alphabet="xyz ", max_size=8))
def test_any_run_of_words_is_found_wherever_it_stands(at: int, extra: str) -> None:
    words = WRITTEN.split()
    text = f"{extra} {' '.join(words[at : at + RUN])} {extra}"
    if len(words[at : at + RUN]) == RUN:
        assert _repeats(_runs(text), text, WRITTEN)


def test_a_line_has_two_halves_and_a_length_and_there_are_three(world: World) -> None:
    for heard, doing in (("", "We heat."), ("It was cold.", "  ")):
        with pytest.raises(SayBoth):
            line(world, heard, doing)
    with pytest.raises(ALittleLong):
        line(world, "x" * (actions.LONGEST + 1))
    key = codes.new_code()
    assert line(world, "It was cold.", client_key=key) == line(world, "It was cold.", client_key=key)
    for heard in ("It was late.", "It was loud."):
        line(world, heard)
    with pytest.raises(EnoughLines):
        line(world, "It was dark.")
    first = queries.lines_of(world.gathering)[0]
    assert (first.heard, first.doing) == ("It was cold.", "We bring the chairs nearer.")
    bo = world.actor(world.facilitators[1])
    actions.take_line_back(gathering=world.gathering, code=first.row.code, by=bo, at=world.at + HOUR)
    assert [one.heard for one in queries.lines_of(world.gathering)] == ["It was late.", "It was loud."]
    with pytest.raises(NothingTold):
        actions.tell_group(
            gathering=world.gatherings[1], heard="a", doing="b", agreed=False, client_key="x",
            by=world.actor(world.facilitator), at=world.at,
        )  # fmt: skip


def test_the_wall_shows_it_until_the_next_meeting_is_over(world: World) -> None:
    line(world, "It was cold.")
    coming = world.gatherings[1]
    assert [one.heard for one in queries.lines_to_begin_with(coming)] == ["It was cold."]
    held(world, coming, world.members)
    coming.refresh_from_db()
    assert queries.lines_to_begin_with(coming) == []
    assert queries.lines_to_begin_with(world.gatherings[2]) == [], "the second meeting has its own lines, or none"


def test_lines_go_with_the_group_s_words_and_ticks_with_the_record(world: World) -> None:
    other = make_world(members=1)
    at: datetime = world.at + HOUR
    line(world, "It was cold.")
    actions.say_talked(gathering=world.gathering, by=world.actor(world.facilitator), at=at)
    actions.ask(world.gathering, member=world.member, at=at)
    looked(world.group, ["wcc-6"], side=LastLook.Side.LEADING, at=at)
    looked(other.group, ["wcc-6"], side=LastLook.Side.MEMBER, at=at)
    take_space(world.group)
    assert not HeardAndDone.objects.exists() and TalkedAbout.objects.exists() and MemberSaid.objects.exists()
    take_records(world.group)
    assert not TalkedAbout.objects.exists() and not MemberSaid.objects.exists()
    assert [one.group for one in LastLook.objects.all()] == [other.group]
