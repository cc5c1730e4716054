"""Reading what was written down as unwanted, and saying that it is over. Recording it is in `actions`."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.models import AdverseEvent


@dataclass(frozen=True, slots=True)
class Unwanted:
    """One unwanted event, opened. `what` may be empty; `resolved_on` is None while it goes on."""

    code: str
    name: str
    category: str
    severity: int
    happened_on: date
    resolved_on: date | None
    what: str


def adverse_events(group: Group, *, by: Actor, at: datetime) -> list[Unwanted]:
    """What was written down in this group, the latest first. Each reading leaves a trace the member can see."""
    require(by, Permission.ADVERSE_EVENT_RECORD, group)
    events = list(AdverseEvent.objects.filter(group=group).select_related("member").order_by("-happened_on", "-pk"))
    names = seals.names_of([event.member for event in events])
    with transaction.atomic():
        for event in events:
            _record(Event.ADVERSE_EVENT_OPENED, event, group, by, at)
    return [
        Unwanted(
            code=event.code,
            name=names[event.member_id],
            category=event.category,
            severity=event.severity,
            happened_on=event.happened_on,
            resolved_on=event.resolved_on,
            what=seals.ADVERSE_EVENT.open(event.sealed_what, code=event.code, holder=event.member)
            if event.sealed_what
            else "",
        )
        for event in events
    ]


def end_adverse_event(*, event: AdverseEvent, on: date, by: Actor, at: datetime) -> None:
    """It is over since this day. Saying it again changes nothing."""
    require(by, Permission.ADVERSE_EVENT_RECORD, event)
    with transaction.atomic():
        if AdverseEvent.objects.filter(pk=event.pk, resolved_on=None).update(resolved_on=on):
            _record(Event.ADVERSE_EVENT_ENDED, event, event.group, by, at)


def _record(what: Event, event: AdverseEvent, group: Group, by: Actor, at: datetime) -> None:
    about = log.Ref("adverse-event", event.code)
    log.record(what, by=by, about=about, at=at, chain=group.organisation.code, concerns=event.member.code)
