"""Levels 0 to 4: what an alert asks for, chosen by the person who handles it, and what each sets off.

No level loosens anything. The clock of the alert goes on as it was, and what must be done sooner is added to it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.rooms.safety.errors import LevelMissing, StepTaken
from kindcircle.rooms.safety.ladder import locked, record
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_protocol import AlertRung
from kindcircle.rooms.safety.queries import safety_leads
from kindcircle.rooms.tasks.actions import raise_task, settle, unsettle
from kindcircle.rooms.tasks.kinds import Kind

RUNGS = (0, 1, 2, 3, 4)
TELLS_LEADS = 2
"""From here on whoever answers for safety in the house is told at once."""
WRITE_NOW = 3
"""From here on what was done is written down within the hour."""
WRITTEN_WITHIN = timedelta(hours=1)
CALL_WITHIN = timedelta(days=2)
LOOKED_AT_WITHIN = timedelta(days=2)
ABOUT = "alert"


def rung_of(alert: Alert) -> int | None:
    """The level that counts now, or None while nobody has chosen."""
    return AlertRung.objects.filter(alert=alert).order_by("-pk").values_list("rung", flat=True).first()


def choose(*, alert: Alert, rung: int, by: Actor, at: datetime) -> None:
    """This is what it asks for, as somebody judged it. Choosing the same again changes nothing.

    Raises LevelMissing; StepTaken once it is closed.
    """
    require(by, Permission.ALERT_HANDLE, alert)
    if rung not in RUNGS:
        raise LevelMissing
    with transaction.atomic():
        row = locked(alert)
        if row.closed_at is not None:
            raise StepTaken
        if rung_of(row) == rung:
            return
        AlertRung.objects.create(alert=row, rung=rung, by_id=by.user_id, at=at)  # type: ignore[misc]
        about, group = log.Ref(ABOUT, row.code), row.group_id
        chooser = User.objects.get(pk=by.user_id)  # type: ignore[misc]  # nobody unsigned handles one
        if rung == 1:
            raise_task(
                Kind.CALL_SOON, organisation=row.house, about=about, once=row.code, due_at=at + CALL_WITHIN, at=at,
                group_id=group, owner=chooser, concerns=row.member,
            )  # fmt: skip
            unsettle(Kind.CALL_SOON, about=about)  # chosen before, and left for another level
        else:
            reached(row, at=at)  # what another level asks for takes its place
        if rung >= WRITE_NOW:
            raise_task(
                Kind.WRITE_NOW, organisation=row.house, about=about, once=f"{row.code}:{rung}",
                due_at=at + WRITTEN_WITHIN, at=at, group_id=group, owner=chooser, concerns=row.member,
            )  # fmt: skip
        if rung >= TELLS_LEADS:
            _tell_leads(row, rung, by=by, at=at)
        record(Event.ALERT_RUNG_CHOSEN, row, by=by, at=at, reason=str(rung))


def written_down(row: Alert, *, at: datetime) -> None:
    """A line on what was done is there: nobody needs to be reminded of it. Inside the caller's transaction."""
    settle(Kind.WRITE_NOW, about=log.Ref(ABOUT, row.code), at=at)


def reached(row: Alert, *, at: datetime) -> None:
    """Somebody talked with the member, or something else is to be done: no call waits. Inside the transaction."""
    settle(Kind.CALL_SOON, about=log.Ref(ABOUT, row.code), at=at)


def look_after(row: Alert, *, at: datetime) -> None:
    """It is closed, and was one for a talk about safety or more: the place, the group and the record are looked at."""
    chosen = AlertRung.objects.filter(alert=row).order_by("-rung").values_list("rung", flat=True).first()
    if chosen is None or chosen < TELLS_LEADS:
        return
    raise_task(
        Kind.AFTER_SAFETY_TALK, organisation=row.house, about=log.Ref(ABOUT, row.code), once=row.code,
        due_at=at + LOOKED_AT_WITHIN, at=at, group_id=row.group_id, concerns=row.member,
    )  # fmt: skip


def _tell_leads(row: Alert, rung: int, *, by: Actor, at: datetime) -> None:
    for person in safety_leads(row.house.pk).exclude(pk=by.user_id):  # type: ignore[misc]  # the same
        once = f"alert:{row.code}:level:{rung}"
        queue.enqueue("staff-please-look", to=person, about=log.Ref(ABOUT, row.code), once=once, at=at)
