"""How often somebody of one arm scores higher than somebody of the other: a difference in everyday words.

Two ways to it: from all pairs of people, which takes the scores as they are, and from the means and spreads of a paper,
which takes both arms to be normal with one spread. One half means no difference; points it does not tell.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kindcircle.stats.effects.independent import IndependentEffect, d_independent
from kindcircle.stats.results import Interval, Reason, Undefined, normal_quantile
from kindcircle.stats.samples import ArmSummary, Scores, as_scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Superiority:
    """The probability, 0 to 1, that a person of the first arm scores higher than one of the second, ties by half."""

    estimate: float
    se: float
    n: tuple[int, int]  # people used in the first and the second arm
    dropped: tuple[int, int]  # people without a score, by arm
    convention: str = "share of all pairs, ties by half"
    source: str = "Vargha & Delaney (2000); variance of DeLong et al. (1988); U of R wilcox.test() over all pairs"

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """Limits on the logit scale, so that they stay between 0 and 1."""
        quantile = normal_quantile(level)
        inside = self.estimate * (1 - self.estimate)
        if not (inside > 0 and self.se > 0):
            return Undefined(Reason.NO_SPREAD_LEFT)
        middle, half = math.log(self.estimate / (1 - self.estimate)), quantile * self.se / inside
        low, high = (0.5 + 0.5 * math.tanh((middle + side * half) / 2) for side in (-1, 1))
        return Interval(low, high, level, "DeLong, logit scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonLanguage:
    """The same probability where both arms are normal with one spread: a function of Cohen's d and nothing else."""

    d: IndependentEffect
    convention: str = "normal curve at d/√2, both arms normal with one spread"
    source: str = "McGraw & Wong (1992)"

    @property
    def estimate(self) -> float:
        """The probability, 0 to 1."""
        return _from_d(self.d.estimate)

    @property
    def n(self) -> tuple[int, int]:
        """People used in the first and the second arm."""
        return self.d.n

    @property
    def dropped(self) -> tuple[int, int]:
        """People without a score, by arm."""
        return self.d.dropped

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The exact limits of d, each turned into a probability."""
        limits = self.d.exact_interval(level)
        if isinstance(limits, Undefined):
            return limits
        return Interval(_from_d(limits.low), _from_d(limits.high), level, limits.method)


def superiority(first: Scores, second: Scores) -> Superiority | Undefined:
    """From the scores of all people. Each arm needs two; a gap is counted and compared with nobody."""
    one, two = as_scores(first), as_scores(second)
    a, b = one[~np.isnan(one)], two[~np.isnan(two)]
    if min(len(a), len(b)) < 2:
        return Undefined(Reason.TOO_FEW_IN_ARM)
    above, below = _share_below(a, b), 1 - _share_below(b, a)
    return Superiority(
        estimate=float(above.mean()),
        se=math.sqrt(float(above.var(ddof=1)) / len(a) + float(below.var(ddof=1)) / len(b)),
        n=(len(a), len(b)),
        dropped=(len(one) - len(a), len(two) - len(b)),
    )


def common_language(first: ArmSummary, second: ArmSummary) -> CommonLanguage | Undefined:
    """From means and spreads, such as a paper gives them."""
    d = d_independent(first, second)
    return d if isinstance(d, Undefined) else CommonLanguage(d=d)


def _share_below(scores: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each score the share of the others that lie below it, equal ones by half."""
    ordered = np.sort(others)
    found: NDArray[np.float64] = (ordered.searchsorted(scores, "left") + ordered.searchsorted(scores, "right")) / (
        2 * len(others)
    )
    return found


def _from_d(d: float) -> float:
    return float(ndtr(d / math.sqrt(2)))
