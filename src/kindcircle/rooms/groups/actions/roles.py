"""Who guides and who holds each meeting, who steps in for whom, and what to do where nobody is left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.groups.errors import (
    LeadsNotHere,
    MeetingBegun,
    NotToStandIn,
    PlanChanged,
    TakesPart,
    TwoRolesOnePerson,
)
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.out_and_back import note_back
from kindcircle.rooms.groups.queries import gatherings_of, meeting_name, present_places
from kindcircle.rooms.groups.series import Slot, hold_people, refuse_double_booking
from kindcircle.rooms.groups.standing_in import stand_ins
from kindcircle.rooms.tasks.actions import SETTLED, raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team.models import StandIn
from kindcircle.spec.dates import wall_clock

PLANNED = Gathering.State.PLANNED
MOVES_EARLIER = timedelta(days=1)
"""A gap is to be closed a day before the meeting, so that whoever comes can still be told."""

Pair = tuple[User | None, User | None]


@dataclass(frozen=True, slots=True)
class Turn:
    """One meeting with its two people, and who of them stands in for somebody else."""

    gathering: Gathering
    guide: User | None
    holder: User | None
    stand_ins: tuple[StandIn, ...]

    @property
    def open(self) -> bool:
        """Whether somebody is missing."""
        return self.guide is None or self.holder is None


def plan_of(group: Group) -> list[Turn]:
    """All meetings in order, each with who leads it. Whoever has left the group since is nobody."""
    rows = list(gatherings_of(group).select_related("group__organisation", "guide", "holder"))
    covers: dict[int, list[StandIn]] = {}
    for cover in stand_ins().filter(gathering__group=group, ended_at=None):
        covers.setdefault(cover.gathering_id, []).append(cover)
    here = {place.user_id for place in present_places(group, Membership.Role.FACILITATOR) if place.user.is_active}
    turns = []
    for row in rows:
        there = here | {one.user_id for one in covers.get(row.pk, []) if _may_stand_in(one.user)}
        over = row.state != PLANNED
        guide = row.guide if over or row.guide_id in there else None
        holder = row.holder if over or row.holder_id in there else None
        turns.append(Turn(row, guide, holder, tuple(covers.get(row.pk, []))))
    return turns


def alternate(group: Group, *, first: User, second: User) -> dict[int, Pair]:
    """The plan in which two people swap from meeting to meeting, by the meeting's number. Nothing is written yet."""
    pairs: dict[int, Pair] = {}
    turn = 0
    for one in plan_of(group):
        if one.gathering.state != PLANNED:
            continue
        # Whoever stands in keeps the place for which they were asked.
        covered = {cover.in_for_id: cover.user for cover in one.stand_ins if cover.place != StandIn.Place.BESIDE}
        pair = (first, second) if turn % 2 == 0 else (second, first)
        guide, holder = (covered.get(person.pk, person) for person in pair)
        pairs[one.gathering.number] = (guide, holder)
        turn += 1
    return pairs


def plan_roles(*, group: Group, pairs: Mapping[int, Pair], seen: str, by: Actor, at: datetime) -> list[Turn]:
    """Set who guides and who holds, by the number of the meeting. Meetings that have begun stay as they were.

    seen  the plan as the page showed it (`stamp`), so that two people never write over each other
    Raises PlanChanged, TwoRolesOnePerson, LeadsNotHere.
    """
    require(by, Permission.ROLES_PLAN, group)
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        turns = plan_of(group)
        if stamp(turns) != seen:
            raise PlanChanged
        here = {place.user_id for place in present_places(group, Membership.Role.FACILITATOR)}
        for turn in turns:
            if turn.gathering.state != PLANNED or turn.gathering.number not in pairs:
                continue
            guide, holder = pairs[turn.gathering.number]
            if guide is not None and guide == holder:
                raise TwoRolesOnePerson
            may = here | {cover.user_id for cover in turn.stand_ins}
            if any(person is not None and person.pk not in may for person in (guide, holder)):
                raise LeadsNotHere
            Gathering.objects.filter(pk=turn.gathering.pk).update(guide=guide, holder=holder)
            turn.gathering.guide, turn.gathering.holder = guide, holder
            _look(turn.gathering, at=at)
        _record(Event.ROLES_PLANNED, group, by=by, at=at)
    return plan_of(group)


