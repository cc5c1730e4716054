"""Reading one's own writing. Nothing here opens a text; opening is a visible act in `actions`."""

from django.db.models import F, QuerySet

from kindcircle.base.access import Actor
from kindcircle.rooms.writing.models import JournalEntry, Letter


def entries_of(actor: Actor) -> QuerySet[JournalEntry]:
    """One's own journal, newest first."""
    return JournalEntry.objects.filter(author_id=actor.user_id).select_related("author").order_by("-written_at", "-pk")


def letters_of(actor: Actor) -> QuerySet[Letter]:
    """One's own letters: those that arrived, newest first, then those on their way, by day."""
    arrived_first = F("delivered_at").desc(nulls_last=True)
    rows = Letter.objects.filter(author_id=actor.user_id).select_related("author")
    return rows.order_by(arrived_first, "deliver_on", "pk")


def letters_arrived(actor: Actor) -> QuerySet[Letter]:
    """Letters that have arrived and were not opened yet."""
    return letters_of(actor).filter(delivered_at__isnull=False, opened_at=None)
