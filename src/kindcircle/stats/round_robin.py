"""Who sees whom how: what in the ratings of a group lies with the rater, with the one rated, and between the two.

The social relations model x_ij = mean + actor_i + partner_j + relationship_ij, for groups in which everybody rates
everybody else. Source: Warner, Kenny & Stoto (1979); standard errors Bond & Lashley (1996), Lashley & Bond (1997).
Groups are pooled with weight n - 1, and negative estimates of a group are kept. Agrees with R's TripleR.

Never a picture of named people: effects of single members are for researchers, and no page shows who rated whom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr

from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.round_robin_parts import Numbers, Pooled, leaks, parts_of, pooled

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
        main, swapped = leaks(n)
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
    return _result(ratings, pooled(ratings.ratings, ratings.ratings), error=None)


def each_group(ratings: RoundRobin) -> tuple[OneGroup, ...]:
    """The same parts group by group, for researchers. One group alone is a very rough estimate."""
    return tuple(_one_group(*each) for each in zip(ratings.names, ratings.members, ratings.ratings, strict=True))


def stable_relations(first: RoundRobin, second: RoundRobin) -> SocialRelations | Undefined:
    """The parts that two ratings of the same thing share; what they do not share is error. Same groups in both."""
    if not first.ratings:
        return Undefined(Reason.NO_COMPLETE_GROUP)
    found = pooled(first.ratings, second.ratings)
    halves = RoundRobin(
        first.names, first.members, tuple((a - b) / 2 for a, b in zip(first.ratings, second.ratings, strict=True))
    )
    apart = pooled(halves.ratings, halves.ratings)
    error = 2 * sum(apart[part][0] for part in ("actor_actor", "partner_partner", "within"))
    return _result(first, found, error=error)


def two_ratings(first: RoundRobin, second: RoundRobin) -> TwoRatings | Undefined:
    """How two different ratings of the same people go together. Same groups in both."""
    if not first.ratings:
        return Undefined(Reason.NO_COMPLETE_GROUP)
    found, one, two = (
        pooled(first.ratings, second.ratings),
        pooled(first.ratings, first.ratings),
        pooled(second.ratings, second.ratings),
    )
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


def _one_group(name: str, members: tuple[str, ...], table: Numbers) -> OneGroup:
    alone = RoundRobin((name,), (members,), (table,))
    parts, found = parts_of(table[None]), pooled(alone.ratings, alone.ratings)
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
