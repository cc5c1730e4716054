"""Mixed models keep what must not change: units, order of rows, signs, and what is known in closed form."""

import math

import numpy as np
import pytest

from kindcircle.stats import mixed
from kindcircle.stats.design import Factor, FormulaError, read_formula
from kindcircle.stats.results import Undefined

FORMULA = "y ~ time + (1 | group) + (1 | person)"


def groups_over_time(
    seed: int, *, groups: int = 6, people: int = 5, visits: int = 4, slope: float = 0.5, group_sd: float = 1.0
) -> dict[str, list]:
    """Members in groups who are asked at each visit."""
    rng = np.random.default_rng(seed)
    table: dict[str, list] = {"y": [], "time": [], "group": [], "person": []}
    for g in range(groups):
        of_group = rng.normal(0, group_sd)
        for p in range(people):
            of_person = rng.normal(0, 0.8)
            for t in range(visits):
                table["y"].append(20 + slope * t + of_group + of_person + rng.normal(0, 0.6))
                table["time"].append(float(t))
                table["group"].append(f"g{g}")
                table["person"].append(f"g{g}p{p}")
    return table


def fitted(table: dict[str, list], formula: str = FORMULA, **options) -> mixed.Fitted:
    found = mixed.fit(mixed.prepare(read_formula(formula), table, **options))
    assert not isinstance(found, Undefined)
    return found


def test_other_units_change_the_units_only() -> None:
    table = groups_over_time(1)
    plain = fitted(table)
    scaled = fitted(table | {"y": [3 + 10 * value for value in table["y"]]})
    assert scaled.beta["time"] == pytest.approx(10 * plain.beta["time"], rel=1e-6)
    assert scaled.beta["(Intercept)"] == pytest.approx(3 + 10 * plain.beta["(Intercept)"], rel=1e-6)
    for ten, one in zip(scaled.covariances, plain.covariances, strict=True):
        assert ten == pytest.approx(100 * one, rel=1e-4)
    t = [mixed.satterthwaite(model).effects()["time"] for model in (plain, scaled)]
    assert t[0].df == pytest.approx(t[1].df, rel=1e-4)
    assert t[0].p == pytest.approx(t[1].p, rel=1e-4, abs=1e-12)


def test_the_other_direction_turns_the_sign_only() -> None:
    table = groups_over_time(2)
    plain, turned = fitted(table), fitted(table | {"y": [-value for value in table["y"]]})
    assert turned.beta["time"] == pytest.approx(-plain.beta["time"], rel=1e-6)
    assert turned.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)


def test_the_order_of_rows_and_names_of_groups_do_not_matter() -> None:
    table = groups_over_time(3)
    order = np.random.default_rng(4).permutation(len(table["y"]))
    shuffled = {name: [column[place] for place in order] for name, column in table.items()}
    shuffled["group"] = [f"another {label}" for label in shuffled["group"]]
    one, other = fitted(table), fitted(shuffled)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-7)
    assert other.beta["time"] == pytest.approx(one.beta["time"], rel=1e-6)


def test_a_balanced_one_way_design_equals_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(0, 1, size=(8, 6)) + rng.normal(0, 1.5, size=(8, 1))
    table = {"y": values.ravel().tolist(), "group": [f"g{g}" for g in range(8) for _ in range(6)]}
    found = fitted(table, "y ~ 1 + (1 | group)")
    within = values.var(axis=1, ddof=1).mean()
    between = values.mean(axis=1).var(ddof=1) - within / 6
    assert between > 0
    assert found.residual_variance == pytest.approx(within, rel=1e-5)
    assert found.covariances[0][0, 0] == pytest.approx(between, rel=1e-5)
    intercept = mixed.satterthwaite(found).effects()["(Intercept)"]
    assert intercept.df == pytest.approx(7, rel=1e-3)
    assert intercept.se == pytest.approx(math.sqrt(values.mean(axis=1).var(ddof=1) / 8), rel=1e-5)
    assert mixed.kenward_roger(found).effects()["(Intercept)"].df == pytest.approx(7, rel=1e-2)


def test_groups_that_do_not_differ_lie_on_the_edge_and_are_said_to() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(0, 1, size=(6, 8))
    values -= values.mean(axis=1, keepdims=True)
    table = {"y": values.ravel().tolist(), "group": [f"g{g}" for g in range(6) for _ in range(8)]}
    found = fitted(table, "y ~ 1 + (1 | group)")
    assert found.on_the_edge
    assert found.covariances[0][0, 0] < 1e-6
    assert mixed.satterthwaite(found).effects()["(Intercept)"].df > 0


