"""Alpha over resampled people: the same as a plain loop, blind to order and units, as wide as alpha scatters."""

import numpy as np
import pytest

from kindcircle.stats.reliability import Alpha, Answers, alpha, read_answers
from kindcircle.stats.reliability_resampling import AlphaResamples, resample_alpha
from kindcircle.stats.results import Interval, Reason, Undefined

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.4])


def table_of(n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(n, 1)) * LOADINGS + rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)


def answers(table: np.ndarray) -> Answers:
    return read_answers({f"i{place}": list(column) for place, column in enumerate(table.T)})


def drawn(table: np.ndarray, seed: int = 1, resamples: int = 1000) -> AlphaResamples:
    found = resample_alpha(answers(table), resamples=resamples, generator=np.random.default_rng(seed))
    assert isinstance(found, AlphaResamples)
    return found


def limits(found: AlphaResamples, kind: str = "percentile", level: float = 0.95) -> tuple[float, float]:
    interval = found.interval(kind, level)
    assert isinstance(interval, Interval)
    return interval.low, interval.high


def test_each_resample_is_what_alpha_says_of_the_same_people() -> None:
    table = table_of(40, np.random.default_rng(1)) * 3 + 50
    found = drawn(table, seed=7)
    picked = np.random.default_rng(7).integers(0, 40, size=(1000, 40), dtype=np.int32)
    for people, fast in zip(picked[:200], found.draws, strict=False):
        slow = alpha(answers(table[people]))
        assert isinstance(slow, Alpha) and fast == pytest.approx(slow.estimate, rel=1e-9)


def test_the_skew_is_that_of_leaving_each_person_out() -> None:
    table = table_of(30, np.random.default_rng(2))
    without = np.array([alpha(answers(np.delete(table, place, 0))).estimate for place in range(30)])
    away = without.mean() - without
    assert drawn(table).acceleration == pytest.approx((away**3).sum() / (6 * (away**2).sum() ** 1.5), rel=1e-8)


@pytest.mark.parametrize("kind", ["percentile", "bc", "bca"])
def test_units_signs_and_the_order_of_items_change_nothing(kind: str) -> None:
    table = table_of(50, np.random.default_rng(3))
    plain = limits(drawn(table), kind)
    for other in (table + 1000, 20 * table, -table, table[:, ::-1], table + np.arange(5)):
        assert limits(drawn(other), kind) == pytest.approx(plain, rel=1e-7)


def test_the_order_of_people_moves_limits_no_more_than_another_seed() -> None:
    table = table_of(60, np.random.default_rng(4))
    one, other = drawn(table, resamples=4000), drawn(table[::-1], resamples=4000)
    assert other.estimate == pytest.approx(one.estimate)
    for end, again, step in zip(limits(one), limits(other), one.wobble(), strict=True):
        assert abs(end - again) < 6 * step


def test_the_same_seed_gives_the_same_limits_and_another_does_not() -> None:
    table = table_of(50, np.random.default_rng(5))
    assert limits(drawn(table, 3)) == limits(drawn(table, 3)) != limits(drawn(table, 4))


def test_a_higher_level_is_wider_and_more_people_are_narrower() -> None:
    rng = np.random.default_rng(6)
    few, many = drawn(table_of(40, rng)), drawn(table_of(1000, rng))
    wide, usual = limits(few, level=0.99), limits(few)
    assert wide[0] < usual[0] < few.estimate < usual[1] < wide[1]
    assert many.se < few.se / 3
    told = alpha(answers(table_of(1000, np.random.default_rng(8))))
    assert isinstance(told, Alpha) and many.se == pytest.approx(told.se, rel=0.25)


def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    whole, own = LOADINGS.sum() ** 2 + (1 - LOADINGS**2).sum(), 5.0
    truth = 5 / 4 * (1 - own / whole)
    held = 0
    for seed in range(300):
        low, high = limits(drawn(table_of(100, np.random.default_rng(seed)), seed))
        held += low <= truth <= high
    assert 0.89 <= held / 300 <= 0.99


def test_items_that_say_the_same_leave_nothing_to_move() -> None:
    column = np.arange(12.0)
    found = drawn(np.column_stack([column, column]))
    assert found.draws == pytest.approx(np.ones(1000))
    assert limits(found) == pytest.approx((1, 1))


def test_resamples_without_spread_are_drawn_again_and_counted() -> None:
    table = np.zeros((6, 3))
    table[0] = 1, 2, 1
    found = drawn(table)
    assert found.redrawn > 200 and np.isfinite(found.draws).all() and len(found.draws) == 1000
    assert found.interval("bca") == Undefined(Reason.NO_LIMITS)  # without that one person there is no alpha


def test_people_with_a_gap_are_counted_and_what_has_no_alpha_is_refused() -> None:
    items = {"a": [1, 2, 3, None, 5, 1], "b": [2, 2, 3, 4, 5, 1]}
    told: list[int] = []
    found = resample_alpha(read_answers(items), resamples=1000, generator=np.random.default_rng(1), done=told.append)
    assert isinstance(found, AlphaResamples) and (found.n, found.dropped) == (5, 1) and sum(told) == 1000
    assert "Efron" in found.source and "people" in found.convention
    flat = resample_alpha(answers(np.ones((9, 3))), generator=np.random.default_rng(1))
    assert flat == Undefined(Reason.NO_SPREAD)
    with pytest.raises(ValueError, match="fewer than 1000"):
        resample_alpha(answers(np.eye(5)), resamples=10, generator=np.random.default_rng(1))
