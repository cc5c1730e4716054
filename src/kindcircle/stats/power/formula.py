"""Power by formula: how likely a study finds an effect of a size named beforehand, and how many people that takes.

Never of a study that is over: its own effect gives a power that says nothing new (Hoenig & Heisey 2001).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import nctdtr, stdtrit

from kindcircle.stats.power.designs import FEWEST_GROUPS, Design
from kindcircle.stats.results import Reason, Undefined

MOST = 1_000_000
"""No search goes on past this many people or groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The chance of a two-sided test below `alpha` when the true effect has this size, 0 to 1."""

    power: float
    effect: float  # in SDs of the outcome
    alpha: float
    design: Design
    error: float  # standard error in the same unit
    df: float
    source: str = "noncentral t; agrees with R power.t.test(strict = TRUE)"

    @property
    def enough_groups(self) -> bool:
        """Whether the study could speak of other groups than its own."""
        return self.design.fewest_groups is None or self.design.fewest_groups >= FEWEST_GROUPS


def power(design: Design, *, effect: float, alpha: float = 0.05) -> Power | Undefined:
    """The power of one design for one true effect, whichever way it goes. Undefined where an arm is too small.

    Raises ValueError for an effect that is not finite or an alpha outside 0 to 1.
    """
    _check(effect, alpha)
    if design.problem is not None:
        return design.problem
    error, df = design.error, design.df
    return Power(
        power=_chance(abs(effect) / error, df, alpha), effect=effect, alpha=alpha, design=design, error=error, df=df
    )


def _check(effect: float, alpha: float) -> None:
    if not math.isfinite(effect):
        raise ValueError("The effect is a finite number of standard deviations.")
    if not 0 < alpha < 1:
        raise ValueError("Alpha lies between 0 and 1, for example 0.05.")


def _chance(shift: float, df: float, alpha: float) -> float:
    """That |t| passes its limit when t is shifted by so many standard errors."""
    limit = float(stdtrit(df, 1 - alpha / 2))
    if shift > limit + 38:  # past this the function runs out of digits, and the answer is 1 to the last of them
        return 1.0
    up_to, below = (float(nctdtr(df, shift, at)) for at in (limit, -limit))
    # Before it does, chances far below any digit that counts come back as no number.
    return min(1.0, max(0.0, 1 - (up_to if math.isfinite(up_to) else 0.0) + (below if math.isfinite(below) else 0.0)))


def enough(
    make: Callable[[int], Design], *, effect: float, wanted: float = 0.8, alpha: float = 0.05, fewest: int = 2
) -> Power | Undefined:
    """The smallest design with the wanted power. `make` builds a design from a count: of people, or of groups.

    Undefined when even a million do not reach it: more members in the same few groups, for example, never may.
    """
    _check(effect, alpha)
    if not 0 < wanted < 1 or effect == 0:
        raise ValueError("The wanted power lies between 0 and 1, and the effect is not 0.")

    def reaches(count: int) -> bool:
        found = power(make(count), effect=effect, alpha=alpha)
        return not isinstance(found, Undefined) and found.power >= wanted

    least = fewest_that(reaches, fewest)
    return least if isinstance(least, Undefined) else power(make(least), effect=effect, alpha=alpha)


def fewest_that(good: Callable[[int], bool], start: int) -> int | Undefined:
    """The smallest count from `start` on that is good, when every larger one is good too."""
    low, high = start - 1, start
    while not good(high):
        if high >= MOST:
            return Undefined(Reason.NEVER_ENOUGH)
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def smallest_effect(design: Design, *, wanted: float = 0.8, alpha: float = 0.05) -> float | Undefined:
    """The smallest effect, in SDs, that this design finds with the wanted power."""
    _check(0.0, alpha)
    if not alpha < wanted < 1:
        raise ValueError("The wanted power lies between alpha and 1.")
    if design.problem is not None:
        return design.problem
    df = design.df
    low, high = 0.0, 1.0
    while _chance(high, df, alpha) < wanted:
        low, high = high, 2 * high
    for _step in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _chance(middle, df, alpha) < wanted else (low, middle)
    return high * design.error


def invited(finishing: int, lost: float) -> int:
    """How many people to ask so that this many give an outcome when a share of them is lost."""
    if finishing < 0 or not 0 <= lost < 1:
        raise ValueError("The share that is lost lies between 0 and 1, 1 left out.")
    return math.ceil(finishing / (1 - lost) - 1e-9)
