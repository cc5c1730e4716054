"""Heart-rate variability: other programs, the definitions by hand, doubtful beats, two recordings."""

import csv
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats import hrv
from kindcircle.stats.hrv_pairs import Told, compare_rmssd, compare_sdnn, measure
from kindcircle.stats.results import Reason, Undefined
from tests.stats.hearts import resting

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", REPOSITORY.parent / "shared" / "reference")) / "stats/08_hrv"

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)


def cases(*, defined):
    path = REFERENCE / "expected.json"
    found = json.loads(path.read_text())["cases"] if path.exists() else []
    return [pytest.param(case, id=case["id"]) for case in found if ("time" in case["expected"]) == defined]


def beats_of(case):
    if "rr_ms" in case:
        return case["rr_ms"]
    with (REFERENCE / case["input"]).open(newline="") as file:
        return [float(row["rr_ms"]) for row in csv.DictReader(file)]


@needs_reference
@pytest.mark.parametrize("case", cases(defined=True))
def test_every_figure_by_definition_agrees_with_the_reference(case):
    beats, expected = beats_of(case), case["expected"]
    found = {"time": hrv.time_domain(beats), "frequency_spec": hrv.spectrum(beats)}
    for part, relative in (("time", 1e-9), ("frequency_spec", 1e-6)):
        assert expected[part]
        for name, value in expected[part].items():
            assert getattr(found[part], name) == pytest.approx(value, rel=relative, abs=1e-9), f"{part}.{name}"


@needs_reference
@pytest.mark.parametrize("case", cases(defined=True))
def test_neurokit2_found_the_same_and_rhrv_once_the_first_beat_is_repeated(case):
    beats, expected = beats_of(case), case["expected"]
    found, repeated = hrv.time_domain(beats), hrv.time_domain([beats[0], *beats])
    theirs = expected["neurokit2_time"]
    for ours, name in ((found.sdnn, "SDNN"), (found.rmssd, "RMSSD"), (found.pnn50_of_intervals, "pNN50")):
        assert ours == pytest.approx(theirs[f"HRV_{name}"], rel=1e-9)
    assert repeated.sdnn == pytest.approx(expected["rhrv"]["SDNN"], rel=1e-9)
    assert repeated.rmssd == pytest.approx(expected["rhrv"]["rMSSD"], rel=1e-9)


@needs_reference
@pytest.mark.parametrize("case", cases(defined=False))
def test_what_has_no_figure_has_a_reason(case):
    for found in (hrv.time_domain(beats_of(case)), hrv.spectrum(beats_of(case)), measure(beats_of(case))):
        assert isinstance(found, Undefined) and found.reason == Reason.TOO_FEW_BEATS and found.text


def test_the_figures_by_hand():
    found = hrv.time_domain([800, 850, 790, 860])
    assert found.sdnn == pytest.approx(math.sqrt((25**2 + 25**2 + 35**2 + 35**2) / 3))
    assert found.rmssd == pytest.approx(math.sqrt((50**2 + 60**2 + 70**2) / 3))
    assert (found.nn50, found.pnn50_of_intervals) == (2, 50.0)  # exactly 50 is not above 50
    assert found.pnn50_of_differences == pytest.approx(200 / 3)
    assert found.mean_hr == pytest.approx(np.mean([60000 / one for one in (800, 850, 790, 860)]))


@given(st.lists(st.floats(300, 2000), min_size=3, max_size=60))
def test_the_ellipse_and_the_differences_hang_together(beats):
    found = hrv.time_domain(beats)
    assert found.sdsd <= found.rmssd * math.sqrt((len(beats) - 1) / (len(beats) - 2)) + 1e-6
    if not isinstance(found.sd2, Undefined):
        assert found.sd1**2 + found.sd2**2 == pytest.approx(2 * found.sdnn**2, abs=1e-5)
    assert 0 <= found.pnn50_of_differences <= found.pnn20_of_differences <= 100


@pytest.mark.parametrize("wrong", [[800, 0, 800], [800, -3, 800], [800, math.nan, 800], [800, math.inf, 800], [[1, 2]]])
def test_what_is_no_time_between_beats_is_an_error(wrong):
    for formula in (hrv.time_domain, hrv.spectrum, hrv.look_over, measure):
        with pytest.raises(ValueError, match="Times between beats"):
            formula(wrong)


def test_a_short_recording_has_no_spectrum():
    found = hrv.spectrum(resting(1, seconds=40))
    assert isinstance(found, Undefined) and found.reason == Reason.TOO_SHORT_SPECTRUM


def test_beats_that_never_change_have_no_logarithm_and_no_shares():
    assert hrv.time_domain([900.0] * 200).ln_rmssd.reason == Reason.NO_BEAT_CHANGE
    assert hrv.spectrum([900.0] * 200).lf_nu.reason == Reason.NO_BEAT_CHANGE


# --- doubtful beats ---


def test_a_missed_an_extra_and_an_impossible_beat_are_flagged_and_nothing_else():
    beats = resting(2)
    beats[50], beats[120], beats[200], beats[201] = beats[50] * 2, 290.0, 2100.0, beats[201] * 0.7
    assert list(np.flatnonzero(hrv.look_over(beats).flagged)) == [50, 120, 200, 201]


