"""After an old copy of the database came back: what was let go one by one goes again."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes, erased
from kindcircle.base.vault import seals
from kindcircle.rooms.ending import erasing, own_words
from kindcircle.rooms.ending.models_privacy import Erasure
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.models import Application, Consent
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.preparing.actions import keep_plan
from kindcircle.rooms.preparing.models_safety_plan import SafetyPlan
from kindcircle.rooms.preparing.plans import SAFETY, SUPPORT, PlanKind
from kindcircle.rooms.research.dataset import dataset
from kindcircle.rooms.research.whose import Extent
from kindcircle.rooms.sharing import actions as sharing
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.writing.journal import erase_entry
from kindcircle.rooms.writing.models import JournalEntry
from tests.rooms.research.finished import two_groups
from tests.world import PROGRAMME, World, make_world


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


def in_research(world: World) -> int:
    extent = Extent(world.at, world.at)
    by = world.actor(world.organisation_lead)
    return len(dataset(world.organisation, PROGRAMME, study="kindness", extent=extent, by=by).people)


def lines_of_now() -> list[erased.Erased]:
    return list(erased.noted(erased.file()))


def test_whoever_erased_everything_is_in_no_row_for_research_again(db: None) -> None:
    world = make_world(members=6)
    person = two_groups(world)[3]
    assert in_research(world) == 12
    for found in (True, False):
        assert erasing.again(person_code=person.code, kind="everything", at=world.at) is found
    assert in_research(world) == 11
    assert not Consent.objects.filter(person=person, withdrawn_at=None).exists()
    asked = Application.objects.filter(person=person, withdrawn_at=None)
    assert not asked.exclude(state=Application.State.PLACED).exists()


def test_a_yes_to_research_that_was_taken_back_does_not_stand_again(db: None) -> None:
    world = make_world(members=6)
    person = two_groups(world)[3]
    yes = Consent.objects.get(person=person, kind=Consent.Kind.RESEARCH)
    intake.withdraw(consent=yes, by=world.actor(person), at=world.at)
    [line] = lines_of_now()
    Consent.objects.filter(pk=yes.pk).update(withdrawn_at=None)  # an old copy came back
    assert in_research(world) == 12
    assert replay([line]) == 1 and in_research(world) == 11 and replay([line]) == 0
    yes.refresh_from_db()
    assert yes.withdrawn_at == world.at


def test_a_yes_to_taking_part_that_was_taken_back_leaves_the_group_again(world: World) -> None:
    person, at = world.member, world.at
    yes = Consent.objects.get(person=person, kind=Consent.Kind.TAKING_PART)
    groups.take_back_yes(consent=yes, by=world.actor(person), at=at)
    lines = lines_of_now()
    Consent.objects.filter(pk=yes.pk).update(withdrawn_at=None)  # an old copy came back
    Membership.objects.filter(user=person).update(left_at=None)
    assert replay(lines) >= 1 and replay(lines) == 0
    assert not Membership.objects.filter(user=person, left_at=None).exists()
    assert not Consent.objects.filter(person=person, withdrawn_at=None).exists()


@pytest.mark.parametrize("kind", [SUPPORT, SAFETY])
def test_a_plan_that_was_shown_and_taken_back_is_not_shown_again(world: World, kind: PlanKind) -> None:
    me, by, at = world.member, world.actor(world.member), world.at
    row = kind.model(person=me, saved_at=at, shared_at=at, sealed_lines=b"x")
    row.save()
    preparing.take_plan_back(person=me, by=by, at=at, kind=kind)
    lines = lines_of_now()
    row.save()  # an old copy came back
    assert replay(lines) == 1 and replay(lines) == 0
    row.refresh_from_db()
    assert row.shared_at is None
    preparing.share_plan(person=me, by=by, at=at + timedelta(days=1), kind=kind)
    assert replay(lines) == 0


def test_a_request_that_was_taken_back_does_not_wait_again(world: World) -> None:
    asked = Application.objects.filter(person=world.member).get()
    Application.objects.filter(pk=asked.pk).update(state=Application.State.BOOKED)
    asked.refresh_from_db()
    intake.take_back(application=asked, by=world.actor(world.member), at=world.at)
    lines = lines_of_now()
    Application.objects.filter(pk=asked.pk).update(state=Application.State.BOOKED, withdrawn_at=None)
    later = world.at + timedelta(days=1)
    assert replay(lines, copied_at=later) == 0, "a copy of a day later would know"
    assert replay(lines) == 1 and replay(lines) == 0
    asked.refresh_from_db()
    assert asked.state == Application.State.WITHDRAWN


def entry_of(world: World, at: datetime) -> JournalEntry:
    code = codes.new_code()
    entry = JournalEntry(author=world.member, practice="", client_key=code, written_at=at, code=code)
    entry.sealed_body = seals.JOURNAL.seal("by the river", code=code, holder=world.member)
    entry.save(force_insert=True)
    return entry


def test_what_was_written_after_erasing_all_private_words_is_there_after_a_restore(world: World) -> None:
    copied = clock.now()
    january = copied - timedelta(days=150)
    entry_of(world, january)
    own_words.erase_writing(person=world.member, by=world.actor(world.member), at=january)
    since = entry_of(world, january + timedelta(days=90))
    # The copy of June came back: it knows the erasure of January.
    lines = list(erased.noted(erased.file()))
    assert [line.what for line in lines] == [erased.WRITING] and replay(lines, copied_at=copied) == 0
    assert JournalEntry.objects.get() == since


def test_an_erasure_that_failed_long_before_the_copy_takes_nothing(world: World) -> None:
    copied = clock.now()
    there = entry_of(world, copied)
    for what in (erased.WRITING, erased.EVERYTHING, erased.KEY):
        erased.note(what, person=world.member.code, at=copied - timedelta(days=1))  # and then the disk was full
    assert replay(erased.noted(erased.file()), copied_at=copied) == 0
    assert JournalEntry.objects.get() == there and not Erasure.objects.exists()
    world.member.refresh_from_db()
    assert world.member.is_active and seals.name_of(world.member) == "Ines"


@pytest.mark.parametrize("before", [timedelta(seconds=30), timedelta(days=-1)], ids=["during the copy", "after it"])
def test_an_erasure_the_copy_does_not_know_yet_is_made_again_once(world: World, before: timedelta) -> None:
    copied = clock.now()
    entry_of(world, copied - timedelta(days=2))
    erased.note(erased.WRITING, person=world.member.code, at=copied - before)
    lines = list(erased.noted(erased.file()))
    assert replay(lines, copied_at=copied) == 1 and not JournalEntry.objects.exists()
    since = entry_of(world, copied)
    # A restore that was cut off begins again; and the next copy knows it.
    assert replay(lines, copied_at=copied) == 0 and JournalEntry.objects.get() == since


def test_a_key_that_went_after_the_copy_goes_again_and_one_that_went_before_it_is_not_told_twice(world: World) -> None:
    copied, person = clock.now(), world.member
    erasing.erase_everything(person=person, by=world.actor(person), at=copied - timedelta(days=30))
    assert Erasure.objects.get().key_gone_at is None, "their record has its years"
    erased.note(erased.KEY, person=person.code, at=copied + timedelta(days=1))
    written = erased.file().read_bytes()
    told = AuditEntry.objects.filter(event=Event.PERSON_KEY_GONE).count()
    for took in (1, 0):
        assert replay(list(erased.noted(erased.file())), copied_at=copied) == took
    assert Erasure.objects.get().key_gone_at == copied + timedelta(days=1)
    assert AuditEntry.objects.filter(event=Event.PERSON_KEY_GONE).count() == told + 1
    assert erased.file().read_bytes() == written, "the list says it already"


def test_a_plan_that_was_changed_since_stays(world: World) -> None:
    copied, me = clock.now(), world.member
    keep_plan(person=me, lines={"signs": "no sleep"}, by=world.actor(me), at=copied, kind=SAFETY)
    plan = SafetyPlan.objects.get()
    erased.note(erased.ROW, label="preparing.SafetyPlan", code=plan.code, at=copied - timedelta(days=60))
    assert replay(erased.noted(erased.file()), copied_at=copied) == 0 and SafetyPlan.objects.exists()
    erased.note(erased.ROW, label="preparing.SafetyPlan", code=plan.code, at=copied + timedelta(days=1))
    assert replay(erased.noted(erased.file()), copied_at=copied) == 1 and not SafetyPlan.objects.exists()


def test_nothing_goes_where_its_line_does_not_get_to_the_disk_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, write = clock.now(), os.write
    first, second = entry_of(world, at), entry_of(world, at)
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, words: write(handle, words[:20]))  # the disk is full
        with pytest.raises(OSError, match="No space left"):
            erase_entry(entry=first, by=world.actor(world.member), at=at)
    assert JournalEntry.objects.count() == 2 and list(erased.noted(erased.file())) == []
    # What is erased next has a line of its own.
    erase_entry(entry=second, by=world.actor(world.member), at=at)
    assert [line.code for line in erased.noted(erased.file())] == [second.code]
    assert JournalEntry.objects.get() == first


def test_two_lists_become_one(tmp_path: Path) -> None:
    at, older = clock.now(), tmp_path / "older.jsonl"
    for code in ("one", "two"):
        erased.note(erased.ROW, code=code, at=at)
    older.write_bytes(erased.file().read_bytes().splitlines(keepends=True)[0] + b'{"what": "ro')
    erased.note(erased.ROW, code="three", at=at)
    erased.bring(older)
    assert [line.code for line in erased.noted(erased.file())] == ["one", "two", "three"]
    assert oct(erased.file().stat().st_mode)[-3:] == "600" and not list(tmp_path.glob("*.new"))
    with erased.written_already():
        erased.note(erased.ROW, code="two", at=at)
        erased.note(erased.ROW, code="four", at=at)
    assert [line.code for line in erased.noted(erased.file())] == ["one", "two", "three", "four"]
