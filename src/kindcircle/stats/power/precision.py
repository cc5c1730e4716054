"""How closely a feasibility study can tell what it is for: a share, a spread, a count of nothing.

A small first study has no power to show an effect and is not asked for any (Eldridge et al. 2016). It is planned by the
width of its intervals.
"""

from __future__ import annotations

import math

from scipy.special import chdtri

from kindcircle.stats.power.designs import check_share, design_effect
from kindcircle.stats.power.formula import fewest_that
from kindcircle.stats.results import Interval, Reason, Undefined, check_level, normal_quantile, t_quantile


def share_interval(
    n: int, share: float, *, size: float = 1.0, icc: float = 0.0, level: float = 0.95
) -> Interval | Undefined:
    """Wilson's interval that n people will give when the share turns out like this.

    With groups of `size` members as alike as `icc`, n counts for n / design effect. Source: Wilson (1927).
    """
    check_share("The share", share, below=1 + 1e-12)
    z = normal_quantile(level)
    if n < 1:
        return Undefined(Reason.NOTHING_OFFERED)
    alone = n / design_effect(size, icc)
    middle = (share + z * z / (2 * alone)) / (1 + z * z / alone)
    half = z * math.sqrt(share * (1 - share) / alone + z * z / (4 * alone * alone)) / (1 + z * z / alone)
    low = 0.0 if share == 0 else middle - half
    high = 1.0 if share >= 1 else middle + half
    return Interval(low, high, level, "Wilson score")


def people_for_share(
    half_width: float, share: float, *, size: float = 1.0, icc: float = 0.0, level: float = 0.95
) -> int | Undefined:
    """The fewest people whose interval for a share reaches no further than this to either side, on average."""
    if not 0 < half_width < 0.5:
        raise ValueError("Half of the width lies between 0 and 0.5.")

    def close(n: int) -> bool:
        found = share_interval(n, share, size=size, icc=icc, level=level)
        return not isinstance(found, Undefined) and found.high - found.low <= 2 * half_width

    return fewest_that(close, 1)


def people_for_none_seen(largest: float, *, level: float = 0.95) -> int:
    """How many people without any harm it takes to say that fewer than this share are harmed (Hanley 1983)."""
    check_level(level)
    if not 0 < largest < 1:
        raise ValueError("The largest share lies between 0 and 1.")
    return math.ceil(math.log(1 - level) / math.log1p(-largest) - 1e-9)


def difference_half_width(first: int, second: int, *, level: float = 0.95) -> float | Undefined:
    """How far the interval of a difference of two arms will reach to either side, in SDs of the outcome."""
    if min(first, second) < 2:
        return Undefined(Reason.TOO_FEW_IN_ARM)
    return t_quantile(level, first + second - 2) * math.sqrt(1 / first + 1 / second)


def spread_limits(df: int, *, level: float = 0.95) -> Interval | Undefined:
    """The interval of a standard deviation, as factors of the one that is found: what a larger trial is planned with.

    Normal scores; df is people less arms. Source: Browne (1995).
    """
    check_level(level)
    if df < 1:
        return Undefined(Reason.TOO_FEW_DEGREES)
    tail = (1 - level) / 2
    low, high = (math.sqrt(df / float(chdtri(df, one))) for one in (tail, 1 - tail))
    return Interval(low, high, level, "chi-square")
