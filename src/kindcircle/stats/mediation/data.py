"""People with every value of a model, in the order of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.mediation.model import Model
from kindcircle.stats.samples import as_scores

Numbers = NDArray[np.float64]


def read(data: Mapping[str, Sequence[float | None]], model: Model) -> tuple[Numbers, int]:
    if not 1 <= len(model.mediators) <= 2:
        raise ValueError("There are one or two mediators.")
    if len(set(model.columns)) < len(model.columns):
        raise ValueError("Each variable has one part in the model.")
    missing = [name for name in model.columns if name not in data]
    if missing:
        raise ValueError(f"There is no column {missing[0]}. There are: {', '.join(data)}.")
    columns = [as_scores(data[name]) for name in model.columns]
    if len({len(column) for column in columns}) > 1:
        raise ValueError("Every variable has one entry per person.")
    table = np.column_stack(columns)
    complete = complete_rows(table)
    return table[complete], int((~complete).sum())


def complete_rows(table: Numbers) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(table).any(axis=1))


def kept_groups(
    data: Mapping[str, Sequence[float | None]], model: Model, group: Sequence[str] | None
) -> list[str] | None:
    if group is None:
        return None
    table = np.column_stack([as_scores(data[name]) for name in model.columns])
    if len(group) != len(table):
        raise ValueError("There must be one group for each person.")
    return [name for name, whole in zip(group, complete_rows(table), strict=True) if whole]
