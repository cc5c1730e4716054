"""How sure a fixed effect is with few groups: degrees of freedom, and standard errors that know V was estimated.

Satterthwaite's degrees of freedom rest on the observed information of the variances (Giesbrecht & Burns 1985,
Kuznetsova et al. 2017), Kenward and Roger's (1997) on the expected one, with standard errors a little wider.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from kindcircle.stats.mixed.likelihood import evaluate, second_order
from kindcircle.stats.mixed.model import Fitted
from kindcircle.stats.results import Interval, t_quantile

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A fixed effect or a difference of them, in units of the outcome."""

    estimate: float
    se: float
    df: float
    method: str

    @property
    def t(self) -> float:
        return self.estimate / self.se

    @property
    def p(self) -> float:
        """Two-sided."""
        return float(2 * stdtr(self.df, -abs(self.t)))

    def interval(self, level: float = 0.95) -> Interval:
        """The estimate ± Student's t."""
        half = t_quantile(level, self.df) * self.se
        return Interval(self.estimate - half, self.estimate + half, level, self.method)


@dataclass(frozen=True, slots=True)
class SmallSample:
    """One way to judge fixed effects of a fitted model."""

    fitted: Fitted
    covariance: Numbers  # of the fixed effects, corrected or not
    plain: Numbers
    slopes: Numbers  # of `plain` in each free variance, parts × p × p
    spread: Numbers  # covariance of the free variances
    method: str

    def contrast(self, weights: Sequence[float]) -> Contrast:
        """The sum of fixed effects with these weights, in the order of their names."""
        c = np.asarray(weights, dtype=float)
        variance = float(c @ self.plain @ c)
        slope = np.array([float(c @ one @ c) for one in self.slopes])
        below = float(slope @ self.spread @ slope)
        df = 2 * variance**2 / below if below > 0 else math.inf
        se = math.sqrt(float(c @ self.covariance @ c))
        return Contrast(float(c @ self.fitted.sums.beta), se, df, self.method)

    def effects(self) -> dict[str, Contrast]:
        """Every fixed effect by name."""
        names = self.fitted.problem.names
        return {name: self.contrast(np.eye(len(names))[place].tolist()) for place, name in enumerate(names)}


def satterthwaite(fitted: Fitted) -> SmallSample:
    """Plain standard errors with Satterthwaite's degrees of freedom. A variance on the edge counts as known."""
    free = ~fitted.edge
    return SmallSample(
        fitted=fitted,
        covariance=fitted.sums.covariance,
        plain=fitted.sums.covariance,
        slopes=_slopes(fitted)[free],
        spread=_inverse(_observed(fitted, free)),
        method="Satterthwaite",
    )


def kenward_roger(fitted: Fitted) -> SmallSample:
    """Kenward & Roger (1997) with the expected information, as R's pbkrtest has it."""
    plain, inner = fitted.sums.covariance, fitted.sums.inner
    second = second_order(fitted.theta, fitted.problem.stacked)
    through = plain @ inner
    information = 0.5 * (
        fitted.sums.traces - 2 * np.einsum("pq,klqp->kl", plain, second) + np.einsum("kpq,lqp->kl", through, through)
    )
    spread = _inverse(information)
    return SmallSample(
        fitted=fitted,
        covariance=_corrected(plain, inner, second, spread),
        plain=plain,
        slopes=_slopes(fitted),
        spread=spread,
        method="Kenward-Roger",
    )


def kenward_roger_linear(fitted: Fitted) -> SmallSample:
    """The same correction with the observed information, as SAS `ddfm=kr` and mmrm's linear variant have it."""
    base = satterthwaite(fitted)
    free = ~fitted.edge
    second = second_order(fitted.theta, fitted.problem.stacked)[np.ix_(free, free)]
    corrected = _corrected(base.plain, fitted.sums.inner[free], second, base.spread)
    return SmallSample(fitted, corrected, base.plain, base.slopes, base.spread, "Kenward-Roger, linear")


