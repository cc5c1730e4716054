"""Taking away what is due: the words of a group, the private words of people whose groups are over, old records.

Each group and each person is one transaction, told two weeks ahead, and marked in that same transaction: a worker that
is killed midway goes on where it stopped, and nothing is done twice. Codes, times and the audit record stay.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.rooms.ending.erasing import destroy_due
from kindcircle.rooms.ending.keeping import (
    WARNING,
    last_met,
    lift_due,
    records_go_at,
    space_goes_at,
    stands_still,
    times_of,
)
from kindcircle.rooms.ending.models import Ending, WritingClock
from kindcircle.rooms.ending.models_privacy import PersonHold
from kindcircle.rooms.ending.person_holds import end_due
from kindcircle.rooms.ending.taking import (
    last_written,
    take_own_plans,
    take_records,
    take_space,
    take_writing,
    writers,
)
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.research.models import Release
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.writing.models import Draft

AT_ONCE = 20
"""How many groups or people one round takes, so that nobody waits for it."""


def run(*, at: datetime) -> int:
    """One round: end holds, tell of what will go, take what is due. Returns how many things went.

    One group or person in trouble never holds up the others; the error comes after them.
    """
    lift_due(by=SYSTEM, at=at)
    end_due(at=at)
    gone, broken = 0, None
    for part in (_tell_of_space, _take_space, _tell_of_writing, _take_writing, _tell_of_records, _take_records):
        try:
            gone += part(at)
        except Exception as error:
            broken = error
    gone += destroy_due(at=at)
    gone += _take_drafts(at) + _take_reasons(at) + _take_hold_reasons(at)
    if gone:
        _leave_nothing_behind()
    if broken is not None:
        raise broken
    return gone


def writing_goes_at(person: User) -> datetime | None:
    """When somebody's private words go: so long after their last group ended and they wrote last.

    None while they are in a group that goes on, while a hold stands on one of theirs, and where there are no words.
    A letter that is still on its way is none of these: it stays until it has come, and as long again after that.
    """
    places = list(
        Membership.objects.filter(user=person, role=Membership.Role.MEMBER).select_related("group__organisation")
    )
    if (
        not places
        or person.held
        or person.pk not in writers(person)
        or any(stands_still(place.group) for place in places)
    ):
        return None
    written = last_written(person)
    begins = [written] if written else []
    for place in places:
        ending = Ending.objects.filter(group=place.group_id).first()
        if place.left_at is not None:
            begins.append(place.left_at)
        elif ending is None:
            return None
        else:
            begins.append(last_met(ending))
    goes = max(begins) + timedelta(days=times_of(person.organisation).writing_days)
    told = WritingClock.objects.filter(person=person, gone_at=None).values_list("warned_at", flat=True).first()
    return max(goes, told + WARNING) if told else goes


def _tell_of_space(at: datetime) -> int:
    for ending in _endings().filter(space_warned_at=None, space_gone_at=None):
        if at >= space_goes_at(ending) - WARNING and not stands_still(ending.group):
            with transaction.atomic():
                if not Ending.objects.filter(pk=ending.pk, space_warned_at=None).update(space_warned_at=at):
                    continue
                ending.space_warned_at = at
                _announce(ending, at)
    return 0


def _announce(ending: Ending, at: datetime) -> None:
    """Each member hears that something waits; those who lead have it on their list."""
    group = ending.group
    about, goes = log.Ref("group", group.code), space_goes_at(ending)
    once = f"{group.code}:{at:%Y%m%d}"
    for place in Membership.objects.filter(group=group, role=Membership.Role.MEMBER, left_at=None).select_related(
        "user"
    ):
        queue.enqueue("something-waiting", to=place.user, about=about, once=f"keeping:{once}", at=at)
    raise_task(
        Kind.RETENTION,
        organisation=group.organisation,
        about=about,
        once=once,
        due_at=goes,
        at=at,
        group_id=group.pk,
    )
    _record(Event.KEEPING_WARNED, group, at)


def _take_space(at: datetime) -> int:
    due = [
        one
        for one in _endings().filter(space_warned_at__isnull=False, space_gone_at=None)
        if at >= space_goes_at(one) and not stands_still(one.group)
    ]
    return _each(due[:AT_ONCE], lambda ending: _space_of(ending, at))


def _space_of(ending: Ending, at: datetime) -> None:
    """The words that a group had in common."""
    group = ending.group
    _hold_still(ending, "space_gone_at", at)
    take_space(group)
    settle(Kind.RETENTION, about=log.Ref("group", group.code), at=at)
    _record(Event.SPACE_GONE, group, at)


def _tell_of_writing(at: datetime) -> int:
    told = WritingClock.objects.filter(gone_at=None).values("person")
    people = User.objects.filter(memberships__role=Membership.Role.MEMBER).exclude(pk__in=told).distinct()
    # Most people are in a group that goes on: they are left out before anybody is looked at one by one.
    going_on = Membership.objects.filter(role=Membership.Role.MEMBER, left_at=None, group__ending=None).values("user")
    some = people.filter(pk__in=writers()).exclude(pk__in=going_on).select_related("organisation")
    for person in some:
        goes = writing_goes_at(person)
        if goes is None or at < goes - WARNING:
            continue
        with transaction.atomic():
            WritingClock.objects.update_or_create(person=person, defaults={"warned_at": at, "gone_at": None})
            about = log.Ref("person", person.code)
            queue.enqueue("something-waiting", to=person, about=about, once=f"writing:{at:%Y%m%d}", at=at)
    # Whoever joined a group or wrote again meanwhile keeps everything.
    for clock in WritingClock.objects.filter(gone_at=None).select_related("person__organisation"):
        goes = writing_goes_at(clock.person)
        if goes is None or clock.warned_at < goes - 2 * WARNING:
            clock.delete()
    return 0


def _take_writing(at: datetime) -> int:
    due = []
    for clock in WritingClock.objects.filter(gone_at=None).select_related("person__organisation"):
        goes = writing_goes_at(clock.person)
        if goes is not None and at >= goes:
            due.append(clock)
    return _each(due[:AT_ONCE], lambda clock: _writing_of(clock, at))


def _writing_of(clock: WritingClock, at: datetime) -> None:
    if not WritingClock.objects.filter(pk=clock.pk, gone_at=None).update(gone_at=at):
        return
    take_writing(clock.person, let_come=True)
    take_own_plans(clock.person)
    _record_person(Event.WRITING_GONE, clock.person, at)


def _take_drafts(at: datetime) -> int:
    """Drafts that nobody touched for as long as the house keeps them."""
    gone = 0
    free = Draft.objects.filter(author__held=False)
    for draft in free.select_related("author__organisation").order_by("saved_at")[: 10 * AT_ONCE]:
        if draft.saved_at <= at - timedelta(days=times_of(draft.author.organisation).draft_days):
            gone += Draft.objects.filter(pk=draft.pk, version=draft.version).delete()[0]
    return gone


def _take_reasons(at: datetime) -> int:
    """What rows for research were for, as many years after their end as a record is kept. That they went out stays."""
    gone = 0
    for release in Release.objects.exclude(sealed_why=b"").select_related("organisation").order_by("pk"):
        years = timedelta(days=366 * times_of(release.organisation).record_years)
        if (release.until or release.decided_at or release.asked_at) + years <= at:
            gone += Release.objects.filter(pk=release.pk).update(sealed_why=b"")
    return gone


def _take_hold_reasons(at: datetime) -> int:
    """Why one person's words were held, as many years after its end as a record is kept. That they were stays."""
    gone = 0
    for row in PersonHold.objects.exclude(ended_at=None).exclude(sealed_reason=b"").select_related("organisation"):
        if (
            row.ended_at is not None
            and row.ended_at + timedelta(days=366 * times_of(row.organisation).record_years) <= at
        ):
            gone += PersonHold.objects.filter(pk=row.pk).update(sealed_reason=b"")
    return gone


