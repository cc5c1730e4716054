"""Filling in: nothing measured changes, nothing impossible appears, and answers are as unsure as they should be."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats import missing
from kindcircle.stats.design import Factor, FormulaError
from kindcircle.stats.missing.draws import Drawn, donors
from kindcircle.stats.reliability import likeness
from kindcircle.stats.results import Reason, Undefined

ARMS = {"arm": Factor(("list", "circle"))}


def members(seed: int, n: int = 60, *, lost: float = 0.3, effect: float = -4.0) -> dict[str, list]:
    """A first score, an arm and a last score, which those who began higher lack more often."""
    rng = np.random.default_rng(seed)
    arm = rng.permutation(np.arange(n) % 2)
    before = rng.normal(15, 5, n)
    after = 3 + 0.7 * before + effect * arm + rng.normal(0, 4, n)
    gone = rng.random(n) < 2 * lost / (1 + np.exp(-(before - 15) / 2))
    return {
        "arm": ["circle" if one else "list" for one in arm],
        "before": before.tolist(),
        "after": [None if none else value for none, value in zip(gone, after.tolist(), strict=True)],
    }


def filled(table, seed: int = 1, m: int = 5, **more) -> missing.Filled:
    return missing.fill(table, m=m, generator=np.random.default_rng(seed), factors=ARMS, **more)


@settings(max_examples=20)
@given(st.integers(0, 500), st.sampled_from(["pmm", "norm"]))
def test_what_was_measured_stays_and_the_same_numbers_give_the_same_tables(seed, method) -> None:
    table = members(seed, 30)
    found, again = filled(table, methods=method), filled(table, methods=method)
    for place in range(found.m):
        one = found.table(place)
        assert one == again.table(place)
        assert (one["arm"], one["before"]) == (table["arm"], table["before"])
        for given_value, value in zip(table["after"], one["after"], strict=True):
            assert value == given_value if given_value is not None else math.isfinite(value)
            assert method == "norm" or value in table["after"]
    if found.missing:
        assert filled(table, seed=2, methods=method).columns["after"].tolist() != found.columns["after"].tolist()


@settings(max_examples=20)
@given(
    st.integers(0, 500), st.sampled_from([0.1, 3.0]), st.sampled_from([-200.0, 50.0]), st.sampled_from(["pmm", "norm"])
)
def test_other_units_change_the_units_only(seed, factor, start, method) -> None:
    table = members(seed, 30)
    moved = table | {
        "before": [start + factor * one for one in table["before"]],
        "after": [None if one is None else factor * one for one in table["after"]],
    }
    found, other = filled(table, methods=method), filled(moved, methods=method)
    assert other.columns["after"] == pytest.approx(factor * found.columns["after"], rel=1e-6, abs=1e-6)


def test_without_gaps_it_is_the_ordinary_analysis() -> None:
    table = members(3, 40, lost=0)
    found = missing.regress_each(filled(table), "after ~ before + arm")
    plain = missing.regress(table, "after ~ before + arm", factors=ARMS)
    assert plain.dropped == 0 and plain.df == 37
    for name, (estimate, se) in plain.figures.items():
        one = found[name]
        assert (one.estimate, one.se, one.df) == (pytest.approx(estimate), pytest.approx(se), 37)


def test_a_regression_leaves_incomplete_people_out_and_counts_them() -> None:
    table = {"y": [1.0, 2.0, 4.0, None, 3.0], "x": [0.0, 1.0, 2.0, 3.0, math.nan]}
    found = missing.regress(table, "y ~ x")
    assert (found.n, found.dropped, found.df) == (3, 2, 1)
    assert found.estimates.tolist() == pytest.approx([5 / 6, 1.5])
    assert missing.regress({"y": [1.0, None], "x": [1.0, 2.0]}, "y ~ x") == Undefined(Reason.TOO_FEW_DEGREES)
    assert missing.regress({"y": [None], "x": [1.0]}, "y ~ x") == Undefined(Reason.TOO_FEW_DEGREES)
    for formula, said in (("y ~ z", "no column 'z'"), ("y ~ x + (1 | x)", "plain regression"), ("y", "reads like")):
        with pytest.raises(FormulaError, match=said):
            missing.regress(table, formula)
    with pytest.raises(FormulaError, match="cannot be told apart"):
        missing.regress({"y": [1.0, 2, 3, 5], "x": [1.0, 2, 3, 4], "z": [2.0, 4, 6, 8]}, "y ~ x + z")


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_a_mean_that_leaving_people_out_would_miss_is_found(method) -> None:
    table = members(11, 2000, lost=0.5, effect=0.0)
    found = missing.regress_each(filled(table, m=20, methods=method), "after ~ 1")["(Intercept)"]
    alone = missing.regress(table, "after ~ 1").figures["(Intercept)"]
    truth = 3 + 0.7 * 15
    assert found.interval().contains(truth) and abs(found.estimate - truth) < 0.35
    assert abs(alone[0] - truth) > 5 * alone[1], "those who stayed began lower"
    assert 0.2 < found.information_lost < 0.7


@pytest.mark.parametrize("method", ["pmm", "norm"])
def test_intervals_hold_what_they_promise(method) -> None:
    runs = 200
    held = 0
    for seed in range(runs):
        one = filled(members(1000 + seed, 50), seed=seed, m=20, rounds=3, methods=method)
        held += missing.regress_each(one, "after ~ before + arm")["armcircle"].interval().contains(-4.0)
    assert 0.90 * runs <= held <= 0.99 * runs


def test_labels_are_filled_in_with_labels() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, 200)
    mood = np.where(x + rng.normal(0, 0.3, 200) > 0, "calm", "tense").tolist()
    gone = rng.random(200) < 0.3
    table = {"x": x.tolist(), "mood": [None if none else one for one, none in zip(mood, gone, strict=True)]}
    found = missing.fill(table, m=20, generator=np.random.default_rng(6), factors={"mood": Factor(("tense", "calm"))})
    right = np.mean([[a == b for a, b in zip(found.table(k)["mood"], mood, strict=True)] for k in range(20)], axis=0)
    assert right[~gone].min() == 1.0 and 0.75 < right[gone].mean() < 1.0
    assert set(found.table(0)["mood"]) == {"calm", "tense"}


def test_tables_settle_and_say_so() -> None:
    table = members(7, 200)
    table["before"] = [None if place % 7 == 0 else one for place, one in enumerate(table["before"])]
    found = filled(table, m=20, rounds=30)
    assert 0.95 < found.settled("after") < 1.1 and 0.95 < found.settled("before") < 1.1
    assert filled(table, rounds=3).settled("after") == Undefined(Reason.TOO_FEW_DEGREES)
    with pytest.raises(KeyError):
        found.settled("arm")


# --- circles ---


def circles(seed: int, alike: float) -> tuple[dict[str, list], list[float]]:
    """Forty circles of eight, in which two of five answers are missing."""
    rng = np.random.default_rng(seed)
    group = [f"g{place}" for place in range(40) for _ in range(8)]
    y = np.repeat(rng.normal(0, math.sqrt(alike), 40), 8) + rng.normal(0, math.sqrt(1 - alike), 320)
    before = 0.5 * y + rng.normal(0, 1, 320)
    gone = rng.random(320) < 0.4
    table = {"group": group, "before": before.tolist()}
    return table | {"y": [None if none else one for one, none in zip(y.tolist(), gone, strict=True)]}, y.tolist()


def share(found: missing.Filled, group: list[str]) -> float:
    return float(np.mean([likeness(found.table(place)["y"], group).single for place in range(found.m)]))


@pytest.mark.parametrize("method", ["pmm", "norm"])
@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_people_of_one_circle_stay_as_alike_as_they_are(method, alike) -> None:
    with_groups, without, truth = [], [], []
    for seed in range(6):
        table, whole = circles(seed, alike)
        truth.append(likeness(whole, table["group"]).single)
        generator = np.random.default_rng(seed)
        with_groups.append(
            share(missing.fill(table, m=10, generator=generator, methods=method, group="group"), table["group"])
        )
        plain = {"before": table["before"], "y": table["y"]}
        without.append(share(missing.fill(plain, m=10, generator=generator, methods=method), table["group"]))
    assert abs(np.mean(with_groups) - np.mean(truth)) < 0.06
    if alike:
        assert np.mean(without) < np.mean(truth) - 0.1, "what nobody says of circles is filled in away"


def test_a_circle_in_which_nobody_answered_is_filled_in_too() -> None:
    table, _ = circles(1, 0.3)
    table["y"][:8] = [None] * 8
    found = missing.fill(table, m=30, generator=np.random.default_rng(2), group="group")
    means = found.columns["y"][:, :8].mean(axis=1)
    assert 0.2 < means.std() < 1.2, "it could be like any other circle"
    assert found.table(0)["group"] == table["group"]


# --- who lends a value ---


@settings(max_examples=60)
@given(
    st.lists(st.floats(-3, 3).map(lambda one: round(one, 1)), min_size=1, max_size=20),
    st.lists(st.floats(-4, 4), min_size=1, max_size=6),
    st.integers(1, 6),
    st.integers(0, 1000),
)
def test_a_donor_is_among_the_nearest(known, gone, count, seed) -> None:
    found = Drawn(np.array([known, known[::-1]]), np.array([gone, gone]), np.ones(2))
    places = donors(found, count, np.random.default_rng(seed))
    for table in range(2):
        for wanted, place in zip(found.missing[table], places[table], strict=True):
            away = np.sort(np.abs(found.known[table] - wanted))
            assert abs(found.known[table, place] - wanted) <= away[min(count, len(known)) - 1] + 1e-12


def test_among_equals_chance_decides() -> None:
    found = Drawn(np.zeros((400, 20)), np.zeros((400, 5)), np.ones(400))
    times = np.bincount(donors(found, 5, np.random.default_rng(1)).ravel(), minlength=20)
    assert times.min() > 60 and times.max() < 145


# --- what cannot be filled in ---


@pytest.mark.parametrize(
    ("table", "more", "problem", "said"),
    [
        ({"a": [None, None], "b": [1.0, 2.0]}, {}, missing.Unfillable, "no value at all"),
        ({"a": [1.0, None, 3.0], "b": [1.0, 2.0, 3.0]}, {}, missing.Unfillable, "known for 2 people"),
        ({"a": [1.0, None], "b": [1.0]}, {}, ValueError, "one entry for each person"),
        ({}, {}, ValueError, "one entry for each person"),
        ({"a": ["x", None]}, {}, ValueError, "a holds labels"),
        ({"arm": ["circle", "other"]}, {}, ValueError, "'other' is no level of arm"),
        ({"a": [1.0, math.inf]}, {}, ValueError, "finite"),
        ({"a": [1.0, None]}, {"m": 0}, ValueError, "one table, one round and one donor"),
        ({"a": [1.0, None]}, {"rounds": 0}, ValueError, "one table, one round and one donor"),
        ({"a": [1.0, None]}, {"methods": "mean"}, ValueError, "not by 'mean'"),
        ({"arm": ["circle", "list", None]}, {"methods": "norm"}, ValueError, "holds labels"),
        ({"a": [1.0, None]}, {"group": "g"}, ValueError, "no column 'g'"),
        ({"a": [1.0, None], "g": ["x", None]}, {"group": "g"}, missing.Unfillable, "1 have none"),
        ({"a": [1.0, None], "g": ["x", "y"]}, {"group": "g"}, missing.Unfillable, "Three groups"),
    ],
)
def test_what_cannot_be_filled_in_is_told(table, more, problem, said) -> None:
    with pytest.raises(problem, match=said):
        filled(table, **more)


def test_what_is_the_same_for_all_does_no_harm() -> None:
    table = members(9, 60)
    with_constant = table | {"house": [1.0] * 60}
    found = missing.regress_each(filled(with_constant, m=20), "after ~ before + arm")
    assert all(math.isfinite(one.se) for one in found.values())


# --- shifts ---


def analyse(tables: missing.Filled):
    return missing.regress_each(tables, "after ~ before + arm")


def test_a_shift_moves_only_what_was_filled_in_of_those_it_is_meant_for() -> None:
    table = members(4)
    found = filled(table)
    circle = [one == "circle" for one in table["arm"]]
    moved = missing.shift(found, "after", 2.5, rows=circle)
    gone = np.array([one is None for one in table["after"]])
    change = moved.columns["after"] - found.columns["after"]
    assert np.allclose(change, 2.5 * (gone & np.array(circle)))
    back = missing.shift(moved, "after", -2.5, rows=circle)
    assert back.columns["after"] == pytest.approx(found.columns["after"])


@settings(max_examples=15)
@given(st.integers(0, 300))
def test_the_answer_moves_in_a_straight_line_with_the_shift(seed) -> None:
    table = members(seed)
    found = missing.sensitivity(filled(table), "after", [-4, 2, 4], analyse, figure="armcircle")
    answers = {delta: one.estimate for delta, one in found.answers.items()}
    assert list(answers) == [-4, 0, 2, 4]
    assert answers[0] == analyse(filled(table))["armcircle"].estimate
    slope = (answers[4] - answers[-4]) / 8
    assert answers[2] == pytest.approx(answers[0] + 2 * slope)
    assert found.shifted == sum(one is None for one in table["after"])


def test_how_much_worse_it_would_have_to_be() -> None:
    table = members(21, 120)
    circle = [one == "circle" for one in table["arm"]]
    found = missing.sensitivity(filled(table, m=20), "after", range(21), analyse, figure="armcircle", rows=circle)
    turn = found.turns_at()
    assert found.answers[0.0].interval().high < 0 < turn
    assert found.answers[turn].interval().contains(0.0)
    assert not found.answers[turn - 1].interval().contains(0.0)
    steady = missing.sensitivity(filled(table, m=20), "after", [0.5], analyse, figure="armcircle", rows=circle)
    assert steady.turns_at() == Undefined(Reason.NO_TURN)


def test_shifts_that_cannot_be() -> None:
    found = filled(members(4), m=2)
    for column, delta, rows, said in (
        ("before", 1.0, None, "Columns with gaps: after"),
        ("after", math.nan, None, "number of points"),
        ("after", 1.0, [True], "each of 60 people"),
    ):
        with pytest.raises(ValueError, match=said):
            missing.shift(found, column, delta, rows=rows)
    with pytest.raises(ValueError, match="gives no"):
        missing.sensitivity(found, "after", [1], analyse, figure="dose")
    labels = missing.fill(
        {"arm": ["list", "circle", "circle", None]}, m=2, generator=np.random.default_rng(1), factors=ARMS
    )
    with pytest.raises(ValueError, match="holds labels"):
        missing.shift(labels, "arm", 1.0)


def test_any_analysis_can_be_brought_together() -> None:
    table = members(6)

    def mean(one):
        values = np.array(one["after"])
        return {"mean": (float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values))))}

    found = missing.analyse_each(filled(table, m=8), mean, df_complete=59)["mean"]
    by_regression = missing.regress_each(filled(table, m=8), "after ~ 1")["(Intercept)"]
    assert (found.estimate, found.se, found.df) == pytest.approx(
        (by_regression.estimate, by_regression.se, by_regression.df)
    )
    assert missing.analyse_each(filled(table, m=1), mean) == Undefined(Reason.ONE_TABLE)
    names = iter("abcdefgh")
    with pytest.raises(ValueError, match="same figures"):
        missing.analyse_each(filled(table, m=2), lambda one: {next(names): (1.0, 1.0)})
