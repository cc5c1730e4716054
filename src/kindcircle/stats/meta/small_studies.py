"""Whether small studies tell another story than large ones: two tests, and what pooling would give if some were lost.

None of these can say why. Few studies (below ten) make all of them guesswork, and no filled-in estimate is ever called
corrected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from kindcircle.stats.meta.between import Method
from kindcircle.stats.meta.pooling import Pooled, pool
from kindcircle.stats.meta.regression import MetaRegression, WeightedLine, line_through, regress
from kindcircle.stats.meta.studies import Numbers, Studies
from kindcircle.stats.results import Reason, Undefined

FEWEST_FOR_A_TEST = 10
"""Below this many studies a test of small-study effects says next to nothing. Source: Sterne et al. (2011)."""

Counting = Literal["L0", "R0"]


def egger(studies: Studies) -> WeightedLine | Undefined:
    """Do estimates grow with their standard errors? The classic line. Source: Egger et al. (1997).

    Agrees with metafor regtest(model = 'lm', predictor = 'sei').
    """
    return line_through(studies, studies.se)


def egger_mixed(studies: Studies, *, until: float = 0.0) -> MetaRegression | Undefined:
    """The same question within the random-effects model, by the normal quantile. `until` as in between_studies."""
    if studies.k < 3:
        return Undefined(Reason.TOO_FEW_STUDIES)
    if float(np.ptp(studies.se)) == 0.0:
        return Undefined(Reason.NO_SPREAD)
    return regress(studies, {"standard error": list(studies.se)}, knapp_hartung=False, until=until)


@dataclass(frozen=True, slots=True)
class RankTest:
    """Kendall's rank correlation of estimates and their variances."""

    tau: float
    p: float


def begg(studies: Studies) -> RankTest | Undefined:
    """Do estimates and their variances rank alike? Source: Begg & Mazumdar (1994). Exact unless there are ties."""
    if studies.k < 3:
        return Undefined(Reason.TOO_FEW_STUDIES)
    from scipy.stats import kendalltau  # takes long to import, and only this needs it

    weights = 1 / studies.v
    common = float(weights @ studies.y / weights.sum())
    standing = (studies.y - common) / np.sqrt(studies.v - 1 / weights.sum())
    tied = len(np.unique(standing)) < studies.k or len(np.unique(studies.v)) < studies.k
    found = kendalltau(standing, studies.v, method="asymptotic" if tied else "exact")
    if math.isnan(found.statistic):
        return Undefined(Reason.NO_SPREAD)
    return RankTest(float(found.statistic), float(found.pvalue))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimAndFill:
    """What pooling gives once studies that a lopsided picture seems to lack are mirrored in. A sensitivity check."""

    side: Literal["left", "right"]  # where studies seem to be missing
    filled: int
    filled_se: float | None
    pooled: Pooled
    y: Numbers  # all estimates, the filled ones last
    v: Numbers


def trim_and_fill(
    studies: Studies, *, method: Method = "REML", counting: Counting = "L0", until: float = 0.0
) -> TrimAndFill | Undefined:
    """Estimate how many studies are missing on one side and pool with their mirror images.

    Source: Duval & Tweedie (2000); agrees with metafor trimfill(). Undefined below three studies. `until` as in
    between_studies.
    """
    slope = _lean(studies, method)
    if isinstance(slope, Undefined):
        return slope
    side: Literal["left", "right"] = "right" if slope < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * studies.y, kind="stable")
    sorted_studies = replace(studies.only(order), y=sign * studies.y[order])
    filled, se, centre = _count_missing(sorted_studies, method, counting, until)
    mirrored = 2 * centre - sorted_studies.y[studies.k - filled :]
    y = sign * np.concatenate([sorted_studies.y, mirrored])
    v = np.concatenate([sorted_studies.v, sorted_studies.v[studies.k - filled :]])
    pooled = pool(Studies(y=y, v=v, dropped=studies.dropped), method=method, test="z", until=until)
    assert isinstance(pooled, Pooled)  # there are three at least
    return TrimAndFill(side=side, filled=filled, filled_se=se, pooled=pooled, y=y, v=v)


def _lean(studies: Studies, method: Method) -> float | Undefined:
    """The slope of the estimates on their standard errors, which tells the side that looks empty."""
    if studies.k < 3:
        return Undefined(Reason.TOO_FEW_STUDIES)
    if float(np.ptp(studies.se)) == 0.0:
        return 0.0
    found = regress(studies, {"standard error": list(studies.se)}, method=method, knapp_hartung=False)
    return found if isinstance(found, Undefined) else float(found.beta[1])


def _count_missing(
    studies: Studies, method: Method, counting: Counting, until: float
) -> tuple[int, float | None, float]:
    """Cut the outermost studies, pool, count again, until the count stays. Estimates rise along the list."""
    k, missing = studies.k, 0
    se: float | None
    seen: set[int] = set()
    while True:
        kept = pool(studies.only(np.arange(k - missing)), method=method, test="z", until=until)
        assert isinstance(kept, Pooled)  # one study is always left
        away = studies.y - kept.estimate
        order = np.argsort(np.abs(away), kind="stable")
        ranks = np.empty(k)
        ranks[order] = np.arange(1, k + 1)
        signed = np.sign(away) * ranks
        if counting == "R0":
            below = -signed[signed < 0]
            found = k - (float(below.max()) if below.size else 0.0) - 1
            se = math.sqrt(2 * max(0.0, found) + 2)
        else:
            above = float(signed[signed > 0].sum())
            found = (4 * above - k * (k + 1)) / (2 * k - 1)
            # By the same formula as the count, before it is cut off at 0: far below, it has no standard error.
            spread = k * (k + 1) * (2 * k + 1) + 10 * found**3 + 27 * found**2 + 17 * found
            spread += 6 * k**2 * found - 18 * k * found**2 - 18 * k * found
            se = 4 * math.sqrt(spread / 24) / (2 * k - 1) if spread > 0 else None
        count = min(round(max(0.0, found)), k - 1)
        if count == missing or count in seen:
            return count, se, kept.estimate
        seen.add(missing)
        missing = count
