"""The comparison of a trial: true in size, honest about groups, and silent where there are too few."""

import math

import numpy as np
import pytest
from scipy import stats

from kindcircle.stats.partly_grouped import Comparison, Person, compare
from kindcircle.stats.results import Reason, Undefined


def made(
    seed: int, *, groups: int = 6, size: int = 8, later: int = 48, effect: float = 0.0, between: float = 1.0
) -> list[Person]:
    rng = np.random.default_rng(seed)
    found = []
    for group in range(groups):
        shared = rng.normal(0, between)
        for _ in range(size):
            before = float(rng.normal(20, 4))
            found.append(Person(True, before, 0.5 * before + effect + shared + float(rng.normal(0, 2)), f"g{group}"))
    for _ in range(later):
        before = float(rng.normal(20, 4))
        found.append(Person(False, before, 0.5 * before + float(rng.normal(0, 3))))
    return found


def told(people: list[Person], df="satterthwaite") -> Comparison:
    found = compare(people, df=df).comparison
    assert isinstance(found, Comparison)
    return found


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_an_effect_is_found_in_its_size_and_with_the_freedom_of_groups(df: str) -> None:
    found = told(made(1, effect=-4.0), df)
    assert found.contrast.estimate == pytest.approx(-4, abs=1.2)
    assert found.interval.low < -4 < found.interval.high
    assert 3 < found.contrast.df < 30 and found.groups == (8,) * 6
    assert 0 < found.icc < 1 and found.within_now < found.within_later


def test_where_groups_matter_the_usual_test_finds_too_much_and_ours_does_not() -> None:
    ours = usual = 0
    for seed in range(300):
        people = made(seed, groups=5, size=8, later=40, between=1.2)
        found = told(people)
        ours += found.contrast.p < 0.05
        now, later = ([one.after - 0.5 * one.before for one in people if one.now is which] for which in (True, False))
        usual += stats.ttest_ind(now, later).pvalue < 0.05
    # 300 draws: 5 % stands for 15, and more than 27 would come by chance once in five hundred such tests.
    assert ours <= 27 < usual


def test_without_groups_that_matter_the_number_of_people_is_no_safety() -> None:
    edges = [found for seed in range(12) if (found := told(made(seed, between=0.0))).on_the_edge]
    assert edges
    assert all(found.between == pytest.approx(0, abs=1e-6) and found.contrast.df < 90 for found in edges)
    # Five groups at the edge: about the freedom of four in one arm and of all who wait in the other.
    few = [found for seed in range(12) if (found := told(made(seed, groups=4, between=0.0))).on_the_edge]
    assert few and all(found.contrast.df < 45 for found in few)


def test_order_scale_and_sign_do_not_matter() -> None:
    people = made(7, effect=-2)
    first = told(people)
    turned = told(list(reversed(people)))
    assert turned.contrast.estimate == pytest.approx(first.contrast.estimate, rel=1e-5)
    assert turned.contrast.df == pytest.approx(first.contrast.df, rel=1e-3)
    larger = told([Person(p.now, 10 * p.before + 3, 10 * p.after + 5, p.group) for p in people])
    assert larger.contrast.estimate == pytest.approx(10 * first.contrast.estimate, rel=1e-4)
    assert larger.icc == pytest.approx(first.icc, rel=1e-3)
    flipped = told([Person(p.now, p.before, -p.after, p.group) for p in people])
    assert flipped.contrast.estimate == pytest.approx(-first.contrast.estimate, rel=1e-5)


def test_who_did_not_answer_is_counted_and_in_no_mean() -> None:
    people = made(3)
    gone = [Person(p.now, p.before, None if n % 5 == 0 else p.after, p.group) for n, p in enumerate(people)]
    found = compare(gone, df="satterthwaite")
    assert (found.now.people, found.later.people) == (48, 48)
    assert found.now.scored + found.later.scored == sum(p.after is not None for p in gone)
    assert math.isfinite(found.now.mean_after)


def test_who_was_drawn_and_never_came_counts_in_their_arm_as_nobodys_neighbour() -> None:
    people = [*made(3), Person(True, 20, 11.0), Person(True, 18, 8.0)]
    assert told(people).groups == (8,) * 6 + (1, 1)


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (made(1, groups=3), Reason.TOO_FEW_GROUPS),
        (made(1, later=4), Reason.TOO_FEW_IN_ARM),
        ([Person(p.now, 20, p.after, p.group) for p in made(1)], Reason.NO_SPREAD),
        ([Person(p.now, p.before, 3.0, p.group) for p in made(1)], Reason.NO_SPREAD),
        ([], Reason.TOO_FEW_IN_ARM),
    ],
)
def test_where_nothing_can_be_said_there_is_a_reason(people: list[Person], why: Reason) -> None:
    found = compare(people, df="satterthwaite").comparison
    assert isinstance(found, Undefined) and found.reason == why


def test_after_that_follows_from_before_alone_has_no_interval() -> None:
    people = [Person(p.now, p.before, 2 * p.before, p.group) for p in made(2)]
    found = compare(people, df="satterthwaite").comparison
    assert isinstance(found, Undefined) and found.reason == Reason.NO_SPREAD_LEFT
