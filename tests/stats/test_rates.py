"""Events per exposure, against R 4: poisson.test(events, exposure)."""

import math

import pytest

from kindcircle.stats.rates import Rate
from kindcircle.stats.results import Interval, Undefined


@pytest.mark.parametrize(
    ("events", "exposure", "low", "high"),
    [
        # poisson.test(0, 27)$conf.int; 0 below, and -log(0.025)/27 above
        (0, 27, 0.0, -math.log(0.025) / 27),
        # poisson.test(3, 27): the limits of a Poisson mean of 3 are 0.6186721 and 8.767273
        (3, 27, 0.6186721 / 27, 8.767273 / 27),
        # poisson.test(10, 100): 4.795389 and 18.39036
        (10, 100, 0.04795389, 0.1839036),
    ],
)
def test_the_limits_are_those_of_r(events: int, exposure: float, low: float, high: float) -> None:
    found = Rate(events, exposure).exact_interval()
    assert isinstance(found, Interval)
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-6, abs=1e-12), pytest.approx(high, rel=1e-6))


def test_per_hundred_is_a_hundred_times_as_much() -> None:
    rate = Rate(5, 40)
    assert rate.per(100) == 12.5
    one, hundred = rate.exact_interval(), rate.exact_interval(100)
    assert isinstance(one, Interval) and isinstance(hundred, Interval)
    assert hundred.high == pytest.approx(100 * one.high) and hundred.low == pytest.approx(100 * one.low)


def test_without_exposure_nothing_is_said() -> None:
    assert isinstance(Rate(0, 0).per(), Undefined) and isinstance(Rate(0, 0).exact_interval(), Undefined)
    for events, exposure in ((-1, 3), (1, -3)):
        with pytest.raises(ValueError, match="never below"):
            Rate(events, exposure)
