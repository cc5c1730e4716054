"""A trial in which one arm meets in groups and the other waits: the difference at one time, as the plan said it.

People of one group are alike, people who wait are strangers, and the two spread differently. A t-test that overlooks
this finds an effect in every eighth trial without one (ICC .20, four groups of eight). So the arm in groups has a
variance between groups, each arm its own within (Roberts & Roberts 2005; Bauer, Sterba & Hallfors 2008), and the
degrees of freedom are those of few groups.

Where a draw kept the arms alike within strata, the comparison looks within them too: left out, what they explain counts
as noise, and the interval is wider than it has to be (Kahan & Morris 2012).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kindcircle.stats.design import Column, Factor, read_formula
from kindcircle.stats.mixed import Singular, fit, kenward_roger, prepare, satterthwaite
from kindcircle.stats.mixed.inference import Contrast
from kindcircle.stats.results import Interval, Reason, Undefined

FEWEST_GROUPS: Final = 4
"""With fewer groups nothing is said of such groups in general: the two arms are described."""
FEWEST_IN_ARM: Final = 5
FORMULA: Final = "after ~ before + now + (0 + now | group)"
FORMULA_WITHIN: Final = "after ~ before + now + stratum + (0 + now | group)"

Df = Literal["satterthwaite", "kenward-roger"]


@dataclass(frozen=True, slots=True)
class Person:
    """One person who was drawn. `group`: with whom they met; None for whoever waits or never came to a group.

    `stratum`: within what they were drawn, where the comparison is to look within it.
    """

    now: bool
    before: float
    after: float | None
    group: str | None = None
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm as it is. People without a second score are counted and in no mean."""

    people: int
    scored: int
    mean_before: float | None
    mean_after: float | None
    sd_after: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Now minus later, in points of the scale, at the same score before.

    icc        how alike people of one group were: the part of the spread in that arm that lies between groups
    groups     how many people with both scores each group had, the largest first; who met in none is a group of one
    on_the_edge  no variance between groups was found, and the degrees of freedom are those of the groups all the same
    strata     within which of them people were compared; () where they count as one
    together   those that had people with both scores in one arm only, and were put together with the largest other
    """

    contrast: Contrast
    between: float
    within_now: float
    within_later: float
    on_the_edge: bool
    groups: tuple[int, ...]
    strata: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    @property
    def interval(self) -> Interval:
        return self.contrast.interval()

    @property
    def icc(self) -> float:
        return self.between / (self.between + self.within_now)


@dataclass(frozen=True, slots=True)
class Trial:
    """Both arms, and the comparison or why there is none."""

    now: Arm
    later: Arm
    comparison: Comparison | Undefined


def compare(people: Sequence[Person], *, df: Df) -> Trial:
    """The comparison of everybody with both scores, each in the arm they were drawn for."""
    now, later = _arm([one for one in people if one.now]), _arm([one for one in people if not one.now])
    return Trial(now, later, _comparison([one for one in people if one.after is not None], now, later, df))


def _comparison(people: Sequence[Person], now: Arm, later: Arm, df: Df) -> Comparison | Undefined:
    groups = Counter(one.group for one in people if one.now and one.group is not None)
    if min(now.scored, later.scored) < FEWEST_IN_ARM:
        return Undefined(Reason.TOO_FEW_IN_ARM)
    if len(groups) < FEWEST_GROUPS:
        return Undefined(Reason.TOO_FEW_GROUPS)
    if not now.sd_after or not later.sd_after or len({one.before for one in people}) < 2:
        return Undefined(Reason.NO_SPREAD)
    table: dict[str, Column] = {
        "after": [one.after for one in people],
        "before": [one.before for one in people],
        "now": [float(one.now) for one in people],
        # Whoever waits, or was drawn and met in no group, is a group alone.
        "group": [f"g:{one.group}" if one.now and one.group else f"p:{n}" for n, one in enumerate(people)],
        "arm": ["now" if one.now else "later" for one in people],
    }
    within, together = _strata(people)
    levels = tuple(sorted(set(within)))
    strata = levels if len(levels) > 1 else ()
    formula = read_formula(FORMULA_WITHIN if strata else FORMULA)
    table["stratum"] = within
    try:
        fitted = fit(prepare(formula, table, factors={"stratum": Factor(levels)}, residual_by="arm"))
        if isinstance(fitted, Undefined):
            return Undefined(Reason.NO_SPREAD_LEFT)
        judged = kenward_roger(fitted) if df == "kenward-roger" else satterthwaite(fitted)
    except Singular:
        return Undefined(Reason.NO_SPREAD_LEFT)
    found = judged.effects()["now"]
    spread = dict(zip(fitted.problem.residual, (float(one[0, 0]) for one in fitted.covariances[1:]), strict=True))
    between = float(fitted.covariances[0][0, 0])
    alone = sum(one.now and one.group is None for one in people)
    sizes = (*sorted(groups.values(), reverse=True), *([1] * alone))
    slopes = 1 + max(0, len(strata) - 1)
    free = max(1, later.scored - 1 - slopes)
    most = _by_design(len(sizes), now.scored, free, later.scored, spread, between)
    # Where no variance between groups shows, the model takes people for strangers; their number is no safety.
    contrast = Contrast(found.estimate, found.se, min(found.df, most), found.method)
    return Comparison(contrast, between, spread["now"], spread["later"], fitted.on_the_edge, sizes, strata, together)


def _strata(people: Sequence[Person]) -> tuple[list[str], tuple[str, ...]]:
    """Everybody's stratum, and those strata that stand in one arm only and went to the largest of the others."""
    arms: dict[str, set[bool]] = {}
    for one in people:
        arms.setdefault(one.stratum, set()).add(one.now)
    alone = tuple(sorted(name for name, found in arms.items() if len(found) == 1))
    sizes = Counter(one.stratum for one in people if one.stratum not in alone)
    largest = min(sizes, key=lambda name: (-sizes[name], name), default="")
    return [largest if one.stratum in alone else one.stratum for one in people], alone


def _by_design(groups: int, now: int, free: int, later: int, spread: dict[str, float], between: float) -> float:
    """Welch and Satterthwaite's degrees of freedom with groups as the units of one arm and people of the other."""
    one = between / groups + spread["now"] / now
    other = spread["later"] / later
    return (one + other) ** 2 / (one**2 / (groups - 1) + other**2 / free)


def _arm(people: Sequence[Person]) -> Arm:
    scored = [(one.before, one.after) for one in people if one.after is not None]
    n = len(scored)
    if not n:
        return Arm(len(people), 0, None, None, None)
    mean = sum(after for _before, after in scored) / n
    sd = math.sqrt(sum((after - mean) ** 2 for _before, after in scored) / (n - 1)) if n > 1 else None
    return Arm(len(people), n, sum(before for before, _after in scored) / n, mean, sd)
