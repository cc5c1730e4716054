"""Every figure of the R reference cases for effects, reliable change and feasibility, at their tolerance."""

import csv
import json
import math
import os
import re
from pathlib import Path

import pytest

from kindcircle.stats import effects
from kindcircle.stats.change import Norms, reliable_change
from kindcircle.stats.feasibility import Proportion, summarise_attendance
from kindcircle.stats.results import Undefined
from kindcircle.stats.samples import (
    ArmSummary,
    hedges_factor,
    hedges_factor_approximate,
    summarise_arm,
    summarise_pairs,
)

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", REPOSITORY.parent / "shared" / "reference")) / "stats"

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the R reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)

# Words about a figure, not figures; and what another package prints for information only.
NOT_FIGURES = re.compile(r"(^|\.)(call|formula|sign|reason)$|^package\.")


def cases(folder):
    path = REFERENCE / folder / "expected.json"
    if not path.exists():
        return []
    return [pytest.param(case, id=case["id"]) for case in json.loads(path.read_text())["cases"]]


def rows(folder, case):
    with (REFERENCE / folder / case["input"]).open(newline="") as file:
        return list(csv.DictReader(file))


def column(table, name):
    return [None if row[name] in ("", "NA") else float(row[name]) for row in table]


def arm(table, case, which):
    return [row for row in table if row[case["arm_col"]] == case[which]]


