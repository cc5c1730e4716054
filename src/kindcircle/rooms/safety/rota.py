"""Keeping the rota, and a task where it has a gap."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.duty import ANSWERS, Rota
from kindcircle.rooms.safety.errors import DaysNotClear, NotOnTheRota
from kindcircle.rooms.safety.models_rota import Away, Duty, DutyDay
from kindcircle.rooms.safety.queries import staffed_hours
from kindcircle.rooms.tasks.actions import SETTLED, raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task


def may_be_on_duty(organisation: Organisation) -> list[User]:
    """Who can be put on the rota here."""
    people = User.objects.filter(organisation=organisation, is_active=True, staff_roles__role__in=ANSWERS)
    return list(people.distinct().order_by("pk"))


def put_on(
    *, organisation: Organisation, person: User, weekdays: Iterable[int], since: time, until: time, by: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """This person answers alerts on these weekdays (1 = Monday) between these times.

    Raises NotOnTheRota, DaysNotClear.
    """
    require(by, Permission.ROTA_KEEP, organisation)
    days = sorted(set(weekdays))
    if not days or not set(days) <= set(range(1, 8)):
        raise DaysNotClear
    _belongs(organisation, person)
    with transaction.atomic():
        Duty.objects.bulk_create(
            [Duty(organisation=organisation, person=person, weekday=day, since=since, until=until) for day in days],
            ignore_conflicts=True,
        )
        _changed(organisation, by=by, at=at)


def put_on_day(
    *, organisation: Organisation, person: User, on: date, since: time, until: time, by: Actor, at: datetime
) -> None:
    """This person answers alerts on this one day, besides the usual week."""
    require(by, Permission.ROTA_KEEP, organisation)
    _belongs(organisation, person)
    with transaction.atomic():
        row = DutyDay(organisation=organisation, person=person, on=on, since=since, until=until)
        DutyDay.objects.bulk_create([row], ignore_conflicts=True)
        _changed(organisation, by=by, at=at)


def note_away(
    *, organisation: Organisation, person: User, first_on: date, last_on: date, by: Actor, at: datetime
) -> None:
    """This person is not there from one day to another, whatever the week says. Raises DaysNotClear."""
    require(by, Permission.ROTA_KEEP, organisation)
    if last_on < first_on:
        raise DaysNotClear
    _belongs(organisation, person)
    with transaction.atomic():
        row = Away(organisation=organisation, person=person, first_on=first_on, last_on=last_on)
        Away.objects.bulk_create([row], ignore_conflicts=True)
        _changed(organisation, by=by, at=at)


def take_off(*, entry: Duty | DutyDay | Away, by: Actor, at: datetime) -> None:
    """This line of the rota holds no more."""
    require(by, Permission.ROTA_KEEP, entry)
    with transaction.atomic():
        type(entry).objects.filter(pk=entry.pk).delete()
        _changed(entry.organisation, by=by, at=at)


def find_gaps(*, at: datetime) -> int:
    """Houses whose groups run and whose staffed hours nobody covers: one task each, settled once covered.

    For the worker. One house that cannot be looked at never holds up the others; its error comes after them.
    """
    raised = 0
    broken: Exception | None = None
    for house in Organisation.objects.filter(groups__state=Group.State.RUNNING).distinct():
        try:
            with transaction.atomic():
                raised += look(house, at=at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return raised


def look(organisation: Organisation, *, at: datetime) -> int:
    """Raise or settle this house's task about its rota. 1 when one was raised now."""
    about = log.Ref("organisation", organisation.code)
    gaps = Rota(organisation).gaps(staffed_hours(organisation), at=at)
    if not gaps:
        settle(Kind.ROTA_GAP, about=about, at=at)
        return 0
    before = Task.objects.filter(kind=Kind.ROTA_GAP, about_kind=about.kind, about_code=about.code)
    if before.filter(done_at=None).exists():
        return 0
    # Whoever set a gap aside is not asked about the same one again.
    once = f"{gaps[0].ends.date().isoformat()}:{before.filter(outcome=SETTLED).count()}"
    raise_task(Kind.ROTA_GAP, organisation=organisation, about=about, once=once, due_at=gaps[0].starts, at=at)
    return 1


def _belongs(organisation: Organisation, person: User) -> None:
    if (
        not person.is_active
        or not person.staff_roles.filter(Q(role__in=ANSWERS), user__organisation=organisation).exists()
    ):
        raise NotOnTheRota


def _changed(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    look(organisation, at=at)
    about = log.Ref("organisation", organisation.code)
    log.record(Event.ROTA_CHANGED, by=by, about=about, at=at, chain=organisation.code)
