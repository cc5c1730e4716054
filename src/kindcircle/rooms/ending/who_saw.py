"""Who opened something of somebody's, as they can see it themselves: by name, what, and when. Nothing about others."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.errors import CannotOpen

OPENINGS = frozenset(
    {
        Event.APPLICATION_OPENED,
        Event.SUPPORT_PLAN_OPENED,
        Event.SAFETY_PLAN_OPENED,
        Event.SAFE_CONTACT_OPENED,
        Event.WHEREABOUTS_OPENED,
        Event.MEMBER_NOTES_OPENED,
        Event.MEMBER_NOTES_EXPORTED,
        Event.FEEDBACK_OPENED,
        Event.MESSAGES_OPENED,
        Event.ALERT_OPENED,
        Event.ADVERSE_EVENT_OPENED,
        Event.LANDING_OPENED,
        Event.PROPOSAL_OPENED,
        Event.GOODBYE_OPENED,
        Event.KEPT_LINE_OPENED,
        Event.SHARED_OPENED,
        Event.WORD_AUTHOR_SEEN,
        Event.CREDENTIAL_SEEN,
    }
)
"""What counts as somebody having looked. Whoever adds an event of this kind adds it here."""

A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that somebody else looked: who (empty where the account is gone), at what, and when."""

    who: str
    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Openings:
    """One page of them, the newest first. `older` and `newer` are page numbers, or None."""

    rows: tuple[Opening, ...]
    number: int
    older: int | None
    newer: int | None


def openings_of(person: User, *, number: int = 1, by: Actor) -> Openings:
    """Who opened what of this person's, for themselves alone."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, person)
    number = max(1, number)
    start = (number - 1) * A_PAGE
    found = list(_rows(person)[start : start + A_PAGE + 1])
    return Openings(
        rows=tuple(_opened(found[:A_PAGE])),
        number=number,
        older=number + 1 if len(found) > A_PAGE else None,
        newer=number - 1 if number > 1 else None,
    )


def every_opening(person: User, *, by: Actor) -> Iterable[Opening]:
    """All of them, the oldest first, for the file that a person takes along."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, person)
    rows = list(_rows(person).reverse())
    for start in range(0, len(rows), 500):
        yield from _opened(rows[start : start + 500])


def _rows(person: User) -> QuerySet[AuditEntry]:
    others = AuditEntry.objects.filter(concerns=person.code, event__in=OPENINGS).exclude(actor__in=("", SYSTEM.code))
    return others.exclude(actor=person.code).order_by("-at", "-pk")


def _opened(rows: list[AuditEntry]) -> list[Opening]:
    names = _names({row.actor for row in rows})
    return [Opening(names.get(row.actor, ""), row.event, row.at) for row in rows]


def _names(codes: set[str]) -> dict[str, str]:
    """The chosen names of whoever looked. One that does not open any more costs nobody the rest."""
    people = list(User.objects.filter(code__in=codes))
    keys.open_keys(people)
    found = {}
    for person in people:
        with suppress(CannotOpen):
            found[person.code] = seals.name_of(person)
    return found
