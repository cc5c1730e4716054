"""The same analysis in every filled-in table, brought together; and the one that leaves incomplete people out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.design import Column, Factor, Formula, FormulaError, build, columns_of, read_formula
from kindcircle.stats.missing.filling import Filled
from kindcircle.stats.missing.patterns import is_missing
from kindcircle.stats.missing.pooling import PooledEstimate, pool_each
from kindcircle.stats.results import Reason, Undefined

Numbers = NDArray[np.float64]

Analysis = Callable[[Mapping[str, Column]], Mapping[str, tuple[float, float]]]
"""What is done with one table: for each figure by name, its estimate and its standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Least squares of one table. Estimates and squared standard errors stand in the order of `names`."""

    names: tuple[str, ...]
    estimates: Numbers
    variances: Numbers
    df: int
    n: int
    dropped: int  # people left out for a gap

    @property
    def figures(self) -> Mapping[str, tuple[float, float]]:
        """Each coefficient with its standard error, in units of the outcome for one unit more."""
        errors = np.sqrt(self.variances).tolist()
        return dict(zip(self.names, zip(self.estimates.tolist(), errors, strict=True), strict=True))


def plain_formula(text: str) -> Formula:
    """A formula in which nothing varies by group. Raises FormulaError for another one."""
    read = read_formula(text)
    if read.varying or read.repeated:
        raise FormulaError("This is a plain regression: nothing varies by group in it. See kindcircle.stats.mixed.")
    return read


def regress(
    table: Mapping[str, Column], formula: str, *, factors: Mapping[str, Factor] | None = None
) -> Regression | Undefined:
    """A linear regression on the people with every value of the formula; how many were left out is counted.

    Undefined with no more people than coefficients. Raises FormulaError for a formula that cannot be read, a column
    that is not there, or effects that cannot be told apart. Agrees with R's lm.
    """
    read = plain_formula(formula)
    names = columns_of(read)
    for name in names:
        if name not in table:
            raise FormulaError(f"There is no column {name!r}. There are: {', '.join(table)}.")
    whole = ~np.any([is_missing(table[name]) for name in names], axis=0)
    kept = {name: [value for value, keep in zip(table[name], whole, strict=True) if keep] for name in names}
    n = int(whole.sum())
    if not n:
        return Undefined(Reason.TOO_FEW_DEGREES)
    design = build(read.terms, kept, factors or {})
    x, y = design.values, np.asarray(kept[read.outcome], dtype=float)
    df = n - x.shape[1]
    if df < 1:
        return Undefined(Reason.TOO_FEW_DEGREES)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise FormulaError("A part of the formula follows from the others, so their effects cannot be told apart.")
    q, r = np.linalg.qr(x)
    back = np.linalg.inv(r)
    estimates = back @ (q.T @ y)
    spread = float(np.sum((y - x @ estimates) ** 2)) / df
    return Regression(
        names=design.names,
        estimates=estimates,
        variances=spread * np.sum(back**2, axis=1),
        df=df,
        n=n,
        dropped=int((~whole).sum()),
    )


def regress_each(filled: Filled, formula: str) -> Mapping[str, PooledEstimate] | Undefined:
    """The same regression in every filled-in table, brought together by Rubin's rules.

    Undefined with one table, or no more people than coefficients. Raises FormulaError as `regress` does.
    """
    found = []
    for place in range(filled.m):
        one = regress(filled.table(place), formula, factors=filled.factors)
        if isinstance(one, Undefined):
            return one
        found.append(one)
    return pool_each(
        found[0].names,
        np.stack([one.estimates for one in found]),
        np.stack([one.variances for one in found]),
        df_complete=found[0].df,
    )


def analyse_each(
    filled: Filled, analyse: Analysis, *, df_complete: float | None = None
) -> Mapping[str, PooledEstimate] | Undefined:
    """Any analysis in every filled-in table, brought together by Rubin's rules.

    analyse      takes a table and gives, by name, an estimate and its standard error; always the same names
    df_complete  its degrees of freedom if nothing were missing; without, very many people
    Undefined with one table. Raises ValueError when tables give different names.
    """
    found = [analyse(filled.table(place)) for place in range(filled.m)]
    names = tuple(found[0])
    if any(tuple(one) != names for one in found):
        raise ValueError("An analysis gives the same figures, in the same order, for every filled-in table.")
    pairs = np.array([[one[name] for name in names] for one in found], dtype=float).reshape(len(found), len(names), 2)
    return pool_each(names, pairs[:, :, 0], pairs[:, :, 1] ** 2, df_complete=df_complete)
