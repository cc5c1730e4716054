"""Items of one scale and members of one group: invariances, known answers, simulated truth, and refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats.factor import omega, two_level_omega
from kindcircle.stats.reliability import (
    Alpha,
    Answers,
    Likeness,
    agree_on_item,
    agree_on_items,
    alpha,
    likeness,
    read_answers,
)
from kindcircle.stats.results import Reason, Undefined


def answers(table: np.ndarray) -> Answers:
    return read_answers({f"i{place}": list(column) for place, column in enumerate(table.T)})


def alpha_of(table: np.ndarray) -> Alpha:
    found = alpha(answers(table))
    assert isinstance(found, Alpha)
    return found


def one_factor(n: int, loadings: list[float], rng: np.random.Generator) -> np.ndarray:
    factor = rng.normal(size=(n, 1))
    return factor * np.array(loadings) + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - np.array(loadings) ** 2)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_order_place_and_a_common_unit_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = one_factor(30, [0.7, 0.6, 0.5, 0.4], rng)
    plain = alpha_of(table)
    for other in (table[::-1], table[:, ::-1], table + np.arange(4), 3 * table, -table):
        found = alpha_of(other)
        assert found.estimate == pytest.approx(plain.estimate)
        assert found.se == pytest.approx(plain.se)
    assert plain.interval().contains(plain.estimate)


def test_items_that_say_the_same_have_an_alpha_of_one() -> None:
    column = np.array([1.0, 2.0, 4.0, 5.0, 3.0])
    assert alpha_of(np.column_stack([column, column, column])).estimate == pytest.approx(1.0)


def test_an_item_left_unreversed_is_found() -> None:
    rng = np.random.default_rng(2)
    table = np.clip(np.round(3 + one_factor(200, [0.8, 0.8, 0.7, 0.7], rng)), 1, 5)
    table[:, 2] = 6 - table[:, 2]
    assert alpha_of(table).turned_round == ("i2",)
    items = {f"i{place}": list(column) for place, column in enumerate(table.T)}
    mended = alpha(read_answers(items, reverse=["i2"], span=(1, 5)))
    assert isinstance(mended, Alpha) and mended.turned_round == () and mended.estimate > 0.7


def test_alpha_is_refused_where_it_has_no_meaning() -> None:
    assert alpha(answers(np.ones((9, 1)))) == Undefined(Reason.ONE_ITEM)
    assert alpha(answers(np.ones((2, 3)))) == Undefined(Reason.TOO_FEW_DEGREES)
    assert alpha(answers(np.ones((9, 3)))) == Undefined(Reason.NO_SPREAD)
    opposed = np.column_stack([np.arange(9.0), -np.arange(9.0)])
    assert alpha(answers(opposed)) == Undefined(Reason.NO_SPREAD)


def test_gaps_are_left_out_and_counted() -> None:
    found = read_answers({"a": [1, None, 3, 4], "b": [2, 2, None, 5]})
    assert (found.n_rows, found.n) == (4, 2)


@pytest.mark.parametrize(
    ("items", "more", "said"),
    [
        ({"a": [1], "b": [1, 2]}, {}, "one entry per person"),
        ({"a": [1]}, {"reverse": ["c"], "span": (1, 5)}, "no item 'c'"),
        ({"a": [1]}, {"reverse": ["a"]}, "lowest and highest"),
        ({"a": [1, 7]}, {"span": (1, 5)}, "outside 1 to 5"),
    ],
)
def test_answers_that_cannot_be_are_told(items, more, said) -> None:
    with pytest.raises(ValueError, match=said):
        read_answers(items, **more)


def test_omega_gives_back_the_loadings_it_was_made_of() -> None:
    rng = np.random.default_rng(5)
    loadings = [0.8, 0.7, 0.6, 0.5, 0.4]
    found = omega(answers(one_factor(4000, loadings, rng)))
    assert not isinstance(found, Undefined)
    assert found.loadings == pytest.approx(loadings, abs=0.05)
    truth = sum(loadings) ** 2 / (sum(loadings) ** 2 + sum(1 - value**2 for value in loadings))
    assert abs(found.estimate - truth) < 4 * found.se
    assert not isinstance(found.rmsea, Undefined) and found.rmsea < 0.03 and not found.on_the_edge
    turned = omega(answers(-one_factor(4000, loadings, np.random.default_rng(5))))
    assert not isinstance(turned, Undefined) and turned.estimate == pytest.approx(found.estimate, abs=1e-6)


def test_the_error_of_omega_is_as_wide_as_it_scatters() -> None:
    rng = np.random.default_rng(6)
    found = [omega(answers(one_factor(200, [0.7, 0.6, 0.6, 0.5], rng))) for _ in range(150)]
    kept = [one for one in found if not isinstance(one, Undefined)]
    scatter = np.std([one.estimate for one in kept], ddof=1)
    assert np.mean([one.se for one in kept]) == pytest.approx(scatter, rel=0.2)


def test_omega_is_refused_or_marked_where_no_line_lies_behind() -> None:
    rng = np.random.default_rng(7)
    assert isinstance(omega(answers(rng.normal(size=(40, 2)))), Undefined)
    assert isinstance(omega(answers(rng.normal(size=(4, 5)))), Undefined)
    twice = rng.normal(size=(60, 3))
    assert isinstance(omega(answers(np.column_stack([twice, twice[:, 0]]))), Undefined)
    edge = one_factor(300, [0.99, 0.3, 0.3], rng)
    edge[:, 0] = edge[:, 1] * 2 + edge[:, 2] * 2
    found = omega(answers(edge + rng.normal(size=edge.shape) * 1e-3))
    assert isinstance(found, Undefined) or found.on_the_edge


def test_changes_within_people_are_told_from_differences_between_them() -> None:
    rng = np.random.default_rng(11)
    people, days, k = 150, 8, 4
    person = np.repeat(np.arange(people), days)
    between = one_factor(people, [0.8] * k, rng)
    within = 0.5 * one_factor(people * days, [0.5] * k, rng)
    found = two_level_omega(answers(between[person] + within), [str(one) for one in person])
    assert not isinstance(found, Undefined)
    truth = (4 * 0.5) ** 2 / ((4 * 0.5) ** 2 + 4 * 0.75)
    assert found.within == pytest.approx(truth, abs=0.06)
    assert found.between > 0.8 and not found.negative_residual
    with pytest.raises(ValueError, match="one person for each"):
        two_level_omega(answers(within), ["a"])
    assert isinstance(two_level_omega(answers(within[:16]), ["a"] * 8 + ["b"] * 8), Undefined)


def alike(values, group) -> Likeness:
    found = likeness(values, group)
    assert isinstance(found, Likeness)
    return found


def test_groups_that_differ_and_people_who_differ() -> None:
    apart = alike([1.0, 1.0, 5.0, 5.0, 9.0, 9.0], list("aabbcc"))
    assert apart.single == 1.0 and isinstance(apart.f, Undefined)
    against = alike([1.0, 5.0, 5.0, 1.0, 1.0, 5.0], list("aabbcc"))
    assert not isinstance(against.single, Undefined) and against.single < 0
    assert against.single_restricted == pytest.approx(0.0, abs=1e-9)
    assert likeness([1.0, 2.0], list("aa")) == Undefined(Reason.ONE_GROUP)
    assert likeness([1.0, 2.0], list("ab")) == Undefined(Reason.TOO_FEW_DEGREES)
    assert alike([1.0, None, 2.0, 3.0, 5.0], list("aaabb")).n == 4
    with pytest.raises(ValueError, match="as many groups"):
        likeness([1.0], [])


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_best_restricted_likelihood_is_found(seed: int) -> None:
    """With equal groups it is the analysis of variance, wherever that is not negative."""
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=(6, 1)) + rng.normal(size=(6, 5))).ravel()
    found = alike(list(values), [str(place // 5) for place in range(30)])
    anova = (found.ms_between - found.ms_within) / 5
    assert found.between == pytest.approx(max(0.0, anova), rel=1e-5, abs=1e-6)
    shifted = alike(list(10 * values + 7), [str(place // 5) for place in range(30)])
    assert shifted.single == pytest.approx(found.single)


def test_agreement_runs_from_none_to_full() -> None:
    same, away = agree_on_item([4, 4, 4, 1, 5, 1, 5], list("aaabbbb"), span=(1, 5))
    assert same.by_group == {"a": 1.0, "b": 0.0}, "more spread than chance counts as chance"
    assert away.by_group == {"a": 0.0, "b": 2.0}
    items = {"x": [4, 4, 3, 1, 5], "y": [4, 4, 3, 1, 5]}
    both, lindell = agree_on_items(items, list("aaabb"), span=(1, 5))
    spread = (1 / 3) / 2
    assert both.by_group["a"] == pytest.approx(2 * (1 - spread) / (2 * (1 - spread) + spread))
    assert lindell.by_group["b"] == pytest.approx(1 - 8 / 2)
    assert agree_on_item([4, None, 3], list("aab"), span=(1, 5))[0].by_group == {}
    with pytest.raises(ValueError, match="below the highest"):
        agree_on_item([1], ["a"], span=(5, 5))
    with pytest.raises(ValueError, match="as many groups"):
        agree_on_item([1, 2], ["a"], span=(1, 5))
    assert math.isclose(len(both.values), 2)
