"""One fit to people's scores: effects, their errors, and the equations behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from kindcircle.stats.mediation.data import read
from kindcircle.stats.mediation.model import CAUTION, Model, outcome_of, start_of
from kindcircle.stats.mediation.paths import standardise, sweep_all
from kindcircle.stats.results import Interval, Reason, Undefined, normal_quantile

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of one equation."""

    b: float
    se: float
    df: int

    @property
    def t(self) -> float | Undefined:
        return self.b / self.se if self.se > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def p(self) -> float | Undefined:
        t = self.t
        return t if isinstance(t, Undefined) else float(2 * stdtr(self.df, -abs(t)))


@dataclass(frozen=True, slots=True)
class Equation:
    """One regression: its coefficients by name, with the intercept first."""

    coefficients: Mapping[str, Coefficient]
    r2: float
    df: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediation:
    """All effects of one model in units of y per unit of x, with their delta-method errors and the equations."""

    model: Model
    n: int
    dropped: int
    effects: Mapping[str, float]
    se: Mapping[str, float]  # delta method, likelihood errors (divisor n)
    equations: Mapping[str, Equation]  # by outcome, and "total" for y on x alone
    sds: Mapping[str, float]  # of every variable, over the people used
    two_valued: bool  # x has two values only
    caution: str = CAUTION

    @property
    def standardised(self) -> Mapping[str, float] | Undefined:
        """Effects in standard deviations of these data. Undefined for an x of two values: half of it means nothing."""
        return Undefined(Reason.TWO_VALUES) if self.two_valued else standardise(self.effects, self.model, self.sds)

    def interval(self, effect: str, level: float = 0.95) -> Interval:
        """The symmetric interval of the delta method; a bootstrap is better for products."""
        half = normal_quantile(level) * self.se[effect]
        middle = self.effects[effect]
        return Interval(middle - half, middle + half, level, "delta method, normal quantile")


def mediate(data: Mapping[str, Sequence[float | None]], model: Model) -> Mediation | Undefined:
    """Fit all equations to people with every value. Undefined with too few people, or a column without spread.

    Raises ValueError for a column that is missing or of another length, and for a mediator or outcome with two values
    only, which asks another question than these equations answer.
    """
    table, dropped = read(data, model)
    n = len(table)
    if n <= len(model.columns) + 1:
        return Undefined(Reason.TOO_FEW_DEGREES)
    if np.any(np.ptp(table, axis=0) == 0):
        return Undefined(Reason.NO_SPREAD)
    for name in (*model.mediators, model.y):
        if len(np.unique(table[:, model.columns.index(name)])) == 2:
            raise ValueError(f"{name} has two values only; a mediator and an outcome need more.")
    covariance = np.cov(table, rowvar=False, ddof=0)
    swept = sweep_all(covariance[None], model)
    if swept is None:
        return Undefined(Reason.PERFECT_CORRELATION)
    effects, _ = swept
    equations = _equations(table, model)
    return Mediation(
        model=model,
        n=n,
        dropped=dropped,
        effects=dict(zip(model.effect_names, effects[0].tolist(), strict=True)),
        se=_delta(model, equations, effects[0], n),
        equations={name: equation for name, (equation, _) in equations.items()},
        sds=dict(zip(model.columns, table.std(axis=0, ddof=1).tolist(), strict=True)),
        two_valued=len(np.unique(table[:, 0])) == 2,
    )


def _equations(table: Numbers, model: Model) -> dict[str, tuple[Equation, Numbers]]:
    """Each regression with the covariance of its coefficients by likelihood (divisor n)."""
    place = {name: number for number, name in enumerate(model.columns)}
    start = (model.x, *model.covariates)
    parts: dict[str, tuple[str, tuple[str, ...]]] = {}
    before: tuple[str, ...] = ()
    for name in model.mediators:
        parts[name] = (name, (*start, *before))
        before = (*before, name) if model.order == "serial" else before
    parts[model.y] = (model.y, (*start, *model.mediators))
    parts["total"] = (model.y, start)
    found = {}
    for name, (outcome, predictors) in parts.items():
        design = np.column_stack([np.ones(len(table)), *(table[:, place[one]] for one in predictors)])
        y = table[:, place[outcome]]
        root, triangle = np.linalg.qr(design)
        b = np.linalg.solve(triangle, root.T @ y)
        inverse = np.linalg.inv(triangle)
        inverse = inverse @ inverse.T
        left = float(np.sum((y - design @ b) ** 2))
        n, df = len(table), len(table) - design.shape[1]
        errors = np.sqrt(np.diag(inverse) * left / df)
        coefficients = {
            label: Coefficient(float(value), float(error), df)
            for label, value, error in zip(("intercept", *predictors), b, errors, strict=True)
        }
        r2 = 1 - left / float(np.sum((y - y.mean()) ** 2))
        found[name] = (Equation(coefficients, r2, df), inverse * left / n)
    return found


def _delta(model: Model, equations: dict[str, tuple[Equation, Numbers]], effects: Numbers, n: int) -> dict[str, float]:
    """Errors of products by their slopes in the paths; paths of different equations are independent."""
    names = model.path_names
    covariance = np.zeros((len(names), len(names)))
    for outcome in (*model.mediators, model.y):
        labels = ["intercept", *equations[outcome][0].coefficients][1:]
        where = {name: labels.index(start_of(model, name)) for name in names if outcome_of(model, name) == outcome}
        for one, i in where.items():
            for two, j in where.items():
                covariance[names.index(one), names.index(two)] = equations[outcome][1][i, j]
    path = dict(zip(model.effect_names, effects.tolist(), strict=True))
    slopes: dict[str, dict[str, float]] = {name: {name: 1.0} for name in names}
    for m in range(1, len(model.mediators) + 1):
        slopes[f"ind_m{m}"] = {f"a{m}": path[f"b{m}"], f"b{m}": path[f"a{m}"]}
    if "d21" in path:
        slopes["ind_serial"] = {
            "a1": path["d21"] * path["b2"],
            "d21": path["a1"] * path["b2"],
            "b2": path["a1"] * path["d21"],
        }
    indirect = [name for name in slopes if name.startswith("ind_")]
    slopes["total_indirect"] = _added([slopes[name] for name in indirect])
    slopes["total"] = _added([slopes["total_indirect"], {"cp": 1.0}])
    found = {}
    for name in model.effect_names:
        slope = np.array([slopes[name].get(one, 0.0) for one in names])
        found[name] = math.sqrt(float(slope @ covariance @ slope))
    return found


def _added(slopes: list[dict[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in slopes:
        for name, value in one.items():
            total[name] = total.get(name, 0.0) + value
    return total
