"""A letter after its sealing: opened when it is needed, brought back some days apart, and one line of it kept in view.

Meeting a letter again is the writer's choice each time. Nothing comes back that was not asked for.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.errors import LineUnknown, NotReadYet
from kindcircle.rooms.writing.models import Letter
from kindcircle.rooms.writing.words import letter_words
from kindcircle.spec.lines import lines_of

SPACING = {"week": timedelta(days=7), "month": timedelta(days=30)}
"""How far apart a letter may be met again: about a week at first, then about a month."""
NEVER = "never"


def open_needed(*, letter: Letter, by: Actor, at: datetime) -> None:
    """This is the day it was written for: it has arrived, by its writer's own hand. Twice is once."""
    require(by, Permission.LETTER_NEED, letter)
    with transaction.atomic():
        if Letter.objects.filter(pk=letter.pk, delivered_at=None).update(delivered_at=at):
            _record(Event.LETTER_DELIVERED, letter, by, at)


def meet_again(*, letter: Letter, when: str, by: Actor, at: datetime) -> None:
    """Bring a letter that was read back in a week or a month; "never": do not ask any more; "": not this time.

    Raises NotReadYet.
    """
    require(by, Permission.LETTER_MEET_AGAIN, letter)
    today = at.astimezone(ZoneInfo(letter.author.zone)).date()
    on = today + SPACING[when] if when in SPACING else None
    with transaction.atomic():
        rows = Letter.objects.filter(pk=letter.pk, opened_at__isnull=False)
        if not rows.update(again_on=on, came_again_at=None, not_again=when == NEVER):
            raise NotReadYet
        queue.take_back("something-waiting", to=letter.author, about=log.Ref("letter", letter.code), at=at)
        _record(Event.LETTER_AGAIN_CHOSEN, letter, by, at)


def lines_to_mark(*, letter: Letter, by: Actor) -> list[str]:
    """The lines of a letter that has arrived, one of which may be marked. None where only its writer's key opens it."""
    require(by, Permission.LETTER_MEET_AGAIN, letter)
    if letter.own_key:
        return []
    return lines_of(letter_words(letter))


def mark_line(*, letter: Letter, line: str, by: Actor, at: datetime) -> None:
    """Keep one line of it in view. Another one takes its place. Raises LineUnknown for what is not a line of it."""
    if line not in lines_to_mark(letter=letter, by=by):
        raise LineUnknown
    sealed = seals.LETTER_LINE.seal(line, code=letter.code, holder=letter.author)
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(sealed_line=sealed, line_marked_at=at)
        _record(Event.LETTER_LINE_MARKED, letter, by, at)


def unmark_line(*, letter: Letter, by: Actor, at: datetime) -> None:
    """The line is in view no more. The letter stays as it is."""
    require(by, Permission.LETTER_MEET_AGAIN, letter)
    with transaction.atomic():
        marked = Letter.objects.filter(pk=letter.pk, line_marked_at__isnull=False)
        if marked.update(sealed_line=b"", line_marked_at=None):
            _record(Event.LETTER_LINE_UNMARKED, letter, by, at)


def _record(event: Event, letter: Letter, by: Actor, at: datetime) -> None:
    author = letter.author
    about = log.Ref("letter", letter.code)
    log.record(event, by=by, about=about, at=at, chain=author.organisation.code, concerns=author.code)
