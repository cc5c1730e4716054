"""The file somebody takes along holds everything that is theirs, nothing of anybody else, and is made in good time."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.doors.web.member.own_file import pack
from kindcircle.rooms.ending.own_rows import IN_WORDS, NOT_HERE, NOT_SAID, ROWS, rows_of
from kindcircle.rooms.ending.sealed_texts import PLACES, Place
from kindcircle.rooms.ending.who_saw import every_opening
from kindcircle.rooms.intake.models_consent import Consent, ConsentCopy
from kindcircle.rooms.preparing.models import SupportPlan
from kindcircle.rooms.resonance.models import HeartRecording, Sitting
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.sharing.wording import seal_words
from kindcircle.rooms.writing.actions import as_text
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, Letter, OwnPhrases
from kindcircle.spec.resting import Felt
from tests.rooms.ending.test_retention import FIRST, live_through
from tests.world import World, make_world

OURS = [model for model in apps.get_models() if model.__module__.startswith("kindcircle.")]


def holds_something(model: type[Model]) -> bool:
    data: Any = model.Data  # type: ignore[attr-defined]
    return bool(data.private | data.personal)


def test_each_kind_of_row_is_in_the_file_or_has_a_written_reason() -> None:
    """Whoever adds a model says here whether it goes along: rooms/ending/own_rows.py, ROWS or NOT_HERE."""
    labels = {model._meta.label for model in OURS if holds_something(model)}
    assert not set(ROWS) & set(NOT_HERE)
    assert labels - set(ROWS) - set(NOT_HERE) == set(), "say for each of these whether it is somebody's own"
    assert (set(ROWS) | set(NOT_HERE)) - {model._meta.label for model in OURS} == set()
    assert all(len(reason) > 20 for reason in NOT_HERE.values())


@pytest.mark.parametrize("label", sorted(ROWS))
def test_what_is_sealed_in_a_row_of_ones_own_is_opened_or_is_not_ones_own(label: str) -> None:
    """A sealed text in a kind that goes along is in the file, but for what staff wrote and what opens a door."""
    theirs = {
        "intake.Talk": {"sealed_note"}, "preparing.OneToOne": {"sealed_line"}, "live.Steadying": {"sealed_said"},
        "intake.Decision": {"sealed_reason", "sealed_checklist", "sealed_signature"},
        "groups.CalendarLink": {"sealed_secret"}, "ending.PersonHold": {"sealed_reason"},
        "groups.Invitation": {"sealed_name"},
        "live.PairWish": {"sealed_apart"},  # codes of other people
    }  # fmt: skip
    sealed = {one.name for one in apps.get_model(label)._meta.get_fields() if one.name.startswith("sealed_")}
    assert sealed - {name for name, *_ in ROWS[label].opens} == theirs.get(label, set())


AMONG_OWN_WORDS = {
    "writing.JournalEntry": {"sealed_body", "sealed_felt"}, "writing.AddedLater": {"sealed_body"},
    "writing.OwnPhrases": {"sealed_body"}, "writing.Letter": {"sealed_body", "sealed_line"},
    "writing.Draft": {"sealed_body"}, "measures.Response": {"sealed_answers"},
    "conversations.Message": {"sealed_words"}, "resonance.HeartRecording": {"sealed_beats"},
    "ending.KeptLine": {"sealed_line"}, "sharing.Share": {"sealed_words", "sealed_line"},
    "ending.ClosingLetter": {"sealed_words"}, "intake.ConsentCopy": {"sealed_words"},
}  # fmt: skip
"""What own_words.all_of opens, field by field; each of them is filled, and looked for, in the tests below."""


def test_each_sealed_field_of_ones_own_words_is_opened() -> None:
    """Whoever seals another field here opens it in own_words.all_of, and fills it in `fill` below."""
    sealed: dict[str, set[str]] = {}
    for place in PLACES:
        if NOT_HERE.get(place.label) == IN_WORDS:
            sealed.setdefault(place.label, set()).add(place.field)
    assert sealed == AMONG_OWN_WORDS


def test_links_to_other_people_are_never_told() -> None:
    from kindcircle.rooms.ending.own_rows import SHOWN

    to_people = {
        one.name for model in OURS for one in model._meta.get_fields()
        if isinstance(one, ForeignKey) and one.related_model is User
    }  # fmt: skip
    assert not to_people & set(SHOWN)
    assert {"session_key", "secret_hash", "password"} <= NOT_SAID


@pytest.fixture
def over() -> World:
    return live_through(make_world(at=FIRST, members=5))


def unpacked(raw: bytes) -> tuple[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return file.read("my-words.html").decode(), json.loads(file.read("my-words.json"))


@pytest.mark.django_db
def test_own_words_stand_first_and_everything_else_follows(over: World) -> None:
    person, by = over.member, over.actor(over.member)
    plan = SupportPlan(person=person, saved_at=FIRST)
    plan.sealed_lines = seals.SUPPORT_PLAN.seal('{"my-signs": "I go quiet <b>"}', code=plan.code, holder=person)
    plan.save()
    log.record(Event.SUPPORT_PLAN_OPENED, by=over.actor(over.facilitator), about=log.Ref("plan", plan.code), at=FIRST,
               chain=over.organisation.code, concerns=person.code)  # fmt: skip
    page, record = unpacked(pack(person, by=by, at=FIRST))
    assert page.index("My journal") < page.index("Everything else that is about me") < page.index("Who looked")
    assert "I go quiet &lt;b&gt;" in page and "<script" not in page and "http" not in page
    assert '<html lang="en' in page and page.rstrip().endswith("</html>")
    assert record["journal"][0]["words"] and record["letters"] and record["messages"] and record["answers"]
    assert record["more"]["preparing.SupportPlan"][0]["lines"] == '{"my-signs": "I go quiet <b>"}'
    assert record["more"]["people.User"][0]["email"] == seals.address_of(person)
    assert record["more"]["groups.Membership"][0]["group"] == over.group.name
    assert [one["who"] for one in record["who_looked"]] == ["Ada"]
    # Nobody else in the group is in it, and nothing that would open a door.
    others = [seals.name_of(one) for one in over.members[1:]]
    for word in (*others, person.email, person.password):
        assert word not in page and word not in json.dumps(record)
    with pytest.raises(NotFound):
        list(rows_of(person, by=over.actor(over.facilitator)))
    with pytest.raises(NotFound):
        pack(person, by=over.actor(over.members[1]), at=FIRST)


NOT_THERE = "These words did not open, so they are not in this file."
FILLED = [one for one in PLACES if one.field in AMONG_OWN_WORDS.get(one.label, ())]


def fill(world: World) -> None:
    """One of each kind of own words, beside what the story brought; each sealed field with something in it."""
    person = world.member
    entry = JournalEntry.objects.get(author=person)
    felt = as_text(Felt(date(2026, 3, 2), "heavy", "easier"))
    entry.sealed_felt = seals.JOURNAL_FELT.seal(felt, code=entry.code, holder=person)
    entry.save()
    added = AddedLater(entry=entry, client_key="added", written_at=FIRST)
    added.sealed_body = seals.JOURNAL_ADDED.seal("Blaumeise", code=added.code, holder=person)
    added.save()
    phrases = OwnPhrases(author=person, client_key="phrases", saved_at=FIRST)
    phrases.sealed_body = seals.OWN_PHRASES.seal("Goldammer", code=phrases.code, holder=person)
    phrases.save()
    letter = Letter.objects.get(author=person)
    letter.line_marked_at = FIRST
    letter.sealed_line = seals.LETTER_LINE.seal("Heckenbraunelle", code=letter.code, holder=person)
    letter.save()
    draft = Draft(author=person, kind="journal-day", saved_at=FIRST)
    draft.sealed_body = seals.DRAFT.seal("Kleiber", code=draft.code, holder=person)
    draft.save()
    share = Share(author=person, group=world.group, source_kind="journal", source_code="x", client_key="share",
                  step="unnamed", since=FIRST, seen_from=FIRST, review="given-back", reviewed_at=FIRST)  # fmt: skip
    sitting = Sitting.objects.create(member=person, on=FIRST.date(), client_key="sitting")
    beats = HeartRecording(sitting=sitting, part="before", kept_at=FIRST)
    told = '{"rr_ms": [801.5, 777], "source": "list"}'
    beats.sealed_beats = seals.HEARTBEATS.seal(told, code=beats.code, holder=person)
    beats.save()
    given = Consent.objects.filter(person=person).first()
    assert given is not None
    words = seals.CONSENT_COPY.seal('{"why": "Zaunkoenig"}', code=given.code, holder=person)
    ConsentCopy.objects.update_or_create(consent=given, defaults={"sealed_words": words})
    seal_words(share, "Rohrdommel")
    share.sealed_line = seals.SHARED_LINE.seal("Shall we talk, Seidenschwanz?", code=share.code, holder=person)
    share.save()


@pytest.mark.django_db
def test_how_it_was_to_write_and_the_line_that_came_back_go_along(over: World) -> None:
    fill(over)
    page, record = unpacked(pack(over.member, by=over.actor(over.member), at=FIRST))
    assert record["journal"][0]["felt"] == {"on": "2026-03-02", "before": "heavy", "after": "easier"}
    assert "As you began" in page and "After writing" in page
    assert record["shared"][1]["words"] == "Shall we talk, Seidenschwanz?"
    for words in (
        "Blaumeise",
        "Goldammer",
        "Heckenbraunelle",
        "Kleiber",
        "Rohrdommel",
        "Seidenschwanz",
        "801.5 777",
        "Zaunkoenig",
    ):
        assert words in page
    assert NOT_THERE not in page


@pytest.mark.django_db
@pytest.mark.parametrize("place", FILLED, ids=lambda one: f"{one.label}.{one.field}")
def test_a_text_that_does_not_open_costs_nobody_the_rest(over: World, place: Place) -> None:
    fill(over)
    rows = place.model._default_manager.exclude(**{place.field: b""})
    assert rows.exists()
    _page, whole = unpacked(pack(over.member, by=over.actor(over.member), at=FIRST))
    for row in rows:
        damaged = bytes(getattr(row, place.field))
        place.model._default_manager.filter(pk=row.pk).update(**{place.field: damaged[:-1] + bytes([damaged[-1] ^ 1])})
    page, record = unpacked(pack(over.member, by=over.actor(over.member), at=FIRST))
    closed = json.dumps(record).count(NOT_THERE)
    assert closed >= 1 and NOT_THERE in page
    for kind in (
        "journal",
        "letters",
        "drafts",
        "shared",
        "kept",
        "messages",
        "answers",
        "scores",
        "heart",
        "consents",
    ):
        before, after = ([one["words"] for one in part[kind]] for part in (whole, record))
        assert all(words in before or words.startswith(NOT_THERE) for words in after)
        assert len(after) >= len(before)
    # "We have been told" is true.
    assert AuditEntry.objects.filter(event=Event.TEXT_DID_NOT_OPEN).count() == closed


@pytest.mark.django_db
def test_a_name_that_does_not_open_costs_nobody_the_rest(over: World) -> None:
    fill(over)
    me = over.member
    before, whole = unpacked(pack(me, by=over.actor(me), at=FIRST))
    assert "The words of Ines" in before and {one["title"] for one in whole["messages"]} == {"Ines"}
    others = User.objects.filter(organisation=over.organisation)
    for person in others:  # their own, of those who lead, of those who wrote them a line
        damaged = bytes(person.sealed_name)
        others.filter(pk=person.pk).update(sealed_name=damaged[:-1] + bytes([damaged[-1] ^ 1]))
    me.refresh_from_db()
    page, record = unpacked(pack(me, by=over.actor(me), at=FIRST))
    assert "<h1>My words</h1>" in page and "Ines" not in page
    assert {one["title"] for one in record["messages"]} == {"Somebody whose name did not open"}
    for kind in ("journal", "letters", "shared", "kept", "messages", "answers", "consents"):
        assert [one["words"] for one in record[kind]] == [one["words"] for one in whole[kind]], kind
    told = AuditEntry.objects.filter(event=Event.TEXT_DID_NOT_OPEN)
    assert me.code in told.values_list("about_code", flat=True), "we have been told"
    assert set(told.values_list("about_kind", flat=True)) == {"name"}


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), lambda raw: b""], ids=["bit", "all"])
def test_a_key_of_somebody_else_that_does_not_open_costs_nobody_the_rest(
    over: World, damage: Callable[[bytes], bytes]
) -> None:
    fill(over)
    me = over.member
    _page, whole = unpacked(pack(me, by=over.actor(me), at=FIRST))
    assert {one["title"] for one in whole["messages"]} == {"Ines"}
    others = User.objects.filter(organisation=over.organisation).exclude(pk=me.pk)
    rows = keys.in_use().filter(holder__in=[keys.holder_name(person) for person in others])
    assert rows.count() > 1
    for row in rows:
        keys.DataKey.objects.filter(pk=row.pk).update(wrapped=damage(bytes(row.wrapped)))
    keys.forget_opened()
    page, record = unpacked(pack(me, by=over.actor(me), at=FIRST))
    assert "The words of Ines" in page
    for kind in ("journal", "letters", "shared", "kept", "messages", "answers", "consents"):
        assert [one["words"] for one in record[kind]] == [one["words"] for one in whole[kind]], kind
    told = AuditEntry.objects.filter(event=Event.TEXT_DID_NOT_OPEN)
    assert set(told.values_list("about_kind", flat=True)) <= {"name"}
    assert all(opening.who == "" for opening in every_opening(me, by=over.actor(me))), "and who looked is still told"


@pytest.mark.django_db
def test_a_thousand_entries_are_packed_in_good_time(over: World) -> None:
    person, words = over.member, "A line about an ordinary day. " * 60
    rows = []
    for _number in range(1000):
        entry = JournalEntry(author=person, code=new_code(), client_key=new_code(), practice="x", written_at=FIRST)
        entry.sealed_body = seals.JOURNAL.seal(words, code=entry.code, holder=person)
        rows.append(entry)
    JournalEntry.objects.bulk_create(rows)
    began = time.monotonic()
    _page, record = unpacked(pack(person, by=over.actor(person), at=FIRST))
    took = time.monotonic() - began
    print(f"\n1,000 entries packed in {took:.1f} s")
    assert len(record["journal"]) == 1001
    assert took < 60
