"""Sealing and opening text, by intention: each kind of text has its own `Seal`, bound to its row and its holder.

A sealed value is: version (1 byte), key code (22), nonce (12), ciphertext and tag. The associated data names the
kind, the row, the holder and the version, so a value moved to another row, kind or person does not open. Text is
padded to steps of 256 bytes so that its length says less. Reading is always a visible call; failure is `CannotOpen`.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kindcircle.base.lib import keyfiles
from kindcircle.base.people.models import User
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.instead import Instead, or_instead
from kindcircle.base.vault.keys import (
    NONCE,
    Holder,
    holder_name,
    key_of,
    key_with,
    open_keys,
    stored_key_of,
    unwrap,
)
from kindcircle.base.vault.models import DataKey

VERSION = b"\x01"
CODE = 22
STEP = 256


@dataclass(frozen=True, slots=True)
class Seal:
    """One kind of sealed text. `code` is the public id of the row that carries it."""

    kind: str

    def seal(self, text: str, *, code: str, holder: Holder) -> bytes:
        """Encrypt for this holder and this row."""
        key_code, key = stored_key_of(holder)
        nonce = secrets.token_bytes(NONCE)
        body = AESGCM(key).encrypt(nonce, _pad(text.encode()), self._bound_to(code, holder))
        return VERSION + key_code.encode() + nonce + body

    def open(self, sealed: bytes | memoryview, *, code: str, holder: Holder) -> str:
        """Decrypt, or raise `CannotOpen`. Never the ciphertext, never an empty string instead."""
        try:
            return self._opened(bytes(sealed), code, holder)
        except CannotOpen:
            raise CannotOpen(self.kind, code) from None

    def _opened(self, value: bytes, code: str, holder: Holder) -> str:
        start = 1 + CODE
        if len(value) < start + NONCE + 16 or value[:1] != VERSION:
            raise CannotOpen
        asked = value[1:start].decode("ascii", "replace")
        key_code, key = key_of(holder)
        if asked != key_code:
            key = key_with(holder, asked)
        nonce, body = value[start : start + NONCE], value[start + NONCE :]
        try:
            return _unpad(AESGCM(key).decrypt(nonce, body, self._bound_to(code, holder))).decode()
        except InvalidTag:
            raise CannotOpen from None

    def anew(self, sealed: bytes | memoryview, *, code: str, old: DataKey, new: DataKey) -> bytes:
        """The same text sealed with the newer key of the same holder. CannotOpen for what the older did not seal."""
        value, bound = bytes(sealed), f"1|{self.kind}|{code}|{old.holder}".encode()
        start = 1 + CODE
        if value[:start] != VERSION + old.code.encode() or old.holder != new.holder:
            raise CannotOpen
        nonce = secrets.token_bytes(NONCE)
        try:
            plain = AESGCM(unwrap(old)).decrypt(value[start : start + NONCE], value[start + NONCE :], bound)
        except InvalidTag:
            raise CannotOpen from None
        return VERSION + new.code.encode() + nonce + AESGCM(unwrap(new)).encrypt(nonce, plain, bound)

    def _bound_to(self, code: str, holder: Holder) -> bytes:
        return f"1|{self.kind}|{code}|{holder_name(holder)}".encode()


# A person's own.
NAME = Seal("name")
ADDRESS = Seal("address")
JOURNAL = Seal("journal")
JOURNAL_FELT = Seal("journal-felt")  # how it was before and after writing
JOURNAL_ADDED = Seal("journal-added")
OWN_PHRASES = Seal("own-phrases")
LETTER = Seal("letter")
LETTER_LINE = Seal("letter-line")  # the one line of a letter that its writer marked
DRAFT = Seal("draft")
BOX_KEY = Seal("box-key")  # opens what a phone without a line put aside (box.py)
ANSWERS = Seal("answers")
ANSWER_DRAFT = Seal("answer-draft")
PAPER_ENTRY = Seal("paper-entry")  # what one person typed in from their card
OWN_KEY = Seal("own-key")  # somebody's own key as it is locked in their browser; we never have it open
OWN_WAY = Seal("own-way")
AT_HAND = Seal("at-hand")  # practices that help, this week's choices, hard days that somebody noted
HEARTBEATS = Seal("heartbeats")
MESSAGE = Seal("message")  # the answers too: a conversation goes as a whole
PROPOSAL = Seal("proposal")
SHARED = Seal("shared")  # a copy of chosen words that others may read
SHARED_UNNAMED = Seal("shared-unnamed")  # the same, without a name
CALENDAR_LINK = Seal("calendar-link")
APPLICATION = Seal("application")
SCREENING_FORM = Seal("screening-form")
PHONE = Seal("phone")
SIGNATURE = Seal("signature")  # the name somebody typed under a consent
CONSENT_COPY = Seal("consent-copy")  # what they had before them when they said yes
SUPPORT_PLAN = Seal("support-plan")
SAFETY_PLAN = Seal("safety-plan")
SAFE_CONTACT = Seal("safe-contact")
WHEREABOUTS = Seal("whereabouts")
WHEREABOUTS_HOW = Seal("whereabouts-how")  # whether they can talk; opened without a trace by whoever leads
RATING = Seal("rating")  # how somebody is towards the others of their group; read by nobody else
PAIR_WISH = Seal("pair-wish")  # with whom they would rather not talk in a pair; nobody else reads it
# A facilitator's own.
SUPERVISION_WITH = Seal("supervision-with")
SUPERVISION = Seal("supervision")
OWN_CHECK = Seal("own-check")
CREDENTIAL = Seal("credential")  # the house that asks for it reads it too
# Written by staff about one person: under that person's key, so that it goes when they go.
MEMBER_NOTE = Seal("member-note")
ALERT_NOTE = Seal("alert-note")
ALERT_ANSWER = Seal("alert-answer")  # the answer that spoke, as it was when it did
ALERT_REVIEW = Seal("alert-review")  # under the house's key: about a week, not about one person
RELEASE_WHY = Seal("release-why")  # under the house's key: what coded rows are for, and for whom
TRIAL_SECRET = Seal("trial-secret")  # under the house's key, until the draw
ADVERSE_EVENT = Seal("adverse-event")
STOP_REVIEW = Seal("stop-review")
PROPOSAL_ANSWER = Seal("proposal-answer")
SHARED_LINE = Seal("shared-line")  # what those who lead say when they give a copy back
GOODBYE = Seal("goodbye")  # what somebody who left lets the others hear
TASK_NOTE = Seal("task-note")  # under the house's key when it concerns nobody in particular
DECISION = Seal("decision")
SCREENING_NOTE = Seal("screening-note")
TALK_NOTE = Seal("talk-note")
KEEP_APART = Seal("keep-apart")
ONE_TO_ONE = Seal("one-to-one")
STEADYING = Seal("steadying")  # what somebody answered while they were looked after
# Said in a meeting without a name: under the key of whoever said it, so that it goes when they go; under the house's
# where one of those who lead wrote it down for somebody without a device.
WORD = Seal("word")
FELT = Seal("felt")
# Written by staff about a gathering: under the organisation's key.
GROUP_NOTE = Seal("group-note")
STEP_REASON = Seal("step-reason")
DEBRIEF_LINE = Seal("debrief-line")  # under the key of whoever it is about, where it is about somebody
# What was looked at for names: under the key of the note that it repeats.
LOOKED_OVER = Seal("looked-over")
REMINDER = Seal("reminder")
HEARD_AND_DONE = Seal("heard-and-done")  # what a group hears of what came of its answers
INVITED = Seal("invited")
# What a group agreed on, and how it mends what was not kept.
AGREEMENT = Seal("agreement")
REPAIR = Seal("repair")
REPAIR_STEP = Seal("repair-step")
REPAIR_ENDING = Seal("repair-ending")
# From those who lead to those who lead next, and why a group began although something was missing.
HAND_OVER = Seal("hand-over")
START_REASON = Seal("start-reason")
# The middle and the end. A member's words under their own key until no name belongs to them any more.
REVIEW_NOTE = Seal("review-note")
REVIEW_WORDS = Seal("review-words")
REVIEW_ANSWER = Seal("review-answer")
KEPT_LINE = Seal("kept-line")  # under the key of whoever it is for
CLOSING_LETTER = Seal("closing-letter")
HOLD_REASON = Seal("hold-reason")
# The site's own.
SECOND_FACTOR = Seal("second-factor")


def name_of(user: User) -> str:
    """The name a person chose to be called."""
    return NAME.open(user.sealed_name, code=user.code, holder=user)


def names_of(users: list[User], *, instead: Instead | None = None) -> dict[int, str]:
    """The chosen names of many people, by user id, with one query for their keys. instead: for one that does not open.

    Without it one such name takes the whole page away, rather than standing there as somebody else.
    """
    open_keys(users)
    return {user.pk: or_instead(partial(name_of, user), instead) for user in users}


def address_of(user: User) -> str | None:
    """The person's e-mail address, or None where none was given."""
    if not user.sealed_email:
        return None
    return ADDRESS.open(user.sealed_email, code=user.code, holder=user)


def blind_address(email: str) -> str:
    """A keyed hash of an address that can be looked up but not read back; shaped like an address."""
    key = keyfiles.read(settings.KEYS_DIR / "lookup.key")[0]
    return hmac.new(key, email.strip().casefold().encode(), hashlib.sha256).hexdigest()[:48] + "@sealed.invalid"


def _pad(raw: bytes) -> bytes:
    body = len(raw).to_bytes(4, "big") + raw
    return body + bytes(-len(body) % STEP)


def _unpad(padded: bytes) -> bytes:
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]
