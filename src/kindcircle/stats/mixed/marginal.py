"""What a model says of each arm at each visit, with all other factors weighted alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.design import Column, Factor, Formula, FormulaError, build, columns_of

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of levels, and the weights of the fixed effects that give its mean."""

    levels: tuple[str, ...]
    weights: Numbers


def cells(
    formula: Formula, factors: Mapping[str, Factor], over: tuple[str, ...], *, at: Mapping[str, float] | None = None
) -> tuple[Cell, ...]:
    """Every combination of the factors in `over`, the first changing fastest.

    at  what to set numeric columns to. Raises FormulaError for one that is not given, or an unknown factor.
    """
    fixed = dict(at or {})
    named = {name for term in formula.terms for name in term}
    unknown = [name for name in over if name not in factors]
    if unknown:
        raise FormulaError(f"{unknown[0]} is no factor of this model.")
    missing = [name for name in named if name not in factors and name not in fixed]
    if missing:
        raise FormulaError(f"Please say at which value of {missing[0]}.")
    others = [name for name in columns_of(formula) if name in factors and name in named and name not in over]
    found = []
    for chosen in product(*(factors[name].levels for name in reversed(over))):
        levels = dict(zip(reversed(over), chosen, strict=True))
        grid = list(product(*(factors[name].levels for name in others)))
        table: dict[str, Column] = {name: [level] * len(grid) for name, level in levels.items()}
        for place, name in enumerate(others):
            table[name] = [row[place] for row in grid]
        for name, value in fixed.items():
            table[name] = [value] * len(grid)
        rows = build(formula.terms, table, factors).values
        found.append(Cell(tuple(levels[name] for name in over), rows.mean(axis=0)))
    return tuple(found)