def _tell_of_records(at: datetime) -> int:
    for ending in _endings().filter(records_warned_at=None, records_gone_at=None):
        if at >= records_go_at(ending) - WARNING and not stands_still(ending.group):
            with transaction.atomic():
                if not Ending.objects.filter(pk=ending.pk, records_warned_at=None).update(records_warned_at=at):
                    continue
                ending.records_warned_at = at
                # After years it is the house that knows, not whoever led then.
                raise_task(
                    Kind.RECORD_ENDS,
                    organisation=ending.group.organisation,
                    about=log.Ref("group", ending.group.code),
                    once=f"{ending.group.code}:{at:%Y%m%d}",
                    due_at=records_go_at(ending),
                    at=at,
                )
                _record(Event.KEEPING_WARNED, ending.group, at)
    return 0


def _take_records(at: datetime) -> int:
    due = [
        one
        for one in _endings().filter(records_warned_at__isnull=False, records_gone_at=None)
        if at >= records_go_at(one) and not stands_still(one.group)
    ]
    return _each(due[:AT_ONCE], lambda ending: _records_of(ending, at))


def _records_of(ending: Ending, at: datetime) -> None:
    """What the clinic kept about the people of a group: answers, scores, notes, alerts, messages, attendance."""
    group = ending.group
    _hold_still(ending, "records_gone_at", at)
    take_records(group)
    settle(Kind.RECORD_ENDS, about=log.Ref("group", group.code), at=at)
    _record(Event.RECORDS_GONE, group, at)


def _endings() -> QuerySet[Ending]:
    return Ending.objects.select_related("group__organisation").order_by("pk")


def _hold_still(ending: Ending, mark: str, at: datetime) -> None:
    """Mark first and inside the same transaction, with the group held: nobody places a hold while its words go."""
    Group.objects.select_for_update(no_key=True).get(pk=ending.group_id)
    if stands_still(ending.group) or not Ending.objects.filter(pk=ending.pk, **{mark: None}).update(**{mark: at}):
        raise _Taken


class _Taken(Exception):
    """Somebody else has it, or a hold came between."""


def _each(due: list, take: Callable) -> int:  # type: ignore[type-arg]
    gone, broken = 0, None
    for one in due:
        try:
            with transaction.atomic():
                take(one)
        except _Taken:
            continue
        except Exception as error:
            broken = error
        else:
            gone += 1
    if broken is not None:
        raise broken
    return gone


def _leave_nothing_behind() -> None:
    """SQLite writes zeros over what is deleted; the journal beside the file still holds it until it is emptied."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _record(event: Event, group: Group, at: datetime) -> None:
    log.record(event, by=SYSTEM, about=log.Ref("group", group.code), at=at, chain=group.organisation.code)


def _record_person(event: Event, person: User, at: datetime) -> None:
    about, chain = log.Ref("person", person.code), person.organisation.code
    log.record(event, by=SYSTEM, about=about, at=at, chain=chain, concerns=person.code)
