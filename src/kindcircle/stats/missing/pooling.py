"""Rubin's rules: one answer from many filled-in tables, as unsure as it should be.

Each filled-in table gives an estimate and its squared standard error. Their mean is the answer; to the mean of the
squared errors comes what the estimates differ by, because nobody knows which table is the true one. Sources: Rubin
(1987); degrees of freedom Barnard & Rubin (1999) Biometrika 86:948. Agrees with R's mice::pool.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from kindcircle.stats.results import Interval, Reason, Undefined, normal_quantile, t_quantile
from kindcircle.stats.samples import NEGLIGIBLE

Numbers = NDArray[np.float64]

FEWEST_TABLES: Final = 20


def how_many_tables(share_incomplete: float) -> int:
    """How many tables to fill in: as many as percent of people are incomplete, and twenty at least (White et al. 2011).

    share_incomplete  people with a gap over all people, 0 to 1. Raises ValueError outside of that.
    """
    if not 0 <= share_incomplete <= 1:
        raise ValueError("The share of incomplete people lies between 0 and 1.")
    return max(FEWEST_TABLES, math.ceil(100 * share_incomplete - 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEstimate:
    """One figure from m filled-in tables, in units of the figure.

    within   mean squared standard error of the tables
    between  variance of the estimates over the tables, divisor m - 1
    """

    estimate: float
    within: float
    between: float
    m: int
    df_complete: float | None  # of the analysis if nothing were missing; None when it rests on the normal distribution

    @property
    def total(self) -> float:
        """The squared standard error of the answer: within + (1 + 1/m) between."""
        return self.within + self._added

    @property
    def se(self) -> float:
        """Standard error of the answer."""
        return math.sqrt(self.total)

    @property
    def increase(self) -> float | Undefined:
        """By how much the gaps raise the squared error, as a share of what it was within."""
        return self._added / self.within if self.within > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def from_gaps(self) -> float:
        """The share of the squared error that is due to the gaps, 0 to 1 (lambda)."""
        return self._added / self.total if self.total > 0 else 0.0

    @property
    def information_lost(self) -> float:
        """The fraction of information that the gaps took, 0 to 1 (fmi)."""
        df, share = self.df, self.from_gaps
        return share if df is None or share == 0 else share + (1 - share) * 2 / (df + 3)

    @property
    def df_large_sample(self) -> float | Undefined:
        """Rubin's (1987) degrees of freedom, which take it that there are very many people."""
        return (self.m - 1) / self.from_gaps**2 if self.from_gaps > 0 else Undefined(Reason.NO_GAPS)

    @property
    def df(self) -> float | None:
        """Degrees of freedom by Barnard & Rubin: never more than if nothing were missing. None: normal distribution.

        Where all tables agree nothing is unsure about the gaps, and the analysis keeps its own.
        """
        old = self.df_large_sample
        if isinstance(old, Undefined):
            return self.df_complete
        if self.df_complete is None:
            return old
        own = self.df_complete
        seen = (own + 1) / (own + 3) * own * (1 - self.from_gaps)
        return old * seen / (old + seen)

    @property
    def t(self) -> float | Undefined:
        """The answer over its standard error."""
        return self.estimate / self.se if self.total > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def p(self) -> float | Undefined:
        """Two-sided p-value against zero."""
        t, df = self.t, self.df
        if isinstance(t, Undefined):
            return t
        return float(2 * (ndtr(-abs(t)) if df is None else stdtr(df, -abs(t))))

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The answer ± quantile × standard error."""
        if not self.total > 0:
            return Undefined(Reason.NO_SPREAD_LEFT)
        df = self.df
        half = (normal_quantile(level) if df is None else t_quantile(level, df)) * self.se
        return Interval(self.estimate - half, self.estimate + half, level, "Rubin's rules, Barnard-Rubin df")

    @property
    def _added(self) -> float:
        return (1 + 1 / self.m) * self.between


def pool(
    estimates: Sequence[float] | Numbers, variances: Sequence[float] | Numbers, *, df_complete: float | None = None
) -> PooledEstimate | Undefined:
    """Bring the answers of m tables together.

    estimates, variances  one of each for every table; a variance is a squared standard error
    df_complete  degrees of freedom if nothing were missing, such as n - k of a regression; without, very many people
    Undefined with a single table. Raises ValueError for lists of different length, a number that is none, a negative
    variance, or df_complete at or below 0.
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    if q.ndim != 1 or q.shape != u.shape or not len(q):
        raise ValueError("There must be one estimate and one variance for each filled-in table.")
    if not (np.isfinite(q).all() and np.isfinite(u).all()) or (u < 0).any():
        place = int(np.flatnonzero(~np.isfinite(q) | ~np.isfinite(u) | (u < 0))[0]) + 1
        raise ValueError(f"Table {place} has no estimate, or its variance is no number from 0 up.")
    if df_complete is not None and not df_complete > 0:
        raise ValueError("The degrees of freedom without gaps are above 0.")
    if len(q) == 1:
        return Undefined(Reason.ONE_TABLE)
    size = float(np.abs(q).max())
    # What differs in the sixteenth digit does not differ.
    between = 0.0 if float(np.ptp(q)) <= NEGLIGIBLE * size else float(q.var(ddof=1))
    return PooledEstimate(
        estimate=float(q.mean()), within=float(u.mean()), between=between, m=len(q), df_complete=df_complete
    )


def pool_each(
    names: Sequence[str], estimates: Numbers, variances: Numbers, *, df_complete: float | None = None
) -> Mapping[str, PooledEstimate] | Undefined:
    """The same for several figures: `estimates` and `variances` are tables × figures."""
    found: dict[str, PooledEstimate] = {}
    for place, name in enumerate(names):
        one = pool(estimates[:, place], variances[:, place], df_complete=df_complete)
        if isinstance(one, Undefined):
            return one
        found[name] = one
    return found
