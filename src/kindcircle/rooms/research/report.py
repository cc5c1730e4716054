"""What a group's figures can honestly say: who came, who stayed, what moved, what was unwanted, and how sure we are.

Everyone who ever had a place is in the numbers; who left or did not answer is counted, never filled in.
"""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.models_absence import CatchUp
from kindcircle.rooms.groups.queries import places, programme_of
from kindcircle.rooms.measures.attending import LEAVING_SHEET
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.norms import known_of
from kindcircle.rooms.measures.queries import READ_TOGETHER, Scored, definition, scores_of
from kindcircle.rooms.research.figures import USUAL_ICC
from kindcircle.rooms.safety.models import AdverseEvent, Alert
from kindcircle.spec.definition import Definition
from kindcircle.spec.norms import is_validated
from kindcircle.spec.parts import Score
from kindcircle.spec.programmes import Completion, Programme
from kindcircle.spec.shorter import STANDS_IN
from kindcircle.spec.trials import Pooled, trials_for
from kindcircle.stats import feasibility
from kindcircle.stats.before_after import BeforeAfter, Context, analyse_before_after
from kindcircle.stats.change import Category, ReliableChange
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.power.designs import design_effect
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.sayable import Sayable, sayable

BEFORE, AFTER = Assignment.Occasion.BASELINE, Assignment.Occasion.AFTER
FEEDBACK = LEAVING_SHEET


