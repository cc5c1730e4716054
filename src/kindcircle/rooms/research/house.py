"""What a house may know of its groups: seats, who finished, and what was unwanted. Counts, and only where they hide
nobody.

No figure about a group of fewer than five is shown, nor one from which such a figure could be worked out. Who came is
told once a group is over: a count that is looked at each month would tell of single meetings (TRUST 2.5).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.research.report import FEEDBACK
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.spec.programmes import Programme
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Part, Suppressed, part_of, total_of, withhold_below

LOOKS_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Finished:
    """Of those who began, how many came often enough by the programme's own rule, and how many did not."""

    people: int
    of: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group. None: not over yet, so there is nothing to count. `came` and `kept_away` are seats at meetings."""

    group: Group
    seats: int
    filled: int | Suppressed
    finished: Finished | Suppressed | None
    came: int | Suppressed | None
    kept_away: int | Suppressed | None


@dataclass(frozen=True, slots=True)
class ProgrammeLines:
    """All groups of one programme, with the rule by which somebody counts as having finished."""

    title: str
    rule: str
    groups: tuple[GroupLine, ...]
    seats: int
    filled: int | Suppressed
    finished: Finished | Suppressed | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What people met with in twelve months, and what was written down as unwanted. Never by group.

    people     everybody who had a place in that time
    meetings   how often somebody was at a meeting
    asked      how often somebody was asked afterwards how it was; `answered` how often they said
    events     unwanted events that were written down
    """

    since: datetime
    until: datetime
    people: int
    meetings: int
    asked: int
    answered: int
    events: int


@dataclass(frozen=True, slots=True)
class HouseFigures:
    """The page of a house. `exposure` is withheld below five people."""

    programmes: tuple[ProgrammeLines, ...]
    seats: int
    filled: int | Suppressed
    finished: Finished | Suppressed | None
    exposure: Exposure | Suppressed
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    """A group as it is, before anything is withheld."""

    line: GroupLine
    filled: Part
    finished: Part | None


def house_figures(*, organisation: Organisation, by: Actor, at: datetime) -> HouseFigures:
    """Groups that run, and those that ended within a year."""
    require(by, Permission.HOUSE_FIGURES_SEE, organisation)
    groups = list(Group.objects.filter(organisation=organisation).order_by("programme", "created_at"))
    plans = {group.pk: plan for group in groups if (plan := _plan(group)) is not None}
    seen = _seen(organisation)
    lately = {pk for pk, when in seen.last_on.items() if when > at - LOOKS_BACK}
    counted = {
        group.pk: _count(group, plans[group.pk], seen)
        for group in groups
        if group.pk in plans and (group.state != Group.State.FINISHED or group.pk in lately)
    }
    by_programme: dict[tuple[str, str], list[int]] = {}
    for pk in counted:
        by_programme.setdefault((plans[pk].id, plans[pk].version), []).append(pk)
    lines, filled, finished = [], list[Part](), list[Part]()
    for pks in by_programme.values():
        rows = [counted[pk] for pk in pks]
        in_all = _filled([row.filled for row in rows])
        done = _finished([row.finished for row in rows if row.finished])
        lines.append(
            ProgrammeLines(
                title=plans[pks[0]].title,
                rule=plans[pks[0]].completion.words,
                groups=tuple(row.line for row in rows),
                seats=sum(row.line.seats for row in rows),
                filled=in_all,
                finished=done,
            )
        )
        # A programme whose own sum stands there hides nothing more behind the sum of the house.
        filled += [_sum([row.filled for row in rows])] if in_all else [row.filled for row in rows]
        over = [row.finished for row in rows if row.finished]
        finished += [_sum(over)] if done and over else over
    return HouseFigures(
        programmes=tuple(lines),
        seats=sum(line.seats for line in lines),
        filled=_filled(filled),
        finished=_finished(finished),
        exposure=_exposure(organisation, at=at),
        groups=tuple(groups),
    )


def year_before(organisation: Organisation, *, at: datetime) -> tuple[datetime, datetime]:
    """Twelve months up to the first of this month, on the house's own clock: no figure changes from day to day."""
    local = at.astimezone(ZoneInfo(organisation.zone))
    until = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return until.replace(year=until.year - 1), until


