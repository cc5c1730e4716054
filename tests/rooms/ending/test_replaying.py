"""After an old copy of the database came back: what was let go one by one goes again."""

from pathlib import Path

import pytest

from kindcircle.base.lib import clock, codes, erased
from kindcircle.rooms.ending import erasing
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.models import Application, Consent
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
    for _ in range(2):
        assert erasing.again(person_code=person.code, kind="everything", at=world.at)
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


def test_a_request_that_was_taken_back_does_not_wait_again(world: World) -> None:
    asked = Application.objects.filter(person=world.member).get()
    Application.objects.filter(pk=asked.pk).update(state=Application.State.BOOKED)
    asked.refresh_from_db()
    intake.take_back(application=asked, by=world.actor(world.member), at=world.at)
    lines = lines_of_now()
    Application.objects.filter(pk=asked.pk).update(state=Application.State.BOOKED, withdrawn_at=None)
    assert replay(lines) == 1 and replay(lines) == 0
    asked.refresh_from_db()
    assert asked.state == Application.State.WITHDRAWN
