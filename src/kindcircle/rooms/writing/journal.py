"""An entry after it was written: lines added later, its end, and how writing has been of late."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.writing import own_key as own_keys
from kindcircle.rooms.writing.actions import (
    finish_own_draft,
    locked_row,
    record,
    stored_key,
    to_the_hour,
)
from kindcircle.rooms.writing.beside import one_at_a_time
from kindcircle.rooms.writing.bodies import LONGEST
from kindcircle.rooms.writing.errors import NothingWritten, TooLong
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry
from kindcircle.spec.resting import LOOKS_BACK, Felt, own_day, wants_rest


@dataclass(frozen=True, slots=True)
class Added:
    """Lines that were put under an entry, opened, with their hour. own_key: under our seal lies a locked value."""

    at: datetime
    words: str
    code: str
    own_key: bool


def draft_of(entry: JournalEntry) -> str:
    """The kind under which lines for this entry are kept while they are typed. By its name it is for oneself."""
    return f"journal-added-{entry.code}"


def add_later(
    *, entry: JournalEntry, text: str, client_key: str, by: Actor, at: datetime, draft: int = 0, own_key: bool = False
) -> AddedLater:
    """Put lines under one's own entry, with their day. The same key again is the same lines.

    The entry stays as it was written: who reads it in a year sees what was said when. own_key says that the text is a
    value that was locked in the browser. Raises NothingWritten, TooLong, and what own_key.check raises.
    """
    require(by, Permission.JOURNAL_ADD, entry)
    if not own_key and not text.strip():
        raise NothingWritten
    if not own_key and len(text) > LONGEST:
        raise TooLong(LONGEST)
    author = entry.author
    with transaction.atomic():
        one_at_a_time(author)
        kept = AddedLater.objects.filter(client_key=stored_key(author, client_key)).first()
        if kept is not None:
            return kept
        own_keys.check(author, text, own_key=own_key)
        added = AddedLater(
            entry=entry,
            client_key=stored_key(author, client_key),
            written_at=to_the_hour(at),
            **locked_row(client_key, own_key),
        )
        added.sealed_body = seals.JOURNAL_ADDED.seal(text.strip(), code=added.code, holder=author)
        added.save(force_insert=True)
        finish_own_draft(author, draft_of(entry), page=client_key, version=draft)
        record(Event.ENTRY_ADDED_TO, by, "journal", entry.code, author, at)
    return added


def open_added(*, entry: JournalEntry, by: Actor) -> list[Added]:
    """What was added to one's own entry, oldest first."""
    require(by, Permission.JOURNAL_READ, entry)
    return [
        Added(
            row.written_at,
            seals.JOURNAL_ADDED.open(row.sealed_body, code=row.code, holder=entry.author),
            row.code,
            row.own_key,
        )
        for row in entry.added.order_by("written_at", "pk")
    ]


def open_felt(*, entry: JournalEntry, by: Actor) -> Felt | None:
    """How it was before and after writing, if its writer said so."""
    require(by, Permission.JOURNAL_READ, entry)
    return _felt(entry)


def erase_entry(*, entry: JournalEntry, by: Actor, at: datetime) -> None:
    """Let one entry go for good, with all that was added to it and what was begun for it.

    Raises what own_key.unless_held raises, where the house has to keep this person's words for a while.
    """
    require(by, Permission.JOURNAL_ERASE, entry)
    author = entry.author
    with transaction.atomic():
        one_at_a_time(author)
        own_keys.unless_held(User.objects.get(pk=author.pk))
        gone, _ = JournalEntry.objects.filter(pk=entry.pk).delete()
        Draft.objects.filter(author=author, kind=draft_of(entry)).delete()
        if gone:
            record(Event.ENTRY_ERASED, by, "journal", entry.code, author, at)
            erased.note(erased.ROW, label="writing.JournalEntry", code=entry.code, at=at)


def rests_now(*, author: User, by: Actor, at: datetime) -> bool:
    """Whether to offer this writer some days without writing. Only the taps are opened, never a word."""
    require(by, Permission.OWN_WRITING_SEE)
    require(by, Permission.IN_OWN_NAME, author)
    rows = JournalEntry.objects.filter(author=author, written_at__gt=at - LOOKS_BACK).exclude(sealed_felt=b"")
    felt = []
    for row in rows.select_related("author").order_by("written_at", "pk"):
        try:
            felt.append(_felt(row))
        except CannotOpen:
            continue  # its own page says so; an offer to rest is no place for it
    return wants_rest((one for one in felt if one), today=own_day(at, author.zone))


def _felt(entry: JournalEntry) -> Felt | None:
    if not entry.sealed_felt:
        return None
    found = json.loads(seals.JOURNAL_FELT.open(entry.sealed_felt, code=entry.code, holder=entry.author))
    return Felt(date.fromisoformat(found["on"]), found["before"], found["after"])
