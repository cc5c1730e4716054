"""The arithmetic of round robins: effects within groups of one size, and their covariances over all groups.

Sources as in `round_robin`, which says what each figure means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

Pooled = dict[str, tuple[float, float]]
"""Estimate and standard error of each part, over all groups."""


def leaks(n: float) -> tuple[float, float]:
    """How much of the relationship variance, and of its mutual part, shows up in the spread of the effects."""
    return (n - 1) / (n * (n - 2)), 1 / (n * (n - 2))


@dataclass(slots=True)
class _Sums:
    """Estimates and sampling variances, weighted with n - 1 and its square."""

    weight: float = 0.0
    estimates: dict[str, float] = field(default_factory=dict)
    variances: dict[str, float] = field(default_factory=dict)

    def add(self, part: str, n: int, estimates: Numbers, variances: Numbers) -> None:
        self.estimates[part] = self.estimates.get(part, 0.0) + (n - 1) * float(estimates.sum())
        self.variances[part] = self.variances.get(part, 0.0) + (n - 1) ** 2 * float(variances.sum())


def pooled(first: Sequence[Numbers], second: Sequence[Numbers]) -> Pooled:
    """Covariances of the parts of two ratings; with the same one twice, its variances. Groups of one size at once."""
    by_size: dict[int, list[int]] = {}
    for place, table in enumerate(first):
        by_size.setdefault(len(table), []).append(place)
    sums = _Sums()
    for n, places in by_size.items():
        one = parts_of(np.stack([first[place] for place in places]))
        two = one if first is second else parts_of(np.stack([second[place] for place in places]))
        sums.weight += (n - 1) * len(places)
        _add_groups(sums, n, one, two)
    return {
        part: (estimate / sums.weight, math.sqrt(sums.variances[part]) / sums.weight)
        for part, estimate in sums.estimates.items()
    }


@dataclass(frozen=True, slots=True)
class Parts:
    """Of groups of one size, first axis the group: means, effects, and what is mutual or not between pairs."""

    mean: Numbers
    actor: Numbers
    partner: Numbers
    mutual: Numbers  # g_ij + g_ji over pairs
    lopsided: Numbers  # g_ij - g_ji over pairs


def parts_of(tables: Numbers) -> Parts:
    """Effects and leftovers of each of these tables, one a group."""
    n = tables.shape[1]
    off = ~np.eye(n, dtype=bool)
    values = np.where(off, tables, 0.0)
    rows, columns = values.sum(axis=2) / (n - 1), values.sum(axis=1) / (n - 1)
    mean = values.sum(axis=(1, 2)) / (n * (n - 1))
    own, other, back = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2)), (n - 1) / (n - 2)
    actor = own * rows + other * columns - back * mean[:, None]
    partner = own * columns + other * rows - back * mean[:, None]
    special = values - actor[:, :, None] - partner[:, None, :] - mean[:, None, None]
    above = np.triu_indices(n, 1)
    one, two = special[:, above[0], above[1]], special[:, above[1], above[0]]
    return Parts(mean, actor, partner, one + two, one - two)


def _add_groups(sums: _Sums, n: int, one: Parts, two: Parts) -> None:
    degrees, mutual_df, lopsided_df = n - 1, (n - 1) * (n - 2) / 2 - 1, (n - 1) * (n - 2) / 2
    main, swapped = leaks(n)

    def mean_square(left: Numbers, right: Numbers, df: float) -> Numbers:
        return np.asarray(0.5 * (left * right).sum(axis=1) / df)

    together, apart = (
        mean_square(one.mutual, two.mutual, mutual_df),
        mean_square(one.lopsided, two.lopsided, lopsided_df),
    )
    together_var = _product_variance(
        mean_square(one.mutual, one.mutual, mutual_df),
        mean_square(two.mutual, two.mutual, mutual_df),
        together,
        mutual_df,
    )
    apart_var = _product_variance(
        mean_square(one.lopsided, one.lopsided, lopsided_df),
        mean_square(two.lopsided, two.lopsided, lopsided_df),
        apart,
        lopsided_df,
    )
    within, across = (together + apart) / 2, (together - apart) / 2
    within_var, between_var = (together_var + apart_var) / 4, (together_var - apart_var) / 4
    sums.add("within", n, within, within_var)
    sums.add("across", n, across, within_var)
    taken_off = (main * main + swapped * swapped) * within_var + 2 * main * swapped * between_var
    same, crossed = main * within + swapped * across, main * across + swapped * within
    for part, left, right, leak in (
        ("actor_actor", one.actor, two.actor, same),
        ("partner_partner", one.partner, two.partner, same),
        ("actor_partner", one.actor, two.partner, crossed),
        ("partner_actor", one.partner, two.actor, crossed),
    ):
        spread = (left * right).sum(axis=1) / degrees
        lefts, rights = (left * left).sum(axis=1) / degrees, (right * right).sum(axis=1) / degrees
        sums.add(part, n, spread - leak, _product_variance(lefts, rights, spread, degrees) + taken_off)


def _product_variance(one: Numbers, two: Numbers, both: Numbers, df: float) -> Numbers:
    """The sampling variance of a covariance with these degrees of freedom, (σ₁²σ₂² + σ₁₂²)/df, estimated unbiased.

    The expected values of s₁²s₂² and s₁₂² are linear in σ₁²σ₂² and σ₁₂²; this solves for them.
    """
    product, square = one * two, both * both
    scale = (1 + 1 / df) - 2 / (df * df)
    squared = (square - product / df) / scale
    return np.asarray((product - 2 * squared / df + squared) / df)
