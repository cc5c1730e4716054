"""What a study is going to be: who is compared with whom, and who sits with whom in a group.

Everything is counted in standard deviations of the outcome, so that a design needs no scale. Group sizes are those of
people who give an outcome at the end, not of those invited.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kindcircle.stats.results import Reason, Undefined

FEWEST_GROUPS = 4
"""With fewer groups in an arm a study describes these groups only (warning W4)."""


class Design(Protocol):
    """What power needs of a design."""

    @property
    def people(self) -> tuple[int, ...]:
        """People with an outcome, one number for each arm."""

    @property
    def error(self) -> float:
        """The standard error of the difference or change, in standard deviations of the outcome."""

    @property
    def df(self) -> float:
        """Degrees of freedom of the test."""

    @property
    def fewest_groups(self) -> int | None:
        """Groups in the arm that has fewest; None where nobody sits in a group."""

    @property
    def problem(self) -> Undefined | None:
        """Why there is no figure for this design."""


def check_share(name: str, value: float, *, below: float = 1.0) -> None:
    """Raise ValueError unless 0 <= value < below."""
    if not 0 <= value < below:
        raise ValueError(f"{name} lies between 0 and {below:g}, and this one is {value:g}.")


def _check_people(*counts: int) -> None:
    if any(count < 0 for count in counts):
        raise ValueError("There are no fewer than 0 people in an arm.")


@dataclass(frozen=True, slots=True)
class TwoArms:
    """Two arms of people on their own. `r` is the correlation of the outcome with the same score at the start,
    when that is part of the analysis: it takes 1 - r² off the variance. Source: Borm, Fransen & Lemmens (2007)."""

    first: int
    second: int
    r: float = 0.0

    def __post_init__(self) -> None:
        _check_people(self.first, self.second)
        check_share("The correlation with the start", abs(self.r))

    @property
    def people(self) -> tuple[int, ...]:
        return self.first, self.second

    @property
    def error(self) -> float:
        return math.sqrt((1 - self.r**2) * (1 / self.first + 1 / self.second))

    @property
    def df(self) -> float:
        return self.first + self.second - (3 if self.r else 2)

    @property
    def fewest_groups(self) -> int | None:
        return None

    @property
    def problem(self) -> Undefined | None:
        few = min(self.first, self.second) < 2 or self.df < 1
        return Undefined(Reason.TOO_FEW_IN_ARM) if few else None


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One arm, measured twice, with the correlation `r` of the two scores. The effect is the mean change in SDs of the
    first score. Whatever the power: without a comparison nobody can say why people changed."""

    n: int
    r: float

    def __post_init__(self) -> None:
        _check_people(self.n)
        if not -1 < self.r < 1:
            raise ValueError("The correlation of before and after lies between -1 and 1.")

    @property
    def people(self) -> tuple[int, ...]:
        return (self.n,)

    @property
    def error(self) -> float:
        return math.sqrt(2 * (1 - self.r) / self.n)

    @property
    def df(self) -> float:
        return self.n - 1

    @property
    def fewest_groups(self) -> int | None:
        return None

    @property
    def problem(self) -> Undefined | None:
        return Undefined(Reason.TOO_FEW_PAIRS) if self.n < 2 else None


def design_effect(size: float, icc: float, *, cv: float = 0.0) -> float:
    """How many times more people a trial in groups needs: 1 + ((1 + cv²) size - 1) icc, with the mean size.

    icc  how alike members of one group are, 0 to 1;  cv  standard deviation of group sizes over their mean
    Source: Eldridge, Ashby & Kerry (2006); with cv = 0 the classic one of Donner, Birkett & Buck (1981).
    """
    check_share("The likeness within groups", icc)
    if size < 1 or cv < 0:
        raise ValueError("A group has one member at least, and sizes spread by 0 or more.")
    return 1 + ((1 + cv * cv) * size - 1) * icc


