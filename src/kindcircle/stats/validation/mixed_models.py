"""Folder 06: mixed models of nested and partially nested designs."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from kindcircle.stats import mixed
from kindcircle.stats.columns import Table
from kindcircle.stats.design import Column, Factor, FormulaError, columns_of, read_formula
from kindcircle.stats.results import Undefined
from kindcircle.stats.validation import NOT_OFFERED
from kindcircle.stats.validation.reading import BadCase, Case, limits

SHOWN = 4


def answer(case: Case) -> Any:
    """The figures of one case."""
    try:
        found: dict[str, Any] = {"lmer": _model(case)}
        if case.get("nlme"):
            found["nlme"] = _own_spread(case)
    except (FormulaError, mixed.Singular) as problem:
        raise BadCase(str(problem)) from None
    return found


def read_columns(
    case: Case, table: Table, names: tuple[str, ...], groups: set[str]
) -> tuple[dict[str, Column], dict[str, Factor]]:
    """Columns as numbers; as labels where they name groups; with levels where a case says so or the cells are words."""
    columns: dict[str, Column] = {}
    factors: dict[str, Factor] = {}
    derived = case.get("derive", {})
    given = case.get("levels", {})
    for name in names:
        source = str(derived.get(name, name))
        cells = table.cells(source)
        labels = [None if cell.casefold() in ("", "na") else cell for cell in cells]
        if name in groups:
            columns[name] = labels
        elif name in case.get("factors", ()) or any(cell is not None and not _is_number(cell) for cell in labels):
            present = sorted({label for label in labels if label is not None})
            factors[name] = Factor(tuple(given.get(name, present)))
            columns[name] = labels
        else:
            columns[name] = table.scores(source)
    return columns, factors


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", cell, re.IGNORECASE) is not None


def _problem(case: Case, *, residual_by: str | None = None) -> mixed.Problem:
    formula = read_formula(case["formula"])
    table = case.table()
    subset = case.get("subset")
    if subset:
        chosen = re.fullmatch(r"\s*([\w.]+)\s*==\s*['\"]?([^'\"]*?)['\"]?\s*", subset)
        if chosen is None:
            raise BadCase(f"the subset {subset!r} is not understood; write column == value.")
        table = table.where(chosen[1], chosen[2])
    names = (*columns_of(formula), *([residual_by] if residual_by else []))
    columns, factors = read_columns(case, table, names, {one.group for one in formula.varying})
    return mixed.prepare(formula, columns, factors=factors, residual_by=residual_by)


def _model(case: Case) -> Any:
    problem = _problem(case)
    restricted, likely = mixed.fit(problem), mixed.fit(problem, restricted=False)
    if isinstance(restricted, Undefined) or isinstance(likely, Undefined):
        return restricted
    parameters = len(problem.names) + len(likely.theta)
    deviance = -2 * likely.log_likelihood
    return {
        "n": problem.n,
        "groups": {term.group: len(term.levels) for term in problem.terms},
        "singular": restricted.on_the_edge,
        "reml_logLik": restricted.log_likelihood,
        "ml_logLik": likely.log_likelihood,
        "ml_AIC": deviance + 2 * parameters,
        "ml_BIC": deviance + math.log(problem.n) * parameters,
        "variance_components": _components(restricted),
        "variance_components_ml": _components(likely),
        "fixed_satterthwaite": _fixed(mixed.satterthwaite(restricted)),
        "fixed_kenward_roger": None if case.get("kr") is False else _fixed(mixed.kenward_roger(restricted)),
        "fixed_ml": likely.beta,
        "first_random_effects": {term.group: _first(restricted, place) for place, term in enumerate(problem.terms)},
    }


def _components(found: mixed.Fitted) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for term, matrix in zip(found.problem.terms, found.covariances, strict=False):
        spread = np.sqrt(np.diag(matrix))
        for place, name in enumerate(term.names):
            rows.append(_component(term.group, name, None, matrix[place, place], spread[place]))
        for j in range(len(term.names)):
            for i in range(j + 1, len(term.names)):
                below = float(spread[i] * spread[j])
                r = float(matrix[i, j]) / below if below > 0 else None
                rows.append(_component(term.group, term.names[j], term.names[i], matrix[i, j], r))
    left = found.residual_variance
    return [*rows, _component("Residual", None, None, left, math.sqrt(left))]


def _component(group: str, one: str | None, two: str | None, value: Any, sd: Any) -> dict[str, Any]:
    return {"group": group, "var1": one, "var2": two, "vcov": float(value), "sdcor": None if sd is None else float(sd)}


def _fixed(found: mixed.SmallSample) -> dict[str, Any]:
    return {
        name: {
            "estimate": one.estimate,
            "se": one.se,
            "df": one.df,
            "t": one.t,
            "p": one.p,
            "ci": limits(one.interval()),
        }
        for name, one in found.effects().items()
    }


def _first(found: mixed.Fitted, place: int) -> dict[str, Any]:
    term = found.problem.terms[place]
    effects = found.effects(place)
    ordered = sorted(effects, key=lambda name: (not _is_number(name), float(name) if _is_number(name) else 0.0, name))
    chosen = {name: effects[name].tolist() for name in ordered[:SHOWN]}
    if len(term.names) == 1:
        return chosen
    return {name: dict(zip(term.names, values, strict=True)) for name, values in chosen.items()}


def _own_spread(case: Case) -> Any:
    """The same model with a residual spread of its own for each arm, as nlme's varIdent gives it."""
    by = re.search(r"varIdent\(form\s*=\s*~\s*1\s*\|\s*([\w.]+)\)", case["nlme"])
    if by is None:
        return NOT_OFFERED
    found = mixed.fit(_problem(case, residual_by=by[1]))
    if isinstance(found, Undefined):
        return found
    strata = found.problem.residual
    sds = [math.sqrt(float(one[0, 0])) for one in found.covariances[len(found.problem.terms) :]]
    plain = mixed.satterthwaite(found).effects()
    return {
        "logLik_reml": found.log_likelihood,
        "sigma": sds[0],
        "fixed": {name: {"estimate": one.estimate, "se": one.se} for name, one in plain.items()},
        "residual_sd_ratio": {name: sd / sds[0] for name, sd in zip(strata[1:], sds[1:], strict=True)},
    }
