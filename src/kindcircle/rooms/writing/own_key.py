"""Words that only their writer's own key opens. This file keeps locked values and locked keys, and opens neither.

The browser locks and opens (static/own-key); the format is in docs/reference/own-key.md. What the site can check
without the key is the shape of a value, and a proof that whoever changes how the key is locked has it open.
"""

import binascii
import hmac
import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.codes import digest
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.beside import base_of, one_at_a_time, put_all_below
from kindcircle.rooms.writing.errors import (
    HeldNow,
    KeyChanged,
    KeyIsOff,
    KeyIsOn,
    KeyThereAlready,
    NotLocked,
    NotShown,
    StillLocked,
    TooLong,
)
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, Letter
from kindcircle.rooms.writing.models_own_key import OwnKey

VALUE = re.compile(r"kc1\.([A-Za-z0-9_-]+)")
CODE = re.compile(r"[A-Za-z0-9_-]{22}")
PROOF = re.compile(r"[A-Za-z0-9_-]{43}")
NONCE, TAG, STEP = 12, 16, 256
LONGEST_VALUE = 240_000  # twenty thousand letters of any script, locked and written in 64 signs
LONGEST_KEYS = 8_000
WAYS = ("passphrase", "code", "passkey")
NEEDED = ("passphrase", "code")
BOXES = "locked"
"""The one box of a locked draft: which boxes of the page were filled is nobody's business either."""

JOURNAL, ADDED, LETTER, DRAFT = "journal", "added", "letter", "draft"
Piece = JournalEntry | AddedLater | Letter | Draft


@dataclass(frozen=True, slots=True)
class Left:
    """One piece of somebody's writing: the kind and the code by which each piece is asked for."""

    kind: str
    code: str


def key_of(person: User) -> OwnKey | None:
    """The row that says: locked in the browser. None for everybody who has not asked for it."""
    return OwnKey.objects.filter(person=person).first()


def is_locked(value: str) -> bool:
    """Whether this has the shape of a locked value. No words that somebody typed have it."""
    match = VALUE.fullmatch(value)
    if match is None or len(value) > LONGEST_VALUE:
        return False
    try:
        raw = urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))
    except (ValueError, binascii.Error):
        return False
    body = len(raw) - NONCE - TAG
    return body > 0 and body % STEP == 0


def check(author: User, value: str, *, own_key: bool) -> None:
    """No mix-up: readable words are refused while one's own key is on, locked ones while it is off.

    Inside the caller's transaction, with the author's row held. Raises KeyIsOn, KeyIsOff, NotLocked.
    """
    on = OwnKey.objects.filter(person=author).exists()
    if on and not own_key:
        raise KeyIsOn
    if own_key and not on:
        raise KeyIsOff
    if own_key and not is_locked(value):
        raise NotLocked


def turn_on(*, code: str, keys: str, proof: str, person: User, by: Actor, at: datetime) -> OwnKey:
    """From now on only locked words are taken. keys is the JSON that the browser made; the same code again is a no-op.

    Raises KeyThereAlready, NotLocked.
    """
    require(by, Permission.OWN_KEY_TURN_ON)
    require(by, Permission.IN_OWN_NAME, person)
    found = _keys(keys)
    if not CODE.fullmatch(code) or not PROOF.fullmatch(proof) or not set(NEEDED) <= set(found):
        raise NotLocked
    with transaction.atomic():
        one_at_a_time(person)
        kept = key_of(person)
        if kept is not None:
            if kept.code == code:
                return kept
            raise KeyThereAlready
        row = OwnKey(code=code, person=person, proof=digest(proof), on_at=at)
        row.sealed_keys = seals.OWN_KEY.seal(json.dumps(found), code=row.code, holder=person)
        row.save(force_insert=True)
        _record(Event.OWN_KEY_ON, person, by=by, at=at)
    return row


def locked_keys(row: OwnKey, *, by: Actor) -> dict[str, Any]:
    """The key as it is locked by each way, for the browser of its owner to open."""
    require(by, Permission.IN_OWN_NAME, row)
    found: dict[str, Any] = json.loads(seals.OWN_KEY.open(row.sealed_keys, code=row.code, holder=row.person))
    return found


