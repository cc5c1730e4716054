"""Refits to drawn outcomes keep what must not change, equal Student's t where that is exact, and hold the truth."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import stdtrit

from kindcircle.stats import mixed
from kindcircle.stats.design import read_formula
from kindcircle.stats.results import Interval, Reason, Undefined

FORMULA = "y ~ arm + (1 | group)"


def arms(seed: int, *, groups: int = 6, people: int = 5, spread: float = 1.5, effect: float = 1.0) -> dict[str, list]:
    """Groups in two arms, each of its own kind."""
    rng = np.random.default_rng(seed)
    group, _person = (part.ravel() for part in np.indices((groups, people)))
    y = effect * (group % 2) + spread * rng.normal(size=groups)[group] + rng.normal(size=len(group))
    return {"y": y.tolist(), "arm": (group % 2).astype(float).tolist(), "group": [f"g{one}" for one in group]}


def fitted(table: dict[str, list], formula: str = FORMULA, **options) -> mixed.Fitted:
    found = mixed.fit(mixed.prepare(read_formula(formula), table, **options))
    assert isinstance(found, mixed.Fitted)
    return found


def resampled(model: mixed.Fitted, resamples: int = 100, seed: int = 1) -> mixed.Resampled:
    return mixed.resample(model, resamples=resamples, generator=np.random.default_rng(seed))


def ends(found: mixed.Resampled, effect: str = "arm", kind: str = "studentised") -> np.ndarray:
    interval = found.interval(effect, kind)
    assert isinstance(interval, Interval)
    return np.array([interval.low, interval.high])


@pytest.fixture(scope="module")
def plain() -> mixed.Resampled:
    return resampled(fitted(arms(1)))


@pytest.mark.parametrize("kind", ["studentised", "percentile"])
def test_other_units_change_the_units_only(plain: mixed.Resampled, kind: str) -> None:
    table = arms(1)
    other = resampled(fitted(table | {"y": [70 + 10 * value for value in table["y"]]}))
    assert ends(other, kind=kind) == pytest.approx(10 * ends(plain, kind=kind), rel=1e-4)
    assert other.p("arm") == pytest.approx(plain.p("arm"))
    assert other.se("arm") == pytest.approx(10 * plain.se("arm"), rel=1e-4)


def test_the_other_direction_turns_the_limits_round(plain: mixed.Resampled) -> None:
    table = arms(1)
    other = resampled(fitted(table | {"y": [-value for value in table["y"]]}))
    assert ends(other) == pytest.approx(-ends(plain)[::-1], rel=1e-4)
    assert other.p("arm") == pytest.approx(plain.p("arm"))


def test_the_order_of_rows_does_not_matter(plain: mixed.Resampled) -> None:
    table = arms(1)
    order = np.random.default_rng(2).permutation(len(table["y"]))
    other = resampled(fitted({name: [column[place] for place in order] for name, column in table.items()}))
    assert ends(other) == pytest.approx(ends(plain), rel=1e-4)


def test_the_same_seed_gives_the_same_limits_and_another_does_not(plain: mixed.Resampled) -> None:
    assert ends(resampled(plain.fitted)).tolist() == ends(plain).tolist()
    assert ends(resampled(plain.fitted, seed=2)).tolist() != ends(plain).tolist()


def test_a_resample_is_a_fit_to_fixed_effects_and_noise() -> None:
    """Distances from noise alone are those of whole drawn outcomes, and the mirror lies on the other side."""
    model = fitted(arms(3))
    noise = np.random.default_rng(4).normal(size=model.problem.n)
    alone = mixed.fit(model.problem.of(noise))
    assert isinstance(alone, mixed.Fitted)
    for sign in (1, -1):
        whole = mixed.fit(model.problem.of(model.problem.x @ model.sums.beta + sign * noise))
        assert isinstance(whole, mixed.Fitted)
        assert whole.sums.beta - model.sums.beta == pytest.approx(sign * alone.sums.beta, abs=1e-5)
        assert whole.sums.covariance == pytest.approx(alone.sums.covariance, rel=1e-3)


@pytest.mark.slow
def test_in_a_balanced_trial_of_groups_it_is_the_t_test_of_their_means() -> None:
    """There Student's t with four degrees of freedom is exact, and percentiles are too narrow."""
    model = fitted(arms(5, spread=4.0))
    found = resampled(model, resamples=600)
    by_formula = mixed.satterthwaite(model).effects()["arm"]
    assert by_formula.df == pytest.approx(4, rel=1e-2)
    place = model.problem.names.index("arm")
    t = np.abs(found.away[:, place]) / found.errors[:, place]
    below = float(np.mean(t <= stdtrit(4, 0.975)))
    assert below == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 600))
    assert found.p("arm") == pytest.approx(by_formula.p, abs=4 * np.sqrt(0.25 / 600))
    assert np.ptp(ends(found, kind="percentile")) < 0.85 * np.ptp(ends(found))
    assert found.se("arm") == pytest.approx(by_formula.se, rel=0.15)


