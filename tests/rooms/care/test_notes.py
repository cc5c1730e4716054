"""One person's notes alone: nobody else is named in what leaves the house, and nothing of anybody else stands in it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.care import notes
from kindcircle.rooms.care.errors import NamesToLookAt
from kindcircle.rooms.care.models import LookedOver
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import notes_of
from tests.world import World, join, make_person, make_world


@pytest.fixture
def world(db) -> World:
    world = make_world(members=4)
    close(world, 0)
    return world


def close(world: World, number: int) -> Gathering:
    by, gathering = world.actor(world.facilitator), world.gatherings[number]
    at = gathering.starts_at
    actions.open_gathering(gathering=gathering, online=False, by=by, at=at)
    for member in world.members[:3]:
        actions.record_arrival(gathering=gathering, user=member, at=at)
    actions.start_closing(gathering=gathering, by=by, at=at + timedelta(minutes=50))
    actions.close_gathering(gathering=gathering, by=by, at=at + timedelta(hours=1))
    gathering.refresh_from_db()
    return gathering


def write(world: World, note: str, lines: dict[int, str] | None = None, number: int = 0) -> Gathering:
    gathering = Gathering.objects.select_related("group__organisation").get(pk=world.gatherings[number].pk)
    actions.record_after(
        gathering=gathering,
        steps={},
        note=note,
        lines={world.members[seat]: line for seat, line in (lines or {}).items()},
        by=world.actor(world.facilitator),
        at=world.at + timedelta(hours=2),
        seen_at=gathering.recorded_at,
    )
    return Gathering.objects.select_related("group__organisation").get(pk=gathering.pk)


def place(world: World, seat: int) -> Membership:
    return Membership.objects.select_related("group__organisation", "user").get(
        group=world.group, user=world.members[seat]
    )


def left(world: World, gathering: Gathering) -> dict[int | None, tuple[str, ...]]:
    return notes.to_look_at(gathering, notes_of(gathering, by=world.actor(world.facilitator)))


def test_the_shared_note_names_nobody_and_a_line_names_nobody_else(world: World) -> None:
    ines = world.member
    gathering = write(world, "A round with Ines.", {0: "Ines sat by Tomas.", 1: "Tomas rested."})
    assert left(world, gathering) == {None: ("Ines",), ines.pk: ("Tomas",)}
    # Somebody who left is still named by nobody; somebody from another group is not known here.
    gone = make_person(world.organisation, "Zelda", at=world.at)
    Membership.objects.filter(pk=join(world.group, gone, "member", at=world.at).pk).update(left_at=world.at)
    gathering = write(world, "As Zelda said, and Ada, and Nobody.", {0: "", 1: ""})
    assert left(world, gathering) == {None: ("Zelda",)}


def test_nothing_leaves_the_house_until_somebody_has_looked(world: World) -> None:
    by, at = world.actor(world.facilitator), world.at
    gathering = write(world, "A wren sang.", {0: "Well.", 1: "Sat by Ines."})
    for seat in (0, 1):
        with pytest.raises(NamesToLookAt):
            notes.notes_to_keep(place(world, seat), by=by, at=at)
    notes.look_over(gathering=gathering, member=None, words=["wren"], by=by, at=at)
    # What stands in another person's line keeps nobody but them.
    [one] = notes.notes_to_keep(place(world, 0), by=by, at=at)
    assert (one.shared, one.line, one.came.minutes, one.to_look_at) == ("A wren sang.", "Well.", 60, ((), ()))
    with pytest.raises(NamesToLookAt):
        notes.notes_to_keep(place(world, 1), by=by, at=at)
    assert not AuditEntry.objects.filter(event="member notes exported", concerns=world.members[1].code).exists()


def test_what_was_found_fine_holds_for_these_words_and_for_what_was_shown(world: World) -> None:
    by, at = world.actor(world.facilitator), world.at
    gathering = write(world, "A wren sang.")
    notes.look_over(gathering=gathering, member=None, words=["wren"], by=by, at=at)
    assert left(world, write(world, "A wren sang.")) == {}  # saved again as it was
    assert left(world, write(world, "A wren sang to Mei and Ines.")) == {None: ("wren", "Ines")}
    # A tap on a page that did not show a name yet does not wave that name through.
    notes.look_over(gathering=gathering, member=None, words=["wren"], by=by, at=at)
    fresh = Gathering.objects.select_related("group__organisation").get(pk=gathering.pk)
    assert left(world, fresh) == {None: ("Ines",)}
    notes.look_over(gathering=gathering, member=None, words=["Ines"], by=by, at=at)
    assert left(world, fresh) == {}
    assert LookedOver.objects.filter(gathering=gathering).count() == 1
    # Somebody joins whose name stands there already.
    join(world.group, make_person(world.organisation, "Mei", at=at), "member", at=at)
    assert left(world, fresh) == {None: ("Mei",)}


def test_one_persons_notes_are_the_meetings_of_their_own_time(world: World) -> None:
    by = world.actor(world.facilitator)
    write(world, "The first.", {0: "Mine.", 1: "Not mine."})
    close(world, 1)
    write(world, "The second.", number=1)
    Membership.objects.filter(pk=place(world, 2).pk).update(left_at=world.at + timedelta(days=1))
    late = make_person(world.organisation, "Late", at=world.at)
    joined = join(world.group, late, "member", at=world.at + timedelta(days=3))

    def shared(one: Membership) -> list[str]:
        return [note.shared for note in notes.person_notes(one, by=by, at=world.at)]

    assert shared(place(world, 0)) == ["The first.", "The second."]
    assert shared(place(world, 2)) == ["The first.", "The second."]  # came to both, whatever their place says
    assert shared(place(world, 3)) == ["The first.", "The second."]  # stayed away twice: that is part of it
    assert shared(Membership.objects.select_related("group__organisation", "user").get(pk=joined.pk)) == ["The second."]
    everything = [
        replace(one, gathering=None, came=None) for one in notes.person_notes(place(world, 0), by=by, at=world.at)
    ]
    assert "Not mine." not in repr(everything)


def test_only_those_who_lead_the_group_can_read_or_keep_it(world: World) -> None:
    other = make_world(members=1)
    for by in (
        world.actor(world.member),
        world.actor(world.organisation_lead),
        world.actor(world.safety_lead),
        world.actor(world.facilitator, strong=False),
        other.actor(other.facilitator),
    ):
        for read in (notes.person_notes, notes.notes_to_keep):
            with pytest.raises(NotFound):
                read(place(world, 0), by=by, at=world.at)
        with pytest.raises(NotFound):
            notes.look_over(gathering=world.gatherings[0], member=None, words=["x"], by=by, at=world.at)
    assert not AuditEntry.objects.filter(event__startswith="member notes").exists()
