"""Whether a difference is small enough not to matter: two one-sided tests against a margin said beforehand.

"No clear difference" is not "the same": only an interval that lies inside the margin says that. Source: Schuirmann
(1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680; Lakens (2017) for two means and for pairs.
"""

import math
from dataclasses import dataclass

from scipy.special import stdtr

from kindcircle.stats.results import Interval, MeanEstimate, Reason, Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """A mean change or mean difference beside the largest one that would not matter, in points of the scale."""

    found: MeanEstimate
    margin: float  # points; differences nearer to zero than this do not matter
    p_above: float  # one-sided p that the true difference is not above -margin
    p_below: float  # one-sided p that it is not below +margin
    source: str = "Schuirmann (1987): two one-sided t tests"

    @property
    def p(self) -> float:
        """The larger of the two; small means that both sides are ruled out."""
        return max(self.p_above, self.p_below)

    def interval(self, error: float = 0.05) -> Interval:
        """The interval that goes with the tests: of level 1 - 2 × error, so 90 % for an error of 0.05."""
        limits = self.found.interval(1 - 2 * _sensible(error))
        assert isinstance(limits, Interval)  # a found difference without spread has no Equivalence
        return limits

    def holds(self, error: float = 0.05) -> bool:
        """Whether the difference is too small to matter, wrong in no more than this share of studies at the margin."""
        return self.p < _sensible(error)


def equivalence(found: MeanEstimate | Undefined, margin: float) -> Equivalence | Undefined:
    """Set a mean change or difference beside a margin in points. Raises ValueError unless the margin is above 0."""
    if not 0 < margin < math.inf:
        raise ValueError("The margin is a number of points above 0.")
    if isinstance(found, Undefined):
        return found
    if not found.se > 0:
        return Undefined(Reason.NO_SPREAD_LEFT)
    return Equivalence(
        found=found,
        margin=margin,
        p_above=float(stdtr(found.df, -(found.estimate + margin) / found.se)),
        p_below=float(stdtr(found.df, (found.estimate - margin) / found.se)),
    )


def _sensible(error: float) -> float:
    if not 0 < error < 0.5:
        raise ValueError("The error lies between 0 and 0.5, for example 0.05.")
    return error
