"""One group measured twice: how far it moved, in points and in standard deviations.

All effects are after minus before. They differ in the standard deviation they divide by, so their labels
are part of the answer and two labels are never compared. Notation: n complete pairs, r the correlation,
S₁ S₂ S_D the standard deviations before, after and of the change, J the exact factor of `hedges_factor`.
Overview of the family: Morris & DeShon (2002), Psychological Methods 7, 105-125; Lakens (2013), Frontiers in
Psychology 4, 863.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from kindcircle.stats.results import MeanEstimate, PairedEffect, Reason, Undefined
from kindcircle.stats.samples import NEGLIGIBLE, PairedSummary, hedges_factor


def mean_change(group: PairedSummary) -> MeanEstimate:
    """The mean change in points of the scale, after minus before, with the paired t behind its interval."""
    return change_of(group.mean_change, group.sd_change, n=group.n, dropped=group.counts.dropped)


def change_of(mean: float, sd: float, *, n: int, dropped: int) -> MeanEstimate:
    """The same from the mean and the spread of the changes alone."""
    return MeanEstimate(
        estimate=mean,
        se=sd / math.sqrt(n),
        df=n - 1,
        n=(n,),
        dropped=(dropped,),
        convention="paired differences",
        source="Student's paired t; agrees with R t.test(paired = TRUE)",
    )


def usable_correlation(group: PairedSummary) -> float | Undefined:
    """The correlation of before and after, refused when it is absent or ±1."""
    if isinstance(group.r, Undefined):
        return group.r
    if 1 - abs(group.r) <= NEGLIGIBLE:
        return Undefined(Reason.PERFECT_CORRELATION)
    return group.r


def g_raw(group: PairedSummary) -> PairedEffect | Undefined:
    """The default: the mean change divided by the spread people had before. metafor calls it SMCR.

    g = J(n-1) (M₂-M₁)/S₁, variance 2(1-r)/n + g²/(2n). Source: Becker (1988).
    """
    ready = _ready(group, divisor=group.sd_before, no_spread=Reason.NO_SPREAD_BEFORE)
    if isinstance(ready, Undefined):
        return ready
    r, g = ready
    return _effect(
        group,
        label="g_raw",
        estimate=g,
        variance=2 * (1 - r) / group.n + g * g / (2 * group.n),
        convention="after minus before, divided by the SD before; exact J with n-1 df; Wald interval",
        source="Becker (1988); agrees with metafor escalc(measure = 'SMCR')",
    )


def g_raw_unequal(group: PairedSummary) -> PairedEffect | Undefined:
    """As `g_raw`, with a variance that lets the spread differ before and after. metafor calls it SMCRH.

    Variance S_D²/(S₁²(n-1)) + g²/(2(n-1)). Source: Bonett (2008).
    """
    ready = _ready(group, divisor=group.sd_before, no_spread=Reason.NO_SPREAD_BEFORE)
    if isinstance(ready, Undefined):
        return ready
    _, g = ready
    ratio = group.sd_change / group.sd_before
    return _effect(
        group,
        label="g_raw_unequal",
        estimate=g,
        variance=ratio * ratio / (group.n - 1) + g * g / (2 * (group.n - 1)),
        convention="as g_raw, variance for unequal spreads; Wald interval",
        source="Bonett (2008); agrees with metafor escalc(measure = 'SMCRH')",
    )


def g_av(group: PairedSummary) -> PairedEffect | Undefined:
    """The mean change divided by the average spread of before and after. metafor calls it SMCRP.

    S² = (S₁²+S₂²)/2, g = J(2(n-1)/(1+r²)) (M₂-M₁)/S, variance 2(1-r)/n + g²(1+r²)/(4n).
    Other software takes J(n-1) here and gets a different figure; that one is `g_av_simple`.
    Source: Cousineau (2020).
    """
    ready = _ready_average(group)
    if isinstance(ready, Undefined):
        return ready
    r, g, _ = ready
    return _effect(
        group,
        label="g_av",
        estimate=g,
        variance=2 * (1 - r) / group.n + g * g * (1 + r * r) / (4 * group.n),
        convention="after minus before, divided by √((SD before² + SD after²)/2); "
        "exact J with 2(n-1)/(1+r²) df; Wald interval",
        source="Cousineau (2020); agrees with metafor escalc(measure = 'SMCRP')",
    )


def g_av_unequal(group: PairedSummary) -> PairedEffect | Undefined:
    """As `g_av`, with a variance that lets the spread differ before and after. metafor calls it SMCRPH.

    Variance g²(S₁⁴+S₂⁴+2r²S₁²S₂²)/(8S⁴(n-1)) + S_D²/(S²(n-1)). Source: Bonett (2008).
    """
    ready = _ready_average(group)
    if isinstance(ready, Undefined):
        return ready
    r, g, divisor = ready
    first, second = (group.sd_before / divisor) ** 2, (group.sd_after / divisor) ** 2
    change = (group.sd_change / divisor) ** 2
    shape = first * first + second * second + 2 * r * r * first * second
    return _effect(
        group,
        label="g_av_unequal",
        estimate=g,
        variance=(g * g * shape / 8 + change) / (group.n - 1),
        convention="as g_av, variance for unequal spreads; Wald interval",
        source="Bonett (2008); agrees with metafor escalc(measure = 'SMCRPH')",
    )


def g_z(group: PairedSummary) -> PairedEffect | Undefined:
    """The mean change divided by the spread of the changes. metafor calls it SMCC. Never compare it.

    g = J(n-1) (M₂-M₁)/S_D, variance 1/n + g²/(2n). It grows with the correlation, so it says more about the
    design than about the people. Source: Gibbons, Hedeker & Davis (1993).
    """
    scaled = _scaled(group, divisor=group.sd_change, no_spread=Reason.NO_SPREAD_CHANGE)
    if isinstance(scaled, Undefined):
        return scaled
    return _effect(
        group,
        label="g_z",
        estimate=scaled,
        variance=1 / group.n + scaled * scaled / (2 * group.n),
        convention="after minus before, divided by the SD of the changes; exact J with n-1 df; Wald interval",
        source="Gibbons, Hedeker & Davis (1993); agrees with metafor escalc(measure = 'SMCC')",
    )


def g_rm(group: PairedSummary) -> PairedEffect | Undefined:
    """The mean change divided by the spread of the changes, brought back to the spread between people.

    d = (M₂-M₁) √(2(1-r))/S_D, g = J(n-1) d, se = J √((1/n + d²/(2n)) 2(1-r)).
    Source: Morris & DeShon (2002); interval Cooper, Hedges & Valentine (2009), eq. 12.21.
    """
    d = d_rm(group)
    r = usable_correlation(group)
    factor = hedges_factor(group.n - 1)
    for part in (d, r, factor):
        if isinstance(part, Undefined):
            return part
    assert isinstance(d, float) and isinstance(r, float) and isinstance(factor, float)
    return _effect(
        group,
        label="g_rm",
        estimate=factor * d,
        variance=factor * factor * (1 / group.n + d * d / (2 * group.n)) * 2 * (1 - r),
        convention="after minus before, divided by SD of changes/√(2(1-r)); exact J with n-1 df; Wald interval",
        source="Morris & DeShon (2002); agrees with effectsize repeated_measures_d(method = 'rm')",
    )


def g_av_simple(group: PairedSummary) -> PairedEffect | Undefined:
    """As `g_av` with J(n-1), the figure that effectsize prints; se = J S_D/(S √n). For comparison only."""
    ready = _ready_average(group)
    factor = hedges_factor(group.n - 1)
    if isinstance(ready, Undefined):
        return ready
    if isinstance(factor, Undefined):
        return factor
    _, _, divisor = ready
    return _effect(
        group,
        label="g_av_simple",
        estimate=factor * group.mean_change / divisor,
        variance=(factor * group.sd_change / divisor) ** 2 / group.n,
        convention="as g_av, but exact J with n-1 df and the t test's standard error; Wald interval",
        source="Algina & Keselman (2003); agrees with effectsize repeated_measures_d(method = 'av')",
    )


def g_z_simple(group: PairedSummary) -> PairedEffect | Undefined:
    """As `g_z` with the whole interval shrunk by J, as effectsize prints it; se = J √(1/n + d²/(2n))."""
    d = d_z(group)
    factor = hedges_factor(group.n - 1)
    if isinstance(d, Undefined):
        return d
    if isinstance(factor, Undefined):
        return factor
    return _effect(
        group,
        label="g_z_simple",
        estimate=factor * d,
        variance=factor * factor * (1 / group.n + d * d / (2 * group.n)),
        convention="as g_z, standard error of the uncorrected effect times J; Wald interval",
        source="Hedges & Olkin (1985); agrees with effectsize repeated_measures_d(method = 'z')",
    )


def g_raw_simple(group: PairedSummary) -> PairedEffect | Undefined:
    """As `g_raw` with the whole interval shrunk by J, as effectsize prints it; se = J √(2(1-r)/n + d²/(2n))."""
    ready = _ready(group, divisor=group.sd_before, no_spread=Reason.NO_SPREAD_BEFORE)
    factor = hedges_factor(group.n - 1)
    if isinstance(ready, Undefined):
        return ready
    if isinstance(factor, Undefined):
        return factor
    r, g = ready
    d = g / factor
    return _effect(
        group,
        label="g_raw_simple",
        estimate=g,
        variance=factor * factor * (2 * (1 - r) / group.n + d * d / (2 * group.n)),
        convention="as g_raw, standard error of the uncorrected effect times J; Wald interval",
        source="Becker (1988); agrees with effectsize repeated_measures_d(method = 'b')",
    )


def d_z(group: PairedSummary) -> float | Undefined:
    """The mean change in standard deviations of the changes, without small-sample correction."""
    if not group.sd_change > 0:
        return Undefined(Reason.NO_SPREAD_CHANGE)
    return group.mean_change / group.sd_change


def d_rm(group: PairedSummary) -> float | Undefined:
    """`d_z` times √(2(1-r)), without small-sample correction. Source: Morris & DeShon (2002)."""
    z, r = d_z(group), usable_correlation(group)
    if isinstance(z, Undefined):
        return z
    return r if isinstance(r, Undefined) else z * math.sqrt(2 * (1 - r))


# The default comes first. The three "simple" ones exist to be compared with other software.
PAIRED_EFFECTS: Final[Mapping[str, Callable[[PairedSummary], PairedEffect | Undefined]]] = {
    "g_raw": g_raw,
    "g_raw_unequal": g_raw_unequal,
    "g_av": g_av,
    "g_av_unequal": g_av_unequal,
    "g_rm": g_rm,
    "g_z": g_z,
    "g_raw_simple": g_raw_simple,
    "g_av_simple": g_av_simple,
    "g_z_simple": g_z_simple,
}


def _scaled(group: PairedSummary, *, divisor: float, no_spread: Reason) -> float | Undefined:
    """J(n-1) times the mean change over the divisor, or why that cannot be."""
    if not divisor > 0:
        return Undefined(no_spread)
    factor = hedges_factor(group.n - 1)
    return factor if isinstance(factor, Undefined) else factor * group.mean_change / divisor


def _ready(group: PairedSummary, *, divisor: float, no_spread: Reason) -> tuple[float, float] | Undefined:
    """The correlation and the corrected effect, or why they cannot be."""
    g = _scaled(group, divisor=divisor, no_spread=no_spread)
    if isinstance(g, Undefined):
        return g
    r = usable_correlation(group)
    return r if isinstance(r, Undefined) else (r, g)


def _ready_average(group: PairedSummary) -> tuple[float, float, float] | Undefined:
    """The correlation, g_av and its divisor, or why they cannot be."""
    r = usable_correlation(group)
    if isinstance(r, Undefined):
        return r
    factor = hedges_factor(2 * (group.n - 1) / (1 + r * r))
    if isinstance(factor, Undefined):
        return factor
    divisor = math.hypot(group.sd_before, group.sd_after) / math.sqrt(2)
    return r, factor * group.mean_change / divisor, divisor


def _effect(
    group: PairedSummary, *, label: str, estimate: float, variance: float, convention: str, source: str
) -> PairedEffect:
    return PairedEffect(
        label=label,
        estimate=estimate,
        variance=variance,
        convention=convention,
        source=source,
        n=group.n,
        dropped=group.counts.dropped,
    )
