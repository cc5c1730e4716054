"""Offering something, and asking to come."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.errors import AskedBefore, HasAPlace, NotOpenNow, TakenBack
from kindcircle.rooms.intake.models import Application, Intake, Screener, WeeklySlot
from kindcircle.rooms.intake.queries import takes_requests
from kindcircle.rooms.tasks.actions import settle
from kindcircle.rooms.tasks.kinds import Kind


def start_intake(
    *,
    organisation: Organisation,
    name: str,
    programme: str,
    programme_version: str,
    zone: str,
    screeners: Iterable[User],
    by: Actor,
    at: datetime,
    **more: Any,
) -> Intake:
    """Offer a programme. `more`: the other columns, such as public, place, online. Open at once unless told."""
    if by != SYSTEM:
        require(by, Permission.INTAKE_START, organisation)
    with transaction.atomic():
        intake = Intake.objects.create(
            organisation=organisation,
            name=name,
            programme=programme,
            programme_version=programme_version,
            zone=zone,
            created_at=at,
            **{"state": Intake.State.OPEN} | more,
        )
        Screener.objects.bulk_create(Screener(intake=intake, user=user, since=at) for user in screeners)
        _record(Event.INTAKE_CHANGED, intake=intake, about=log.Ref("intake", intake.code), by=by, at=at)
    return intake


def apply(
    *,
    intake: Intake,
    person: User,
    answers: Mapping[str, Any],
    source: str,
    by: Actor,
    at: datetime,
    client_key: str | None = None,
    slots: Iterable[WeeklySlot] = (),
) -> Application:
    """Somebody asks to come, or a facilitator writes down that they do. Sent twice, it is one.

    slots  the times of the week at which they can come

    Raises NotOpenNow, AskedBefore.
    """
    if source == Application.Source.BY_HAND:
        require(by, Permission.APPLICATION_DECIDE, intake)
    with transaction.atomic():
        held = Intake.objects.select_for_update(no_key=True).select_related("organisation").get(pk=intake.pk)
        sent = Application.objects.filter(client_key=client_key).first() if client_key else None
        if sent is not None:
            return sent
        by_hand = source == Application.Source.BY_HAND
        if not (held.state == Intake.State.OPEN if by_hand else takes_requests(held, at=at)):
            raise NotOpenNow
        if Application.objects.filter(intake=held, person=person, withdrawn_at=None).exists():
            raise AskedBefore
        application = Application(intake=held, person=person, source=source, applied_at=at, client_key=client_key)
        if answers:
            application.sealed_answers = seals.APPLICATION.seal(
                json.dumps(answers), code=application.code, holder=person
            )
        application.save(force_insert=True)
        application.slots.set(WeeklySlot.objects.filter(intake=held, pk__in=[slot.pk for slot in slots]))
        record(Event.APPLIED, application=application, by=by, at=at)
    return application


def take_back(*, application: Application, by: Actor, at: datetime) -> None:
    """The person does not want to come after all. A time for a talk and a place kept for them are free again.

    Twice is once. Raises HasAPlace: a place that is theirs is left, not taken back.
    """
    require(by, Permission.APPLICATION_OWN, application)
    with transaction.atomic():
        # The person first, as wherever a place is kept or taken.
        User.objects.select_for_update(no_key=True).get(pk=application.person_id)
        held = hold(application)
        if held.withdrawn_at is not None:
            return
        if held.state == Application.State.PLACED:
            raise HasAPlace
        let_kept_place_go(held, at=at)
        held.state, held.withdrawn_at = Application.State.WITHDRAWN, at
        held.save(update_fields=["state", "withdrawn_at"])
        held.talk_times.update(application=None, booked_at=None, revision=F("revision") + 1)
        for kind in (Kind.SCREEN_AGAIN, Kind.ASK_LATER):
            settle(kind, about=log.Ref("application", held.code), at=at)
        record(Event.APPLICATION_WITHDRAWN, application=held, by=by, at=at)
        erased.note(erased.WITHDRAWN, label="intake.Application", code=held.code, at=at)


def let_kept_place_go(held: Application, *, at: datetime) -> None:
    """A place that waits for this person's yes is for somebody else now."""
    held.kept_places.filter(taken_at=None, given_up_at=None).update(given_up_at=at)


def hold(application: Application, *, standing: bool = False) -> Application:
    """The application's row, held until the transaction ends. Raises TakenBack if it has to stand and does not."""
    rows = Application.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("intake__organisation", "person").get(pk=application.pk)
    if standing and held.withdrawn_at is not None:
        raise TakenBack
    return held


def record(event: Event, *, application: Application, by: Actor, at: datetime, reason: str = "") -> None:
    """Leave a trace of something that befell an application."""
    about = log.Ref("application", application.code)
    concerns = application.person.code
    _record(event, intake=application.intake, about=about, by=by, at=at, concerns=concerns, reason=reason)


def _record(
    event: Event, *, intake: Intake, about: log.Ref, by: Actor, at: datetime, concerns: str = "", reason: str = ""
) -> None:
    log.record(event, by=by, about=about, at=at, chain=intake.organisation.code, concerns=concerns, reason=reason)
