"""One column drawn from the others, in all tables at once: regressions whose coefficients are drawn too.

Coefficients and spread are drawn from what the data leave open (flat priors), so that filled-in values differ between
tables by as much as nobody knows (Rubin 1987, p. 167). Everything is stacked: tables × people × predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

RIDGE: Final = 1e-5
"""Share of its own sum of squares added to every predictor, as mice adds it: two that nearly agree do no harm."""

SWEEPS: Final = 5
"""Draws of group effects, spreads and coefficients in turn, before one is used."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a regression says of people: by its best coefficients where a value is known, by drawn ones elsewhere."""

    known: Numbers  # tables × people with a value
    missing: Numbers  # tables × people without one
    sigma: Numbers  # spread around the line, one for each table


@dataclass(slots=True)
class InGroups:
    """People in groups, with the state that one column's draws go on from."""

    of: Places  # group of every person
    count: int
    between: Numbers | None = None  # variance between groups, by table
    sigma2: Numbers | None = None


class _Line:
    """The regression of one column on the others where it is known, stacked over tables."""

    def __init__(self, x: Numbers, known: NDArray[np.bool_]) -> None:
        here = x[:, known]
        middle = here.mean(axis=1, keepdims=True)
        spread = here.std(axis=1, keepdims=True)
        # What is the same for all whose value is known cannot tell anything about the others.
        useful = spread > 1e-10 * np.maximum(np.abs(middle), 1.0)
        scaled = np.where(useful, (x - middle) / np.where(useful, spread, 1.0), 0.0)
        ones = np.ones((*scaled.shape[:2], 1))
        columns = np.concatenate([ones, scaled], axis=2)
        self.known, self.missing = columns[:, known], columns[:, ~known]
        self.turned = np.swapaxes(self.known, 1, 2)
        crossed = self.turned @ self.known
        places = np.arange(crossed.shape[1])
        own = crossed[:, places, places]
        crossed[:, places, places] += np.where(own > 0, RIDGE * own, 1.0)
        crossed[:, 0, 0] -= RIDGE * own[:, 0]
        self.inverse = np.linalg.inv(crossed)
        self.root = np.linalg.cholesky((self.inverse + np.swapaxes(self.inverse, 1, 2)) / 2)

    def best(self, y: Numbers) -> Numbers:
        """Coefficients, tables × predictors."""
        return np.asarray((self.inverse @ (self.turned @ y[:, :, None]))[:, :, 0])

    def drawn(self, best: Numbers, sigma: Numbers, generator: np.random.Generator) -> Numbers:
        return np.asarray(best + sigma[:, None] * (self.root @ generator.normal(size=best.shape)[:, :, None])[:, :, 0])


def draw(x: Numbers, y: Numbers, known: NDArray[np.bool_], generator: np.random.Generator) -> Drawn:
    """One draw for every table.

    x      tables × people × predictors, without a constant
    y      the known values, tables × people with a value
    known  who has a value
    """
    line = _Line(x, known)
    best = line.best(y)
    fitted = _along(line.known, best)
    df = max(y.shape[1] - x.shape[2] - 1, 1)
    sigma = np.sqrt(np.sum((y - fitted) ** 2, axis=1) / generator.chisquare(df, len(x)))
    coefficients = line.drawn(best, sigma, generator)
    return Drawn(fitted, _along(line.missing, coefficients), sigma)


def draw_in_groups(
    x: Numbers, y: Numbers, known: NDArray[np.bool_], groups: InGroups, generator: np.random.Generator
) -> Drawn:
    """The same with an effect of its own for each group, so that people of one group stay as alike as they are.

    Flat priors for coefficients and log spread, and for the standard deviation between groups (Gelman 2006), which
    needs three groups. A group without any known value gets an effect drawn from all groups.
    """
    tables, n = y.shape
    line = _Line(x, known)
    of = groups.of[known]
    inside = np.bincount(of, minlength=groups.count).astype(float)
    member = np.zeros((n, groups.count))
    member[np.arange(n), of] = 1.0
    best = line.best(y)
    left = y - _along(line.known, best)
    if groups.between is None or groups.sigma2 is None:
        spread = left.var(axis=1)
        groups.between, groups.sigma2 = 0.1 * spread, 0.9 * spread
    coefficients, expected = best, np.zeros((tables, n))
    effects = np.zeros((tables, groups.count))
    for _ in range(SWEEPS):
        precision = inside / groups.sigma2[:, None] + 1 / groups.between[:, None]
        middle = (((y - _along(line.known, coefficients)) @ member) / groups.sigma2[:, None]) / precision
        effects = middle + generator.normal(size=middle.shape) / np.sqrt(precision)
        of_group = effects @ member.T
        best = line.best(y - of_group)
        coefficients = line.drawn(best, np.sqrt(groups.sigma2), generator)
        away = np.sum((y - of_group - _along(line.known, coefficients)) ** 2, axis=1)
        groups.sigma2 = np.maximum(away, np.finfo(float).tiny) / generator.chisquare(n, tables)
        between = np.sum(effects**2, axis=1) / generator.chisquare(groups.count - 1, tables)
        # At zero exactly it would never move again.
        groups.between = np.maximum(between, 1e-8 * groups.sigma2)
        expected += (_along(line.known, best) + middle @ member.T) / SWEEPS
    at = effects[:, groups.of[~known]]
    return Drawn(expected, _along(line.missing, coefficients) + at, np.sqrt(groups.sigma2))


def _along(x: Numbers, coefficients: Numbers) -> Numbers:
    return np.asarray((x @ coefficients[:, :, None])[:, :, 0])


def donors(found: Drawn, count: int, generator: np.random.Generator) -> Places:
    """For each missing value the place of somebody known whose expected value is among the nearest, by lot.

    count  how many are nearest; all who are known when they are fewer. Which of equally near ones is left to chance.
    """
    tables, n = found.known.shape
    count = min(count, n)
    shuffled = generator.permuted(np.tile(np.arange(n), (tables, 1)), axis=1)
    order = np.take_along_axis(
        shuffled, np.argsort(np.take_along_axis(found.known, shuffled, axis=1), axis=1, kind="stable"), axis=1
    )
    sorted_known = np.take_along_axis(found.known, order, axis=1)
    at = np.stack([np.searchsorted(*one) for one in zip(sorted_known, found.missing, strict=True)])
    width = min(2 * count, n)
    start = np.clip(at - count, 0, n - width)
    window = start[:, :, None] + np.arange(width)
    rows = np.arange(tables)[:, None, None]
    away = np.abs(sorted_known[rows, window] - found.missing[:, :, None])
    nearest = np.argpartition(away, count - 1, axis=2)[:, :, :count]
    chosen = np.take_along_axis(nearest, generator.integers(count, size=(*at.shape, 1)), axis=2)[:, :, 0]
    return np.asarray(order[np.arange(tables)[:, None], start + chosen], dtype=np.int64)
