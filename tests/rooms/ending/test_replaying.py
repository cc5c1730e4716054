"""After an old copy of the database came back: what was let go one by one goes again."""

from pathlib import Path

import pytest

from kindcircle.base.lib import clock, codes, erased
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.sharing import actions as sharing
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.writing.journal import erase_entry
from kindcircle.rooms.writing.models import JournalEntry
from tests.world import World


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def test_what_was_taken_back_stays_taken_back(world: World) -> None:
    at, me = clock.now(), world.member
    share = Share(author=me, group=world.group, client_key="k" * 22, step="leaders", since=at, seen_from=at)
    share.sealed_words = b"x"
    share.save()
    entry = JournalEntry.objects.create(
        author=me, practice="", client_key=codes.new_code(), written_at=at, sealed_body=b"x"
    )
    old_share, old_entry = Share.objects.get(pk=share.pk), JournalEntry.objects.get(pk=entry.pk)
    for _ in range(2):
        sharing.take_back(share=share, by=world.actor(me), at=at)
        erase_entry(entry=entry, by=world.actor(me), at=at)
    assert not Share.objects.exists() and not JournalEntry.objects.exists()
    old_share.save(force_insert=True)  # an old copy came back
    old_entry.save(force_insert=True)
    lines = list(erased.noted(erased.file()))
    assert {line.code for line in lines} == {old_share.code, old_entry.code}
    assert replay(lines) == 2 and replay(lines) == 0
    assert not Share.objects.exists() and not JournalEntry.objects.exists()


def test_a_line_that_was_cut_off_and_a_kind_that_is_not_listed_take_nothing(world: World) -> None:
    at = clock.now()
    erased.note(erased.ROW, label="people.User", code=world.member.code, at=at)
    erased.note(erased.WRITING, person="nobody", at=at)
    with erased.file().open("a", encoding="utf-8") as file:
        file.write('{"what": "everything", "per')
    lines = list(erased.noted(erased.file()))
    assert len(lines) == 2 and replay(lines) == 0
    assert oct(erased.file().stat().st_mode)[-3:] == "600"