def kenward_roger_by_root(fitted: Fitted) -> SmallSample:
    """The correction with V bent as the roots of the visits' covariance are: mmrm's default for free covariances.

    V = D L Lᵀ D with logarithms in D and a unit triangle L; the second derivatives of V in these count too.
    Only for models whose one covariance matrix is that of the visits.
    """
    linear = kenward_roger_linear(fitted)
    root = fitted.roots[-1]
    root = root * np.sign(np.diag(root))  # the search may have turned a column round, which leaves V as it is
    at = np.concatenate([np.log(np.diag(root)), (root / np.diag(root)[:, None])[np.tril_indices(len(root), -1)]])
    jacobian, bends = _bends(at, len(root))
    back = _inverse(jacobian)
    spread = back @ linear.spread @ back.T
    bent = np.einsum("ij,kij->k", spread, bends)
    plain = linear.plain
    corrected = linear.covariance - 0.5 * plain @ np.tensordot(bent, fitted.sums.inner, axes=1) @ plain
    return SmallSample(fitted, corrected, plain, linear.slopes, linear.spread, "Kenward-Roger")


def _inverse(matrix: Numbers) -> Numbers:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _corrected(plain: Numbers, inner: Numbers, second: Numbers, spread: Numbers) -> Numbers:
    bent = np.tensordot(spread, second, axes=2) - np.einsum(
        "kl,kpq,qr,lrs->ps", spread, inner, plain, inner, optimize=True
    )
    return np.asarray(plain + 2 * plain @ bent @ plain)


def _slopes(fitted: Fitted) -> Numbers:
    """How the covariance of the fixed effects moves with each variance."""
    plain = fitted.sums.covariance
    return np.asarray(plain @ fitted.sums.inner @ plain)


def _observed(fitted: Fitted, free: NDArray[np.bool_]) -> Numbers:
    """Minus the curvature of the likelihood in the free variances, by differences of its exact slope."""
    places = np.flatnonzero(free)
    theta = fitted.theta
    diagonal = np.abs(np.concatenate([_diagonal(matrix) for matrix in fitted.covariances]))
    found = np.empty((len(places), len(places)))
    for row, place in enumerate(places):
        step = 1e-4 * max(float(diagonal[place]), 1e-12)
        above, below = theta.copy(), theta.copy()
        above[place] += step
        below[place] -= step
        slopes = [
            evaluate(at, fitted.problem.stacked, restricted=fitted.restricted).slope[places] for at in (above, below)
        ]
        found[row] = -(slopes[0] - slopes[1]) / (2 * step)
    return np.asarray((found + found.T) / 2)


def _diagonal(matrix: Numbers) -> Numbers:
    """For each entry of the lower triangle, the size that goes with it."""
    spread = np.sqrt(np.diag(matrix))
    return np.asarray(np.outer(spread, spread)[np.tril_indices(len(matrix))])


def _bends(at: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """First and second derivatives of the covariances in (log SDs, unit triangle), by differences."""
    lower = np.tril_indices(size)

    def matrix(point: Numbers) -> Numbers:
        root = np.eye(size)
        root[np.tril_indices(size, -1)] = point[size:]
        root = np.exp(point[:size])[:, None] * root
        return np.asarray((root @ root.T)[lower])

    k, step = len(at), 1e-4
    first, second = np.empty((k, k)), np.empty((k, k, k))
    unit = np.eye(k) * step
    for i in range(k):
        first[:, i] = (matrix(at + unit[i]) - matrix(at - unit[i])) / (2 * step)
        for j in range(k):
            second[:, i, j] = (
                matrix(at + unit[i] + unit[j])
                - matrix(at + unit[i] - unit[j])
                - matrix(at - unit[i] + unit[j])
                + matrix(at - unit[i] - unit[j])
            ) / (4 * step * step)
    return first, second