def _plan(group: Group) -> Programme | None:
    try:
        return programme_of(group)
    except ProgrammeGone:
        return None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Rows of all groups of a house, fetched together. `came` holds one entry for each seat that was taken."""

    people: dict[int, set[int]]
    held: dict[int, dict[int, int]]
    came: dict[int, list[tuple[int, int]]]
    last_on: dict[int, datetime]


def _seen(organisation: Organisation) -> _Seen:
    here = {"group__organisation": organisation}
    seen = _Seen(defaultdict(set), defaultdict(dict), defaultdict(list), {})
    places = Membership.objects.filter(**here, role=Membership.Role.MEMBER)
    for group, person in places.values_list("group_id", "user_id"):
        seen.people[group].add(person)
    for group, pk, number, state, starts_at in (
        Gathering.objects.filter(**here)
        .order_by("starts_at")
        .values_list("group_id", "pk", "number", "state", "starts_at")
    ):
        seen.last_on[group] = starts_at
        if state == Gathering.State.CLOSED:
            seen.held[group][pk] = number
    came = Attendance.objects.filter(gathering__group__organisation=organisation)
    for group, gathering, person in came.values_list("gathering__group_id", "gathering_id", "user_id"):
        seen.came[group].append((gathering, person))
    return seen


def _count(group: Group, plan: Programme, seen: _Seen) -> _Counted:
    people = seen.people[group.pk]
    filled = part_of({"filled": len(people)})
    shown = len(people) if filled.shown or not people else Suppressed()
    if group.state != Group.State.FINISHED:
        return _Counted(GroupLine(group, plan.size.max, shown, None, None, None), filled, None)
    # A meeting months after the end is nobody's duty and counts for nothing here.
    held = {pk for pk, number in seen.held[group.pk].items() if number <= len(plan.sessions)}
    meetings = Counter(person for gathering, person in seen.came[group.pk] if gathering in held and person in people)
    done = sum(meetings[person] >= plan.completion.attend for person in people)
    finished = part_of({"finished": done, "not": len(people) - done})
    seats = {"came": meetings.total(), "away": len(held) * len(people) - meetings.total()}
    # Seats at meetings are no people, and a handful of them may still be one person's.
    fit = filled.shown and part_of(seats).shown
    line = GroupLine(
        group=group,
        seats=plan.size.max,
        filled=shown,
        finished=Finished(done, len(people)) if finished.shown else Suppressed(),
        came=seats["came"] if fit else Suppressed(),
        kept_away=seats["away"] if fit else Suppressed(),
    )
    return _Counted(line, filled, finished)


def _sum(parts: Sequence[Part]) -> Part:
    names = dict.fromkeys(name for part in parts for name in part.cells)
    return Part({name: sum(part.cells.get(name, 0) for part in parts) for name in names}, shown=True)


def _filled(parts: Sequence[Part]) -> int | Suppressed:
    if not any(part.cells["filled"] for part in parts):
        return 0
    whole = total_of(parts)
    return whole if isinstance(whole, Suppressed) else whole["filled"]


def _finished(parts: Sequence[Part]) -> Finished | Suppressed | None:
    if not parts:
        return None
    whole = total_of(parts)
    if isinstance(whole, Suppressed) or not part_of(whole).shown:
        return Suppressed()
    return Finished(whole["finished"], whole["finished"] + whole["not"])


def _exposure(organisation: Organisation, *, at: datetime) -> Exposure | Suppressed:
    since, until = year_before(organisation, at=at)
    here = {"group__organisation": organisation}
    places = Membership.objects.filter(**here, role=Membership.Role.MEMBER, joined_at__lt=until)
    people = places.exclude(left_at__lt=since).values("user_id").distinct().count()
    members = Membership.objects.filter(**here, role=Membership.Role.MEMBER).values("user_id")
    came = Attendance.objects.filter(gathering__group__organisation=organisation, user__in=members)
    sheets = Assignment.objects.filter(**here, instrument=FEEDBACK, opens_at__gte=since, opens_at__lt=until)
    events = AdverseEvent.objects.filter(**here, happened_on__gte=since.date(), happened_on__lt=until.date())
    found = Exposure(
        since=since,
        until=until,
        people=people,
        meetings=came.filter(arrived_at__gte=since, arrived_at__lt=until).count(),
        asked=sheets.count(),
        answered=Response.objects.filter(assignment__in=sheets).count(),
        events=events.count(),
    )
    return withhold_below(found, people=people, smallest=SMALLEST_SHOWN)
