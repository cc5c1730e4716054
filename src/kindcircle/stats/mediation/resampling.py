"""How far effects would move with other people: resampling people, or whole groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from kindcircle.stats.mediation.data import kept_groups, read
from kindcircle.stats.mediation.model import Model
from kindcircle.stats.mediation.paths import in_sds, sweep_all
from kindcircle.stats.results import Interval, Reason, Undefined, check_level

Numbers = NDArray[np.float64]
Kind = Literal["percentile", "bca", "bc"]

FEWEST_GROUPS: Final = 20
"""Below this many groups resampling whole groups cannot be trusted, and is refused."""

BLOCK: Final = 2000
MOST_REDRAWS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """The effects of many resamples, one row each, in the order of `names`."""

    names: tuple[str, ...]
    original: Numbers
    draws: Numbers  # resamples × effects
    acceleration: Numbers
    redrawn: int  # resamples in which x or a mediator was constant, drawn again
    groups: int | None  # whole groups were drawn, or None for people

    def se(self, effect: str) -> float:
        """The spread of an effect over resamples."""
        return float(self.draws[:, self.names.index(effect)].std(ddof=1))

    def interval(self, effect: str, kind: Kind = "percentile", level: float = 0.95) -> Interval | Undefined:
        """Percentile limits by default. BC and BCa are a little too hopeful with few people (Fritz et al. 2012)."""
        check_level(level)
        place = self.names.index(effect)
        draws = np.sort(self.draws[:, place])
        tails = np.array([(1 - level) / 2, (1 + level) / 2])
        if kind != "percentile":
            below = float(np.mean(draws < self.original[place]))
            if not 0 < below < 1:
                return Undefined(Reason.NO_LIMITS)
            bias = float(ndtri(below))
            lift = self.acceleration[place] if kind == "bca" else 0.0
            reach = bias + ndtri(tails)
            tails = ndtr(bias + reach / (1 - lift * reach))
        low, high = np.quantile(draws, tails, method="weibull")
        unit = "groups" if self.groups is not None else "people"
        return Interval(float(low), float(high), level, f"{kind} bootstrap, {len(draws)} resamples of {unit}")

    def wobble(self, effect: str, level: float = 0.95, parts: int = 10) -> tuple[float, float]:
        """How far each percentile limit would move with other random numbers: one standard deviation, from parts."""
        pieces = np.array_split(self.draws[:, self.names.index(effect)], parts)
        tails = [(1 - level) / 2, (1 + level) / 2]
        limits = np.array([np.quantile(piece, tails, method="weibull") for piece in pieces])
        low, high = limits.std(axis=0, ddof=1) / math.sqrt(parts)
        return float(low), float(high)


def bootstrap(
    data: Mapping[str, Sequence[float | None]],
    model: Model,
    *,
    resamples: int = 10_000,
    generator: np.random.Generator,
    group: Sequence[str] | None = None,
    done: Callable[[int], object] | None = None,
) -> Bootstrap | Undefined:
    """Resample people, or whole groups when `group` is given (one entry a person, in the order of the data).

    The same generator gives the same figures on any machine. `done` hears of every few resamples. Undefined below
    twenty groups, or when hardly any resample has spread. Raises ValueError below a thousand resamples.
    """
    ready = make_ready(data, model, resamples=resamples, group=group)
    if isinstance(ready, Undefined):
        return ready
    units, sizes = ready.units, ready.sizes

    def effects(sums: Numbers, n: Numbers) -> Numbers:
        found = _effects_of(sums, n, model, lenient=True)
        assert found is not None
        return found

    drawn = draw(ready, effects, resamples, generator, done)
    if drawn is None:
        return Undefined(Reason.NO_SPREAD)
    draws, redrawn = drawn
    original = _effects_of(units.sum(axis=0)[None], np.array([sizes.sum()]), model)
    without = _effects_of(units.sum(axis=0) - units, sizes.sum() - sizes, model)
    if original is None or without is None:
        return Undefined(Reason.PERFECT_CORRELATION)
    back = np.array(list(in_sds(model, np.ones(len(model.effect_names)), 1 / ready.scale).values()))
    away = without.mean(axis=0) - without
    spread = (away**2).sum(axis=0) ** 1.5
    return Bootstrap(
        names=model.effect_names,
        original=original[0] * back,
        draws=draws * back,
        acceleration=np.divide((away**3).sum(axis=0), 6 * spread, out=np.zeros_like(spread), where=spread > 0),
        redrawn=redrawn,
        groups=ready.groups,
    )


@dataclass(frozen=True, slots=True)
class Ready:
    """People who can be drawn: the sums and products of each person or group, and how many people stand behind each.

    Columns are centred and scaled by these data, so that the sums of a resample lose no digits.
    """

    units: Numbers
    sizes: Numbers
    scale: Numbers
    dropped: int
    groups: int | None


def make_ready(
    data: Mapping[str, Sequence[float | None]], model: Model, *, resamples: int, group: Sequence[str] | None
) -> Ready | Undefined:
    """Undefined with too few people or groups, or a column without spread. Raises ValueError below 1000 resamples."""
    if resamples < 1000:
        raise ValueError("Limits from fewer than 1000 resamples are luck; 10000 are usual.")
    table, dropped = read(data, model)
    if len(table) <= len(model.columns) + 1:
        return Undefined(Reason.TOO_FEW_DEGREES)
    if np.any(np.ptp(table, axis=0) == 0):
        return Undefined(Reason.NO_SPREAD)
    scale = table.std(axis=0)
    units, sizes = _units((table - table.mean(axis=0)) / scale, kept_groups(data, model, group))
    if group is not None and len(units) < FEWEST_GROUPS:
        return Undefined(Reason.TOO_FEW_GROUPS)
    return Ready(units, sizes, scale, dropped, None if group is None else len(units))


def _units(table: Numbers, group: list[str] | None) -> tuple[Numbers, Numbers]:
    """The sums and products of every person or group, and how many people stand behind each."""
    n, width = table.shape
    pairs = list(combinations_with_replacement(range(width), 2))
    products = np.column_stack([table, *(table[:, i] * table[:, j] for i, j in pairs)])
    if group is None:
        return products, np.ones(n)
    numbers: dict[str, int] = {}
    places = np.asarray([numbers.setdefault(name, len(numbers)) for name in group])
    summed = np.zeros((len(numbers), products.shape[1]))
    np.add.at(summed, places, products)
    return summed, np.bincount(places).astype(float)


def draw(
    ready: Ready,
    of: Callable[[Numbers, Numbers], Numbers],
    resamples: int,
    generator: np.random.Generator,
    done: Callable[[int], object] | None,
) -> tuple[Numbers, int] | None:
    """What `of` finds in the sums and sizes of each resample, one row each, and how many had to be drawn again.

    A row with a NaN is drawn again; None when that happens too often.
    """
    count = len(ready.units)
    whole = np.column_stack([ready.units, ready.sizes])
    found: list[Numbers] = []
    have = redrawn = 0
    while have < resamples:
        block = min(BLOCK, resamples - have)
        picked = generator.integers(0, count, size=(block, count), dtype=np.int32)
        picked += np.arange(block, dtype=np.int32)[:, None] * np.int32(count)
        counts = np.bincount(picked.ravel(), minlength=block * count).reshape(block, count)
        sums = counts.astype(np.float64) @ whole
        effects = of(sums[:, :-1], sums[:, -1])
        good = np.isfinite(effects).all(axis=1)
        redrawn += int((~good).sum())
        if redrawn > MOST_REDRAWS * resamples:
            return None
        found.append(effects[good])
        have += int(good.sum())
        if done is not None:
            done(int(good.sum()))
    return np.concatenate(found)[:resamples], redrawn


def _effects_of(sums: Numbers, n: Numbers, model: Model, *, lenient: bool = False) -> Numbers | None:
    """Effects from sums and products. A singular one is NaN when `lenient`, else there is none at all."""
    swept = sweep_all(covariances(sums, n, len(model.columns)), model, lenient=lenient)
    return None if swept is None else swept[0]


def covariances(sums: Numbers, n: Numbers, width: int) -> Numbers:
    """Covariance matrices from the sums and products of resamples of n people (divisor n)."""
    means = sums[:, :width] / n[:, None]
    covariance = np.empty((len(sums), width, width))
    for place, (i, j) in enumerate(combinations_with_replacement(range(width), 2)):
        covariance[:, i, j] = covariance[:, j, i] = sums[:, width + place] / n - means[:, i] * means[:, j]
    return covariance
