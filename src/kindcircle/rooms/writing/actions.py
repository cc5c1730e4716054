"""Writing for oneself: journal, letters, drafts. Everything is sealed under the writer's own key before it is kept."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.lib.codes import digest
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.conversations.queries import was_sent_from
from kindcircle.rooms.writing import bodies
from kindcircle.rooms.writing import own_key as own_keys
from kindcircle.rooms.writing.beside import boxes_in, one_at_a_time, put_below, words_beside
from kindcircle.rooms.writing.bodies import LONGEST
from kindcircle.rooms.writing.errors import (
    AlreadyOnItsWay,
    DayHasPassed,
    NothingWritten,
    NotLocked,
    OpenElsewhere,
    TooLong,
)
from kindcircle.rooms.writing.kinds import DAY, Kind
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, Letter, OwnPhrases, Parcel
from kindcircle.rooms.writing.words import letter_words
from kindcircle.spec.resting import Felt

FURTHEST = timedelta(days=5 * 365)
JOURNAL = "journal"  # the kinds of page that keep a draft
LETTER = "letter"
LETTER_DRAFTS: dict[str, str] = {
    Letter.Kind.FRIEND: LETTER,
    Letter.Kind.FUTURE: "letter-future",
    Letter.Kind.HARD_DAY: "letter-hard",
}
"""Each kind of letter keeps a draft of its own, so that one begun never turns up in another."""
TWO_PAGES = timedelta(days=1)  # so long the same letter from another open page counts as the same


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft, opened: the boxes of its page by name. Version 0 means that there is none.

    locked  the whole draft as its writer's own key locked it; then no box is known here
    beside  words that came from a phone and wait until the locked draft is finished, to be read meanwhile
    """

    boxes: dict[str, str]
    version: int
    locked: str = ""
    beside: tuple[str, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether there is anything to go on with."""
        return bool(self.boxes or self.locked)


def write_entry(
    *,
    text: str,
    practice: str,
    client_key: str,
    author: User,
    by: Actor,
    at: datetime,
    draft: int = 0,
    own_key: bool = False,
    kind: Kind = DAY,
    felt: Felt | None = None,
    written: datetime | None = None,
) -> JournalEntry:
    """Keep a journal entry. The same key again is the same entry, answered with the first.

    text     its body, as `bodies.body_of` makes it, or the value that the browser locked
    draft    the version of the draft that the page was filled from
    own_key  that the text is such a value
    felt     how it was before and after, as far as somebody said; for them alone
    written  when it was, if that was earlier

    Raises NothingWritten, TooLong, DrawingAmiss, and what own_key.check raises.
    """
    require(by, Permission.JOURNAL_WRITE)
    require(by, Permission.IN_OWN_NAME, author)
    if not own_key:
        bodies.check(text)
    with transaction.atomic():
        one_at_a_time(author)
        kept = JournalEntry.objects.filter(client_key=stored_key(author, client_key)).first()
        if kept is not None:
            return kept
        own_keys.check(author, text, own_key=own_key)
        entry = JournalEntry(
            author=author,
            kind=kind.id,
            practice=practice,
            client_key=stored_key(author, client_key),
            written_at=to_the_hour(written or at),
            **locked_row(client_key, own_key),
        )
        entry.sealed_body = seals.JOURNAL.seal(text, code=entry.code, holder=author)
        if felt is not None and (felt.before or felt.after):
            entry.sealed_felt = seals.JOURNAL_FELT.seal(as_text(felt), code=entry.code, holder=author)
        entry.save(force_insert=True)
        finish_own_draft(author, kind.draft, page=client_key, version=draft)
        record(Event.ENTRY_WRITTEN, by, "journal", entry.code, author, at)
    return entry


def open_entry(*, entry: JournalEntry, by: Actor) -> str:
    """The words of one's own entry."""
    require(by, Permission.JOURNAL_READ, entry)
    return seals.JOURNAL.open(entry.sealed_body, code=entry.code, holder=entry.author)


def write_letter(
    *,
    text: str,
    deliver_on: date | None,
    client_key: str,
    author: User,
    by: Actor,
    at: datetime,
    kind: str = Letter.Kind.FRIEND,
    draft: int = 0,
    own_key: bool = False,
) -> Letter:
    """Seal a letter to oneself until a day in the writer's own time zone; None means until they need it.

    The same key again is the same letter, and so are the same words for the same day from another open page. draft is
    the version of the draft that the page was filled from; own_key says that the text is a value that was locked in
    the browser. Raises NothingWritten, TooLong, DayHasPassed, and what own_key.check raises.
    """
    require(by, Permission.LETTER_WRITE)
    require(by, Permission.IN_OWN_NAME, author)
    if not own_key:
        _check(text)
    today = at.astimezone(ZoneInfo(author.zone)).date()
    comes_on = today + FURTHEST if deliver_on is None else deliver_on
    if not today < comes_on <= today + FURTHEST:
        raise DayHasPassed
    with transaction.atomic():
        one_at_a_time(author)
        kept = Letter.objects.filter(client_key=stored_key(author, client_key)).first()
        if kept is not None:
            return kept
        own_keys.check(author, text, own_key=own_key)
        letter = Letter(
            author=author,
            client_key=stored_key(author, client_key),
            written_at=at,
            kind=kind,
            when_needed=deliver_on is None,
            deliver_on=comes_on,
            **locked_row(client_key, own_key),
        )
        kept = None if own_key else _sealed_a_moment_ago(letter, text)
        if kept is None:
            letter.sealed_body = seals.LETTER.seal(text, code=letter.code, holder=author)
            letter.save(force_insert=True)
        finish_own_draft(author, LETTER_DRAFTS[kind], page=client_key, version=draft)
        if kept is not None:
            return kept
        record(Event.LETTER_SEALED, by, "letter", letter.code, author, at)
    return letter


def open_letter(*, letter: Letter, by: Actor, at: datetime) -> str:
    """The words of a letter that has arrived. The first opening is remembered, and each after it came again."""
    require(by, Permission.LETTER_OPEN, letter)
    text = letter_words(letter)
    with transaction.atomic():
        # A clock that was set back must not stand between somebody and their letter.
        opened_at = max(at, letter.delivered_at or at)
        Letter.objects.filter(pk=letter.pk, opened_at=None).update(opened_at=opened_at)
        Letter.objects.filter(pk=letter.pk, came_again_at__isnull=False).update(
            came_again_at=None, times_again=F("times_again") + 1
        )
        queue.take_back("something-waiting", to=letter.author, about=log.Ref("letter", letter.code), at=at)
        record(Event.LETTER_OPENED, by, "letter", letter.code, letter.author, at)
    return text


def withdraw_letter(*, letter: Letter, by: Actor, at: datetime) -> None:
    """Take a letter back before it arrives: it is gone for good. Raises AlreadyOnItsWay."""
    require(by, Permission.LETTER_WITHDRAW, letter)
    with transaction.atomic():
        # Held first: looked for and then deleted, it could arrive in between, and be lost with its seal open.
        waiting = Letter.objects.select_for_update(no_key=True).filter(pk=letter.pk, delivered_at=None).first()
        if waiting is None:
            raise AlreadyOnItsWay
        waiting.delete()
        record(Event.LETTER_WITHDRAWN, by, "letter", letter.code, letter.author, at)
        erased.note(erased.ROW, label="writing.Letter", code=letter.code, at=at)


def save_draft(
    *,
    kind: str,
    box: str,
    text: str,
    page: str,
    version: int,
    author: User,
    by: Actor,
    at: datetime,
    own_key: bool = False,
) -> None:
    """Keep what is being typed in one box. When every box is empty, the draft goes.

    page is the open page that saves (its form's key), version the draft's version when that page was opened. A page
    goes on where it left off itself, or where nothing has changed since it was opened. Otherwise OpenElsewhere: two
    tabs never write over each other, and a page whose words were let go saves no more. own_key says that the text is
    the whole page as the browser locked it; no text then means that every box is empty. Raises TooLong, and what
    own_key.check raises.
    """
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    if not own_key and len(text) > LONGEST:  # a drawing has the same bound: see strokes.LONGEST
        raise TooLong(LONGEST)
    with transaction.atomic():
        one_at_a_time(author)
        if own_keys.is_own(kind) and (text or not own_key):
            own_keys.check(author, text, own_key=own_key)
        if sent_from(author, page):
            return  # a last save that overtook the page's own sending: those words are safe already
        if let_go(author, page):
            raise OpenElsewhere
        draft = Draft.objects.filter(author=author, kind=kind).first()
        if draft is not None and draft.page != page and draft.version != version:
            raise OpenElsewhere
        boxes = {own_keys.BOXES: text} if own_key else boxes_in(draft, author) | {box: text}
        if not any(words.strip() for words in boxes.values()):
            Draft.objects.filter(author=author, kind=kind).delete()
            return
        draft = draft or Draft(author=author, kind=kind)
        draft.sealed_body = seals.DRAFT.seal(json.dumps(boxes, ensure_ascii=False), code=draft.code, holder=author)
        # From the clock, so that a draft that was dropped and begun anew does not count from one again.
        draft.version = max(draft.version + 1, milliseconds(at))
        draft.page = page
        draft.own_key = own_key
        draft.saved_at = at
        draft.save()


def open_draft(*, kind: str, author: User, by: Actor) -> Kept:
    """What was typed on this kind of page and not finished, with what came from a phone since it was opened last."""
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    put_below(author, kind)
    draft = Draft.objects.filter(author=author, kind=kind).first()
    boxes = boxes_in(draft, author)
    if draft is not None and draft.own_key:
        return Kept({}, draft.version, boxes[own_keys.BOXES], words_beside(author, kind))
    return Kept(boxes, draft.version if draft else 0)


def drop_draft(*, kind: str, page: str, author: User, by: Actor, at: datetime) -> None:
    """Let go of what was typed, because its writer said so on this open page. It saves no more after that."""
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    with transaction.atomic():
        one_at_a_time(author)
        draft = Draft.objects.filter(author=author, kind=kind).first()
        if draft is not None:
            draft.delete()
        Parcel.objects.get_or_create(author=author, client_key=_let_go_key(author, page), defaults={"came_at": at})
        if draft is not None:
            erased.note(erased.ROW, label=Draft._meta.label, code=draft.code, at=at)


def finish_draft(*, kind: str, page: str, version: int, author: User, by: Actor) -> None:
    """Its words were sent elsewhere, in the caller's transaction. What another open page has saved since stays."""
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    finish_own_draft(author, kind, page=page, version=version)


def to_the_hour(at: datetime) -> datetime:
    """The hour is enough to find something again; the minute would tell a watcher more than the writer wants."""
    return at.replace(minute=0, second=0, microsecond=0)


def as_text(felt: Felt) -> str:
    """How it was, to seal."""
    return json.dumps({"on": felt.on.isoformat(), "before": felt.before, "after": felt.after})


def _check(text: str) -> None:
    if not text.strip():
        raise NothingWritten
    if len(text) > LONGEST:
        raise TooLong(LONGEST)


def locked_row(client_key: str, own_key: bool) -> dict[str, Any]:
    """What a row says about being locked. The browser bound the value to the form's key, so that is the row's code."""
    if not own_key:
        return {}
    kinds = (JournalEntry, AddedLater, Letter)
    taken = any(model._default_manager.filter(code=client_key).exists() for model in kinds)
    if taken or not own_keys.CODE.fullmatch(client_key):
        raise NotLocked
    return {"code": client_key, "own_key": True}


def _sealed_a_moment_ago(letter: Letter, text: str) -> Letter | None:
    """The same words for the same day, sealed lately from another open page: their writer means one letter."""
    same = Letter.objects.filter(
        author=letter.author,
        kind=letter.kind,
        when_needed=letter.when_needed,
        deliver_on=letter.deliver_on,
        delivered_at=None,
        written_at__gt=letter.written_at - TWO_PAGES,
    )
    return next((one for one in same.select_related("author") if letter_words(one) == text), None)


def stored_key(author: User, key: str) -> str:
    """A key as it is stored: nobody's key can ever meet somebody else's."""
    return digest(f"{author.code} {key}")


def sent_from(author: User, page: str) -> bool:
    """Whether what stood on this open page was sent already."""
    key = stored_key(author, page)
    kinds = (JournalEntry, AddedLater, OwnPhrases, Letter)
    own_words = any(model._default_manager.filter(client_key=key).exists() for model in kinds)
    return own_words or was_sent_from(author, page)


def let_go(author: User, page: str) -> bool:
    """Whether its writer began anew from this open page: what it had not sent by then goes with the rest."""
    return Parcel.objects.filter(client_key=_let_go_key(author, page)).exists()


def _let_go_key(author: User, page: str) -> str:
    # Not the key alone: a page that was gone back to can still be sent by its button, and comes then.
    return stored_key(author, f"let go {page}")


def finish_own_draft(author: User, kind: str, *, page: str, version: int) -> None:
    """Its words are sent. A draft that another open page has saved since stays: it may be all that page has."""
    Draft.objects.filter(Q(page=page) | Q(version=version), author=author, kind=kind).delete()


def record(event: Event, by: Actor, kind: str, code: str, author: User, at: datetime) -> None:
    log.record(event, by=by, about=log.Ref(kind, code), at=at, chain=author.organisation.code, concerns=author.code)
