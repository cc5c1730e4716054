"""Mixed models for people in groups over time: fitting by restricted or full likelihood, and what varies by group.

`(1 | group) + (1 | person)` for members measured again and again, `(time | person)` for different speeds,
`(0 + tx | group)` for a trial in which one arm only meets in groups, arms with their own residual spread, and free
covariances between visits (`us(visit | person)`). Agrees with R's lme4, nlme and mmrm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import ne

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.design import Column, Factor, Formula, FormulaError, build, columns_of
from kindcircle.stats.mixed.layouts import Part, Stacked, stack
from kindcircle.stats.mixed.likelihood import Singular, Sums, evaluate
from kindcircle.stats.results import Reason, Undefined

Numbers = NDArray[np.float64]

NEARLY_ZERO = 1e-7
"""A variance below this share of the residual one is 0: it lies on the edge."""

LARGEST_BLOCK = 2000

LARGE_TABLE, SETTLED = 1000, 3e-8
"""In a table of so many rows rounding leaves no slope smaller than this for each row: there the search ends."""


@dataclass(frozen=True, slots=True)
class Term:
    """What varies by group: its names, and for each row its values and its group."""

    group: str
    names: tuple[str, ...]
    values: Numbers
    groups: NDArray[np.int64]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows, regression and covariance parts, ready to be fitted."""

    names: tuple[str, ...]
    x: Numbers
    y: Numbers
    terms: tuple[Term, ...]
    residual: tuple[str, ...]  # strata of the residual; ("",) for one
    visits: tuple[str, ...]  # levels of the visit for free covariances, else empty
    stacked: Stacked
    dropped: int
    parts: tuple[Part, ...]
    block: NDArray[np.int64]  # of each row
    people: tuple[str, ...]  # who kept the visits, else empty

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many rows and columns each covariance matrix has: terms, then visits or each residual stratum."""
        last = (len(self.visits),) if self.visits else (1,) * len(self.residual)
        return (*(len(term.names) for term in self.terms), *last)

    @property
    def noises(self) -> int:
        """How many of the parts, at the end, are noise of single rows."""
        return 0 if self.visits else len(self.residual)

    def of(self, y: Numbers) -> Problem:
        """The same rows and model with other outcomes."""
        return replace(self, y=y, stacked=stack(self.x, y, self.parts, self.block, noises=self.noises))


def prepare(
    formula: Formula,
    table: Mapping[str, Column],
    *,
    factors: Mapping[str, Factor] | None = None,
    residual_by: str | None = None,
) -> Problem:
    """Rows with every value, sorted into blocks that share no group.

    residual_by  a column whose values have residual variances of their own, such as the arm
    Raises FormulaError for a column that is not there, or rows that all hang together in one block too large.
    """
    known = dict(factors or {})
    needed = [*columns_of(formula), *([residual_by] if residual_by else [])]
    for name in needed:
        if name not in table:
            raise FormulaError(f"There is no column {name!r}. There are: {', '.join(table)}.")
    whole = np.ones(len(table[formula.outcome]), dtype=bool)
    for name in needed:
        distinct = set(table[name])
        if None in distinct or any(map(ne, distinct, distinct)):
            whole &= np.array([value is not None and value == value for value in table[name]])
    kept = {name: list(compress(table[name], whole)) for name in needed}
    if not whole.any():
        raise FormulaError("No row has every value.")
    fixed = build(formula.terms, kept, known)
    y = np.asarray(kept[formula.outcome], dtype=float)
    terms = []
    for varying in formula.varying:
        design = build(varying.terms, kept, known)
        numbers, levels = _numbered(kept[varying.group])
        terms.append(Term(varying.group, design.names, design.values, numbers, levels))
    # lme4 lists what has more levels first.
    terms.sort(key=lambda term: -len(term.levels))
    everyone = np.zeros(len(y), dtype=np.int64)
    rows = np.arange(len(y))
    parts: list[Part] = []
    joined = [term.groups for term in terms]
    for term in terms:
        parts += _pairs(term.values, term.groups)
    visits: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()
    strata: tuple[str, ...] = ("",)
    if formula.repeated:
        visit, person = formula.repeated
        labels = [_label(value) for value in kept[visit]]
        visits = known[visit].levels if visit in known else tuple(sorted(set(labels)))
        here = np.array([[label == level for level in visits] for label in labels], dtype=float)
        people, everybody = _numbered(kept[person])
        joined.append(people)
        parts += _pairs(here, people)
    else:
        numbers, strata = (everyone, ("",)) if residual_by is None else _numbered(kept[residual_by])
        for stratum in range(len(strata)):
            mine = (numbers == stratum).astype(float)
            parts.append((mine, mine, rows))
    block = _connected(len(y), joined)
    if np.bincount(block).max() > LARGEST_BLOCK:
        raise FormulaError("All rows hang together through their groups; this design is too large for this method.")
    return Problem(
        fixed.names,
        fixed.values,
        y,
        tuple(terms),
        strata,
        visits,
        stack(fixed.values, y, parts, block, noises=0 if visits else len(strata)),
        int((~whole).sum()),
        tuple(parts),
        block,
        everybody,
    )


def _pairs(values: Numbers, groups: NDArray[np.int64]) -> list[Part]:
    """The lower triangle of a covariance matrix, row by row; the same column twice is a variance."""
    columns = list(values.T)
    return [(columns[i], columns[j], groups) for i in range(len(columns)) for j in range(i + 1)]


def _label(value: float | str | None) -> str:
    """A number without what only its type adds: 1.0 is the arm "1"."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbered(column: Column) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    labels = {value: _label(value) for value in dict.fromkeys(column)}
    levels = tuple(dict.fromkeys(labels.values()))
    numbers = dict(zip(levels, range(len(levels)), strict=True))
    places = {value: numbers[label] for value, label in labels.items()}
    return np.array([places[value] for value in column], dtype=np.int64), levels


