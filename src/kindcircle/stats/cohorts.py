"""Groups of one programme side by side: their mean changes brought together, and what goes along with what.

Works on the figures of whole groups alone, so that nobody's line has to be kept for it. A group is a unit: how unlike
groups are is estimated between them, not assumed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kindcircle.stats.before_after import ENOUGH_GROUPS
from kindcircle.stats.change import Better
from kindcircle.stats.mediation import CAUTION, FEWEST_GROUPS, Model, bootstrap
from kindcircle.stats.meta import FEWEST_FOR_A_TEST, Pooled, WeightedLine, egger, pool, read_studies
from kindcircle.stats.results import Interval, MeanEstimate, Reason, Undefined, t_quantile
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message, Value

FEWEST_TO_TELL_RANGE: Final = 5
"""From so many groups on it is told where one more may lie; below, the range would be wider than any scale."""

RESAMPLES: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The mean change over groups, in points.

    pooled  by REML with the Knapp-Hartung interval;  careful  the same, never narrower than the normal one, where it is
    range   where the mean change of one more such group may lie; Undefined below five groups
    lean    whether small groups tell another story than large ones; Undefined below ten
    """

    pooled: Pooled
    careful: Interval | None
    range: Interval | Undefined
    lean: WeightedLine | Undefined


def together(changes: Sequence[MeanEstimate]) -> Together | Undefined:
    """Pool the mean changes of groups on one and the same form. Undefined below two groups with an interval."""
    studies = read_studies([one.estimate for one in changes], se=[one.se if one.se > 0 else None for one in changes])
    if studies.k < 2:
        return Undefined(Reason.ONE_STUDY if studies.k else Reason.NO_STUDIES)
    found = pool(studies)
    careful = pool(studies, test="adhoc")
    assert isinstance(found, Pooled) and isinstance(careful, Pooled)  # there are two at least
    enough = studies.k >= FEWEST_TO_TELL_RANGE
    return Together(
        pooled=found,
        careful=careful.interval() if careful.se > found.se else None,
        range=found.prediction_interval() if enough else Undefined(Reason.TOO_FEW_STUDIES),
        lean=egger(studies) if studies.k >= FEWEST_FOR_A_TEST else Undefined(Reason.TOO_FEW_STUDIES),
    )


def side_by_side(changes: Sequence[MeanEstimate], better: Better) -> Message:
    """The one sentence about all groups that are shown, for readers who are no researchers. It pools nothing."""
    k = len(changes)
    if k < 2:
        return Message("programme.one" if k else "programme.none")
    sign = 1 if better == "higher" else -1
    toward = sum(sign * one.estimate > 0 for one in changes)
    away = sum(sign * one.estimate < 0 for one in changes)
    values: dict[str, Value] = {"groups": k, "toward": toward, "away": away}
    if k < ENOUGH_GROUPS:
        return Message("programme.few", values)
    sides = [_side(one, sign) for one in changes]
    clear = {"clear": sides.count(1), "clear_away": sides.count(-1)}
    if clear["clear"] and clear["clear_away"]:
        return Message("programme.apart", values | clear)
    if clear["clear_away"]:
        return Message("programme.away", values | clear)
    return Message("programme.toward" if 2 * clear["clear"] > k else "programme.unclear", values | clear)


def _side(change: MeanEstimate, sign: int) -> int:
    """1 where a group of twelve and more moved clearly the hoped-for way, -1 the other way, 0 where none can tell."""
    interval = change.interval()
    if change.n[0] < ENOUGH_TO_TELL or isinstance(interval, Undefined) or interval.contains(0):
        return 0
    return 1 if sign * change.estimate > 0 else -1


