"""Every path of one model from covariances, for many covariance matrices at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.mediation.model import Model
from kindcircle.stats.results import Reason, Undefined

Numbers = NDArray[np.float64]

SINGULAR: Final = 1e-10


def mediate_covariance(
    covariance: Sequence[Sequence[float]], names: Sequence[str], model: Model
) -> dict[str, float] | Undefined:
    """The same effects from a covariance matrix alone. Undefined when it is singular.

    Raises ValueError unless it is square, symmetric and names every variable of the model.
    """
    matrix = np.asarray(covariance, dtype=float)
    if matrix.shape != (len(names), len(names)) or not np.allclose(matrix, matrix.T):
        raise ValueError("A covariance matrix is square and symmetric, with one name for each row.")
    missing = [name for name in model.columns if name not in names]
    if missing:
        raise ValueError(f"The matrix has no {missing[0]}. It has {', '.join(names)}.")
    order = [list(names).index(name) for name in model.columns]
    swept = sweep_all(matrix[np.ix_(order, order)][None], model)
    if swept is None or np.any(np.linalg.eigvalsh(matrix) <= 0):
        return Undefined(Reason.PERFECT_CORRELATION)
    return dict(zip(model.effect_names, swept[0][0].tolist(), strict=True))


def standardise(effects: Mapping[str, float], model: Model, sds: Mapping[str, float]) -> dict[str, float]:
    """Effects in standard deviations, from SDs by variable."""
    return dict(
        in_sds(
            model,
            np.array([effects[name] for name in model.effect_names]),
            np.array([sds[name] for name in model.columns]),
        )
    )


def sweep_all(covariance: Numbers, model: Model, *, lenient: bool = False) -> tuple[Numbers, Numbers] | None:
    """Every effect of every covariance matrix (first axis), and the swept matrices.

    Sweeping x and the covariates leaves the coefficients of the mediators and the total; sweeping a mediator as well
    those of what comes after it.
    """
    swept = np.moveaxis(covariance, 0, -1).copy()
    diagonal = np.array([swept[place, place] for place in range(len(swept))])
    fixed, k = 1 + len(model.covariates), len(model.mediators)
    y = len(model.columns) - 1
    bad = np.zeros(swept.shape[-1], dtype=bool)

    def sweep(place: int) -> None:
        nonlocal bad
        pivot = swept[place, place]
        bad |= ~(pivot > SINGULAR * diagonal[place])
        pivot = np.where(bad, 1.0, pivot)
        row = swept[place] / pivot
        column = swept[:, place].copy()
        for other in range(len(swept)):
            if other != place:
                swept[other] -= column[other] * row
                swept[other, place] = -column[other] / pivot
        swept[place] = row
        swept[place, place] = 1 / pivot

    for place in range(fixed):
        sweep(place)
    total = swept[0, y].copy()
    first = [swept[0, fixed + m].copy() for m in range(k)]
    paths: dict[str, Numbers] = {f"a{m + 1}": first[m] for m in range(k)}
    sweep(fixed)
    if k == 2:
        if model.order == "serial":
            paths["a2"], paths["d21"] = swept[0, fixed + 1].copy(), swept[fixed, fixed + 1].copy()
        sweep(fixed + 1)
    for m in range(k):
        paths[f"b{m + 1}"] = swept[fixed + m, y]
    paths["cp"] = swept[0, y]
    indirect = {f"ind_m{m + 1}": paths[f"a{m + 1}"] * paths[f"b{m + 1}"] for m in range(k)}
    if "d21" in paths:
        indirect["ind_serial"] = paths["a1"] * paths["d21"] * paths["b2"]
    both = paths | indirect | {"total_indirect": sum(indirect.values(), np.zeros_like(total)), "total": total}
    if bad.any() and not lenient:
        return None
    effects = np.column_stack([both[name] for name in model.effect_names])
    effects[bad] = math.nan
    return effects, swept


def in_sds(model: Model, effects: Numbers, sds: Numbers) -> dict[str, float]:
    """Each effect times the SD of where it starts over the SD of where it ends."""
    sd = dict(zip(model.columns, sds.tolist(), strict=True))
    ends: dict[str, tuple[str, str]] = {"cp": (model.x, model.y), "d21": (model.mediators[0], model.mediators[-1])}
    for place, name in enumerate(model.mediators, start=1):
        ends |= {f"a{place}": (model.x, name), f"b{place}": (name, model.y)}
    found = {}
    for name, value in zip(model.effect_names, effects.tolist(), strict=True):
        start, end = ends.get(name, (model.x, model.y))
        found[name] = value * sd[start] / sd[end]
    return found
