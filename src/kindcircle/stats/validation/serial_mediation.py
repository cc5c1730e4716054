"""Folder 04: serial mediation with two mediators, from raw data or from a correlation matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from kindcircle.stats.mediation import Bootstrap, Equation, Model, bootstrap, mediate, mediate_covariance, standardise
from kindcircle.stats.results import Undefined
from kindcircle.stats.validation.reading import BadCase, Case, limits

BOOTSTRAPPED = ("ind_m1", "ind_m2", "ind_serial", "total_indirect", "total")
FEWEST, USUAL = 1000, 10_000


def answer(case: Case) -> Any:
    """The figures of one case."""
    model = Model(
        x=case.get("x", "x"),
        mediators=(case.get("m1", "m1"), case.get("m2", "m2")),
        y=case.get("y", "y"),
        covariates=tuple(case.get("covariates", ())),
    )
    try:
        return _from_matrix(case, model) if case.type == "covariance" else _from_data(case, model)
    except ValueError as problem:
        raise BadCase(str(problem)) from None


def _from_matrix(case: Case, model: Model) -> Any:
    sds = np.asarray(case["sd"], dtype=float)
    names = [str(name) for name in case["order"]]
    found = mediate_covariance(np.asarray(case["correlation"]) * np.outer(sds, sds), names, model)  # type: ignore[arg-type]
    if isinstance(found, Undefined):
        return found
    in_sds = standardise(found, model, dict(zip(names, sds.tolist(), strict=True)))
    return {
        "effects": found,
        "fully_standardized": in_sds,
        "fully_standardized_indirect": {name: in_sds[name] for name in BOOTSTRAPPED[:3]},
    }


def _from_data(case: Case, model: Model) -> Any:
    table = case.table()
    data = {name: table.scores(name) for name in model.columns}
    found = mediate(data, model)
    if isinstance(found, Undefined):
        return found
    seed = (case.get("seeds") or [1])[0]
    drawn = bootstrap(
        data,
        model,
        resamples=max(FEWEST, int(case.get("resamples", USUAL))),
        generator=np.random.default_rng(seed),
    )
    return {
        "n": found.n,
        "effects": found.effects,
        "delta_method": {
            name: {
                "se": found.se[name],
                "z": found.effects[name] / found.se[name] if found.se[name] else None,
                "ci": limits(found.interval(name)),
            }
            for name in found.effects
        },
        "fully_standardized": standardise(found.effects, model, found.sds),
        "ols": {
            name: _equation(found.equations[key])
            for name, key in (
                ("m1", model.mediators[0]),
                ("m2", model.mediators[1]),
                ("y", model.y),
                ("total", "total"),
            )
        },
        "bootstrap": drawn
        if isinstance(drawn, Undefined)
        else {"intervals": {name: _drawn(drawn, name) for name in BOOTSTRAPPED}},
    }


def _equation(found: Equation) -> dict[str, Any]:
    return {
        "coefficients": {
            "(Intercept)" if name == "intercept" else name: {"b": one.b, "se": one.se, "t": one.t, "p": one.p}
            for name, one in found.coefficients.items()
        },
        "r2": found.r2,
        "df": found.df,
    }


def _drawn(found: Bootstrap, effect: str) -> dict[str, Any]:
    return {
        "percentile": limits(found.interval(effect)),
        "bca": limits(found.interval(effect, "bca")),
        "bc": limits(found.interval(effect, "bc")),
        # Random: with other random numbers its third digit is another one, so it is not held against a reference.
        "own_boot_se": found.se(effect),
    }
