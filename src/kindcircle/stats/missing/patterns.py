"""Who is missing where: described before anything is filled in, because no method mends what was never asked.

Nothing here guesses why. That those who left differ from those who stayed can be seen; that they do not differ in what
was never measured cannot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.design import Column
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.samples import Scores, as_scores, spread

MUCH: Final = 0.20
APART: Final = 0.10
UNLIKE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of being incomplete, and how many people have it."""

    there: tuple[bool, ...]  # for each column, in the order of `Gaps.names`
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What is missing in a table of people × columns."""

    names: tuple[str, ...]
    n: int
    missing: Mapping[str, int]  # people without a value, by column
    patterns: tuple[Pattern, ...]  # the most frequent first; of equals, the one with more there

    @property
    def complete(self) -> int:
        """People with every value."""
        return sum(one.count for one in self.patterns if all(one.there))

    @property
    def share_incomplete(self) -> float:
        """People with a gap over all people, 0 to 1."""
        return 1 - self.complete / self.n

    @property
    def only_lost(self) -> bool:
        """Whether nobody came back, in the order of the columns: a gap is followed by gaps alone (monotone)."""
        return all(list(one.there) == sorted(one.there, reverse=True) for one in self.patterns)

    def together(self, one: str, other: str) -> int:
        """People with both values."""
        first, second = self.names.index(one), self.names.index(other)
        return sum(pattern.count for pattern in self.patterns if pattern.there[first] and pattern.there[second])


def gaps(table: Mapping[str, Column]) -> Gaps:
    """Count what is missing: None, NaN, by column and by pattern.

    table  columns by name, one entry for each person. Raises ValueError for columns of different length, or no people.
    """
    names = tuple(table)
    lengths = {len(table[name]) for name in names}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError("Every column has one entry for each person, and there is one person at least.")
    there = np.column_stack([~is_missing(table[name]) for name in names])
    counted = Counter(tuple(bool(one) for one in row) for row in there)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], [not one for one in item[0]]))
    return Gaps(
        names=names,
        n=len(there),
        missing={name: int(missing) for name, missing in zip(names, (~there).sum(axis=0), strict=True)},
        patterns=tuple(Pattern(pattern, count) for pattern, count in ordered),
    )


def is_missing(column: Column) -> NDArray[np.bool_]:
    """Which entries of a column are None or NaN."""
    return np.array([value is None or value != value for value in column], dtype=bool)


class Caution(StrEnum):
    """What a reader must be told about those who are missing."""

    MANY = "many"
    UNEVEN = "uneven"
    UNLIKE = "unlike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Who has no last answer, and how they began.

    arms         how many of how many have none, by arm, with an interval as any share has
    began_apart  mean first score of those without a last answer minus that of those with one, over the SD of all first
                 scores; Undefined when nobody is on one side, or all began alike
    """

    arms: Mapping[str, Proportion]
    began_apart: float | Undefined

    @property
    def together(self) -> Proportion:
        """Over all arms."""
        return Proportion(sum(one.count for one in self.arms.values()), sum(one.n for one in self.arms.values()))

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """More than 20 % lost, more than 10 points between arms, or more than 0.25 SD apart at the start."""
        shares = [one.count / one.n for one in self.arms.values()]
        apart = self.began_apart
        said = {
            Caution.MANY: self.together.count / self.together.n > MUCH,
            Caution.UNEVEN: max(shares) - min(shares) > APART + 1e-12,
            Caution.UNLIKE: not isinstance(apart, Undefined) and abs(apart) > UNLIKE,
        }
        return tuple(one for one, holds in said.items() if holds)


def losses(first: Scores, last: Scores, *, arm: Sequence[str] | None = None) -> Losses:
    """Set those without a last score beside those with one.

    first, last  scores of the same people, None where missing; arm  who belongs where, one arm without it
    Raises ValueError when lists differ in length, or nobody is listed.
    """
    began, ended = as_scores(first), as_scores(last)
    names = ["everyone"] * len(began) if arm is None else list(arm)
    if not len(began) or began.shape != ended.shape or len(names) != len(began):
        raise ValueError("First score, last score and arm have one entry for each person, and there is one at least.")
    gone = np.isnan(ended)
    of = np.array(names, dtype=object)
    counted = {
        name: Proportion(int((gone & (of == name)).sum()), int((of == name).sum())) for name in dict.fromkeys(names)
    }
    return Losses(arms=counted, began_apart=_apart(began, gone))


def _apart(began: NDArray[np.float64], gone: NDArray[np.bool_]) -> float | Undefined:
    known = ~np.isnan(began)
    left, stayed = began[known & gone], began[known & ~gone]
    if not len(left) or not len(stayed):
        return Undefined(Reason.NOBODY_TO_COMPARE)
    sd = spread(began[known])
    return float(left.mean() - stayed.mean()) / sd if sd > 0 else Undefined(Reason.NO_SPREAD_BEFORE)
