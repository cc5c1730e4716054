"""Bringing letters on their day. This file never sees a word of them: it imports nothing that could open one."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.rooms.writing.models import Letter

# Letters arrive in the morning of the writer's own day, not at midnight.
ARRIVES_AT_HOUR = 8


# What brings a letter needs none of its words.
UNREAD = Letter.objects.defer("sealed_body", "sealed_line").select_related("author__organisation")


def deliver_due(*, at: datetime) -> int:
    """Deliver every letter whose day has come where its writer lives. Returns how many arrived now, or came again.

    Safe to run twice and in two processes: the conditional update lets each letter arrive once. One letter that
    cannot be delivered never holds up the others; its error comes after them. Whether its writer is in a group still,
    or ever will be, is not asked: a letter is theirs.
    """
    arrived = 0
    broken: Exception | None = None
    # No zone is more than a day ahead of UTC; the exact day is decided per writer below.
    latest = (at + timedelta(days=1)).date()
    first = UNREAD.filter(delivered_at=None, deliver_on__lte=latest)
    again = UNREAD.filter(again_on__lte=latest)
    due = [(letter, letter.deliver_on, _deliver) for letter in first]
    due += [(letter, letter.again_on, _bring_back) for letter in again if letter.again_on]
    for letter, day, bring in due:
        try:
            local = at.astimezone(ZoneInfo(letter.author.zone))
            today = day == local.date() and local.hour >= ARRIVES_AT_HOUR
            if day < local.date() or today:
                arrived += bring(letter, at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return arrived


def _deliver(letter: Letter, at: datetime) -> int:
    with transaction.atomic():
        taken = Letter.objects.filter(pk=letter.pk, delivered_at=None).update(delivered_at=at)
        if not taken:
            return 0
        _tell(Event.LETTER_DELIVERED, letter, once=letter.code, at=at)
    return 1


def _bring_back(letter: Letter, at: datetime) -> int:
    """A letter that was read before, on the day its writer chose for meeting it again."""
    with transaction.atomic():
        rows = Letter.objects.filter(pk=letter.pk, again_on=letter.again_on)
        if not rows.update(again_on=None, came_again_at=at):
            return 0
        _tell(Event.LETTER_CAME_AGAIN, letter, once=f"{letter.code}:{letter.again_on}", at=at)
    return 1


def _tell(event: Event, letter: Letter, *, once: str, at: datetime) -> None:
    """Something is waiting: that is all the mail says, the first time as any other."""
    about = log.Ref("letter", letter.code)
    queue.enqueue("something-waiting", to=letter.author, about=about, once=once, at=at)
    chain, whose = letter.author.organisation.code, letter.author.code
    log.record(event, by=SYSTEM, about=about, at=at, chain=chain, concerns=whose)
