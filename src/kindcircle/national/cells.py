"""Counts and sums of everybody of one organisation in one programme: all that leaves the database.

They add up: a line of a report is the sum of its cells, and needs nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

from kindcircle.stats.before_after import ENOUGH_GROUPS
from kindcircle.stats.results import Interval, Reason, Undefined, t_quantile

ROUNDING: Final = 1e-9
"""A spread so small beside its numbers is nothing but the rounding of their sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Of people with both scores. Points of the scale; a change is after minus before.

    groups                how many groups they sat in
    change_of_groups_2    sum over groups of (sum of changes)²; `n_of_groups_2` of n²; `both_of_groups` of their product
    deteriorated … recovered   None where reliable change was not worked out
    """

    n: int = 0
    groups: int = 0
    before: float = 0.0
    after: float = 0.0
    before_2: float = 0.0
    after_2: float = 0.0
    change_2: float = 0.0
    change_of_groups_2: float = 0.0
    n_of_groups_2: float = 0.0
    both_of_groups: float = 0.0
    deteriorated: int = 0
    improved: int = 0
    recovered: int = 0

    @property
    def mean_before(self) -> float:
        return self.before / self.n

    @property
    def mean_after(self) -> float:
        return self.after / self.n

    @property
    def change(self) -> float:
        """The mean change of everybody, each person counting the same."""
        return (self.after - self.before) / self.n

    @property
    def sd_before(self) -> float:
        return _sd(self.n, self.before, self.before_2)

    @property
    def sd_after(self) -> float:
        return _sd(self.n, self.after, self.after_2)

    @property
    def sd_change(self) -> float:
        return _sd(self.n, self.after - self.before, self.change_2)

    @property
    def unchanged(self) -> int:
        return self.n - self.deteriorated - self.improved - self.recovered

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The range of true mean changes, with people of one group growing alike.

        Σd/Σm as a ratio over groups, linearised: se² = C/(C-1) Σ(d_c - r m_c)²/(Σm)², Student's t with C - 1 df
        (Cochran 1977, chapter 6). Undefined below four groups, which cannot tell how groups differ.
        """
        if self.groups < ENOUGH_GROUPS:
            return Undefined(Reason.TOO_FEW_GROUPS)
        r = self.change
        left = self.change_of_groups_2 - 2 * r * self.both_of_groups + r * r * self.n_of_groups_2
        if not left > ROUNDING * self.change_of_groups_2:
            return Undefined(Reason.NO_SPREAD_LEFT)
        se = math.sqrt(self.groups / (self.groups - 1) * left) / self.n
        half = t_quantile(level, self.groups - 1) * se
        return Interval(r - half, r + half, level, f"linearised over groups, t with {self.groups - 1} df")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Everybody of one organisation in one programme who has a sheet of this measure.

    people            everybody, with a score or without; `missing_*` are those without one of them, or both
    faulty, doubled   sheets without a score, for an answer that cannot be one or an item answered twice
    """

    organisation: str
    programme: str
    people: int
    missing_after: int
    missing_before: int
    missing_both: int
    faulty: int
    doubled: int
    sums: Sums


def together(parts: Iterable[Sums]) -> Sums:
    """The sums of all these people. The order does not matter, to the last digit."""
    listed = list(parts)
    whole: dict[str, Any] = {}
    for one in fields(Sums):
        values = [getattr(part, one.name) for part in listed]
        whole[one.name] = math.fsum(values) if isinstance(one.default, float) else sum(values)
    return Sums(**whole)


def _sd(n: int, total: float, squares: float) -> float:
    """Standard deviation from sums (divisor n - 1); exactly 0 where there is nothing but rounding."""
    left = squares - total * total / n
    return math.sqrt(left / (n - 1)) if n > 1 and left > ROUNDING * squares else 0.0