def spread_sizes(groups: int, size: float, *, cv: float = 0.0) -> tuple[int, ...]:
    """Whole group sizes with about this mean and spread, the same ones every time: small, middling and large."""
    if groups < 1 or size < 1 or cv < 0:
        raise ValueError("There must be a group, with one member at least, and sizes spread by 0 or more.")
    places = [2 * (place + 0.5) / groups - 1 for place in range(groups)]
    width = math.sqrt(sum(place * place for place in places) / groups)
    wished = [size * (1 + cv * place / width) if width else size for place in places]
    if min(wished) < 1:
        raise ValueError("With sizes spread this far apart a group would have nobody in it.")
    sizes, owed = [], 0.0
    for wish in wished:
        whole = max(1, math.floor(wish + owed + 0.5))
        owed += wish - whole
        sizes.append(whole)
    return tuple(sizes)


def _grouped_variance(sizes: Sequence[int], icc: float) -> float:
    """Of the mean over all members: 1/N times the design effect of these very sizes."""
    people = sum(sizes)
    return (1 + (sum(size * size for size in sizes) / people - 1) * icc) / people


@dataclass(frozen=True, slots=True)
class InGroups:
    """Both arms meet in groups. `icc` is how alike members of one group are at the end (after the start score is
    taken off, where `r` is given). Groups, not people, make the degrees of freedom. Source: Donner & Klar (2000)."""

    first: tuple[int, ...]  # the size of each group
    second: tuple[int, ...]
    icc: float
    r: float = 0.0

    def __post_init__(self) -> None:
        if any(size < 1 for size in (*self.first, *self.second)):
            raise ValueError("Each group has one member at least.")
        check_share("The likeness within groups", self.icc)
        check_share("The correlation with the start", abs(self.r))

    @property
    def people(self) -> tuple[int, ...]:
        return sum(self.first), sum(self.second)

    @property
    def error(self) -> float:
        left = 1 - self.r**2
        return math.sqrt(left * (_grouped_variance(self.first, self.icc) + _grouped_variance(self.second, self.icc)))

    @property
    def df(self) -> float:
        return len(self.first) + len(self.second) - 2

    @property
    def fewest_groups(self) -> int | None:
        return min(len(self.first), len(self.second))

    @property
    def problem(self) -> Undefined | None:
        return Undefined(Reason.TOO_FEW_GROUPS) if min(len(self.first), len(self.second)) < 2 else None


@dataclass(frozen=True, slots=True)
class PartlyGrouped:
    """One arm meets in groups, the other waits or goes on as usual, each on their own: the usual trial of a group.

    Both arms have the same spread in all. Degrees of freedom by Satterthwaite from what each arm adds to the error.
    Sources: Roberts & Roberts (2005); Moerbeek & Wong (2008).
    """

    groups: tuple[int, ...]  # the size of each group
    alone: int
    icc: float
    r: float = 0.0

    def __post_init__(self) -> None:
        _check_people(self.alone)
        if any(size < 1 for size in self.groups):
            raise ValueError("Each group has one member at least.")
        check_share("The likeness within groups", self.icc)
        check_share("The correlation with the start", abs(self.r))

    @property
    def people(self) -> tuple[int, ...]:
        return sum(self.groups), self.alone

    @property
    def error(self) -> float:
        return math.sqrt((1 - self.r**2) * sum(self._parts))

    @property
    def df(self) -> float:
        grouped, alone = self._parts
        return (grouped + alone) ** 2 / (grouped**2 / (len(self.groups) - 1) + alone**2 / (self.alone - 1))

    @property
    def _parts(self) -> tuple[float, float]:
        return _grouped_variance(self.groups, self.icc), 1 / self.alone

    @property
    def fewest_groups(self) -> int | None:
        return len(self.groups)

    @property
    def problem(self) -> Undefined | None:
        if len(self.groups) < 2:
            return Undefined(Reason.TOO_FEW_GROUPS)
        return Undefined(Reason.TOO_FEW_IN_ARM) if self.alone < 2 else None
