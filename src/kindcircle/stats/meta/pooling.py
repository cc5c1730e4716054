"""One answer from several studies, with how far the truth may differ from place to place.

The default is a random-effects mean by restricted maximum likelihood with the Knapp-Hartung interval, which keeps its
promise with few studies where the normal one does not. Every figure says which model it is from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from kindcircle.stats.meta.between import (
    METHODS,
    Between,
    Method,
    between_studies,
    fit_at,
    profile_interval,
    typical_variance,
)
from kindcircle.stats.meta.studies import Studies
from kindcircle.stats.results import Interval, Reason, Undefined, check_level

Test = Literal["z", "knha", "adhoc"]

TESTS: Final[dict[Test, str]] = {
    "z": "normal quantile",
    "knha": "Knapp & Hartung (2003), t with k-1 df",
    "adhoc": "Knapp & Hartung (2003), never narrower than the normal one",
}

FEWEST_TO_PREDICT = 3


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How unlike the studies are.

    tau2 is the variance of true effects (squared unit of the effect), `share` (I²) how much of the spread that one sees
    it makes up, 0 to 1, and `ratio` (H²) total over sampling variance. Q compares the studies with one common effect.
    """

    tau2: float
    tau2_se: float | None
    share: float
    ratio: float
    q: float
    q_df: int
    typical: float  # sampling variance of a typical study
    studies: Studies | None = field(repr=False, compare=False)  # for the Q-profile; None for a common effect

    @property
    def q_p(self) -> float:
        """The chance of so large a Q if all studies shared one effect; small studies rarely make it small."""
        return float(chdtrc(self.q_df, self.q))

    @property
    def tau2_interval(self) -> Interval | Undefined:
        """The Q-profile interval of tau2, 95 %. It is worked out when it is asked for: half of all the work."""
        if self.studies is None:
            return Undefined(Reason.COMMON_EFFECT)
        return Interval(*profile_interval(self.studies), 0.95, "Q-profile, Viechtbauer (2007)")

    @property
    def share_interval(self) -> Interval | Undefined:
        """The same limits as shares of all spread, 0 to 1."""
        found = self.tau2_interval
        if isinstance(found, Undefined):
            return found
        low, high = (limit / (limit + self.typical) for limit in (found.low, found.high))
        return Interval(low, high, found.level, found.method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The mean effect over studies, in the unit of the studies; with one study that study alone."""

    estimate: float
    se: float
    k: int  # studies used
    dropped: int  # studies without an estimate or a standard error
    method: Method
    test: Test
    heterogeneity: Heterogeneity | Undefined
    log_likelihood: float | Undefined

    @property
    def convention(self) -> str:
        """The model in words."""
        return f"{METHODS[self.method]}; {TESTS[self.test]}"

    @property
    def statistic(self) -> float | Undefined:
        """The estimate in standard errors. Undefined where all studies say exactly the same, which leaves none."""
        return self.estimate / self.se if self.se > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def p(self) -> float | Undefined:
        """Two-sided p-value against no effect; for researchers only."""
        statistic = self.statistic
        if isinstance(statistic, Undefined):
            return statistic
        return float(2 * ndtr(-abs(statistic)) if self.test == "z" else 2 * stdtr(self.k - 1, -abs(statistic)))

    def interval(self, level: float = 0.95) -> Interval:
        """Where the mean of all such studies may lie."""
        half = self._quantile(level) * self.se
        return Interval(self.estimate - half, self.estimate + half, level, TESTS[self.test])

    def prediction_interval(self, level: float = 0.95) -> Interval | Undefined:
        """Where the true effect of one more such programme may lie: t with k-2 df. Source: Higgins et al. (2009).

        Undefined below three studies and for a common effect.
        """
        if self.k < FEWEST_TO_PREDICT:
            return Undefined(Reason.TOO_FEW_STUDIES)
        check_level(level)
        return self._prediction(float(stdtrit(self.k - 2, 0.5 + level / 2)), level, f"t with {self.k - 2} df")

    def prediction_interval_by_test(self, level: float = 0.95) -> Interval | Undefined:
        """The same with the quantile of the model's own test, as metafor prints it."""
        return self._prediction(self._quantile(level), level, TESTS[self.test])

    def _prediction(self, quantile: float, level: float, method: str) -> Interval | Undefined:
        if isinstance(self.heterogeneity, Undefined):
            return self.heterogeneity
        if self.method == "EE":
            return Undefined(Reason.COMMON_EFFECT)
        half = quantile * math.sqrt(self.heterogeneity.tau2 + self.se**2)
        return Interval(self.estimate - half, self.estimate + half, level, method)

    def _quantile(self, level: float) -> float:
        check_level(level)
        tail = 0.5 + level / 2
        return float(ndtri(tail) if self.test == "z" else stdtrit(self.k - 1, tail))


def pool(studies: Studies, *, method: Method = "REML", test: Test = "knha", until: float = 0.0) -> Pooled | Undefined:
    """The mean effect over independent studies.

    One study comes back as it is, by the normal interval and without heterogeneity; Undefined when there is none.
    With k = 2 the Knapp-Hartung interval is huge, and that is honest. Agrees with metafor rma(). `until` as in
    between_studies.
    """
    if studies.k == 0:
        return Undefined(Reason.NO_STUDIES)
    if studies.k == 1:
        return Pooled(
            estimate=float(studies.y[0]),
            se=math.sqrt(float(studies.v[0])),
            k=1,
            dropped=studies.dropped,
            method="EE",
            test="z",
            heterogeneity=Undefined(Reason.ONE_STUDY),
            log_likelihood=Undefined(Reason.ONE_STUDY),
        )
    between = between_studies(studies, method, until=until)
    at = fit_at(between.tau2, studies, None)
    se = math.sqrt(at.inverse[0, 0])
    if test != "z":
        factor = at.q / (studies.k - 1)
        se *= math.sqrt(max(1.0, factor) if test == "adhoc" else factor)
    return Pooled(
        estimate=float(at.beta[0]),
        se=se,
        k=studies.k,
        dropped=studies.dropped,
        method=method,
        test=test,
        heterogeneity=_heterogeneity(studies, between, method),
        log_likelihood=_log_likelihood(studies, between.tau2, restricted=method == "REML"),
    )


def _heterogeneity(studies: Studies, between: Between, method: Method) -> Heterogeneity:
    df = studies.k - 1
    q = fit_at(0.0, studies, None).q
    typical = typical_variance(studies)
    if method == "EE":
        share, ratio = max(0.0, (q - df) / q) if q > 0 else 0.0, q / df
    else:
        share, ratio = between.tau2 / (between.tau2 + typical), between.tau2 / typical + 1
    return Heterogeneity(between.tau2, between.se, share, ratio, q, df, typical, None if method == "EE" else studies)


def _log_likelihood(studies: Studies, tau2: float, *, restricted: bool) -> float:
    at = fit_at(tau2, studies, None)
    k = studies.k
    value = -0.5 * (k * math.log(2 * math.pi) - float(np.sum(np.log(at.weights))) + at.q)
    if restricted:
        # One parameter was estimated from the same data; the first factor makes it free of the scale of the design.
        value += 0.5 * (math.log(2 * math.pi) + math.log(k) + math.log(at.inverse[0, 0]))
    return value
