"""Rubin's rules: what must hold for any answers of any tables, and who is missing where."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats import missing
from kindcircle.stats.missing import Caution
from kindcircle.stats.results import Reason, Undefined

numbers = st.floats(-50, 50).map(lambda one: round(one, 3))
errors = st.floats(0.1, 20).map(lambda one: round(one, 3))
answers = st.lists(st.tuples(numbers, errors), min_size=2, max_size=30)


def pooled(table, df=30.0) -> missing.PooledEstimate:
    found = missing.pool([one for one, _ in table], [se**2 for _, se in table], df_complete=df)
    assert isinstance(found, missing.PooledEstimate)
    return found


@given(answers, st.sampled_from([-1.0, 10.0, -0.25]))
def test_unit_sign_and_order_do_not_matter(table, factor) -> None:
    found, other = pooled(table), pooled([(factor * one, abs(factor) * se) for one, se in table[::-1]])
    assert other.estimate == pytest.approx(factor * found.estimate, abs=1e-9)
    assert other.se == pytest.approx(abs(factor) * found.se)
    for name in ("df", "from_gaps", "information_lost", "p"):
        assert getattr(other, name) == pytest.approx(getattr(found, name), rel=1e-6, abs=1e-9)


@given(answers, st.floats(1, 500))
def test_gaps_only_ever_cost(table, df) -> None:
    found = pooled(table, df)
    assert found.total >= found.within * (1 - 1e-12)
    assert 0 <= found.from_gaps <= found.information_lost <= 1
    assert 0 < found.df <= df
    assert 0 <= found.p <= 1
    interval = found.interval()
    assert interval.low < found.estimate < interval.high
    zero_inside = interval.contains(0.0)
    assert zero_inside == (found.p >= 0.05) or math.isclose(found.p, 0.05, abs_tol=1e-6)


@given(numbers, errors, st.integers(2, 40), st.floats(2, 200))
def test_where_all_tables_agree_the_analysis_keeps_its_own(value, se, m, df) -> None:
    found = pooled([(value, se)] * m, df)
    assert (found.estimate, found.between, found.df) == (pytest.approx(value), 0.0, df)
    assert found.se == pytest.approx(se)
    assert found.information_lost == found.from_gaps == 0
    assert found.df_large_sample == Undefined(Reason.NO_GAPS)


def test_with_very_many_people_the_degrees_are_rubins_own() -> None:
    table = [(1.0, 0.5), (1.4, 0.6), (0.8, 0.55), (1.2, 0.5)]
    alone, many = pooled(table, None), pooled(table, 1e9)
    assert alone.df == alone.df_large_sample == pytest.approx(many.df, rel=1e-6)
    agreed = pooled([(1.0, 0.5)] * 3, None)
    assert agreed.df is None
    interval = agreed.interval()
    assert (interval.low, interval.high) == pytest.approx((1 - 1.959963984540054 * 0.5, 1 + 1.959963984540054 * 0.5))


def test_by_hand() -> None:
    found = pooled([(1.0, 1.0), (3.0, 1.0)], 10)
    assert (found.estimate, found.within, found.between, found.total) == (2.0, 1.0, 2.0, 4.0)
    assert (found.from_gaps, found.increase) == (0.75, 3.0)
    old, seen = 1 / 0.75**2, 11 / 13 * 10 * 0.25
    assert found.df == pytest.approx(old * seen / (old + seen))


def test_one_table_no_spread_and_impossible_answers() -> None:
    assert missing.pool([1.0], [0.2]) == Undefined(Reason.ONE_TABLE)
    flat = missing.pool([2.0, 2.0], [0.0, 0.0])
    assert flat.interval() == flat.t == flat.p == flat.increase == Undefined(Reason.NO_SPREAD_LEFT)
    for estimates, variances, df, said in (
        ([1.0, 2.0], [0.1], None, "one estimate and one variance"),
        ([], [], None, "one estimate and one variance"),
        ([1.0, math.nan], [0.1, 0.1], None, "Table 2"),
        ([1.0, 2.0], [0.1, -0.1], None, "Table 2"),
        ([1.0, 2.0], [math.inf, 0.1], None, "Table 1"),
        ([1.0, 2.0], [0.1, 0.1], 0, "above 0"),
    ):
        with pytest.raises(ValueError, match=said):
            missing.pool(estimates, variances, df_complete=df)


@pytest.mark.parametrize(("share", "tables"), [(0, 20), (0.2, 20), (0.201, 21), (0.35, 35), (1, 100)])
def test_as_many_tables_as_percent_are_incomplete(share, tables) -> None:
    assert missing.how_many_tables(share) == tables


def test_no_such_share() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        missing.how_many_tables(35)


# --- who is missing ---

cells = st.one_of(st.none(), st.just(math.nan), st.floats(0, 27), st.sampled_from(["a", "b"]))
tables = st.integers(1, 12).flatmap(
    lambda n: st.fixed_dictionaries({name: st.lists(cells, min_size=n, max_size=n) for name in ("t0", "t1", "t2")})
)


@given(tables, st.randoms(use_true_random=False))
def test_every_person_has_one_pattern_whatever_the_order(table, random) -> None:
    found = missing.gaps(table)
    assert sum(one.count for one in found.patterns) == found.n == len(table["t0"])
    for place, name in enumerate(found.names):
        assert found.missing[name] == sum(one.count for one in found.patterns if not one.there[place])
        assert found.together(name, name) == found.n - found.missing[name]
    assert found.share_incomplete == pytest.approx(1 - found.complete / found.n)
    order = list(range(found.n))
    random.shuffle(order)
    assert missing.gaps({name: [table[name][place] for place in order] for name in table}) == found


def test_who_only_left_and_who_came_back() -> None:
    left = {"t0": [1, 2, 3, 4], "t1": [1, 2, 3, None], "t2": [1, None, None, None]}
    assert missing.gaps(left).only_lost
    assert not missing.gaps(left | {"t2": [1, None, None, 5]}).only_lost
    assert [one.count for one in missing.gaps(left).patterns] == [2, 1, 1]
    assert missing.gaps(left).complete == 1


@pytest.mark.parametrize("table", [{}, {"a": []}, {"a": [1], "b": [1, 2]}])
def test_no_table(table) -> None:
    with pytest.raises(ValueError, match="one entry for each person"):
        missing.gaps(table)


def test_those_who_left_are_set_beside_those_who_stayed() -> None:
    first, last = [10.0] * 5 + [20.0] * 5, [5.0] * 5 + [None] * 3 + [5.0] * 2
    found = missing.losses(first, last, arm=["circle"] * 5 + ["list"] * 5)
    assert {name: (one.count, one.n) for name, one in found.arms.items()} == {"circle": (0, 5), "list": (3, 5)}
    assert found.began_apart == pytest.approx((20 - 90 / 7) / np.std(first, ddof=1))
    assert found.cautions == (Caution.MANY, Caution.UNEVEN, Caution.UNLIKE)
    turned = missing.losses([-one for one in first], last)
    assert turned.began_apart == pytest.approx(-found.began_apart)
    assert turned.cautions == (Caution.MANY, Caution.UNLIKE)


def test_nobody_left_or_all_began_alike() -> None:
    stayed = missing.losses([1.0, 2.0], [1.0, 1.0])
    assert stayed.began_apart == Undefined(Reason.NOBODY_TO_COMPARE) and stayed.cautions == ()
    alike = missing.losses([4.0] * 20, [None, *[1.0] * 19])
    assert alike.began_apart == Undefined(Reason.NO_SPREAD_BEFORE) and alike.cautions == ()


@pytest.mark.parametrize(
    ("first", "last", "arm"), [([], [], None), ([1.0], [1.0, 2.0], None), ([1.0], [1.0], ["a", "b"])]
)
def test_lists_of_different_people(first, last, arm) -> None:
    with pytest.raises(ValueError, match="one entry for each person"):
        missing.losses(first, last, arm=arm)
