"""Who was not there: noticed when a meeting closes or attendance is put right, and what is asked of a person then.

A miss is never held against anybody. It means a note that the seat is kept, and after two in a row a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from kindcircle.base.audit.log import Ref
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.models_absence import Absence, CatchUp, SaidAway
from kindcircle.rooms.groups.queries import places, programme_of
from kindcircle.rooms.tasks.actions import raise_task, settle, unsettle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

NOTE_WITHIN = timedelta(hours=24)
CALL_WITHIN = timedelta(days=2)

CAME, CAUGHT_UP, MISSED, NOT_A_MEMBER = "came", "caught-up", "missed", ""


@dataclass(frozen=True, slots=True)
class Cell:
    """How it was with one member and one meeting: came, caught up, missed, or not a member then."""

    state: str
    absence: Absence | None = None
    catch_up: CatchUp | None = None


def notice(*, gathering: Gathering, at: datetime) -> None:
    """Look at who missed this closed meeting, and have what follows from it wait for a person. Twice changes nothing.

    The caller's transaction holds the meeting. An open circle expects nobody, so nobody is missed there; nor does the
    meeting months after the end count.
    """
    group = gathering.group
    if not _expects_people(gathering):
        return
    # Two meetings of one group may be put right in the same moment: each has to see the other.
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    came = set(Attendance.objects.filter(gathering=gathering).values_list("user_id", flat=True))
    away = set(SaidAway.objects.filter(gathering=gathering).values_list("member_id", flat=True))
    missed = [place for place in places(group) if belonged(place, gathering) and place.user_id not in came]
    Absence.objects.bulk_create(
        [
            Absence(gathering=gathering, place=place, noticed_at=at, told_before=place.user_id in away)
            for place in missed
        ],
        ignore_conflicts=True,
    )
    rows = Absence.objects.filter(gathering=gathering)
    rows.filter(place__in=missed).update(holds=True)
    rows.exclude(place__in=missed).update(holds=False)
    for absence in absences().filter(gathering=gathering):
        if not absence.holds:
            _settle(absence, at)
        elif not (absence.told_before or absence.sent_at or absence.let_be_at):
            ask(Kind.ABSENCE_MESSAGE, absence, due_at=(gathering.closed_at or at) + NOTE_WITHIN, at=at)
    _two_in_a_row(group, at)


def ask(kind: Kind, absence: Absence, *, due_at: datetime, at: datetime) -> None:
    """Have this wait for those who lead, if the person is still a member. What settled itself waits once more."""
    if absence.place.left_at is not None:
        return
    group = absence.gathering.group
    raise_task(
        kind, organisation=group.organisation, about=ref(absence), once=absence.code, due_at=due_at, at=at,
        group_id=group.pk, concerns=absence.place.user,
    )  # fmt: skip
    # Attendance may have been put right and back again.
    unsettle(kind, about=ref(absence))


def wait_no_more(place: Membership, *, at: datetime) -> None:
    """Somebody has left: nobody writes or rings them about meetings they missed."""
    for absence in absences().filter(place=place):
        _settle(absence, at)


def _settle(absence: Absence, at: datetime) -> None:
    for kind in (Kind.ABSENCE_MESSAGE, Kind.TWO_MISSES, Kind.MISS_AFTER_LOW):
        settle(kind, about=ref(absence), at=at)


def ref(absence: Absence) -> Ref:
    return Ref("absence", absence.code)


def absences() -> QuerySet[Absence]:
    """Absences with all that showing one needs."""
    return Absence.objects.select_related("gathering__group__organisation", "place__user", "sent_by", "let_be_by")


def belonged(place: Membership, gathering: Gathering) -> bool:
    """Whether this person was a member when the meeting ended."""
    closed_at = gathering.closed_at or gathering.ends_at
    return place.joined_at <= closed_at and (place.left_at is None or place.left_at > closed_at)


def cells(group: Group, gatherings: Iterable[Gathering]) -> dict[tuple[int, int], Cell]:
    """How it was with everybody at each of these meetings, by place and meeting. Having come goes before all else."""
    held = list(gatherings)
    came = set(Attendance.objects.filter(gathering__in=held).values_list("gathering_id", "user_id"))
    missed = {(row.place_id, row.gathering_id): row for row in Absence.objects.filter(gathering__in=held, holds=True)}
    made_up = {(row.place_id, row.gathering_id): row for row in CatchUp.objects.filter(gathering__in=held)}
    found = {}
    for place in places(group):
        for one in held:
            key = (place.pk, one.pk)
            if (one.pk, place.user_id) in came:
                found[key] = Cell(CAME)
            elif key in made_up:
                found[key] = Cell(CAUGHT_UP, missed.get(key), made_up[key])
            else:
                found[key] = Cell(MISSED if belonged(place, one) else NOT_A_MEMBER, missed.get(key))
    return found


def misses_running(absence: Absence) -> int:
    """The how-manieth missed meeting in a row this is; 1 for the first."""
    rows = _held(absence.gathering.group)
    came = set(Attendance.objects.filter(user=absence.place.user, gathering__in=rows).values_list("gathering_id"))
    number = 0
    for one in rows:
        if one.number > absence.gathering.number:
            break
        number = number + 1 if belonged(absence.place, one) and (one.pk,) not in came else 0
    return number


def waiting_notes(group: Group) -> QuerySet[Absence]:
    """Misses after which no note was sent, and nobody has said that none is needed."""
    return absences().filter(
        gathering__group=group, holds=True, told_before=False, sent_at=None, let_be_at=None, place__left_at=None
    )


def _two_in_a_row(group: Group, at: datetime) -> None:
    """A call for whoever missed this meeting and the one before; none while an earlier such call is still to be made.

    Looked at over the whole course, because putting one meeting right may join or part two others.
    """
    held = _held(group)
    rows = {(row.place_id, row.gathering_id): row for row in absences().filter(gathering__in=held, holds=True)}
    for place in places(group).filter(left_at=None):
        before = None
        for one in held:
            now = rows.get((place.pk, one.pk))
            if now is not None and before is not None:
                if not _still_to_ring(group, place, but=now):
                    ask(Kind.TWO_MISSES, now, due_at=(one.closed_at or at) + CALL_WITHIN, at=at)
            elif now is not None:
                settle(Kind.TWO_MISSES, about=ref(now), at=at)
            before = now


def _still_to_ring(group: Group, place: Membership, *, but: Absence) -> bool:
    open_ = Task.objects.filter(kind=Kind.TWO_MISSES, group_id=group.pk, concerns=place.user, done_at=None)
    return open_.exclude(about_code=but.code).exists()


def _held(group: Group) -> list[Gathering]:
    """The meetings of the course that are over, in order."""
    rows = Gathering.objects.filter(group=group, state=Gathering.State.CLOSED).order_by("number")
    return list(rows.filter(number__lte=len(programme_of(group).sessions)))


def _expects_people(gathering: Gathering) -> bool:
    plan = programme_of(gathering.group)
    closed = gathering.state == Gathering.State.CLOSED
    return closed and plan.form == "closed" and gathering.number <= len(plan.sessions)
