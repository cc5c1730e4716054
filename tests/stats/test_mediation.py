"""Indirect effects: exact identities, invariances, honest intervals, whole groups, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats.mediation import Bootstrap, Mediation, Model, bootstrap, mediate, mediate_covariance, standardise
from kindcircle.stats.results import Reason, Undefined

SERIAL = Model("x", ("m1", "m2"), "y")
MODELS = [
    SERIAL,
    Model("x", ("m1", "m2"), "y", order="parallel"),
    Model("x", ("m1",), "y"),
    Model("x", ("m1", "m2"), "y", covariates=("w",)),
]


def data(seed: int, n: int = 80) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    w, x = rng.normal(size=n), rng.normal(size=n)
    m1 = 0.5 * x + 0.2 * w + rng.normal(size=n)
    m2 = 0.3 * x + 0.4 * m1 + rng.normal(size=n)
    y = 0.2 * x + 0.3 * m1 + 0.4 * m2 - 0.3 * w + rng.normal(size=n)
    return {"x": x, "m1": m1, "m2": m2, "y": y, "w": w}


def fit(table, model: Model = SERIAL) -> Mediation:
    found = mediate(table, model)
    assert isinstance(found, Mediation)
    return found


def drawn(table, model: Model = SERIAL, **more) -> Bootstrap:
    found = bootstrap(table, model, generator=np.random.default_rng(4), resamples=2000, **more)
    assert isinstance(found, Bootstrap)
    return found


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(MODELS))
def test_total_is_direct_and_indirect_and_all_agree_with_plain_regression(seed: int, model: Model) -> None:
    found = fit(data(seed), model)
    effects = found.effects
    assert effects["total"] == pytest.approx(effects["cp"] + effects["total_indirect"], rel=1e-9)
    assert effects["total"] == pytest.approx(found.equations["total"].coefficients["x"].b, rel=1e-9)
    assert effects["cp"] == pytest.approx(found.equations["y"].coefficients["x"].b, rel=1e-9)
    assert effects["b1"] == pytest.approx(found.equations["y"].coefficients["m1"].b, rel=1e-9)
    assert found.interval("ind_m1").contains(effects["ind_m1"])


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_place_unit_order_and_sign(seed: int) -> None:
    table = data(seed)
    plain = fit(table).effects
    moved = fit({name: 5 + 3 * values for name, values in table.items()}).effects
    assert moved["total"] == pytest.approx(plain["total"])
    assert fit({name: values[::-1] for name, values in table.items()}).effects["cp"] == pytest.approx(plain["cp"])
    turned = fit(table | {"m1": -table["m1"]}).effects
    assert turned["a1"] == pytest.approx(-plain["a1"]) and turned["ind_m1"] == pytest.approx(plain["ind_m1"])
    doubled = fit(table | {"x": 2 * table["x"]}).effects
    assert doubled["ind_serial"] == pytest.approx(plain["ind_serial"] / 2)


def test_a_matrix_gives_what_the_data_give() -> None:
    table = data(3)
    names = list(table)
    covariance = np.cov(np.column_stack(list(table.values())), rowvar=False)
    for model in MODELS:
        found = mediate_covariance(covariance, names, model)
        assert not isinstance(found, Undefined)
        raw = fit(table, model)
        assert found == pytest.approx(dict(raw.effects))
        in_sds = raw.standardised
        assert not isinstance(in_sds, Undefined)
        assert standardise(found, model, dict(zip(names, np.sqrt(np.diag(covariance)), strict=True))) == pytest.approx(
            dict(in_sds)
        )
    with pytest.raises(ValueError, match="square and symmetric"):
        mediate_covariance(covariance[:2], names, SERIAL)
    with pytest.raises(ValueError, match="has no m2"):
        mediate_covariance(covariance[:2, :2], names[:2], SERIAL)
    assert mediate_covariance(np.ones((5, 5)), names, SERIAL) == Undefined(Reason.PERFECT_CORRELATION)


def test_the_same_seed_gives_the_same_figures_and_limits_that_hold_the_estimate() -> None:
    table = data(1)
    one, two = drawn(table), drawn(table)
    assert np.array_equal(one.draws, two.draws)
    assert one.original == pytest.approx(list(fit(table).effects.values()))
    for kind in ("percentile", "bc", "bca"):
        interval = one.interval("ind_m1", kind)
        assert not isinstance(interval, Undefined) and interval.contains(fit(table).effects["ind_m1"])
    low, high = one.wobble("ind_m1")
    width = one.interval("ind_m1")
    assert not isinstance(width, Undefined) and 0 < low < 0.1 * (width.high - width.low) and high > 0
    assert one.se("cp") == pytest.approx(fit(table).se["cp"], rel=0.3)


def test_limits_cover_the_truth_about_as_often_as_they_say() -> None:
    covered = 0
    for seed in range(200):
        found = bootstrap(data(seed), SERIAL, resamples=1000, generator=np.random.default_rng(seed))
        assert isinstance(found, Bootstrap)
        interval = found.interval("ind_m1")
        covered += not isinstance(interval, Undefined) and interval.contains(0.5 * 0.3)
    assert 0.88 <= covered / 200 <= 0.99


def test_whole_groups_are_drawn_and_widen_what_they_share() -> None:
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(30), 8)
    shared = rng.normal(size=30)[group]
    x = rng.normal(size=30)[group]
    m1 = 0.4 * x + shared + 0.3 * rng.normal(size=240)
    m2 = 0.2 * m1 + shared + 0.3 * rng.normal(size=240)
    table = {"x": x, "m1": m1, "m2": m2, "y": m2 + shared + rng.normal(size=240)}
    people, groups = drawn(table), drawn(table, group=[str(one) for one in group])
    assert groups.groups == 30 and groups.se("a1") > 1.8 * people.se("a1")
    interval = groups.interval("a1")
    assert not isinstance(interval, Undefined) and "of groups" in interval.method
    few = bootstrap(table, SERIAL, generator=rng, group=[str(one % 10) for one in group])
    assert few == Undefined(Reason.TOO_FEW_GROUPS)
    with pytest.raises(ValueError, match="one group for each"):
        bootstrap(table, SERIAL, generator=rng, group=["a"])


def test_resamples_without_both_values_of_x_are_drawn_again() -> None:
    table = data(5, n=12)
    table["x"] = np.array([1.0] + [0.0] * 11)
    found = drawn(table)
    assert found.redrawn > 300 and np.isfinite(found.draws).all() and len(found.draws) == 2000
    assert fit(table).standardised == Undefined(Reason.TWO_VALUES)


def test_people_with_a_gap_are_left_out_and_counted() -> None:
    table = {name: list(values) for name, values in data(2).items()}
    table["m2"][3] = None
    found = fit(table)
    assert (found.n, found.dropped) == (79, 1)
    assert fit({name: values[:3] + values[4:] for name, values in table.items()}).effects == pytest.approx(
        dict(found.effects)
    )


def test_what_cannot_be_asked_is_told() -> None:
    table = data(6)
    flat = table | {"m1": np.ones(80)}
    assert mediate(flat, SERIAL) == Undefined(Reason.NO_SPREAD)
    assert bootstrap(flat, SERIAL, generator=np.random.default_rng(1)) == Undefined(Reason.NO_SPREAD)
    twice = table | {"m2": 2 * table["m1"] + 1}
    assert mediate(twice, SERIAL) == Undefined(Reason.PERFECT_CORRELATION)
    assert mediate({name: values[:5] for name, values in table.items()}, SERIAL) == Undefined(Reason.TOO_FEW_DEGREES)
    for broken, model, said in (
        ({"x": [1.0]}, SERIAL, "no column m1"),
        (table | {"y": table["y"][:9]}, SERIAL, "one entry per person"),
        (table, Model("x", (), "y"), "one or two mediators"),
        (table, Model("x", ("x",), "y"), "one part in the model"),
        (table | {"y": np.round(table["y"] > 0)}, SERIAL, "y has two values"),
    ):
        with pytest.raises(ValueError, match=said):
            mediate(broken, model)
    with pytest.raises(ValueError, match="fewer than 1000"):
        bootstrap(table, SERIAL, generator=np.random.default_rng(1), resamples=99)
    assert "never proof" in fit(table).caution
