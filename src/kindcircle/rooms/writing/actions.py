"""Writing for oneself: journal, letters, drafts. Everything is sealed under the writer's own key before it is kept."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.errors import AlreadyOnItsWay, DayHasPassed, NothingWritten, TooLong
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter

LONGEST = 20_000  # letters; more than an hour's writing by hand
FURTHEST = timedelta(days=5 * 365)


def write_entry(*, text: str, practice: str, client_key: str, author: User, by: Actor, at: datetime) -> JournalEntry:
    """Keep a journal entry. The same key again is the same entry, answered with the first.

    Raises NothingWritten, TooLong.
    """
    require(by, Permission.JOURNAL_WRITE)
    require(by, Permission.IN_OWN_NAME, author)
    _check(text)
    with transaction.atomic():
        kept = JournalEntry.objects.select_for_update().filter(client_key=client_key, author=author).first()
        if kept is not None:
            return kept
        # The hour is enough to find it again; the minute would tell a watcher more than the writer wants.
        entry = JournalEntry(
            author=author,
            practice=practice,
            client_key=client_key,
            written_at=at.replace(minute=0, second=0, microsecond=0),
        )
        entry.sealed_body = seals.JOURNAL.seal(text, code=entry.code, holder=author)
        entry.save(force_insert=True)
        _drop_draft(author, f"journal:{practice}")
        _record(Event.ENTRY_WRITTEN, by, "journal", entry.code, author, at)
    return entry


def open_entry(*, entry: JournalEntry, by: Actor) -> str:
    """The words of one's own entry."""
    require(by, Permission.JOURNAL_READ, entry)
    return seals.JOURNAL.open(entry.sealed_body, code=entry.code, holder=entry.author)


def write_letter(*, text: str, deliver_on: date, client_key: str, author: User, by: Actor, at: datetime) -> Letter:
    """Seal a letter to oneself until a day in the writer's own time zone.

    Raises NothingWritten, TooLong, DayHasPassed.
    """
    require(by, Permission.LETTER_WRITE)
    require(by, Permission.IN_OWN_NAME, author)
    _check(text)
    today = at.astimezone(ZoneInfo(author.zone)).date()
    if not today < deliver_on <= today + FURTHEST:
        raise DayHasPassed
    with transaction.atomic():
        kept = Letter.objects.select_for_update().filter(client_key=client_key, author=author).first()
        if kept is not None:
            return kept
        letter = Letter(author=author, client_key=client_key, written_at=at, deliver_on=deliver_on)
        letter.sealed_body = seals.LETTER.seal(text, code=letter.code, holder=author)
        letter.save(force_insert=True)
        _drop_draft(author, "letter")
        _record(Event.LETTER_SEALED, by, "letter", letter.code, author, at)
    return letter


def open_letter(*, letter: Letter, by: Actor, at: datetime) -> str:
    """The words of a letter that has arrived. The first opening is remembered."""
    require(by, Permission.LETTER_OPEN, letter)
    text = seals.LETTER.open(letter.sealed_body, code=letter.code, holder=letter.author)
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk, opened_at=None).update(opened_at=at)
        _record(Event.LETTER_OPENED, by, "letter", letter.code, letter.author, at)
    return text


def withdraw_letter(*, letter: Letter, by: Actor, at: datetime) -> None:
    """Take a letter back before it arrives: it is gone for good. Raises AlreadyOnItsWay."""
    require(by, Permission.LETTER_WITHDRAW, letter)
    with transaction.atomic():
        gone, _ = Letter.objects.filter(pk=letter.pk, delivered_at=None).delete()
        if not gone:
            raise AlreadyOnItsWay
        _record(Event.LETTER_WITHDRAWN, by, "letter", letter.code, letter.author, at)


def save_draft(*, kind: str, text: str, author: User, by: Actor, at: datetime) -> None:
    """Keep what is being typed on one page. An empty box drops the draft."""
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    if len(text) > LONGEST:
        raise TooLong(LONGEST)
    with transaction.atomic():
        if not text.strip():
            _drop_draft(author, kind)
            return
        draft = Draft.objects.select_for_update().filter(author=author, kind=kind).first() or Draft(
            author=author, kind=kind
        )
        draft.sealed_body = seals.DRAFT.seal(text, code=draft.code, holder=author)
        draft.saved_at = at
        draft.save()


def open_draft(*, kind: str, author: User, by: Actor) -> str:
    """What was typed on this page and not finished, or an empty text."""
    require(by, Permission.DRAFT_KEEP)
    require(by, Permission.IN_OWN_NAME, author)
    draft = Draft.objects.filter(author=author, kind=kind).first()
    return seals.DRAFT.open(draft.sealed_body, code=draft.code, holder=author) if draft else ""


def _check(text: str) -> None:
    if not text.strip():
        raise NothingWritten
    if len(text) > LONGEST:
        raise TooLong(LONGEST)


def _drop_draft(author: User, kind: str) -> None:
    Draft.objects.filter(author=author, kind=kind).delete()


def _record(event: Event, by: Actor, kind: str, code: str, author: User, at: datetime) -> None:
    log.record(event, by=by, about=log.Ref(kind, code), at=at, chain=author.organisation.code, concerns=author.code)