Moved = Literal["better", "worse", "same"]
MEANS: dict[Category, Moved] = {
    Category.RECOVERED: "better",
    Category.IMPROVED: "better",
    Category.DETERIORATED: "worse",
    Category.UNCHANGED: "same",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person's two scores, unnamed.

    moved: by more than the score moves by itself where that is known; else simply the hoped-for way or the other.
    """

    before: float
    after: float
    moved: Moved


@dataclass(frozen=True, slots=True)
class Outcome:
    """One measure before and after. `primary` is the first in the programme's own list, fixed before the start.

    stands_for  the form that this shorter one was asked instead of, where nobody could talk the same day; else ""
    apart    the interval of the mean change widened as for people of one circle, who grow alike; None without one
    trials   what reviews of controlled trials found for what this form asks about; empty when we know of none
    """

    instrument: str
    version: str
    score: str
    name: str
    primary: bool
    stands_for: str
    validated: bool  # False for our own forms, which never get bands, norms or reliable change
    higher_is_better: bool
    ends: tuple[float, float]
    lines: tuple[Line, ...]
    result: BeforeAfter | Suppressed
    norm_source: str  # where the reliable-change figures come from; empty when there are none
    apart: Interval | None
    trials: tuple[Pooled, ...]


@dataclass(frozen=True, slots=True)
class Harms:
    """What was unwanted. Silence is not safety: how often people were asked stands beside what they told."""

    people: Proportion  # with at least one event, of everyone who started
    events: int
    by_category: tuple[tuple[str, int], ...]
    by_severity: tuple[tuple[int, int], ...]
    related: int  # possibly, probably or definitely
    open: int
    asked: int  # feedback sheets given out
    answered: int
    alerts: int
    alerts_closed: int


@dataclass(frozen=True, slots=True)
class CohortReport:
    """One group's page, which is its PDF and its file too."""

    group: Group
    at: datetime
    title: str
    rule: Completion
    started: int
    left: int
    sessions_planned: int
    sessions_held: int
    attendance: feasibility.Attendance | Undefined
    # Of the meetings that somebody missed, those they made up for later. Never part of attendance or completion.
    caught_up: Proportion
    completed: Proportion
    outcomes: tuple[Outcome, ...]
    harms: Harms

    @property
    def primary(self) -> Outcome | None:
        """The main measure; None for a programme that asks nothing before and after."""
        return next((one for one in self.outcomes if one.primary), None)

    @property
    def sayable(self) -> Sayable:
        """What can and cannot be said, by the main measure."""
        found = self.primary.result if self.primary else Suppressed()
        return sayable(found, unwanted=self.harms.people, meetings_held=self.sessions_held)


def cohort_report(*, group: Group, by: Actor, at: datetime) -> CohortReport:
    """The report of one group, for its facilitators. Opening it leaves a trace."""
    return _traced(Event.REPORT_OPENED, "", group, by, at)


def report_to_keep(*, group: Group, by: Actor, at: datetime, form: Literal["pdf", "json"]) -> CohortReport:
    """The same report, about to leave the site as a file. Each taking leaves a trace with its form."""
    return _traced(Event.REPORT_TAKEN, form, group, by, at)


def _traced(event: Event, form: str, group: Group, by: Actor, at: datetime) -> CohortReport:
    require(by, Permission.REPORT_SEE, group)
    about = log.Ref("group", group.code)
    log.record(event, by=by, about=about, at=at, chain=group.organisation.code, reason=form)
    return whole_report(group, at)


def whole_report(group: Group, at: datetime) -> CohortReport:
    """The figures of one group. Whoever shows them to somebody asks for the right first, and leaves a trace."""
    plan = programme_of(group)
    members = list(places(group))
    # The meeting months after the end is not part of what was to be attended.
    own = Gathering.objects.filter(group=group, number__lte=len(plan.sessions))
    held = list(own.filter(state=Gathering.State.CLOSED).order_by("number"))
    came = set(Attendance.objects.filter(gathering__in=held).values_list("gathering_id", "user_id"))
    sessions_of = {place.user_id: sum((one.pk, place.user_id) in came for one in held) for place in members}
    scores = [(one, longer, score) for one, longer in _forms(group, plan) for score in one.headlines]
    outcomes = [
        _outcome(group, members, one, score, len(scores), first=number == 0, stands_for=longer)
        for number, (one, longer, score) in enumerate(scores)
    ]
    return CohortReport(
        group=group,
        at=at,
        title=plan.title,
        rule=plan.completion,
        started=len(members),
        left=sum(place.left_at is not None for place in members),
        sessions_planned=len(plan.sessions),
        sessions_held=len(held),
        attendance=_attendance(members, held, came, plan.completion),
        caught_up=_caught_up(members, held, came),
        completed=Proportion(sum(n >= plan.completion.attend for n in sessions_of.values()), len(members)),
        outcomes=tuple(outcomes),
        harms=_harms(group, len(members)),
    )


def _forms(group: Group, plan: Programme) -> list[tuple[Definition, str]]:
    """What is asked before and after, and in place of what.

    A shorter form that stood in for one of them follows it, as a form of its own.
    """
    planned = dict.fromkeys((*plan.instruments("baseline"), *plan.instruments("post")))
    sent = Response.objects.filter(assignment__group=group, assignment__instrument__in=STANDS_IN.values())
    answered = set(sent.values_list("assignment__instrument", flat=True))
    found = []
    for one in (definition(name) for name in planned if name not in READ_TOGETHER):
        found.append((one, ""))
        shorter = STANDS_IN.get(one.id)
        if shorter in answered and shorter not in planned:
            found.append((definition(shorter), one.name))
    return found


def _attendance(
    members: list[Membership], held: list[Gathering], came: set[tuple[int, int]], rule: Completion
) -> feasibility.Attendance | Undefined:
    """Every held session counts for every member, also after somebody left: nobody drops out of the denominator."""
    marks = [((one.pk, place.user_id) in came, place.user_id) for place in members for one in held]
    return feasibility.summarise_attendance(
        [mark for mark, _ in marks],
        member=[person for _, person in marks],
        completion_share=rule.attend / rule.of,
    )


def _caught_up(members: list[Membership], held: list[Gathering], came: set[tuple[int, int]]) -> Proportion:
    user_of = {place.pk: place.user_id for place in members}
    rows = CatchUp.objects.filter(gathering__in=held, place__in=user_of).values_list("gathering_id", "place_id")
    made_up = sum((gathering, user_of[place]) not in came for gathering, place in rows)
    return Proportion(
        made_up, len(members) * len(held) - len(came & {(g.pk, u) for g in held for u in user_of.values()})
    )


def _outcome(
    group: Group,
    members: list[Membership],
    one: Definition,
    score: Score,
    outcomes: int,
    *,
    first: bool,
    stands_for: str,
) -> Outcome:
    assert score.range is not None  # a headline has ends
    scored = scores_of(group, one.id, score.id)
    before, after = latest(scored, BEFORE), latest(scored, AFTER)
    people = [place.user_id for place in members]
    pairs = [(before.get(person), after.get(person)) for person in people]
    higher = score.better == "higher"
    known = known_of(group.organisation, one, score.id)
    ends = (float(score.range[0]), float(score.range[1]))
    versions = {found.rule for found in (*before.values(), *after.values())}
    result = analyse_before_after(
        [value(row) for row, _ in pairs],
        [value(row) for _, row in pairs],
        better="higher" if higher else "lower",
        norms=known.norms if known else None,
        context=Context(groups=1, same_version=len(versions) <= 1, outcomes=outcomes, scale_ends=ends),
    )
    return Outcome(
        instrument=one.id,
        version=one.version,
        score=score.id,
        name=one.name if len(one.headlines) == 1 else f"{one.name}, {score.id.replace('_', ' ')}",
        primary=first,
        stands_for=stands_for,
        validated=is_validated(one),
        higher_is_better=higher,
        ends=ends,
        # Below the smallest number the lines would be persons, so they go with the figures.
        lines=() if isinstance(result, Suppressed) else tuple(_lines(pairs, result, higher=higher)),
        result=result,
        norm_source=known.source if known and known.norms else "",
        apart=_apart(result),
        trials=trials_for(one),
    )


def _apart(found: BeforeAfter | Suppressed) -> Interval | None:
    """The interval of the mean change, as wide as the usual likeness of people in one circle asks for."""
    if isinstance(found, Suppressed) or isinstance(found.change, Undefined):
        return None
    interval = found.change.interval()
    if isinstance(interval, Undefined):
        return None
    half = (interval.high - interval.low) / 2 * math.sqrt(design_effect(found.pairs.n, USUAL_ICC))
    middle = found.change.estimate
    return Interval(middle - half, middle + half, interval.level, f"paired t, design effect with ICC {USUAL_ICC}")


def value(scored: Scored | None) -> float | None:
    """The score, or None where there is none or it may not be computed."""
    return None if scored is None else scored.value


def latest(scored: list[Scored], occasion: str) -> dict[int, Scored]:
    """Each person's last sheet of this occasion."""
    return {row.member_id: row for row in scored if row.occasion == occasion}


def _lines(pairs: list[tuple[Scored | None, Scored | None]], found: BeforeAfter, *, higher: bool) -> list[Line]:
    known: dict[int, Moved] | None = None
    if isinstance(found.reliable, ReliableChange):
        known = {one.position: MEANS[one.category] for one in found.reliable.people}
    lines = []
    for place, (first, second) in enumerate(pairs):
        before, after = value(first), value(second)
        if before is None or after is None:
            continue
        change = (after - before) * (1 if higher else -1)
        way: Moved = "better" if change > 0 else "worse" if change < 0 else "same"
        lines.append(Line(before, after, way if known is None else known[place]))
    # Sorted by where people began, so that no order of seats or names shines through.
    return sorted(lines, key=lambda line: (line.before, line.after))


def _harms(group: Group, started: int) -> Harms:
    events = list(AdverseEvent.objects.filter(group=group))
    linked = {AdverseEvent.Related.POSSIBLE, AdverseEvent.Related.PROBABLE, AdverseEvent.Related.DEFINITE}
    sheets = Assignment.objects.filter(group=group, instrument=FEEDBACK)
    alerts = Alert.objects.filter(group=group)
    return Harms(
        people=Proportion(len({event.member_id for event in events}), started),
        events=len(events),
        by_category=tuple(sorted(Counter(event.category for event in events).items())),
        by_severity=tuple(sorted(Counter(event.severity for event in events).items())),
        related=sum(event.related in linked for event in events),
        open=sum(event.resolved_on is None for event in events),
        asked=sheets.count(),
        answered=Response.objects.filter(assignment__in=sheets).count(),
        alerts=alerts.count(),
        alerts_closed=alerts.exclude(closed_at=None).count(),
    )