def test_a_variance_on_the_edge_leaves_the_small_sample_terms_as_if_it_were_not_there() -> None:
    table = groups_over_time(13, groups=8)
    y, group = np.array(table["y"]), np.array(table["group"])
    for label in set(table["group"]):
        y[group == label] -= y[group == label].mean()
    table["y"] = y.tolist()
    edge, without = fitted(table), fitted(table, "y ~ time + (1 | person)")
    assert edge.edge.tolist() == [False, True, False]
    for name in ("(Intercept)", "time"):
        here, there = (mixed.kenward_roger_linear(one).effects()[name] for one in (edge, without))
        assert here.se == pytest.approx(there.se, rel=1e-4)
        assert here.df == pytest.approx(there.df, rel=1e-2)


def test_groups_are_drawn_towards_the_middle() -> None:
    found = fitted(groups_over_time(7))
    table = groups_over_time(7)
    y, group = np.array(table["y"]), np.array(table["group"])
    place = [term.group for term in found.problem.terms].index("group")
    for label, effect in found.effects(place).items():
        raw = y[group == label].mean() - y.mean()
        assert abs(float(effect[0])) < abs(raw)


def test_a_missing_answer_leaves_out_one_row_and_is_counted() -> None:
    table = groups_over_time(8)
    table["y"][3] = None
    table["time"][10] = float("nan")
    found = fitted(table)
    assert found.problem.dropped == 2
    assert found.problem.n == len(table["y"]) - 2


def test_fewer_groups_make_the_interval_wider_than_counting_people_would() -> None:
    """What a naive analysis gets wrong: people in one group are not strangers."""
    rng = np.random.default_rng(9)
    table: dict[str, list] = {"y": [], "arm": [], "group": []}
    for g in range(6):
        shift = rng.normal(0, 2)
        for _ in range(8):
            table["y"].append(shift + rng.normal(0, 1))
            table["arm"].append(float(g % 2))
            table["group"].append(f"g{g}")
    effect = mixed.satterthwaite(fitted(table, "y ~ arm + (1 | group)")).effects()["arm"]
    assert effect.df == pytest.approx(4, rel=1e-2)
    y, arm = np.array(table["y"]), np.array(table["arm"])
    naive = math.sqrt(y[arm == 0].var(ddof=1) / 24 + y[arm == 1].var(ddof=1) / 24)
    assert effect.se > naive


def test_each_arm_can_have_its_own_spread() -> None:
    rng = np.random.default_rng(10)
    table = {
        "y": [*rng.normal(0, 1, 200).tolist(), *rng.normal(1, 3, 200).tolist()],
        "arm": ["wait"] * 200 + ["group"] * 200,
        "person": [f"p{n}" for n in range(200) for _ in range(1)] + [f"q{n}" for n in range(200)],
    }
    problem = mixed.prepare(
        read_formula("y ~ arm"), table, factors={"arm": Factor(("wait", "group"))}, residual_by="arm"
    )
    found = mixed.fit(problem)
    assert not isinstance(found, Undefined)
    spread = dict(zip(problem.residual, (float(matrix[0, 0]) for matrix in found.covariances), strict=True))
    assert spread["wait"] == pytest.approx(np.var(table["y"][:200], ddof=1), rel=1e-5)
    assert spread["group"] == pytest.approx(np.var(table["y"][200:], ddof=1), rel=1e-5)


def test_what_cannot_be_fitted_is_said() -> None:
    table = groups_over_time(11)
    for formula, part in [
        ("y ~ tme + (1 | group)", "There is no column 'tme'. There are: y, time, group, person."),
        ("y time", "A formula reads like"),
        ("y ~ time + (1 | group", "A bracket is left open"),
        ("y ~ sin(time)", "is not understood"),
    ]:
        with pytest.raises(FormulaError, match=part.replace("(", r"\(").replace(".", r"\.")):
            mixed.prepare(read_formula(formula), table)
    with pytest.raises(FormulaError, match="follows from the others"):
        mixed.fit(mixed.prepare(read_formula("y ~ time + twice"), table | {"twice": [2 * t for t in table["time"]]}))
    one = {name: column[:4] for name, column in table.items()}
    assert isinstance(mixed.fit(mixed.prepare(read_formula("y ~ time + (1 | group)"), one)), Undefined)
    flat = table | {"y": [1.0] * len(table["y"])}
    assert isinstance(mixed.fit(mixed.prepare(read_formula("y ~ time + (1 | group)"), flat)), Undefined)
    with pytest.raises(FormulaError, match="No row has every value"):
        mixed.prepare(read_formula("y ~ time"), table | {"y": [None] * len(table["y"])})


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Six groups only: with normal quantiles one in eight would miss."""
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        values = rng.normal(0, 1, size=(6, 5)) + rng.normal(0, 1, size=(6, 1))
        table = {"y": values.ravel().tolist(), "group": [f"g{g}" for g in range(6) for _ in range(5)]}
        interval = mixed.satterthwaite(fitted(table, "y ~ 1 + (1 | group)")).effects()["(Intercept)"].interval()
        inside += interval.low <= 0 <= interval.high
    assert 0.90 <= inside / 200 <= 0.99
