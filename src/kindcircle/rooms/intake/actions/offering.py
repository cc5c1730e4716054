"""Keeping an offer: its words, its times of the week, who talks with people, and whether anybody may ask."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.rooms.intake.actions.talks_left import look_after_talks
from kindcircle.rooms.intake.errors import TooManyTimes
from kindcircle.rooms.intake.models import Intake, Screener, WeeklySlot
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

MOST_TIMES = 14


def change_intake(*, intake: Intake, by: Actor, at: datetime, **columns: Any) -> None:
    """Other words, dates or place: only the columns that are given change."""
    require(by, Permission.INTAKE_KEEP, intake)
    with transaction.atomic():
        Intake.objects.filter(pk=intake.pk).update(**columns)
        _record(intake, by=by, at=at, reason="words")


def move_intake(*, intake: Intake, to: str, by: Actor, at: datetime) -> None:
    """Open it to people who ask, or close it. What was asked stands either way. Twice is once."""
    require(by, Permission.INTAKE_KEEP, intake)
    with transaction.atomic():
        if Intake.objects.filter(pk=intake.pk).exclude(state=to).update(state=to):
            _record(intake, by=by, at=at, reason=to)


def name_screeners(*, intake: Intake, people: Iterable[User], by: Actor, at: datetime) -> None:
    """Who talks with people, decides, and reads what they wrote. Only whoever leads the house gives that away."""
    require(by, Permission.INTAKE_START, intake.organisation)
    with transaction.atomic():
        wanted = {person.pk for person in people}
        there = set(Screener.objects.filter(intake=intake).values_list("user_id", flat=True))
        if wanted == there:
            return
        Screener.objects.filter(intake=intake, user_id__in=there - wanted).delete()
        Screener.objects.bulk_create(
            (Screener(intake=intake, user_id=person, since=at) for person in wanted - there), ignore_conflicts=True
        )
        _record(intake, by=by, at=at, reason="screeners")
        named = dict(User.objects.filter(pk__in=wanted ^ there).values_list("pk", "code"))
        for person, code in named.items():
            note = erased.note_back if person in wanted else erased.note_left
            note(Screener._meta.label, person=code, code=intake.code, at=at)
        waits = Task.objects.filter(kind=Kind.NOBODY_TALKS, about_code=intake.code, done_at=None)
        if waits.exists():
            look_after_talks(intake, at=at)


def talk_no_more(*, intake: str, person: str, at: datetime) -> bool:
    """After an old copy of the database came back: they read nothing of who asks to come here. False: they did not.

    A talk that somebody booked with them is another's, or whoever leads the house is asked.
    """
    found = Intake.objects.select_related("organisation").filter(code=intake).first()
    with transaction.atomic():
        if found is None or not Screener.objects.filter(intake=found, user__code=person).delete()[0]:
            return False
        look_after_talks(found, at=at)
    return True


def set_times(
    *, intake: Intake, times: Iterable[tuple[int, time]], by: Actor, at: datetime
) -> list[tuple[WeeklySlot, int]]:
    """Offer these times of the week. A time that somebody chose stays, so that their answer still counts.

    Returns the times that stayed for that reason, each with how many people chose it. Raises TooManyTimes.
    """
    require(by, Permission.INTAKE_KEEP, intake)
    wanted = set(times)
    if len(wanted) > MOST_TIMES:
        raise TooManyTimes(MOST_TIMES)
    with transaction.atomic():
        Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)  # nobody chooses a time while it is taken away
        there = {(slot.weekday, slot.starts): slot for slot in WeeklySlot.objects.filter(intake=intake)}
        stayed = []
        for key in there.keys() - wanted:
            chosen = there[key].applications.filter(withdrawn_at=None).count()
            if chosen or not _taken_away(there[key]):
                stayed.append((there[key], chosen))
        WeeklySlot.objects.bulk_create(
            WeeklySlot(intake=intake, weekday=weekday, starts=starts) for weekday, starts in wanted - there.keys()
        )
        _record(intake, by=by, at=at, reason="times")
    return sorted(stayed, key=lambda one: (one[0].weekday, one[0].starts))


def _taken_away(slot: WeeklySlot) -> bool:
    """False where a proposed group stands on it."""
    try:
        slot.delete()
    except ProtectedError:
        return False
    return True


def _record(intake: Intake, *, by: Actor, at: datetime, reason: str) -> None:
    about = log.Ref("intake", intake.code)
    log.record(Event.INTAKE_CHANGED, by=by, about=about, at=at, chain=intake.organisation.code, reason=reason)