def stamp(turns: Sequence[Turn]) -> str:
    """Stands for the plan as it is now, in a form that changes it."""
    return ".".join(f"{turn.gathering.guide_id or 0}-{turn.gathering.holder_id or 0}" for turn in turns)


def may_stand_in(group: Group) -> list[User]:
    """Who of the house could step in: leads groups here, has no place in this one as a member."""
    members = Membership.objects.filter(group=group, role=Membership.Role.MEMBER, left_at=None)
    people = User.objects.filter(
        organisation=group.organisation_id, is_active=True, staff_roles__role=StaffRole.Role.FACILITATOR
    )
    return list(people.exclude(pk__in=members.values("user_id")).order_by("pk"))


def name_stand_in(
    *, gatherings: Iterable[Gathering], away: User, stand_in: User, by: Actor, at: datetime
) -> list[StandIn]:
    """Somebody cannot lead on these days, and this person of the house steps in. Named again, the later one holds.

    Raises NotToStandIn, TakesPart, MeetingBegun, NotADate where the stand-in leads elsewhere at that time.
    """
    wanted = sorted({one.pk for one in gatherings})
    made = []
    with transaction.atomic():
        hold_people((stand_in, away))
        rows = Gathering.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
        for row in rows.select_related("group__organisation").order_by("pk"):
            require(by, Permission.ROLES_PLAN, row.group)
            same = stand_ins().filter(gathering=row, ended_at=None, user=stand_in, in_for=away).first()
            if same is None:
                _check(row, away, stand_in)
                same = _step_in(row, away=away, stand_in=stand_in, by=by, at=at)
            made.append(same)
    return made


def end_stand_in(*, stand_in: StandIn, by: Actor, at: datetime) -> None:
    """Nobody needs to step in after all: whoever was away has their place back. Said twice, it is said once."""
    if by != SYSTEM:
        require(by, Permission.ROLES_PLAN, stand_in)
    with transaction.atomic():
        row = Gathering.objects.select_for_update(of=("self",), no_key=True).select_related("group__organisation")
        gathering = row.get(pk=stand_in.gathering_id)
        if gathering.state != PLANNED and by != SYSTEM:
            raise MeetingBegun
        _end(stand_in, gathering, by=by, at=at)


def give_place(*, group: Group, user: User, at: datetime) -> Membership:
    """A lasting place among those who lead this group; somebody who led it before is back."""
    had = Membership.objects.filter(group=group, user=user).first()
    if had is not None:
        if had.role != Membership.Role.FACILITATOR:
            raise TakesPart
        Membership.objects.filter(pk=had.pk).update(left_at=None)
        note_back(had.code, at=at)
        return had
    rows = Membership.objects.filter(group=group, role=Membership.Role.FACILITATOR)
    seat = (rows.aggregate(last=Max("seat"))["last"] or 0) + 1
    return Membership.objects.create(group=group, user=user, role=Membership.Role.FACILITATOR, seat=seat, joined_at=at)


def leave_places(*, group: Group, person: User, by: Actor, at: datetime) -> None:
    """This person leads no more meetings here: coming ones lose them, and whoever leads the house has a task each."""
    for row in stand_ins().filter(Q(user=person) | Q(in_for=person), gathering__group=group, ended_at=None):
        if row.gathering.state == PLANNED and row.user_id == person.pk:
            _end(row, row.gathering, by=by, at=at)
    coming = Gathering.objects.filter(group=group, state=PLANNED).select_related("group__organisation")
    coming.filter(guide=person).update(guide=None)
    coming.filter(holder=person).update(holder=None)
    for gathering in coming.order_by("number"):
        _look(gathering, at=at)


def find_gaps(*, at: datetime) -> int:
    """Meetings to come in which one of the two places is empty: a task each, however the person went. For the worker.

    One group that cannot be looked at never holds up the others; its error comes after them.
    """
    raised = 0
    broken: Exception | None = None
    for group in Group.objects.filter(state=Group.State.RUNNING, gatherings__state=PLANNED).distinct():
        try:
            with transaction.atomic():
                raised += sum(
                    _raise_or_settle(turn, at=at) for turn in plan_of(group) if turn.gathering.state == PLANNED
                )
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return raised


def _look(gathering: Gathering, *, at: datetime) -> None:
    turn = next(one for one in plan_of(gathering.group) if one.gathering.pk == gathering.pk)
    _raise_or_settle(turn, at=at)


