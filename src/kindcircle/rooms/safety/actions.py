"""From an answer to a closed alert: raising, telling, passing on, and what people do about it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Attendance
from kindcircle.rooms.safety import states
from kindcircle.rooms.safety.errors import NoteMissing, ReasonMissing, StepTaken
from kindcircle.rooms.safety.ladder import locked, pass_on, passes_on_at, record
from kindcircle.rooms.safety.models import Alert, AlertStep, WorkerBeat
from kindcircle.rooms.safety.queries import WORKER, handled_alerts, people_to_tell
from kindcircle.rooms.safety.raising import raise_alert as raise_alert
from kindcircle.rooms.safety.raising import screen as screen
from kindcircle.rooms.safety.rungs import look_after, reached, written_down
from kindcircle.rooms.safety.unwanted import record_adverse_event as record_adverse_event
from kindcircle.rooms.tasks.actions import settle_occasion
from kindcircle.rooms.tasks.kinds import Kind

State, Person = Alert.State, Alert.Person

CLOSE_REASONS: dict[Alert.State, tuple[str, ...]] = {
    State.CONTACTED: ("plan-agreed", "other-help", "no-more-needed", "by-mistake"),
    State.NOT_REACHED: ("handed-over", "other-help"),
}
"""Why an alert was closed, by how far it had come: a closed list, because the reason goes into the audit record."""

BEAT_EVERY = timedelta(seconds=20)


def mark_delivered(*, alert: Alert, at: datetime) -> None:
    """A message left the house, or a facilitator's page showed it: from here on somebody can know."""
    with transaction.atomic():
        row = locked(alert)
        if not states.may(row.state, State.DELIVERED):
            return
        row.state = State.DELIVERED
        row.save(update_fields=["state"])
        record(Event.ALERT_DELIVERED, row, by=SYSTEM, at=at)


def see(*, alert: Alert, by: Actor, at: datetime) -> Alert:
    """Somebody opened it. The first time counts; from then on the clock runs for getting in touch."""
    require(by, Permission.ALERT_HANDLE, alert)
    with transaction.atomic():
        row = locked(alert)
        if row.state not in states.UNSEEN:
            return row
        row.seen_at = at
        return _move(row, State.SEEN, by=by, at=at, event=Event.ALERT_SEEN)


def act(*, alert: Alert, by: Actor, at: datetime, note: str = "") -> Alert:
    """Somebody is on it. Raises StepTaken when a colleague was faster."""
    return _step(alert, State.ACTING, by=by, at=at, note=note)


def contacted(*, alert: Alert, by: Actor, at: datetime, note: str = "") -> Alert:
    """The member was reached. After they went home, that is also the word within a day that a meeting may ask for."""
    with transaction.atomic():
        row = _step(alert, State.CONTACTED, by=by, at=at, note=note)
        reached(row, at=at)
        if row.gathering is not None and not _still_there(row):
            once = f"{row.gathering.code}:{row.member.code}"
            for kind in (Kind.HEAR_FROM, Kind.REACH_OUT):
                settle_occasion(kind, organisation=row.house, once=once, at=at)
    return row


def not_reached(*, alert: Alert, by: Actor, at: datetime, note: str = "") -> Alert:
    """The member could not be reached this time. The clock for getting in touch keeps running."""
    return _step(alert, State.NOT_REACHED, by=by, at=at, note=note)


def close(*, alert: Alert, by: Actor, at: datetime, reason: str, note: str) -> Alert:
    """Nothing more is to be done, and this is why. Needs a reason from the list and a line on what was done."""
    require(by, Permission.ALERT_HANDLE, alert)
    with transaction.atomic():
        row = locked(alert)
        if not states.may(row.state, State.CLOSED):
            raise StepTaken
        if reason not in CLOSE_REASONS[State(row.state)]:
            raise ReasonMissing
        if not note.strip():
            raise NoteMissing
        # A clock that was set back meanwhile must not stand in the way.
        row.closed_at, row.close_reason = max(at, row.raised_at), reason
        reached(row, at=at)  # the call was made, or is somebody else's now
        look_after(row, at=at)
        return _move(row, State.CLOSED, by=by, at=at, note=note, event=Event.ALERT_CLOSED, reason=reason)


def escalate_due(*, at: datetime) -> int:
    """Pass on every alert whose time has come: owner, backup, safety leads, and at last all of them once more.

    Returns how many steps were taken. After a long pause an alert may take several at once. Each step tells a
    person at most once, whatever crashes in between. One alert that cannot be moved never holds up the others;
    its error is raised after them.
    """
    steps = 0
    broken: Exception | None = None
    for alert in Alert.objects.filter(escalate_at__lte=at).order_by("escalate_at"):
        try:
            with transaction.atomic():
                row = locked(alert)
                while row.escalate_at is not None and row.escalate_at <= at:
                    pass_on(row, at=at)
                    steps += 1
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return steps


def delivery_failed(*, alert_code: str, to: User, at: datetime) -> None:
    """A message about an alert could not reach this person at all: the next one is told now, not later."""
    with transaction.atomic():
        row = handled_alerts().select_for_update(of=("self",), no_key=True).filter(code=alert_code).first()
        if row is None:
            return
        record(Event.DELIVERY_FAILED, row, by=SYSTEM, at=at, reason=row.with_person)
        # Of several safety leads one message may still arrive, so that step keeps its time. A step whose one person has
        # left has nobody any more.
        alone = row.with_person in (Person.OWNER, Person.BACKUP)
        turn = people_to_tell(row)[row.with_person]
        if alone and row.state in states.UNSEEN and (to in turn or not turn):
            pass_on(row, at=at)


def reckon_again(organisation: Organisation) -> None:
    """The calendar has changed: every open alert moves on by the new one. Inside the caller's transaction."""
    rows = handled_alerts().select_for_update(of=("self",), no_key=True)
    ours = Q(group__organisation=organisation) | Q(intake__organisation=organisation)
    for row in rows.filter(ours, escalate_at__isnull=False):
        row.escalate_at = passes_on_at(row)
        row.save(update_fields=["escalate_at"])


def beat(*, at: datetime) -> None:
    """The worker went round. Written a few times a minute, so that facilitators can be warned when it stops."""
    if not WorkerBeat.objects.filter(name=WORKER, at__gt=at - BEAT_EVERY, at__lte=at).exists():
        WorkerBeat.objects.update_or_create(name=WORKER, defaults={"at": at})


def _step(alert: Alert, to: Alert.State, *, by: Actor, at: datetime, note: str) -> Alert:
    require(by, Permission.ALERT_HANDLE, alert)
    with transaction.atomic():
        return _move(locked(alert), to, by=by, at=at, note=note, event=Event.ALERT_MOVED, reason=to)


def _move(
    row: Alert, to: Alert.State, *, by: Actor, at: datetime, event: Event, note: str = "", reason: str = ""
) -> Alert:
    if not states.may(row.state, to):
        raise StepTaken
    row.state = to
    row.escalate_at = passes_on_at(row)
    row.save(update_fields=["state", "seen_at", "closed_at", "close_reason", "escalate_at"])
    step = AlertStep(alert=row, state=to, by_id=by.user_id, at=at)
    if note.strip():
        step.sealed_note = seals.ALERT_NOTE.seal(note.strip(), code=step.code, holder=row.member)
        written_down(row, at=at)
    step.save(force_insert=True)
    record(event, row, by=by, at=at, reason=reason)
    return row


def _still_there(row: Alert) -> bool:
    """Whether the person is in the meeting that it came from, as far as we know."""
    return Attendance.objects.filter(gathering=row.gathering_id, user=row.member_id, left_at=None).exists()
