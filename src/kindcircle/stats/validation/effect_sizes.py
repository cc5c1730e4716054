"""Folder 01: standardised effects of one group, two groups, and two groups measured twice."""

from __future__ import annotations

from typing import Any, TypeVar

from kindcircle.stats import effects
from kindcircle.stats.columns import Table
from kindcircle.stats.results import Effect, Undefined
from kindcircle.stats.samples import (
    ArmSummary,
    PairedSummary,
    hedges_factor,
    hedges_factor_approximate,
    summarise_arm,
    summarise_pairs,
)
from kindcircle.stats.validation.reading import BadCase, Case, limits

Summary = TypeVar("Summary", PairedSummary, ArmSummary)


def answer(case: Case) -> Any:
    """The figures of one case, by its type."""
    kinds = {
        "pre_post": _pre_post,
        "two_group": _two_groups,
        "pre_post_control": _controlled,
        "two_group_summary": _summary,
        "undefined": _undefined,
    }
    if case.type not in kinds:
        raise BadCase(f"the type {case.type!r} is none of {', '.join(kinds)}.")
    return kinds[case.type](case)


def _arm(case: Case, which: str) -> Table:
    return case.table().where(case["arm_col"], str(case[which]))


def _pairs(case: Case, which: str) -> tuple[list[float | None], list[float | None]]:
    table = _arm(case, which)
    return table.scores(case["pre"]), table.scores(case["post"])


def _wald(effect: Effect | Undefined) -> dict[str, Any] | Undefined:
    if isinstance(effect, Undefined):
        return effect
    return {
        "estimate": effect.estimate,
        "variance": effect.variance,
        "se": effect.se,
        "ci_wald": limits(effect.wald()),
    }


def _with_limits(effect: Any) -> dict[str, Any] | Undefined:
    if isinstance(effect, Undefined):
        return effect
    return {"estimate": effect.estimate, "ci": limits(effect.interval())}


def _pre_post(case: Case) -> dict[str, Any]:
    group = _defined(summarise_pairs(*_pairs(case, "arm1")))
    change = effects.mean_change(group)
    g_rm = effects.g_rm(group)
    return {
        "n": group.n,
        "mean_pre": group.mean_before,
        "mean_post": group.mean_after,
        "sd_pre": group.sd_before,
        "sd_post": group.sd_after,
        "r": group.r,
        "smcr": _wald(effects.g_raw(group)),
        "smcrh": _wald(effects.g_raw_unequal(group)),
        "smcrp_g_av": _wald(effects.g_av(group)),
        "smcrph": _wald(effects.g_av_unequal(group)),
        "smcc_g_z": _wald(effects.g_z(group)),
        "effectsize_rm": _with_limits(g_rm),
        "effectsize_av": _with_limits(effects.g_av_simple(group)),
        "effectsize_z": _with_limits(effects.g_z_simple(group)),
        "effectsize_b": _with_limits(effects.g_raw_simple(group)),
        "by_formula": {
            "d_z": effects.d_z(group),
            "d_rm": effects.d_rm(group),
            "g_rm_exact_J_df_n_minus_1": g_rm if isinstance(g_rm, Undefined) else g_rm.estimate,
            "J_exact_df_n_minus_1": hedges_factor(group.n - 1),
            "J_approx_df_n_minus_1": hedges_factor_approximate(group.n - 1),
        },
        "paired_t": {
            "t": change.t,
            "df": change.df,
            "p": change.p,
            "mean_change_ci": limits(change.interval()),
        },
    }


def _two_groups(case: Case) -> dict[str, Any]:
    one, two = (_defined(summarise_arm(_arm(case, which).scores(case["outcome"]))) for which in ("arm1", "arm2"))
    difference = effects.mean_difference(one, two)
    g, d = effects.g_independent(one, two), effects.d_independent(one, two)
    return {
        "n": [one.n, two.n],
        "mean": [one.mean, two.mean],
        "sd": [one.sd, two.sd],
        "hedges_g": _wald(g),
        "hedges_g_unbiased_variance": _wald(effects.g_independent_unbiased_variance(one, two)),
        "cohens_d": _wald(d),
        "hedges_g_heteroscedastic": _wald(effects.g_unequal(one, two)),
        "glass_delta_sd_of_group2": _wald(effects.g_glass(one, two)),
        "hedges_g_noncentral_t": _exact(g),
        "cohens_d_noncentral_t": _exact(d),
        "welch_t": difference
        if isinstance(difference, Undefined)
        else {
            "t": difference.t,
            "df": difference.df,
            "p": difference.p,
            "mean_difference_ci": limits(difference.interval()),
        },
    }


def _exact(effect: effects.IndependentEffect | Undefined) -> dict[str, Any] | Undefined:
    if isinstance(effect, Undefined):
        return effect
    return {"estimate": effect.estimate, "ci": limits(effect.exact_interval())}


def _controlled(case: Case) -> dict[str, Any]:
    raw = [_pairs(case, which) for which in ("arm1", "arm2")]
    treated, control = (_defined(summarise_pairs(*pair)) for pair in raw)
    adjusted = effects.adjusted_difference(*raw)
    exact = effects.d_ppc2_exact(treated, control)
    return {
        "n": [treated.n, control.n],
        "r_treated": treated.r,
        "r_control": control.r,
        "r_pooled_fisher_z": effects.pool_correlations(treated, control),
        "sd_pre_pooled": effects.pooled_sd_before(treated, control),
        "c_p": hedges_factor_approximate(treated.n + control.n - 2),
        "difference_in_mean_change": effects.change_difference(treated, control),
        "d_ppc2": _wald(effects.d_ppc2(treated, control)),
        "d_ppc2_exact_J": {"estimate": exact},
        "d_ppc1": _wald(effects.d_ppc1(treated, control)),
        "ancova": adjusted
        if isinstance(adjusted, Undefined)
        else {
            "adjusted_difference": adjusted.estimate,
            "se": adjusted.se,
            "ci": limits(adjusted.interval()),
            "df": adjusted.df,
        },
    }


def _typed(case: Case) -> tuple[ArmSummary, ArmSummary]:
    summary = case["summary"]
    one, two = (ArmSummary(n=summary[f"n{arm}"], mean=summary[f"m{arm}"], sd=summary[f"sd{arm}"]) for arm in (1, 2))
    return one, two


def _summary(case: Case) -> Any:
    return _wald(effects.g_independent(*_typed(case)))


def _undefined(case: Case) -> dict[str, Any]:
    """A case for which no figure may come: it says so only when none of the effects gives a number."""
    found = [
        formula(*_typed(case))
        for formula in (
            effects.g_independent,
            effects.g_independent_unbiased_variance,
            effects.d_independent,
            effects.g_unequal,
            effects.g_glass,
        )
    ]
    refused = next((one for one in found if isinstance(one, Undefined)), None)
    if refused is None or any(not isinstance(one, Undefined) for one in found):
        return {"result": "defined"}
    return {"result": "undefined", "reason": refused.text}


def _defined(found: Summary | Undefined) -> Summary:
    if isinstance(found, Undefined):
        raise BadCase(found.text)
    return found
