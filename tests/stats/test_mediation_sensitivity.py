"""How strong a hidden cause would have to be: a made-up truth that is found again, limits, invariances, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats.mediation import Mediation, Model, Sensitivity, mediate, sensitivity
from kindcircle.stats.results import Reason, Undefined
from tests.stats.test_mediation import SERIAL, data

ONE = Model("x", ("m1",), "y", covariates=("w",))
LINKS = [(ONE, "m1"), (SERIAL, "m1"), (SERIAL, "m2"), (Model("x", ("m1", "m2"), "y", covariates=("w",)), "m2")]


def asked(table, model: Model = ONE, mediator: str | None = None, resamples: int = 1000, **more) -> Sensitivity:
    found = sensitivity(
        table, model, mediator=mediator, resamples=resamples, generator=np.random.default_rng(3), **more
    )
    assert isinstance(found, Sensitivity)
    return found


def hidden(rho: float, *, n: int, b: float = 0.4, seed: int = 5) -> dict[str, np.ndarray]:
    """x moves m by 0.5 and m moves y by b; what neither equation explains is correlated by rho."""
    rng = np.random.default_rng(seed)
    x, e = rng.normal(size=n), rng.normal(size=n)
    other = rho * e + math.sqrt(1 - rho * rho) * rng.normal(size=n)
    m = 0.5 * x + 1.5 * e
    return {"x": x, "m1": m, "y": 0.2 * x + b * m + 0.8 * other, "w": rng.normal(size=n)}


def left_over(y: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    design = np.column_stack([np.ones(len(y)), *columns])
    return y - design @ np.linalg.lstsq(design, y, rcond=None)[0]


@pytest.mark.parametrize("rho", [-0.6, -0.2, 0.3, 0.7])
def test_a_made_up_truth_is_found_where_rho_is_what_it_was(rho: float) -> None:
    table = hidden(rho, n=200_000)
    found = asked(table)
    assert found.effect("ind_m1", rho) == pytest.approx(0.5 * 0.4, abs=0.01)
    assert found.interval("ind_m1", rho).contains(0.2)
    # What is usually told is far from it.
    assert abs(found.effect("ind_m1", 0.0) - 0.2) > 0.03


def test_a_way_that_is_all_hidden_cause_vanishes_at_its_own_rho() -> None:
    found = asked(hidden(0.5, n=100_000, b=0.0))
    assert found.vanishes_at == pytest.approx(0.5, abs=0.01)
    assert found.effect("ind_m1", found.vanishes_at) == pytest.approx(0, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(LINKS))
def test_it_agrees_with_the_plain_fit_at_nothing_and_with_partial_correlation(seed: int, link) -> None:
    model, mediator = link
    table = data(seed)
    found, plain = asked(table, model, mediator), mediate(table, model)
    assert isinstance(plain, Mediation)
    for name in found.factors:
        assert found.effect(name, 0.0) == pytest.approx(plain.effects[name], rel=1e-8)
        # It falls, or rises, all the way from one end to the other.
        steps = np.diff([found.effect(name, rho) for rho in np.linspace(-0.99, 0.99, 41)])
        assert (steps < 0).all() or (steps > 0).all()
    before = [table[name] for name in model.columns[: model.columns.index(mediator)]]
    ends = (left_over(table[mediator], *before), left_over(table[found.outcome], *before))
    assert found.vanishes_at == pytest.approx(np.corrcoef(*ends)[0, 1], rel=1e-8)
    assert found.left_mediator == pytest.approx(ends[0].var() / table[mediator].var(), rel=1e-8)
    assert found.share_of_all == pytest.approx(
        found.vanishes_at**2 * ends[0].var() * ends[1].var() / table[mediator].var() / table[found.outcome].var()
    )
    # The published form: from the equations' own errors, with the outcome on x and what comes before alone.
    a = plain.equations[mediator].coefficients["x"].b if model is ONE else None
    if a is not None:
        rho = 0.25
        r, s1, s2 = found.vanishes_at, ends[1].std(), ends[0].std()
        wanted = a * s1 / s2 * (r - rho * math.sqrt((1 - r * r) / (1 - rho * rho)))
        assert found.effect("ind_m1", rho) == pytest.approx(wanted, rel=1e-8)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_place_unit_order_and_sign(seed: int) -> None:
    table = data(seed)
    plain = asked(table)
    moved = asked({name: 5 + 3 * values for name, values in table.items()})
    assert moved.vanishes_at == pytest.approx(plain.vanishes_at)
    assert moved.effect("ind_m1", 0.3) == pytest.approx(plain.effect("ind_m1", 0.3))
    assert moved.interval("ind_m1", 0.3).low == pytest.approx(plain.interval("ind_m1", 0.3).low)
    turned = asked(table | {"y": -table["y"]})
    assert turned.vanishes_at == pytest.approx(-plain.vanishes_at)
    assert turned.effect("ind_m1", -0.3) == pytest.approx(-plain.effect("ind_m1", 0.3))
    assert asked({name: values[::-1] for name, values in table.items()}).vanishes_at == pytest.approx(plain.vanishes_at)


def test_limits_and_how_far_it_holds() -> None:
    found = asked(hidden(0.0, n=400), resamples=2000)
    ends = found.vanishes_between()
    assert ends.contains(found.vanishes_at) and ends.low > 0
    until = found.holds_until("ind_m1")
    assert until is not None and 0 < until < found.vanishes_at
    assert until == pytest.approx(ends.low, abs=0.06)
    assert found.interval("ind_m1", until).contains(0) and not found.interval("ind_m1", until - 0.01).contains(0)
    assert "2000 resamples of people" in ends.method
    turned = asked({**hidden(0.0, n=400), "y": -hidden(0.0, n=400)["y"]})
    assert (turned.holds_until("ind_m1") or 0) < 0
    nothing = asked({**data(2), "y": np.random.default_rng(1).normal(size=80)})
    assert nothing.holds_until("ind_m1") is None


def test_limits_cover_the_truth_about_as_often_as_they_say() -> None:
    held = sum(asked(hidden(0.4, n=120, seed=seed)).interval("ind_m1", 0.4).contains(0.2) for seed in range(200))
    assert 178 <= held <= 200


def test_the_same_seed_gives_the_same_and_whole_groups_and_gaps_count() -> None:
    table = hidden(0.2, n=240)
    assert asked(table).vanishes_between() == asked(table).vanishes_between()
    groups = [f"g{place % 24}" for place in range(240)]
    whole = asked(table, group=groups)
    assert (whole.groups, whole.n) == (24, 240)
    assert "resamples of groups" in whole.interval("ind_m1", 0.1).method
    gaps = asked(table | {"y": [None, *table["y"][1:]]})
    assert (gaps.n, gaps.dropped) == (239, 1)


def test_what_cannot_be_asked_is_told() -> None:
    def reason(table, model: Model, **more) -> Reason:
        found = sensitivity(table, model, generator=np.random.default_rng(1), resamples=1000, **more)
        assert isinstance(found, Undefined) and found.text
        return found.reason

    table = data(1)
    assert reason(table, Model("x", ("m1", "m2"), "y", order="parallel")) is Reason.SIDE_BY_SIDE
    assert reason({**table, "m1": np.ones(80)}, ONE) is Reason.NO_SPREAD
    assert reason({name: values[:5] for name, values in table.items()}, ONE) is Reason.TOO_FEW_DEGREES
    assert reason(table, ONE, group=["a"] * 80) is Reason.TOO_FEW_GROUPS
    assert reason({**table, "m1": 2 * table["x"]}, ONE) is Reason.PERFECT_CORRELATION
    for more, said in (({"mediator": "x"}, "is no mediator"), ({"resamples": 10}, "1000")):
        with pytest.raises(ValueError, match=said):
            sensitivity(table, ONE, generator=np.random.default_rng(1), **more)
    with pytest.raises(ValueError, match="between -1 and 1"):
        asked(table).effect("ind_m1", 1.0)
