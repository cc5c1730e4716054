"""Folder 03: items of one scale, members of one group, and answers of the same people on many days."""

from __future__ import annotations

from typing import Any

import numpy as np

from kindcircle.stats.factor import omega, two_level_omega
from kindcircle.stats.reliability import (
    Agreement,
    agree_on_item,
    agree_on_items,
    agreement_by_chance,
    alpha,
    likeness,
    read_answers,
)
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.validation import NOT_OFFERED
from kindcircle.stats.validation.reading import BadCase, Case, limits


def answer(case: Case) -> Any:
    """The figures of one case, by its type."""
    kinds = {
        "alpha": _alpha,
        "rwg": _agreement,
        "icc": _likeness,
        "omega": _omega,
        "multilevel_omega": _two_levels,
        "undefined": _refused,
    }
    if case.type not in kinds:
        return NOT_OFFERED
    try:
        return kinds[case.type](case)
    except ValueError as problem:
        raise BadCase(str(problem)) from None


def _items(case: Case) -> dict[str, list[float | None]]:
    table = case.table()
    return {str(name): table.scores(str(name)) for name in case["items"]}


def _span(case: Case) -> tuple[int, int]:
    return case["min"], case["max"]


def _alpha(case: Case) -> Any:
    answers = read_answers(_items(case), reverse=case.get("reverse", ()), span=_span(case))
    found = alpha(answers)
    if isinstance(found, Undefined):
        return found
    return {
        "n_rows": answers.n_rows,
        "n_complete": found.n,
        "k": found.k,
        "alpha": found.estimate,
        "standardized_alpha": found.standardised,
        "average_r": found.average_r,
        "ci_feldt": limits(found.interval()),
        "ase_duhachek_iacobucci": found.se,
        "item_rest_r": found.item_rest,
        "alpha_if_dropped": found.if_dropped,
        "total_mean": found.mean,
        "total_sd": found.sd,
    }


def _refused(case: Case) -> dict[str, Any]:
    found = alpha(read_answers(_items(case)))
    return {"result": "undefined", "reason": found.text} if isinstance(found, Undefined) else {"result": "defined"}


def _agreement(case: Case) -> Any:
    items, groups, span = _items(case), case.table().cells(case["group"]), _span(case)
    together, lindell = agree_on_items(items, groups, span=span)
    first, away = agree_on_item(next(iter(items.values())), groups, span=span)
    return {
        "expected_variance_uniform": agreement_by_chance(span),
        "rwg_j": _over_groups(together),
        "rwg_j_lindell": _over_groups(lindell),
        "rwg_first_item": _over_groups(first),
        "ad_m_first_item": _over_groups(away),
    }


def _over_groups(found: Agreement) -> dict[str, Any] | Undefined:
    values = found.values
    if not len(values):
        return Undefined(Reason.ONE_GROUP)
    return {
        "groups": len(values),
        "mean": float(values.mean()),
        "median": float(np.median(values)),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
        "min": float(values.min()),
        "max": float(values.max()),
        "first_groups": dict(sorted(found.by_group.items())),
    }


def _likeness(case: Case) -> Any:
    table = case.table()
    found = likeness(table.scores(case["outcome"]), table.cells(case["group"]))
    if isinstance(found, Undefined):
        return found
    m = found.mean_size
    return {
        "groups": found.groups,
        "n": found.n,
        "mean_size": m,
        "n0": found.even_size,
        "ms_between": found.ms_between,
        "ms_within": found.ms_within,
        "F": found.f,
        "p": found.p,
        "icc1_mean_size": found.single_mean_size,
        "icc2": found.mean,
        "icc1_n0": found.single,
        "icc1_ci_F_mean_size": limits(found.single_interval()),
        "icc2_ci_F": limits(found.mean_interval()),
        "reml": {
            "var_between": found.between,
            "var_within": found.within,
            "icc1": found.single_restricted,
            "icc2_at_mean_size": found.between / (found.between + found.within / m),
        },
    }


def _omega(case: Case) -> Any:
    found = omega(read_answers(_items(case), reverse=case.get("reverse", ()), span=_span(case)))
    if isinstance(found, Undefined):
        return found
    return {
        "n_complete": found.n,
        "k": found.k,
        "omega_total_1factor": found.estimate,
        "se_delta": found.se,
        "ci_delta": limits(found.interval()),
        "omega_observed_variance": found.of_observed,
        "loadings": found.loadings,
        "residual_variances": found.residuals,
        "fit": {
            "chisq": found.chi2,
            "df": found.df,
            "cfi": found.cfi,
            "rmsea": found.rmsea,
            "srmr": found.srmr,
        },
    }


def _two_levels(case: Case) -> Any:
    items = _items(case)
    answers = read_answers(items)
    people = case.table().cells(case["group"])
    kept = [name for name, *row in zip(people, *items.values(), strict=True) if None not in row]
    found = two_level_omega(answers, kept)
    if isinstance(found, Undefined):
        return found
    return {
        "rows": found.n,
        "clusters": found.people,
        "omega_within": found.within,
        "omega_between": found.between,
        "negative_residual_variance_between": found.negative_residual,
        "loadings_within": found.loadings_within,
        "residuals_within": found.residuals_within,
        "loadings_between": found.loadings_between,
        "residuals_between": found.residuals_between,
        "logLik": found.log_likelihood,
        "generalizability": NOT_OFFERED,
    }
