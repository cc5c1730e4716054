"""The comparison of a trial: true in size, honest about groups, and silent where there are too few."""

import math
from dataclasses import replace

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


def drawn_within(
    seed: int, *, groups: int = 5, size: int = 6, later: int = 30, effect: float = -2.0, matters: float = 4.0
) -> list[Person]:
    """Drawn within two strata, as a lottery does: in each its share of the seats. `matters`: how far apart they are."""
    rng = np.random.default_rng(seed)
    many = groups * size + later
    plan = rng.random(many) < 0.3
    seats: list[int] = []
    for which in (True, False):
        rows = rng.permutation(np.flatnonzero(plan == which))
        seats += [int(row) for row in rows[: round(len(rows) * groups * size / many)]]
    group = {row: place % groups for place, row in enumerate(rng.permutation(seats).tolist())}
    shared = rng.normal(0, 1, groups)
    found = []
    for row in range(many):
        before, now = float(rng.normal(20, 4)), row in group
        after = 0.5 * before + matters * plan[row] + float(rng.normal(0, 2 if now else 3))
        if now:
            after += effect + shared[group[row]]
        stratum = "plan" if plan[row] else "no-plan"
        found.append(Person(now, before, float(after), f"g{group[row]}" if now else None, stratum))
    return found


def without_strata(people: list[Person]) -> list[Person]:
    return [replace(one, stratum="") for one in people]


def test_where_strata_matter_looking_within_them_is_true_and_narrower() -> None:
    draws = [drawn_within(seed) for seed in range(120)]
    within = [told(people) for people in draws]
    across = [told(without_strata(people)) for people in draws]
    found = np.array([one.contrast.estimate for one in within])
    # Unbiased: the mean of 120 estimates lies within three of its own standard errors of the truth.
    assert abs(found.mean() + 2) < 3 * found.std(ddof=1) / math.sqrt(len(found))
    assert all(one.strata == ("no-plan", "plan") and not one.together for one in within)
    assert all(not one.strata for one in across)
    ours, other = (float(np.mean([one.contrast.se for one in which])) for which in (within, across))
    # The standard error that is told is that of the estimates; without strata it is told far too large.
    assert ours < 0.9 * other and ours == pytest.approx(found.std(ddof=1), rel=0.2)
    # 120 intervals: 95 % stands for 114, and fewer than 107 would come by chance once in five hundred such tests.
    assert sum(one.interval.low <= -2 <= one.interval.high for one in within) >= 107


def test_the_estimate_within_strata_is_that_of_weighted_least_squares() -> None:
    people = drawn_within(5)
    one = told(people)
    rows = np.array([[1, p.before, p.now, p.stratum == "plan"] for p in people], dtype=float)
    y = np.array([p.after for p in people])
    same = np.array([[p.now and q.now and p.group == q.group for q in people] for p in people])
    spread = np.where(rows[:, 2] == 1, one.within_now, one.within_later)
    weight = np.linalg.inv(one.between * same + np.diag(spread))
    slopes = np.linalg.solve(rows.T @ weight @ rows, rows.T @ weight @ y)
    assert one.contrast.estimate == pytest.approx(slopes[2], rel=1e-6)


def test_where_strata_do_not_matter_nothing_is_lost_by_looking_within_them() -> None:
    pairs = [(told(p), told(without_strata(p))) for p in (drawn_within(seed, matters=0) for seed in range(40))]
    ours, other = (np.mean([one[which].contrast.se for one in pairs]) for which in (0, 1))
    assert ours == pytest.approx(other, rel=0.03)


def test_a_stratum_that_stands_in_one_arm_only_is_put_together_with_the_largest_other() -> None:
    people = drawn_within(3)
    lonely = [replace(p, stratum="lonely") if n in (0, 1) else p for n, p in enumerate(people)]
    lonely = [replace(p, now=True, group="g0") if p.stratum == "lonely" else p for p in lonely]
    found = told(lonely)
    assert (found.strata, found.together) == (("no-plan", "plan"), ("lonely",))
    counted = told([replace(p, stratum="no-plan") if p.stratum == "lonely" else p for p in lonely])
    assert found.contrast.estimate == pytest.approx(counted.contrast.estimate, rel=1e-9)
    # Two strata, one of them in one arm: nothing is left to look within, and nobody is left out.
    two = [replace(p, stratum="plan" if p.group == "g1" else "no-plan") for p in people]
    found, plain = told(two), told(without_strata(people))
    assert (found.strata, found.together, found.groups) == ((), ("plan",), plain.groups)
    assert found.contrast == plain.contrast
    # Only answers count: who is silent puts nobody into the other arm.
    silent = [replace(p, after=None) if not p.now and p.stratum == "plan" else p for p in people]
    assert told(silent).together == ("plan",)
    split = [replace(p, stratum="plan" if p.now else "no-plan") for p in people]
    assert (told(split).strata, told(split).together) == ((), ("no-plan", "plan"))


def test_what_strata_are_called_does_not_matter() -> None:
    people = drawn_within(9)
    turned = [replace(p, stratum={"plan": "a", "no-plan": "b"}[p.stratum]) for p in people]
    assert told(turned).contrast.estimate == pytest.approx(told(people).contrast.estimate, rel=1e-6)
    assert told(turned).contrast.df == pytest.approx(told(people).contrast.df, rel=1e-3)
