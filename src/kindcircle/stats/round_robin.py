"""Who sees whom how: what in the ratings of a group lies with the rater, with the one rated, and between the two.

The social relations model x_ij = mean + actor_i + partner_j + relationship_ij, for groups in which everybody rates
everybody else. Source: Warner, Kenny & Stoto (1979); standard errors Bond & Lashley (1996), Lashley & Bond (1997).
Groups are pooled with weight n - 1, and negative estimates of a group are kept. Agrees with R's TripleR.

Never a picture of named people: effects of single members are for researchers, and no page shows who rated whom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from kindcircle.stats.results import Reason, Undefined

Numbers = NDArray[np.float64]

SMALLEST_GROUP: Final = 4
"""Below four members the parts cannot be told apart."""

FEWEST_FOR_TESTS: Final = 5
"""With fewer groups than this, tests say nothing about groups in general; they are marked, not hidden."""


@dataclass(frozen=True, slots=True)
class RoundRobin:
    """Groups in which everybody rated everybody else. `ratings[g]` is n × n; what stands on the diagonal is ignored."""

    names: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    ratings: tuple[Numbers, ...]
    too_small: int = 0  # groups below four members
    incomplete: int = 0  # groups with a rating missing; left out whole, nothing is filled in


def read_round_robin(
    rater: Sequence[str], target: Sequence[str], group: Sequence[str], *ratings: Sequence[float | None]
) -> tuple[RoundRobin, ...]:
    """One round robin for each list of ratings, on the groups that are complete in all of them.

    One entry a rating; self-ratings are dropped. Raises ValueError for lists of unequal length or a pair rated twice.
    """
    if not ratings or len({len(rater), len(target), len(group), *(len(one) for one in ratings)}) != 1:
        raise ValueError("Rater, target, group and ratings have one entry per rating.")
    cells: dict[str, dict[tuple[str, str], tuple[float | None, ...]]] = {}
    for row, (who, whom, where) in enumerate(zip(rater, target, group, strict=True)):
        inside = cells.setdefault(where, {})
        if (who, whom) in inside:
            raise ValueError(f"{who} rates {whom} twice in the group {where}.")
        inside[who, whom] = tuple(one[row] for one in ratings)
    names: list[str] = []
    people: list[tuple[str, ...]] = []
    tables: list[list[Numbers]] = []
    small = incomplete = 0
    for where, inside in cells.items():
        members = tuple(dict.fromkeys(name for pair in inside for name in pair))
        if len(members) < SMALLEST_GROUP:
            small += 1
            continue
        table = np.full((len(ratings), len(members), len(members)), math.nan)
        place = {name: number for number, name in enumerate(members)}
        for (who, whom), values in inside.items():
            table[:, place[who], place[whom]] = [math.nan if value is None else value for value in values]
        off = ~np.eye(len(members), dtype=bool)
        if not np.all(np.isfinite(table[:, off])):
            incomplete += 1
            continue
        names.append(where)
        people.append(members)
        tables.append(list(table))
    return tuple(
        RoundRobin(tuple(names), tuple(people), tuple(table[place] for table in tables), small, incomplete)
        for place in range(len(ratings))
    )


@dataclass(frozen=True, slots=True)
class Component:
    """One variance or covariance, in squared units of the ratings, with its standard error over all groups.

    `share` is the part of all variance, or for a covariance its correlation, kept within -1 and 1.
    """

    estimate: float
    se: float
    df: int
    share: float | Undefined
    two_sided: bool

    @property
    def t(self) -> float | Undefined:
        """The estimate in standard errors; none for a variance at or below 0."""
        if self.se == 0:
            return Undefined(Reason.NO_SPREAD)
        if not self.two_sided and self.estimate <= 0:
            return Undefined(Reason.NO_SPREAD)
        return self.estimate / self.se

    @property
    def p(self) -> float | Undefined:
        """One-sided where only a positive value has a meaning."""
        t = self.t
        if isinstance(t, Undefined):
            return t
        return float(2 * stdtr(self.df, -abs(t))) if self.two_sided else float(stdtr(self.df, -t))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneGroup:
    """The same parts within one group, and every member's effects in the order of the members."""

    name: str
    n: int
    mean: float
    actor: float
    partner: float
    relationship: float
    actor_partner: float
    relationship_covariance: float
    actor_effects: Mapping[str, float]
    partner_effects: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialRelations:
    """Of one rating: how much lies with raters, with those rated, and between pairs."""

    actor: Component  # some rate everybody higher than others do
    partner: Component  # some are rated higher by everybody
    relationship: Component  # what is special between two people; holds error too unless two ratings are used
    actor_partner: Component  # whether who rates high is rated high
    relationship_covariance: Component  # whether what is special is mutual
    error: Component | None  # only where two ratings tell it apart
    sizes: tuple[int, ...]
    too_small: int
    incomplete: int

    @property
    def enough_groups(self) -> bool:
        """Whether tests say anything about groups in general."""
        return len(self.sizes) >= FEWEST_FOR_TESTS

    @property
    def actor_reliability(self) -> float | Undefined:
        """How surely the actor effect of one member is measured in groups of this size, 0 to 1."""
        return self._reliability(self.actor.estimate)

    @property
    def partner_reliability(self) -> float | Undefined:
        """The same for partner effects."""
        return self._reliability(self.partner.estimate)

    def _reliability(self, variance: float) -> float | Undefined:
        if variance <= 0:
            return Undefined(Reason.NO_SPREAD)
        n = sum(self.sizes) / len(self.sizes)
        main, swapped = _leaks(n)
        noise = main * self.relationship.estimate + swapped * self.relationship_covariance.estimate
        return variance / (variance + noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRatings:
    """How two kinds of ratings go together, by the parts they are made of. Each is a covariance."""

    actor_actor: Component
    partner_partner: Component
    actor_partner: Component
    partner_actor: Component
    within_pairs: Component  # what one person says of another, in both ratings
    across_pairs: Component  # what one says in the first, and the other in the second


def social_relations(ratings: RoundRobin) -> SocialRelations | Undefined:
    """The parts of one rating. Undefined when no group is complete and large enough."""
    if not ratings.ratings:
        return Undefined(Reason.NO_COMPLETE_GROUP)
    return _result(ratings, _pooled(ratings, ratings), error=None)


def each_group(ratings: RoundRobin) -> tuple[OneGroup, ...]:
    """The same parts group by group, for researchers. One group alone is a very rough estimate."""
    return tuple(_one_group(*each) for each in zip(ratings.names, ratings.members, ratings.ratings, strict=True))


def stable_relations(first: RoundRobin, second: RoundRobin) -> SocialRelations | Undefined:
    """The parts that two ratings of the same thing share; what they do not share is error. Same groups in both."""
    if not first.ratings:
        return Undefined(Reason.NO_COMPLETE_GROUP)
    found = _pooled(first, second)
    halves = RoundRobin(
        first.names, first.members, tuple((a - b) / 2 for a, b in zip(first.ratings, second.ratings, strict=True))
    )
    apart = _pooled(halves, halves)
    error = 2 * sum(apart[part][0] for part in ("actor_actor", "partner_partner", "within"))
    return _result(first, found, error=error)


def two_ratings(first: RoundRobin, second: RoundRobin) -> TwoRatings | Undefined:
    """How two different ratings of the same people go together. Same groups in both."""
    if not first.ratings:
        return Undefined(Reason.NO_COMPLETE_GROUP)
    found, one, two = _pooled(first, second), _pooled(first, first), _pooled(second, second)
    df = _df(first)

    def component(part: str, left: str, right: str) -> Component:
        estimate, se = found[part]
        return Component(estimate, se, df, _correlation(estimate, one[left][0], two[right][0]), two_sided=False)

    return TwoRatings(
        actor_actor=component("actor_actor", "actor_actor", "actor_actor"),
        partner_partner=component("partner_partner", "partner_partner", "partner_partner"),
        actor_partner=component("actor_partner", "actor_actor", "partner_partner"),
        partner_actor=component("partner_actor", "partner_partner", "actor_actor"),
        within_pairs=component("within", "within", "within"),
        across_pairs=component("across", "within", "within"),
    )


Pooled = dict[str, tuple[float, float]]
"""Estimate and standard error of each part, over all groups."""


def _result(ratings: RoundRobin, found: Pooled, *, error: float | None) -> SocialRelations:
    df = _df(ratings)
    variances = [found[part][0] for part in ("actor_actor", "partner_partner", "within")]
    total = sum(max(0.0, value) for value in (*variances, error or 0.0))

    def variance(part: str) -> Component:
        estimate, se = found[part]
        return Component(estimate, se, df, _part(estimate, total), two_sided=False)

    mutual, mutual_se = found["across"]
    # Two ratings give this covariance twice, once each way round; with one rating both are the same.
    both = [found[part] for part in ("actor_partner", "partner_actor")]
    general = sum(estimate for estimate, _ in both) / 2
    general_se = math.sqrt(sum(se * se for _, se in both) / 2)
    return SocialRelations(
        actor=variance("actor_actor"),
        partner=variance("partner_partner"),
        relationship=variance("within"),
        actor_partner=Component(
            general, general_se, df, _correlation(general, variances[0], variances[1]), two_sided=True
        ),
        relationship_covariance=Component(
            mutual, mutual_se, df, _correlation(mutual, variances[2], variances[2]), two_sided=True
        ),
        error=None if error is None else Component(error, 0.0, df, _part(error, total), two_sided=False),
        sizes=tuple(len(one) for one in ratings.ratings),
        too_small=ratings.too_small,
        incomplete=ratings.incomplete,
    )


def _df(ratings: RoundRobin) -> int:
    return sum(len(one) - 1 for one in ratings.ratings)


def _part(estimate: float, total: float) -> float | Undefined:
    return max(0.0, estimate) / total if total > 0 else Undefined(Reason.NO_SPREAD)


def _correlation(covariance: float, one: float, two: float) -> float | Undefined:
    """Kept within -1 and 1: variances are estimates themselves, and may come out too small for it."""
    if one <= 0 or two <= 0:
        return Undefined(Reason.NO_SPREAD)
    return max(-1.0, min(1.0, covariance / math.sqrt(one * two)))


def _leaks(n: float) -> tuple[float, float]:
    """How much of the relationship variance, and of its mutual part, shows up in the spread of the effects."""
    return (n - 1) / (n * (n - 2)), 1 / (n * (n - 2))


@dataclass(slots=True)
class _Sums:
    """Estimates and sampling variances, weighted with n - 1 and its square."""

    weight: float = 0.0
    estimates: dict[str, float] = field(default_factory=dict)
    variances: dict[str, float] = field(default_factory=dict)

    def add(self, part: str, n: int, estimates: Numbers, variances: Numbers) -> None:
        self.estimates[part] = self.estimates.get(part, 0.0) + (n - 1) * float(estimates.sum())
        self.variances[part] = self.variances.get(part, 0.0) + (n - 1) ** 2 * float(variances.sum())


def _pooled(first: RoundRobin, second: RoundRobin) -> Pooled:
    """Covariances of the parts of two ratings; with the same one twice, its variances. Groups of one size at once."""
    by_size: dict[int, list[int]] = {}
    for place, table in enumerate(first.ratings):
        by_size.setdefault(len(table), []).append(place)
    sums = _Sums()
    for n, places in by_size.items():
        one = _parts(np.stack([first.ratings[place] for place in places]))
        two = one if first is second else _parts(np.stack([second.ratings[place] for place in places]))
        sums.weight += (n - 1) * len(places)
        _add_groups(sums, n, one, two)
    return {
        part: (estimate / sums.weight, math.sqrt(sums.variances[part]) / sums.weight)
        for part, estimate in sums.estimates.items()
    }


@dataclass(frozen=True, slots=True)
class _Parts:
    """Of groups of one size, first axis the group: means, effects, and what is mutual or not between pairs."""

    mean: Numbers
    actor: Numbers
    partner: Numbers
    mutual: Numbers  # g_ij + g_ji over pairs
    lopsided: Numbers  # g_ij - g_ji over pairs


def _parts(tables: Numbers) -> _Parts:
    n = tables.shape[1]
    off = ~np.eye(n, dtype=bool)
    values = np.where(off, tables, 0.0)
    rows, columns = values.sum(axis=2) / (n - 1), values.sum(axis=1) / (n - 1)
    mean = values.sum(axis=(1, 2)) / (n * (n - 1))
    own, other, back = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2)), (n - 1) / (n - 2)
    actor = own * rows + other * columns - back * mean[:, None]
    partner = own * columns + other * rows - back * mean[:, None]
    special = values - actor[:, :, None] - partner[:, None, :] - mean[:, None, None]
    above = np.triu_indices(n, 1)
    one, two = special[:, above[0], above[1]], special[:, above[1], above[0]]
    return _Parts(mean, actor, partner, one + two, one - two)


