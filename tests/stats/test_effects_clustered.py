"""Two arms in groups: the published formula, strangers as a special case, a made-up truth, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats import effects
from kindcircle.stats.effects import ClusteredEffect, d_clustered, g_clustered
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.samples import ArmSummary, hedges_factor, summarise_arm


def arm(n: int, mean: float, sd: float) -> ArmSummary:
    return ArmSummary(n=n, mean=mean, sd=sd)


def asked(first: ArmSummary, second: ArmSummary, sizes, icc: float, by=d_clustered) -> ClusteredEffect:
    found = by(first, second, sizes=sizes, icc=icc)
    assert isinstance(found, ClusteredEffect)
    return found


def published(difference: float, sd: float, n: int, m: tuple[int, int], p: float) -> tuple[float, float, float]:
    """Equations 15 and 16 for m groups of n in each arm, as they are printed; and the df of the spread."""
    one, two = n * m[0], n * m[1]
    total = one + two
    d = difference / sd * math.sqrt(1 - 2 * (n - 1) * p / (total - 2))
    top = (total - 2) * (1 - p) ** 2 + n * (total - 2 * n) * p**2 + 2 * (total - 2 * n) * p * (1 - p)
    rest = (total - 2) - 2 * (n - 1) * p
    variance = (one + two) / (one * two) * (1 + (n - 1) * p) + d * d * top / (2 * (total - 2) * rest)
    return d, variance, rest * rest / top


SHAPES = [
    (8, (4, 4), 0.05), (10, (3, 5), 0.15), (25, (10, 10), 0.22), (2, (6, 2), 0.4), (1, (20, 20), 0.0),
    (12, (2, 2), 0.1),
]  # fmt: skip


@pytest.mark.parametrize(("n", "m", "icc"), SHAPES)
def test_groups_alike_give_the_printed_formula(n: int, m: tuple[int, int], icc: float) -> None:
    first, second = arm(n * m[0], 14.0, 5.0), arm(n * m[1], 11.5, 5.0)
    sizes = ([n] * m[0], [n] * m[1])
    d, variance, df = published(2.5, 5.0, n, m, icc)
    found = asked(first, second, sizes, icc)
    assert (found.estimate, found.variance, found.df) == pytest.approx((d, variance, df), rel=1e-12)
    corrected = asked(first, second, sizes, icc, g_clustered)
    factor = hedges_factor(df)
    assert isinstance(factor, float)
    assert (corrected.estimate, corrected.variance) == pytest.approx((factor * d, factor**2 * variance), rel=1e-12)
    assert (corrected.groups, corrected.n, corrected.icc) == (m, (n * m[0], n * m[1]), icc)


def test_an_example_worked_by_hand() -> None:
    """Two times four groups of ten, means half a spread apart, ICC .10."""
    found = asked(arm(40, 10.0, 4.0), arm(40, 8.0, 4.0), ([10] * 4, [10] * 4), 0.1)
    assert found.estimate == pytest.approx(0.5 * math.sqrt(1 - 1.8 / 78), rel=1e-12)
    top = 78 * 0.81 + 10 * 60 * 0.01 + 2 * 60 * 0.09
    assert found.variance == pytest.approx(0.05 * 1.9 + found.estimate**2 * top / (2 * 78 * 76.2), rel=1e-12)
    ends = found.interval()
    assert not isinstance(ends, Undefined)
    # Six degrees of freedom, for eight groups.
    assert ends.high - found.estimate == pytest.approx(2.446912 * math.sqrt(found.variance), rel=1e-6)


def test_strangers_are_the_usual_g() -> None:
    first, second = arm(20, 14.0, 5.0), arm(16, 11.0, 4.0)
    found = asked(first, second, ([1] * 20, [1] * 16), 0.0, g_clustered)
    usual = effects.g_independent(first, second)
    assert not isinstance(usual, Undefined)
    assert found.estimate == pytest.approx(usual.estimate, rel=1e-12)
    assert found.df == pytest.approx(34)


sizes_of_arm = st.lists(st.integers(1, 15), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(sizes_of_arm, sizes_of_arm, st.floats(0, 0.6), st.floats(-3, 3), st.floats(0.5, 9))
def test_order_sign_and_unit(one: list[int], two: list[int], icc: float, apart: float, sd: float) -> None:
    first, second = arm(sum(one), 10 + apart * sd, sd), arm(sum(two), 10.0, sd)
    found = asked(first, second, (one, two), icc)
    turned = asked(second, first, (two[::-1], one[::-1]), icc)
    assert turned.estimate == pytest.approx(-found.estimate, rel=1e-9, abs=1e-12)
    assert turned.variance == pytest.approx(found.variance, rel=1e-9)
    wider = asked(arm(sum(one), 7 * (10 + apart * sd), 7 * sd), arm(sum(two), 70.0, 7 * sd), (one, two), icc)
    assert wider.estimate == pytest.approx(found.estimate, rel=1e-7, abs=1e-9)
    # More alike: less of a difference, and less sure, never the other way.
    more = asked(first, second, (one, two), icc + 0.1)
    assert abs(more.estimate) <= abs(found.estimate) + 1e-12
    assert found.df <= sum(one) + sum(two) - 2 + 1e-9


@pytest.mark.parametrize("sizes", [([8] * 5, [8] * 5), ([4, 6, 14, 9], [12, 3, 10, 5, 7])])
def test_a_made_up_truth_is_found_and_the_variance_is_the_one_that_is_seen(sizes) -> None:
    """Total spread 1, ICC .2, arms half a spread apart."""
    rng, icc, truth, rounds = np.random.default_rng(11), 0.2, 0.5, 4000

    def drawn(own: list[int], mean: float) -> ArmSummary:
        shared = np.repeat(rng.normal(0, math.sqrt(icc), len(own)), own)
        found = summarise_arm(mean + shared + rng.normal(0, math.sqrt(1 - icc), sum(own)))
        assert isinstance(found, ArmSummary)
        return found

    seen, said, held = [], [], 0
    for _ in range(rounds):
        found = asked(drawn(sizes[0], truth), drawn(sizes[1], 0.0), sizes, icc, g_clustered)
        ends = found.interval()
        assert not isinstance(ends, Undefined) and not isinstance(found.variance, Undefined)
        seen.append(found.estimate)
        said.append(found.variance)
        held += ends.contains(truth)
    assert np.mean(seen) == pytest.approx(truth, abs=4 * np.std(seen) / math.sqrt(rounds))
    assert np.mean(said) == pytest.approx(np.var(seen), rel=0.08)
    assert 0.93 <= held / rounds <= 0.985


def test_what_cannot_be_asked_is_told() -> None:
    first, second = arm(20, 14.0, 5.0), arm(16, 11.0, 4.0)
    assert g_clustered(first, second, sizes=([20], [8, 8]), icc=0.1) == Undefined(Reason.TOO_FEW_GROUPS)
    assert g_clustered(arm(4, 1.0, 0.0), arm(4, 1.0, 0.0), sizes=([2, 2], [2, 2]), icc=0.1) == Undefined(
        Reason.NO_SPREAD
    )
    # Two groups of ten beside two single people, all of it between groups: hardly a spread to divide by.
    assert g_clustered(first, arm(2, 11.0, 4.0), sizes=([10, 10], [1, 1]), icc=0.99) == Undefined(
        Reason.TOO_FEW_DEGREES
    )
    for sizes, icc, said in (
        (([10, 10], [8, 8]), 1.0, "from 0"), (([10, 10], [8, 8]), -0.1, "from 0"), (([10, 9], [8, 8]), 0.1, "add up"),
        (([10, 10], [16, 0]), 0.1, "empty"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            g_clustered(first, second, sizes=sizes, icc=icc)
