"""A programme's report as one record that programs read: the page's figures with every digit.

What the page does not show is not in here either. The mean over groups never stands without its sentence.
"""

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from django.utils.translation import gettext as _

from kindcircle.rooms.research.cohorts import CohortScore
from kindcircle.rooms.research.programme import Measure, ProgrammeReport, Row, Side
from kindcircle.rooms.research.programme_alike import Alike
from kindcircle.rooms.research.programme_plan import Beyond
from kindcircle.rooms.research.report_record import said
from kindcircle.stats.cohorts import Together
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.feasibility import Attendance, Proportion
from kindcircle.stats.plain import plain
from kindcircle.stats.results import MeanEstimate, Undefined
from kindcircle.stats.sentences import Message

FORM = "kindcircle-programme-report-1"
"""The name of this layout. A change that would break a reader is a new number."""

STEP = 5

Record = dict[str, Any]
HIDDEN = {"shown": False}


def as_record(found: ProgrammeReport) -> Record:
    """Everything the report shows, ready for JSON."""
    whole = found.in_all
    record = {
        "form": FORM,
        "software": f"kindcircle {version('kindcircle')}",
        "made_at": found.at.isoformat(timespec="seconds"),
        "programme": {"id": found.programme, "title": found.title},
        "design": "groups before and after, with no comparison group",
        "smallest_shown": SMALLEST_SHOWN,
        "counts_of_people_in_steps_of": STEP,
        "completed_means": found.rules,
        "groups": [_side(one) for one in found.sides],
        "not_told_yet": [one.group.name for one in found.waiting],
        "together": {
            "left": _part(Suppressed() if whole.left is None else whole.left) | {"groups": whole.left_groups},
            "attendance": HIDDEN
            if whole.attendance is None
            else _attendance(whole.attendance, by_group=whole.attendance_groups > 1),
            "attendance_groups": whole.attendance_groups,
        },
        "measures": [_measure(one) for one in found.measures],
        "unwanted": _unwanted(found),
        "alike": [_view(one) for one in found.alike],
        "plan": None
        if found.plan is None
        else {
            "primary": found.plan.primary,
            "between": found.plan.between or None,
            "said_at": found.plan.made_at.isoformat(timespec="seconds"),
            "groups_seen_by_then": found.plan.seen,
        },
        "for_researchers": None if found.beyond is None else _beyond(found.beyond),
    }
    made: Record = plain(record, translate=_)
    return made


def _part(found: Proportion | Suppressed) -> Record:
    if isinstance(found, Suppressed):
        return HIDDEN
    return {"count": found.count, "n": found.n, "share": found.estimate, "interval": found.interval()}


def _attendance(found: Attendance | Undefined | Suppressed, *, by_group: bool = False) -> object:
    if isinstance(found, Suppressed):
        return HIDDEN
    if isinstance(found, Undefined):
        return found
    rate = found.by_group if by_group else found.by_member
    return {
        "count": found.sessions.count,
        "n": found.sessions.n,
        "share": found.sessions.estimate,
        "interval": rate if isinstance(rate, Undefined) else rate.interval_within_range(),
        "clusters": "groups" if by_group else "people",
    }


def _side(one: Side) -> Record:
    return {
        "group": one.name,
        "version": one.cohort.version,
        "meetings_held": one.cohort.held,
        "told_since": one.cohort.told_at.isoformat(timespec="seconds"),
        "started": HIDDEN if isinstance(one.started, Suppressed) else one.started,
        "left": _part(one.left),
        "completed": _part(one.completed),
        "attendance": _attendance(one.attendance),
    }


def _measure(one: Measure) -> Record:
    return {
        "key": one.key,
        "name": one.name,
        "primary": one.primary,
        "better": one.better,
        "ends": one.ends,
        "sentence": _message(one.sentence),
        "warnings": said(one.warnings),
        "groups": [_row(row, one) for row in one.rows],
    }


def _message(found: Message | None) -> object:
    return None if found is None else said((found,))[0]


def _row(row: Row, one: Measure) -> Record:
    score: CohortScore | None = row.score
    if score is None or score.means is None or score.change is None:
        return {"group": row.name, **HIDDEN, "asked": score is not None}
    return {
        "group": row.name,
        "shown": True,
        "rule": score.rule,
        "put_together": score in one.alike,
        **asdict(score.means),
        "interval": score.change.interval(),
        "convention": score.change.convention,
        "source": score.change.source,
    }


def _change(change: MeanEstimate | None) -> Record:
    if change is None:
        return HIDDEN
    return {"estimate": change.estimate, "interval": change.interval(), "n": change.n[0]}


def _unwanted(found: ProgrammeReport) -> Record:
    harms = found.unwanted
    if isinstance(harms, Suppressed):
        return HIDDEN
    limit = Proportion(0, harms.started).upper_limit_if_zero()
    known = harms.reliable
    return {
        "started": harms.started,
        "people": _steps(harms.people),
        "one_sided_limit_if_none": None if harms.people else limit,
        "sheets_given": harms.asked,
        "sheets_answered": harms.answered,
        "clearly_worse": _steps(known[0]) if known else None,
        "clearly_better": _steps(known[2]) if known else None,
        "clear_of": harms.reliable_of,
        "source": harms.norm_source,
    }


def _steps(count: int) -> Record:
    """At least so many and at most so many people."""
    if count < SMALLEST_SHOWN:
        return {"least": 1, "most": SMALLEST_SHOWN - 1} if count else {"least": 0, "most": 0}
    least = count - count % STEP
    return {"least": least, "most": least + STEP - 1}


def _view(one: Alike) -> Record:
    return {
        "what": one.what,
        "same_for_everybody": one.only or None,
        "kinds": [
            {
                "kind": kind.name,
                "left": _part(kind.left or Suppressed()),
                "seats": HIDDEN
                if kind.seats is None
                else {"count": kind.seats.count, "n": kind.seats.n, "share": kind.seats.estimate},
                "mean_change": _change(kind.change),
            }
            for kind in one.kinds
        ],
    }


def _beyond(found: Beyond) -> Record:
    whole = found.together
    return {
        "sentence": _message(found.sentence),
        "over_groups": whole if isinstance(whole, Undefined) else _together(whole),
        "groups": found.groups,
        "association_with_meetings": found.along if isinstance(found.along, Undefined) else asdict_plain(found.along),
        "people_who_said_yes_to_research": found.willing,
        "people_with_both_scores": found.both,
        "in_between": found.way if found.way is None or isinstance(found.way, Undefined) else asdict_plain(found.way),
        "warnings": said((Message("W1"), Message("W10"), Message("W18.along"), Message("W9"))),
    }


def asdict_plain(found: Any) -> Record:
    """The fields of a result by name, each as it is."""
    return {name: getattr(found, name) for name in found.__slots__}


def _together(found: Together) -> Record:
    pooled, spread = found.pooled, found.pooled.heterogeneity
    return {
        "estimate": pooled.estimate,
        "se": pooled.se,
        "k": pooled.k,
        "interval": pooled.interval(),
        "interval_never_narrower": found.careful,
        "prediction_interval": found.range,
        "convention": pooled.convention,
        "tau2": spread if isinstance(spread, Undefined) else spread.tau2,
        "tau2_interval": spread if isinstance(spread, Undefined) else spread.tau2_interval,
        "i2": spread if isinstance(spread, Undefined) else spread.share,
        "i2_interval": spread if isinstance(spread, Undefined) else spread.share_interval,
        "egger": found.lean
        if isinstance(found.lean, Undefined)
        else {"t": found.lean.t, "df": found.lean.df, "p": found.lean.p},
    }
