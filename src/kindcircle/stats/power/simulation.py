"""Power by trying it out: thousands of made-up studies of one design, each analysed as it would be.

Where the formula is an approximation (unequal groups, a mixed model) this shows what really happens, and with an effect
of 0 it shows how often an analysis sees what is not there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.power.designs import BeforeAfter, InGroups, PartlyGrouped, TwoArms
from kindcircle.stats.results import Interval, Undefined

Numbers = NDArray[np.float64]
AnyDesign = TwoArms | BeforeAfter | InGroups | PartlyGrouped
Analysis = Literal["planned", "mixed", "ignoring-groups"]

ANALYSES: Final[dict[Analysis, str]] = {
    "planned": "t test; in groups on the groups' means, weighted by their size",
    "mixed": "mixed model by restricted likelihood, Satterthwaite",
    "ignoring-groups": "t test that forgets who sat with whom",
}

BATCHES: Final[dict[Analysis, int]] = {"planned": 500, "ignoring-groups": 500, "mixed": 20}
"""Studies made from one generator. It never depends on how many cores there are, so neither do the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What became of many made-up studies."""

    found: Proportion  # with a p below alpha, of those that could be analysed
    wrong_way: int  # among them, those whose difference goes the other way than the truth
    covered: Proportion  # whose interval holds the true effect
    failed: int  # could not be analysed (a search that did not settle); never counted as found
    mean_estimate: float  # in SDs of the outcome
    spread: float  # standard deviation of the estimates: the true standard error
    effect: float
    alpha: float
    analysis: Analysis

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """How surely the power itself is told by so many studies."""
        return self.found.interval(level)


def simulate(
    design: AnyDesign,
    *,
    effect: float,
    generator: np.random.Generator,
    runs: int = 10_000,
    alpha: float = 0.05,
    analysis: Analysis = "planned",
    workers: int = 1,
    done: Callable[[int], object] | None = None,
) -> Simulated | Undefined:
    """Make `runs` studies with this true effect in SDs and analyse each.

    The same generator gives the same figures with any number of `workers` (processes). `done` hears of every few
    finished studies. A script that asks for workers needs Python's `if __name__ == "__main__":` around its calls.
    Raises ValueError for fewer than 100 runs, or for a mixed model where nobody sits in a group.
    """
    if runs < 100:
        raise ValueError("From fewer than 100 studies a power cannot be told.")
    if not math.isfinite(effect) or not 0 < alpha < 1:
        raise ValueError("The effect is a finite number, and alpha lies between 0 and 1.")
    if analysis != "planned" and not isinstance(design, InGroups | PartlyGrouped):
        raise ValueError("Only a design with groups can be analysed with or without them.")
    if design.problem is not None:
        return design.problem
    batch = BATCHES[analysis]
    counts = [batch] * (runs // batch) + ([runs % batch] if runs % batch else [])
    jobs = [
        (design, effect, alpha, analysis, child, count)
        for child, count in zip(generator.spawn(len(counts)), counts, strict=True)
    ]
    batches = _over_cores(jobs, workers, done) if workers > 1 else _one_by_one(jobs, done)
    estimates, standard_errors, dfs = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    usable = np.isfinite(estimates) & (standard_errors > 0)
    estimate, error, df = estimates[usable], standard_errors[usable], dfs[usable]
    t = estimate / error
    found = 2 * stdtr(df, -np.abs(t)) < alpha
    inside = np.abs(estimate - effect) <= stdtrit(df, 1 - alpha / 2) * error
    return Simulated(
        found=Proportion(int(found.sum()), len(estimate)),
        wrong_way=int((found & (np.sign(estimate) == -np.sign(effect))).sum()) if effect else 0,
        covered=Proportion(int(inside.sum()), len(estimate)),
        failed=int((~usable).sum()),
        mean_estimate=float(estimate.mean()) if len(estimate) else math.nan,
        spread=float(estimate.std(ddof=1)) if len(estimate) > 1 else math.nan,
        effect=effect,
        alpha=alpha,
        analysis=analysis,
    )


Job = tuple[AnyDesign, float, float, Analysis, np.random.Generator, int]
Batch = tuple[Numbers, Numbers, Numbers]


def _one_by_one(jobs: list[Job], done: Callable[[int], object] | None) -> list[Batch]:
    return [_heard(_batch(job), job, done) for job in jobs]


def _over_cores(jobs: list[Job], workers: int, done: Callable[[int], object] | None) -> list[Batch]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes: a copy of this one could hold locks of threads that it does not have.
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        results: Iterable[Batch] = pool.map(_batch, jobs)
        return [_heard(batch, job, done) for batch, job in zip(results, jobs, strict=True)]


def _heard(batch: Batch, job: Job, done: Callable[[int], object] | None) -> Batch:
    if done is not None:
        done(job[-1])
    return batch


def _batch(job: Job) -> Batch:
    """Estimates, standard errors and degrees of freedom of some studies."""
    design, effect, _alpha, analysis, generator, runs = job
    if isinstance(design, BeforeAfter):
        first = generator.standard_normal((runs, design.n))
        noise = generator.standard_normal((runs, design.n))
        change = effect + design.r * first + math.sqrt(1 - design.r**2) * noise - first
        return _mean(change)
    if isinstance(design, TwoArms):
        one, start_one = _people(generator, runs, (1,) * design.first, 0.0, design.r)
        two, start_two = _people(generator, runs, (1,) * design.second, 0.0, design.r)
        return _difference(one + effect, two, start_one, start_two)
    sizes, others = _arms(design)
    alone_icc = design.icc if isinstance(design, InGroups) else 0.0
    one, start_one = _people(generator, runs, sizes, design.icc, design.r)
    two, start_two = _people(generator, runs, others, alone_icc, design.r)
    one = one + effect
    if analysis == "ignoring-groups":
        return _difference(one, two, start_one, start_two)
    if start_one is not None and start_two is not None:
        slope = _slope_within([(one, start_one, sizes), (two, start_two, others)])
        one, two = one - slope * start_one, two - slope * start_two
    if analysis == "mixed":
        return _mixed(design, one, two, sizes, others)
    return _of_means(design, _group_means(one, sizes), _group_means(two, others), sizes, others)


def _arms(design: InGroups | PartlyGrouped) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Group sizes of both arms; somebody alone is a group of one."""
    if isinstance(design, InGroups):
        return design.first, design.second
    return design.groups, (1,) * design.alone


