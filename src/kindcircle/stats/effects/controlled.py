"""Two arms measured twice: how much more one arm changed than the other.

Differences are the treated arm minus the comparison arm, changes are after minus before. The analysis is
`adjusted_difference`; `d_ppc2` is its standardised companion.
"""

import math
from dataclasses import dataclass

import numpy as np

from kindcircle.stats.effects.paired import g_raw, usable_correlation
from kindcircle.stats.results import Effect, Interval, MeanEstimate, Reason, Undefined
from kindcircle.stats.samples import (
    PairedSummary,
    Scores,
    complete_pairs,
    count_pairs,
    hedges_factor,
    hedges_factor_approximate,
    spread,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledEffect(Effect):
    """How much more the treated arm changed than the comparison arm, in standard deviations."""

    n: tuple[int, int]  # complete pairs, treated and comparison
    dropped: tuple[int, int]  # people missing one or both scores, by arm

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The Wald interval."""
        return self.wald(level)


def change_difference(treated: PairedSummary, comparison: PairedSummary) -> float:
    """How many points more the treated arm changed than the comparison arm."""
    return treated.mean_change - comparison.mean_change


def pooled_sd_before(treated: PairedSummary, comparison: PairedSummary) -> float:
    """The spread people had before, pooled over both arms with weights n - 1."""
    df = treated.n + comparison.n - 2
    return math.hypot(
        math.sqrt((treated.n - 1) / df) * treated.sd_before,
        math.sqrt((comparison.n - 1) / df) * comparison.sd_before,
    )


def pool_correlations(treated: PairedSummary, comparison: PairedSummary) -> float | Undefined:
    """The two correlations of before and after, averaged on Fisher's z with weights n - 3."""
    first, second = usable_correlation(treated), usable_correlation(comparison)
    if isinstance(first, Undefined):
        return first
    if isinstance(second, Undefined):
        return second
    if treated.n < 4 or comparison.n < 4:
        return Undefined(Reason.TOO_FEW_IN_ARM)
    weights = treated.n - 3, comparison.n - 3
    z = (weights[0] * math.atanh(first) + weights[1] * math.atanh(second)) / sum(weights)
    return math.tanh(z)


def d_ppc2(treated: PairedSummary, comparison: PairedSummary) -> ControlledEffect | Undefined:
    """The difference of the two mean changes, divided by the pooled spread before (Morris 2008).

    d = c_P D/S, c_P = 1 - 3/(4ν-1) by definition, ν = n_T+n_C-2, q = (n_T+n_C)/(n_T n_C); variance
    2c_P²(1-ρ)q·ν/(ν-2)·[1 + d²/(2(1-ρ)q)] - d², Undefined with fewer than four people in an arm.
    Source: Morris (2008), Organizational Research Methods 11, 364-386, eqs 8-10 and 25.
    """
    df = treated.n + comparison.n - 2
    estimate = _ppc(treated, comparison, hedges_factor_approximate(df))
    if isinstance(estimate, Undefined):
        return estimate
    return _effect(
        treated,
        comparison,
        label="d_ppc2",
        estimate=estimate,
        variance=_ppc2_variance(treated, comparison, estimate),
        convention="difference of mean changes, divided by the pooled SD before; factor 1 - 3/(4 df - 1)",
        source="Morris (2008)",
    )


def d_ppc2_exact(treated: PairedSummary, comparison: PairedSummary) -> float | Undefined:
    """The estimate of `d_ppc2` with the exact J in place of Morris's approximation, for comparison."""
    return _ppc(treated, comparison, hedges_factor(treated.n + comparison.n - 2))


def d_ppc1(treated: PairedSummary, comparison: PairedSummary) -> ControlledEffect | Undefined:
    """Each arm's change divided by its own spread before, then subtracted; variances add up.

    The difference of two `g_raw`. Source: Becker (1988).
    """
    first, second = g_raw(treated), g_raw(comparison)
    if isinstance(first, Undefined):
        return first
    if isinstance(second, Undefined):
        return second
    if isinstance(first.variance, Undefined):
        return first.variance
    if isinstance(second.variance, Undefined):
        return second.variance
    return _effect(
        treated,
        comparison,
        label="d_ppc1",
        estimate=first.estimate - second.estimate,
        variance=first.variance + second.variance,
        convention="difference of two g_raw, each divided by its own SD before",
        source="Becker (1988); agrees with the difference of two metafor escalc(measure = 'SMCR')",
    )


def adjusted_difference(treated: tuple[Scores, Scores], comparison: tuple[Scores, Scores]) -> MeanEstimate | Undefined:
    """The difference after, in points, for people who started at the same level (ANCOVA).

    Each arm is (before, after). Least squares of after on before and arm: b = Sxy/Sxx within arms,
    difference = (ȳ_T-ȳ_C) - b(x̄_T-x̄_C), se² = RSS/(N-3)·(1/n_T + 1/n_C + (x̄_T-x̄_C)²/Sxx).
    Agrees with R lm(post ~ pre + treated).
    """
    x_first, y_first = complete_pairs(*treated)
    x_second, y_second = complete_pairs(*comparison)
    sizes = len(x_first), len(x_second)
    df = sum(sizes) - 3
    if min(sizes) < 2 or df < 1:
        return Undefined(Reason.TOO_FEW_IN_ARM)
    if not (spread(x_first) > 0 or spread(x_second) > 0):
        return Undefined(Reason.NO_SPREAD_BEFORE)
    x = np.concatenate((x_first - x_first.mean(), x_second - x_second.mean()))
    y = np.concatenate((y_first - y_first.mean(), y_second - y_second.mean()))
    sxx = float(x @ x)
    slope = float(x @ y) / sxx
    gap = float(x_first.mean() - x_second.mean())
    residuals = y - slope * x
    # The residual spread is judged beside the scores, so that a perfect fit is not rounding error divided.
    size = float(max(np.max(np.abs(values)) for values in (x_first, x_second, y_first, y_second)))
    rss = float(residuals @ residuals) if spread(residuals, scale=size) > 0 else 0.0
    return MeanEstimate(
        estimate=float(y_first.mean() - y_second.mean()) - slope * gap,
        se=math.sqrt(rss / df * (1 / sizes[0] + 1 / sizes[1] + gap * gap / sxx)),
        df=df,
        n=sizes,
        dropped=(count_pairs(*treated).dropped, count_pairs(*comparison).dropped),
        convention="adjusted for the score before (ANCOVA)",
        source="least squares; agrees with R lm(post ~ pre + treated)",
    )


def _ppc(treated: PairedSummary, comparison: PairedSummary, factor: float | Undefined) -> float | Undefined:
    if isinstance(factor, Undefined):
        return factor
    divisor = pooled_sd_before(treated, comparison)
    if not divisor > 0:
        return Undefined(Reason.NO_SPREAD_BEFORE)
    return factor * change_difference(treated, comparison) / divisor


def _ppc2_variance(treated: PairedSummary, comparison: PairedSummary, d: float) -> float | Undefined:
    rho = pool_correlations(treated, comparison)
    if isinstance(rho, Undefined):
        return rho
    df = treated.n + comparison.n - 2
    factor = 1 - 3 / (4 * df - 1)
    unit = 2 * (1 - rho) * (1 / treated.n + 1 / comparison.n)
    # Morris's product with the bracket multiplied out, so that ρ near 1 divides nothing. It is never negative:
    # c_P² ν/(ν-2) > 1 comes down to 8ν² - ν + 2 > 0.
    share = factor * factor * df / (df - 2)
    return share * unit + (share - 1) * d * d


def _effect(
    treated: PairedSummary,
    comparison: PairedSummary,
    *,
    label: str,
    estimate: float,
    variance: float | Undefined,
    convention: str,
    source: str,
) -> ControlledEffect:
    return ControlledEffect(
        label=label,
        estimate=estimate,
        variance=variance,
        convention=convention,
        source=source,
        n=(treated.n, comparison.n),
        dropped=(treated.counts.dropped, comparison.counts.dropped),
    )
