"""Whether studies that differ in something also differ in their effect: a description, never proof of a cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from kindcircle.stats.meta.between import Method, between_studies, fit_at, typical_variance
from kindcircle.stats.meta.studies import Numbers, Studies
from kindcircle.stats.results import Interval, Reason, Undefined, check_level


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaRegression:
    """Coefficients of the intercept and the moderators, in that order, in units of the effect per unit of each."""

    names: tuple[str, ...]
    beta: Numbers
    covariance: Numbers
    df: int | None  # of Student's t; None for the normal quantile
    k: int
    tau2: float  # what is left between studies
    tau2_without: float  # between studies before the moderators
    share: float  # I² of what is left, 0 to 1
    q_left: float  # Q of the residuals against no further differences
    q_left_df: int

    @property
    def se(self) -> Numbers:
        """Standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p(self) -> Numbers:
        """Two-sided p-value of each coefficient; NaN for one without an error, where all studies say the same."""
        se = self.se
        ratio = -np.abs(np.divide(self.beta, se, out=np.full_like(se, math.nan), where=se > 0))
        return np.asarray(2 * (ndtr(ratio) if self.df is None else stdtr(self.df, ratio)), dtype=float)

    def interval(self, place: int, level: float = 0.95) -> Interval:
        """The interval of one coefficient."""
        check_level(level)
        tail = 0.5 + level / 2
        half = float(ndtri(tail) if self.df is None else stdtrit(self.df, tail)) * float(self.se[place])
        method = "normal quantile" if self.df is None else f"Knapp-Hartung, t with {self.df} df"
        middle = float(self.beta[place])
        return Interval(middle - half, middle + half, level, method)

    @property
    def moderators_statistic(self) -> float:
        """All moderators together against none: χ², or F where Student's t stands behind the coefficients."""
        beta, covariance = self.beta[1:], self.covariance[1:, 1:]
        value = float(beta @ np.linalg.solve(covariance, beta))
        return value if self.df is None else value / len(beta)

    @property
    def moderators_p(self) -> float:
        """The chance of so large a statistic if no moderator mattered."""
        m = len(self.beta) - 1
        if self.df is None:
            return float(chdtrc(m, self.moderators_statistic))
        return float(fdtrc(m, self.df, self.moderators_statistic))

    @property
    def explained(self) -> float | Undefined:
        """The share of the variance between studies that is gone with the moderators (R²), 0 to 1."""
        if self.tau2_without == 0:
            return Undefined(Reason.NOTHING_TO_EXPLAIN)
        return max(0.0, (self.tau2_without - self.tau2) / self.tau2_without)


def regress(
    studies: Studies,
    moderators: dict[str, Sequence[float]],
    *,
    method: Method = "REML",
    knapp_hartung: bool = True,
    until: float = 0.0,
) -> MetaRegression | Undefined:
    """Random-effects regression of the estimates on study-level moderators, one number a study each.

    Undefined with fewer than two studies more than coefficients. Raises ValueError when a moderator is not as long as
    the studies, is not finite, or says nothing new (constant, or a mix of the others). Agrees with metafor rma(mods=).
    `until` as in between_studies.
    """
    columns = [np.asarray(values, dtype=float) for values in moderators.values()]
    for name, column in zip(moderators, columns, strict=True):
        if column.shape != (studies.k,):
            raise ValueError(f"{name} has {column.size} values for {studies.k} studies.")
        if not np.all(np.isfinite(column)):
            raise ValueError(f"{name} has a missing or infinite value; leave those studies out first.")
    design = np.column_stack([np.ones(studies.k), *columns])
    k, p = design.shape
    if k - p < 1:
        return Undefined(Reason.TOO_FEW_STUDIES)
    if np.linalg.matrix_rank(design) < p:
        raise ValueError("A moderator is the same for all studies, or follows from the others.")
    between = between_studies(studies, method, design, until=until)
    at = fit_at(between.tau2, studies, design)
    typical = typical_variance(studies, design)
    return MetaRegression(
        names=("intercept", *moderators),
        beta=at.beta,
        covariance=at.inverse * (at.q / (k - p) if knapp_hartung else 1.0),
        df=k - p if knapp_hartung else None,
        k=k,
        tau2=between.tau2,
        tau2_without=between_studies(studies, method, until=until).tau2,
        share=between.tau2 / (between.tau2 + typical),
        q_left=fit_at(0.0, studies, design).q,
        q_left_df=k - p,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedLine:
    """A straight line through the studies, weighted by precision, with a spread of its own (multiplicative)."""

    slope: float
    slope_se: float
    at_zero: float  # where the line meets a standard error of 0
    at_zero_se: float
    df: int

    @property
    def t(self) -> float | Undefined:
        """The slope in standard errors. Undefined where all studies lie on the line."""
        return self.slope / self.slope_se if self.slope_se > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def p(self) -> float | Undefined:
        """Two-sided p-value of the slope."""
        t = self.t
        return t if isinstance(t, Undefined) else float(2 * stdtr(self.df, -abs(t)))

    def at_zero_interval(self, level: float = 0.95) -> Interval:
        """Where a study without sampling error would lie, if the line were true."""
        check_level(level)
        half = float(stdtrit(self.df, 0.5 + level / 2)) * self.at_zero_se
        return Interval(self.at_zero - half, self.at_zero + half, level, f"Student t with {self.df} df")


def line_through(studies: Studies, x: Numbers) -> WeightedLine | Undefined:
    """The weighted regression of the estimates on one number a study. Undefined below three studies or without spread
    in x."""
    if studies.k < 3:
        return Undefined(Reason.TOO_FEW_STUDIES)
    if float(np.ptp(x)) == 0.0:
        return Undefined(Reason.NO_SPREAD)
    at = fit_at(0.0, studies, np.column_stack([np.ones(studies.k), x]))
    spread = at.q / (studies.k - 2)
    return WeightedLine(
        slope=float(at.beta[1]),
        slope_se=math.sqrt(spread * at.inverse[1, 1]),
        at_zero=float(at.beta[0]),
        at_zero_se=math.sqrt(spread * at.inverse[0, 0]),
        df=studies.k - 2,
    )