def in_one(found: Together, better: Better) -> Message:
    """The sentence that goes with the mean over groups: its interval, and what is missing, before the full stop."""
    interval = found.careful or found.pooled.interval()
    ends = sorted((abs(interval.low), abs(interval.high)))
    rising = found.pooled.estimate > 0
    values: dict[str, Value] = {"groups": found.pooled.k}
    if found.pooled.k < ENOUGH_GROUPS:
        spread = {"change": found.pooled.estimate, "low": interval.low, "high": interval.high}
        return Message("pooled.few", values | spread)
    if interval.contains(0):
        spread = {"change": found.pooled.estimate, "low": interval.low, "high": interval.high}
        return Message("pooled.unclear", values | spread)
    way = "toward" if rising == (better == "higher") else "away"
    moved = {"amount": abs(found.pooled.estimate), "least": ends[0], "most": ends[1]}
    return Message(f"pooled.{way}", values | moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What is kept of one group's people: how many, their means, and sums of products around these means."""

    n: int
    means: tuple[float, ...]
    products: tuple[tuple[float, ...], ...]


def moments(columns: Sequence[Sequence[float]]) -> Moments:
    """The same from values, one list for each variable, one entry for each person."""
    table = np.asarray(columns, dtype=float)
    means = table.mean(axis=1)
    around = table - means[:, None]
    products = around @ around.T
    return Moments(
        n=table.shape[1],
        means=tuple(float(one) for one in means),
        products=tuple(tuple(float(one) for one in row) for row in products),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How much further people went who were at one more meeting, within their groups. It goes along; it is no cause."""

    slope: float
    interval: Interval
    n: int
    groups: int


def along_with(groups: Sequence[Moments]) -> Line | Undefined:
    """The change on the meetings somebody was at, compared within groups alone: first variable meetings, second change.

    One slope for all groups, an intercept for each; t with N - groups - 1 degrees of freedom. Undefined below twelve
    people or two groups, and where everybody of each group came equally often.
    """
    n, k = sum(one.n for one in groups), len(groups)
    if k < 2:
        return Undefined(Reason.TOO_FEW_GROUPS)
    df = n - k - 1
    if n < ENOUGH_TO_TELL or df < 1:
        return Undefined(Reason.TOO_FEW_DEGREES)
    xx = sum(one.products[0][0] for one in groups)
    xy = sum(one.products[0][1] for one in groups)
    yy = sum(one.products[1][1] for one in groups)
    if xx <= 1e-9:
        return Undefined(Reason.NO_SPREAD)
    slope = xy / xx
    left = yy - slope * xy
    if left <= 1e-12 * max(yy, 1.0):
        return Undefined(Reason.NO_SPREAD_LEFT)
    half = t_quantile(0.95, df) * math.sqrt(left / df / xx)
    method = f"within groups, t with {df} df"
    return Line(slope=slope, interval=Interval(slope - half, slope + half, 0.95, method), n=n, groups=k)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Meetings, the change in between, and the change that was hoped for: how much of one line goes through another.

    Whole groups were drawn again and again for the limits.
    """

    indirect: float
    indirect_limits: Interval
    direct: float
    direct_limits: Interval
    total: float
    n: int
    groups: int
    seed: int
    resamples: int
    caution: str = CAUTION


def through(groups: Sequence[Moments], *, seed: int) -> Way | Undefined:
    """The way from meetings over a change in between to the main change, within groups.

    Three variables in this order. Undefined below twenty groups: drawing few groups again and again says nothing.
    """
    if len(groups) < FEWEST_GROUPS:
        return Undefined(Reason.TOO_FEW_GROUPS)
    names = ("meetings", "between", "change")
    rows = [_like(one) for one in groups]
    data = {name: [float(value) for row in rows for value in row[place]] for place, name in enumerate(names)}
    which = [str(place) for place, one in enumerate(groups) for _ in range(one.n)]
    found = bootstrap(
        data,
        Model(x=names[0], mediators=(names[1],), y=names[2]),
        resamples=RESAMPLES,
        generator=np.random.default_rng(seed),
        group=which,
    )
    if isinstance(found, Undefined):
        return found
    original = dict(zip(found.names, found.original.tolist(), strict=True))
    indirect, direct = found.interval("ind_m1"), found.interval("cp")
    if isinstance(indirect, Undefined) or isinstance(direct, Undefined):
        return Undefined(Reason.NO_LIMITS)
    return Way(
        indirect=original["ind_m1"],
        indirect_limits=indirect,
        direct=original["cp"],
        direct_limits=direct,
        total=original["total"],
        n=sum(one.n for one in groups),
        groups=len(groups),
        seed=seed,
        resamples=RESAMPLES,
    )


def _like(group: Moments) -> np.ndarray:
    """Made-up rows, centred on 0, with the very sums of products of these people: paths rest on nothing else."""
    width = len(group.means)
    if group.n <= width:
        raise ValueError(f"Rows for {width} variables need more than {width} people.")
    values, vectors = np.linalg.eigh(np.asarray(group.products))
    half = vectors * np.sqrt(np.clip(values, 0, None))
    # Columns of equal length, at right angles to one another and to a column of ones.
    basis, _ = np.linalg.qr(np.column_stack([np.ones(group.n), np.vander(np.arange(group.n), width + 1)[:, :-1]]))
    return np.asarray(half @ basis[:, 1:].T)
