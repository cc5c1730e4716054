"""Reliable and clinically significant change: who moved further than the form's own error would explain.

Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12-19. A single flag is weak
evidence: 2.5 % of people with no true change at all come out as reliably worse. No label for one person is
shown without consent and clinical oversight; the records here carry them for counting.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.samples import PairCounts, Scores, as_pairs, count_pairs, spread

Better = Literal["higher", "lower"]
Cutoff = Literal["a", "b", "c"]

# Jacobson & Truax's criterion, strictly beyond; the rounded value is part of the definition.
CRITERION = 1.96
# Below this many people an own standard deviation makes the threshold itself unsteady.
ENOUGH_FOR_OWN_SD = 50


class Category(StrEnum):
    """What became of one person, tried in this order. Facilitators read RECOVERED as "in the usual range"."""

    RECOVERED = "recovered"  # reliably better, and moved across the cut-off into the usual range
    IMPROVED = "improved"  # reliably better
    DETERIORATED = "deteriorated"  # reliably worse
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Norms:
    """What is known about a scale from elsewhere. Norm, source and population are stored with the scale.

    `reliability` and `retest` run from 0 to 1. `reliability` is a published test-retest correlation over a
    matching interval, or alpha from a large outside sample; never alpha of the group at hand. None means not
    known: without `mean_functional` and `sd_functional` there is no cut-off b or c; without `sd_before` or
    `mean_clinical` the group's own is used. Raises ValueError for numbers out of range.
    """

    reliability: float | None = None
    retest: float | None = None  # correlation of two measurements as far apart as these, without a programme
    sd_before: float | None = None  # SD of people like these before a programme, from outside
    mean_clinical: float | None = None
    mean_functional: float | None = None  # mean of people in the usual range
    sd_functional: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        numbers = (
            self.reliability,
            self.retest,
            self.sd_before,
            self.mean_clinical,
            self.mean_functional,
            self.sd_functional,
        )
        if not all(number is None or math.isfinite(number) for number in numbers):
            raise ValueError("Norms are finite numbers.")
        if any(r is not None and not 0 <= r <= 1 for r in (self.reliability, self.retest)):
            raise ValueError("Reliability lies between 0 and 1.")
        if any(sd is not None and sd <= 0 for sd in (self.sd_before, self.sd_functional)):
            raise ValueError("A standard deviation is larger than 0.")


@dataclass(frozen=True, slots=True)
class PersonChange:
    """One person's change beside the form's own error."""

    position: int  # place in the list that was given, from 0
    before: float
    after: float
    rci: float  # (after - before) / S_diff; no unit
    category: Category


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCounts:
    """How many people ended in each category; they add up to the people with both scores."""

    deteriorated: int
    unchanged: int
    improved: int
    recovered: int | None  # None when no cut-off was used; then these people are among the improved

    @property
    def reliably_improved(self) -> int:
        """Everyone who got reliably better, across the cut-off or not."""
        return self.improved + (self.recovered or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliableChange:
    """How many people changed by more than the form's own error, out of those with both scores.

    Those without a second measurement are counted in `pairs.missing_after` and are never "unchanged".
    """

    pairs: PairCounts
    better: Better
    mean_before: float  # of complete pairs
    sd_before_used: float
    sd_before_is_own: bool  # True when it came from this group, which is unsteady below 50 people
    mean_clinical_used: float
    se_measurement: float  # S_E = S √(1 - reliability), in points
    s_diff: float  # √2 S_E, in points
    smallest_reliable_change: float  # 1.96 S_diff, in points; a change must be larger than this
    cutoff: Cutoff | None
    cutoff_value: float | None  # in points; None when no cut-off was asked for
    counts: ChangeCounts
    started_clinical: int | None  # people on the clinical side before; None without a cut-off
    ended_functional: int | None  # people beyond the cut-off after
    crossed_into_functional: int | None  # both, whether or not the change was reliable
    could_not_improve: int | None  # too near the end of the scale to improve reliably; None: scale ends unknown
    people: tuple[PersonChange, ...]
    source: str

    @property
    def sum_abs_rci(self) -> float:
        """The sum of all |RCI|: one figure that shows whether two programs computed the same thing."""
        return math.fsum(abs(person.rci) for person in self.people)


def cutoff_value(
    cutoff: Cutoff,
    *,
    better: Better,
    mean_clinical: float,
    sd_clinical: float,
    norms: Norms,
) -> float:
    """The score between the clinical and the usual range (Jacobson & Truax 1991).

    a: two clinical SDs from the clinical mean; b: two functional SDs from the functional mean; c: the point
    between both means weighted by the SDs, the default where norms overlap. Raises ValueError when the norms
    that b or c need are missing.
    """
    toward = 1 if better == "higher" else -1
    if cutoff == "a":
        return mean_clinical + toward * 2 * sd_clinical
    if norms.mean_functional is None or norms.sd_functional is None:
        raise ValueError("Cut-offs b and c need the mean and the SD of people in the usual range.")
    if cutoff == "b":
        return norms.mean_functional - toward * 2 * norms.sd_functional
    total = sd_clinical + norms.sd_functional
    return (sd_clinical * norms.mean_functional + norms.sd_functional * mean_clinical) / total


def reliable_change(
    before: Scores,
    after: Scores,
    *,
    norms: Norms,
    better: Better,
    cutoff: Cutoff | None = None,
    scale_ends: tuple[float, float] | None = None,
) -> ReliableChange | Undefined:
    """Count who changed reliably, and with a cut-off who moved into the usual range.

    RCI = (after - before)/S_diff, S_diff = √2 S √(1 - r); reliable is |RCI| > 1.96, the usual range is strictly
    beyond the cut-off. S and the clinical mean come from `norms` or else from the complete pairs. `scale_ends`
    is the lowest and highest possible score. Undefined with a reliability of 1, without pairs, or when the
    group's own spread is needed and there is none.
    """
    pairs = count_pairs(before, after)
    first, second = as_pairs(before, after)
    complete = np.flatnonzero(~np.isnan(first) & ~np.isnan(second))
    if not len(complete):
        return Undefined(Reason.NO_PAIRS)
    if norms.reliability is None:
        return Undefined(Reason.NO_RELIABILITY)
    if norms.reliability == 1:
        return Undefined(Reason.PERFECT_RELIABILITY)
    starts = first[complete]
    sd = norms.sd_before
    if sd is None:
        if len(complete) < 2:
            return Undefined(Reason.TOO_FEW_PAIRS)
        sd = spread(starts)
        if not sd > 0:
            return Undefined(Reason.NO_SPREAD_BEFORE)
    mean_before = float(starts.mean())
    mean_clinical = mean_before if norms.mean_clinical is None else norms.mean_clinical
    se_measurement = sd * math.sqrt(1 - norms.reliability)
    s_diff = math.sqrt(2) * se_measurement
    toward = 1 if better == "higher" else -1
    border = None
    if cutoff is not None:
        border = cutoff_value(cutoff, better=better, mean_clinical=mean_clinical, sd_clinical=sd, norms=norms)
    people = []
    for position in complete:
        start, end = float(first[position]), float(second[position])
        rci = (end - start) / s_diff
        category = _category(toward * rci, crossed=_crossed(start, end, border, toward))
        people.append(PersonChange(int(position), start, end, rci, category))
    tally = {category: sum(person.category is category for person in people) for category in Category}
    started = ended = crossed = None
    if border is not None:
        started = sum(toward * (person.before - border) <= 0 for person in people)
        ended = sum(toward * (person.after - border) > 0 for person in people)
        crossed = sum(_crossed(person.before, person.after, border, toward) for person in people)
    return ReliableChange(
        pairs=pairs,
        better=better,
        mean_before=mean_before,
        sd_before_used=sd,
        sd_before_is_own=norms.sd_before is None,
        mean_clinical_used=mean_clinical,
        se_measurement=se_measurement,
        s_diff=s_diff,
        smallest_reliable_change=CRITERION * s_diff,
        cutoff=cutoff,
        cutoff_value=border,
        counts=ChangeCounts(
            deteriorated=tally[Category.DETERIORATED],
            unchanged=tally[Category.UNCHANGED],
            improved=tally[Category.IMPROVED],
            recovered=None if border is None else tally[Category.RECOVERED],
        ),
        started_clinical=started,
        ended_functional=ended,
        crossed_into_functional=crossed,
        could_not_improve=_near_the_end(people, CRITERION * s_diff, better, scale_ends),
        people=tuple(people),
        source="Jacobson & Truax (1991); agrees with a direct computation in R",
    )


def _crossed(before: float, after: float, border: float | None, toward: int) -> bool:
    """Whether a person began on the clinical side (the border included) and ended strictly beyond it."""
    return border is not None and toward * (before - border) <= 0 < toward * (after - border)


def _category(gain: float, *, crossed: bool) -> Category:
    if gain > CRITERION:
        return Category.RECOVERED if crossed else Category.IMPROVED
    return Category.DETERIORATED if gain < -CRITERION else Category.UNCHANGED


def _near_the_end(
    people: list[PersonChange], smallest: float, better: Better, ends: tuple[float, float] | None
) -> int | None:
    """People for whom even the best possible score would not be a reliable improvement."""
    if ends is None:
        return None
    lowest, highest = ends
    if better == "higher":
        return sum(highest - person.before <= smallest for person in people)
    return sum(person.before - lowest <= smallest for person in people)
