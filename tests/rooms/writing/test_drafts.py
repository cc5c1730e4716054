"""Drafts: what is half-written survives the session, and two open pages never write over each other."""

from datetime import UTC, date, datetime

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.writing import actions
from kindcircle.rooms.writing.errors import OpenElsewhere, TooLong
from kindcircle.rooms.writing.models import Draft, Letter
from tests.world import World

AT = datetime(2026, 5, 4, 21, 47, 31, tzinfo=UTC)


def save(world: World, text: str, *, page: str = "one", version: int = 0, box: str = "kind", kind: str = "journal"):
    by, author = world.actor(world.member), world.member
    actions.save_draft(kind=kind, box=box, text=text, page=page, version=version, author=author, by=by, at=AT)


def kept(world: World, kind: str = "journal") -> actions.Kept:
    return actions.open_draft(kind=kind, author=world.member, by=world.actor(world.member))


def seal_letter(world: World, *, key: str, draft: int = 0) -> Letter:
    by, author = world.actor(world.member), world.member
    return actions.write_letter(
        text="Dear me", deliver_on=date(2026, 6, 1), client_key=key, author=author, by=by, at=AT, draft=draft
    )


def test_one_page_saves_again_and_again(world):
    for text in ("a", "ab", "abc"):
        save(world, text)
    save(world, "tired", box="feelings")
    assert kept(world).boxes == {"kind": "abc", "feelings": "tired"}


def test_nothing_kept_is_no_boxes_and_version_nought(world):
    assert kept(world) == actions.Kept({}, 0)


def test_it_goes_when_every_box_is_empty(world):
    save(world, "a")
    save(world, "b", box="feelings")
    save(world, " ")
    assert Draft.objects.exists()
    save(world, "", box="feelings")
    assert not Draft.objects.exists()


def test_the_second_tab_is_told_and_the_first_goes_on(world):
    save(world, "first", page="one")
    with pytest.raises(OpenElsewhere):
        save(world, "second", page="two")
    save(world, "first goes on", page="one")
    assert kept(world).boxes == {"kind": "first goes on"}


def test_a_page_opened_later_takes_over_and_the_older_one_is_told(world):
    save(world, "first", page="one")
    save(world, "carried on", page="two", version=kept(world).version)
    save(world, "and on", page="two")
    with pytest.raises(OpenElsewhere):
        save(world, "from the old tab", page="one")


def test_a_draft_begun_anew_is_not_taken_for_the_old_one(world):
    save(world, "a")
    old = kept(world).version
    save(world, "")
    save(world, "anew", page="three")
    save(world, "still typing", page="three")
    with pytest.raises(OpenElsewhere):
        save(world, "from the old tab", page="two", version=old)


def test_sending_ends_the_draft_of_the_same_page(world):
    save(world, "Dear m", kind="letter", page="one")
    seal_letter(world, key="one")
    assert kept(world, "letter").boxes == {}


def test_sending_ends_the_draft_that_the_page_was_filled_from(world):
    save(world, "Dear m", kind="letter", page="one")
    seal_letter(world, key="two", draft=kept(world, "letter").version)
    assert kept(world, "letter").boxes == {}


def test_sending_leaves_what_another_open_page_has_saved_since(world):
    save(world, "words of the other tab", kind="letter", page="one")
    seal_letter(world, key="two")
    assert kept(world, "letter").boxes == {"kind": "words of the other tab"}


def test_a_late_save_does_not_bring_back_words_that_are_sealed(world):
    seal_letter(world, key="one")
    save(world, "Dear me", kind="letter", page="one")
    assert not Draft.objects.exists()


def test_endless_words_are_answered_kindly(world):
    with pytest.raises(TooLong):
        save(world, "a" * 20_001)


def test_no_readable_word_lies_in_the_row(world):
    save(world, "CANARY-DRAFT")
    assert b"CANARY" not in bytes(Draft.objects.get().sealed_body)


def test_a_writer_may_let_it_go(world):
    save(world, "a")
    actions.drop_draft(kind="journal", page="two", author=world.member, by=world.actor(world.member), at=AT)
    assert not Draft.objects.exists()


def test_nobody_touches_somebody_elses_draft(world):
    save(world, "mine")
    for other in (world.members[1], world.facilitator, world.organisation_lead):
        by = world.actor(other)
        with pytest.raises(NotFound):
            actions.open_draft(kind="journal", author=world.member, by=by)
        with pytest.raises(NotFound):
            actions.drop_draft(kind="journal", page="two", author=world.member, by=by, at=AT)
    assert kept(world).boxes == {"kind": "mine"}
