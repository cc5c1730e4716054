"""What a trial found, opened once everybody could answer: the planned comparison, and by what people really did."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.research import draw, trials
from kindcircle.rooms.research.errors import NotBefore, NotLockedYet, PlanTouched
from kindcircle.rooms.research.trial_flow import Flow, all_there, cases, flow, to_leave
from kindcircle.spec.dates import wall_clock
from kindcircle.stats import partly_grouped
from kindcircle.stats.partly_grouped import FEWEST_IN_ARM, Arm, Comparison, compare
from kindcircle.stats.results import Undefined

MOST_SILENT = 0.2
MOST_APART = 0.1
SMALL = 12

Finding = Literal["better-by-margin", "better", "alike", "open", "worse"]


@dataclass(frozen=True, slots=True)
class Results:
    """The comparison as planned, with everybody in the arm they were drawn for, and besides by what was done."""

    trial: Trial
    flow: Flow
    planned: partly_grouped.Trial
    by_protocol: partly_grouped.Trial
    finding: Finding | None
    warnings: tuple[str, ...]


def opens_on(trial: Trial) -> datetime | None:
    """From when outcomes may be looked at: everybody could answer until then. None before the draw."""
    if trial.drawn_at is None:
        return None
    return trial.drawn_at + timedelta(weeks=trial.weeks, days=trials.ANSWER_DAYS)


def open_results(*, trial: Trial, staff: User, by: Actor, at: datetime) -> Results:
    """Look at the outcomes. Each look is on record, and the first one is kept with the trial.

    Raises NotLockedYet where no plan was locked and drawn by, NotBefore while people can still answer, PlanTouched
    where plan or draw are not those on record, RecordsGone once answers were taken away.
    """
    require(by, Permission.TRIAL_KEEP, trial)
    with transaction.atomic():
        row = trials.hold(trial)
        opens = opens_on(row)
        if row.state != Trial.State.DRAWN or opens is None:
            raise NotLockedYet
        if at < opens:
            raise NotBefore(wall_clock(opens, row.intake.zone).date())
        all_there(row)
        if not trials.is_as_locked(row) or not draw.is_proven(row):
            raise PlanTouched
        if row.opened_at is None:
            row.opened_at, row.opened_by = at, staff
            row.save(update_fields=["opened_at", "opened_by"])
        trials.record(Event.TRIAL_OPENED, row, by=by, at=at)
    return _results(row, by=by)


def hopes_for_more(trial: Trial) -> bool:
    """Whether more points on the one outcome are the hoped-for way, or fewer."""
    scores = definition(trial.instrument, trial.version).scores
    return next(score.better == "higher" for score in scores if score.id == trial.scale)


def record_of(found: Results) -> dict[str, object]:
    """Every figure with all its digits, as a file that goes along."""
    return {
        "plan": trials.plan(found.trial),
        "marks": {"plan": found.trial.plan_mark, "secret": found.trial.secret_mark, "result": found.trial.result_mark},
        "flow": asdict(to_leave(found.flow)),
        "planned": _told(found.planned),
        "by_protocol": _told(found.by_protocol),
        "finding": found.finding,
        "warnings": list(found.warnings),
    }


def _results(trial: Trial, *, by: Actor) -> Results:
    there = cases(trial)
    df: partly_grouped.Df = "kenward-roger" if trial.df == Trial.Df.KENWARD_ROGER else "satterthwaite"
    planned = compare([one.person for one in there], df=df)
    kept = compare([one.person for one in there if one.kept_to(trial.attend)], df=df)
    finding = _finding(planned.comparison, trial.margin, higher=hopes_for_more(trial))
    return Results(trial, flow(trial, by=by), _quiet(planned), _quiet(kept), finding, _warnings(planned))


def _finding(found: Comparison | Undefined, margin: float, *, higher: bool) -> Finding | None:
    """By rule, from the interval alone."""
    if isinstance(found, Undefined):
        return None
    ends = (found.interval.low, found.interval.high) if higher else (-found.interval.high, -found.interval.low)
    low, high = ends
    if low >= margin:
        return "better-by-margin"
    if low > 0:
        return "better"
    if high < 0:
        return "worse"
    return "alike" if -margin < low and high < margin else "open"


def _warnings(found: partly_grouped.Trial) -> tuple[str, ...]:
    arms = (found.now, found.later)
    silent = [1 - arm.scored / arm.people for arm in arms if arm.people]
    given = [("unblinded", True), ("small", min(arm.scored for arm in arms) < SMALL)]
    given += [("silent", max(silent) > MOST_SILENT or abs(silent[0] - silent[-1]) > MOST_APART)]
    given += [("edge", isinstance(found.comparison, Comparison) and found.comparison.on_the_edge)]
    return tuple(name for name, holds in given if holds)


def _quiet(found: partly_grouped.Trial) -> partly_grouped.Trial:
    """Without the mean of an arm in which so few answered that it would tell of somebody."""
    now, later = (
        arm if arm.scored >= FEWEST_IN_ARM else Arm(arm.people, arm.scored, None, None, None)
        for arm in (found.now, found.later)
    )
    return partly_grouped.Trial(now, later, found.comparison)


def _told(found: partly_grouped.Trial) -> dict[str, object]:
    told: dict[str, object] = {"now": asdict(found.now), "later": asdict(found.later)}
    if isinstance(found.comparison, Undefined):
        return told | {"difference": None, "why": str(found.comparison.reason)}
    one = found.comparison
    return told | {
        "difference": one.contrast.estimate, "low": one.interval.low, "high": one.interval.high, "level": 0.95,
        "se": one.contrast.se, "df": one.contrast.df, "p": one.contrast.p, "method": one.contrast.method,
        "icc": one.icc, "between_groups": one.between, "within_now": one.within_now, "within_later": one.within_later,
        "on_the_edge": one.on_the_edge, "groups": list(one.groups), "within_strata": list(one.strata),
        "strata_put_together": list(one.together),
    }  # fmt: skip
