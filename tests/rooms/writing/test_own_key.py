"""Words under one's own key: the site keeps what it cannot read, and never takes one for the other."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes, erased
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import erasing, own_words
from kindcircle.rooms.writing import actions, delivery, own_key
from kindcircle.rooms.writing.errors import (
    HeldNow,
    KeyChanged,
    KeyIsOff,
    KeyIsOn,
    KeyThereAlready,
    NotLocked,
    NotShown,
    StillLocked,
)
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter
from kindcircle.rooms.writing.models_own_key import OwnKey
from tests.own_key import lock_words, locked_twice, open_words, proof_of
from tests.rooms.writing.test_parcels import come, page
from tests.world import World

AT = datetime(2026, 5, 4, 21, 47, tzinfo=UTC)
WORDS = json.dumps({"feelings": "CANARY-OWN-KEY"})


@dataclass
class Writer:
    """Somebody with a key of their own, and what their browser does with it."""

    world: World
    person: User
    key: bytes

    @property
    def own(self) -> dict:
        return {"by": self.world.actor(self.person)}

    def locked(self, words: str, *, kind: str, code: str) -> str:
        return lock_words(self.key, words, kind=kind, code=code, person=self.person.code)

    def opened(self, value: str, *, kind: str, code: str) -> str:
        return open_words(self.key, value, kind=kind, code=code, person=self.person.code)

    def turn_on(self, code: str = "") -> OwnKey:
        return own_key.turn_on(
            code=code or codes.new_code(),
            keys=locked_twice(self.key, person=self.person.code),
            proof=proof_of(self.key),
            person=self.person,
            at=AT,
            **self.own,
        )

    def write(self, text: str, *, locked: bool, key: str = "") -> JournalEntry:
        return actions.write_entry(
            text=text,
            practice="p09-three-line-day",
            client_key=key or codes.new_code(),
            author=self.person,
            at=AT,
            own_key=locked,
            **self.own,
        )

    def exchange(self, left: own_key.Left, text: str, *, to_locked: bool, proof: str = "") -> bool:
        return own_key.exchange(
            kind=left.kind,
            code=left.code,
            text=text,
            own_key=to_locked,
            proof=proof or proof_of(self.key),
            person=self.person,
            **self.own,
        )

    def save_draft(self, text: str, *, locked: bool, kind: str = "journal") -> None:
        actions.save_draft(
            kind=kind,
            box="locked" if locked else "feelings",
            text=text,
            page="page",
            version=0,
            author=self.person,
            at=AT,
            own_key=locked,
            **self.own,
        )


@pytest.fixture
def writer(world: World) -> Writer:
    return Writer(world, world.member, secrets.token_bytes(32))


def test_an_entry_goes_in_locked_and_comes_back_as_it_was(writer: Writer) -> None:
    writer.turn_on()
    code = codes.new_code()
    value = writer.locked(WORDS, kind="journal", code=code)
    entry = writer.write(value, locked=True, key=code)
    assert entry.own_key and entry.code == code
    kept = actions.open_entry(entry=entry, **writer.own)
    assert kept == value, "our seal opened, and what lies under it is locked"
    assert writer.opened(kept, kind="journal", code=code) == WORDS
    assert writer.write(value, locked=True, key=code).pk == entry.pk, "sent twice is one entry"


def test_readable_words_are_refused_while_the_key_is_on_and_locked_ones_while_it_is_off(writer: Writer) -> None:
    value = writer.locked(WORDS, kind="journal", code=codes.new_code())
    with pytest.raises(KeyIsOff):
        writer.write(value, locked=True)
    with pytest.raises(KeyIsOff):
        writer.save_draft(value, locked=True)
    writer.turn_on()
    with pytest.raises(KeyIsOn):
        writer.write(WORDS, locked=False)
    with pytest.raises(KeyIsOn):
        writer.save_draft("CANARY", locked=False)
    with pytest.raises(KeyIsOn):
        actions.write_letter(
            text="CANARY",
            deliver_on=AT.date().replace(day=20),
            client_key="k",
            author=writer.person,
            at=AT,
            **writer.own,
        )
    assert not JournalEntry.objects.exists() and not Letter.objects.exists() and not Draft.objects.exists()
    # Words to somebody else are to be read by them: they stay as they are.
    writer.save_draft("Dear all", locked=False, kind="message-abc")
    assert not Draft.objects.get().own_key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda v: "Dear diary",
        lambda v: WORDS,
        lambda v: v[:-4],
        lambda v: v + "AAAA",
        lambda v: "kc2" + v[3:],
        lambda v: v.replace("kc1.", "kc1.=="),
        lambda v: v + " ",
        lambda v: "",
        lambda v: "kc1." + "A" * 300_000,
    ],
)
def test_what_has_not_the_shape_of_a_locked_value_is_refused(writer: Writer, spoil) -> None:
    writer.turn_on()
    code = codes.new_code()
    with pytest.raises(NotLocked):
        writer.write(spoil(writer.locked(WORDS, kind="journal", code=code)), locked=True, key=code)


def test_a_row_takes_no_code_but_one_of_ours_and_none_that_is_taken(writer: Writer) -> None:
    other = writer.write(WORDS, locked=False)
    writer.turn_on()
    for key in ("short", other.code):
        with pytest.raises(NotLocked):
            writer.write(writer.locked(WORDS, kind="journal", code=key), locked=True, key=key)


def test_a_draft_is_one_value_for_the_whole_page(writer: Writer) -> None:
    writer.turn_on()
    value = writer.locked(WORDS, kind="draft", code="journal")
    writer.save_draft(value, locked=True)
    kept = actions.open_draft(kind="journal", author=writer.person, **writer.own)
    assert (kept.boxes, kept.locked, kept.begun) == ({}, value, True)
    writer.save_draft("", locked=True)
    assert not Draft.objects.exists(), "empty boxes leave nothing"


def test_a_letter_is_brought_by_somebody_who_cannot_read_it(writer: Writer) -> None:
    writer.turn_on()
    code = codes.new_code()
    value = writer.locked("Dear me", kind="letter", code=code)
    letter = actions.write_letter(
        text=value,
        deliver_on=AT.date().replace(day=20),
        client_key=code,
        author=writer.person,
        at=AT,
        own_key=True,
        **writer.own,
    )
    assert delivery.deliver_due(at=AT.replace(day=20, hour=12)) == 1
    letter.refresh_from_db()
    kept = actions.open_letter(letter=letter, at=AT.replace(day=20, hour=13), **writer.own)
    assert writer.opened(kept, kind="letter", code=code) == "Dear me"


def test_older_pages_are_sealed_over_one_by_one_and_handed_back(writer: Writer) -> None:
    entry = writer.write(WORDS, locked=False)
    writer.save_draft("begun", locked=False)
    writer.turn_on()
    left = own_key.pieces(writer.person, own_key=False)
    assert [(one.kind, one.code) for one in left] == [("journal", entry.code), ("draft", "journal")]
    for one in left:
        asked = {"kind": one.kind, "code": one.code, "person": writer.person, **writer.own}
        with pytest.raises(NotShown):
            own_key.open_piece(**asked)
        words = own_key.open_piece(proof=proof_of(writer.key), **asked)
        value = writer.locked(words, kind=one.kind, code=one.code)
        assert writer.exchange(one, value, to_locked=True)
        assert not writer.exchange(one, value, to_locked=True), "a second try changes nothing"
    assert own_key.pieces(writer.person, own_key=False) == []
    with pytest.raises(StillLocked):
        own_key.turn_off(proof=proof_of(writer.key), person=writer.person, at=AT, **writer.own)

    for one in own_key.pieces(writer.person, own_key=True):
        value = own_key.open_piece(kind=one.kind, code=one.code, person=writer.person, **writer.own)
        writer.exchange(one, writer.opened(value, kind=one.kind, code=one.code), to_locked=False)
    own_key.turn_off(proof=proof_of(writer.key), person=writer.person, at=AT, **writer.own)
    entry.refresh_from_db()
    assert actions.open_entry(entry=entry, **writer.own) == WORDS
    assert actions.open_draft(kind="journal", author=writer.person, **writer.own).boxes == {"feelings": "begun"}
    assert writer.write("plain again", locked=False)


def lock_over(writer: Writer) -> list[str]:
    """What "Lock the older pages too" does, and which drafts it did it to."""
    before = list(Draft.objects.order_by("pk").values())
    left = own_key.pieces(writer.person, own_key=False)
    assert list(Draft.objects.order_by("pk").values()) == before, "looking changes nothing"
    own_key.bring_together(person=writer.person, **writer.own)
    assert own_key.pieces(writer.person, own_key=False) == left
    for one in left:
        asked = {"kind": one.kind, "code": one.code, "person": writer.person, **writer.own}
        words = own_key.open_piece(proof=proof_of(writer.key), **asked)
        writer.exchange(one, writer.locked(words, kind=one.kind, code=one.code), to_locked=True)
    return [one.code for one in left]


@pytest.mark.parametrize("begun", ["", "At the desk"])
def test_words_that_came_from_a_phone_are_locked_as_the_draft_of_their_page(writer: Writer, begun: str) -> None:
    writer.save_draft(begun, locked=False, kind="letter") if begun else None
    come(writer.world, "one", page("letter", text="On the train"))
    come(writer.world, "two", page("letter", text="In bed"))
    writer.turn_on()
    assert lock_over(writer) == ["letter"]
    kept = actions.open_draft(kind="letter", author=writer.person, **writer.own)
    words = json.loads(writer.opened(kept.locked, kind="draft", code="letter"))
    assert "\n\n".join(words.values()) == "\n\n".join([*([begun] if begun else []), "On the train", "In bed"])
    assert Draft.objects.count() == 1 and not kept.beside, "nothing stands where no page shows it"


def test_beside_a_locked_draft_they_stay_readable_and_in_sight_until_it_is_finished(writer: Writer) -> None:
    come(writer.world, "one", page("letter", text="On the train"))
    writer.turn_on()
    value = writer.locked('{"text": "Dear me"}', kind="draft", code="letter")
    writer.save_draft(value, locked=True, kind="letter")
    assert lock_over(writer) == []
    kept = actions.open_draft(kind="letter", author=writer.person, **writer.own)
    assert (kept.locked, kept.beside) == (value, ("On the train",))
    actions.finish_draft(kind="letter", page="page", version=0, author=writer.person, **writer.own)
    assert actions.open_draft(kind="letter", author=writer.person, **writer.own).boxes == {"text": "On the train"}


def test_readable_words_never_take_the_place_of_a_locked_value_by_mistake(writer: Writer) -> None:
    entry = writer.write(WORDS, locked=False)
    writer.turn_on()
    one = own_key.Left("journal", entry.code)
    with pytest.raises(NotLocked):
        writer.exchange(one, "readable", to_locked=True)
    with pytest.raises(NotLocked):
        writer.exchange(one, writer.locked("x", kind="journal", code=entry.code), to_locked=False)
    assert actions.open_entry(entry=entry, **writer.own) == WORDS


def test_an_open_screen_without_the_key_changes_nothing(writer: Writer) -> None:
    entry = writer.write(WORDS, locked=False)
    row = writer.turn_on()
    wrong = proof_of(secrets.token_bytes(32))
    value = writer.locked(WORDS, kind="journal", code=entry.code)
    with pytest.raises(NotShown):
        writer.exchange(own_key.Left("journal", entry.code), value, to_locked=True, proof=wrong)
    keys = json.dumps({"passphrase": json.loads(locked_twice(writer.key, person="x"))["passphrase"]})
    own = {"person": writer.person, "at": AT, **writer.own}
    with pytest.raises(NotShown):
        own_key.change(keys=keys, version=row.version, proof=wrong, **own)
    with pytest.raises(NotShown):
        own_key.turn_off(proof=wrong, **own)
    assert own_key.change(keys=keys, version=row.version, proof=proof_of(writer.key), **own).version == 2
    with pytest.raises(KeyChanged):
        own_key.change(keys=keys, version=1, proof=proof_of(writer.key), **own)
    for bad in ("{}", "[]", "no", '{"code": null}', '{"other": {"v": 1}}', '{"code": {"v": 2}}'):
        with pytest.raises(NotLocked):
            own_key.change(keys=bad, version=2, proof=proof_of(writer.key), **own)


def test_turning_on_twice_is_once_and_never_takes_the_place_of_a_key(writer: Writer) -> None:
    code = codes.new_code()
    assert writer.turn_on(code).pk == writer.turn_on(code).pk
    with pytest.raises(KeyThereAlready):
        writer.turn_on()
    assert AuditEntry.objects.filter(event=Event.OWN_KEY_ON).count() == 1


def test_nobody_elses_pieces_and_keys_are_there(writer: Writer) -> None:
    entry = writer.write(WORDS, locked=False)
    row = writer.turn_on()
    other = writer.world.members[1]
    by = writer.world.actor(other)
    with pytest.raises(NotFound):
        own_key.locked_keys(row, by=by)
    with pytest.raises(NotFound):
        own_key.open_piece(kind="journal", code=entry.code, person=other, by=by)
    with pytest.raises(NotFound):
        own_key.open_piece(kind="journal", code=entry.code, person=writer.person, by=by)
    assert "passphrase" in own_key.locked_keys(row, **writer.own)
    assert b"passphrase" not in bytes(row.sealed_keys)


def test_words_to_take_along_say_that_they_are_locked(writer: Writer) -> None:
    writer.turn_on()
    code = codes.new_code()
    value = writer.locked(WORDS, kind="journal", code=code)
    writer.write(value, locked=True, key=code)
    taken = own_words.all_of(writer.person, at=AT, **writer.own)
    [piece] = taken.journal
    assert piece.words == value and "own key" in piece.title
    assert "CANARY" not in taken.as_json()


def test_who_lost_both_begins_anew_and_keeps_what_is_readable(writer: Writer, settings, tmp_path: Path) -> None:
    plain = writer.write("from before", locked=False)
    writer.turn_on()
    code = codes.new_code()
    writer.write(writer.locked(WORDS, kind="journal", code=code), locked=True, key=code)
    writer.save_draft(writer.locked(WORDS, kind="draft", code="journal"), locked=True)
    settings.HOME = tmp_path
    own_key.begin_anew(person=writer.person, at=AT, **writer.own)
    # An old copy of the database brings no page back that nobody can open.
    assert {line.code for line in erased.noted(erased.file())} == {code}
    assert list(JournalEntry.objects.all()) == [plain]
    assert not Draft.objects.exists() and not OwnKey.objects.exists()
    assert AuditEntry.objects.filter(event=Event.OWN_KEY_GIVEN_UP).count() == 1


def test_what_the_house_has_to_keep_is_neither_let_go_nor_locked_over(writer: Writer) -> None:
    entry = writer.write(WORDS, locked=False)
    writer.turn_on()
    User.objects.filter(pk=writer.person.pk).update(held=True)
    value = writer.locked(WORDS, kind="journal", code=entry.code)
    with pytest.raises(HeldNow):
        writer.exchange(own_key.Left("journal", entry.code), value, to_locked=True)
    with pytest.raises(HeldNow):
        own_key.begin_anew(person=writer.person, at=AT, **writer.own)
    code = codes.new_code()
    assert writer.write(writer.locked(WORDS, kind="journal", code=code), locked=True, key=code), "writing goes on"


def test_who_erases_everything_leaves_no_key_behind(writer: Writer) -> None:
    writer.turn_on()
    code = codes.new_code()
    writer.write(writer.locked(WORDS, kind="journal", code=code), locked=True, key=code)
    erasing.erase_everything(person=writer.person, at=AT, **writer.own)
    assert not OwnKey.objects.exists() and not JournalEntry.objects.exists()