def test_a_fifth_from_the_running_median_is_the_line():
    beats = [1000.0] * 40
    beats[10], beats[20], beats[30] = 1200.0, 1201.0, 799.0
    assert list(np.flatnonzero(hrv.look_over(beats).flagged)) == [20, 30]


def test_a_heart_that_speeds_up_slowly_is_not_doubted():
    assert hrv.look_over(np.linspace(1400, 600, 120)).count == 0


def test_flagged_beats_are_left_out_and_the_gap_is_not_bridged():
    beats = resting(3)
    whole = measure(beats)
    beats[100] *= 2.0
    found = measure(beats)
    assert (found.n_recorded, found.n_flagged, found.time.n) == (len(beats), 1, len(beats) - 1)
    kept = np.array(beats)
    steps = np.delete(np.diff(kept), [99, 100])
    assert found.time.rmssd == pytest.approx(math.sqrt(np.mean(steps**2)))
    assert found.time.rmssd == pytest.approx(whole.time.rmssd, rel=0.03)
    assert hrv.time_domain(beats).rmssd > 1.5 * whole.time.rmssd  # one doubled beat, left in, would rule it


@pytest.mark.parametrize(("every", "defined"), [(21, True), (19, False)])
def test_above_one_in_twenty_there_is_no_result(every, defined):
    beats = resting(4)
    for place in range(10, len(beats), every):
        beats[place] = 250.0
    found = measure(beats)
    assert isinstance(found, Undefined) is not defined
    if not defined:
        assert found.reason == Reason.TOO_UNSTEADY and "strap" in found.text


@pytest.mark.parametrize(("seconds", "defined"), [(59, False), (62, True)])
def test_a_minute_is_needed(seconds, defined):
    found = measure(resting(5, seconds=seconds - 1))
    assert isinstance(found, Undefined) is not defined
    if not defined:
        assert found.reason == Reason.TOO_SHORT


def test_an_average_sold_as_a_recording_is_noticed():
    assert measure([812.0] * 300).reason == Reason.NO_BEAT_CHANGE
    one_step = [812.0] * 150 + [840.0] * 150
    assert measure(one_step).reason == Reason.NO_BEAT_CHANGE  # all of its unrest lies in one third


# --- two recordings ---


def test_the_interval_holds_the_long_run_figure_about_as_often_as_it_says():
    truth = hrv.time_domain(resting(10, seconds=20_000))
    runs = [measure(resting(seed)) for seed in range(1000, 1200)]
    for figure in ("rmssd", "sdnn"):
        held = sum(getattr(one, figure).interval().contains(getattr(truth, figure)) for one in runs)
        assert 180 <= held <= 198


def test_the_same_rest_twice_is_about_the_same():
    pairs = [(measure(resting(seed)), measure(resting(seed + 500))) for seed in range(150)]
    for compare in (compare_rmssd, compare_sdnn):
        assert [compare(*pair).told for pair in pairs].count(Told.ABOUT_THE_SAME) >= 138


def test_a_clear_difference_is_told_without_a_value():
    calm, deep = measure(resting(6)), measure(resting(7, breath=60.0))
    more, less = compare_rmssd(calm, deep), compare_rmssd(deep, calm)
    assert (more.told, less.told) == (Told.MORE, Told.LESS)
    assert more.ratio * less.ratio == pytest.approx(1)
    assert more.interval.low > 1 > less.interval.high


def test_less_than_a_quarter_apart_is_about_the_same_however_long_somebody_sat():
    beats = resting(8, seconds=4000)
    middle = np.mean(beats)
    wider = [middle + (one - middle) * 1.2 for one in beats]
    found = compare_rmssd(measure(beats), measure(wider))
    assert found.interval.low > 1 and found.told == Told.ABOUT_THE_SAME


def test_two_minutes_on_each_side_are_needed():
    short, enough = measure(resting(11, seconds=100)), measure(resting(12, seconds=130))
    for compare in (compare_rmssd, compare_sdnn):
        assert compare(short, enough).reason == compare(enough, short).reason == Reason.TOO_SHORT_TO_COMPARE
        assert compare(enough, enough).told == Told.ABOUT_THE_SAME


def test_the_whole_of_two_recordings_is_compared_only_when_they_last_alike():
    short, middle, long = (measure(resting(9, seconds=seconds)) for seconds in (120, 170, 300))
    assert compare_sdnn(short, long).reason == Reason.UNLIKE_LENGTHS
    assert compare_sdnn(long, short).reason == Reason.UNLIKE_LENGTHS
    assert not isinstance(compare_sdnn(short, middle), Undefined)
    assert compare_rmssd(short, long).told in Told


@given(st.integers(0, 50))
def test_beside_itself_a_recording_is_exactly_the_same(seed):
    one = measure(resting(seed, seconds=130))
    found = compare_rmssd(one, one)
    assert found.ratio == 1.0 and found.told == Told.ABOUT_THE_SAME
