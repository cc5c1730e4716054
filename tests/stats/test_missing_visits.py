"""Models of visits: the t-tests they are with nothing missing, and what may not change when something is."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kindcircle.stats import missing
from kindcircle.stats.design import Factor, FormulaError
from kindcircle.stats.missing.visits import DEGREES
from kindcircle.stats.results import Reason, Undefined

FORMULA = "score ~ arm * visit + us(visit | person)"
FACTORS = {"arm": Factor(("list", "circle")), "visit": Factor(("start", "middle", "end"))}


def people(seed: int, n: int = 24, *, lost: float = 0.0, effect: float = -3.0) -> dict[str, list]:
    """Three visits each, spreads that grow, and people who are lost when they score high in the middle."""
    rng = np.random.default_rng(seed)
    root = np.array([[3.0, 0, 0], [2.0, 2.5, 0], [1.0, 2.0, 3.0]])
    table: dict[str, list] = {"person": [], "arm": [], "visit": [], "before": [], "score": []}
    for place in range(n):
        arm = place % 2
        scores = 15 + np.array([0, effect * arm / 2, effect * arm]) + root @ rng.normal(size=3)
        before = scores.mean() + rng.normal(0, 2)
        gone = rng.random() < lost * 2 / (1 + math.exp(-(scores[1] - 14)))
        for when, score in zip(FACTORS["visit"].levels, scores.tolist(), strict=True):
            table["person"].append(f"p{place}")
            table["arm"].append("circle" if arm else "list")
            table["visit"].append(when)
            table["before"].append(float(before))
            table["score"].append(None if gone and when == "end" else score)
    return table


def fitted(table, formula: str = FORMULA, **more) -> missing.Visits:
    found = missing.fit_visits(formula, table, factors=more.pop("factors", FACTORS), **more)
    assert isinstance(found, missing.Visits)
    return found


def wide(table) -> dict[str, np.ndarray]:
    scores = np.array(table["score"], dtype=float).reshape(-1, 3)
    arm = np.array(table["arm"]).reshape(-1, 3)[:, 0]
    return {level: scores[arm == level] for level in ("list", "circle")}


def test_with_nothing_missing_each_visit_is_a_t_test() -> None:
    table = people(1)
    found, arms = fitted(table), wide(table)
    pooled = sum((len(one) - 1) * np.cov(one.T) for one in arms.values()) / 22
    assert found.covariance == pytest.approx(pooled, rel=1e-5)
    assert (found.n, found.dropped, found.people) == (72, 0, 24)
    for place, one in enumerate(found.differences("arm", within=("visit",))):
        assert (one.first, one.second) == ("circle", "list")
        assert one.levels == {"visit": FACTORS["visit"].levels[place]}
        known = stats.ttest_ind(arms["circle"][:, place], arms["list"][:, place])
        assert one.difference.t == pytest.approx(known.statistic, rel=1e-5)
        assert one.difference.df == pytest.approx(22, rel=1e-4)
        assert one.difference.p == pytest.approx(known.pvalue, rel=1e-3)
    means = [one.mean.estimate for one in found.means("arm", "visit")]
    assert means == pytest.approx([arms[arm][:, place].mean() for place in range(3) for arm in ("list", "circle")])


def test_with_one_arm_and_nothing_missing_two_visits_are_a_paired_t_test() -> None:
    table = people(2)
    found = fitted(table, "score ~ visit + us(visit | person)")
    scores = np.array(table["score"]).reshape(-1, 3)
    late = found.differences("visit")[1]
    known = stats.ttest_rel(scores[:, 2], scores[:, 0])
    assert (late.first, late.second, late.levels) == ("end", "start", {})
    assert (late.difference.t, late.difference.df) == pytest.approx((known.statistic, 23), rel=1e-4)


@settings(max_examples=8)
@given(st.integers(0, 200), st.sampled_from([-1.0, 10.0]), st.randoms(use_true_random=False))
def test_units_signs_order_and_names_change_nothing_else(seed, factor, random) -> None:
    table = people(seed, 30, lost=0.3)
    order = list(range(len(table["score"])))
    random.shuffle(order)
    other = {name: [values[place] for place in order] for name, values in table.items()}
    other["score"] = [None if one is None else factor * one for one in other["score"]]
    other["person"] = [f"somebody {one}" for one in other["person"]]
    one, two = fitted(table), fitted(other)
    assert two.covariance == pytest.approx(factor**2 * one.covariance, rel=1e-3, abs=1e-3)
    for degrees in DEGREES:
        first, second = (found.differences("arm", within=("visit",), degrees=degrees) for found in (one, two))
        for before, after in zip(first, second, strict=True):
            assert after.difference.estimate == pytest.approx(factor * before.difference.estimate, rel=1e-3, abs=1e-3)
            assert after.difference.se == pytest.approx(abs(factor) * before.difference.se, rel=1e-3)
            assert after.difference.df == pytest.approx(before.difference.df, rel=1e-2)


def test_levels_the_other_way_round_turn_the_sign() -> None:
    table = people(3, lost=0.3)
    turned = fitted(table, factors=FACTORS | {"arm": Factor(("circle", "list"))})
    for one, other in zip(
        fitted(table).differences("arm", within=("visit",)), turned.differences("arm", within=("visit",)), strict=True
    ):
        assert other.difference.estimate == pytest.approx(-one.difference.estimate, rel=1e-4)
        assert other.difference.df == pytest.approx(one.difference.df, rel=1e-3)


def test_who_was_lost_is_not_forgotten() -> None:
    table = people(4, 3000, lost=0.5, effect=0.0)
    found = fitted(table, "score ~ visit + us(visit | person)")
    kept = [one for one, when in zip(table["score"], table["visit"], strict=True) if when == "end" and one is not None]
    by_model = {one.levels["visit"]: one.mean for one in found.means("visit")}["end"]
    assert by_model.interval().contains(15.0)
    assert abs(np.mean(kept) - 15) > 4 * by_model.se, "those who came to the end had scored lower"
    assert found.dropped == sum(one is None for one in table["score"])


def test_intervals_hold_what_they_promise_with_few_people() -> None:
    held = dict.fromkeys(DEGREES, 0)
    runs = 100
    for seed in range(runs):
        found = fitted(people(500 + seed, 20, lost=0.3))
        for degrees in DEGREES:
            last = found.differences("arm", within=("visit",), degrees=degrees)[-1]
            held[degrees] += last.difference.interval().contains(-3.0)
    assert all(0.89 * runs <= count for count in held.values()), held


def test_a_number_beside_stands_at_its_mean() -> None:
    table = people(5, lost=0.2)
    found = fitted(table, "score ~ before + arm * visit + us(visit | person)")
    effects = found.effects()
    kept = [one for one, score in zip(table["before"], table["score"], strict=True) if score is not None]
    assert found.at == {"before": pytest.approx(np.mean(kept))}
    first = found.means("arm", "visit")[0].mean.estimate
    assert first == pytest.approx(effects["(Intercept)"].estimate + effects["before"].estimate * found.at["before"])


def test_the_search_of_mmrm_stops_a_little_below_the_top() -> None:
    table = people(6, 60, lost=0.3)
    top, stopped, close = fitted(table), fitted(table, until=2.2e-9), fitted(table, until=1e-14)
    assert stopped.fitted.log_likelihood <= top.fitted.log_likelihood + 1e-9
    assert stopped.fitted.log_likelihood == pytest.approx(top.fitted.log_likelihood, abs=1e-3)
    assert close.covariance == pytest.approx(top.covariance, rel=1e-3)
    assert top.aic == pytest.approx(-2 * top.fitted.log_likelihood + 12)


def without(table, *, arm=None, visit=None, visits=()) -> dict[str, list]:
    gone = [
        (arm is None or a == arm) and (v == visit or v in visits)
        for a, v in zip(table["arm"], table["visit"], strict=True)
    ]
    return table | {"score": [None if none else one for one, none in zip(table["score"], gone, strict=True)]}


def never_both(table) -> dict[str, list]:
    """Half of the people miss the middle, the others the end."""
    early = [int(one[1:]) % 4 < 2 for one in table["person"]]
    gone = [v == ("end" if one else "middle") for one, v in zip(early, table["visit"], strict=True)]
    return table | {"score": [None if none else one for one, none in zip(table["score"], gone, strict=True)]}


@pytest.mark.parametrize(
    ("table", "formula", "said"),
    [
        (people(1), "score ~ arm", "one part us"),
        (people(1), "score ~ visit + (1 | arm) + us(visit | person)", "one part us"),
        (people(1), "score ~ dose + us(visit | person)", "no column 'dose'"),
        (people(1) | {"when": [1.0] * 72}, "score ~ arm + us(when | person)", "must be a factor"),
        (without(people(1), visit="middle"), FORMULA, "Nobody kept the visit middle"),
        (without(people(1), arm="list", visit="end"), FORMULA, "arm list and visit end"),
        (never_both(people(1)), FORMULA, "both middle and end"),
        (people(1) | {"person": ["p0"] * 72}, FORMULA, "more than once"),
    ],
)
def test_what_cannot_be_fitted_is_told(table, formula, said) -> None:
    with pytest.raises((FormulaError, missing.Untold), match=said):
        missing.fit_visits(formula, table, factors=FACTORS)


def test_too_few_people_for_so_many_visits_are_told() -> None:
    with pytest.raises(missing.Untold, match="8 people do not tell how 3 visits"):
        for seed in range(9000, 9020):
            fitted(people(seed, 8, lost=0.3))


def test_an_unknown_factor_is_told() -> None:
    with pytest.raises(FormulaError, match="no factor"):
        fitted(people(1)).means("house")


def test_too_few_rows_have_no_model() -> None:
    assert missing.fit_visits(FORMULA, people(1, 2), factors=FACTORS) == Undefined(Reason.TOO_FEW_DEGREES)


def test_a_column_of_the_root_turned_round_changes_nothing() -> None:
    found = fitted(people(7, lost=0.2))
    turned = replace(found, fitted=replace(found.fitted, roots=(found.fitted.roots[-1] * [-1.0, 1.0, -1.0],)))
    assert turned.covariance == pytest.approx(found.covariance)
    for one, other in zip(
        *(each.means("arm", "visit", degrees="kenward-roger") for each in (found, turned)), strict=True
    ):
        assert (other.mean.se, other.mean.df) == pytest.approx((one.mean.se, one.mean.df), rel=1e-6)
