"""Whom to reach before the next meeting, because of how they found the last one. A kind question, and no alert.

How steady somebody is, and whether they ask for a call, goes the quicker way of an alert (rooms.safety).
"""

from collections import defaultdict
from datetime import datetime, timedelta

from kindcircle.base.audit.log import Ref
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import first_of, present_places
from kindcircle.rooms.measures.attending import LEAVING_SHEET
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.feedback import Rated, Reason, reasons
from kindcircle.spec.scoring import State

EASE, FIT = "ease", "fit"
"""Names of two scales in content/instruments/after-session."""
WITHOUT_MEETING = timedelta(days=7)
"""How long there is for it where no further meeting is planned."""


def look_at(assignment: Assignment, *, at: datetime) -> None:
    """A sheet about a meeting came in: have those who lead reach out where it asks for it. Twice changes nothing.

    A sheet that comes late may show what is usual for somebody, and so that a newer one is not. Only what can still be
    taken up before a meeting is looked at again. Inside the caller's transaction.
    """
    gathering = assignment.gathering
    if gathering is None or assignment.instrument != LEAVING_SHEET:
        return
    group = gathering.group
    # Who has left is talked with for that reason, by whoever leads (Kind.LEAVING).
    if not present_places(group).filter(user=assignment.member_id).exists():
        return
    rated = _rated(group, member=assignment.member_id)[assignment.member_id]
    held = set(Gathering.objects.filter(group=group, state=Gathering.State.CLOSED).values_list("number", flat=True))
    for one in Gathering.objects.filter(group=group, number__gte=gathering.number).select_related("guide"):
        over = any(number > one.number for number in held)
        if one.number in rated and (one.pk == gathering.pk or not over) and _reasons(rated, one.number):
            _raise(one, group, assignment.member, at=at)


def look_again(assignment: Assignment, *, at: datetime) -> None:
    """A corrected rule gave this sheet another number: the same, while its meeting is the last and one is to come."""
    gathering = assignment.gathering
    if gathering is None:
        return
    of_group = Gathering.objects.filter(group=gathering.group_id)
    over = of_group.filter(state=Gathering.State.CLOSED, number__gt=gathering.number).exists()
    if not over and of_group.filter(state=Gathering.State.PLANNED, starts_at__gt=at).exists():
        look_at(assignment, at=at)


def named_after(gathering: Gathering) -> dict[int, tuple[Reason, ...]]:
    """Whom the rule names after this meeting and why, by user id; as it looks now, with every sheet that is here."""
    found = {
        person: _reasons(rated, gathering.number)
        for person, rated in _rated(gathering.group).items()
        if gathering.number in rated
    }
    return {person: why for person, why in found.items() if why}


def once_for(gathering: Gathering, member: User) -> str:
    """By what the task for one person after one meeting is known."""
    return f"{gathering.code}:{member.code}"


def _reasons(rated: dict[int, Rated], number: int) -> tuple[Reason, ...]:
    return reasons(rated[number], [one for earlier, one in rated.items() if earlier < number])


def _rated(group: Group, *, member: int | None = None) -> dict[int, dict[int, Rated]]:
    """Everybody's two answers by the number of the meeting. Only an answer that was given counts, none made up."""
    rows = Score.objects.filter(
        response__assignment__group=group,
        response__assignment__instrument=LEAVING_SHEET,
        response__assignment__gathering__isnull=False,
        scale__in=(EASE, FIT),
        state=State.COMPLETE,
    )
    if member is not None:
        rows = rows.filter(response__assignment__member=member)
    values: dict[int, dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for person, number, scale, value in rows.values_list(
        "response__assignment__member_id", "response__assignment__gathering__number", "scale", "value"
    ):
        if value is not None:
            values[person][number][scale] = value
    found: dict[int, dict[int, Rated]] = defaultdict(dict)
    for person, by_number in values.items():
        found[person] = {number: Rated(one.get(EASE), one.get(FIT)) for number, one in by_number.items()}
    return found


def _raise(gathering: Gathering, group: Group, member: User, *, at: datetime) -> None:
    coming = Gathering.objects.filter(group=group, state=Gathering.State.PLANNED, starts_at__gt=at)
    following = coming.order_by("starts_at").first()
    raise_task(
        Kind.REACH_OUT,
        organisation=group.organisation,
        about=Ref("gathering", gathering.code),
        once=once_for(gathering, member),
        due_at=following.starts_at if following else at + WITHOUT_MEETING,
        at=at,
        group_id=group.pk,
        owner=first_of(group, gathering.guide),
        concerns=member,
    )
