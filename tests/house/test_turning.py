"""Turning keys: every sealed text has its place on the list, comes along, and is read throughout."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes, keyfiles, last_copy
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.models import DataKey
from kindcircle.rooms.ending import turning
from kindcircle.rooms.ending.sealed_texts import PLACES
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.tasks.not_opening import did_not_open
from kindcircle.rooms.writing.models import JournalEntry
from tests.house.matrix_house import House
from tests.world import World

EMPTY_HERE = {
    ("sharing.Share", "sealed_line"),
    ("alliance.Rating", "sealed_values"),
    ("care.LookedOver", "sealed_text"),
    ("ending.ReviewNote", "sealed_words"),
    ("groups.Gathering", "sealed_next_reminder"),
    ("intake.Decision", "sealed_signature"),
    ("intake.Trial", "sealed_secret"),
    ("live.FeltAnswer", "sealed_answer"),
    ("live.PairWish", "sealed_apart"),
    ("live.Steadying", "sealed_said"),
    ("measures.AnswerDraft", "sealed_answers"),
    ("measures.PaperSheet", "sealed_first"),
    ("measures.PaperSheet", "sealed_second"),
    ("reminders.AddressChange", "sealed_address"),
    ("safety.AlertReview", "sealed_line"),
    ("safety.StopReview", "sealed_why"),
    ("vault.BoxKey", "sealed_private"),
    ("writing.AddedLater", "sealed_body"),
    ("writing.JournalEntry", "sealed_felt"),
    ("writing.Letter", "sealed_line"),
    ("writing.OwnKey", "sealed_keys"),
    ("writing.OwnPhrases", "sealed_body"),
}
"""Places where nothing lies in the house of the tests; the text of every other is opened by the list."""


@pytest.fixture(autouse=True)
def _own_root_key(tmp_path, settings) -> Iterator[None]:
    """A copy of the root key, so that what is turned here stays here."""
    settings.HOME = tmp_path
    copy = tmp_path / "root.key"
    copy.write_bytes(settings.ROOT_KEY_FILE.read_bytes())
    settings.ROOT_KEY_FILE = copy
    keyfiles.read.cache_clear()
    keys.forget_opened()
    yield
    keyfiles.read.cache_clear()
    keys.forget_opened()


def test_every_sealed_field_has_its_place() -> None:
    fields = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.name.startswith("sealed_")
    }
    assert {(place.label, place.field) for place in PLACES} == fields
    assert len(PLACES) == len(fields)


def test_every_place_knows_its_seal_and_what_it_is_bound_to(house: House) -> None:
    in_use = {key.code: key for key in DataKey.objects.select_related("wrapped_by")}
    seen = set()
    for place in PLACES:
        for row in place.model._default_manager.all():
            value = bytes(getattr(row, place.field) or b"")
            if not value:
                continue
            key = in_use[value[1:23].decode()]
            assert place.seal_of(row).anew(value, code=place.code(row), old=key, new=key)[:23] == value[:23], place
            seen.add((place.label, place.field))
    assert {(place.label, place.field) for place in PLACES} - seen <= EMPTY_HERE


def written(world: World) -> tuple[str, bytes]:
    code = codes.new_code()
    entry = JournalEntry(author=world.member, practice="", client_key=code, written_at=clock.now(), code=code)
    entry.sealed_body = seals.JOURNAL.seal("by the river", code=code, holder=world.member)
    entry.save(force_insert=True)
    return code, bytes(entry.sealed_body)


def read(world: World, code: str) -> str:
    entry = JournalEntry.objects.get(code=code)
    return seals.JOURNAL.open(entry.sealed_body, code=code, holder=world.member)


def test_three_levels_are_turned_and_finished(world: World) -> None:
    code, before = written(world)
    at, later = clock.now(), clock.now() + turning.QUIET + timedelta(seconds=5)
    turning.turn_root(at=at)
    turning.turn_house(world.organisation, at=at)
    turning.turn_holder(world.organisation, at=at)
    turning.turn_holder(world.member, at=at)
    assert bytes(JournalEntry.objects.get(code=code).sealed_body) != before
    # A page that held the older value still opens it: in this process, and in one that remembers nothing.
    for _ in range(2):
        assert read(world, code) == seals.JOURNAL.open(before, code=code, holder=world.member) == "by the river"
        keys.forget_opened()
    assert turning.waiting() >= 3
    assert turning.finish(at=at).gone == 0, "a writer may be at it still"
    assert turning.finish(at=later).gone >= 2
    # The last copy was made before the root key was turned: it opens with the older line alone.
    for made in (None, at):
        if made is not None:
            last_copy.file().write_text(made.isoformat(), encoding="ascii")
        assert turning.finish(at=later).gone == 0 and turning.waiting() == 1 and turning.root_waits_for_a_copy()
    last_copy.file().write_text(later.isoformat(), encoding="ascii")
    assert not turning.root_waits_for_a_copy() and turning.finish(at=later).gone == 1
    assert turning.waiting() == 0 and len(keyfiles.read(settings.ROOT_KEY_FILE)) == 1
    keys.forget_opened()
    world.member.refresh_from_db()
    assert read(world, code) == "by the river" and seals.name_of(world.member)
    with pytest.raises(CannotOpen):
        seals.JOURNAL.open(before, code=code, holder=world.member)


def test_a_key_that_was_wrapped_late_waits_for_one_more_copy(world: World) -> None:
    row = DataKey.objects.filter(wrapped_by=None).first()
    assert row is not None
    before, at = bytes(row.wrapped), clock.now()
    turning.turn_root(at=at)
    os.utime(settings.ROOT_KEY_FILE, ((at - 3 * turning.QUIET).timestamp(),) * 2)
    last_copy.file().write_text(at.isoformat(), encoding="ascii")
    assert not turning.root_waits_for_a_copy()
    DataKey.objects.filter(pk=row.pk).update(wrapped=before)  # by a server that had read the file before
    assert turning.finish(at=at).gone == 0 and turning.root_waits_for_a_copy()
    # One that opens no more stops nothing with a fault, and the older line stays.
    DataKey.objects.filter(pk=row.pk).update(wrapped=before[:-1] + bytes([before[-1] ^ 1]))
    later = at + 3 * turning.QUIET
    last_copy.file().write_text(later.isoformat(), encoding="ascii")
    assert turning.finish(at=later).not_opening == 1 and turning.waiting() == 1


def test_what_was_written_with_the_older_key_meanwhile_comes_along(world: World) -> None:
    old = DataKey.objects.get(holder=keys.holder_name(world.member))
    turning.turn_holder(world.member, at=clock.now())
    code, _ = written(world)
    new = keys.in_use().get(holder=old.holder)
    # As a writer would leave it who had asked for the key just before.
    entry = JournalEntry.objects.get(code=code)
    entry.sealed_body = seals.JOURNAL.anew(entry.sealed_body, code=code, old=new, new=old)
    entry.save()
    turned = turning.finish(at=clock.now() + turning.QUIET + timedelta(seconds=5))
    assert turned.anew >= 1 and turned.gone == 1
    keys.forget_opened()
    assert read(world, code) == "by the river"


def test_a_text_that_does_not_open_keeps_its_old_key(world: World) -> None:
    code, value = written(world)
    JournalEntry.objects.filter(code=code).update(sealed_body=value[:-1] + bytes([value[-1] ^ 1]))
    assert turning.turn_holder(world.member, at=clock.now()).not_opening == 1
    assert turning.finish(at=clock.now() + turning.QUIET + timedelta(seconds=5)).gone == 0
    JournalEntry.objects.filter(code=code).update(sealed_body=value)  # somebody brought the row back from a backup
    assert turning.finish(at=clock.now() + turning.QUIET + timedelta(seconds=5)).gone == 1
    keys.forget_opened()
    assert read(world, code) == "by the river"


def test_destroying_takes_the_older_keys_too(world: World) -> None:
    code, value = written(world)
    turning.turn_holder(world.member, at=clock.now())
    keys.destroy_key(world.member)
    for sealed in (value, bytes(JournalEntry.objects.get(code=code).sealed_body)):
        with pytest.raises(CannotOpen):
            seals.JOURNAL.open(sealed, code=code, holder=world.member)


def test_a_house_that_turns_leaves_the_others_alone(world: World) -> None:
    from tests.world import make_world

    other = make_world(at=clock.now())
    seals.name_of(other.member)
    before = set(DataKey.objects.filter(holder=keys.holder_name(other.member)).values_list("wrapped", flat=True))
    turning.turn_house(world.organisation, at=clock.now())
    after = set(DataKey.objects.filter(holder=keys.holder_name(other.member)).values_list("wrapped", flat=True))
    assert [bytes(one) for one in before] == [bytes(one) for one in after]
    assert AuditEntry.objects.filter(event=Event.KEY_TURNED, chain=other.organisation.code).count() == 0


@pytest.mark.parametrize(
    "harm",
    [
        lambda value, other: other,  # of another row
        lambda value, other: value[:-20],
        lambda value, other: value[:40] + bytes([value[40] ^ 1]) + value[41:],
        lambda value, other: b"just words",
        lambda value, other: b"",
    ],
    ids=["swapped", "truncated", "flipped", "plain", "empty"],
)
def test_a_changed_text_is_a_kind_page_and_is_told_once_a_day(client: Client, world: World, harm) -> None:
    code, value = written(world)
    _, other = written(world)
    JournalEntry.objects.filter(code=code).update(sealed_body=harm(value, other))
    client.force_login(world.member)
    for _ in range(3):
        page = client.get(f"/journal/{code}/")
        assert page.status_code == 500
        assert "We have been told." in page.content.decode() and "river" not in page.content.decode()
    task = Task.objects.get(kind=Kind.TEXT_NOT_OPENING, organisation=world.organisation)
    entry = AuditEntry.objects.get(event=Event.TEXT_DID_NOT_OPEN, chain=world.organisation.code)
    assert (entry.about_kind, entry.about_code) == ("journal", code) == (task.about_kind, task.about_code)
    assert did_not_open(since=clock.now() - timedelta(days=1)) == [f"journal {code}"]
