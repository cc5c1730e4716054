"""Multiple imputation by chained equations: many tables without gaps, which differ by as much as nobody knows.

Each incomplete column is drawn from all others, one after the other, and again, until the tables have settled (van
Buuren 2018; White, Royston & Wood 2011). Right when what is missing depends on what was seen: put in what helps to
foretell a gap or a value, such as arm, first score and group. Agrees with R's mice within the spread of its seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.design import Column, Factor
from kindcircle.stats.missing.draws import Drawn, InGroups, donors, draw, draw_in_groups
from kindcircle.stats.missing.patterns import is_missing
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.samples import as_scores

Numbers = NDArray[np.float64]
Method = Literal["pmm", "norm"]

DONORS: Final = 5
ITERATIONS: Final = 10
FEWEST_GROUPS: Final = 3


class Unfillable(ValueError):
    """A column that cannot be filled in, with a sentence about why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """m tables without gaps.

    columns  by name, tables × people: numbers, or the places of labels among the levels of their factor
    missing  for each column that had gaps, whose values were filled in
    trace    for each of those, iterations × tables: mean of what was filled in, to see whether it settled
    """

    columns: Mapping[str, Numbers]
    labels: Mapping[str, Sequence[str]]  # columns that were not used to fill in and had no gaps, such as names
    factors: Mapping[str, Factor]
    missing: Mapping[str, NDArray[np.bool_]]
    trace: Mapping[str, Numbers]
    methods: Mapping[str, Method]
    m: int
    n: int

    def table(self, place: int) -> dict[str, Column]:
        """One of the tables, 0 to m - 1, with labels as labels."""
        found: dict[str, Column] = dict(self.labels)
        for name, values in self.columns.items():
            one = values[place]
            if name in self.factors:
                levels = self.factors[name].levels
                found[name] = [levels[int(code)] for code in one]
            else:
                found[name] = one.tolist()
        return found

    def settled(self, name: str) -> float | Undefined:
        """How far the tables still are from telling the same story: 1 when settled, more when they need more rounds.

        The potential scale reduction (Gelman & Rubin 1992) of the traced mean, over the later half of the rounds.
        Undefined with fewer than eight rounds, two tables, or a trace that never moves. Raises KeyError for a column
        without gaps.
        """
        trace = self.trace[name]
        later = trace[len(trace) // 2 :]
        rounds, m = later.shape
        if rounds < 4 or m < 2:
            return Undefined(Reason.TOO_FEW_DEGREES)
        within = float(later.var(axis=0, ddof=1).mean())
        if within <= 0:
            return Undefined(Reason.NO_SPREAD)
        between = rounds * float(later.mean(axis=0).var(ddof=1))
        return float(np.sqrt((rounds - 1) / rounds + between / (rounds * within)))


def fill(
    table: Mapping[str, Column],
    *,
    m: int,
    generator: np.random.Generator,
    factors: Mapping[str, Factor] | None = None,
    methods: Mapping[str, Method] | Method = "pmm",
    rounds: int = ITERATIONS,
    donors: int = DONORS,
    group: str | None = None,
) -> Filled:
    """Fill in every gap m times.

    table      columns by name, one entry for each person; None or NaN is a gap
    generator  where the random numbers come from; the same one gives the same tables
    factors    columns of labels with their levels; others hold numbers
    methods    "pmm": a value that somebody similar has (predictive mean matching, so nothing impossible is filled in);
               "norm": from a normal distribution around the line, numbers only. For all columns or by name. Labels are
               matched by the place of their level, so more than two belong in an order that means something
    group      a complete column of labels: who sits in one circle. Each circle then has an effect of its own, without
               which filling in would make people of a circle less alike than they are. Three circles are needed
    Raises Unfillable for a column without any value, or known for too few people to be foretold from all others;
    ValueError for columns of different length or arguments out of range.
    """
    known_factors = dict(factors or {})
    if m < 1 or rounds < 1 or donors < 1:
        raise ValueError("There must be one table, one round and one donor at least.")
    if group is not None and group not in table:
        raise ValueError(f"There is no column {group!r}. There are: {', '.join(table)}.")
    lengths = {len(column) for column in table.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError("Every column has one entry for each person, and there is one person at least.")
    used = [name for name in table if name != group]
    gaps = {name: is_missing(table[name]) for name in table}
    state = {name: _numbers(name, table[name], gaps[name], known_factors.get(name), m, generator) for name in used}
    incomplete = [name for name in used if gaps[name].any()]
    method = {name: methods if isinstance(methods, str) else methods.get(name, "pmm") for name in incomplete}
    for name, one in method.items():
        if one not in ("pmm", "norm"):
            raise ValueError(f"{name} is filled in by 'pmm' or 'norm', not by {one!r}.")
        if one == "norm" and name in known_factors:
            raise ValueError(f"{name} holds labels, which no normal distribution gives; use 'pmm'.")
    circles = None if group is None else _groups(group, table[group], gaps[group])
    blocks, x = _predictors(state, known_factors)
    for name in incomplete:
        if (others := x.shape[2] - len(range(*blocks[name].indices(x.shape[2])))) + 2 > (~gaps[name]).sum():
            raise Unfillable(
                f"The column {name} is known for {(~gaps[name]).sum()} people, too few to foretell it from {others} "
                "others. Leave out columns that do not help."
            )
    within = {name: None if circles is None else InGroups(*circles) for name in incomplete}
    trace = {name: np.empty((rounds, m)) for name in incomplete}
    for turn in range(rounds):
        for name in incomplete:
            known = ~gaps[name]
            others = np.delete(x, blocks[name], axis=2)
            found = _one(others, state[name][:, known], known, within[name], generator)
            state[name][:, ~known] = _chosen(found, state[name][:, known], method[name], donors, generator)
            x[:, :, blocks[name]] = _coded(state[name], known_factors.get(name))
            trace[name][turn] = state[name][:, ~known].mean(axis=1)
    return Filled(
        columns=state,
        labels={} if group is None else {group: [str(value) for value in table[group]]},
        factors={name: one for name, one in known_factors.items() if name in table},
        missing={name: gaps[name] for name in incomplete},
        trace=trace,
        methods=method,
        m=m,
        n=lengths.pop(),
    )


def _one(
    x: Numbers, y: Numbers, known: NDArray[np.bool_], groups: InGroups | None, generator: np.random.Generator
) -> Drawn:
    return draw(x, y, known, generator) if groups is None else draw_in_groups(x, y, known, groups, generator)


def _chosen(found: Drawn, y: Numbers, method: Method, count: int, generator: np.random.Generator) -> Numbers:
    if method == "norm":
        return np.asarray(found.missing + found.sigma[:, None] * generator.normal(size=found.missing.shape))
    return np.take_along_axis(y, donors(found, count, generator), axis=1)


def _numbers(
    name: str,
    column: Column,
    gap: NDArray[np.bool_],
    factor: Factor | None,
    m: int,
    generator: np.random.Generator,
) -> Numbers:
    """A column as numbers in every table, its gaps filled at first with values of others by lot."""
    if gap.all():
        raise Unfillable(f"The column {name} has no value at all, so nothing can be filled in.")
    if factor is not None:
        strange = [value for value, none in zip(column, gap, strict=True) if not none and value not in factor.levels]
        if strange:
            raise ValueError(f"{strange[0]!r} is no level of {name}. The levels are: {', '.join(factor.levels)}.")
        values = np.array(
            [np.nan if none else factor.levels.index(str(v)) for v, none in zip(column, gap, strict=True)]
        )
    else:
        if any(isinstance(value, str) for value in column):
            raise ValueError(f"{name} holds labels; say its levels, or leave it out.")
        values = as_scores([None if value is None else float(value) for value in column])
    found = np.tile(values, (m, 1))
    found[:, gap] = generator.choice(values[~gap], size=(m, int(gap.sum())))
    return found


def _groups(name: str, column: Column, gap: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    if gap.any():
        raise Unfillable(f"Everybody needs a group, and {int(gap.sum())} have none in the column {name}.")
    levels, of = np.unique([str(value) for value in column], return_inverse=True)
    if len(levels) < FEWEST_GROUPS:
        raise Unfillable(f"Three groups are needed at least, and {name} has {len(levels)}; fill in without groups.")
    return of.astype(np.int64), len(levels)


def _coded(values: Numbers, factor: Factor | None) -> Numbers:
    """Columns of a regression: a number as it is, labels as one column for each level but the first."""
    if factor is None:
        return values[:, :, None]
    return np.asarray((values[:, :, None] == np.arange(1, len(factor.levels))).astype(float))


def _predictors(state: Mapping[str, Numbers], factors: Mapping[str, Factor]) -> tuple[dict[str, slice], Numbers]:
    blocks, columns, start = {}, [], 0
    for name, values in state.items():
        one = _coded(values, factors.get(name))
        blocks[name] = slice(start, start + one.shape[2])
        start += one.shape[2]
        columns.append(one)
    return blocks, np.concatenate(columns, axis=2)
