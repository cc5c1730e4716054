"""A group's report as one record that programs read: the page's figures with every digit, and where each comes from.

What the page does not show is not in here either. No effect stands alone: each carries one sentence with its interval
and with what was missing to say more.
"""

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from django.utils.translation import gettext as _

from kindcircle.rooms.research.figures import USUAL_ICC
from kindcircle.rooms.research.report import CohortReport, Harms, Outcome
from kindcircle.stats.before_after import BeforeAfter
from kindcircle.stats.change import ReliableChange
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.plain import plain
from kindcircle.stats.results import MeanEstimate, PairedEffect, Undefined
from kindcircle.stats.sentences import Message, say

FORM = "kindcircle-cohort-report-1"
"""The name of this layout. A change that would break a reader is a new number."""

Record = dict[str, Any]


def as_record(found: CohortReport) -> Record:
    """Everything the report shows, ready for JSON."""
    group = found.group
    record = {
        "form": FORM,
        "software": f"kindcircle {version('kindcircle')}",
        "made_at": found.at.isoformat(timespec="seconds"),
        "group": group.name,
        "programme": {"id": group.programme, "version": group.programme_version, "title": found.title},
        "design": "one group before and after, with no comparison group",
        "smallest_shown": SMALLEST_SHOWN,
        "people": {"started": found.started, "left": found.left},
        "meetings": {"planned": found.sessions_planned, "held": found.sessions_held},
        "attendance": _attendance(found),
        "caught_up": _share(found.caught_up),
        "completed": _share(found.completed)
        | {"interval": found.completed.interval(), "attend": found.rule.attend, "of": found.rule.of},
        "unwanted": _unwanted(found.harms),
        "can_be_said": said(found.sayable.can),
        "cannot_be_said": said(found.sayable.cannot),
        "outcomes": [_outcome(one) for one in found.outcomes],
    }
    whole: Record = plain(record, translate=_)
    return whole


def said(messages: tuple[Message, ...]) -> list[Record]:
    """Texts chosen by rule, each with the key of its rule and its figures."""
    return [{"key": one.key, "values": dict(one.values), "text": say(one, translate=_)} for one in messages]


def _share(found: Proportion) -> Record:
    return {"count": found.count, "n": found.n, "share": found.estimate}


def _attendance(found: CohortReport) -> object:
    attended = found.attendance
    if isinstance(attended, Undefined):
        return attended
    clustered = attended.by_member
    return _share(attended.sessions) | {
        "interval": clustered if isinstance(clustered, Undefined) else clustered.interval_within_range(),
        "clusters": "people",
        "median_per_person": attended.median_attended,
        "range_per_person": attended.range_attended,
    }


def _unwanted(harms: Harms) -> Record:
    return {
        "people": _share(harms.people)
        | {
            "interval": harms.people.exact_interval(),
            "one_sided_limit_if_none": harms.people.upper_limit_if_zero(),
        },
        "events": harms.events,
        "by_category": dict(harms.by_category),
        "by_severity": {str(grade): count for grade, count in harms.by_severity},
        "possibly_or_surely_related": harms.related,
        "still_open": harms.open,
        "sheets_given": harms.asked,
        "sheets_answered": harms.answered,
        "alerts": harms.alerts,
        "alerts_closed": harms.alerts_closed,
    }


def _outcome(one: Outcome) -> Record:
    head = {
        "instrument": one.instrument,
        "version": one.version,
        "score": one.score,
        "name": one.name,
        "primary": one.primary,
        "stands_for": one.stands_for,
        "studied_by_others": one.validated,
        "better": "higher" if one.higher_is_better else "lower",
        "ends": one.ends,
        "trials": [asdict(trial) for trial in one.trials],
    }
    result = one.result
    if isinstance(result, Suppressed):
        return head | {"shown": False, "why": _("Fewer than five people have both scores.")}
    return head | {
        "shown": True,
        "people": {
            "both": result.pairs.n,
            "before_only": result.pairs.missing_after,
            "after_only": result.pairs.missing_before,
            "neither": result.pairs.missing_both,
        },
        "sentence": said((result.sentence,))[0],
        "warnings": said(result.warnings),
        "lines": [asdict(line) for line in one.lines],
        "mean_change": _change(one, result),
        "effects": {
            label: effect if isinstance(effect, Undefined) else _effect(one, effect)
            for label, effect in (("g_raw", result.g_raw), ("g_av", result.g_av))
        },
        "reliable_change": _reliable(one, result),
    }


def _change(one: Outcome, result: BeforeAfter) -> object:
    summary, change = result.summary, result.change
    if isinstance(summary, Undefined) or isinstance(change, Undefined):
        return change
    return {
        "estimate": change.estimate,
        "interval": change.interval(),
        "interval_as_for_people_of_one_circle": one.apart,
        "icc_taken_from_other_groups": USUAL_ICC,
        "mean_before": summary.mean_before,
        "sd_before": summary.sd_before,
        "mean_after": summary.mean_after,
        "sd_after": summary.sd_after,
        "r": summary.r,
        "expected_with_no_programme": result.expected_change,
        "convention": change.convention,
        "source": change.source,
        "sentence": points_sentence(one, change),
    }


def _effect(one: Outcome, effect: PairedEffect) -> Record:
    return {
        "estimate": effect.estimate,
        "interval": effect.interval(),
        "n": effect.n,
        "left_out": effect.dropped,
        "convention": effect.convention,
        "source": effect.source,
        "sentence": effect_sentence(one, effect),
    }


def _reliable(one: Outcome, result: BeforeAfter) -> object:
    change = result.reliable
    if not isinstance(change, ReliableChange):
        return change
    return {
        "clearly_worse": change.counts.deteriorated,
        "within_usual_ups_and_downs": change.counts.unchanged,
        "clearly_better": change.counts.reliably_improved,
        "n": change.pairs.n,
        "not_both_answers": change.pairs.dropped,
        "smallest_reliable_change": change.smallest_reliable_change,
        "s_diff": change.s_diff,
        "spread_is_of_this_group": change.sd_before_is_own,
        "could_not_improve": change.could_not_improve,
        "convention": "Jacobson and Truax (1991), strictly beyond 1.96",
        "source": one.norm_source,
    }


def points_sentence(one: Outcome, change: MeanEstimate) -> str:
    """The mean change, its interval and what is missing to say more, in one sentence."""
    interval = change.interval()
    if isinstance(interval, Undefined):
        return _(interval.text)
    values: dict[str, float | int | str] = {"name": one.name, "change": change.estimate, "n": change.n[0]}
    return _say(Message("W1.points", values | {"low": interval.low, "high": interval.high}))


def effect_sentence(one: Outcome, effect: PairedEffect) -> str:
    """A standardised effect in one sentence that nobody can cut the caution from."""
    interval = effect.interval()
    if isinstance(interval, Undefined):
        return _(interval.text)
    values: dict[str, float | int | str] = {"name": one.name, "effect": effect.estimate, "n": effect.n}
    values["label"] = f"Hedges' g, {effect.label}"
    return _say(Message("W1.effect", values | {"low": interval.low, "high": interval.high}))


def _say(message: Message) -> str:
    return say(message, translate=_, number=lambda value: str(value) if isinstance(value, int) else _two(value))


def _two(value: float) -> str:
    """Two digits, a true minus, and none before 0."""
    text = f"{value:.2f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")
