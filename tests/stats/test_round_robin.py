"""The social relations model: what must hold for any ratings, what simulated groups give back, and what is refused."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.round_robin import (
    RoundRobin,
    SocialRelations,
    each_group,
    read_round_robin,
    social_relations,
    stable_relations,
    two_ratings,
)

seeds = st.integers(0, 10_000)


def groups(*tables: np.ndarray) -> RoundRobin:
    names = tuple(str(number) for number in range(len(tables)))
    return RoundRobin(names, tuple(tuple(str(i) for i in range(len(table))) for table in tables), tables)


def random_groups(seed: int, sizes: tuple[int, ...] = (5, 7, 7)) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(3, 1, (n, n)) for n in sizes]


def fit(*tables: np.ndarray) -> SocialRelations:
    found = social_relations(groups(*tables))
    assert isinstance(found, SocialRelations)
    return found


def figures(found: SocialRelations) -> list[float]:
    return [
        one.estimate
        for one in (found.actor, found.partner, found.relationship, found.actor_partner, found.relationship_covariance)
    ]


@settings(max_examples=30)
@given(seeds)
def test_place_order_and_unit_do_not_matter(seed: int) -> None:
    tables = random_groups(seed)
    plain = figures(fit(*tables))
    shuffled = [
        table[np.ix_(order, order)]
        for table in tables
        for order in [np.random.default_rng(seed).permutation(len(table))]
    ]
    assert figures(fit(*shuffled[::-1])) == pytest.approx(plain)
    assert figures(fit(*[table + 40 for table in tables])) == pytest.approx(plain)
    assert figures(fit(*[-3 * table for table in tables])) == pytest.approx([9 * value for value in plain])


@settings(max_examples=30)
@given(seeds)
def test_turning_a_table_swaps_who_rates_and_who_is_rated(seed: int) -> None:
    tables = random_groups(seed)
    found, turned = fit(*tables), fit(*[table.T for table in tables])
    assert turned.actor.estimate == pytest.approx(found.partner.estimate)
    assert turned.partner.se == pytest.approx(found.actor.se)
    assert turned.relationship_covariance.estimate == pytest.approx(found.relationship_covariance.estimate)


@settings(max_examples=30)
@given(seeds)
def test_what_stands_on_the_diagonal_says_nothing(seed: int) -> None:
    tables = random_groups(seed)
    selfless = [table.copy() for table in tables]
    for table in selfless:
        np.fill_diagonal(table, 1e6)
    assert figures(fit(*selfless)) == pytest.approx(figures(fit(*tables)))


def test_raters_who_only_differ_in_kindness_differ_in_nothing_else() -> None:
    kindness = np.array([1.0, 2.0, 4.0, 5.0, 7.0])
    found = fit(np.repeat(kindness[:, None], 5, axis=1))
    assert found.actor.estimate == pytest.approx(np.var(kindness, ddof=1))
    assert [found.partner.estimate, found.relationship.estimate] == pytest.approx([0, 0], abs=1e-12)
    effects = each_group(groups(np.repeat(kindness[:, None], 5, axis=1)))[0].actor_effects
    assert list(effects.values()) == pytest.approx(kindness - kindness.mean())


def test_simulated_groups_give_back_what_they_were_made_of() -> None:
    rng = np.random.default_rng(20)
    actor, partner, relation, shared = 0.5, 0.3, 0.8, 0.25

    def one() -> np.ndarray:
        n = 8
        a, b = rng.normal(0, math.sqrt(actor), n), rng.normal(0, math.sqrt(partner), n)
        mutual = rng.normal(0, math.sqrt(shared), (n, n))
        mutual = np.triu(mutual, 1) + np.triu(mutual, 1).T
        return a[:, None] + b[None, :] + mutual + rng.normal(0, math.sqrt(relation - shared), (n, n))

    found = fit(*[one() for _ in range(400)])
    for component, truth in zip(
        (found.actor, found.partner, found.relationship, found.actor_partner, found.relationship_covariance),
        (actor, partner, relation, 0.0, shared),
        strict=True,
    ):
        assert abs(component.estimate - truth) < 4 * component.se
    assert found.enough_groups and not isinstance(found.actor.p, Undefined) and found.actor.p < 1e-6


def test_the_standard_errors_are_as_wide_as_the_estimates_scatter() -> None:
    rng = np.random.default_rng(3)
    runs = [fit(*[rng.normal(0, 1, (8, 1)) + rng.normal(0, 1, (8, 8)) for _ in range(6)]) for _ in range(400)]
    for part in ("actor", "relationship", "relationship_covariance", "actor_partner"):
        scatter = np.std([getattr(run, part).estimate for run in runs], ddof=1)
        typical = math.sqrt(np.mean([getattr(run, part).se ** 2 for run in runs]))
        assert typical == pytest.approx(scatter, rel=0.15)


def test_two_ratings_of_one_thing_leave_their_error_behind() -> None:
    rng = np.random.default_rng(9)
    truth = [rng.normal(0, 1, (7, 7)) for _ in range(60)]
    once, again = ([table + rng.normal(0, 0.6, (7, 7)) for table in truth] for _ in range(2))
    found = stable_relations(groups(*once), groups(*again))
    assert isinstance(found, SocialRelations) and found.error is not None
    assert found.error.estimate == pytest.approx(0.36, abs=0.06)
    assert found.relationship.estimate == pytest.approx(1.0, abs=0.12)
    both = two_ratings(groups(*once), groups(*once))
    assert not isinstance(both, Undefined)
    alone = fit(*once)
    assert both.within_pairs.estimate == pytest.approx(alone.relationship.estimate)
    assert both.within_pairs.se == pytest.approx(alone.relationship.se)


def rows(n: int, group: str = "a") -> list[tuple[str, str, str]]:
    return [(str(i), str(j), group) for i, j in itertools.permutations(range(n), 2)]


def read(entries: list[tuple[str, str, str]], values: list[float | None]) -> RoundRobin:
    return read_round_robin(*map(list, zip(*entries, strict=True)), values)[0]


def test_groups_that_cannot_be_used_are_counted() -> None:
    entries = rows(5) + rows(3, "small") + rows(4, "gap")
    values: list[float | None] = [float(number % 5) for number in range(len(entries))]
    values[-1] = None
    found = read(entries, values)
    assert (found.names, found.too_small, found.incomplete) == (("a",), 1, 1)
    missing_row = read(rows(5)[:-1], [1.0] * 19)
    assert missing_row.incomplete == 1
    assert social_relations(missing_row) == Undefined(Reason.NO_COMPLETE_GROUP)
    assert social_relations(read(rows(3), [1.0] * 6)) == Undefined(Reason.NO_COMPLETE_GROUP)


def test_everybody_saying_the_same_has_no_parts() -> None:
    found = fit(np.full((6, 6), 4.0))
    assert found.actor.share == Undefined(Reason.NO_SPREAD)
    assert isinstance(found.actor.t, Undefined) and isinstance(found.actor_reliability, Undefined)
    assert not found.enough_groups


def test_a_pair_rated_twice_and_uneven_lists_are_told() -> None:
    with pytest.raises(ValueError, match="twice in the group a"):
        read([*rows(4), ("0", "1", "a")], [1.0] * 13)
    with pytest.raises(ValueError, match="one entry per rating"):
        read_round_robin(["a"], ["b"], ["g"], [1.0, 2.0])