def _people(
    generator: np.random.Generator, runs: int, sizes: tuple[int, ...], icc: float, r: float
) -> tuple[Numbers, Numbers | None]:
    """Outcomes of one arm, a study a row, total variance 1; and start scores when they are part of the analysis."""
    people = sum(sizes)
    outcome = math.sqrt(1 - icc) * generator.standard_normal((runs, people))
    if icc:
        outcome += math.sqrt(icc) * np.repeat(generator.standard_normal((runs, len(sizes))), sizes, axis=1)
    if not r:
        return outcome, None
    start = generator.standard_normal((runs, people))
    return r * start + math.sqrt(1 - r * r) * outcome, start


def _mean(values: Numbers) -> Batch:
    n = values.shape[1]
    return values.mean(axis=1), values.std(axis=1, ddof=1) / math.sqrt(n), np.full(len(values), n - 1.0)


def _difference(one: Numbers, two: Numbers, start_one: Numbers | None, start_two: Numbers | None) -> Batch:
    """The plain t test with one spread for both arms, or with the start score taken off by regression."""
    n, m = one.shape[1], two.shape[1]
    df = n + m - 2.0
    difference, left, share = one.mean(axis=1) - two.mean(axis=1), _squares(one) + _squares(two), 1 / n + 1 / m
    if start_one is None or start_two is None:
        return difference, np.sqrt(left / df * share), np.full(len(one), df)
    across = _squares(start_one) + _squares(start_two)
    along = _products(one, start_one) + _products(two, start_two)
    apart = start_one.mean(axis=1) - start_two.mean(axis=1)
    left = left - along**2 / across
    df -= 1
    error = np.sqrt(left / df * (share + apart**2 / across))
    return difference - along / across * apart, error, np.full(len(one), df)


