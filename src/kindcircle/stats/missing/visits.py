"""A model of every visit that was kept: nothing is filled in, and nobody is left out for one missed visit (MMRM).

Each visit has a mean and a spread of its own, and any two visits hang together as they do. Right when what is missing
depends on what was seen (Mallinckrodt et al. 2008). Agrees with R's mmrm and with nlme::gls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats import mixed
from kindcircle.stats.design import Column, Factor, Formula, FormulaError, columns_of, read_formula
from kindcircle.stats.missing.patterns import is_missing
from kindcircle.stats.mixed.likelihood import evaluate
from kindcircle.stats.results import Undefined

Numbers = NDArray[np.float64]
Degrees = Literal["satterthwaite", "kenward-roger", "kenward-roger linear"]

DEGREES: Final[Mapping[Degrees, Callable[[mixed.Fitted], mixed.SmallSample]]] = {
    "satterthwaite": mixed.satterthwaite,
    "kenward-roger": mixed.kenward_roger_by_root,
    "kenward-roger linear": mixed.kenward_roger_linear,
}

MEMORY: Final = 5
MOST_STEPS: Final = 100


class Untold(ValueError):
    """Visits that these people do not tell enough of, with a sentence about which."""


@dataclass(frozen=True, slots=True)
class Mean:
    """What the model says of one combination of levels."""

    levels: Mapping[str, str]
    mean: mixed.Contrast


@dataclass(frozen=True, slots=True)
class Difference:
    """The first level minus the second, with all else alike."""

    first: str
    second: str
    levels: Mapping[str, str]  # where: the visit, for example
    difference: mixed.Contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """A fitted model of visits. Figures are in units of the outcome."""

    formula: Formula
    factors: Mapping[str, Factor]
    fitted: mixed.Fitted
    people: int
    at: Mapping[str, float]  # means of the numeric columns over the rows used, at which means are told

    @property
    def n(self) -> int:
        """Rows used: visits that were kept."""
        return self.fitted.problem.n

    @property
    def dropped(self) -> int:
        """Rows without an outcome, or without another value of the formula."""
        return self.fitted.problem.dropped

    @property
    def visits(self) -> tuple[str, ...]:
        return self.fitted.problem.visits

    @property
    def covariance(self) -> Numbers:
        """Of the visits, in squared units of the outcome."""
        return self.fitted.covariances[-1]

    @property
    def aic(self) -> float:
        """-2 restricted log likelihood + 2 × number of variances and covariances, as mmrm counts it."""
        return -2 * self.fitted.log_likelihood + 2 * len(self.fitted.theta)

    def effects(self, degrees: Degrees = "satterthwaite") -> Mapping[str, mixed.Contrast]:
        """Every coefficient by name."""
        return DEGREES[degrees](self.fitted).effects()

    def means(self, *over: str, degrees: Degrees = "satterthwaite") -> tuple[Mean, ...]:
        """The mean of every combination of these factors, the first changing fastest.

        Other factors count with all their levels alike, numeric columns stand at their mean. Raises FormulaError for an
        unknown factor.
        """
        sample = DEGREES[degrees](self.fitted)
        return tuple(
            Mean(dict(zip(over, cell.levels, strict=True)), sample.contrast(cell.weights.tolist()))
            for cell in mixed.cells(self.formula, self.factors, over, at=self.at)
        )

    def differences(
        self, of: str, *, within: tuple[str, ...] = (), degrees: Degrees = "satterthwaite"
    ) -> tuple[Difference, ...]:
        """Every level of a factor minus every earlier one, in each combination of the factors in `within`.

        Intervals and p-values are those of one comparison, also when there are several.
        """
        sample = DEGREES[degrees](self.fitted)
        cells = mixed.cells(self.formula, self.factors, (of, *within), at=self.at)
        size = len(self.factors[of].levels)
        found = []
        for start in range(0, len(cells), size):
            for one, other in combinations(cells[start : start + size], 2):
                where = dict(zip(within, one.levels[1:], strict=True))
                weights = (other.weights - one.weights).tolist()
                found.append(Difference(other.levels[0], one.levels[0], where, sample.contrast(weights)))
        return tuple(found)


def fit_visits(
    formula: str,
    table: Mapping[str, Column],
    *,
    factors: Mapping[str, Factor],
    until: float | None = None,
) -> Visits | Undefined:
    """Fit a model of visits by restricted likelihood, with any spread at each visit and between any two.

    formula  such as `score ~ before + arm * visit + us(visit | person)`; one row for each person and visit
    factors  columns of labels with their levels; the visit must be one of them
    until    without it the search goes on to the top of the likelihood. With it, steps as mmrm takes them, until one
             raises the likelihood by less than this share of it: 1e7 × 2.2e-16 is where R's optim and so mmrm stop
    Undefined with too few rows. Raises FormulaError for a formula without us(visit | person) or a column that is not
    there; Untold for a visit (of one arm, say) that nobody kept, two visits that no person has both of, somebody with
    the same visit twice, or too few people for so many visits. There is no simpler model in its place: choose
    `(1 | person)` with a plain visit beforehand, where visits are many and people few.
    """
    read = read_formula(formula)
    if read.repeated is None or read.varying:
        raise FormulaError("A model of visits has one part us(visit | person), and nothing else that varies.")
    for name in columns_of(read):
        if name not in table:
            raise FormulaError(f"There is no column {name!r}. There are: {', '.join(table)}.")
    visit, person = read.repeated
    if visit not in factors:
        raise FormulaError(f"The visits {visit} must be a factor, in the order of time.")
    whole = ~np.any([is_missing(table[name]) for name in columns_of(read)], axis=0)
    kept = {name: [value for value, keep in zip(table[name], whole, strict=True) if keep] for name in columns_of(read)}
    people = _check(read, kept, factors, visit, person)
    problem = mixed.prepare(read, table, factors=factors)
    try:
        fitted = mixed.fit(problem)
        if not isinstance(fitted, Undefined) and until is not None:
            fitted = _as_mmrm(problem, until)
    except mixed.Singular as why:
        raise Untold(
            f"{people} people do not tell how {len(problem.visits)} visits hang together. {why} Take fewer visits or a "
            "simpler model, chosen before looking at effects."
        ) from None
    if isinstance(fitted, Undefined):
        return fitted
    numeric = {name for term in read.terms for name in term if name not in factors}
    return Visits(
        formula=read,
        factors=dict(factors),
        fitted=fitted,
        people=people,
        at={name: float(np.mean(np.asarray(kept[name], dtype=float))) for name in numeric},
    )


def _check(formula: Formula, kept: Mapping[str, Column], factors: Mapping[str, Factor], visit: str, person: str) -> int:
    """What the model needs to be told apart at all; how many people there are."""
    pairs = Counter(zip(kept[person], kept[visit], strict=True))
    twice = [key for key, count in pairs.items() if count > 1]
    if twice:
        raise Untold(f"{twice[0][0]} has the visit {twice[0][1]} more than once.")
    levels = factors[visit].levels
    came: dict[object, set[object]] = {}
    for who, when in pairs:
        came.setdefault(who, set()).add(when)
    for one in levels:
        if not any(one in visits for visits in came.values()):
            raise Untold(f"Nobody kept the visit {one}; take it out of the levels.")
    for one, other in combinations(levels, 2):
        if not any({one, other} <= visits for visits in came.values()):
            raise Untold(f"Nobody kept both {one} and {other}, so nothing tells how they hang together.")
    for term in formula.terms:
        crossed = [name for name in term if name in factors]
        if len(crossed) < 2:
            continue
        seen = set(zip(*(kept[name] for name in crossed), strict=True))
        for cell in _grid([factors[name].levels for name in crossed]):
            if cell not in seen:
                said = " and ".join(f"{name} {level}" for name, level in zip(crossed, cell, strict=True))
                raise Untold(f"Nobody has a value at {said}, so nothing can be said of it.")
    return len(came)


def _grid(levels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for more in levels:
        found = [(*before, one) for before in found for one in more]
    return found


def _as_mmrm(problem: mixed.Problem, until: float) -> mixed.Fitted:
    """mmrm's own search: from a spread of 1 and no ties, in log SDs and the unit triangle, by limited-memory BFGS."""
    from scipy.optimize import minimize  # takes long to import

    size = len(problem.visits)
    below = np.tril_indices(size, -1)
    lower = np.tril_indices(size)

    def parts(at: Numbers) -> tuple[Numbers, Numbers]:
        unit = np.eye(size)
        unit[below] = at[size:]
        sds = np.exp(at[:size])
        return sds, sds[:, None] * unit

    def value(at: Numbers) -> tuple[float, Numbers]:
        sds, root = parts(at)
        found = evaluate((root @ root.T)[lower], problem.stacked, restricted=True)
        slope = np.zeros((size, size))
        slope[lower] = found.slope
        in_root = (slope + slope.T) @ root
        return -found.log_likelihood, -np.concatenate([np.sum(in_root * root, axis=1), (sds[:, None] * in_root)[below]])

    found = minimize(
        value,
        np.zeros(size * (size + 1) // 2),
        jac=True,
        method="L-BFGS-B",
        options={"maxcor": MEMORY, "ftol": until, "gtol": 0.0, "maxiter": MOST_STEPS},
    )
    if not found.success:
        raise mixed.Singular(f"The search did not settle: largest slope {float(np.abs(found.jac).max()):.3g}.")
    _, root = parts(found.x)
    theta = np.asarray((root @ root.T)[lower], dtype=np.float64)
    return mixed.Fitted(
        problem=problem,
        theta=theta,
        sums=evaluate(theta, problem.stacked, restricted=True, information=True),
        restricted=True,
        roots=(root,),
    )
