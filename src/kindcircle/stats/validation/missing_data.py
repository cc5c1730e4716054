"""Folder 09: models of visits, Rubin's rules, and multiple imputation by chained equations."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from kindcircle.stats import missing, mixed
from kindcircle.stats.columns import Table
from kindcircle.stats.design import Column, Factor, FormulaError, columns_of, read_formula
from kindcircle.stats.missing.visits import Degrees
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.validation.mixed_models import read_columns
from kindcircle.stats.validation.reading import BadCase, Case, limits

DEGREES: Final[dict[str, Degrees]] = {
    "satterthwaite": "satterthwaite",
    "kenward_roger": "kenward-roger",
    "kenward_roger_linear": "kenward-roger linear",
}
# Where R's optim stops, and with it mmrm.
AS_REFERENCE: Final = 1e7 * 2.220446049250313e-16


def answer(case: Case) -> Any:
    """The figures of one case; what these data do not tell has a reason in place of figures."""
    kinds = {"mmrm": _visits, "rubin": _rubin, "mice": _filled}
    kind = _kind(case) if case.type in ("", "undefined") else case.type
    if kind not in kinds:
        raise BadCase(f"its type {case.type!r} is none of {', '.join(kinds)}.")
    try:
        found = kinds[kind](case)
    except FormulaError as problem:
        raise BadCase(str(problem)) from None
    except (missing.Unfillable, missing.Untold) as problem:
        return {"result": "undefined", "reason": str(problem)}
    return {"result": "undefined", "reason": found.text} if isinstance(found, Undefined) else found


def _kind(case: Case) -> str:
    """By its arguments, where a case does not say: a formula, columns to fill in, or answers of tables."""
    return "mmrm" if case.get("formula") else "mice" if case.get("columns") else "rubin"


def _read(case: Case, names: tuple[str, ...], labels: set[str]) -> tuple[dict[str, Column], dict[str, Factor]]:
    """Columns and factors; levels that are numbers stand in the order of numbers, as in R."""
    columns, factors = read_columns(case, case.table(), names, labels)
    given = case.get("levels", {})
    return columns, {name: one if name in given else Factor(_ordered(one.levels)) for name, one in factors.items()}


def _ordered(levels: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return levels


def _visits(case: Case) -> Any:
    formula = read_formula(str(case["formula"]))
    labels = {formula.repeated[1]} if formula.repeated else set()
    columns, factors = _read(case, columns_of(formula), labels)
    found = missing.fit_visits(case["formula"], columns, factors=factors, until=AS_REFERENCE)
    highest = missing.fit_visits(case["formula"], columns, factors=factors)
    if isinstance(found, Undefined) or isinstance(highest, Undefined):
        return found
    return {
        "n_rows_used": found.n,
        "logLik_reml": found.fitted.log_likelihood,
        "AIC": found.aic,
        "covariance": found.covariance,
        "visits": list(found.visits),
        **{key: _with(case, found, degrees) for key, degrees in DEGREES.items()},
        # A second search, which goes on to the top of the same likelihood.
        "gls_check": {
            "logLik": highest.fitted.log_likelihood,
            "max_abs_coef_difference": float(np.abs(highest.fitted.sums.beta - found.fitted.sums.beta).max()),
        },
    }


def _with(case: Case, found: missing.Visits, degrees: Degrees) -> dict[str, Any]:
    answered: dict[str, Any] = {
        "coef": {
            name: {"estimate": one.estimate, "se": one.se, "df": one.df, "t": one.t, "p": one.p}
            for name, one in found.effects(degrees).items()
        }
    }
    if case.get("emmeans"):
        of, within = _marginal(case["emmeans"])
        answered["emmeans"] = [
            {**one.levels, "emmean": one.mean.estimate, **_spread(one.mean)}
            for one in found.means(*of, *within, degrees=degrees)
        ]
    if case.get("contrast"):
        of, within = _marginal(case["contrast"])
        if len(of) != 1:
            raise BadCase(f"{case['contrast']!r} compares the levels of one factor within others: ~ arm | visit.")
        answered["contrasts"] = [
            {
                "contrast": f"{one.first} - {one.second}",
                **one.levels,
                "estimate": one.difference.estimate,
                **_spread(one.difference),
                "t.ratio": one.difference.t,
                "p.value": one.difference.p,
            }
            for one in found.differences(of[0], within=within, degrees=degrees)
        ]
    return answered


def _spread(one: mixed.Contrast) -> dict[str, float]:
    interval = one.interval()
    return {"SE": one.se, "df": one.df, "lower.CL": interval.low, "upper.CL": interval.high}


def _marginal(text: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`~ arm | visit`: the factors before and after the line."""
    read = re.fullmatch(r"\s*~([^|]+)(?:\|([^|]+))?", str(text))
    parts = [tuple(re.findall(r"[\w.]+", part or "")) for part in (read.groups() if read else ())]
    if read is None or not parts[0]:
        raise BadCase(f"{text!r} is not understood; write ~ arm | visit.")
    return parts[0], parts[1]