@pytest.mark.slow
def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    held = sum(
        bool(low <= 1.0 <= high) for low, high in (ends(resampled(fitted(arms(seed)), seed=seed)) for seed in range(24))
    )
    assert held >= 20


def test_p_and_limits_say_the_same(plain: mixed.Resampled) -> None:
    for effect in (0.0, 1.0, 2.0, 4.0, 8.0):
        table = arms(1)
        table["y"] = [value + effect * arm for value, arm in zip(table["y"], table["arm"], strict=True)]
        moved = replace(plain, fitted=fitted(table))
        low, high = ends(moved)
        p = moved.p("arm")
        assert isinstance(p, float)
        assert (p > 0.06) <= (low < 0 < high) <= (p > 0.04)


def test_noise_is_as_the_model_says_for_slopes_strata_and_visits() -> None:
    """Drawn often enough, outcomes have the covariance that was fitted."""
    rng = np.random.default_rng(6)
    person, visit = (part.ravel() for part in np.indices((60, 3)))
    start, pace = rng.normal(size=60), 0.6 * rng.normal(size=60)
    y = start[person] + pace[person] * visit + rng.normal(size=180) * (1 + (person % 2))
    table = {
        "y": y.tolist(),
        "visit": [f"v{one}" for one in visit],
        "time": visit.astype(float).tolist(),
        "arm": [f"a{one % 2}" for one in person],
        "person": [f"p{one}" for one in person],
    }
    for model in (
        fitted(table, "y ~ time + (time | person)", residual_by="arm"),
        fitted(table, "y ~ time + us(visit | person)"),
    ):
        found = resampled(model, resamples=150)
        assert found.failed <= 15
        place = model.problem.names.index("time")
        error = float(np.sqrt(model.sums.covariance[place, place]))
        assert found.se("time") == pytest.approx(error, rel=4 / np.sqrt(2 * 150))


def test_what_could_not_be_fitted_is_counted_and_too_much_of_it_leaves_no_limits(plain: mixed.Resampled) -> None:
    some = replace(plain, away=plain.away[:95], errors=plain.errors[:95], failed=5)
    assert isinstance(some.interval("arm"), Interval) and "95 refits" in some.interval("arm").method
    many = replace(plain, away=plain.away[:80], errors=plain.errors[:80], failed=20)
    assert many.interval("arm") == many.p("arm") == Undefined(Reason.NO_LIMITS)


def test_counts_stand_beside_the_limits_and_hardly_any_resamples_are_refused() -> None:
    table = arms(7)
    table["y"][0] = None
    told: list[int] = []
    model = fitted(table)
    found = mixed.resample(model, resamples=100, generator=np.random.default_rng(1), done=told.append)
    assert (found.n, found.dropped, found.resamples, sum(told)) == (29, 1, 100, 100)
    assert len(found.away) + found.failed == 100
    assert "Davison" in found.source and "mirror" in found.convention
    with pytest.raises(ValueError, match="fewer than 100"):
        mixed.resample(model, resamples=99, generator=np.random.default_rng(1))
