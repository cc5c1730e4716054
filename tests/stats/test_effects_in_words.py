"""How often one arm is higher, and whether a difference is too small to matter."""

import math
import shutil
import subprocess
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from kindcircle.stats.effects import (
    CommonLanguage,
    Equivalence,
    Superiority,
    common_language,
    equivalence,
    mean_change,
    mean_difference,
    superiority,
)
from kindcircle.stats.results import Interval, MeanEstimate, Reason, Undefined
from kindcircle.stats.samples import ArmSummary, PairedSummary, summarise_arm, summarise_pairs

some = st.lists(st.integers(0, 12).map(float), min_size=2, max_size=15)


def summary(scores: list[float]) -> ArmSummary:
    found = summarise_arm(scores)
    assert isinstance(found, ArmSummary)
    return found


def found_in(first: list, second: list) -> Superiority:
    found = superiority(first, second)
    assert isinstance(found, Superiority)
    return found


@given(some, some)
def test_it_is_the_share_of_all_pairs(first: list[float], second: list[float]) -> None:
    wins = sum((a > b) + (a == b) / 2 for a in first for b in second)
    assert found_in(first, second).estimate == pytest.approx(wins / (len(first) * len(second)))


@given(some, some, st.randoms(use_true_random=False))
def test_arms_exchanged_order_and_any_rising_scale(first: list[float], second: list[float], mix: Random) -> None:
    found, turned = found_in(first, second), found_in(second, first)
    assert turned.estimate == pytest.approx(1 - found.estimate) and turned.se == pytest.approx(found.se)
    mixed = mix.sample(first, len(first))
    stretched = found_in([math.exp(score / 3) for score in mixed], [math.exp(score / 3) for score in second])
    assert stretched.estimate == pytest.approx(found.estimate) and stretched.se == pytest.approx(found.se)
    limits, other = found.interval(), turned.interval()
    if isinstance(limits, Interval):
        assert isinstance(other, Interval)
        assert 0 < limits.low < found.estimate < limits.high < 1
        assert other.low == pytest.approx(1 - limits.high)


def test_a_gap_is_counted_and_too_few_or_no_overlap_have_a_reason() -> None:
    assert found_in([1.0, None, 3.0], [2.0, 2.0]).dropped == (1, 0)
    assert superiority([1.0], [2.0, 3.0]) == Undefined(Reason.TOO_FEW_IN_ARM)
    apart = found_in([5.0, 6.0], [1.0, 2.0])
    assert apart.estimate == 1 and apart.interval() == Undefined(Reason.NO_SPREAD_LEFT)


def test_its_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    truth, held = float(ndtr(0.6 / math.sqrt(2))), 0
    for _ in range(1000):
        limits = found_in(list(chance.normal(0.6, 1, 20)), list(chance.normal(0, 1, 15))).interval()
        held += isinstance(limits, Interval) and limits.contains(truth)
    assert 0.93 < held / 1000 < 0.975


@given(st.floats(-2, 2), st.integers(3, 60), st.integers(3, 60))
def test_from_means_and_spreads_it_follows_d(d: float, n: int, m: int) -> None:
    found = common_language(ArmSummary(n=n, mean=d, sd=1.0), ArmSummary(n=m, mean=0.0, sd=1.0))
    assert isinstance(found, CommonLanguage)
    assert found.estimate == pytest.approx(float(ndtr(d / math.sqrt(2))))
    limits, exact = found.interval(), found.d.exact_interval()
    assert isinstance(limits, Interval) and isinstance(exact, Interval)
    assert (limits.low, limits.high) == pytest.approx(
        (float(ndtr(exact.low / math.sqrt(2))), float(ndtr(exact.high / math.sqrt(2))))
    )
    assert found.n == (n, m) and found.dropped == (0, 0)


def test_on_normal_scores_the_two_ways_meet() -> None:
    chance = np.random.default_rng(9)
    first, second = list(chance.normal(0.4, 1, 4000)), list(chance.normal(0, 1, 4000))
    plain = common_language(summary(first), summary(second))
    assert isinstance(plain, CommonLanguage)
    assert found_in(first, second).estimate == pytest.approx(plain.estimate, abs=0.01)


def asked(found: MeanEstimate | Undefined, margin: float) -> Equivalence:
    answer = equivalence(found, margin)
    assert isinstance(answer, Equivalence)
    return answer


@given(st.lists(st.floats(-9, 9), min_size=5, max_size=30), st.floats(0.1, 20), st.sampled_from([0.01, 0.05, 0.2]))
def test_it_holds_exactly_when_the_interval_lies_inside_the_margin(
    changes: list[float], margin: float, error: float
) -> None:
    pairs = summarise_pairs([0.0] * len(changes), changes)
    if not isinstance(pairs, PairedSummary) or pairs.sd_change < 1e-6:
        return
    answer = asked(mean_change(pairs), margin)
    limits = answer.interval(error)
    away = min(abs(abs(limits.low) - margin), abs(abs(limits.high) - margin))
    if away > 1e-9:
        assert answer.holds(error) == (-margin < limits.low and limits.high < margin)
    turned = asked(mean_change(summarise_turned(changes)), margin)
    assert turned.p == pytest.approx(answer.p) and turned.p_above == pytest.approx(answer.p_below)
    assert asked(mean_change(pairs), margin * 2).p <= answer.p


def summarise_turned(changes: list[float]) -> PairedSummary:
    found = summarise_pairs([0.0] * len(changes), [-change for change in changes])
    assert isinstance(found, PairedSummary)
    return found


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_two_tests_are_those_of_r() -> None:
    first, second = [11.0, 9, 14, 8, 12, 10, 13], [10.0, 12, 9, 11, 13, 12]
    answer = asked(mean_difference(summary(first), summary(second)), 3.0)
    a, b = (",".join(map(str, one)) for one in (first, second))
    script = (
        f"a<-c({a});b<-c({b});cat(format(t.test(a,b,mu=-3,alternative='greater')$p.value,digits=15),"
        "format(t.test(a,b,mu=3,alternative='less')$p.value,digits=15),"
        "wilcox.test(a,b,exact=FALSE)$statistic)"
    )
    said = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout.split()
    above, below, u = map(float, said)
    assert (answer.p_above, answer.p_below) == pytest.approx((above, below), rel=1e-10)
    assert found_in(first, second).estimate == pytest.approx(u / (len(first) * len(second)))


@pytest.mark.parametrize("margin", [0.0, -1.0, math.inf, math.nan])
def test_a_margin_is_a_number_above_nought(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        equivalence(mean_difference(summary([1.0, 2.0]), summary([3.0, 5.0])), margin)


def test_without_spread_there_is_a_reason_and_an_odd_error_is_refused() -> None:
    same = equivalence(mean_change(summarise_turned([1.0, 1.0, 1.0])), 2.0)
    assert same == Undefined(Reason.NO_SPREAD_LEFT)
    assert equivalence(Undefined(Reason.NO_SPREAD), 2.0) == Undefined(Reason.NO_SPREAD)
    with pytest.raises(ValueError, match="error"):
        asked(mean_difference(summary([1.0, 2.0]), summary([3.0, 5.0])), 1.0).holds(0.5)
