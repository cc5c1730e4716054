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


def deliver_due(*, at: datetime) -> int:
    """Deliver every letter whose day has come where its writer lives. Returns how many arrived now.

    Safe to run twice and in two processes: the conditional update lets each letter arrive once. One letter that
    cannot be delivered never holds up the others; its error comes after them.
    """
    arrived = 0
    broken: Exception | None = None
    # No zone is more than a day ahead of UTC; the exact day is decided per writer below.
    maybe = Letter.objects.filter(delivered_at=None, deliver_on__lte=(at + timedelta(days=1)).date())
    for letter in maybe.select_related("author__organisation"):
        try:
            local = at.astimezone(ZoneInfo(letter.author.zone))
            today = letter.deliver_on == local.date() and local.hour >= ARRIVES_AT_HOUR
            if letter.deliver_on < local.date() or today:
                arrived += _deliver(letter, at)
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
        about = log.Ref("letter", letter.code)
        queue.enqueue("something-waiting", to=letter.author, about=about, once=letter.code, at=at)
        log.record(
            Event.LETTER_DELIVERED,
            by=SYSTEM,
            about=about,
            at=at,
            chain=letter.author.organisation.code,
            concerns=letter.author.code,
        )
    return 1
