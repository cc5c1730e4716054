"""What the rows of a release say, worked out once here and again by the two scripts that go with them.

One group of people without a comparison: every figure stands with its number of people, those who are missing, and an
interval. Most releases hold no group code, so intervals are given twice: as if people were strangers to one another,
and wider, as people in one circle are not.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.research.dataset import OCCASIONS, SEVERAL, Dataset
from kindcircle.stats.before_after import BeforeAfter, Context, analyse_before_after
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.power.designs import design_effect
from kindcircle.stats.results import Interval, Undefined

USUAL_ICC = 0.05
"""How alike people of one therapy group usually are in outcomes (docs/methods/before-after.md)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One score before and after. None stands where a figure is not defined; changes are after minus before.

    low, high    of the mean change, as if people were strangers
    wide_low, wide_high  the same half-width times the root of the design effect
    g            Hedges' g on the spread before (metafor SMCR), with its Wald limits
    """

    instrument: str
    score: str
    better: str
    people: int
    both: int
    before_only: int
    after_only: int
    neither: int
    mean_before: float | None
    sd_before: float | None
    mean_after: float | None
    sd_after: float | None
    change: float | None
    low: float | None
    high: float | None
    wide_low: float | None
    wide_high: float | None
    g: float | None
    g_low: float | None
    g_high: float | None


def figures(found: Dataset) -> tuple[Figure, ...]:
    """Each headline score of each questionnaire in the rows, before and after."""
    values = by_person(found)
    people = [one.code for one in found.people]
    scores = [(name, score) for name in outcomes(found) for score in definition(name).headlines]
    effect = design_effect(found.mean_size, USUAL_ICC)
    made = []
    for name, score in scores:
        before, after = (
            [values.get((code, name, score.id, occasion)) for code in people] for occasion in ("before", "after")
        )
        versions = {row.instrument_version for row in found.rows if row.instrument == name}
        result = analyse_before_after(
            before,
            after,
            better=None if score.better == "neither" else score.better,
            context=Context(
                groups=found.groups, same_version=len(versions) <= 1 and SEVERAL not in versions, outcomes=len(scores)
            ),
        )
        if not isinstance(result, Suppressed):
            made.append(_figure(name, score.id, score.better, result, effect))
    return tuple(made)


def outcomes(found: Dataset) -> list[str]:
    """The questionnaires in the rows, by name."""
    return sorted({row.instrument for row in found.rows})


def occasions(found: Dataset, name: str) -> list[str]:
    """The occasions at which a questionnaire stands in the rows, in their order."""
    there = {row.occasion for row in found.rows if row.instrument == name}
    return [occasion for occasion in OCCASIONS.values() if occasion in there]


def by_person(found: Dataset) -> Mapping[tuple[str, str, str, str], float | None]:
    """Each value by person, questionnaire, score and occasion."""
    return {(row.person, row.instrument, row.score, row.occasion): row.value for row in found.rows}


def _figure(instrument: str, score: str, better: str, found: BeforeAfter, effect: float) -> Figure:
    summary = None if isinstance(found.summary, Undefined) else found.summary
    change = None if isinstance(found.change, Undefined) else found.change
    limits = _limits(change.interval()) if change else None
    half = (limits[1] - limits[0]) / 2 * math.sqrt(effect) if limits else None
    g = None if isinstance(found.g_raw, Undefined) else found.g_raw
    bounds = _limits(g.interval()) if g else None
    return Figure(
        instrument=instrument,
        score=score,
        better=better,
        people=found.pairs.n_listed,
        both=found.pairs.n,
        before_only=found.pairs.missing_after,
        after_only=found.pairs.missing_before,
        neither=found.pairs.missing_both,
        mean_before=summary.mean_before if summary else None,
        sd_before=summary.sd_before if summary else None,
        mean_after=summary.mean_after if summary else None,
        sd_after=summary.sd_after if summary else None,
        change=change.estimate if change else None,
        low=limits[0] if limits else None,
        high=limits[1] if limits else None,
        wide_low=change.estimate - half if change and half is not None else None,
        wide_high=change.estimate + half if change and half is not None else None,
        g=g.estimate if g else None,
        g_low=bounds[0] if bounds else None,
        g_high=bounds[1] if bounds else None,
    )


def _limits(found: Interval | Undefined) -> tuple[float, float] | None:
    return None if isinstance(found, Undefined) else (found.low, found.high)
