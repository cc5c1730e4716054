"""The journal: one's own, sealed, and kept to the hour."""

from datetime import UTC, datetime

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.writing import actions, queries
from kindcircle.rooms.writing.errors import NothingWritten
from kindcircle.rooms.writing.models import JournalEntry
from tests.world import World

AT = datetime(2026, 5, 4, 21, 47, 31, tzinfo=UTC)
PRACTICE = "p09-three-line-day"


def write(world: World, text: str = "CANARY-JOURNAL", key: str = "k") -> JournalEntry:
    author = world.member
    return actions.write_entry(
        text=text, practice=PRACTICE, client_key=key, author=author, by=world.actor(author), at=AT
    )


def test_an_entry_is_read_by_its_writer_and_nobody_else(world):
    entry = write(world)
    assert actions.open_entry(entry=entry, by=world.actor(world.member)) == "CANARY-JOURNAL"
    for other in (world.members[1], world.facilitator, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            actions.open_entry(entry=entry, by=world.actor(other))


def test_a_visit_by_short_code_opens_no_journal(world):
    entry = write(world)
    visit = world.actor(world.member, only_gathering=world.gathering.pk)
    with pytest.raises(NotFound):
        actions.open_entry(entry=entry, by=visit)


def test_only_the_hour_is_kept(world):
    assert write(world).written_at == datetime(2026, 5, 4, 21, 0, tzinfo=UTC)


def test_the_same_key_is_the_same_entry(world):
    assert write(world).pk == write(world, text="a second try").pk


def test_somebody_elses_key_is_never_in_the_way(world):
    mine = write(world)
    other = world.members[1]
    theirs = actions.write_entry(
        text="mine too", practice=PRACTICE, client_key="k", author=other, by=world.actor(other), at=AT
    )
    assert theirs.pk != mine.pk


def test_no_readable_word_lies_in_the_row(world):
    row = JournalEntry.objects.filter(pk=write(world).pk).values().get()
    assert b"CANARY" not in bytes(row["sealed_body"])


def test_an_empty_entry_is_answered_kindly(world):
    with pytest.raises(NothingWritten):
        write(world, text=" ")


def test_ones_list_holds_ones_own_only(world):
    write(world)
    assert queries.entries_of(world.actor(world.member)).count() == 1
    assert queries.entries_of(world.actor(world.members[1])).count() == 0
