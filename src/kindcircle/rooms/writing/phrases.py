"""One's own phrases: a few kind lines that somebody found for themselves, kept to be met again where they help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.actions import finish_own_draft, record, stored_key, to_the_hour
from kindcircle.rooms.writing.beside import one_at_a_time
from kindcircle.rooms.writing.errors import OpenElsewhere, TooLong, TooManyPhrases
from kindcircle.rooms.writing.models import OwnPhrases

MOST = 12
LONGEST_LINE = 300
DRAFT = "own-phrases"  # the kind under which they are kept while they are typed


@dataclass(frozen=True, slots=True)
class Phrases:
    """The lines, opened. Version 0 means that there are none yet."""

    lines: tuple[str, ...]
    version: int

    @property
    def text(self) -> str:
        """One on each line, as they are typed."""
        return "\n".join(self.lines)


def open_phrases(*, author: User, by: Actor) -> Phrases:
    """One's own lines, to meet them again."""
    require(by, Permission.OWN_WRITING_SEE)
    require(by, Permission.IN_OWN_NAME, author)
    row = OwnPhrases.objects.filter(author=author).first()
    return Phrases(_lines(row, author), row.version if row else 0)


def keep_phrases(
    *, text: str, version: int, client_key: str, author: User, by: Actor, at: datetime, draft: int = 0
) -> None:
    """Keep these lines and no others; none at all lets them go. version: of the lines that the page began with.

    A page opened before another one saved does not write over it. Raises OpenElsewhere, TooManyPhrases, TooLong.
    """
    require(by, Permission.JOURNAL_WRITE)
    require(by, Permission.IN_OWN_NAME, author)
    lines = _checked(text)
    with transaction.atomic():
        one_at_a_time(author)
        row = OwnPhrases.objects.filter(author=author).first()
        if row is not None and row.client_key == stored_key(author, client_key):
            return
        if row is not None and row.version != version:
            raise OpenElsewhere
        _keep(row, lines, client_key, author, at)
        finish_own_draft(author, DRAFT, page=client_key, version=draft)
        record(Event.OWN_PHRASES_KEPT, by, "person", author.code, author, at)


def add_phrases(*, text: str, client_key: str, author: User, by: Actor, at: datetime) -> bool:
    """Put the lines of an entry under those that are kept, each once. False when there is no room for them."""
    require(by, Permission.JOURNAL_WRITE)
    require(by, Permission.IN_OWN_NAME, author)
    with transaction.atomic():
        one_at_a_time(author)
        row = OwnPhrases.objects.filter(author=author).first()
        had = _lines(row, author)
        new = [line for line in _split(text) if line not in had]
        if not new:
            return True
        if len(had) + len(new) > MOST or any(len(line) > LONGEST_LINE for line in new):
            return False
        _keep(row, (*had, *new), client_key, author, at)
        record(Event.OWN_PHRASES_KEPT, by, "person", author.code, author, at)
    return True


def _keep(row: OwnPhrases | None, lines: Sequence[str], client_key: str, author: User, at: datetime) -> None:
    row = row or OwnPhrases(author=author)
    row.sealed_body = seals.OWN_PHRASES.seal("\n".join(lines), code=row.code, holder=author)
    # From the clock, so that lines that went and came back do not count from one again.
    row.version = max(row.version + 1, milliseconds(at))
    row.client_key = stored_key(author, client_key)
    row.saved_at = to_the_hour(at)
    row.save()


def _lines(row: OwnPhrases | None, author: User) -> tuple[str, ...]:
    if row is None:
        return ()
    return _split(seals.OWN_PHRASES.open(row.sealed_body, code=row.code, holder=author))


def _split(text: str) -> tuple[str, ...]:
    """Each line once, in the order in which they stand."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _checked(text: str) -> tuple[str, ...]:
    lines = _split(text)
    if len(lines) > MOST:
        raise TooManyPhrases(MOST)
    if any(len(line) > LONGEST_LINE for line in lines):
        raise TooLong(LONGEST_LINE)
    return lines
