"""Kinds of entry: what lies in one, what is added to it, how it goes, and the phrases that stay."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import Conflict, NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import own_words
from kindcircle.rooms.writing import actions, bodies, journal, phrases
from kindcircle.rooms.writing.errors import DrawingAmiss, NothingWritten, OpenElsewhere, TooLong, TooManyPhrases
from kindcircle.rooms.writing.kinds import BY_ID, DRAWING, DRAWING_WORDS, KINDS
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, OwnPhrases
from kindcircle.spec.practices import newest_practice
from kindcircle.spec.resting import Felt
from tests.world import World

AT = datetime(2026, 5, 4, 21, 47, 31, tzinfo=UTC)
DAY = timedelta(days=1)
HEART = "[[4,1,2,400,300]]"


def write(world: World, *, kind: str = "free", at: datetime = AT, after: str = "", **boxes: str) -> JournalEntry:
    author, one = world.member, BY_ID[kind]
    return actions.write_entry(
        text=bodies.body_of(boxes or {"text": "CANARY-JOURNAL"}),
        practice=one.practice_id,
        kind=one,
        felt=Felt(at.date(), "steady", after),  # type: ignore[arg-type]
        client_key=f"{kind}-{at.isoformat()}",
        author=author,
        by=world.actor(author),
        at=at,
    )


def everybody_else(world: World) -> list[User]:
    return [world.members[1], world.facilitator, world.safety_lead, world.organisation_lead]


def test_each_kind_asks_what_its_practice_asks() -> None:
    assert [kind.id for kind in KINDS] == ["day", "free", "friend", "critic", "want", "words", "story"]
    for kind in KINDS:
        if kind.practice is not None:
            asked = [prompt.id for prompt in newest_practice(kind.practice_id).prompts]
            assert list(kind.boxes[: len(asked)]) == asked
        assert len(set(kind.boxes)) == len(kind.boxes)
    assert len({kind.draft for kind in KINDS}) == len(KINDS)
    # Boxes of two kinds never share a name: in a file to take along each stands under its own question.
    asked = [name for kind in KINDS for name in kind.boxes if name not in (DRAWING, DRAWING_WORDS)]
    assert len(asked) == len(set(asked))


def test_a_body_comes_back_as_it_was() -> None:
    body = bodies.body_of({"words": " Lazy. ", "answer": "", "drawing": HEART, "drawing_words": "a heart"})
    assert bodies.boxes_of(body) == {"words": "Lazy.", "drawing": HEART, "drawing_words": "a heart"}
    assert bodies.words_of(body) == "Lazy.\n\na heart"
    assert len(bodies.drawing_of(body)) == 1
    assert bodies.boxes_of("just words") == {"": "just words"}
    assert bodies.boxes_of('{"a": 1}') == {"": '{"a": 1}'}


def test_a_drawing_alone_is_an_entry_and_nothing_at_all_is_none() -> None:
    assert bodies.drawing_of(bodies.body_of({"text": " ", "drawing": HEART}))
    for nothing in ({}, {"text": " "}, {"drawing": "[]"}):
        with pytest.raises(NothingWritten):
            bodies.body_of(nothing)
    with pytest.raises(DrawingAmiss):
        bodies.body_of({"text": "x", "drawing": "<svg onload=alert(1)>"})
    with pytest.raises(TooLong):
        bodies.body_of({"text": "a" * 10_001, "other": "b" * 10_000})


def test_lines_added_later_leave_the_entry_as_it_was(world: World) -> None:
    entry, by = write(world), world.actor(world.member)
    before = bytes(JournalEntry.objects.get().sealed_body)
    for _ in range(2):
        journal.add_later(entry=entry, text="CANARY-LATER", client_key="a", by=by, at=AT + 3 * DAY)
    assert [(one.at, one.words) for one in journal.open_added(entry=entry, by=by)] == [
        (datetime(2026, 5, 7, 21, 0, tzinfo=UTC), "CANARY-LATER")
    ]
    assert bytes(JournalEntry.objects.get().sealed_body) == before
    assert b"CANARY" not in bytes(AddedLater.objects.get().sealed_body)
    for text, error in ((" ", NothingWritten), ("a" * 20_001, TooLong)):
        with pytest.raises(error):
            journal.add_later(entry=entry, text=text, client_key="b", by=by, at=AT)
    for other in everybody_else(world):
        with pytest.raises(NotFound):
            journal.add_later(entry=entry, text="x", client_key="c", by=world.actor(other), at=AT)
        with pytest.raises(NotFound):
            journal.open_added(entry=entry, by=world.actor(other))


def test_an_entry_goes_with_all_that_hangs_on_it_and_only_its_writer_lets_it_go(world: World) -> None:
    entry, by = write(world), world.actor(world.member)
    journal.add_later(entry=entry, text="later", client_key="a", by=by, at=AT)
    actions.save_draft(
        kind=journal.draft_of(entry), box="text", text="half", page="p", version=0, author=world.member, by=by, at=AT
    )
    for other in everybody_else(world):
        with pytest.raises(NotFound):
            journal.erase_entry(entry=entry, by=world.actor(other), at=AT)
    journal.erase_entry(entry=entry, by=by, at=AT)
    assert not (JournalEntry.objects.exists() or AddedLater.objects.exists() or Draft.objects.exists())
    row = AuditEntry.objects.get(event=Event.ENTRY_ERASED)
    assert (row.about_code, row.concerns) == (entry.code, world.member.code)


def test_nothing_goes_while_the_house_has_to_keep_it(world: World) -> None:
    entry = write(world)
    User.objects.filter(pk=world.member.pk).update(held=True)
    with pytest.raises(Conflict):
        journal.erase_entry(entry=entry, by=world.actor(world.member), at=AT)
    assert JournalEntry.objects.exists()


def test_three_evenings_that_were_harder_bring_the_offer_to_rest_and_an_easier_one_takes_it_away(world: World) -> None:
    author, by = world.member, world.actor(world.member)
    for evening in range(3):
        assert not journal.rests_now(author=author, by=by, at=AT + evening * DAY)
        write(world, at=AT + evening * DAY, after="harder")
    assert journal.rests_now(author=author, by=by, at=AT + 2 * DAY)
    with pytest.raises(NotFound):
        journal.rests_now(author=author, by=world.actor(world.facilitator), at=AT)
    write(world, at=AT + 3 * DAY, after="easier")
    assert not journal.rests_now(author=author, by=by, at=AT + 3 * DAY)


def test_how_it_was_lies_sealed_and_is_its_writers_alone(world: World) -> None:
    entry = write(world, after="harder")
    assert b"harder" not in bytes(entry.sealed_felt)
    assert journal.open_felt(entry=entry, by=world.actor(world.member)) == Felt(date(2026, 5, 4), "steady", "harder")
    for other in everybody_else(world):
        with pytest.raises(NotFound):
            journal.open_felt(entry=entry, by=world.actor(other))


def keep(world: World, text: str, *, version: int = 0, key: str = "k", at: datetime = AT) -> None:
    author = world.member
    phrases.keep_phrases(text=text, version=version, client_key=key, author=author, by=world.actor(author), at=at)


def lines(world: World) -> phrases.Phrases:
    return phrases.open_phrases(author=world.member, by=world.actor(world.member))


def test_own_phrases_are_changed_as_their_owner_likes(world: World) -> None:
    assert lines(world) == phrases.Phrases((), 0)
    keep(world, "May I rest. \n\nMay I rest.\nCANARY-PHRASE")
    first = lines(world)
    assert first.lines == ("May I rest.", "CANARY-PHRASE")
    assert b"CANARY" not in bytes(OwnPhrases.objects.get().sealed_body)
    keep(world, "", version=first.version, key="l", at=AT + DAY)
    assert lines(world).lines == ()


def test_an_older_page_writes_nothing_over_newer_phrases(world: World) -> None:
    keep(world, "one", key="a")
    keep(world, "one again", key="a")  # pressed twice
    assert lines(world).lines == ("one",)
    with pytest.raises(OpenElsewhere):
        keep(world, "two", key="b")
    assert lines(world).lines == ("one",)


def test_phrases_of_an_entry_come_under_those_that_are_there(world: World) -> None:
    author, by = world.member, world.actor(world.member)
    keep(world, "one")
    assert phrases.add_phrases(text="one\ntwo", client_key="e", author=author, by=by, at=AT)
    assert lines(world).lines == ("one", "two")
    many = "\n".join(str(number) for number in range(phrases.MOST))
    assert not phrases.add_phrases(text=many, client_key="f", author=author, by=by, at=AT)
    assert lines(world).lines == ("one", "two")
    with pytest.raises(TooManyPhrases):
        keep(world, many + "\nand one", version=lines(world).version, key="g")
    with pytest.raises(TooLong):
        keep(world, "a" * 301, version=lines(world).version, key="g")
    for other in everybody_else(world):
        with pytest.raises(NotFound):
            phrases.open_phrases(author=author, by=world.actor(other))


def test_all_of_it_can_be_taken_along_and_erased(world: World) -> None:
    author, by = world.member, world.actor(world.member)
    entry = write(world, text="Amsel", drawing=HEART, drawing_words="a heart")
    journal.add_later(entry=entry, text="later", client_key="a", by=by, at=AT)
    keep(world, "May I rest.")
    found = own_words.all_of(author, by=by, at=AT)
    assert [piece.words for piece in found.journal] == ["Amsel\n\na heart", "later"]
    assert len(found.journal[0].paths) == 1
    assert [piece.words for piece in found.kept] == ["May I rest."]
    assert json.loads(found.as_json())["journal"][0]["drawing"] == HEART
    own_words.erase_writing(person=author, by=by, at=AT)
    assert not (JournalEntry.objects.exists() or AddedLater.objects.exists() or OwnPhrases.objects.exists())
