"""How far effects would move with other people: resampling people, or whole groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.mediation.data import kept_groups, read
from kindcircle.stats.mediation.model import Model
from kindcircle.stats.mediation.paths import in_sds, sweep_all
from kindcircle.stats.resampling import Kind, acceleration_of, check_resamples, draw, limits, limits_move_by
from kindcircle.stats.results import Interval, Reason, Undefined

Numbers = NDArray[np.float64]

FEWEST_GROUPS: Final = 20
"""Below this many groups resampling whole groups cannot be trusted, and is refused."""


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
        place = self.names.index(effect)
        unit = "groups" if self.groups is not None else "people"
        lift = float(self.acceleration[place])
        return limits(self.draws[:, place], float(self.original[place]), lift, kind=kind, level=level, unit=unit)

    def wobble(self, effect: str, level: float = 0.95, parts: int = 10) -> tuple[float, float]:
        """How far each percentile limit would move with other random numbers: one standard deviation, from parts."""
        return limits_move_by(self.draws[:, self.names.index(effect)], level, parts)


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

    drawn = draw(units, sizes, effects, resamples, generator, done)
    if drawn is None:
        return Undefined(Reason.NO_SPREAD)
    draws, redrawn = drawn
    original = _effects_of(units.sum(axis=0)[None], np.array([sizes.sum()]), model)
    without = _effects_of(units.sum(axis=0) - units, sizes.sum() - sizes, model)
    if original is None or without is None:
        return Undefined(Reason.PERFECT_CORRELATION)
    back = np.array(list(in_sds(model, np.ones(len(model.effect_names)), 1 / ready.scale).values()))
    return Bootstrap(
        names=model.effect_names,
        original=original[0] * back,
        draws=draws * back,
        acceleration=acceleration_of(without),
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
    check_resamples(resamples)
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
