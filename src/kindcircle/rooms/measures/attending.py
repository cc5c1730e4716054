"""Closing a meeting and putting attendance right, with what the sheets have to say about who stayed away.

Somebody who left one meeting unsteady and is not at the next may have had too much. A person rings them.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import absences
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.tasks.kinds import Kind

LEAVING_SHEET, STEADINESS = "after-session", "steadiness"
UNSTEADY = 3.0
"""At most this, on the sheet from before going home (content/instruments/after-session: steadiness_low)."""


def close_gathering(*, gathering: Gathering, by: Actor, at: datetime) -> Gathering:
    """`groups.actions.close_gathering`, and a call for whoever was missed after a hard meeting."""
    with transaction.atomic():
        closed = groups.close_gathering(gathering=gathering, by=by, at=at)
        _ring_after_low(closed, at=at)
    return closed


def say_held(
    *, gathering: Gathering, began_at: datetime, closed_at: datetime, came: Iterable[User], by: Actor, at: datetime
) -> None:
    """`groups.actions.say_held`, and the same."""
    with transaction.atomic():
        closed = groups.say_held(gathering=gathering, began_at=began_at, closed_at=closed_at, came=came, by=by, at=at)
        _ring_after_low(closed, at=at)


def correct_attendance(*, gathering: Gathering, member: User, came: bool, by: Actor, at: datetime) -> None:
    """`groups.actions.correct_attendance`, and the same."""
    with transaction.atomic():
        groups.correct_attendance(gathering=gathering, member=member, came=came, by=by, at=at)
        _ring_after_low(gathering, at=at)


def sheet_came_late(assignment: Assignment, *, at: datetime) -> None:
    """A sheet about a meeting came in after the next one was missed, such as one on paper."""
    gathering = assignment.gathering
    if gathering is None or assignment.instrument != LEAVING_SHEET:
        return
    later = Gathering.objects.filter(group=gathering.group_id, number__gt=gathering.number).order_by("number")
    following = later.filter(state=Gathering.State.CLOSED).select_related("group__organisation").first()
    if following is not None:
        _ring_after_low(following, at=at)


def _ring_after_low(gathering: Gathering, *, at: datetime) -> None:
    earlier = Gathering.objects.filter(group=gathering.group_id, number__lt=gathering.number)
    before = earlier.filter(state=Gathering.State.CLOSED).order_by("number").last()
    if before is None:
        return
    low = unsteady_after(before)
    rows: list[Absence] = list(absences.absences().filter(gathering=gathering, holds=True))
    for absence in rows:
        if absence.place.user_id in low:
            due_at = (gathering.closed_at or at) + absences.NOTE_WITHIN
            absences.ask(Kind.MISS_AFTER_LOW, absence, due_at=due_at, at=at)


def unsteady_after(gathering: Gathering) -> set[int]:
    """Who left this meeting unsteady, by user id."""
    rows = Score.objects.filter(
        response__assignment__gathering=gathering,
        response__assignment__instrument=LEAVING_SHEET,
        scale=STEADINESS,
        value__lte=UNSTEADY,
    )
    return set(rows.values_list("response__assignment__member_id", flat=True))
