"""Power and sample size: published values, closed forms, and what made-up studies say."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kindcircle.stats.power import (
    BeforeAfter,
    InGroups,
    PartlyGrouped,
    TwoArms,
    design_effect,
    difference_half_width,
    enough,
    invited,
    people_for_none_seen,
    people_for_share,
    power,
    share_interval,
    simulate,
    smallest_effect,
    spread_limits,
    spread_sizes,
)
from kindcircle.stats.results import Undefined

# R's own documentation of power.t.test and the pwr package, and G*Power's table for d = 0.5.
PUBLISHED = [
    (TwoArms(20, 20), 1.0, 0.05, 0.8689528),
    (TwoArms(64, 64), 0.5, 0.05, 0.8014596),
    (BeforeAfter(60, 0.5), 0.2, 0.10, 0.4555818),
]


@pytest.mark.parametrize(("design", "effect", "alpha", "expected"), PUBLISHED)
def test_published_powers(design, effect, alpha, expected):
    assert power(design, effect=effect, alpha=alpha).power == pytest.approx(expected, abs=5e-7)


def test_published_sample_sizes():
    assert enough(lambda n: TwoArms(n, n), effect=1, wanted=0.9).design.first == 23  # R: n = 22.02
    assert enough(lambda n: TwoArms(n, n), effect=0.5).design.first == 64  # Cohen (1988), table 2.4.1
    assert enough(lambda n: TwoArms(n, n), effect=0.2).design.first == 394  # R: n = 393.41
    assert enough(lambda n: TwoArms(n, n), effect=0.8).design.first == 26
    assert enough(lambda n: BeforeAfter(n, 0.5), effect=0.5).design.n == 34  # R, paired: n = 33.37


def test_a_start_score_takes_its_square_off():
    """Borm et al. (2007): with r = .5 a quarter fewer people are needed."""
    plain = enough(lambda n: TwoArms(n, n), effect=0.3).design.first
    adjusted = enough(lambda n: TwoArms(n, n, 0.5), effect=0.3).design.first
    assert adjusted == pytest.approx(0.75 * plain, abs=1)


def test_the_design_effect_by_its_closed_form():
    assert design_effect(21, 0.05) == 2
    assert design_effect(10, 0.05, cv=0.65) == pytest.approx(1 + (1.4225 * 10 - 1) * 0.05)
    assert design_effect(8, 0.0, cv=0.9) == 1
    assert design_effect(1, 0.4) == 1
    # A trial in groups: the difference's variance is that of people, times the design effect.
    alike = InGroups((8,) * 5, (8,) * 5, 0.05)
    assert alike.error**2 == pytest.approx(TwoArms(40, 40).error ** 2 * design_effect(8, 0.05))
    unlike = InGroups((4, 12), (4, 12), 0.05)
    assert unlike.error**2 == pytest.approx(TwoArms(16, 16).error ** 2 * design_effect(8, 0.05, cv=0.5))


def test_partly_grouped_by_its_closed_form():
    """Error and degrees of freedom as Roberts & Roberts (2005) and Moerbeek & Wong (2008) add them up."""
    found = PartlyGrouped((8,) * 6, 40, 0.1)
    grouped, alone = (1 + 7 * 0.1) / 48, 1 / 40
    assert found.error == pytest.approx(math.sqrt(grouped + alone))
    assert found.df == pytest.approx((grouped + alone) ** 2 / (grouped**2 / 5 + alone**2 / 39))


@given(n=st.integers(4, 300), effect=st.floats(0.05, 2), r=st.floats(-0.9, 0.9))
@example(n=218, effect=1.75, r=0.78125)  # the chance to miss it is so small that it is no number
def test_power_rises_with_people_and_effect(n, effect, r):
    for make in (lambda k: TwoArms(k, k), lambda k: TwoArms(k, k, r), lambda k: BeforeAfter(k, r)):
        at = power(make(n), effect=effect).power
        assert 0 < at <= 1
        assert power(make(n + 1), effect=effect).power >= at - 1e-9
        assert power(make(n), effect=effect * 1.1).power >= at - 1e-9
        assert power(make(n), effect=-effect).power == at


@given(groups=st.integers(2, 30), size=st.integers(2, 15), icc=st.floats(0, 0.5), effect=st.floats(0.1, 1.5))
def test_power_in_groups_rises_with_groups_and_falls_with_likeness(groups, size, icc, effect):
    def in_groups(count, likeness):
        return power(InGroups((size,) * count, (size,) * count, likeness), effect=effect).power

    def partly(count, likeness):
        return power(PartlyGrouped((size,) * count, size * groups, likeness), effect=effect).power

    for chance in (in_groups, partly):
        at = chance(groups, icc)
        assert chance(groups + 1, icc) >= at - 1e-9
        assert chance(groups, icc + 0.05) <= at + 1e-9


@given(n=st.integers(2, 500), alpha=st.floats(0.001, 0.2))
def test_without_an_effect_power_is_alpha(n, alpha):
    assert power(TwoArms(n, n), effect=0, alpha=alpha).power == pytest.approx(alpha, abs=1e-9)


@given(n=st.integers(2, 200), wanted=st.floats(0.2, 0.99))
def test_the_smallest_effect_is_found_with_the_power_asked_for(n, wanted):
    effect = smallest_effect(TwoArms(n, n), wanted=wanted)
    assert power(TwoArms(n, n), effect=effect).power == pytest.approx(wanted, abs=1e-6)


@given(groups=st.integers(1, 40), size=st.floats(2, 20), cv=st.floats(0, 0.5))
def test_spread_sizes_keep_their_mean_and_spread(groups, size, cv):
    assume(size * (1 - 1.8 * cv) >= 1)
    sizes = spread_sizes(groups, size, cv=cv)
    assert len(sizes) == groups
    assert min(sizes) >= 1
    assert sum(sizes) == pytest.approx(groups * size, abs=1)
    if groups > 4:
        assert np.std(sizes) == pytest.approx(cv * size, abs=0.8)


@settings(max_examples=10)
@given(
    design=st.sampled_from(
        [
            TwoArms(20, 30),
            TwoArms(25, 25, 0.6),
            BeforeAfter(18, 0.6),
            InGroups((8,) * 4, (8,) * 4, 0.05),
            InGroups((8,) * 5, (8,) * 5, 0.15, 0.5),
            InGroups((8,) * 6, (8,) * 6, 0.0),
        ]
    ),
    effect=st.floats(0, 1),
    seed=st.integers(0, 10),
)
def test_made_up_studies_agree_with_the_formula(design, effect, seed):
    found = simulate(design, effect=effect, generator=np.random.default_rng(seed), runs=4000)
    expected = power(design, effect=effect).power
    # Five standard errors of the simulation, and a hundredth for what the formula leaves out (the slope is estimated).
    margin = 5 * math.sqrt(expected * (1 - expected) / 4000) + 0.015
    assert found.found.estimate == pytest.approx(expected, abs=margin)
    assert found.failed == 0
    assert found.mean_estimate == pytest.approx(effect, abs=5 * design.error / math.sqrt(4000))
    assert found.spread == pytest.approx(design.error, rel=0.08)


@pytest.mark.parametrize(
    "design",
    [
        PartlyGrouped((8,) * 5, 40, 0.1),
        PartlyGrouped(spread_sizes(6, 8, cv=0.3), 40, 0.05, 0.4),
        InGroups(spread_sizes(7, 8, cv=0.35), spread_sizes(7, 8, cv=0.35), 0.1),
    ],
)
def test_where_the_formula_approximates_it_stays_near(design):
    found = simulate(design, effect=0.6, generator=np.random.default_rng(3), runs=8000)
    assert found.found.estimate == pytest.approx(power(design, effect=0.6).power, abs=0.035)
    assert found.covered.estimate == pytest.approx(0.95, abs=0.015)


def test_forgetting_the_groups_sees_what_is_not_there():
    """Nominal five per cent: as many false finds as a separate simulation of the same trials gave."""
    expected = {0.05: (0.073, 0.094), 0.10: (0.091, 0.137), 0.20: (0.131, 0.211)}
    for icc, (partly, both) in expected.items():
        for design, share in ((PartlyGrouped((8,) * 4, 32, icc), partly), (InGroups((8,) * 4, (8,) * 4, icc), both)):
            found = simulate(
                design, effect=0, generator=np.random.default_rng(11), runs=12_000, analysis="ignoring-groups"
            )
            assert found.found.estimate == pytest.approx(share, abs=0.012)
    honest = simulate(InGroups((8,) * 4, (8,) * 4, 0.2), effect=0, generator=np.random.default_rng(11), runs=12_000)
    assert honest.found.estimate == pytest.approx(0.05, abs=0.01)


def test_a_mixed_model_keeps_its_promise():
    design = InGroups((6,) * 5, (6,) * 5, 0.1)
    found = simulate(design, effect=0, generator=np.random.default_rng(5), runs=200, analysis="mixed")
    assert found.failed == 0
    assert found.covered.estimate >= 0.9


def test_the_same_seed_gives_the_same_studies_on_any_number_of_cores():
    design = PartlyGrouped((8,) * 4, 30, 0.1)
    heard = []
    alone = simulate(design, effect=0.5, generator=np.random.default_rng(9), runs=1700, done=heard.append)
    assert sum(heard) == 1700
    many = simulate(design, effect=0.5, generator=np.random.default_rng(9), runs=1700, workers=3)
    assert many == alone
    assert simulate(design, effect=0.5, generator=np.random.default_rng(10), runs=1700) != alone


def test_precision_by_closed_form():
    # At a half, Wilson's interval is z / (2 √(n + z²)) to either side.
    z = 1.959963984540054
    for half in (0.05, 0.1, 0.2):
        assert people_for_share(half, 0.5) == math.ceil(z * z / (4 * half * half) - z * z)
    # 27 of 32 attendances, and nothing seen in 8 people: 68 to 93 %, and up to 31 %.
    found = share_interval(32, 27 / 32)
    assert (round(found.low, 2), round(found.high, 2)) == (0.68, 0.93)
    assert people_for_none_seen(0.3124) == 8
    assert people_for_none_seen(0.05) == 59  # rule of three: about 60
    assert difference_half_width(64, 64) == pytest.approx(1.978971 * math.sqrt(2 / 64), rel=1e-6)
    limits = spread_limits(9)
    assert limits.low == pytest.approx(math.sqrt(9 / 19.0227678), rel=1e-6)
    assert limits.high == pytest.approx(math.sqrt(9 / 2.7003895), rel=1e-6)


@given(share=st.floats(0.02, 0.98), half=st.floats(0.03, 0.3), icc=st.floats(0, 0.3))
def test_the_fewest_people_for_a_share_are_just_enough(share, half, icc):
    n = people_for_share(half, share, size=8, icc=icc)
    found = share_interval(n, share, size=8, icc=icc)
    assert found.high - found.low <= 2 * half
    if n > 1:
        fewer = share_interval(n - 1, share, size=8, icc=icc)
        assert fewer.high - fewer.low > 2 * half
    assert people_for_share(half, share) <= n


def test_people_who_will_be_lost_are_asked_too():
    assert invited(80, 0.2) == 100
    assert invited(81, 0.2) == 102
    assert invited(7, 0.0) == 7


def test_what_has_no_figure_says_why():
    assert isinstance(power(TwoArms(1, 20), effect=1), Undefined)
    assert isinstance(power(BeforeAfter(1, 0.5), effect=1), Undefined)
    assert isinstance(power(InGroups((8,), (8, 8), 0.1), effect=1), Undefined)
    assert isinstance(power(PartlyGrouped((8, 8), 1, 0.1), effect=1), Undefined)
    assert isinstance(smallest_effect(InGroups((8,), (8, 8), 0.1)), Undefined)
    assert isinstance(simulate(TwoArms(1, 9), effect=1, generator=np.random.default_rng(1)), Undefined)
    assert isinstance(difference_half_width(1, 9), Undefined)
    assert isinstance(share_interval(0, 0.5), Undefined)
    assert isinstance(spread_limits(0), Undefined)
    # Three groups in each arm, however large, never find a small effect when members are alike.
    never = enough(lambda size: InGroups((size,) * 3, (size,) * 3, 0.2), effect=0.3)
    assert "more groups" in never.text
    assert not power(InGroups((8,) * 3, (8,) * 4, 0.1), effect=1).enough_groups
    assert power(InGroups((8,) * 4, (8,) * 4, 0.1), effect=1).enough_groups


@pytest.mark.parametrize(
    "call",
    [
        lambda: power(TwoArms(9, 9), effect=math.nan),
        lambda: power(TwoArms(9, 9), effect=math.inf),
        lambda: power(TwoArms(9, 9), effect=1, alpha=0),
        lambda: power(TwoArms(9, 9), effect=1, alpha=1),
        lambda: TwoArms(-1, 9),
        lambda: TwoArms(9, 9, 1.0),
        lambda: BeforeAfter(9, 1.0),
        lambda: InGroups((8, 0), (8, 8), 0.1),
        lambda: InGroups((8, 8), (8, 8), 1.0),
        lambda: PartlyGrouped((8, 8), 9, -0.1),
        lambda: PartlyGrouped((8, 0), 9, 0.1),
        lambda: design_effect(0.5, 0.1),
        lambda: design_effect(8, math.nan),
        lambda: spread_sizes(0, 8),
        lambda: spread_sizes(4, 3, cv=0.9),
        lambda: enough(lambda n: TwoArms(n, n), effect=0),
        lambda: enough(lambda n: TwoArms(n, n), effect=1, wanted=1),
        lambda: smallest_effect(TwoArms(9, 9), wanted=0.01),
        lambda: simulate(TwoArms(9, 9), effect=1, generator=np.random.default_rng(1), runs=99),
        lambda: simulate(TwoArms(9, 9), effect=math.inf, generator=np.random.default_rng(1)),
        lambda: simulate(TwoArms(9, 9), effect=1, generator=np.random.default_rng(1), analysis="mixed"),
        lambda: people_for_share(0.5, 0.5),
        lambda: people_for_share(0.1, 1.5),
        lambda: people_for_none_seen(0),
        lambda: invited(8, 1.0),
    ],
)
def test_a_design_that_cannot_be_is_refused(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()


@pytest.mark.parametrize("extreme", [TwoArms(100_000, 100_000), InGroups((1000,) * 90, (1000,) * 90, 0.0)])
def test_very_large_studies_have_a_power_of_one_and_no_nonsense(extreme):
    for effect in (1e-9, 0.01, 1.0, 50.0, 1e6):
        assert 0 <= power(extreme, effect=effect).power <= 1
    assert power(extreme, effect=50).power == 1


def test_a_script_may_use_all_cores(tmp_path):
    """As somebody would write it in a file of their own."""
    script = tmp_path / "plan.py"
    script.write_text(
        "import numpy as np\n"
        "from kindcircle.stats.power import TwoArms, simulate\n"
        "if __name__ == '__main__':\n"
        "    found = simulate(TwoArms(20, 20), effect=1, generator=np.random.default_rng(1), runs=1000, workers=2)\n"
        "    print(found.found.count)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert 820 < int(done.stdout) < 920
