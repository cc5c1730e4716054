"""How far answers hang together: items of one scale, and members of one group.

For researchers. Alpha and omega come from people who answered every item; nothing is filled in. Groups of eight make
group means rough, whatever an agreement index says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

from kindcircle.stats.results import Interval, Reason, Undefined, check_level
from kindcircle.stats.samples import NEGLIGIBLE, as_scores

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answers:
    """Complete answers, one row a person, one column an item."""

    values: Numbers
    names: tuple[str, ...]
    n_rows: int  # everybody, also those with a gap

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def k(self) -> int:
        return int(self.values.shape[1])


def read_answers(
    items: Mapping[str, Sequence[float | None]], *, reverse: Sequence[str] = (), span: tuple[float, float] | None = None
) -> Answers:
    """Items by name, people in the same order in each; None where missing. `reverse` needs the answers' `span`.

    Raises ValueError for lists of unequal length, an unknown reversed item, or an answer outside the span.
    """
    columns = [as_scores(values) for values in items.values()]
    if len({len(column) for column in columns}) > 1:
        raise ValueError("Every item has one entry per person.")
    unknown = set(reverse) - set(items)
    if unknown:
        raise ValueError(f"There is no item {sorted(unknown)[0]!r} to turn round. There are: {', '.join(items)}.")
    if reverse and span is None:
        raise ValueError("To turn an item round, the lowest and highest answer are needed.")
    for place, (name, column) in enumerate(zip(items, columns, strict=True)):
        if span is not None and np.any((column < span[0]) | (column > span[1])):
            raise ValueError(f"{name} has an answer outside {span[0]:g} to {span[1]:g}.")
        if name in reverse and span is not None:
            columns[place] = span[0] + span[1] - column
    table = np.column_stack(columns) if columns else np.empty((0, 0))
    return Answers(table[~np.isnan(table).any(axis=1)], tuple(items), len(table))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Cronbach's alpha of one scale, with what helps to see an item that was scored the wrong way round."""

    estimate: float
    standardised: float
    average_r: float
    n: int
    k: int
    se: float  # Duhachek & Iacobucci (2004)
    item_rest: dict[str, float | Undefined]  # each item with the sum of the others
    if_dropped: dict[str, float | Undefined]
    mean: float  # of the scale's mean, over people
    sd: float

    def interval(self, level: float = 0.95) -> Interval:
        """Feldt's interval by the F distribution."""
        check_level(level)
        tail, one, two = (1 - level) / 2, self.n - 1, (self.n - 1) * (self.k - 1)
        low = 1 - (1 - self.estimate) * float(fdtri(one, two, 1 - tail))
        high = 1 - (1 - self.estimate) * float(fdtri(one, two, tail))
        return Interval(low, high, level, "Feldt (1965), F")

    @property
    def turned_round(self) -> tuple[str, ...]:
        """Items that go against the rest: most often one whose answers were not reversed."""
        return tuple(name for name, r in self.item_rest.items() if not isinstance(r, Undefined) and r < 0)


def alpha(answers: Answers) -> Alpha | Undefined:
    """Cronbach (1951): k/(k-1) (1 - Σσᵢ²/σ_X²). Undefined below two items or three people, or without spread."""
    if answers.k < 2:
        return Undefined(Reason.ONE_ITEM)
    if answers.n < 3:
        return Undefined(Reason.TOO_FEW_DEGREES)
    covariance = np.cov(answers.values, rowvar=False)
    estimate = _alpha_of(covariance)
    if isinstance(estimate, Undefined) or np.any(np.diag(covariance) <= 0):
        return Undefined(Reason.NO_SPREAD)
    k, n = answers.k, answers.n
    sds = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(sds, sds)
    average = float((correlations.sum() - k) / (k * (k - 1)))
    whole, trace = float(covariance.sum()), float(np.trace(covariance))
    squared = covariance @ covariance
    spread = whole * (float(np.trace(squared)) + trace**2) - 2 * trace * float(squared.sum())
    mean = answers.values.mean(axis=1)
    return Alpha(
        estimate=estimate,
        standardised=k * average / (1 + (k - 1) * average),
        average_r=average,
        n=n,
        k=k,
        se=math.sqrt(2 * k * k / ((k - 1) ** 2 * whole**3) * max(0.0, spread) / n),
        item_rest={name: _item_rest(covariance, place) for place, name in enumerate(answers.names)},
        if_dropped={
            name: _alpha_of(np.delete(np.delete(covariance, place, 0), place, 1))
            for place, name in enumerate(answers.names)
        },
        mean=float(mean.mean()),
        sd=float(mean.std(ddof=1)),
    )


