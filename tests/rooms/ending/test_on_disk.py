"""What was taken away is out of the database file itself, not only out of sight."""

from pathlib import Path

import pytest
from django.db import connection

from kindcircle.rooms.ending import retention
from kindcircle.rooms.ending.models import Review
from kindcircle.rooms.groups.models import MemberNote
from kindcircle.rooms.groups.models_agreement import Agreement
from kindcircle.rooms.writing.models import JournalEntry, Letter
from tests.rooms.ending.test_retention import FIRST, days_on, live_through
from tests.world import World, make_world


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's own vacuum does this; see the operator's page")
def test_what_went_is_out_of_the_database_file_itself(committed: World) -> None:
    """Not even the sealed bytes are left in the file, or in the journal beside it."""
    world = live_through(make_world(at=FIRST, members=5))  # beside `committed`, which opens the database itself
    Letter.objects.update(delivered_at=FIRST)  # one still on its way would stay
    file = Path(connection.settings_dict["NAME"])
    sealed = [
        bytes(JournalEntry.objects.get(author=world.member).sealed_body),
        bytes(Letter.objects.get(author=world.member).sealed_body),
        bytes(Review.objects.get(group=world.group).sealed_words),
        bytes(Agreement.objects.get(group=world.group).sealed_lines),
    ]
    note = bytes(MemberNote.objects.get(member=world.member).sealed_line)

    def on_disk() -> bytes:
        return b"".join(one.read_bytes() for one in (file, file.with_name(file.name + "-wal")) if one.exists())

    assert all(one[30:80] in on_disk() for one in [*sealed, note])  # or the test could not fail
    for days in (16, 31, 77, 92):
        retention.run(at=days_on(world, days))
    assert not any(one[30:80] in on_disk() for one in sealed)
    assert note[30:80] in on_disk()  # the record has its own date