def _connected(n: int, groupings: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Rows that share a group, directly or through others, have one number."""
    block = np.arange(n)
    while True:
        before = block.copy()
        for group in groupings:
            lowest = np.full(int(group.max()) + 1, n)
            np.minimum.at(lowest, group, block)
            block = lowest[group]
        if np.array_equal(before, block):
            return np.unique(block, return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One fitted model. `theta` holds every variance and covariance, `held` which of them lie on the edge."""

    problem: Problem
    theta: Numbers
    sums: Sums
    restricted: bool
    roots: tuple[Numbers, ...]  # lower-triangular roots of the covariance matrices

    @property
    def beta(self) -> Mapping[str, float]:
        """Fixed effects by name, in units of the outcome."""
        return dict(zip(self.problem.names, self.sums.beta.tolist(), strict=True))

    @property
    def log_likelihood(self) -> float:
        return self.sums.log_likelihood

    @property
    def covariances(self) -> tuple[Numbers, ...]:
        """One matrix for each term, then the visits or each residual stratum."""
        return tuple(root @ root.T for root in self.roots)

    @property
    def residual_variance(self) -> float:
        """Of the first stratum."""
        return float(self.covariances[len(self.problem.terms)][0, 0])

    @property
    def on_the_edge(self) -> bool:
        """A variance of 0, or two things that vary as one: a normal answer with few groups."""
        return bool(np.any(self.edge))

    @property
    def edge(self) -> NDArray[np.bool_]:
        """For each entry of theta, whether its matrix lies on the edge there."""
        found = []
        for matrix in self.covariances[: len(self.problem.terms)]:
            spread = np.diag(matrix)
            scale = self.residual_variance * NEARLY_ZERO
            if len(matrix) == 1:
                found.append(bool(spread[0] <= scale))
                continue
            singular = bool(np.linalg.eigvalsh(matrix)[0] <= scale * 1e-2)
            found += [singular] * (len(matrix) * (len(matrix) + 1) // 2)
        rest = len(self.theta) - len(found)
        return np.array(found + [False] * rest)

    def effects(self, place: int) -> Mapping[str, Numbers]:
        """What each group of one term deviates by, best predicted: drawn towards 0 the less is known of it."""
        term, matrix = self.problem.terms[place], self.covariances[place]
        found = np.zeros((len(term.levels), len(term.names)))
        away = self.problem.y - self.problem.x @ self.sums.beta
        for one in self.problem.stacked.blocks:
            inverse = np.asarray(np.linalg.inv(np.tensordot(self.theta, one.g, axes=1)), dtype=np.float64)
            left = one.weighted(inverse, away)
            np.add.at(
                found,
                term.groups[one.rows].ravel(),
                (term.values[one.rows] * left[:, :, None]).reshape(-1, len(term.names)),
            )
        return dict(zip(term.levels, found @ matrix, strict=True))


def fit(problem: Problem, *, restricted: bool = True) -> Fitted | Undefined:
    """The most likely θ. Undefined with too few rows, or a group with one level only.

    Raises Singular when the search does not settle, with its slope: never a silent half-result.
    """
    if problem.n <= len(problem.names) + len(problem.sizes):
        return Undefined(Reason.TOO_FEW_DEGREES)
    if any(len(term.levels) < 2 for term in problem.terms):
        return Undefined(Reason.ONE_GROUP)
    if np.linalg.matrix_rank(problem.x) < problem.x.shape[1]:
        raise FormulaError("A part of the formula follows from the others, so their effects cannot be told apart.")
    from scipy.optimize import minimize  # takes long to import

    sizes = problem.sizes
    spread = float(np.mean((problem.y - problem.x @ problem.stacked.plain) ** 2))
    if spread <= 1e-24 * float(np.mean(problem.y**2)):  # what rounding leaves where there is no spread
        return Undefined(Reason.NO_SPREAD)
    scale = math.sqrt(spread)

    def value(at: Numbers) -> tuple[float, Numbers]:
        theta, slopes = _theta(at, sizes, scale)
        try:
            sums = evaluate(theta, problem.stacked, restricted=restricted)
        except Singular:
            return 1e15, np.zeros_like(at)
        return -sums.log_likelihood, -(slopes.T @ sums.slope)

    best = None
    # With nothing that varies by group both starts would be nearly the same.
    options = {"gtol": SETTLED * problem.n if problem.n > LARGE_TABLE else 1e-7, "maxiter": 500}
    for share in (0.5, 0.1) if problem.terms else (0.5,):
        found = minimize(value, _start(problem, share), jac=True, method="BFGS", options=options)
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    if not math.isfinite(best.fun) or best.fun >= 1e15 or float(np.abs(best.jac).max()) > 1e-2:
        raise Singular(f"The search did not settle: largest slope {float(np.abs(best.jac).max()):.3g}.")
    theta, _ = _theta(best.x, sizes, scale)
    roots = tuple(root * scale for root in _roots(best.x, sizes))
    return Fitted(
        problem=problem,
        theta=theta,
        sums=evaluate(theta, problem.stacked, restricted=restricted, information=True),
        restricted=restricted,
        roots=roots,
    )


def _roots(at: Numbers, sizes: Sequence[int]) -> list[Numbers]:
    found, place = [], 0
    for size in sizes:
        root = np.zeros((size, size))
        count = size * (size + 1) // 2
        root[np.tril_indices(size)] = at[place : place + count]
        found.append(root)
        place += count
    return found


def _theta(at: Numbers, sizes: Sequence[int], scale: float) -> tuple[Numbers, Numbers]:
    """Variances and covariances from the entries of their roots, and the slopes of one in the other."""
    theta, slopes = np.zeros(len(at)), np.zeros((len(at), len(at)))
    place = 0
    for root in _roots(at, sizes):
        size = len(root)
        rows, columns = (ends.tolist() for ends in np.tril_indices(size))
        index = {pair: place + number for number, pair in enumerate(zip(rows, columns, strict=True))}
        for (i, j), row in index.items():
            theta[row] = scale**2 * float(root[i] @ root[j])
            for m in range(min(i, j) + 1):
                slopes[row, index[i, m]] += scale**2 * root[j, m]
                slopes[row, index[j, m]] += scale**2 * root[i, m]
        place += len(index)
    return theta, slopes


def _start(problem: Problem, share: float) -> Numbers:
    """Roots with the same part of the spread in every term, and the rest in the residual."""
    found: list[float] = []
    for place, size in enumerate(problem.sizes):
        term = problem.terms[place] if place < len(problem.terms) else None
        for i in range(size):
            unit = 1.0 if term is None else max(float(np.sqrt(np.mean(term.values[:, i] ** 2))), 1e-12)
            own = math.sqrt(share / max(1, len(problem.terms))) if term is not None else math.sqrt(1 - share / 2)
            found += [0.0] * i + [own / unit]
    return np.array(found)