def _add_groups(sums: _Sums, n: int, one: _Parts, two: _Parts) -> None:
    degrees, mutual_df, lopsided_df = n - 1, (n - 1) * (n - 2) / 2 - 1, (n - 1) * (n - 2) / 2
    main, swapped = _leaks(n)

    def mean_square(left: Numbers, right: Numbers, df: float) -> Numbers:
        return np.asarray(0.5 * (left * right).sum(axis=1) / df)

    together, apart = (
        mean_square(one.mutual, two.mutual, mutual_df),
        mean_square(one.lopsided, two.lopsided, lopsided_df),
    )
    together_var = _product_variance(
        mean_square(one.mutual, one.mutual, mutual_df),
        mean_square(two.mutual, two.mutual, mutual_df),
        together,
        mutual_df,
    )
    apart_var = _product_variance(
        mean_square(one.lopsided, one.lopsided, lopsided_df),
        mean_square(two.lopsided, two.lopsided, lopsided_df),
        apart,
        lopsided_df,
    )
    within, across = (together + apart) / 2, (together - apart) / 2
    within_var, between_var = (together_var + apart_var) / 4, (together_var - apart_var) / 4
    sums.add("within", n, within, within_var)
    sums.add("across", n, across, within_var)
    taken_off = (main * main + swapped * swapped) * within_var + 2 * main * swapped * between_var
    same, crossed = main * within + swapped * across, main * across + swapped * within
    for part, left, right, leak in (
        ("actor_actor", one.actor, two.actor, same),
        ("partner_partner", one.partner, two.partner, same),
        ("actor_partner", one.actor, two.partner, crossed),
        ("partner_actor", one.partner, two.actor, crossed),
    ):
        spread = (left * right).sum(axis=1) / degrees
        lefts, rights = (left * left).sum(axis=1) / degrees, (right * right).sum(axis=1) / degrees
        sums.add(part, n, spread - leak, _product_variance(lefts, rights, spread, degrees) + taken_off)


def _product_variance(one: Numbers, two: Numbers, both: Numbers, df: float) -> Numbers:
    """The sampling variance of a covariance with these degrees of freedom, (σ₁²σ₂² + σ₁₂²)/df, estimated unbiased.

    The expected values of s₁²s₂² and s₁₂² are linear in σ₁²σ₂² and σ₁₂²; this solves for them.
    """
    product, square = one * two, both * both
    scale = (1 + 1 / df) - 2 / (df * df)
    squared = (square - product / df) / scale
    return np.asarray((product - 2 * squared / df + squared) / df)


def _one_group(name: str, members: tuple[str, ...], table: Numbers) -> OneGroup:
    alone = RoundRobin((name,), (members,), (table,))
    parts, found = _parts(table[None]), _pooled(alone, alone)
    return OneGroup(
        name=name,
        n=len(table),
        mean=float(parts.mean[0]),
        actor=found["actor_actor"][0],
        partner=found["partner_partner"][0],
        relationship=found["within"][0],
        actor_partner=found["actor_partner"][0],
        relationship_covariance=found["across"][0],
        actor_effects=dict(zip(members, parts.actor[0].tolist(), strict=True)),
        partner_effects=dict(zip(members, parts.partner[0].tolist(), strict=True)),
    )
