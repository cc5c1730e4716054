"""Who is told of an alert after whom, and when it moves on by itself."""

from datetime import datetime, timedelta

from kindcircle.base.access import SYSTEM, Actor
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.rooms.safety import states
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.queries import handled_alerts, people_to_tell, staffed_hours
from kindcircle.rooms.safety.staffed import end_of_next_shift, staffed_deadline
from kindcircle.spec.safety import load_ladder

Person = Alert.Person

LADDER: tuple[Alert.Person, ...] = (Person.OWNER, Person.BACKUP, Person.LEAD, Person.EVERYONE)
"""Who is told after whom. It has an end, so nothing is repeated for ever."""

# What the ladder's content calls the people we keep as owner, backup and lead.
CALLED = {"facilitators": Person.OWNER, "backup": Person.BACKUP, "clinic_lead": Person.LEAD}


def tell(row: Alert, *, at: datetime) -> None:
    """Send word to those whose turn it is; where nobody is left at this step, the next ones."""
    people = people_to_tell(row)[row.with_person]
    if not people and row.with_person != LADDER[-1]:
        pass_on(row, at=at)
        return
    for person in people:
        queue.enqueue("staff-please-look", to=person, about=log.Ref("alert", row.code), once=once_key(row), at=at)


def once_key(row: Alert) -> str:
    """Each step tells a person at most once, and once more for what came after somebody had looked."""
    again = f":{row.again_at:%Y%m%d%H%M%S%f}" if row.again_at else ""
    return f"alert:{row.code}{again}:{row.with_person}"


def pass_on(row: Alert, *, at: datetime) -> None:
    """One step up the ladder, past anybody who is no longer there; to its top once the member should be reached."""
    people = people_to_tell(row)
    above = LADDER[LADDER.index(Person(row.with_person)) + 1 :]
    if row.state not in states.UNSEEN or at >= in_touch_by(row):
        above = LADDER[-1:]
    row.with_person = next((person for person in above if people[person]), LADDER[-1])
    row.escalate_at = passes_on_at(row)
    row.save(update_fields=["with_person", "escalate_at"])
    record(Event.ALERT_ESCALATED, row, by=SYSTEM, at=at, reason=row.with_person)
    tell(row, at=at)


def passes_on_at(row: Alert) -> datetime | None:
    """When this alert moves on by itself: to be seen first, then for getting in touch. None when it never does."""
    waiting = row.state in states.UNSEEN or row.state in states.WITHOUT_CONTACT
    if not waiting or row.with_person == LADDER[-1] or not grows(row):
        return None
    latest = in_touch_by(row)
    if row.state not in states.UNSEEN or row.with_person == Person.LEAD:
        return latest
    after = LADDER[LADDER.index(Person(row.with_person)) + 1]
    wait = next(step.after_staffed_minutes for step in load_ladder().steps if CALLED[step.tell] == after)
    return min(staffed_deadline(staffed_hours(row.house), row.waits_since, timedelta(minutes=wait)), latest)


def in_touch_by(row: Alert) -> datetime:
    """By when somebody has talked with the member."""
    return end_of_next_shift(staffed_hours(row.house), row.raised_at)


def grows(row: Alert) -> bool:
    """Whether it moves on when nobody looks; what was a lot waits for the weekly notes."""
    return load_ladder().plan(row.level).grows  # type: ignore[arg-type]


def locked(alert: Alert) -> Alert:
    """The row as it is now, held until the caller's transaction ends."""
    return handled_alerts().select_for_update(of=("self",), no_key=True).get(pk=alert.pk)


def record(event: Event, row: Alert, *, by: Actor, at: datetime, reason: str = "") -> None:
    """A line in the audit record: what happened with it, never what was answered."""
    log.record(
        event,
        by=by,
        about=log.Ref("alert", row.code),
        at=at,
        chain=row.house.code,
        concerns=row.member.code,
        reason=reason,
    )