def _raise_or_settle(turn: Turn, *, at: datetime) -> int:
    about = log.Ref("gathering", turn.gathering.code)
    if not turn.open:
        settle(Kind.NOBODY_LEADS, about=about, at=at)
        return 0
    if turn.gathering.starts_at <= at:
        return 0
    # A gap that opens once more after it was closed is a new task; one that somebody set aside is not.
    before = Task.objects.filter(kind=Kind.NOBODY_LEADS, about_kind=about.kind, about_code=about.code)
    if before.filter(done_at=None).exists():
        return 0
    closed = before.filter(outcome=SETTLED).count()
    raise_task(
        Kind.NOBODY_LEADS,
        organisation=turn.gathering.group.organisation,
        about=about,
        once=f"{turn.gathering.code}:{closed}",
        due_at=max(turn.gathering.starts_at - MOVES_EARLIER, at),
        at=at,
    )
    return 1


def _check(row: Gathering, away: User, stand_in: User) -> None:
    group = row.group
    if row.state != PLANNED:
        raise MeetingBegun
    leads = present_places(group, Membership.Role.FACILITATOR)
    if stand_in.pk == away.pk or not _may_stand_in(stand_in) or stand_in.organisation_id != group.organisation_id:
        raise NotToStandIn
    if away.pk not in {row.guide_id, row.holder_id} and not leads.filter(user=away).exists():
        raise NotToStandIn
    if stand_in.pk in {row.guide_id, row.holder_id}:
        raise NotToStandIn
    if Membership.objects.filter(group=group, user=stand_in, role=Membership.Role.MEMBER, left_at=None).exists():
        raise TakesPart
    wall = wall_clock(row.starts_at, group.zone)
    slot = Slot(row.number, meeting_name(row), wall, row.starts_at, row.minutes)
    refuse_double_booking(slot, zone=group.zone, facilitators=[stand_in], besides=group.pk)


def _step_in(row: Gathering, *, away: User, stand_in: User, by: Actor, at: datetime) -> StandIn:
    standing = stand_ins().filter(gathering=row, ended_at=None)
    for older in standing.filter(Q(in_for=away) | Q(user=away)):
        # A stand-in who cannot come either: whoever follows stands in for the first of all.
        away = older.in_for
        _end(older, row, by=by, at=at)
    had = [place for place in (StandIn.Place.GUIDE, StandIn.Place.HOLDER) if getattr(row, f"{place}_id") == away.pk]
    place = had[0] if had else StandIn.Place.BESIDE
    if had:
        Gathering.objects.filter(pk=row.pk).update(**{place: stand_in})
        setattr(row, place, stand_in)
    made = StandIn.objects.create(
        gathering=row,
        user=stand_in,
        in_for=away,
        place=place,
        named_by_id=by.user_id,
        named_at=at,  # type: ignore[misc]
    )
    about = log.Ref("stand-in", made.code)
    queue.enqueue("something-waiting", to=stand_in, about=about, once=made.code, at=at)
    _record(Event.STAND_IN_NAMED, row.group, by=by, at=at, concerns=stand_in.code)
    _look(row, at=at)
    return made


def _end(stand_in: StandIn, gathering: Gathering, *, by: Actor, at: datetime) -> None:
    if not StandIn.objects.filter(pk=stand_in.pk, ended_at=None).update(ended_at=at):
        return
    for place in ("guide", "holder"):
        if getattr(gathering, f"{place}_id") == stand_in.user_id and gathering.state == PLANNED:
            Gathering.objects.filter(pk=gathering.pk).update(**{place: stand_in.in_for})
            setattr(gathering, place, stand_in.in_for)
    _record(Event.STAND_IN_ENDED, gathering.group, by=by, at=at, concerns=stand_in.user.code)
    _look(gathering, at=at)
    erased.note(erased.WITHDRAWN, label=StandIn._meta.label, code=stand_in.code, at=at)


def _may_stand_in(person: User) -> bool:
    return person.is_active and person.staff_roles.filter(role=StaffRole.Role.FACILITATOR).exists()


def _record(event: Event, group: Group, *, by: Actor, at: datetime, concerns: str = "") -> None:
    about = log.Ref("group", group.code)
    log.record(event, by=by, about=about, at=at, chain=group.organisation.code, concerns=concerns)