def _rubin(case: Case) -> Any:
    table = case.table()
    df = float(case["n"]) - float(case["k"]) if case.get("n") is not None else None
    if df is not None and df <= 0:
        raise BadCase("n must be larger than k.")
    terms = table.cells("term")
    found = {name: missing.pool(*_answers(table.where("term", name)), df_complete=df) for name in dict.fromkeys(terms)}
    refused = [one for one in found.values() if isinstance(one, Undefined)]
    if refused and len(refused) == len(found):
        return refused[0]
    return {"terms": {name: _pooled(one) for name, one in found.items()}}


def _answers(table: Table) -> tuple[list[float], list[float]]:
    rows = list(zip(table.scores("estimate"), table.scores("se"), strict=True))
    whole = [(one, error) for one, error in rows if one is not None and error is not None]
    if len(whole) < len(rows):
        raise BadCase("every filled-in table needs an estimate and a standard error.")
    return [one for one, _ in whole], [error**2 for _, error in whole]


def _pooled(found: missing.PooledEstimate | Undefined) -> Any:
    if isinstance(found, Undefined):
        return found
    return {
        "m": found.m,
        "qbar": found.estimate,
        "ubar": found.within,
        "b": found.between,
        "total": found.total,
        "se": found.se,
        "r": found.increase,
        "df": Undefined(Reason.NO_GAPS) if found.df is None else found.df,
        "fmi": found.information_lost,
        "lambda": found.from_gaps,
        "ci": limits(found.interval()),
        "p": found.p,
        "df_large_sample": found.df_large_sample,
    }


def _filled(case: Case) -> Any:
    """One answer for each seed, then their mean and spread, so that the reference's own can be held beside it."""
    columns, factors = _read(case, tuple(case["columns"]), set())
    method = case.get("method", "pmm")
    if method not in ("pmm", "norm"):
        raise BadCase(f"its method {method!r} is neither pmm nor norm.")
    seeds = case.get("seeds") or [1]
    answers = []
    for seed in seeds:
        filled = missing.fill(
            columns,
            m=int(case["m"]),
            rounds=int(case.get("maxit", 5)),
            generator=np.random.default_rng(int(seed)),
            factors=factors,
            methods=method,
        )
        found = missing.regress_each(filled, case["analysis"])
        if isinstance(found, Undefined):
            return found
        answers.append(found)
    alone = missing.regress(columns, case["analysis"], factors=factors)
    return {
        "terms": {name: _over_seeds([one[name] for one in answers]) for name in answers[0]},
        "complete_case": alone
        if isinstance(alone, Undefined)
        else {name: {"estimate": one, "se": se} for name, (one, se) in alone.figures.items()},
    }


def _over_seeds(found: list[missing.PooledEstimate]) -> dict[str, float | None]:
    estimates, errors = [one.estimate for one in found], [one.se for one in found]
    several = len(found) > 1
    return {
        "estimate_mean": float(np.mean(estimates)),
        "estimate_mcsd": float(np.std(estimates, ddof=1)) if several else None,
        "se_mean": float(np.mean(errors)),
        "se_mcsd": float(np.std(errors, ddof=1)) if several else None,
    }