def _alpha_of(covariance: Numbers) -> float | Undefined:
    k, whole = len(covariance), float(covariance.sum())
    if k < 2:
        return Undefined(Reason.ONE_ITEM)
    if whole <= NEGLIGIBLE * float(np.abs(covariance).sum()):
        return Undefined(Reason.NO_SPREAD)
    return k / (k - 1) * (1 - float(np.trace(covariance)) / whole)


def _item_rest(covariance: Numbers, place: int) -> float | Undefined:
    own = float(covariance[place, place])
    shared = float(covariance[place].sum()) - own
    rest = float(covariance.sum()) - 2 * shared - own
    return shared / math.sqrt(own * rest) if rest > 0 else Undefined(Reason.NO_SPREAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike members of one group answer: intraclass correlations from the analysis of variance.

    `single` (ICC(1)) is the share of spread that lies between groups, `mean` (ICC(2)) how surely a group's mean is
    told. A negative value means that people within a group differ more than by chance; it is kept.
    """

    groups: int
    n: int
    mean_size: float
    even_size: float  # n₀, the size that unequal groups amount to
    ms_between: float
    ms_within: float
    single: float | Undefined  # with n₀
    single_mean_size: float | Undefined  # with the plain mean size, as R's multilevel
    mean: float | Undefined
    between: float  # variance between groups by restricted likelihood
    within: float

    @property
    def f(self) -> float | Undefined:
        """Between over within."""
        return self.ms_between / self.ms_within if self.ms_within > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def p(self) -> float | Undefined:
        """The chance of so large an F if groups did not differ."""
        f = self.f
        return f if isinstance(f, Undefined) else float(fdtrc(self.groups - 1, self.n - self.groups, f))

    @property
    def single_restricted(self) -> float | Undefined:
        """The same share by restricted likelihood: never negative."""
        total = self.between + self.within
        return self.between / total if total > 0 else Undefined(Reason.NO_SPREAD)

    def single_interval(self, level: float = 0.95) -> Interval | Undefined:
        """Shrout & Fleiss (1979), with the plain mean size."""
        ends = self._f_ends(level)
        if isinstance(ends, Undefined):
            return ends
        low, high = ((f - 1) / (f + self.mean_size - 1) for f in ends)
        return Interval(low, high, level, "F, Shrout & Fleiss (1979)")

    def mean_interval(self, level: float = 0.95) -> Interval | Undefined:
        """The same for the mean of a group."""
        ends = self._f_ends(level)
        if isinstance(ends, Undefined):
            return ends
        low, high = (1 - 1 / f for f in ends)
        return Interval(low, high, level, "F, Shrout & Fleiss (1979)")

    def _f_ends(self, level: float) -> tuple[float, float] | Undefined:
        check_level(level)
        f, tail = self.f, (1 - level) / 2
        if isinstance(f, Undefined):
            return f
        one, two = self.groups - 1, self.n - self.groups
        return f / float(fdtri(one, two, 1 - tail)), f * float(fdtri(two, one, 1 - tail))


def likeness(values: Sequence[float | None], group: Sequence[str]) -> Likeness | Undefined:
    """How alike members of a group are in one score. Undefined with one group, or with one member in each."""
    scores, places = _grouped(values, group)
    sizes = np.bincount(places).astype(float)
    groups, n = len(sizes), len(scores)
    if groups < 2:
        return Undefined(Reason.ONE_GROUP)
    if n <= groups:
        return Undefined(Reason.TOO_FEW_DEGREES)
    means = np.bincount(places, weights=scores) / sizes
    within = float(np.sum((scores - means[places]) ** 2))
    between = float(np.sum(sizes * (means - scores.mean()) ** 2))
    ms_between, ms_within = between / (groups - 1), within / (n - groups)
    mean_size = n / groups
    even = (n - float(np.sum(sizes * sizes)) / n) / (groups - 1)

    def share(size: float) -> float | Undefined:
        below = ms_between + (size - 1) * ms_within
        return (ms_between - ms_within) / below if below > 0 else Undefined(Reason.NO_SPREAD)

    tau2, sigma2 = _one_way_reml(sizes, means, within, n)
    return Likeness(
        groups=groups,
        n=n,
        mean_size=mean_size,
        even_size=even,
        ms_between=ms_between,
        ms_within=ms_within,
        single=share(even),
        single_mean_size=share(mean_size),
        mean=(ms_between - ms_within) / ms_between if ms_between > 0 else Undefined(Reason.NO_SPREAD),
        between=tau2,
        within=sigma2,
    )


def _grouped(values: Sequence[float | None], group: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
    """Scores that are there, and the number of each one's group, in order of first appearance."""
    scores = as_scores(values)
    if len(scores) != len(group):
        raise ValueError("There must be as many groups as scores, one entry per person.")
    kept = ~np.isnan(scores)
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(name, len(numbers)) for name, keep in zip(group, kept, strict=True) if keep]
    return scores[kept], np.asarray(places, dtype=np.int64)


