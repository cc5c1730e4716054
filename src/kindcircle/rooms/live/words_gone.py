"""Words said in a meeting have a short life: they were for those who were there."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, Word

KEPT_AFTER = timedelta(days=2)
"""After the close: long enough for those who led to speak of a word with each other, and for its author to erase it
themselves. As long after asking, where a meeting was never closed."""

ANSWERS_KEPT = timedelta(hours=3)
"""Answers that nobody told the group: a step came between, or the meeting was never closed."""


def erase_due(*, at: datetime) -> int:
    """Take away words whose time is over, and at once those of people without a place any more. How many went."""
    answers = FeltAnswer.objects.filter(
        Q(asked__shown_at__isnull=False)
        | Q(asked__gathering__closed_at__lte=at)
        | Q(asked__asked_at__lte=at - ANSWERS_KEPT)
        | ~_has_a_place()
    )
    gone, _ = answers.delete()
    over = Q(gathering__closed_at__lte=at - KEPT_AFTER) | Q(gathering__group__state=Group.State.FINISHED)
    never_closed = Q(gathering__closed_at=None, asked_at__lte=at - KEPT_AFTER)
    due = Asked.objects.filter(over | never_closed, words__isnull=False).distinct()
    for asked in due.select_related("gathering__group__organisation"):
        gone += _take(asked, Word.objects.filter(asked=asked), at)
    left = Word.objects.filter(~_has_a_place(), author__isnull=False)
    for asked in Asked.objects.filter(words__in=left).distinct().select_related("gathering__group__organisation"):
        gone += _take(asked, left.filter(asked=asked), at)
    return gone


def _has_a_place() -> Q:
    places = Membership.objects.filter(
        group=OuterRef("asked__gathering__group"),
        user=OuterRef("author"),
        role=Membership.Role.MEMBER,
        left_at=None,
    )
    return Q(Exists(places))


def _take(asked: Asked, words: QuerySet[Word], at: datetime) -> int:
    with transaction.atomic():
        gone, _ = words.delete()
        if gone:
            about, chain = log.Ref("asked-words", asked.code), asked.gathering.group.organisation.code
            log.record(Event.WORDS_GONE, by=SYSTEM, about=about, at=at, chain=chain)
    return gone
