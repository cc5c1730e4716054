"""Attendance, rates and zeros: each with its n, and nothing that only looks certain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.feasibility import Proportion, summarise_attendance
from kindcircle.stats.results import Reason, Undefined


def test_the_seed_study_as_it_should_have_been_printed():
    # 27 of 32 attendances, and no adverse event among 8 people.
    interval = Proportion(27, 32).interval()
    assert (interval.low, interval.high) == (pytest.approx(0.68, abs=0.005), pytest.approx(0.93, abs=0.005))
    assert Proportion(0, 8).upper_limit_if_zero() == pytest.approx(0.312, abs=0.001)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.99))
def test_intervals_hold_the_share_and_stay_within_0_and_1(counts, level):
    share = Proportion(*counts)
    for interval in (share.interval(level), share.exact_interval(level)):
        assert 0 <= interval.low <= share.estimate <= interval.high <= 1
        assert interval.level == level


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_counting_the_others_mirrors_the_interval(counts):
    count, n = counts
    for method in (Proportion.interval, Proportion.exact_interval):
        one, other = method(Proportion(count, n)), method(Proportion(n - count, n))
        assert one.low == pytest.approx(1 - other.high, abs=1e-9)


def test_nothing_offered_and_not_zero_say_so():
    empty = Proportion(0, 0)
    nothing = Undefined(Reason.NOTHING_OFFERED)
    assert empty.estimate == empty.interval() == empty.exact_interval() == nothing
    assert empty.upper_limit_if_zero() == empty.rule_of_three() == nothing
    assert Proportion(1, 8).upper_limit_if_zero() == Proportion(1, 8).rule_of_three() == Undefined(Reason.NOT_ZERO)
    assert Proportion(0, 2).rule_of_three() == 1
    for count, n in ((-1, 3), (4, 3)):
        with pytest.raises(ValueError):
            Proportion(count, n)


def test_a_mark_no_one_wrote_down_is_not_an_absence():
    found = summarise_attendance([1, None, 0, True], member=["a", "a", "b", "b"])
    assert (found.sessions.count, found.sessions.n, found.not_recorded) == (2, 3, 1)
    assert (found.completers.count, found.completers.n) == (1, 2)
    assert found.range_attended == (1, 1)
    assert found.groups is None
    assert found.by_group == Undefined(Reason.ONE_CLUSTER)


def test_three_quarters_of_the_sessions_is_completing():
    attended = [1, 1, 1, 0, 1, 1, 0, 0]
    found = summarise_attendance(attended, member=["a"] * 4 + ["b"] * 4)
    assert found.completers.count == 1
    looser = summarise_attendance(attended, member=["a"] * 4 + ["b"] * 4, completion_share=0.5)
    assert looser.completers.count == 2


def test_members_are_told_apart_by_group():
    found = summarise_attendance([1, 1, 0], member=[1, 1, 2], group=["x", "y", "y"])
    assert (found.members, found.groups) == (3, 2)


def test_intervals_over_members_when_there_is_nothing_to_vary():
    everyone = summarise_attendance([1, 1, 1, 1], member=["a", "a", "b", "b"])
    assert everyone.by_member.interval() == Undefined(Reason.NO_SPREAD_LEFT)
    alone = summarise_attendance([1, 0], member=["a", "a"])
    assert alone.by_member == Undefined(Reason.ONE_CLUSTER)
    assert summarise_attendance([None], member=["a"]) == Undefined(Reason.NOTHING_OFFERED)
    assert summarise_attendance([], member=[]) == Undefined(Reason.NOTHING_OFFERED)


def test_a_limit_past_one_is_kept_in_range_for_showing_and_says_so():
    found = summarise_attendance([1, 1, 1, 0], member=["a", "a", "b", "b"])
    raw, shown = found.by_member.interval(), found.by_member.interval_within_range()
    assert raw.low < 0 < 1 < raw.high
    assert (shown.low, shown.high) == (0, 1)
    assert "0 to 1" in shown.method


def test_impossible_attendance_is_refused():
    with pytest.raises(ValueError):
        summarise_attendance([2], member=["a"])
    with pytest.raises(ValueError):
        summarise_attendance([1, 0], member=["a"])
    with pytest.raises(ValueError):
        summarise_attendance([1], member=["a"], group=["x", "y"])
    with pytest.raises(ValueError):
        summarise_attendance([1], member=["a"], completion_share=0)