def _squares(values: Numbers) -> Numbers:
    return np.asarray(((values - values.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))


def _products(one: Numbers, two: Numbers) -> Numbers:
    return np.asarray(((one - one.mean(axis=1, keepdims=True)) * two).sum(axis=1))


def _group_means(values: Numbers, sizes: tuple[int, ...]) -> Numbers:
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.asarray(np.add.reduceat(values, starts, axis=1) / np.array(sizes))


def _slope_within(arms: list[tuple[Numbers, Numbers, tuple[int, ...]]]) -> Numbers:
    """Of the outcome on the start score, among members of the same group or, of people alone, of the same arm."""
    across = along = np.zeros(1)
    for outcome, start, sizes in arms:
        if max(sizes) == 1:
            centre = start.mean(axis=1, keepdims=True)
        else:
            centre = np.repeat(_group_means(start, sizes), sizes, axis=1)
        along = along + (outcome * (start - centre)).sum(axis=1)
        across = across + ((start - centre) ** 2).sum(axis=1)
    return np.asarray((along / across)[:, None])


def _of_means(
    design: InGroups | PartlyGrouped, one: Numbers, two: Numbers, sizes: tuple[int, ...], others: tuple[int, ...]
) -> Batch:
    """Groups as the units. With all groups of one size in both arms this is the exact t test of their means."""
    if isinstance(design, InGroups) and len({*sizes, *others}) == 1:
        return _difference(one, two, None, None)
    (mean_one, variance_one), (mean_two, variance_two) = _weighted(one, sizes), _weighted(two, others)
    variance = variance_one + variance_two
    df = variance**2 / (variance_one**2 / (len(sizes) - 1) + variance_two**2 / (len(others) - 1))
    return mean_one - mean_two, np.sqrt(variance), df


def _weighted(means: Numbers, sizes: tuple[int, ...]) -> tuple[Numbers, Numbers]:
    """The mean over all members, and its variance from how far groups lie apart."""
    weights = np.array(sizes) / sum(sizes)
    middle = means @ weights
    away = (means - middle[:, None]) * weights
    return middle, np.asarray((away**2).sum(axis=1) * len(sizes) / (len(sizes) - 1))


def _mixed(
    design: InGroups | PartlyGrouped, one: Numbers, two: Numbers, sizes: tuple[int, ...], others: tuple[int, ...]
) -> Batch:
    from kindcircle.stats.design import read_formula
    from kindcircle.stats.mixed import Singular, fit, prepare, satterthwaite

    partly = isinstance(design, PartlyGrouped)
    formula = read_formula("y ~ tx + (0 + tx | group)" if partly else "y ~ tx + (1 | group)")
    groups = [f"g{place}" for place in np.repeat(np.arange(len(sizes) + len(others)), (*sizes, *others))]
    treated = [1.0] * sum(sizes) + [0.0] * sum(others)
    found = []
    for row in np.hstack([one, two]):
        table = {"y": row.tolist(), "tx": treated, "group": groups}
        try:
            fitted = fit(prepare(formula, table, residual_by="tx" if partly else None))
        except Singular:
            fitted = None
        if fitted is None or isinstance(fitted, Undefined):
            found.append((math.nan, math.nan, math.nan))
            continue
        effect = satterthwaite(fitted).effects()["tx"]
        # A group variance of 0 takes its uncertainty along; the groups still are what was allotted.
        most = len(sizes) - 1.0 if partly else len(sizes) + len(others) - 2.0
        df = min(effect.df, most + (design.alone - 1 if isinstance(design, PartlyGrouped) else 0))
        found.append((effect.estimate, effect.se, df))
    table_of = np.array(found)
    return table_of[:, 0], table_of[:, 1], table_of[:, 2]