def change(*, keys: str, version: int, proof: str, person: User, by: Actor, at: datetime) -> OwnKey:
    """Lock the same key in other ways: a new passphrase, a new recovery code, with or without a passkey.

    keys holds the ways that change; null takes the passkey away. No word is locked anew. Raises KeyIsOff, KeyChanged,
    NotShown, NotLocked.
    """
    require(by, Permission.OWN_KEY_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    with transaction.atomic():
        one_at_a_time(person)
        row = _shown(person, proof)
        if row.version != version:
            raise KeyChanged
        now = locked_keys(row, by=by) | _keys(keys)
        left = {way: lock for way, lock in now.items() if lock}
        if not set(NEEDED) <= set(left):
            raise NotLocked
        row.sealed_keys = seals.OWN_KEY.seal(json.dumps(left), code=row.code, holder=person)
        row.version += 1
        row.save(update_fields=["sealed_keys", "version"])
        _record(Event.OWN_KEY_CHANGED, person, by=by, at=at)
    return row


def pieces(person: User, *, own_key: bool) -> list[Left]:
    """Everything that is locked with one's own key, or everything that is not. Looking changes nothing.

    What came from a phone counts as the draft of its page, which it comes into before it is locked (`bring_together`).
    Beside a draft that is locked already it stays as it is, and the page shows it.
    """
    entries = JournalEntry.objects.filter(author=person, own_key=own_key).order_by("pk").values_list("code", flat=True)
    added = AddedLater.objects.filter(entry__author=person, own_key=own_key).order_by("pk")
    letters = Letter.objects.filter(author=person, own_key=own_key).order_by("pk").values_list("code", flat=True)
    drafts = Draft.objects.filter(author=person).order_by("pk").values_list("kind", "own_key")
    locked = [kind for kind, own in drafts if own]
    readable = [base_of(kind) for kind, own in drafts if not own]
    kinds = locked if own_key else [kind for kind in dict.fromkeys(readable) if kind not in locked]
    return [
        *(Left(JOURNAL, code) for code in entries),
        *(Left(ADDED, code) for code in added.values_list("code", flat=True)),
        *(Left(LETTER, code) for code in letters),
        *(Left(DRAFT, kind) for kind in kinds if is_own(kind)),
    ]


def bring_together(*, person: User, by: Actor) -> None:
    """Before older pages are locked: what came from a phone comes into the draft of its page. Twice is once.

    Locked beside it, it would be on no page.
    """
    require(by, Permission.OWN_KEY_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    put_all_below(person)


def is_own(kind: str) -> bool:
    """Whether a page of this kind is for oneself. Words to somebody else are never locked: they are to be read."""
    return kind.partition(" ")[0].partition("-")[0] in (JOURNAL, LETTER)


def open_piece(*, kind: str, code: str, person: User, by: Actor, proof: str = "") -> str:
    """One piece as it is kept: readable words, or a locked value. A letter on its way too: it goes to the script
    that locks it, hands it back or takes it along, as "Take my words along" does.

    Readable words only for somebody who has the key open, so that no screen left alone gives a letter before its day.
    Raises NotShown.
    """
    require(by, Permission.OWN_KEY_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    row = _piece(kind, code, person)
    if not row.own_key:
        _shown(person, proof)
    text = _seal_of(row).open(row.sealed_body, code=row.code, holder=person)
    if isinstance(row, Draft) and row.own_key:
        return str(json.loads(text)[BOXES])
    return text


def exchange(*, kind: str, code: str, text: str, own_key: bool, proof: str, person: User, by: Actor) -> bool:
    """Put the locked value in the place of the words, or the words in the place of the value. Whether it did.

    The old body goes in the transaction in which the new one is stored, so that there is always exactly one. A piece
    that is as asked already stays as it is: trying again is safe. Raises KeyIsOff, NotShown, NotLocked, TooLong, and
    HeldNow for locking over what the house has to keep.
    """
    require(by, Permission.OWN_KEY_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    if len(text) > LONGEST_VALUE:
        raise TooLong(LONGEST_VALUE)
    if own_key != is_locked(text):
        raise NotLocked
    with transaction.atomic():
        now = one_at_a_time(person)
        _shown(person, proof)
        if own_key:
            unless_held(now)
        row = _piece(kind, code, person)
        if row.own_key == own_key:
            return False
        if isinstance(row, Draft):
            text = json.dumps({BOXES: text} if own_key else _boxes_in(text), ensure_ascii=False)
        row.sealed_body = _seal_of(row).seal(text, code=row.code, holder=person)
        row.own_key = own_key
        row.save(update_fields=["sealed_body", "own_key"])
        if isinstance(row, Letter) and own_key:
            # A line of it that stays readable would tell what the lock is to keep.
            Letter.objects.filter(pk=row.pk).update(sealed_line=b"", line_marked_at=None)
    return True


def turn_off(*, proof: str, person: User, by: Actor, at: datetime) -> None:
    """Back to how it was. Only once every piece was handed back. Raises StillLocked, NotShown."""
    require(by, Permission.OWN_KEY_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    with transaction.atomic():
        one_at_a_time(person)
        if key_of(person) is None:
            return
        row = _shown(person, proof)
        if pieces(person, own_key=True):
            raise StillLocked
        row.delete()
        _record(Event.OWN_KEY_OFF, person, by=by, at=at)


def begin_anew(*, person: User, by: Actor, at: datetime) -> None:
    """Passphrase and code are both lost: let go of what nobody can open any more. Readable pieces stay.

    Raises HeldNow.
    """
    require(by, Permission.OWN_KEY_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    with transaction.atomic():
        now = one_at_a_time(person)
        if key_of(person) is None:
            return
        unless_held(now)
        rows = [
            (kind._meta.label, code)
            for kind in (JournalEntry, Letter)
            for code in kind._default_manager.filter(author=person, own_key=True).values_list("code", flat=True)
        ]
        AddedLater.objects.filter(entry__author=person, own_key=True).delete()
        JournalEntry.objects.filter(author=person, own_key=True).delete()
        Letter.objects.filter(author=person, own_key=True).delete()
        Draft.objects.filter(author=person, own_key=True).delete()
        OwnKey.objects.filter(person=person).delete()
        _record(Event.OWN_KEY_GIVEN_UP, person, by=by, at=at)
        for label, code in rows:
            erased.note(erased.ROW, label=label, code=code, at=at)


def _keys(text: str) -> dict[str, Any]:
    """What the browser made, as far as it can be checked here: known ways, each an object or nothing."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_KEYS else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not found or not set(found) <= set(WAYS):
        raise NotLocked
    if not all(lock is None or (isinstance(lock, dict) and lock.get("v") == 1) for lock in found.values()):
        raise NotLocked
    return found


def _shown(person: User, proof: str) -> OwnKey:
    """The row, for somebody who has the key open. A screen that was left signed in is not enough to lock its owner
    out.
    """
    row = key_of(person)
    if row is None:
        raise KeyIsOff
    if not hmac.compare_digest(row.proof, digest(proof)):
        raise NotShown
    return row


def _piece(kind: str, code: str, person: User) -> Piece:
    found: Piece | None = None
    if kind == JOURNAL:
        found = JournalEntry.objects.filter(author=person, code=code).first()
    elif kind == ADDED:
        found = AddedLater.objects.filter(entry__author=person, code=code).first()
    elif kind == LETTER:
        found = Letter.objects.filter(author=person, code=code).first()
    elif kind == DRAFT and is_own(code):
        found = Draft.objects.filter(author=person, kind=code).first()
    if found is None:
        raise NotFound
    return found


def _seal_of(row: Piece) -> seals.Seal:
    seal: dict[type[Piece], seals.Seal] = {
        JournalEntry: seals.JOURNAL,
        AddedLater: seals.JOURNAL_ADDED,
        Letter: seals.LETTER,
        Draft: seals.DRAFT,
    }
    return seal[type(row)]


def _boxes_in(text: str) -> dict[str, str]:
    try:
        boxes = json.loads(text)
    except ValueError:
        boxes = None
    if not isinstance(boxes, dict) or not all(isinstance(words, str) for words in boxes.values()):
        raise NotLocked
    return boxes


def unless_held(person: User) -> None:
    """What the house has to keep must stay as it is: it is neither let go nor locked over. Raises HeldNow."""
    if person.held:
        raise HeldNow


def _record(event: Event, person: User, *, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("person", person.code), person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=person.code)
