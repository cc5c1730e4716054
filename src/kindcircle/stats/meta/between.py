"""How much true effects differ from study to study: nine estimators of one variance, and its Q-profile interval.

Notation: k studies, p columns of X (1 without moderators), w = 1/(v+τ²), P = W - WX(XᵀWX)⁻¹XᵀW. Everything needed of
P is a trace or a quadratic form, found from p × p matrices, so that no k × k matrix is ever made.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import chdtri

from kindcircle.stats.meta.studies import Numbers, Studies

Method = Literal["EE", "DL", "REML", "ML", "PM", "EB", "SJ", "HS", "HE"]

METHODS: Final[dict[Method, str]] = {
    "EE": "one common effect",
    "DL": "DerSimonian & Laird (1986)",
    "REML": "restricted maximum likelihood, Viechtbauer (2005)",
    "ML": "maximum likelihood",
    "PM": "Paule & Mandel (1982)",
    "EB": "empirical Bayes, Morris (1983)",
    "SJ": "Sidik & Jonkman (2005)",
    "HS": "Hunter & Schmidt (1990)",
    "HE": "Hedges & Olkin (1985)",
}
"""Every estimator offered, by the short name that metafor also uses."""

MOST_STEPS = 200
CLOSE_ENOUGH = 1e-12


@dataclass(frozen=True, slots=True)
class Fit:
    """The weighted regression at one τ²: what every estimator and every test is made of."""

    weights: Numbers
    beta: Numbers  # p coefficients
    inverse: Numbers  # (XᵀWX)⁻¹, p × p
    residuals: Numbers  # y - Xb
    q: float  # Σw(y - Xb)²
    trace: float  # tr P
    trace_of_square: float  # tr PP

    @property
    def square(self) -> float:
        """yᵀPPy."""
        weighted = self.weights * self.residuals
        return float(weighted @ weighted)


def fit_at(tau2: float, studies: Studies, design: Numbers | None) -> Fit:
    """The regression with weights 1/(v+τ²); without a design the mean alone."""
    weights = 1 / (studies.v + tau2)
    return fit_weighted(weights, studies.y, design)


def fit_weighted(weights: Numbers, y: Numbers, design: Numbers | None) -> Fit:
    """The same for any weights."""
    first, second = float(weights.sum()), float(weights @ weights)
    squares = weights * weights
    if design is None:
        mean = float(weights @ y) / first
        residuals = y - mean
        third = float(squares @ weights)
        return Fit(
            weights,
            np.array([mean], dtype=np.float64),
            np.array([[1 / first]]),
            residuals,
            float((weights * residuals) @ residuals),
            first - second / first,
            second - 2 * third / first + (second / first) ** 2,
        )
    inverse = np.asarray(np.linalg.inv(design.T @ (weights[:, None] * design)), dtype=np.float64)
    beta = inverse @ (design.T @ (weights * y))
    residuals = y - design @ beta
    twice = inverse @ (design.T @ (squares[:, None] * design))
    thrice = inverse @ (design.T @ ((squares * weights)[:, None] * design))
    return Fit(
        weights,
        beta,
        inverse,
        residuals,
        float((weights * residuals) @ residuals),
        first - float(np.trace(twice)),
        second - 2 * float(np.trace(thrice)) + float(np.trace(twice @ twice)),
    )


@dataclass(frozen=True, slots=True)
class Between:
    """The variance between studies with its standard error, None where none is defined."""

    tau2: float
    se: float | None


def between_studies(studies: Studies, method: Method, design: Numbers | None = None, *, until: float = 0.0) -> Between:
    """τ² by one estimator. Needs more studies than columns of the design. Never below 0.

    until  for REML and ML: stop as soon as a step moves τ² by no more than this, and halve a step that would pass 0.
           0 goes on to rounding error. metafor stops at 1e-5, which alone explains the sixth digit of its figures.
    """
    k, p = studies.k, 1 if design is None else design.shape[1]
    if method == "EE":
        return Between(0.0, None)
    found = _CLOSED.get(method)
    if found is not None:
        raw, variance = found(studies, design, k, p)
        return Between(max(0.0, raw), math.sqrt(max(0.0, variance)))
    if method in ("PM", "EB"):
        tau2 = _where_q_is(float(k - p), studies, design)
        total = float(np.sum(1 / (studies.v + tau2)))
        return Between(tau2, math.sqrt(2 * k * k / (k - p)) / total)
    tau2 = _most_likely(studies, design, restricted=method == "REML", until=until)
    at = fit_at(tau2, studies, design)
    information = at.trace_of_square if method == "REML" else float(np.sum(at.weights**2))
    return Between(tau2, math.sqrt(2 / information))


def profile_interval(studies: Studies, design: Numbers | None = None, level: float = 0.95) -> tuple[float, float]:
    """Both ends of the Q-profile interval of τ²: where Q(τ²) meets the χ² quantiles. Source: Viechtbauer (2007)."""
    df = studies.k - (1 if design is None else design.shape[1])
    tail = (1 - level) / 2
    upper, lower = float(chdtri(df, tail)), float(chdtri(df, 1 - tail))
    low = _where_q_is(upper, studies, design)
    return low, _where_q_is(lower, studies, design, left=low)


def typical_variance(studies: Studies, design: Numbers | None = None) -> float:
    """What a typical study's own variance is: (k - p)/tr P at τ² = 0. Source: Higgins & Thompson (2002)."""
    df = studies.k - (1 if design is None else design.shape[1])
    return df / fit_at(0.0, studies, design).trace


