"""One line behind several items: how much of a score it carries, in one sample and within people over time.

Maximum likelihood, own code: the discrepancy needs covariances alone. A loading pattern that leaves an item no variance
of its own is reported, not hidden.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.reliability import Answers
from kindcircle.stats.results import Interval, Reason, Undefined, normal_quantile

Numbers = NDArray[np.float64]

TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Omega:
    """McDonald's omega of a one-factor model: the share of a sum score that the factor carries, 0 to 1.

    A high omega with a poor fit is no sign of one dimension: read `cfi` and `rmsea` beside it.
    """

    estimate: float
    se: float  # delta method, Raykov (2002)
    of_observed: float  # the same share of the variance that was seen
    loadings: Numbers  # in units of the answers, factor variance 1
    residuals: Numbers  # variance of each item that the factor leaves
    n: int
    k: int
    chi2: float
    df: int
    cfi: float | Undefined
    rmsea: float | Undefined
    srmr: float
    on_the_edge: bool  # an item with no variance of its own (a Heywood case)

    def interval(self, level: float = 0.95) -> Interval:
        """The estimate with a normal interval."""
        half = normal_quantile(level) * self.se
        return Interval(self.estimate - half, self.estimate + half, level, "delta method, normal quantile")


def omega(answers: Answers) -> Omega | Undefined:
    """Omega total of a one-factor model fitted by maximum likelihood. Agrees with R's lavaan.

    Undefined below three items, with no more people than items, without spread, or when no such model can be found.
    """
    n, k = answers.n, answers.k
    if k < 3:
        return Undefined(Reason.ONE_ITEM if k < 2 else Reason.TOO_FEW_DEGREES)
    if n <= k:
        return Undefined(Reason.TOO_FEW_DEGREES)
    seen = np.cov(answers.values, rowvar=False, ddof=0)
    spread = np.diag(seen)
    if np.any(spread <= 0) or np.linalg.matrix_rank(seen) < k:
        return Undefined(Reason.NO_SPREAD)
    fitted = _one_factor(seen)
    if fitted is None:
        return Undefined(Reason.NOT_ONE_FACTOR)
    loadings, residuals = fitted
    implied = np.outer(loadings, loadings) + np.diag(residuals)
    total, left = float(loadings.sum()), float(residuals.sum())
    estimate = total * total / (total * total + left)
    chi2 = n * _discrepancy(implied, seen)
    df = k * (k - 3) // 2
    bare = -n * float(np.linalg.slogdet(seen / np.sqrt(np.outer(spread, spread)))[1])
    bare_df = k * (k - 1) // 2
    worse = max(bare - bare_df, chi2 - df, 0.0)
    standardised = (seen - implied) / np.sqrt(np.outer(spread, spread))
    lower = np.tril_indices(k)
    return Omega(
        estimate=estimate,
        se=_omega_se(loadings, residuals, implied, n),
        of_observed=total * total / float(seen.sum()),
        loadings=loadings,
        residuals=residuals,
        n=n,
        k=k,
        chi2=chi2,
        df=df,
        cfi=1 - max(chi2 - df, 0.0) / worse if worse > 0 and df else Undefined(Reason.TOO_FEW_DEGREES),
        rmsea=math.sqrt(max(chi2 - df, 0.0) / (df * n)) if df else Undefined(Reason.TOO_FEW_DEGREES),
        srmr=math.sqrt(float(np.mean(standardised[lower] ** 2))),
        on_the_edge=bool(np.any(residuals < TINY * spread * 10)),
    )


def _discrepancy(implied: Numbers, seen: Numbers) -> float:
    k = len(seen)
    return float(
        np.linalg.slogdet(implied)[1] - np.linalg.slogdet(seen)[1] + np.trace(np.linalg.solve(implied, seen)) - k
    )


def _one_factor(seen: Numbers) -> tuple[Numbers, Numbers] | None:
    """Loadings and residual variances, by quasi-Newton steps on loadings and the logarithm of the residuals."""
    from scipy.optimize import minimize  # takes long to import

    k = len(seen)
    scale = np.sqrt(np.diag(seen))
    relative = seen / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(relative)
    first = vectors[:, -1] * math.sqrt(values[-1])
    first *= 1.0 if first.sum() >= 0 else -1.0
    start = np.concatenate([first * 0.8, np.log(np.clip(1 - (first * 0.8) ** 2, 0.05, None))])

    def value(at: Numbers) -> tuple[float, Numbers]:
        loadings, residuals = at[:k], np.exp(at[k:])
        implied = np.outer(loadings, loadings) + np.diag(residuals)
        inverse = np.linalg.inv(implied)
        pull = inverse @ (implied - relative) @ inverse
        return _discrepancy(implied, relative), np.concatenate([2 * pull @ loadings, np.diag(pull) * residuals])

    bounds = [(None, None)] * k + [(math.log(TINY), None)] * k
    found = minimize(
        value,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000},
    )
    if not math.isfinite(found.fun):
        return None
    loadings, residuals = found.x[:k] * scale, np.exp(found.x[k:]) * scale**2
    return (loadings if loadings.sum() >= 0 else -loadings), residuals


def _omega_se(loadings: Numbers, residuals: Numbers, implied: Numbers, n: int) -> float:
    """From the expected information of (loadings, residuals) and the slope of omega in them."""
    k = len(loadings)
    inverse = np.linalg.inv(implied)
    slopes = []
    for place in range(k):
        one = np.zeros((k, k))
        one[place] = loadings
        slopes.append(one + one.T)
    for place in range(k):
        one = np.zeros((k, k))
        one[place, place] = 1.0
        slopes.append(one)
    weighted = [inverse @ slope for slope in slopes]
    information = np.array([[0.5 * n * float(np.sum(a * b.T)) for b in weighted] for a in weighted])
    total, left = float(loadings.sum()), float(residuals.sum())
    below = (total * total + left) ** 2
    slope = np.concatenate([np.full(k, 2 * total * left / below), np.full(k, -total * total / below)])
    return math.sqrt(float(slope @ np.linalg.solve(information, slope)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelOmega:
    """Omega within people (does a change from day to day tell something?) and between people. Geldhof et al. (2014)."""

    within: float
    between: float
    loadings_within: Numbers
    residuals_within: Numbers
    loadings_between: Numbers
    residuals_between: Numbers
    n: int  # rows
    people: int
    log_likelihood: float

    @property
    def negative_residual(self) -> bool:
        """Whether an item's own variance between people came out below 0: few people, or too many factors."""
        return bool(np.any(self.residuals_between < 0))


