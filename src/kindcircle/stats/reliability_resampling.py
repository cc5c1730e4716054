"""How far alpha would move with other people: limits without assuming that answers are normal.

Feldt's interval takes answers for normal; those of five-point items seldom are. Resampling people takes them as they
come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.reliability import Answers, alpha
from kindcircle.stats.resampling import Kind, acceleration_of, check_resamples, draw, limits, limits_move_by
from kindcircle.stats.results import Interval, Reason, Undefined
from kindcircle.stats.samples import NEGLIGIBLE

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaResamples:
    """Alpha in many resamples of people, each as large as the first sample."""

    estimate: float
    draws: Numbers
    acceleration: float  # NaN where alpha does not exist without one of the people
    n: int
    dropped: int  # people who left an item out
    redrawn: int  # resamples without spread, drawn again
    convention: str = "whole people drawn with replacement, as many as there are"
    source: str = "Efron (1987); the percentiles of R psych::alpha(n.iter)"

    @property
    def se(self) -> float:
        """The spread of alpha over resamples."""
        return float(self.draws.std(ddof=1))

    def interval(self, kind: Kind = "percentile", level: float = 0.95) -> Interval | Undefined:
        """Percentile limits by default, as psych has them; BC and BCa on request."""
        return limits(self.draws, self.estimate, self.acceleration, kind=kind, level=level, unit="people")

    def wobble(self, level: float = 0.95, parts: int = 10) -> tuple[float, float]:
        """How far each percentile limit would move with other random numbers: one standard deviation."""
        return limits_move_by(self.draws, level, parts)


def resample_alpha(
    answers: Answers,
    *,
    resamples: int = 2000,
    generator: np.random.Generator,
    done: Callable[[int], object] | None = None,
) -> AlphaResamples | Undefined:
    """Alpha in resamples of people. The same generator gives the same figures on any machine.

    `done` hears of every few resamples. Undefined where alpha is, or where hardly any resample has spread. Raises
    ValueError below a thousand resamples.
    """
    check_resamples(resamples)
    found = alpha(answers)
    if isinstance(found, Undefined):
        return found
    # Alpha needs the spread of each item and of their sum: both follow from these sums, without any covariance.
    centred = answers.values - answers.values.mean(axis=0)
    total = centred.sum(axis=1)
    units = np.column_stack([centred, (centred**2).sum(axis=1), total**2])
    drawn = draw(units, np.ones(answers.n), _alphas, resamples, generator, done)
    if drawn is None:
        return Undefined(Reason.NO_SPREAD)
    draws, redrawn = drawn
    without = _alphas(units.sum(axis=0) - units, np.full(answers.n, answers.n - 1.0))
    return AlphaResamples(
        estimate=found.estimate,
        draws=draws[:, 0],
        acceleration=float(acceleration_of(without)[0]),
        n=answers.n,
        dropped=answers.n_rows - answers.n,
        redrawn=redrawn,
    )


def _alphas(sums: Numbers, n: Numbers) -> Numbers:
    """Alpha of each row of sums, as a column; NaN where people do not differ in their sum."""
    k = sums.shape[1] - 2
    means = sums[:, :k] / n[:, None]
    own = sums[:, k] / n - (means**2).sum(axis=1)
    whole = sums[:, k + 1] / n - means.sum(axis=1) ** 2
    there = whole > NEGLIGIBLE * sums[:, k] / n
    share = np.divide(own, whole, out=np.full(len(sums), np.nan), where=there)
    return np.asarray(k / (k - 1) * (1 - share))[:, None]
