"""A sealed text that does not open: whoever runs the site and whoever leads the house are told, once a day."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction

from kindcircle.base.access import Actor
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind

logger = logging.getLogger("kindcircle.vault")


def tell_of_it(error: CannotOpen, actor: Actor, *, at: datetime) -> None:
    """In the log, on the record and on the list of whoever leads the house. Never more than once a day for a text."""
    logger.error("a sealed text did not open: %s %s", error.what, error.code)
    about = log.Ref(error.what or "key", error.code)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        with transaction.atomic():
            told = AuditEntry.objects.filter(
                event=Event.TEXT_DID_NOT_OPEN, about_kind=about.kind, about_code=about.code, at__gte=day
            )
            if told.exists():
                return
            house = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
            chain = house.code if house else log.SITE
            log.record(Event.TEXT_DID_NOT_OPEN, by=actor, about=about, at=at, chain=chain)
            if house is not None:
                once = f"{about.kind}:{about.code}:{at:%Y%m%d}"
                raise_task(Kind.TEXT_NOT_OPENING, organisation=house, about=about, once=once, due_at=at, at=at)
    except DatabaseError:
        logger.exception("and it could not be put on record")  # the log has it; the kind page still comes


def did_not_open(*, since: datetime) -> list[str]:
    """Which texts did not open since then: their kind and the code of their row."""
    told = AuditEntry.objects.filter(event=Event.TEXT_DID_NOT_OPEN, at__gte=since).order_by("-at")
    return list(dict.fromkeys(f"{one.about_kind} {one.about_code}".strip() for one in told))
