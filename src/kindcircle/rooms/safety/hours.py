"""Keeping the hours in which somebody is there: what alerts wait for and what members are promised."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.safety.actions import reckon_again
from kindcircle.rooms.safety.errors import HoursNotClear
from kindcircle.rooms.safety.models import ClosedDay


def keep_hours(
    *, organisation: Organisation, days: Iterable[int], opens: time, closes: time, by: Actor, at: datetime
) -> Organisation:
    """Somebody is there on these ISO weekdays (1 = Monday) between these times, on the organisation's own clock.

    `closes` at or before `opens` means the next morning; the same time means round the clock. Raises HoursNotClear.
    """
    require(by, Permission.STAFFED_HOURS_KEEP, organisation)
    picked = sorted(set(days))
    if not picked or not set(picked) <= set(range(1, 8)):
        raise HoursNotClear
    with transaction.atomic():
        house = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        house.staffed_days = "".join(str(day) for day in picked)
        house.staffed_from, house.staffed_until = opens, closes
        house.save(update_fields=["staffed_days", "staffed_from", "staffed_until"])
        _record(house, by=by, at=at)
    return house


def close_day(*, organisation: Organisation, on: date, by: Actor, at: datetime) -> None:
    """Nobody is there on this day, although the weekday is staffed."""
    require(by, Permission.STAFFED_HOURS_KEEP, organisation)
    with transaction.atomic():
        ClosedDay.objects.bulk_create([ClosedDay(organisation=organisation, on=on)], ignore_conflicts=True)
        _record(organisation, by=by, at=at)


def open_day(*, organisation: Organisation, on: date, by: Actor, at: datetime) -> None:
    """Somebody is there on this day after all."""
    require(by, Permission.STAFFED_HOURS_KEEP, organisation)
    with transaction.atomic():
        ClosedDay.objects.filter(organisation=organisation, on=on).delete()
        _record(organisation, by=by, at=at)


def _record(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """Leave a trace, and let every open alert move on by the new calendar."""
    # Alerts first, the record last, as everywhere: whoever held the record and waited for an alert would wait for ever.
    reckon_again(organisation)
    about = log.Ref("organisation", organisation.code)
    log.record(Event.STAFFED_HOURS_CHANGED, by=by, about=about, at=at, chain=organisation.code)