def _where_q_is(target: float, studies: Studies, design: Numbers | None, *, left: float = 0.0) -> float:
    """The τ² at which Q(τ²) equals the target; 0 when it never reaches it. Q falls all the way, so one answer exists.

    Newton's steps on a convex falling curve come from the left and never pass the root; a step is exact to rounding.
    """
    tau2 = left
    at = fit_at(tau2, studies, design)
    if at.q <= target:
        return left
    for _ in range(MOST_STEPS):
        step = (at.q - target) / at.square
        tau2 += step
        if step <= CLOSE_ENOUGH * tau2:
            break
        at = fit_at(tau2, studies, design)
        if at.q <= target:  # rounding alone can bring it here
            break
    return tau2


def _most_likely(studies: Studies, design: Numbers | None, *, restricted: bool, until: float) -> float:
    """Fisher scoring from the Hedges-Olkin estimate, halving a step that would leave the range; bisection if it will
    not settle. At a best value on the edge the answer is exactly 0."""

    def slope(tau2: float) -> tuple[float, float]:
        at = fit_at(tau2, studies, design)
        if restricted:
            return at.square - at.trace, at.trace_of_square
        return at.square - float(at.weights.sum()), float(at.weights @ at.weights)

    k, p = studies.k, 1 if design is None else design.shape[1]
    at = fit_weighted(np.ones(k), studies.y, design)
    tau2 = max(0.0, (at.q - _trace_with(studies.v, at, design)) / (k - p))
    small = CLOSE_ENOUGH * (tau2 + float(np.mean(studies.v)))
    for _ in range(MOST_STEPS):
        up, information = slope(tau2)
        step = up / information
        if abs(step) <= CLOSE_ENOUGH * tau2 + small * 1e-3 or (tau2 == 0.0 and step <= 0):
            return tau2
        if until:
            while tau2 + step < 0:
                step /= 2
        tau2 = max(0.0, tau2 + step)
        if abs(step) <= until:
            return tau2
    return _settle(lambda at: slope(at)[0], tau2, small)


def _settle(slope: Callable[[float], float], near: float, small: float) -> float:
    """The falling zero of the slope, by halving: slow and certain."""
    low, high = 0.0, max(near, small)
    while slope(high) > 0:
        low, high = high, 2 * high
    while high - low > CLOSE_ENOUGH * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (low + high) / 2 if low > 0 else 0.0


def _hedges(studies: Studies, design: Numbers | None, k: int, p: int) -> tuple[float, float]:
    """Unweighted: the spread of the estimates less what sampling explains, and the variance of that."""
    at = fit_weighted(np.ones(k), studies.y, design)
    sampling = _trace_with(studies.v, at, design)
    raw = (at.q - sampling) / (k - p)
    tau2 = max(0.0, raw)
    both = _trace_with_twice(studies.v, at, design)
    return raw, (2 * both + 4 * tau2 * sampling + 2 * tau2 * tau2 * (k - p)) / (k - p) ** 2


def _laird(studies: Studies, design: Numbers | None, k: int, p: int) -> tuple[float, float]:
    at = fit_at(0.0, studies, design)
    raw = (at.q - (k - p)) / at.trace
    return raw, _moment_variance(max(0.0, raw), at, k - p) / at.trace**2


def _hunter(studies: Studies, design: Numbers | None, k: int, p: int) -> tuple[float, float]:
    at = fit_at(0.0, studies, design)
    total = float(np.sum(at.weights))
    raw = (at.q - k) / total
    return raw, _moment_variance(max(0.0, raw), at, k - p) / total**2


def _moment_variance(tau2: float, at: Fit, df: int) -> float:
    return 2 * df + 4 * tau2 * at.trace + 2 * tau2 * tau2 * at.trace_of_square


def _sidik(studies: Studies, design: Numbers | None, k: int, p: int) -> tuple[float, float]:
    """Starts from the plain variance of the estimates, which is only 0 when all of them are alike."""
    start = float(np.var(studies.y))
    if start == 0.0:
        return 0.0, 0.0
    at = fit_at(start, studies, design)
    tau2 = start * at.q / (k - p)
    both, once = _trace_with_twice(studies.v, at, design), _trace_with_square(studies.v, at, design)
    variance = 2 * both + 4 * tau2 * once + 2 * tau2 * tau2 * at.trace_of_square
    return tau2, variance * start * start / (k - p) ** 2


def _hat(at: Fit, design: Numbers | None) -> Numbers:
    """The columns U with P = W - UUᵀ, k × p."""
    if design is None:
        return (at.weights * math.sqrt(at.inverse[0, 0]))[:, None]
    root = np.linalg.cholesky(at.inverse)
    return (at.weights[:, None] * design) @ root


def _trace_with(v: Numbers, at: Fit, design: Numbers | None) -> float:
    """tr(PV)."""
    hat = _hat(at, design)
    return float(np.sum(at.weights * v) - np.sum(v[:, None] * hat * hat))


def _trace_with_twice(v: Numbers, at: Fit, design: Numbers | None) -> float:
    """tr(PVPV)."""
    hat = _hat(at, design)
    middle = hat.T @ (v[:, None] * hat)
    mixed = hat.T @ ((v * v * at.weights)[:, None] * hat)
    return float(np.sum((at.weights * v) ** 2) - 2 * np.trace(mixed) + np.trace(middle @ middle))


def _trace_with_square(v: Numbers, at: Fit, design: Numbers | None) -> float:
    """tr(PVP)."""
    hat = _hat(at, design)
    mixed = hat.T @ ((v * at.weights)[:, None] * hat)
    middle, plain = hat.T @ (v[:, None] * hat), hat.T @ hat
    return float(np.sum(at.weights**2 * v) - 2 * np.trace(mixed) + np.trace(middle @ plain))


_CLOSED: Final = {"HE": _hedges, "DL": _laird, "HS": _hunter, "SJ": _sidik}
