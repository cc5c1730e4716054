"""Two separate groups measured once: how far apart they are, in points and in standard deviations.

All differences are the first arm minus the second. Notation: n₁ n₂ people, ν = n₁+n₂-2, S_p the pooled
standard deviation, J the exact factor of `hedges_factor`. Summaries typed from a paper work as well as data.
"""

import math
from dataclasses import dataclass

from scipy.special import nctdtr, nctdtrinc, ndtri

from kindcircle.stats.results import Effect, Interval, MeanEstimate, Reason, Undefined, check_level
from kindcircle.stats.samples import NEGLIGIBLE, ArmSummary, hedges_factor

# How far the probability at a found limit may lie from the one asked for: a thousandth of a standard error.
LIMIT_TOLERANCE = 5e-5
# So near, in normal quantiles, one last step leaves an error of a billionth; and when another way is tried.
CLOSE, MOST_STEPS = 1e-5, 10
# Beyond this the noncentral t cannot be turned around in reasonable time; no real comparison comes near.
LARGEST_T = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndependentEffect(Effect):
    """How far two arms are apart, in standard deviations; positive means the first arm is higher."""

    n: tuple[int, int]  # people used in the first and the second arm
    dropped: tuple[int, int]  # people without a score, by arm

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The Wald interval, which meta-analysis needs; see `exact_interval` for the one to print."""
        return self.wald(level)

    def exact_interval(self, level: float = 0.95) -> Interval | Undefined:
        """The exact interval, found by turning the noncentral t around; for labels "g" and "d" only.

        Limits of d, times J for g. Source: Steiger & Fouladi (1997); agrees with effectsize hedges_g.
        """
        check_level(level)
        if self.label not in ("d", "g"):
            return Undefined(Reason.NO_EXACT_INTERVAL)
        df = self.n[0] + self.n[1] - 2
        factor = hedges_factor(df) if self.label == "g" else 1.0
        if isinstance(factor, Undefined):
            return factor
        unit = math.sqrt(1 / self.n[0] + 1 / self.n[1])
        t = self.estimate / factor / unit
        tail = (1 - level) / 2
        low, high = _noncentrality(t, df, 1 - tail), _noncentrality(t, df, tail)
        if isinstance(low, Undefined):
            return low
        if isinstance(high, Undefined):
            return high
        return Interval(low * unit * factor, high * unit * factor, level, "exact, noncentral t")


def _noncentrality(t: float, df: float, probability: float) -> float | Undefined:
    """The noncentrality at which a t this small has the given probability.

    On the scale of normal quantiles that probability is nearly a straight line (Johnson & Welch 1940), so the secant
    settles in two to five steps.
    """
    if abs(t) > LARGEST_T:
        return Undefined(Reason.NO_LIMITS)
    wanted, slope = float(ndtri(probability)), -math.sqrt(1 + t * t / (2 * df))
    found = t * (1 - 1 / (4 * df)) + wanted * slope
    last = last_away = math.nan
    for _ in range(MOST_STEPS):
        away = float(ndtri(nctdtr(df, found, t))) - wanted
        if not math.isfinite(away):
            break
        if away != last_away and not math.isnan(last):
            slope = (found - last) / (away - last_away)
        last, last_away = found, away
        found -= away * slope
        if abs(away) < CLOSE:
            return found
    found = float(nctdtrinc(df, probability, t))
    if not math.isfinite(found) or not abs(float(nctdtr(df, found, t)) - probability) <= LIMIT_TOLERANCE:
        return Undefined(Reason.NO_LIMITS)
    return found


def mean_difference(first: ArmSummary, second: ArmSummary) -> MeanEstimate | Undefined:
    """The difference of two means in points of the scale, spreads allowed to differ (Welch's t).

    df by Welch-Satterthwaite. Agrees with R t.test(x, y).
    """
    sds = _both_sds(first, second)
    if isinstance(sds, Undefined):
        return sds
    first_part, second_part = sds[0] ** 2 / first.n, sds[1] ** 2 / second.n
    total = first_part + second_part
    if not total > 0:
        return Undefined(Reason.NO_SPREAD)
    share = first_part / total
    return MeanEstimate(
        estimate=first.mean - second.mean,
        se=math.sqrt(total),
        df=1 / (share**2 / (first.n - 1) + (1 - share) ** 2 / (second.n - 1)),
        n=(first.n, second.n),
        dropped=(first.dropped, second.dropped),
        convention="Welch",
        source="Welch (1947); agrees with R t.test()",
    )


def d_independent(first: ArmSummary, second: ArmSummary) -> IndependentEffect | Undefined:
    """Cohen's d, (M₁-M₂)/S_p, without small-sample correction. Variance 1/n₁ + 1/n₂ + d²/(2(n₁+n₂))."""
    d = _pooled_d(first, second)
    if isinstance(d, Undefined):
        return d
    return _effect(
        first,
        second,
        label="d",
        estimate=d,
        variance=_large_sample_variance(d, first.n, second.n),
        convention="first minus second arm, divided by the pooled SD; not corrected",
        source="Cohen (1988); agrees with metafor escalc(measure = 'SMD', correct = FALSE)",
    )


def g_independent(first: ArmSummary, second: ArmSummary) -> IndependentEffect | Undefined:
    """Hedges' g, the default: J(ν) d with the large-sample variance 1/n₁ + 1/n₂ + g²/(2(n₁+n₂)).

    Source: Hedges (1981); Hedges & Olkin (1985). metafor calls it SMD with vtype LS.
    """
    g = _pooled_g(first, second)
    if isinstance(g, Undefined):
        return g
    return _effect(
        first,
        second,
        label="g",
        estimate=g,
        variance=_large_sample_variance(g, first.n, second.n),
        convention="first minus second arm, divided by the pooled SD; exact J with n₁+n₂-2 df; large-sample variance",
        source="Hedges & Olkin (1985); agrees with metafor escalc(measure = 'SMD')",
    )


def g_independent_unbiased_variance(first: ArmSummary, second: ArmSummary) -> IndependentEffect | Undefined:
    """Hedges' g with the unbiased variance 1/n₁ + 1/n₂ + (1 - (ν-2)/(ν J²)) g². metafor: vtype UB."""
    g = _pooled_g(first, second)
    df = first.n + second.n - 2
    factor = hedges_factor(df)
    if isinstance(g, Undefined):
        return g
    if isinstance(factor, Undefined):
        return factor
    return _effect(
        first,
        second,
        label="g_unbiased_variance",
        estimate=g,
        variance=1 / first.n + 1 / second.n + (1 - (df - 2) / (df * factor * factor)) * g * g,
        convention="as g, with the unbiased variance",
        source="Hedges (1983); agrees with metafor escalc(measure = 'SMD', vtype = 'UB')",
    )


def g_unequal(first: ArmSummary, second: ArmSummary) -> IndependentEffect | Undefined:
    """The difference divided by the average spread, for arms whose spreads differ. metafor calls it SMDH.

    S² = (S₁²+S₂²)/2, g = J(ν)(M₁-M₂)/S, variance
    g²(S₁⁴/(n₁-1)+S₂⁴/(n₂-1))/(8S⁴) + (S₁²/(n₁-1)+S₂²/(n₂-1))/S². Source: Bonett (2009).
    """
    sds = _both_sds(first, second)
    if isinstance(sds, Undefined):
        return sds
    divisor = _usable(math.hypot(*sds) / math.sqrt(2), first, second)
    factor = hedges_factor(first.n + second.n - 2)
    if isinstance(divisor, Undefined):
        return divisor
    if isinstance(factor, Undefined):
        return factor
    g = factor * (first.mean - second.mean) / divisor
    one, two = (sds[0] / divisor) ** 2, (sds[1] / divisor) ** 2
    shape = one * one / (first.n - 1) + two * two / (second.n - 1)
    return _effect(
        first,
        second,
        label="g_unequal",
        estimate=g,
        variance=g * g * shape / 8 + one / (first.n - 1) + two / (second.n - 1),
        convention="first minus second arm, divided by √((SD₁²+SD₂²)/2); exact J with n₁+n₂-2 df",
        source="Bonett (2009); agrees with metafor escalc(measure = 'SMDH')",
    )


def g_glass(first: ArmSummary, second: ArmSummary) -> IndependentEffect | Undefined:
    """Glass's delta: the difference divided by the spread of the second (comparison) arm. metafor: SMD1.

    g = J(n₂-1)(M₁-M₂)/S₂, variance 1/n₁ + 1/n₂ + g²/(2n₂). Source: Glass (1976).
    """
    sds = _both_sds(first, second)
    if isinstance(sds, Undefined):
        return sds
    divisor = _usable(sds[1], first, second)
    factor = hedges_factor(second.n - 1)
    if isinstance(divisor, Undefined):
        return divisor
    if isinstance(factor, Undefined):
        return factor
    g = factor * (first.mean - second.mean) / divisor
    return _effect(
        first,
        second,
        label="g_glass",
        estimate=g,
        variance=1 / first.n + 1 / second.n + g * g / (2 * second.n),
        convention="first minus second arm, divided by the SD of the second arm; exact J with n₂-1 df",
        source="Glass (1976); agrees with metafor escalc(measure = 'SMD1')",
    )


def _both_sds(first: ArmSummary, second: ArmSummary) -> tuple[float, float] | Undefined:
    if first.n < 2 or second.n < 2 or first.sd is None or second.sd is None:
        return Undefined(Reason.TOO_FEW_IN_ARM)
    if min(first.sd, second.sd) < 0 or not math.isfinite(first.sd + second.sd + first.mean + second.mean):
        raise ValueError("Means are finite numbers, and standard deviations are finite and not negative.")
    return first.sd, second.sd


def _usable(divisor: float, first: ArmSummary, second: ArmSummary) -> float | Undefined:
    """The divisor, refused when it is nothing beside the size of the scores."""
    if divisor <= NEGLIGIBLE * max(abs(first.mean), abs(second.mean)) or not divisor > 0:
        return Undefined(Reason.NO_SPREAD)
    return divisor


def _pooled_d(first: ArmSummary, second: ArmSummary) -> float | Undefined:
    sds = _both_sds(first, second)
    if isinstance(sds, Undefined):
        return sds
    df = first.n + second.n - 2
    pooled = math.hypot(math.sqrt(first.n - 1) * sds[0], math.sqrt(second.n - 1) * sds[1]) / math.sqrt(df)
    divisor = _usable(pooled, first, second)
    return divisor if isinstance(divisor, Undefined) else (first.mean - second.mean) / divisor


def _pooled_g(first: ArmSummary, second: ArmSummary) -> float | Undefined:
    d = _pooled_d(first, second)
    if isinstance(d, Undefined):
        return d
    factor = hedges_factor(first.n + second.n - 2)
    return factor if isinstance(factor, Undefined) else factor * d


def _large_sample_variance(effect: float, n_first: int, n_second: int) -> float:
    return 1 / n_first + 1 / n_second + effect * effect / (2 * (n_first + n_second))


def _effect(
    first: ArmSummary,
    second: ArmSummary,
    *,
    label: str,
    estimate: float,
    variance: float,
    convention: str,
    source: str,
) -> IndependentEffect:
    return IndependentEffect(
        label=label,
        estimate=estimate,
        variance=variance,
        convention=convention,
        source=source,
        n=(first.n, second.n),
        dropped=(first.dropped, second.dropped),
    )
