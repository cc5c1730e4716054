"""Whether a programme can be run: who came, who stayed, and what a count of zero can mean.

Every rate comes with its n and its interval; 27 of 32 attendances from 8 people is not "84 %" alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from kindcircle.stats.results import (
    Interval,
    Reason,
    Undefined,
    check_level,
    normal_quantile,
    t_quantile,
)

# The share of offered sessions that counts as completing the programme, decided before it starts.
COMPLETION_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` out of `n`: people, sessions or answers. The n is part of the answer.

    Raises ValueError unless 0 <= count <= n.
    """

    count: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.n:
            raise ValueError("A count lies between 0 and the number it is taken from.")

    @property
    def estimate(self) -> float | Undefined:
        """The share, 0 to 1; Undefined when there is nothing to count."""
        return self.count / self.n if self.n else Undefined(Reason.NOTHING_OFFERED)

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The default: Wilson's score interval, without continuity correction. Source: Wilson (1927).

        Agrees with R prop.test(correct = FALSE). It treats all counts as independent.
        """
        z = normal_quantile(level)
        if not self.n:
            return Undefined(Reason.NOTHING_OFFERED)
        share = self.count / self.n
        middle = (share + z * z / (2 * self.n)) / (1 + z * z / self.n)
        half = z * math.sqrt(share * (1 - share) / self.n + z * z / (4 * self.n * self.n))
        half /= 1 + z * z / self.n
        # At 0 and at n the limit is 0 or 1 by algebra; the subtraction leaves a rounding error.
        low = 0.0 if self.count == 0 else middle - half
        high = 1.0 if self.count == self.n else middle + half
        return Interval(low, high, level, "Wilson score")

    def exact_interval(self, level: float = 0.95) -> Interval | Undefined:
        """The exact interval, which is never too narrow. Source: Clopper & Pearson (1934).

        Agrees with R binom.test().
        """
        check_level(level)
        if not self.n:
            return Undefined(Reason.NOTHING_OFFERED)
        tail = (1 - level) / 2
        none, every = self.count == 0, self.count == self.n
        low = 0.0 if none else float(betaincinv(self.count, self.n - self.count + 1, tail))
        high = 1.0 if every else float(betaincinv(self.count + 1, self.n - self.count, 1 - tail))
        return Interval(low, high, level, "exact, Clopper-Pearson")

    def upper_limit_if_zero(self, level: float = 0.95) -> float | Undefined:
        """When nothing was seen in n people, the largest share still plausible: 1 - (1 - level)^(1/n).

        One-sided. "No harm in 8 people" is compatible with harm in 31 % of people.
        Source: Hanley & Lippman-Hand (1983).
        """
        check_level(level)
        if self.count:
            return Undefined(Reason.NOT_ZERO)
        if not self.n:
            return Undefined(Reason.NOTHING_OFFERED)
        return -math.expm1(math.log(1 - level) / self.n)

    def rule_of_three(self) -> float | Undefined:
        """The short-hand 3/n for `upper_limit_if_zero` at 95 %, at most 1."""
        if self.count:
            return Undefined(Reason.NOT_ZERO)
        return min(1.0, 3 / self.n) if self.n else Undefined(Reason.NOTHING_OFFERED)


@dataclass(frozen=True, slots=True)
class ClusteredRate:
    """A rate whose counts come in clusters (one person's sessions go together), with an honest interval.

    Ratio estimator p = Σy/Σm; se² = C/(C-1) Σ(y_c - p m_c)²/(Σm)²; t with C - 1 df.
    """

    estimate: float  # 0 to 1
    se: float
    clusters: int  # people or groups
    n: int  # sessions

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The interval by the formula; with few clusters a limit may pass 0 or 1."""
        if not self.se > 0:
            return Undefined(Reason.NO_SPREAD_LEFT)
        half = t_quantile(level, self.clusters - 1) * self.se
        method = f"cluster-linearised, t with {self.clusters - 1} df"
        return Interval(self.estimate - half, self.estimate + half, level, method)

    def interval_within_range(self, level: float = 0.95) -> Interval | Undefined:
        """The same interval for showing to people: nothing below 0 or above 1, and it says so."""
        found = self.interval(level)
        if isinstance(found, Undefined):
            return found
        return Interval(max(0.0, found.low), min(1.0, found.high), level, f"{found.method}, kept in 0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Who came, over all sessions that were offered and recorded."""

    sessions: Proportion  # sessions attended, of sessions offered to all members together
    members: int
    groups: int | None  # None when groups were not given
    completers: Proportion  # members who came to at least `completion_share` of their sessions
    completion_share: float
    median_attended: float  # sessions attended by the member in the middle
    range_attended: tuple[int, int]  # fewest and most sessions attended by one member
    not_recorded: int  # rows without an attendance mark; left out everywhere
    by_member: ClusteredRate | Undefined
    by_group: ClusteredRate | Undefined


def summarise_attendance(
    attended: Sequence[bool | int | None],
    *,
    member: Sequence[object],
    group: Sequence[object] | None = None,
    completion_share: float = COMPLETION_SHARE,
) -> Attendance | Undefined:
    """Summarise attendance, one entry per member and offered session.

    `attended` is True or 1, False or 0, or None when no one wrote it down (left out and counted, never taken
    as absence). A member of two groups counts once in each. Raises ValueError for other values or for lists
    of unequal length; Undefined when nothing was recorded.
    """
    rows = len(attended)
    groups = [None] * rows if group is None else list(group)
    if len(member) != rows or len(groups) != rows:
        raise ValueError("Attendance, member and group have one entry per member and session.")
    if any(mark is not None and mark not in (0, 1) for mark in attended):
        raise ValueError("Attendance is 1 for present, 0 for absent, or None where it was not recorded.")
    if not 0 < completion_share <= 1:
        raise ValueError("The share that counts as completing lies above 0, up to 1.")
    kept = [place for place in range(rows) if attended[place] is not None]
    if not kept:
        return Undefined(Reason.NOTHING_OFFERED)
    marks = np.asarray([attended[place] for place in kept], dtype=np.int64)
    came, offered = _totals(marks, [(groups[place], member[place]) for place in kept])
    # A share such as 0.7 of 10 is 7 in words but 7.000000000000001 in binary.
    finished = came >= completion_share * offered - 1e-9
    by_group: ClusteredRate | Undefined = Undefined(Reason.ONE_CLUSTER)
    if group is not None:
        by_group = _clustered(*_totals(marks, [groups[place] for place in kept]))
    return Attendance(
        sessions=Proportion(int(marks.sum()), len(marks)),
        members=len(came),
        groups=None if group is None else len({groups[place] for place in kept}),
        completers=Proportion(int(finished.sum()), len(came)),
        completion_share=completion_share,
        median_attended=float(np.median(came)),
        range_attended=(int(came.min()), int(came.max())),
        not_recorded=rows - len(kept),
        by_member=_clustered(came, offered),
        by_group=by_group,
    )


def _totals(marks: NDArray[np.int64], clusters: Sequence[object]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sessions attended and sessions offered, per cluster in order of first appearance."""
    number: dict[object, int] = {}
    codes = np.asarray([number.setdefault(cluster, len(number)) for cluster in clusters])
    came, offered = np.zeros(len(number), dtype=np.int64), np.zeros(len(number), dtype=np.int64)
    np.add.at(came, codes, marks)
    np.add.at(offered, codes, 1)
    return came, offered


def _clustered(came: NDArray[np.int64], offered: NDArray[np.int64]) -> ClusteredRate | Undefined:
    clusters, total = len(came), int(offered.sum())
    if clusters < 2:
        return Undefined(Reason.ONE_CLUSTER)
    rate = float(came.sum() / total)
    left = came - rate * offered
    # Equal rates everywhere leave only rounding error, which is no measure of uncertainty.
    spread = float(left @ left) if float(np.max(np.abs(left))) > 1e-9 else 0.0
    return ClusteredRate(rate, math.sqrt(clusters / (clusters - 1) * spread) / total, clusters, total)
