"""What was measured: scores cleaned of gaps, and the few summary figures that every effect is made from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.results import Reason, Undefined

Scores = Sequence[float | None] | NDArray[np.float64]

# Relative size below which a spread is rounding error of the input, not a difference between people.
NEGLIGIBLE = 1e-12
# Larger scores would overflow when raised to the fourth power; no questionnaire comes near.
LARGEST_SCORE = 1e50


def as_scores(values: Scores) -> NDArray[np.float64]:
    """Turn scores into a one-dimensional float array in which a missing value (None or NaN) is NaN.

    Raises ValueError for infinite or absurdly large values (beyond 1e50) and for other shapes.
    """
    array = np.array(values, dtype=np.float64)  # None becomes NaN
    if array.ndim != 1:
        raise ValueError("Scores come as one list, one number per person.")
    # One number says of nearly every list that nothing in it is missing, infinite or too large.
    with np.errstate(over="ignore"):
        squares = array.dot(array)
    if not squares <= LARGEST_SCORE**2 and (np.abs(array) > LARGEST_SCORE).any():
        raise ValueError("Every score is a finite number of a sensible size.")
    return array


def spread(values: NDArray[np.float64], *, scale: float | None = None) -> float:
    """Sample standard deviation (divisor n - 1); exactly 0 when the values differ by rounding error only.

    `scale` is the size of the numbers the values were computed from; default, their own largest size.
    Needs at least two values.
    """
    away = values - values.sum() / len(values)
    squares = float(away.dot(away))
    # Lowest and highest are further apart than the mean distance, and no value is larger than the root of all squares.
    largest = float(values.dot(values)) if scale is None else scale * scale
    if not squares > len(values) * NEGLIGIBLE**2 * largest:
        low, high = float(values.min()), float(values.max())
        if high - low <= NEGLIGIBLE * (max(-low, high) if scale is None else scale):
            return 0.0
    return math.sqrt(squares / (len(values) - 1))


@lru_cache(maxsize=1024)
def hedges_factor(df: float) -> float | Undefined:
    """Hedges' small-sample factor J(df), exact by the gamma function; refused below 2 degrees of freedom.

    J = Γ(df/2) / (√(df/2) Γ((df-1)/2)). At df = 1 it would be 0, which is not an effect.
    Source: Hedges (1981), Journal of Educational Statistics 6, 107-128.
    """
    if df < 2:
        return Undefined(Reason.TOO_FEW_DEGREES)
    return math.exp(math.lgamma(df / 2) - 0.5 * math.log(df / 2) - math.lgamma((df - 1) / 2))


def hedges_factor_approximate(df: float) -> float | Undefined:
    """The common approximation 1 - 3/(4 df - 1), which Morris (2008) uses by definition."""
    if df < 2:
        return Undefined(Reason.TOO_FEW_DEGREES)
    return 1 - 3 / (4 * df - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCounts:
    """How many people have both scores, one of them, or none."""

    n: int  # complete pairs
    missing_after: int  # a before score but no after score
    missing_before: int  # an after score but no before score
    missing_both: int

    @property
    def n_listed(self) -> int:
        """Everyone on the list."""
        return self.n + self.missing_after + self.missing_before + self.missing_both

    @property
    def dropped(self) -> int:
        """People listed but not used, because one or both scores are missing."""
        return self.n_listed - self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedSummary:
    """One group measured twice: who has both scores, and the figures of those who do.

    All figures describe complete pairs only. Standard deviations use the divisor n - 1.
    """

    counts: PairCounts
    mean_before: float
    mean_after: float
    mean_change: float  # after minus before
    sd_before: float
    sd_after: float
    sd_change: float
    range_before: tuple[float, float]  # lowest and highest score
    range_after: tuple[float, float]
    r: float | Undefined  # correlation of before and after; Undefined without spread on one side

    @property
    def n(self) -> int:
        """Complete pairs."""
        return self.counts.n


def as_pairs(before: Scores, after: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both lists as arrays, NaN where missing. Raises ValueError when they differ in length."""
    first, second = as_scores(before), as_scores(after)
    if first.shape != second.shape:
        raise ValueError("Before and after have one entry per person each, None where a score is missing.")
    return first, second


def count_pairs(before: Scores, after: Scores) -> PairCounts:
    """Count complete and incomplete pairs. Raises ValueError when the two lists differ in length."""
    first, second = as_pairs(before, after)
    gap_first, gap_second = np.isnan(first), np.isnan(second)
    return PairCounts(
        n=int(np.sum(~gap_first & ~gap_second)),
        missing_after=int(np.sum(~gap_first & gap_second)),
        missing_before=int(np.sum(gap_first & ~gap_second)),
        missing_both=int(np.sum(gap_first & gap_second)),
    )


def complete_pairs(before: Scores, after: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The scores of those who have both. Raises ValueError when the two lists differ in length."""
    first, second = as_pairs(before, after)
    both = ~np.isnan(first) & ~np.isnan(second)
    return first[both], second[both]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How many people's scores went up, went down, or stayed the same, among those with both scores."""

    up: int
    down: int
    same: int

    @property
    def n(self) -> int:
        """Everyone with both scores."""
        return self.up + self.down + self.same


def count_movement(before: Scores, after: Scores) -> Movement:
    """Count who moved which way. A change of rounding size counts as the same."""
    first, second = complete_pairs(before, after)
    change = second - first
    still = np.abs(change) <= NEGLIGIBLE * np.maximum(np.abs(first), np.abs(second))
    up = int(np.sum((change > 0) & ~still))
    down = int(np.sum((change < 0) & ~still))
    return Movement(up=up, down=down, same=len(change) - up - down)


def summarise_pairs(before: Scores, after: Scores) -> PairedSummary | Undefined:
    """Summarise one group measured twice; `Undefined` with fewer than two complete pairs."""
    counts = count_pairs(before, after)
    if counts.n < 2:
        return Undefined(Reason.TOO_FEW_PAIRS if counts.n else Reason.NO_PAIRS)
    first, second = complete_pairs(before, after)
    change = second - first
    size = float(max(np.max(np.abs(first)), np.max(np.abs(second))))
    sd_before, sd_after = spread(first, scale=size), spread(second, scale=size)
    r: float | Undefined = Undefined(Reason.NO_SPREAD)
    if sd_before > 0 and sd_after > 0:
        z_first, z_second = (first - first.mean()) / sd_before, (second - second.mean()) / sd_after
        r = max(-1.0, min(1.0, float(z_first @ z_second) / (counts.n - 1)))
    return PairedSummary(
        counts=counts,
        mean_before=float(first.mean()),
        mean_after=float(second.mean()),
        mean_change=float(change.mean()),
        sd_before=sd_before,
        sd_after=sd_after,
        sd_change=spread(change, scale=size),
        range_before=(float(first.min()), float(first.max())),
        range_after=(float(second.min()), float(second.max())),
        r=r,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm measured once. `sd` is None when it is not known or not defined (a single person)."""

    n: int
    mean: float
    sd: float | None
    dropped: int = 0  # people listed without a score


def summarise_arm(values: Scores) -> ArmSummary | Undefined:
    """Summarise the scores of one arm; `Undefined` when no one has a score."""
    scores = as_scores(values)
    known, total = scores, float(scores.sum())
    if math.isnan(total):
        known = scores[~np.isnan(scores)]
        total = float(known.sum())
    if not len(known):
        return Undefined(Reason.TOO_FEW_IN_ARM)
    sd = spread(known) if len(known) > 1 else None
    return ArmSummary(n=len(known), mean=total / len(known), sd=sd, dropped=len(scores) - len(known))
