"""Fixed effects with few groups, by drawing outcomes from the fitted model and fitting it again.

Degrees of freedom by formula lean on how the variances were estimated; here the model itself is asked what it would
have found in other groups like these. Noise of the model is as likely as its mirror, and a fit moves with the fixed
effects, so each refit stands for two resamples: what it found, and the same on the other side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.mixed.likelihood import Singular
from kindcircle.stats.mixed.model import Fitted, Problem, fit
from kindcircle.stats.results import Interval, Reason, Undefined, check_level

Numbers = NDArray[np.float64]
Kind = Literal["studentised", "percentile"]

FEWEST: Final = 100
"""Below this many resamples limits would be luck."""
MOST_FAILED: Final = 0.1
"""When more of the resamples than this cannot be fitted, those that can are no fair picture of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """What each refit found of each fixed effect, as a distance from the fitted one, one row a resample."""

    fitted: Fitted
    away: Numbers
    errors: Numbers  # the standard error in the same refit
    resamples: int  # asked for
    failed: int  # could not be fitted, and are in no limit
    convention: str = "outcomes drawn from the fitted model, each with its mirror; plain standard errors"
    source: str = "Davison & Hinkley (1997), bootstrap-t and percentiles"

    @property
    def n(self) -> int:
        """Rows the model was fitted to."""
        return self.fitted.problem.n

    @property
    def dropped(self) -> int:
        """Rows that lacked a value."""
        return self.fitted.problem.dropped

    @property
    def unfair(self) -> bool:
        """Whether too many resamples failed to say anything."""
        return self.failed > MOST_FAILED * self.resamples

    def estimate(self, effect: str) -> float:
        """As in the fitted model."""
        return self.fitted.beta[effect]

    def se(self, effect: str) -> float:
        """How far an effect is scattered over resamples."""
        return float(np.sqrt(np.mean(self.away[:, self._place(effect)] ** 2)))

    def interval(self, effect: str, kind: Kind = "studentised", level: float = 0.95) -> Interval | Undefined:
        """Studentised limits by default: percentiles overlook that few groups tell little of how groups vary."""
        check_level(level)
        if self.unfair:
            return Undefined(Reason.NO_LIMITS)
        half = self._half(effect, kind, level, slice(None))
        middle = self.estimate(effect)
        return Interval(middle - half, middle + half, level, f"{kind} bootstrap, {len(self.away)} refits of the model")

    def p(self, effect: str) -> float | Undefined:
        """Two-sided: how often resamples without the effect have as large a t; the studentised limits turned round."""
        if self.unfair:
            return Undefined(Reason.NO_LIMITS)
        place = self._place(effect)
        t = abs(self.estimate(effect)) / self._error(place)
        beyond = int(np.sum(np.abs(self.away[:, place]) / self.errors[:, place] >= t))
        return (1 + beyond) / (1 + len(self.away))

    def wobble(self, effect: str, kind: Kind = "studentised", level: float = 0.95, parts: int = 10) -> float:
        """How far both limits would move with other random numbers: one standard deviation, from parts."""
        pieces = [self._half(effect, kind, level, slice(part, None, parts)) for part in range(parts)]
        return float(np.std(pieces, ddof=1) / np.sqrt(parts))

    def _half(self, effect: str, kind: Kind, level: float, part: slice) -> float:
        """Half the width of an interval. With mirrors a quantile of both sides is one of the size alone."""
        place = self._place(effect)
        sizes = np.abs(self.away[part, place])
        if kind == "percentile":
            return float(np.quantile(sizes, level, method="weibull"))
        return float(np.quantile(sizes / self.errors[part, place], level, method="weibull")) * self._error(place)

    def _error(self, place: int) -> float:
        return float(np.sqrt(self.fitted.sums.covariance[place, place]))

    def _place(self, effect: str) -> int:
        return self.fitted.problem.names.index(effect)


def resample(
    fitted: Fitted,
    *,
    resamples: int = 1000,
    generator: np.random.Generator,
    done: Callable[[int], object] | None = None,
) -> Resampled:
    """Draw outcomes from the model and fit it again, many times. The same generator gives the same figures.

    `done` hears of every resample. A refit that does not settle is counted. Raises ValueError below a hundred.
    """
    if resamples < FEWEST:
        raise ValueError("Limits from fewer than 100 resamples are luck; 1000 are usual.")
    problem = fitted.problem
    groupings = _in_order(problem)
    away, errors = [], []
    for _resample in range(resamples):
        noise = _noise(fitted, groupings, generator)
        found = _refit(problem, noise, restricted=fitted.restricted)
        if found is not None:
            away.append(found.sums.beta)
            errors.append(np.sqrt(np.diag(found.sums.covariance)))
        if done is not None:
            done(1)
    width = len(problem.names)
    return Resampled(
        fitted=fitted,
        away=np.array(away).reshape(-1, width),
        errors=np.array(errors).reshape(-1, width),
        resamples=resamples,
        failed=resamples - len(away),
    )


def _refit(problem: Problem, noise: Numbers, *, restricted: bool) -> Fitted | None:
    """The model of noise alone: its fixed effects are how far those of a resample lie from the fitted ones."""
    try:
        found = fit(problem.of(noise), restricted=restricted)
    except Singular:
        return None
    return None if isinstance(found, Undefined) else found


def _in_order(problem: Problem) -> list[NDArray[np.int64]]:
    """For each covariance matrix the groups of all rows, numbered however the table was typed.

    So the same generator gives the same noise to the same people. Rows alike in everything may change places.
    """
    labels = [term.levels for term in problem.terms] + ([problem.people] if problem.visits else [])
    found, place = [], 0
    for names, size in zip(labels, problem.sizes, strict=False):
        rank = np.empty(len(names), dtype=np.int64)
        rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        found.append(rank[problem.parts[place][2]])
        place += size * (size + 1) // 2
    columns = [left for left, _right, _group in problem.parts]
    rows = np.empty(problem.n, dtype=np.int64)
    rows[np.lexsort([*problem.x.T, *columns, *found])] = np.arange(problem.n)
    return found + [rows] * (len(problem.sizes) - len(found))


def _noise(fitted: Fitted, groupings: list[NDArray[np.int64]], generator: np.random.Generator) -> Numbers:
    """What the fitted model has besides its fixed effects, drawn anew for every row."""
    problem, place = fitted.problem, 0
    noise = np.zeros(problem.n)
    for root, group in zip(fitted.roots, groupings, strict=True):
        size = len(root)
        drawn = generator.standard_normal((int(group.max()) + 1, size)) @ root.T
        for i in range(size):
            # The lower triangle row by row: a variance stands at the end of its row.
            noise += problem.parts[place + i * (i + 3) // 2][0] * drawn[group, i]
        place += size * (size + 1) // 2
    return noise