def two_level_omega(answers: Answers, person: Sequence[str]) -> TwoLevelOmega | Undefined:
    """One factor within and one between people, all loadings free, by maximum likelihood. A row is one occasion.

    `person` has one entry per complete row of `answers`. Undefined with too few people or rows, or when it cannot be
    fitted.
    """
    if len(person) != answers.n:
        raise ValueError("There must be one person for each complete row.")
    numbers: dict[str, int] = {}
    places = np.asarray([numbers.setdefault(name, len(numbers)) for name in person])
    people, n, k = len(numbers), answers.n, answers.k
    if k < 3 or people <= k or n - people <= k:
        return Undefined(Reason.TOO_FEW_DEGREES)
    sizes = np.bincount(places).astype(float)
    means = np.zeros((people, k))
    np.add.at(means, places, answers.values)
    means /= sizes[:, None]
    inside = answers.values - means[places]
    pooled = inside.T @ inside / (n - people)
    if np.linalg.matrix_rank(pooled) < k:
        return Undefined(Reason.NO_SPREAD)
    found = _fit_two_levels(pooled, means, sizes, n)
    if found is None:
        return Undefined(Reason.NOT_ONE_FACTOR)
    at, half_deviance = found
    lw, rw, lb, rb = at[:k], np.exp(at[k : 2 * k]), at[2 * k : 3 * k], at[3 * k : 4 * k]

    def share(loadings: Numbers, residuals: Numbers) -> float:
        carried = float(loadings.sum()) ** 2
        return carried / (carried + float(residuals.sum()))

    return TwoLevelOmega(
        within=share(lw, rw),
        between=share(lb, rb),
        loadings_within=lw if lw.sum() >= 0 else -lw,
        residuals_within=rw,
        loadings_between=lb if lb.sum() >= 0 else -lb,
        residuals_between=rb,
        n=n,
        people=people,
        log_likelihood=-half_deviance - 0.5 * n * k * math.log(2 * math.pi),
    )


def _fit_two_levels(pooled: Numbers, means: Numbers, sizes: Numbers, n: int) -> tuple[Numbers, float] | None:
    """Everything of the likelihood is in the pooled covariance within people and each person's means."""
    from scipy.optimize import minimize  # takes long to import

    people, k = means.shape
    different = np.unique(sizes)
    of_size = [means[sizes == size] for size in different]

    def value(at: Numbers) -> tuple[float, Numbers]:
        lw, rw, lb, rb, mu = at[:k], np.exp(at[k : 2 * k]), at[2 * k : 3 * k], at[3 * k : 4 * k], at[4 * k :]
        within = np.outer(lw, lw) + np.diag(rw)
        between = np.outer(lb, lb) + np.diag(rb)
        inverse = np.linalg.inv(within)
        rows = n - people
        total = rows * (float(np.linalg.slogdet(within)[1]) + float(np.sum(inverse * pooled)))
        slope_within = rows * inverse @ (within - pooled) @ inverse
        slope_between = np.zeros((k, k))
        slope_mu = np.zeros(k)
        for size, rows_of in zip(different, of_size, strict=True):
            whole = within + size * between
            sign, log_det = np.linalg.slogdet(whole)
            if sign <= 0 or np.linalg.eigvalsh(whole)[0] <= 0:
                return 1e12, np.zeros_like(at)
            back = np.linalg.inv(whole)
            away = rows_of - mu
            total += len(rows_of) * log_det + size * float(np.sum((away @ back) * away))
            slope = len(rows_of) * back - size * back @ (away.T @ away) @ back
            slope_within += slope
            slope_between += size * slope
            slope_mu -= 2 * size * back @ away.sum(axis=0)
        gradient = np.concatenate(
            [
                2 * slope_within @ lw,
                np.diag(slope_within) * rw,
                2 * slope_between @ lb,
                np.diag(slope_between),
                slope_mu,
            ]
        )
        return 0.5 * total, 0.5 * gradient

    raw_between = np.cov(means, rowvar=False) - pooled / float(sizes.mean())
    spread_between = np.clip(np.diag(raw_between), 0.05 * np.diag(pooled), None)
    start = np.concatenate(
        [
            np.sqrt(0.5 * np.diag(pooled)),
            np.log(0.5 * np.diag(pooled)),
            np.sqrt(0.5 * spread_between),
            0.5 * spread_between,
            means.mean(axis=0),
        ]
    )
    found = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 2000})
    return (found.x, float(found.fun)) if math.isfinite(found.fun) and found.fun < 1e11 else None