def leaves(value, path=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{place}".lstrip("."))
    else:
        yield path, value


def limits(interval):
    return [interval.low, interval.high]


def wald(effect):
    return {
        "estimate": effect.estimate,
        "variance": effect.variance,
        "se": effect.se,
        "ci_wald": limits(effect.wald()),
    }


def with_limits(effect):
    return {"estimate": effect.estimate, "ci": limits(effect.interval())}


def answer_pre_post(case):
    table = arm(rows("01_effect_sizes", case), case, "arm1")
    group = summarise_pairs(column(table, case["pre"]), column(table, case["post"]))
    change = effects.mean_change(group)
    return {
        "n": group.n,
        "mean_pre": group.mean_before,
        "mean_post": group.mean_after,
        "sd_pre": group.sd_before,
        "sd_post": group.sd_after,
        "r": group.r,
        "smcr": wald(effects.g_raw(group)),
        "smcrh": wald(effects.g_raw_unequal(group)),
        "smcrp_g_av": wald(effects.g_av(group)),
        "smcrph": wald(effects.g_av_unequal(group)),
        "smcc_g_z": wald(effects.g_z(group)),
        "effectsize_rm": with_limits(effects.g_rm(group)),
        "effectsize_av": with_limits(effects.g_av_simple(group)),
        "effectsize_z": with_limits(effects.g_z_simple(group)),
        "effectsize_b": with_limits(effects.g_raw_simple(group)),
        "by_formula": {
            "d_z": effects.d_z(group),
            "d_rm": effects.d_rm(group),
            "g_rm_exact_J_df_n_minus_1": effects.g_rm(group).estimate,
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


def answer_two_group(case):
    table = rows("01_effect_sizes", case)
    one, two = (summarise_arm(column(arm(table, case, key), case["outcome"])) for key in ("arm1", "arm2"))
    difference = effects.mean_difference(one, two)
    g, d = effects.g_independent(one, two), effects.d_independent(one, two)
    return {
        "n": [one.n, two.n],
        "mean": [one.mean, two.mean],
        "sd": [one.sd, two.sd],
        "hedges_g": wald(g),
        "hedges_g_unbiased_variance": wald(effects.g_independent_unbiased_variance(one, two)),
        "cohens_d": wald(d),
        "hedges_g_heteroscedastic": wald(effects.g_unequal(one, two)),
        "glass_delta_sd_of_group2": wald(effects.g_glass(one, two)),
        "hedges_g_noncentral_t": {"estimate": g.estimate, "ci": limits(g.exact_interval())},
        "cohens_d_noncentral_t": {"estimate": d.estimate, "ci": limits(d.exact_interval())},
        "welch_t": {
            "t": difference.t,
            "df": difference.df,
            "p": difference.p,
            "mean_difference_ci": limits(difference.interval()),
        },
    }


def answer_pre_post_control(case):
    table = rows("01_effect_sizes", case)
    raw = [tuple(column(arm(table, case, key), case[when]) for when in ("pre", "post")) for key in ("arm1", "arm2")]
    treated, control = (summarise_pairs(*pair) for pair in raw)
    adjusted = effects.adjusted_difference(*raw)
    return {
        "n": [treated.n, control.n],
        "r_treated": treated.r,
        "r_control": control.r,
        "r_pooled_fisher_z": effects.pool_correlations(treated, control),
        "sd_pre_pooled": effects.pooled_sd_before(treated, control),
        "c_p": hedges_factor_approximate(treated.n + control.n - 2),
        "difference_in_mean_change": effects.change_difference(treated, control),
        "d_ppc2": wald(effects.d_ppc2(treated, control)),
        "d_ppc2_exact_J": {"estimate": effects.d_ppc2_exact(treated, control)},
        "d_ppc1": wald(effects.d_ppc1(treated, control)),
        "ancova": {
            "adjusted_difference": adjusted.estimate,
            "se": adjusted.se,
            "ci": limits(adjusted.interval()),
            "df": adjusted.df,
        },
    }


def typed_arms(case):
    summary = case["summary"]
    return tuple(ArmSummary(n=summary[f"n{arm}"], mean=summary[f"m{arm}"], sd=summary[f"sd{arm}"]) for arm in (1, 2))


def answer_summary(case):
    return wald(effects.g_independent(*typed_arms(case)))


def answer_undefined(case):
    computed = [
        formula(*typed_arms(case))
        for formula in (
            effects.g_independent,
            effects.g_independent_unbiased_variance,
            effects.d_independent,
            effects.g_unequal,
            effects.g_glass,
        )
    ]
    assert all(isinstance(result, Undefined) and result.text for result in computed)
    return {"result": "undefined"}


ANSWER_EFFECT = {
    "pre_post": answer_pre_post,
    "two_group": answer_two_group,
    "pre_post_control": answer_pre_post_control,
    "two_group_summary": answer_summary,
    "undefined": answer_undefined,
}


def answer_change(case):
    table = rows("02_reliable_change", case)
    if "arm" in case:
        table = [row for row in table if row["arm"] == case["arm"]]
    found = reliable_change(
        column(table, case["pre"]),
        column(table, case["post"]),
        norms=Norms(
            reliability=case["reliability"],
            sd_before=case.get("sd_pre"),
            mean_clinical=case.get("m_clinical"),
            mean_functional=case["m_functional"],
            sd_functional=case["sd_functional"],
        ),
        better=case["better"],
        cutoff=case["cutoff"],
    )
    first_column = next(iter(table[0]))
    return {
        "n_listed": found.pairs.n_listed,
        "n_complete": found.pairs.n,
        "mean_pre": found.mean_before,
        "sd_pre_used": found.sd_before_used,
        "m_clinical_used": found.mean_clinical_used,
        "se_measurement": found.se_measurement,
        "s_diff": found.s_diff,
        "smallest_reliable_change": found.smallest_reliable_change,
        "cutoff_value": found.cutoff_value,
        "counts": {
            "recovered": found.counts.recovered,
            "improved": found.counts.improved,
            "unchanged": found.counts.unchanged,
            "deteriorated": found.counts.deteriorated,
        },
        "reliably_improved": found.counts.reliably_improved,
        "reliably_deteriorated": found.counts.deteriorated,
        "started_clinical": found.started_clinical,
        "ended_functional": found.ended_functional,
        "crossed_into_functional": found.crossed_into_functional,
        "first_10": [
            {
                "id": table[person.position][first_column],
                "pre": person.before,
                "post": person.after,
                "rci": person.rci,
                "category": str(person.category),
            }
            for person in found.people[:10]
        ],
        "sum_abs_rci": found.sum_abs_rci,
    }


def answer_feasibility(case):
    if case["type"] == "proportion":
        found = Proportion(case["x"], case["n"])
        bound, three = found.upper_limit_if_zero(), found.rule_of_three()
        return {
            "proportion": found.estimate,
            "wilson": limits(found.interval()),
            "clopper_pearson": limits(found.exact_interval()),
            "one_sided_upper_95_if_zero": None if isinstance(bound, Undefined) else bound,
            "rule_of_three": None if isinstance(three, Undefined) else three,
        }
    table = rows("10_feasibility", case)
    found = summarise_attendance(
        [int(row["attended"]) for row in table],
        member=[row["member"] for row in table],
        group=[row["group"] for row in table],
    )
    return {
        "sessions": found.sessions.n,
        "members": found.members,
        "groups": found.groups,
        "attendance_rate": found.sessions.estimate,
        "naive_wilson": limits(found.sessions.interval()),
        "se_clustered_member": found.by_member.se,
        "ci_clustered_member_t": limits(found.by_member.interval()),
        "se_clustered_group": found.by_group.se,
        "ci_clustered_group_t": limits(found.by_group.interval()),
        "completers_75pc": found.completers.count,
        "median_sessions_attended": found.median_attended,
    }


def compare(answer, expected, tolerance):
    """Every expected figure is answered, and lies within tolerance(key) = (relative, absolute)."""
    given = dict(leaves(answer))
    wanted = {key: value for key, value in leaves(expected) if not NOT_FIGURES.search(key)}
    assert wanted.keys() == given.keys()
    for key, value in wanted.items():
        if value is None or isinstance(value, str):
            assert given[key] == value, key
        else:
            relative, absolute = tolerance(key)
            close = math.isclose(given[key], value, rel_tol=relative, abs_tol=absolute)
            assert close, f"{key}: {given[key]!r} instead of {value!r}"


def effect_tolerance(key):
    exact_limits = re.search(r"noncentral_t.*ci|effectsize_.*ci", key)
    return (1e-5, 1e-6) if exact_limits else (1e-8, 1e-10)


def change_tolerance(key):
    counted = re.search(r"^counts|^reliably|^started|^ended|^crossed|^n_", key)
    return (0, 0) if counted else (1e-9, 1e-10)


@pytest.mark.parametrize("case", cases("01_effect_sizes"))
def test_effect_sizes_agree_with_r(case):
    compare(ANSWER_EFFECT[case["type"]](case), case["expected"], effect_tolerance)


@pytest.mark.parametrize("case", cases("02_reliable_change"))
def test_reliable_change_agrees_with_r(case):
    compare(answer_change(case), case["expected"], change_tolerance)


@pytest.mark.parametrize("case", cases("10_feasibility"))
def test_feasibility_agrees_with_r(case):
    compare(answer_feasibility(case), case["expected"], lambda _: (1e-8, 1e-10))
