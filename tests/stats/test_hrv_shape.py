"""What must hold for any times between beats: order, scale, limits, and the two ways to stand the bins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats import hrv, hrv_shape
from kindcircle.stats.results import Reason, Undefined
from tests.stats.hearts import resting

BINS = ("from zero", "around the middle")
hearts = st.lists(st.floats(300, 2000).map(lambda one: round(one, 1)), min_size=3, max_size=80)


@given(hearts, st.randoms(use_true_random=False))
def test_the_spread_does_not_depend_on_the_order_of_beats(beats, random) -> None:
    shuffled = list(beats)
    random.shuffle(shuffled)
    for bins in BINS:
        one, other = hrv_shape.shape(beats, bins=bins), hrv_shape.shape(shuffled, bins=bins)
        assert (one.iqr, one.mad, one.triangular_index) == (other.iqr, other.mad, other.triangular_index)
    assert hrv.time_domain(shuffled).sdnn == pytest.approx(hrv.time_domain(beats).sdnn, abs=1e-6)


@given(hearts)
def test_backwards_a_heart_has_the_same_figures_of_time(beats) -> None:
    one, other = hrv.time_domain(beats), hrv.time_domain(beats[::-1])
    for name in ("sdnn", "rmssd", "sdsd", "sd1", "mean_hr", "median_rr"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-6)
    assert (one.nn50, one.pnn20_of_differences) == (other.nn50, other.pnn20_of_differences)
    assert hrv_shape.shape(beats).middle_step == pytest.approx(hrv_shape.shape(beats[::-1]).middle_step)


@given(hearts, st.sampled_from([0.5, 2.0, 4.0]))
def test_twice_as_slow_is_twice_as_spread(beats, factor) -> None:
    slower = [one * factor for one in beats]
    one, other = hrv.time_domain(beats), hrv.time_domain(slower)
    for name in ("sdnn", "rmssd", "sdsd", "mean_rr"):
        assert getattr(other, name) == pytest.approx(factor * getattr(one, name))
    assert other.cvnn == pytest.approx(one.cvnn)
    near, far = hrv_shape.shape(beats), hrv_shape.shape(slower)
    assert (far.iqr, far.mad, far.middle_step) == pytest.approx(
        (factor * near.iqr, factor * near.mad, factor * near.middle_step)
    )


@given(hearts)
def test_the_triangle_lies_between_one_bin_and_one_beat_in_each(beats) -> None:
    for bins in BINS:
        found = hrv_shape.shape(beats, bins=bins)
        width = math.ceil((max(beats) - min(beats)) / hrv_shape.BIN) + 1
        assert 1 <= found.triangular_index <= min(width + 1, len(beats))
        assert found.triangle_base == 2 * found.triangular_index * hrv_shape.BIN


@settings(max_examples=20)
@given(st.integers(0, 200), st.sampled_from([1.2, 1.7]))
def test_the_spectrum_grows_with_the_square_of_the_ups_and_downs(seed, factor) -> None:
    # A rhythm this small hardly moves the beats in time, so that its power alone changes.
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.02, 400)
    one, other = hrv.spectrum(900 + steps), hrv.spectrum(900 + factor * steps)
    assert not isinstance(one, Undefined) and not isinstance(other, Undefined)
    assert other.total == pytest.approx(factor**2 * one.total, rel=1e-3)
    assert other.lf_hf == pytest.approx(one.lf_hf, rel=1e-3)
    assert one.lf_nu + one.hf_nu == pytest.approx(100)


def test_by_hand() -> None:
    found = hrv_shape.shape([800.0, 801.0, 810.0, 802.0, 900.0])
    assert (found.iqr, found.mad, found.middle_step) == (9.0, 2.0, 8.5)
    assert found.triangular_index == 5 / 3  # 796.875 up to 804.6875 holds three


def test_an_edge_belongs_to_the_bin_above_it_or_below_it() -> None:
    edge = 100 * hrv_shape.BIN
    beats = [edge - 7, edge - 1, edge, edge + 7]
    assert hrv_shape.shape(beats).triangular_index == 4 / 2
    assert hrv_shape.shape(beats, bins="around the middle").triangular_index == 4 / 3  # the middle is this edge


def test_one_doubled_beat_rules_the_squares_and_not_the_ranks() -> None:
    beats = resting(21)
    broken = list(beats)
    broken[100] *= 2
    clean, doubled = hrv_shape.shape(beats), hrv_shape.shape(broken)
    assert doubled.mad == pytest.approx(clean.mad, rel=0.05) and doubled.iqr == pytest.approx(clean.iqr, rel=0.05)
    assert hrv.time_domain(broken).sdnn > 1.5 * hrv.time_domain(beats).sdnn


def test_beats_that_never_change_fill_one_bin() -> None:
    for bins in BINS:
        found = hrv_shape.shape([850.0] * 50, bins=bins)
        assert (found.iqr, found.mad, found.middle_step, found.triangular_index) == (0, 0, 0, 1)


def test_too_few_beats_and_no_beats() -> None:
    assert hrv_shape.shape([800.0, 810.0]) == Undefined(Reason.TOO_FEW_BEATS)
    with pytest.raises(ValueError, match="Times between beats"):
        hrv_shape.shape([800.0, 0.0, 810.0])