def _one_way_reml(sizes: Numbers, means: Numbers, within: float, n: int) -> tuple[float, float]:
    """Both variances by restricted likelihood, from sums alone: the ratio between them is found on a log scale."""
    groups = len(sizes)

    def criterion(ratio: float) -> float:
        weights = sizes / (1 + sizes * ratio)
        mean = float(weights @ means / weights.sum())
        left = within + float(weights @ (means - mean) ** 2)
        return (n - 1) * math.log(left) + float(np.log1p(sizes * ratio).sum()) + math.log(float(weights.sum()))

    def variances(ratio: float) -> tuple[float, float]:
        weights = sizes / (1 + sizes * ratio)
        mean = float(weights @ means / weights.sum())
        sigma2 = (within + float(weights @ (means - mean) ** 2)) / (n - 1)
        return ratio * sigma2, sigma2

    if within <= 0:
        return float(np.var(means, ddof=1)) if groups > 1 else 0.0, 0.0
    from scipy.optimize import minimize_scalar  # takes long to import

    found = minimize_scalar(
        lambda at: criterion(math.exp(at)), bounds=(-23.0, 23.0), method="bounded", options={"xatol": 1e-10}
    )
    ratio = math.exp(found.x)
    return variances(0.0) if criterion(0.0) <= found.fun else variances(ratio)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement index: each group's own value, in order of first appearance. Groups of one have none."""

    by_group: dict[str, float]

    @property
    def values(self) -> Numbers:
        return np.asarray(list(self.by_group.values()), dtype=float)


def agreement_by_chance(span: tuple[int, int]) -> float:
    """The variance of whole-number answers given at random: (A² - 1)/12 for A possible answers."""
    if span[1] <= span[0]:
        raise ValueError("The lowest answer must be below the highest.")
    return ((span[1] - span[0] + 1) ** 2 - 1) / 12


def agree_on_item(
    values: Sequence[float | None], group: Sequence[str], *, span: tuple[int, int]
) -> tuple[Agreement, Agreement]:
    """How far members of each group say the same to one item: r_wg, and the mean distance from their mean in points.

    Sources: James, Demaree & Wolf (1984), a spread beyond chance counts as chance; Burke, Finkelstein & Dusig (1999).
    """
    chance = agreement_by_chance(span)
    tables = _people_by_group([values], group)
    return (
        Agreement({name: 1 - min(float(table.var(ddof=1)), chance) / chance for name, table in tables.items()}),
        Agreement({name: float(np.abs(table - table.mean()).mean()) for name, table in tables.items()}),
    )


def agree_on_items(
    items: Mapping[str, Sequence[float | None]], group: Sequence[str], *, span: tuple[int, int]
) -> tuple[Agreement, Agreement]:
    """The same over several items, among people who answered all: r_wg(j), and Lindell's index.

    r_wg(j) rises with the number of items whatever people say; Lindell's does not. Sources: James, Demaree & Wolf
    (1984); Lindell, Brandt & Whitney (1999).
    """
    chance, j = agreement_by_chance(span), len(items)
    both, lindell = {}, {}
    for name, table in _people_by_group(list(items.values()), group).items():
        spread = float(table.var(axis=0, ddof=1).mean()) / chance
        share = max(0.0, 1 - spread)
        both[name] = j * share / (j * share + spread) if share > 0 else 0.0
        lindell[name] = 1 - spread
    return Agreement(both), Agreement(lindell)


def _people_by_group(items: Sequence[Sequence[float | None]], group: Sequence[str]) -> dict[str, Numbers]:
    """Complete rows of every group of two or more."""
    rows = np.column_stack([as_scores(values) for values in items])
    if len(rows) != len(group):
        raise ValueError("There must be as many groups as answers, one entry per person.")
    found: dict[str, list[Numbers]] = {}
    for name, row in zip(group, rows, strict=True):
        if not np.isnan(row).any():
            found.setdefault(name, []).append(row)
    return {name: np.stack(people) for name, people in found.items() if len(people) > 1}
