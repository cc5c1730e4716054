"""Reading one's own writing. Nothing here opens a text; opening is a visible act in `actions`."""

from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, When

from kindcircle.base.access import Actor
from kindcircle.base.people.models import User
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, Letter


def entries_of(actor: Actor) -> QuerySet[JournalEntry]:
    """One's own journal, newest first."""
    return JournalEntry.objects.filter(author_id=actor.user_id).select_related("author").order_by("-written_at", "-pk")


def kinds_in(actor: Actor) -> set[str]:
    """Which kinds of entry one's own journal holds."""
    return set(JournalEntry.objects.filter(author_id=actor.user_id).values_list("kind", flat=True).distinct())


def letters_of(actor: Actor) -> QuerySet[Letter]:
    """One's own letters: those that arrived, newest first, then those on their way, by day."""
    arrived_first = F("delivered_at").desc(nulls_last=True)
    rows = Letter.objects.filter(author_id=actor.user_id).select_related("author")
    return rows.order_by(arrived_first, "deliver_on", "pk")


def days_of(person: User) -> dict[tuple[str, str], datetime]:
    """When each piece of somebody's writing was written, by its kind and code."""
    rows = {
        "journal": JournalEntry.objects.filter(author=person).values_list("code", "written_at"),
        "added": AddedLater.objects.filter(entry__author=person).values_list("code", "written_at"),
        "letter": Letter.objects.filter(author=person).values_list("code", "written_at"),
        "draft": Draft.objects.filter(author=person).values_list("kind", "saved_at"),
    }
    return {(kind, code): at for kind, found in rows.items() for code, at in found}


def letters_arrived(actor: Actor) -> QuerySet[Letter]:
    """Letters that have arrived and were not opened yet, and those that came again."""
    return letters_of(actor).filter(Q(delivered_at__isnull=False, opened_at=None) | Q(came_again_at__isnull=False))


def letters_for_need(actor: Actor) -> QuerySet[Letter]:
    """Letters for a day when they are needed: those still sealed first, and among them those for a hard day."""
    rows = letters_of(actor).filter(Q(when_needed=True) | Q(kind=Letter.Kind.HARD_DAY, delivered_at__isnull=False))
    sealed_first = F("delivered_at").asc(nulls_first=True)
    hard_first = Case(When(kind=Letter.Kind.HARD_DAY, then=0), default=1)
    return rows.order_by(sealed_first, hard_first, "written_at", "pk")


def letters_with_a_line(actor: Actor) -> QuerySet[Letter]:
    """Letters of which one line is marked, the one marked last first."""
    return letters_of(actor).filter(line_marked_at__isnull=False).order_by("-line_marked_at", "-pk")


def still_coming() -> Q:
    """Which letters are on their way, for the first time or once more: nothing takes them before they come."""
    return Q(delivered_at=None) | Q(again_on__isnull=False)
