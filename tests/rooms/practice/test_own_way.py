"""How somebody likes to practise: kept for them alone, sealed, and heard in every word."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.vault import seals
from kindcircle.rooms.practice.models import OwnWay
from kindcircle.rooms.practice.own_way import (
    ANCHORS,
    AS_WRITTEN,
    DATA,
    VOICES,
    ZONES,
    Choice,
    _read,
    keep_own_way,
    own_way,
)
from kindcircle.spec.practices import Needs
from tests.world import World, make_world

MINE = Choice(anchor="feet", eyes_open=True, zones=("pelvis", "chest"), voice="text", buzz=True)


def keep(world: World, choice: Choice) -> None:
    keep_own_way(choice, member=world.member, by=world.actor(world.member))


def test_it_is_remembered_changed_and_put_back(world: World) -> None:
    assert own_way(world.member, by=world.actor(world.member)) == AS_WRITTEN
    for choice in (MINE, Choice(seated=True), MINE):
        keep(world, choice)
        assert own_way(world.member, by=world.actor(world.member)) == choice
    assert OwnWay.objects.count() == 1
    keep(world, AS_WRITTEN)
    assert not OwnWay.objects.exists()


def test_nothing_of_it_can_be_read_in_the_database(world: World) -> None:
    keep(world, MINE)
    kept = bytes(OwnWay.objects.get().sealed_choice)
    assert not any(word in kept for word in (b"feet", b"pelvis", b"chest", b"text", b"anchor"))
    keep(world, Choice(seated=True))
    assert len(bytes(OwnWay.objects.get().sealed_choice)) == len(kept), "not even how much was chosen"


def test_nobody_else_asks_or_writes(world: World) -> None:
    keep(world, MINE)
    elsewhere = make_world()
    others = [world.members[1], world.facilitator, world.safety_lead, world.organisation_lead, elsewhere.member]
    for person in others:
        with pytest.raises(NotFound):
            own_way(world.member, by=world.actor(person))
        with pytest.raises(NotFound):
            keep_own_way(AS_WRITTEN, member=world.member, by=world.actor(person))
    visiting = world.actor(world.member, only_gathering=world.gathering.pk)
    with pytest.raises(NotFound):
        own_way(world.member, by=visiting)
    assert own_way(world.member, by=world.actor(world.member)) == MINE


@pytest.mark.parametrize(
    ("choice", "ways"),
    [
        (AS_WRITTEN, set()),
        (Choice(anchor="feet"), {"no_breath"}),
        (Choice(anchor="breath", eyes_open=True), {"eyes_open"}),
        (Choice(no_touch=True, seated=True, no_writing=True), {"no_touch", "seated", "low_literacy"}),
    ],
)
def test_a_choice_is_heard_in_the_words(choice: Choice, ways: set[str]) -> None:
    assert choice.needs == Needs(frozenset(ways))


def test_a_part_left_out_is_left_out() -> None:
    assert MINE.needs.zones == {"pelvis", "chest"}


choices = st.builds(
    Choice,
    anchor=st.sampled_from(ANCHORS),
    voice=st.sampled_from(VOICES),
    data=st.sampled_from(DATA),
    zones=st.sets(st.sampled_from(ZONES)).map(lambda chosen: tuple(zone for zone in ZONES if zone in chosen)),
    **{one.name: st.booleans() for one in fields(Choice) if one.type == "bool"},
)


@given(choice=choices)
def test_what_is_written_is_what_is_read(choice: Choice) -> None:
    kept = {one.name: getattr(choice, one.name) for one in fields(Choice)}
    assert _read(json.dumps(kept)) == choice


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"anchor": "candle", "voice": "choir", "zones": ["tail"], "data": "none"},
        {"anchor": None, "voice": 3, "zones": [], "later": "field"},
    ],
)
def test_what_a_later_kindcircle_does_not_know_is_as_written(kept: dict[str, object]) -> None:
    assert _read(json.dumps(kept)) == AS_WRITTEN


def test_a_row_moved_to_somebody_else_does_not_open(world: World) -> None:
    keep(world, MINE)
    OwnWay.objects.update(member=world.members[1])
    with pytest.raises(seals.CannotOpen):
        own_way(world.members[1], by=world.actor(world.members[1]))
