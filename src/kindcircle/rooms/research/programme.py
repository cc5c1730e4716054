"""The groups of one programme side by side, for whoever leads the house: who came, what moved, what was unwanted.

Each group's figures were worked out once (cohorts.py). What one group may not show shows nowhere: a sum over groups is
told only where it gives no hidden group away, also not beside the sum of last time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.research.cohorts import Cohort, CohortScore, Waiting, cohorts
from kindcircle.rooms.research.models_programme import ProgrammePlan
from kindcircle.rooms.research.programme_alike import Alike, alike
from kindcircle.rooms.research.programme_plan import Beyond, beyond, plan_of
from kindcircle.rooms.research.report import FEEDBACK
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.spec.programmes import all_programmes
from kindcircle.stats.before_after import ENOUGH_GROUPS, MANY_LOST
from kindcircle.stats.change import Better
from kindcircle.stats.cohorts import side_by_side
from kindcircle.stats.disclosure import (
    SMALLEST_SHOWN,
    Part,
    Suppressed,
    part_of,
    told_in_parts,
    total_of,
    withhold_below,
)
from kindcircle.stats.feasibility import Attendance, Proportion, summarise_attendance
from kindcircle.stats.results import MeanEstimate, Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message


@dataclass(frozen=True, slots=True)
class Side:
    """One group in the table of who came. What too few people stand behind is withheld, cell by cell."""

    name: str
    cohort: Cohort
    started: int | Suppressed
    left: Proportion | Suppressed
    completed: Proportion | Suppressed
    attendance: Attendance | Undefined | Suppressed


@dataclass(frozen=True, slots=True)
class InAll:
    """Sums over groups of five and more, each over as many as may be told, the oldest first; None where none may."""

    left: Proportion | None
    left_groups: int
    attendance: Attendance | Undefined | None
    attendance_groups: int


@dataclass(frozen=True, slots=True)
class Row:
    """One group and one score of it; score None where this group was not asked, or too few answered both times."""

    name: str
    score: CohortScore | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One score in all groups.

    alike     groups whose forms were the same, with a figure: what may be put together
    sentence  of the main measure alone
    """

    key: str
    name: str
    primary: bool
    better: Better
    ends: tuple[float, float]
    rows: tuple[Row, ...]
    alike: tuple[CohortScore, ...]
    warnings: tuple[Message, ...]
    sentence: Message | None

    @property
    def changes(self) -> tuple[MeanEstimate, ...]:
        """The mean change of each group that may stand beside the others."""
        return tuple(one.change for one in self.alike if one.change is not None)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What was unwanted in all groups of five and more; worse and better of the main measure, where known.

    Counts of people are told in steps of five, none and "fewer than five" apart. Suppressed: there is no such group.
    """

    started: int
    people: int
    asked: int
    answered: int
    reliable: tuple[int, int, int] | None
    reliable_of: int
    norm_source: str


@dataclass(frozen=True, slots=True)
class ProgrammeReport:
    """The page of a programme, which is its PDF and its file too. beyond: what only a plan opens; None without one."""

    organisation: Organisation
    programme: str
    title: str
    at: datetime
    rules: tuple[str, ...]
    sides: tuple[Side, ...]
    waiting: tuple[Waiting, ...]
    in_all: InAll
    measures: tuple[Measure, ...]
    unwanted: Unwanted | Suppressed
    alike: tuple[Alike, ...]
    plan: ProgrammePlan | None
    beyond: Beyond | None

    @property
    def primary(self) -> Measure | None:
        """The main measure; None where nothing is asked before and after."""
        return next((one for one in self.measures if one.primary), None)

    @property
    def small(self) -> int:
        """How many groups have fewer than five people, and are in no figure."""
        return sum(isinstance(one.started, Suppressed) for one in self.sides)


def programmes_led(organisation: Organisation, *, by: Actor) -> list[tuple[str, str, int]]:
    """Programmes of which a group has ended here: id, title, how many groups."""
    require(by, Permission.PROGRAMME_REPORT_SEE, organisation)
    ended = Group.objects.filter(organisation=organisation, state=Group.State.FINISHED)
    names = list(ended.order_by("programme").values_list("programme", flat=True))
    titles = titles_by_id()
    return [(one, titles.get(one, one), names.count(one)) for one in dict.fromkeys(names)]


def titles_by_id() -> dict[str, str]:
    """What each programme is called, in its newest version."""
    return {plan.id: plan.title for plan in all_programmes()}


def programme_report(*, organisation: Organisation, programme: str, by: Actor, at: datetime) -> ProgrammeReport:
    """The report of one programme. Opening it leaves a trace."""
    return _traced(Event.REPORT_OPENED, "", organisation, programme, by, at)


def programme_to_keep(
    *, organisation: Organisation, programme: str, by: Actor, at: datetime, form: Literal["pdf", "json"]
) -> ProgrammeReport:
    """The same, about to leave the site as a file. Each taking leaves a trace with its form."""
    return _traced(Event.REPORT_TAKEN, form, organisation, programme, by, at)


def _traced(
    event: Event, form: str, organisation: Organisation, programme: str, by: Actor, at: datetime
) -> ProgrammeReport:
    require(by, Permission.PROGRAMME_REPORT_SEE, organisation)
    about = log.Ref("organisation", organisation.code)
    # Which programme and as what: both from closed lists, and as long as the record has room for.
    reason = f"{programme[:35]} {form}".strip()
    log.record(event, by=by, about=about, at=at, chain=organisation.code, reason=reason)
    return whole(organisation, programme, at)


def whole(organisation: Organisation, programme: str, at: datetime) -> ProgrammeReport:
    """The figures themselves. Whoever shows them to somebody asks for the right first, and leaves a trace."""
    found, waiting = cohorts(organisation, programme, at=at)
    # A group of fewer than five is in no sum, so that no sum has to wait for it.
    large = [one for one in found if one.started >= SMALLEST_SHOWN]
    left, seats = told_in_parts(large, _left_fit), told_in_parts(large, _seats_fit)
    measures = _measures(found)
    main = measures[0] if measures else None
    plan = plan_of(organisation, programme)
    return ProgrammeReport(
        organisation=organisation,
        programme=programme,
        title=titles_by_id().get(programme, programme),
        at=at,
        rules=tuple(dict.fromkeys(one.rule for one in found)),
        sides=tuple(_side(one) for one in found),
        waiting=tuple(waiting),
        in_all=_in_all(large[: left[-1]] if left else [], large[: seats[-1]] if seats else []),
        measures=measures,
        unwanted=_unwanted(large, main) if large else Suppressed(),
        alike=alike(large, left, seats, main.alike if main else ()),
        plan=plan,
        beyond=beyond(plan, found, measures) if plan else None,
    )


def _left(one: Cohort) -> Part:
    return part_of({"left": one.left, "stayed": one.started - one.left})


def _seats(one: Cohort) -> Part:
    seats = part_of({"came": one.came, "away": one.offered - one.came})
    # Seats at meetings are no people, and a handful of people fills many of them.
    return Part(seats.cells, seats.shown and one.started >= SMALLEST_SHOWN)


def _left_fit(rows: Sequence[Cohort]) -> bool:
    """Whether this sum may be told, beside what each group shows and what was told before."""
    return bool(total_of([_left(one) for one in rows]))


def _seats_fit(rows: Sequence[Cohort]) -> bool:
    return bool(total_of([_seats(one) for one in rows]))


def _side(one: Cohort) -> Side:
    done = part_of({"finished": one.completed, "not": one.started - one.completed})
    return Side(
        name=one.group.name,
        cohort=one,
        started=withhold_below(one.started, people=one.started),
        left=Proportion(one.left, one.started) if _left(one).shown else Suppressed(),
        completed=one.completion if done.shown else Suppressed(),
        attendance=one.attendance() if _seats(one).shown else Suppressed(),
    )


def _in_all(left: Sequence[Cohort], seats: Sequence[Cohort]) -> InAll:
    marks, person, group = list[int](), list[tuple[int, int]](), list[int]()
    for one in seats:
        who = 0
        for meetings, count in one.came_by_person:
            for _ in range(count):
                who += 1
                marks += [1] * meetings + [0] * (one.held - meetings)
                person += [(one.group.pk, who)] * one.held
                group += [one.group.pk] * one.held
    gone, started = sum(one.left for one in left), sum(one.started for one in left)
    return InAll(
        left=Proportion(gone, started) if left else None,
        left_groups=len(left),
        attendance=summarise_attendance(marks, member=person, group=group) if seats else None,
        attendance_groups=len(seats),
    )


def _measures(found: Sequence[Cohort]) -> tuple[Measure, ...]:
    """Every score that some group was asked for, that of the newest group first: the first one is the main measure."""
    newest = found[-1].scores if found else ()
    keys = dict.fromkeys((*(one.key for one in newest), *(one.key for group in found for one in group.scores)))
    return tuple(_measure(key, found, len(keys), first=place == 0) for place, key in enumerate(keys))


def _measure(key: str, found: Sequence[Cohort], outcomes: int, *, first: bool) -> Measure:
    rows = tuple(Row(one.group.name, one.score(key)) for one in found)
    known = [row.score for row in rows if row.score is not None]
    shown = [one for one in known if one.means is not None]
    rule = shown[-1].rule if shown else ""
    same = tuple(one for one in shown if one.rule == rule)
    latest = (shown or known)[-1]
    changes = [one.change for one in same if one.change is not None]
    return Measure(
        key=key,
        name=latest.name,
        primary=first,
        better=latest.better,
        ends=latest.ends,
        rows=rows,
        alike=same,
        warnings=_warnings(shown, same, outcomes),
        sentence=side_by_side(changes, latest.better) if first else None,
    )


def _warnings(shown: Sequence[CohortScore], same: Sequence[CohortScore], outcomes: int) -> tuple[Message, ...]:
    """What is printed with one score over groups; the rules stand in docs/reference/programme-report.md."""
    counts = [one.means for one in shown if one.means is not None]
    if not counts:
        return ()
    found = [Message("W1")]
    small = sum(one.n < ENOUGH_TO_TELL for one in counts)
    if small:
        found.append(Message("W3.groups", {"small": small, "groups": len(counts), "enough": ENOUGH_TO_TELL}))
    if len(counts) < ENOUGH_GROUPS:
        found.append(Message("W4", {"groups": ENOUGH_GROUPS - 1}))
    missing, started = sum(one.dropped for one in counts), sum(one.n + one.dropped for one in counts)
    if missing > MANY_LOST * started:
        found.append(Message("W5.groups", {"missing": missing, "started": started}))
    if len(same) < len(shown):
        found.append(Message("W6.groups", {"others": len(shown) - len(same)}))
    if outcomes > 1:
        found.append(Message("W8", {"outcomes": outcomes}))
    return (*found, Message("W10"), Message("W15.league"))


def _unwanted(rows: Sequence[Cohort], main: Measure | None) -> Unwanted:
    groups = [one.group for one in rows]
    events = AdverseEvent.objects.filter(group__in=groups)
    sheets = Assignment.objects.filter(group__in=groups, instrument=FEEDBACK)
    known = [one for one in main.alike if one.reliable] if main else []
    sums = [sum(column) for column in zip(*(one.reliable for one in known if one.reliable), strict=True)]
    return Unwanted(
        started=sum(one.started for one in rows),
        people=events.values("member_id", "group_id").distinct().count(),
        asked=sheets.count(),
        answered=Response.objects.filter(assignment__in=sheets).count(),
        reliable=(sums[0], sums[1], sums[2]) if sums else None,
        reliable_of=sum(sums),
        norm_source=known[-1].norm_source if known else "",
    )
