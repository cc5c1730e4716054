"""What must hold for any studies: invariances, limits, exact roots, and refusals that name the row."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import chdtri

from kindcircle.stats import meta
from kindcircle.stats.meta.between import between_studies, fit_at, profile_interval
from kindcircle.stats.results import Reason, Undefined

MANY = [method for method in meta.METHODS if method != "EE"]

effects = st.floats(-2, 2).map(lambda value: round(value, 4))
errors = st.floats(0.05, 0.8).map(lambda value: round(value, 4))
tables = st.lists(st.tuples(effects, errors), min_size=3, max_size=12)


def read(table) -> meta.Studies:
    return meta.read_studies([y for y, _ in table], se=[se for _, se in table])


def pooled(table, **more) -> meta.Pooled:
    found = meta.pool(read(table), **more)
    assert isinstance(found, meta.Pooled)
    return found


@settings(max_examples=60)
@given(tables, st.sampled_from(MANY))
def test_order_sign_and_unit_do_not_matter(table, method) -> None:
    found = pooled(table, method=method)
    again = pooled(table[::-1], method=method)
    turned = pooled([(-y, se) for y, se in table], method=method)
    larger = pooled([(10 * y, 10 * se) for y, se in table], method=method)
    tau2 = found.heterogeneity.tau2
    for other, factor in ((again, 1), (turned, -1), (larger, 10)):
        assert other.estimate == pytest.approx(factor * found.estimate, rel=1e-7, abs=1e-9)
        assert other.heterogeneity.tau2 == pytest.approx(factor**2 * tau2, rel=1e-6, abs=1e-9)
        assert other.se == pytest.approx(abs(factor) * found.se, rel=1e-6, abs=1e-9)


@settings(max_examples=60)
@given(tables)
def test_the_limits_of_tau2_meet_their_quantiles(table) -> None:
    studies = read(table)
    df = studies.k - 1
    for limit, tail in zip(profile_interval(studies), (0.025, 0.975), strict=True):
        q = fit_at(limit, studies, None).q
        quantile = float(chdtri(df, tail))
        assert q == pytest.approx(quantile, rel=1e-9) if limit else q <= quantile * (1 + 1e-12)


@settings(max_examples=60)
@given(tables)
def test_restricted_likelihood_is_highest_where_it_says(table) -> None:
    studies = read(table)
    best = between_studies(studies, "REML").tau2

    def likelihood(tau2: float) -> float:
        at = fit_at(tau2, studies, None)
        return 0.5 * float(np.sum(np.log(at.weights)) + math.log(at.inverse[0, 0]) - at.q)

    top = likelihood(best)
    near = [best * (1 + step) for step in (-0.01, 0.01)] if best else [1e-6, 1e-4]
    assert all(likelihood(tau2) <= top + 1e-9 for tau2 in near)


@settings(max_examples=40)
@given(tables)
def test_empirical_bayes_and_paule_mandel_are_one(table) -> None:
    studies = read(table)
    assert between_studies(studies, "EB").tau2 == between_studies(studies, "PM").tau2


def test_equal_studies_differ_in_nothing() -> None:
    table = [(0.3, 0.2)] * 5
    for method in MANY:
        found = pooled(table, method=method, test="z")
        assert found.heterogeneity.tau2 == 0 and found.estimate == pytest.approx(0.3)
        assert found.se == pytest.approx(0.2 / math.sqrt(5))
        predicted, interval = found.prediction_interval_by_test(), found.interval()
        assert (predicted.low, predicted.high) == pytest.approx((interval.low, interval.high))


def test_small_sampling_error_leaves_the_plain_variance() -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(0.4, 0.3, 40)
    studies = meta.read_studies(list(y), se=[1e-6] * 40)
    assert between_studies(studies, "REML").tau2 == pytest.approx(np.var(y, ddof=1), rel=1e-6)


def test_a_moderator_that_explains_everything_leaves_nothing() -> None:
    x = [0.0, 1.0, 2.0, 3.0, 4.0]
    studies = meta.read_studies([0.1 + 0.2 * one for one in x], se=[0.1] * 5)
    found = meta.regress(studies, {"dose": x})
    assert not isinstance(found, Undefined)
    assert list(found.beta) == pytest.approx([0.1, 0.2]) and found.tau2 == 0
    assert found.explained == pytest.approx(1.0)


def test_one_study_two_studies_and_none() -> None:
    alone = pooled([(0.3, 0.15)])
    assert (alone.estimate, alone.se, alone.test) == (0.3, pytest.approx(0.15), "z")
    assert alone.heterogeneity == Undefined(Reason.ONE_STUDY)
    assert isinstance(alone.prediction_interval(), Undefined)
    two = pooled([(0.2, 0.1), (0.9, 0.1)])
    assert two.interval().high - two.interval().low > 5, "one degree of freedom is honest and huge"
    assert two.prediction_interval() == Undefined(Reason.TOO_FEW_STUDIES)
    nothing = meta.pool(meta.read_studies([], se=[]))
    assert nothing == Undefined(Reason.NO_STUDIES)
    for refused in (meta.egger, meta.egger_mixed, meta.begg, meta.trim_and_fill):
        assert refused(read([(0.2, 0.1), (0.9, 0.1)])) == Undefined(Reason.TOO_FEW_STUDIES)


@pytest.mark.parametrize(
    ("estimates", "se", "said"),
    [
        ([0.1, 0.2], [0.1], "as many standard errors"),
        ([0.1, 0.2], [0.1, 0.0], "Study 2"),
        ([0.1, 0.2], [-0.1, 0.1], "Study 1"),
        ([0.1, math.nan], [0.1, 0.1], "Study 2"),
        ([0.1, math.inf], [0.1, 0.1], "Study 2"),
        ([0.1, 0.2], [0.1, 1e200], "Study 2"),
        ([0.1, 0.2], [0.1, 1e-200], "Study 2"),
    ],
)
def test_an_impossible_study_is_named(estimates, se, said) -> None:
    with pytest.raises(ValueError, match=said):
        meta.read_studies(estimates, se=se)


def test_a_missing_study_is_counted_not_guessed() -> None:
    studies = meta.read_studies([0.1, None, 0.3, 0.4], se=[0.1, 0.1, None, 0.2])
    assert (studies.k, studies.dropped) == (2, 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, 1.0, 1.0, 1.0], "the same for all"),
        ([1.0, 2.0], "2 values for 4"),
        ([1.0, 2.0, math.nan, 3.0], "missing"),
    ],
)
def test_an_unusable_moderator_is_named(values, said) -> None:
    studies = read([(0.1, 0.1), (0.2, 0.2), (0.3, 0.1), (0.2, 0.1)])
    with pytest.raises(ValueError, match=said):
        meta.regress(studies, {"dose": values})


def test_a_lopsided_picture_is_filled_on_its_empty_side() -> None:
    rng = np.random.default_rng(8)
    se = np.linspace(0.05, 0.5, 30)
    y = 0.2 + se * rng.normal(0, 1, 30)
    kept = y / se > -0.2  # unwelcome small studies were never printed
    found = meta.trim_and_fill(meta.read_studies(list(y[kept]), se=list(se[kept])))
    assert not isinstance(found, Undefined)
    assert found.side == "left" and found.filled > 0
    mirrored = meta.trim_and_fill(meta.read_studies(list(-y[kept]), se=list(se[kept])))
    assert not isinstance(mirrored, Undefined)
    assert mirrored.side == "right" and mirrored.filled == found.filled
    assert mirrored.pooled.estimate == pytest.approx(-found.pooled.estimate)
