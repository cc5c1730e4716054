"""What every resampling of people shares: drawing them many times over, and limits from what was drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from kindcircle.stats.results import Interval, Reason, Undefined, check_level

Numbers = NDArray[np.float64]
Kind = Literal["percentile", "bca", "bc"]

BLOCK: Final = 2000
LARGEST_BLOCK: Final = 10_000_000
"""Resamples times units that are drawn at once: with many people fewer resamples, so that memory stays small."""
MOST_REDRAWS: Final = 50
FEWEST: Final = 1000


def check_resamples(resamples: int) -> None:
    """Raise ValueError where so few were asked for that limits would be luck."""
    if resamples < FEWEST:
        raise ValueError("Limits from fewer than 1000 resamples are luck; 10000 are usual.")


def draw(
    units: Numbers,
    sizes: Numbers,
    of: Callable[[Numbers, Numbers], Numbers],
    resamples: int,
    generator: np.random.Generator,
    done: Callable[[int], object] | None,
) -> tuple[Numbers, int] | None:
    """What `of` finds in the sums and sizes of each resample, one row each, and how many had to be drawn again.

    units  the sums of each person or group, one row each; sizes: how many people stand behind each
    A row with a NaN is drawn again; None when that happens too often.
    """
    count = len(units)
    whole = np.column_stack([units, sizes])
    found: list[Numbers] = []
    have = redrawn = 0
    while have < resamples:
        block = min(BLOCK, resamples - have, max(1, LARGEST_BLOCK // count))
        picked = generator.integers(0, count, size=(block, count), dtype=np.int32)
        picked += np.arange(block, dtype=np.int32)[:, None] * np.int32(count)
        counts = np.bincount(picked.ravel(), minlength=block * count).reshape(block, count)
        sums = counts.astype(np.float64) @ whole
        drawn = of(sums[:, :-1], sums[:, -1])
        good = np.isfinite(drawn).all(axis=1)
        redrawn += int((~good).sum())
        if redrawn > MOST_REDRAWS * resamples:
            return None
        found.append(drawn[good])
        have += int(good.sum())
        if done is not None:
            done(int(good.sum()))
    return np.concatenate(found)[:resamples], redrawn


def limits(
    draws: Numbers,
    original: float,
    acceleration: float,
    *,
    kind: Kind,
    level: float,
    unit: str,
) -> Interval | Undefined:
    """Limits of one figure from its resamples: percentiles, moved for bias (BC) and for skew (BCa, Efron 1987)."""
    check_level(level)
    draws = np.sort(draws)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if kind != "percentile":
        below = float(np.mean(draws < original))
        lift = acceleration if kind == "bca" else 0.0
        if not 0 < below < 1 or not math.isfinite(lift):
            return Undefined(Reason.NO_LIMITS)
        bias = float(ndtri(below))
        reach = bias + ndtri(tails)
        tails = ndtr(bias + reach / (1 - lift * reach))
    low, high = np.quantile(draws, tails, method="weibull")
    return Interval(float(low), float(high), level, f"{kind} bootstrap, {len(draws)} resamples of {unit}")


def limits_move_by(draws: Numbers, level: float, parts: int) -> tuple[float, float]:
    """How far each percentile limit would move with other random numbers: one standard deviation, from parts."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    found = np.array([np.quantile(piece, tails, method="weibull") for piece in np.array_split(draws, parts)])
    low, high = found.std(axis=0, ddof=1) / math.sqrt(parts)
    return float(low), float(high)


def acceleration_of(without: Numbers) -> Numbers:
    """How skewed each figure is (Efron 1987): from its values with each unit left out in turn, one row a unit.

    NaN for a figure that does not exist without one of them.
    """
    away = without.mean(axis=0) - without
    spread = (away**2).sum(axis=0) ** 1.5
    skew = np.divide((away**3).sum(axis=0), 6 * spread, out=np.zeros_like(spread), where=spread != 0)
    return np.asarray(skew)
