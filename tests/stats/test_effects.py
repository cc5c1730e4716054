"""Effects obey what must be true of any effect, and refuse what cannot be computed."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kindcircle.stats import effects
from kindcircle.stats.effects import PAIRED_EFFECTS
from kindcircle.stats.results import Interval, Reason, Undefined
from kindcircle.stats.samples import (
    ArmSummary,
    as_scores,
    count_movement,
    hedges_factor,
    hedges_factor_approximate,
    summarise_arm,
    summarise_pairs,
)

# Questionnaire totals: whole points, with enough room for any scale in use.
points = st.integers(0, 120).map(float)
pairs = st.lists(st.tuples(points, points), min_size=3, max_size=30)
arms = st.tuples(st.lists(points, min_size=2, max_size=20), st.lists(points, min_size=2, max_size=20))
labels = st.sampled_from(sorted(PAIRED_EFFECTS))
INDEPENDENT = (
    effects.d_independent,
    effects.g_independent,
    effects.g_independent_unbiased_variance,
    effects.g_unequal,
    effects.g_glass,
)


def summary(people):
    return summarise_pairs([before for before, _ in people], [after for _, after in people])


@given(people=pairs, label=labels)
def test_an_effect_is_defined_or_says_why_and_its_interval_holds_it(people, label):
    effect = PAIRED_EFFECTS[label](summary(people))
    if isinstance(effect, Undefined):
        assert effect.text
        return
    interval = effect.interval()
    assert effect.label == label
    assert effect.variance > 0
    assert interval.contains(effect.estimate)
    assert all(math.isfinite(figure) for figure in (effect.estimate, effect.se, interval.low, interval.high))


@given(people=pairs, label=st.sampled_from(["g_av", "g_av_unequal", "g_z", "g_rm", "g_av_simple"]))
def test_swapping_before_and_after_flips_the_sign(people, label):
    there, back = (
        PAIRED_EFFECTS[label](summary(order)) for order in (people, [(after, before) for before, after in people])
    )
    if isinstance(there, Undefined):
        assert there == back
    else:
        assert back.estimate == pytest.approx(-there.estimate, abs=1e-9)
        assert back.variance == pytest.approx(there.variance, rel=1e-6)


@given(people=pairs, label=labels)
def test_mirroring_the_scale_flips_the_sign(people, label):
    effect = PAIRED_EFFECTS[label](summary(people))
    mirrored = PAIRED_EFFECTS[label](summary([(120 - before, 120 - after) for before, after in people]))
    if isinstance(effect, Undefined):
        assert mirrored == effect
    else:
        assert mirrored.estimate == pytest.approx(-effect.estimate, abs=1e-9)


@given(people=pairs, label=labels, factor=st.sampled_from([0.01, 0.5, 3.0, 1000.0]), shift=st.integers(0, 50))
def test_the_unit_of_the_scale_does_not_matter(people, label, factor, shift):
    effect = PAIRED_EFFECTS[label](summary(people))
    other = PAIRED_EFFECTS[label](summary([(factor * b + shift, factor * a + shift) for b, a in people]))
    if isinstance(effect, Undefined):
        assert other == effect
    else:
        assert other.estimate == pytest.approx(effect.estimate, rel=1e-6, abs=1e-9)
        assert other.variance == pytest.approx(effect.variance, rel=1e-6)


@given(people=pairs, label=labels, data=st.data())
def test_the_order_of_people_does_not_matter(people, label, data):
    effect = PAIRED_EFFECTS[label](summary(people))
    other = PAIRED_EFFECTS[label](summary(data.draw(st.permutations(people))))
    if isinstance(effect, Undefined):
        assert other == effect
    else:
        assert other.estimate == pytest.approx(effect.estimate, rel=1e-9, abs=1e-12)


@given(people=pairs, missing=st.lists(st.tuples(points, st.none()), max_size=5))
def test_people_without_a_second_score_change_the_count_and_nothing_else(people, missing):
    whole, partial = summary(people), summary(people + missing)
    assert partial.counts.missing_after == len(missing)
    assert partial.counts.n_listed == len(people) + len(missing)
    effect, other = effects.g_raw(whole), effects.g_raw(partial)
    if not isinstance(effect, Undefined):
        assert other.dropped == len(missing)
        assert (other.estimate, other.variance) == (effect.estimate, effect.variance)


@given(people=pairs, level=st.floats(0.5, 0.999))
def test_a_wider_level_gives_a_wider_interval(people, level):
    change = effects.mean_change(summary(people))
    narrow, wide = change.interval(level), change.interval((1 + level) / 2)
    if not isinstance(narrow, Undefined):
        assert wide.low < narrow.low <= change.estimate <= narrow.high < wide.high


@given(both=arms)
def test_swapping_arms_flips_the_sign_and_intervals_hold_the_estimate(both):
    first, second = (summarise_arm(scores) for scores in both)
    for formula in INDEPENDENT:
        effect = formula(first, second)
        if isinstance(effect, Undefined):
            assert effect.text
            continue
        assert effect.variance > 0
        assert effect.interval().contains(effect.estimate)
        if formula is not effects.g_glass:
            assert formula(second, first).estimate == pytest.approx(-effect.estimate, abs=1e-12)
        exact = effect.exact_interval()
        if isinstance(exact, Interval):
            assert exact.contains(effect.estimate)


@given(both=arms, factor=st.sampled_from([0.01, 7.0]))
def test_the_unit_does_not_matter_between_arms(both, factor):
    plain = [summarise_arm(scores) for scores in both]
    other = [summarise_arm([factor * score for score in scores]) for scores in both]
    for formula in INDEPENDENT:
        effect, scaled = formula(*plain), formula(*other)
        if isinstance(effect, Undefined):
            assert scaled == effect
        else:
            assert scaled.estimate == pytest.approx(effect.estimate, rel=1e-9)


@given(
    treated=st.lists(st.tuples(points, points), min_size=4, max_size=12),
    comparison=st.lists(st.tuples(points, points), min_size=4, max_size=12),
)
def test_controlled_effects_flip_with_the_arms_and_stay_finite(treated, comparison):
    first, second = summary(treated), summary(comparison)
    for formula in (effects.d_ppc2, effects.d_ppc1):
        effect, back = formula(first, second), formula(second, first)
        if isinstance(effect, Undefined):
            assert isinstance(back, Undefined)
            continue
        assert back.estimate == pytest.approx(-effect.estimate, abs=1e-9)
        interval = effect.interval()
        if isinstance(interval, Undefined):
            assert interval.text
        else:
            assert interval.contains(effect.estimate)


@given(
    treated=st.lists(st.tuples(points, points), min_size=3, max_size=12),
    comparison=st.lists(st.tuples(points, points), min_size=3, max_size=12),
)
def test_the_adjusted_difference_is_that_of_least_squares(treated, comparison):
    import numpy as np

    def split(people):
        return [before for before, _ in people], [after for _, after in people]

    found = effects.adjusted_difference(split(treated), split(comparison))
    x = np.array([before for before, _ in treated + comparison])
    y = np.array([after for _, after in treated + comparison])
    arm = np.array([1.0] * len(treated) + [0.0] * len(comparison))
    design = np.column_stack((np.ones_like(x), x, arm))
    assume(np.linalg.cond(design) < 1e6)
    weights, *_ = np.linalg.lstsq(design, y)
    left = y - design @ weights
    variance = left @ left / (len(y) - 3) * np.linalg.inv(design.T @ design)[2, 2]
    assert found.estimate == pytest.approx(weights[2], abs=1e-6)
    assert found.se == pytest.approx(math.sqrt(variance), abs=1e-5)
    assert found.df == len(y) - 3


def test_hedges_factor_is_exact_and_refused_below_two_degrees_of_freedom():
    assert hedges_factor(2) == pytest.approx(1 / math.sqrt(math.pi))
    assert hedges_factor_approximate(2) == pytest.approx(1 - 3 / 7)
    assert hedges_factor(18) == pytest.approx(0.95764642702372, rel=1e-12)
    for df in (-1, 0, 1, 1.99):
        assert hedges_factor(df) == hedges_factor_approximate(df) == Undefined(Reason.TOO_FEW_DEGREES)


@pytest.mark.parametrize("before, after", [([], []), ([None, 3], [4, None]), ([math.nan], [1.0])])
def test_without_a_complete_pair_there_is_no_summary(before, after):
    assert summarise_pairs(before, after) == Undefined(Reason.NO_PAIRS)


def test_one_pair_is_too_few_and_two_give_a_change_but_no_standardised_effect():
    assert summarise_pairs([3, None], [4, 5]) == Undefined(Reason.TOO_FEW_PAIRS)
    two = summarise_pairs([3, 5], [4, 9])
    assert effects.mean_change(two).estimate == 2.5
    # t with 1 degree of freedom, 12.706, times 1.5
    assert effects.mean_change(two).interval().high == pytest.approx(2.5 + 12.706204736 * 1.5)
    assert effects.g_raw(two) == effects.g_z(two) == Undefined(Reason.TOO_FEW_DEGREES)


@pytest.mark.parametrize("same", [0.0, 0.1, 7.0, 1 / 3])
def test_no_spread_before_leaves_only_what_does_not_need_it(same):
    group = summarise_pairs([same] * 10, [float(score) for score in range(10)])
    assert group.sd_before == 0
    assert effects.g_raw(group) == Undefined(Reason.NO_SPREAD_BEFORE)
    assert effects.g_av(group) == Undefined(Reason.NO_SPREAD)
    assert effects.g_z(group).estimate * (4.5 - same) > 0
    assert isinstance(effects.mean_change(group).interval(), Interval)


def test_an_equal_change_for_everyone_has_no_interval():
    # 0.1 cannot be written in binary, so the changes differ in the last digit and must not be divided by that.
    group = summarise_pairs([0.1, 0.2, 0.3, 0.7], [0.2, 0.3, 0.4, 0.8])
    change = effects.mean_change(group)
    assert change.estimate == pytest.approx(0.1)
    assert change.interval() == change.t == change.p == Undefined(Reason.NO_SPREAD_LEFT)
    assert effects.g_raw(group) == Undefined(Reason.PERFECT_CORRELATION)
    assert effects.g_z(group) == effects.d_z(group) == Undefined(Reason.NO_SPREAD_CHANGE)


@pytest.mark.parametrize("slope", [2.0, -1.0, 0.3])
def test_a_perfect_correlation_gives_no_standardised_effect(slope):
    before = [1.0, 2.0, 4.0, 8.5]
    group = summarise_pairs(before, [slope * score + 1 for score in before])
    for label in ("g_raw", "g_raw_unequal", "g_av", "g_av_unequal", "g_rm"):
        assert PAIRED_EFFECTS[label](group) == Undefined(Reason.PERFECT_CORRELATION)
    assert effects.pool_correlations(group, group) == Undefined(Reason.PERFECT_CORRELATION)


def test_controlled_effects_name_what_is_missing():
    small = summarise_pairs([1, 2, 4], [2, 5, 3])
    flat = summarise_pairs([2, 2, 2], [1, 2, 3])
    tiny = effects.d_ppc2(small, small)
    assert tiny.estimate == 0
    assert tiny.interval() == tiny.se == Undefined(Reason.TOO_FEW_IN_ARM)
    assert effects.d_ppc2(flat, flat) == Undefined(Reason.NO_SPREAD_BEFORE)
    assert effects.adjusted_difference(([1], [2]), ([1, 2, 3], [2, 3, 1])) == Undefined(Reason.TOO_FEW_IN_ARM)
    level = ([5, 5, 5], [1, 2, 3])
    assert effects.adjusted_difference(level, level) == Undefined(Reason.NO_SPREAD_BEFORE)
    straight = ([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    assert effects.adjusted_difference(straight, straight).interval() == Undefined(Reason.NO_SPREAD_LEFT)


@given(
    treated=st.lists(st.tuples(points, points), min_size=4, max_size=12),
    comparison=st.lists(st.tuples(points, points), min_size=4, max_size=12),
)
def test_the_variance_of_d_ppc2_is_morriss_and_never_negative(treated, comparison):
    first, second = summary(treated), summary(comparison)
    effect, rho = effects.d_ppc2(first, second), effects.pool_correlations(first, second)
    assume(isinstance(effect, effects.ControlledEffect) and isinstance(rho, float))
    df = len(treated) + len(comparison) - 2
    factor, d = 1 - 3 / (4 * df - 1), effect.estimate
    unit = 2 * (1 - rho) * (1 / len(treated) + 1 / len(comparison))
    assume(unit > 1e-6)
    assert effect.variance > 0
    by_the_paper = factor**2 * unit * df / (df - 2) * (1 + d * d / unit) - d * d
    assert effect.variance == pytest.approx(by_the_paper, rel=1e-6)


def test_typed_summaries_are_checked():
    good = ArmSummary(n=5, mean=3, sd=1)
    for bad in (
        ArmSummary(n=5, mean=3, sd=-1),
        ArmSummary(n=5, mean=math.inf, sd=1),
        ArmSummary(n=5, mean=3, sd=math.nan),
    ):
        with pytest.raises(ValueError):
            effects.g_independent(good, bad)
    assert summarise_arm([None, None]) == Undefined(Reason.TOO_FEW_IN_ARM)
    alone = summarise_arm([3.0, None])
    assert (alone.n, alone.sd, alone.dropped) == (1, None, 1)
    assert effects.mean_difference(alone, good) == Undefined(Reason.TOO_FEW_IN_ARM)
    flat = ArmSummary(n=5, mean=3, sd=0)
    assert effects.mean_difference(flat, flat) == Undefined(Reason.NO_SPREAD)
    # A second arm of two leaves one degree of freedom for its own factor.
    assert effects.g_glass(good, ArmSummary(n=2, mean=1, sd=1)) == Undefined(Reason.TOO_FEW_DEGREES)


def test_the_exact_interval_is_only_for_the_pooled_effects_and_only_where_it_can_be_found():
    first, second = ArmSummary(n=10, mean=5, sd=2), ArmSummary(n=10, mean=3, sd=1)
    assert effects.g_unequal(first, second).exact_interval() == Undefined(Reason.NO_EXACT_INTERVAL)
    apart = effects.d_independent(ArmSummary(n=3, mean=1e9, sd=1), ArmSummary(n=3, mean=0, sd=1))
    assert apart.exact_interval() == Undefined(Reason.NO_LIMITS)
    for level in (0, 1, 1.5):
        with pytest.raises(ValueError):
            effects.g_independent(first, second).exact_interval(level)
        with pytest.raises(ValueError):
            effects.g_independent(first, second).interval(level)


def test_scores_are_finite_and_the_two_lists_equally_long():
    for bad in ([math.inf], [-math.inf], [1e51]):
        with pytest.raises(ValueError):
            as_scores(bad)
    with pytest.raises(ValueError):
        as_scores([[1, 2], [3, 4]])
    with pytest.raises(ValueError):
        summarise_pairs([1, 2], [1, 2, 3])


@pytest.mark.parametrize("size", [1e-200, 1e-20, 1e20, 1e50])
def test_sizes_far_from_any_scale_never_leave_the_numbers(size):
    people = [(1.0, 2.0), (2.0, 2.5), (4.0, 1.0), (3.0, 7.0)]
    group = summary([(before * size / 10, after * size / 10) for before, after in people])
    for label, formula in PAIRED_EFFECTS.items():
        effect = formula(group)
        if not isinstance(effect, Undefined):
            assert effect.estimate == pytest.approx(PAIRED_EFFECTS[label](summary(people)).estimate, rel=1e-6)


def test_movement_counts_everyone_once():
    moved = count_movement([1, 2, 3, 4, 0.1 + 0.2, None], [2, 1, 3, 5, 0.3, 4])
    assert (moved.up, moved.down, moved.same, moved.n) == (2, 1, 2, 5)
