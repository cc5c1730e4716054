"""Proposing groups, moving people between them, keeping people apart, and starting what was proposed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.rooms.forming.errors import KeptApartTooOften, NobodyToSeat, NotToMove, TwoDifferentPeople
from kindcircle.rooms.forming.models import ProposedGroup, ProposedSeat
from kindcircle.rooms.forming.waitlist import Waitlist, pairs_among, waitlist
from kindcircle.rooms.groups.actions import keep_place
from kindcircle.rooms.groups.errors import GroupFull, KeptApartFrom
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.intake.models import Application, Intake, KeepApart
from kindcircle.rooms.safety import cohorts
from kindcircle.spec.forming import Asking, Split, TooTangled, drawn, splits


def possible(found: Waitlist, *, fewest: int, at_once: int = 1, seed: str = "") -> list[Split]:
    """The best split for each number of groups, of those who may be given a place. Nothing is written down.

    seed  draw a lot instead of going by who asked first
    Raises KeptApartTooOften.
    """
    entries = {entry.code: entry for entry in found.joining}
    order = drawn(entries, seed) if seed else list(entries)
    people = [Asking(code, entries[code].times) for code in order]
    times = [outlook.slot.code for outlook in found.outlooks]
    try:
        return splits(
            people, times, fewest=fewest, most=found.most, apart=pairs_among(found.joining), at_once=at_once
        )  # fmt: skip
    except TooTangled:
        raise KeptApartTooOften from None


def propose(
    *,
    intake: Intake,
    fewest: int,
    by: Actor,
    at: datetime,
    groups: int | None = None,
    at_once: int = 1,
    seed: str = "",
) -> list[ProposedGroup]:
    """Write down the best split; what was proposed before is gone. `groups`: how many; without it as many as can be.

    Raises NobodyToSeat, KeptApartTooOften.
    """
    require(by, Permission.GROUP_FORM, intake)
    with transaction.atomic():
        Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
        found = waitlist(intake, by=by, at=at)
        fitting = [
            one for one in possible(found, fewest=fewest, at_once=at_once, seed=seed)
            if groups is None or len(one.groups) == groups
        ]  # fmt: skip
        if not fitting:
            raise NobodyToSeat
        ProposedGroup.objects.filter(intake=intake).delete()
        slots = {outlook.slot.code: outlook.slot for outlook in found.outlooks}
        applications = {entry.code: entry.application for entry in found.joining}
        made = []
        for number, formed in enumerate(fitting[-1].groups, start=1):
            proposed = ProposedGroup.objects.create(
                intake=intake, slot=slots[formed.time], number=number, seed=seed, made_at=at,
                made_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may form groups
            )  # fmt: skip
            ProposedSeat.objects.bulk_create(
                ProposedSeat(proposed=proposed, application=applications[code]) for code in formed.people
            )
            made.append(proposed)
        _record(Event.GROUPS_PROPOSED, intake.organisation, log.Ref("intake", intake.code), by=by, at=at)
    return made


def move(*, application: Application, to: ProposedGroup | None, by: Actor, at: datetime) -> None:
    """Have somebody sit in another of the proposed groups, or in none for now. Twice is once.

    A time they did not tick is no bar: whoever moves them has asked. Raises NotToMove, GroupFull, KeptApartFrom.
    """
    require(by, Permission.GROUP_FORM, application.intake)
    if to is not None and to.intake_id != application.intake_id:
        raise NotToMove
    with transaction.atomic():
        Intake.objects.select_for_update(no_key=True).get(pk=application.intake_id)
        if to is not None and not ProposedGroup.objects.filter(pk=to.pk).exists():
            raise NotToMove
        found = waitlist(application.intake, by=by, at=at)
        if to is not None and application.code not in {entry.code for entry in found.joining}:
            raise NotToMove
        seats = ProposedSeat.objects.filter(application=application)
        if to is not None and seats.filter(proposed=to).exists():
            return
        if to is not None:
            inside = set(to.seats.values_list("application__code", flat=True))
            if len(inside) >= found.most:
                raise GroupFull(found.most)
            beside = {one for pair in pairs_among(found.joining) if application.code in pair for one in pair}
            if beside & inside:
                raise KeptApartFrom
        seats.delete()
        if to is not None:
            ProposedSeat.objects.create(proposed=to, application=application)


def scrap(*, intake: Intake, by: Actor) -> None:
    """Take every proposal away. Nobody loses anything by it."""
    require(by, Permission.GROUP_FORM, intake)
    ProposedGroup.objects.filter(intake=intake).delete()


def start(
    *, proposed: ProposedGroup, by: Actor, at: datetime, **group: Any
) -> tuple[Group, list[Application], list[tuple[Application, str]]]:
    """Begin a proposed group and keep a place in it for each of its people.

    Returns the group, for whom a place is kept, and for whom it is not, with the reason; those keep their place in
    the queue. `group`: what `cohorts.start_group` wants to know. Raises whatever that raises.
    """
    intake = proposed.intake
    require(by, Permission.GROUP_FORM, intake)
    started = cohorts.start_group(organisation=intake.organisation, intake=intake, by=by, at=at, **group)
    kept: list[Application] = []
    left: list[tuple[Application, str]] = []
    seats = ProposedSeat.objects.filter(proposed=proposed).select_related("application__intake__organisation")
    # Each place by itself: whoever cannot have one now does not cost the others theirs. Sent again, it goes on here.
    for seat in seats.order_by("application__applied_at", "pk"):
        try:
            keep_place(application=seat.application, group=started, by=by, at=at)
        except KindError as error:
            left.append((seat.application, error.sentence))
        else:
            kept.append(seat.application)
    ProposedGroup.objects.filter(pk=proposed.pk).delete()
    return started, kept, left


def keep_apart(*, intake: Intake, people: Sequence[Application], why: str, by: Actor, at: datetime) -> None:
    """These two never sit in one group of the house, until somebody ends it. Neither is told. Twice is once.

    Raises TwoDifferentPeople.
    """
    require(by, Permission.GROUP_FORM, intake)
    ids = sorted({application.person_id for application in people if application.intake_id == intake.pk})
    if len(ids) != 2 or not why.strip():
        raise TwoDifferentPeople
    with transaction.atomic():
        rule = KeepApart(
            organisation=intake.organisation,
            one_id=ids[0],
            other_id=ids[1],
            made_by_id=by.user_id,  # type: ignore[misc]
            made_at=at,
        )
        rule.sealed_why = seals.KEEP_APART.seal(why.strip(), code=rule.code, holder=intake.organisation)
        try:
            with transaction.atomic():
                rule.save(force_insert=True)
        except IntegrityError:
            return
        for seat in ProposedSeat.objects.filter(application__person_id=ids[1], application__intake=intake):
            if seat.proposed.seats.filter(application__person_id=ids[0]).exists():
                seat.delete()
        _record(Event.KEPT_APART, intake.organisation, log.Ref("keep-apart", rule.code), by=by, at=at)


def end_apart(*, intake: Intake, rule: KeepApart, by: Actor, at: datetime) -> None:
    """These two may sit together again. Twice is once."""
    require(by, Permission.GROUP_FORM, intake)
    there = Application.objects.filter(intake=intake, person_id__in=[rule.one_id, rule.other_id])
    if rule.organisation_id != intake.organisation_id or not there.exists():
        raise NotToMove
    with transaction.atomic():
        if KeepApart.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=at):
            _record(Event.KEPT_APART_ENDED, intake.organisation, log.Ref("keep-apart", rule.code), by=by, at=at)


def why_apart(rule: KeepApart, *, intake: Intake, by: Actor) -> str:
    """Why these two are kept apart, as somebody wrote it down."""
    require(by, Permission.GROUP_FORM, intake)
    return seals.KEEP_APART.open(rule.sealed_why, code=rule.code, holder=rule.organisation) if rule.sealed_why else ""


def _record(event: Event, organisation: Organisation, about: log.Ref, *, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=about, at=at, chain=organisation.code)
