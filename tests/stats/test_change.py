"""Reliable change: the boundaries, the people without a second score, and what norms are needed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.change import CRITERION, Norms, reliable_change
from kindcircle.stats.results import Reason, Undefined

# S_diff = √2 · 5 · √(1 - 0.5) = 5 points exactly, so a change is reliable above 9.8 points.
HANDY = Norms(reliability=0.5, sd_before=5, mean_clinical=30, mean_functional=10, sd_functional=5)


def categories(before, after, **options):
    return [str(person.category) for person in reliable_change(before, after, **options).people]


def test_the_criterion_is_strict():
    found = reliable_change([50, 50, 50, 50], [40.2, 40.1, 59.8, 59.9], norms=HANDY, better="lower")
    assert found.s_diff == pytest.approx(5)
    assert found.smallest_reliable_change == pytest.approx(9.8)
    assert [str(person.category) for person in found.people[1:]] == ["improved", "unchanged", "deteriorated"]


def test_a_change_of_exactly_the_criterion_is_not_reliable():
    # With this norm the criterion times S_diff, divided by S_diff, is 1.96 to the last bit.
    norms = Norms(reliability=0.5, sd_before=4)
    step = reliable_change([0.0], [0.0], norms=norms, better="higher").smallest_reliable_change
    at = reliable_change([0.0, 0.0], [step, -step], norms=norms, better="higher", scale_ends=(-step, step))
    assert [abs(person.rci) for person in at.people] == [CRITERION, CRITERION]
    assert (at.counts.unchanged, at.could_not_improve) == (2, 2)
    wider = reliable_change([0.0], [0.0], norms=norms, better="higher", scale_ends=(0, 1.001 * step))
    assert wider.could_not_improve == 0


def test_recovered_needs_a_start_on_the_clinical_side_and_an_end_beyond_the_cut_off():
    # Cut-off b for "lower is better": 10 + 2 · 5 = 20.
    before, after = [20, 19, 40, 40, 40], [5, 5, 20, 19.9, 60]
    assert categories(before, after, norms=HANDY, better="lower", cutoff="b") == [
        "recovered",  # the border itself is the clinical side
        "improved",  # began in the usual range
        "improved",  # the border itself is not the usual range
        "recovered",
        "deteriorated",
    ]


def test_who_began_where_and_ended_where_is_counted_on_either_side_of_the_border():
    # Cut-off b: 20. On it counts as the clinical side at both ends.
    before, after = [20, 19, 40, 40, 40, 21, 21, 18], [5, 5, 20, 19.9, 60, 18, 18, 5]
    found = reliable_change(before, after, norms=HANDY, better="lower", cutoff="b")
    assert (found.started_clinical, found.ended_functional, found.crossed_into_functional) == (6, 6, 4)
    counts = found.counts
    assert (counts.recovered, counts.improved, counts.unchanged, counts.deteriorated) == (2, 3, 2, 1)
    mirrored = reliable_change(
        [-x for x in before], [-x for x in after], better="higher", cutoff="b",
        norms=Norms(reliability=0.5, sd_before=5, mean_clinical=-30, mean_functional=-10, sd_functional=5),
    )  # fmt: skip
    assert (mirrored.started_clinical, mirrored.ended_functional, mirrored.crossed_into_functional) == (6, 6, 4)
    without = reliable_change(before, after, norms=HANDY, better="lower")
    assert (without.started_clinical, without.ended_functional, without.crossed_into_functional) == (None, None, None)


def test_whose_spread_was_used_is_told():
    own = Norms(reliability=0.5)
    assert reliable_change([1, 3], [2, 3], norms=own, better="lower").sd_before_is_own
    assert not reliable_change([1, 3], [2, 3], norms=HANDY, better="lower").sd_before_is_own


def test_direction_is_data():
    before, after = [10, 10, 40], [40, 12, 10]
    higher = reliable_change(before, after, norms=HANDY, better="higher").counts
    lower = reliable_change(before, after, norms=HANDY, better="lower").counts
    assert (higher.improved, higher.unchanged, higher.deteriorated) == (1, 1, 1)
    assert (lower.improved, lower.unchanged, lower.deteriorated) == (1, 1, 1)
    mirrored = reliable_change([-x for x in before], [-x for x in after], norms=HANDY, better="lower")
    assert [p.category for p in mirrored.people] == [
        p.category for p in reliable_change(before, after, norms=HANDY, better="higher").people
    ]


def test_cut_offs_by_hand():
    def border(cutoff, better):
        norms = (
            HANDY
            if better == "lower"
            else Norms(reliability=0.5, sd_before=4, mean_clinical=10, mean_functional=30, sd_functional=6)
        )
        return reliable_change([20.0], [20.0], norms=norms, better=better, cutoff=cutoff).cutoff_value

    assert [border(cutoff, "lower") for cutoff in "abc"] == [20, 20, 20]
    wide = Norms(reliability=0.5, sd_before=1, mean_clinical=30, mean_functional=10, sd_functional=4)
    borders = [
        reliable_change([20.0], [20.0], norms=wide, better="lower", cutoff=cutoff).cutoff_value for cutoff in "abc"
    ]
    assert borders == [28, 18, 26]
    assert [border(cutoff, "higher") for cutoff in "ab"] == [18, 18]
    assert border("c", "higher") == pytest.approx((4 * 30 + 6 * 10) / 10)


def test_no_second_measurement_is_counted_apart_and_never_unchanged():
    found = reliable_change([30, 30, None, 30], [None, 30, 5, None], norms=HANDY, better="lower")
    assert (found.pairs.n_listed, found.pairs.n) == (4, 1)
    assert (found.pairs.missing_after, found.pairs.missing_before) == (2, 1)
    assert found.counts.unchanged == 1
    assert found.people[0].position == 1


def test_without_a_cut_off_nobody_is_counted_as_recovered_or_as_not():
    counts = reliable_change([40, 40], [5, 40], norms=HANDY, better="lower").counts
    assert counts.recovered is None
    assert counts.improved == counts.reliably_improved == 1


def test_those_too_near_the_end_could_not_improve_reliably():
    options = {"norms": HANDY, "scale_ends": (0, 60)}
    assert reliable_change([9, 10, 30], [0, 0, 30], better="lower", **options).could_not_improve == 1
    assert reliable_change([50.1, 51, 50.3], [60, 60, 60], better="higher", **options).could_not_improve == 2
    assert reliable_change([9], [0], better="lower", norms=HANDY).could_not_improve is None
    above = {"norms": HANDY, "scale_ends": (10, 60), "better": "lower"}
    assert reliable_change([19.5, 19.9, 30], [10, 10, 30], **above).could_not_improve == 1
    # With this norm the step is 1.96 times four, to the last bit.
    exact = Norms(reliability=0.5, sd_before=4)
    step = reliable_change([0.0], [0.0], norms=exact, better="lower").smallest_reliable_change
    assert reliable_change([step], [0], norms=exact, better="lower", scale_ends=(0, 60)).could_not_improve == 1


def test_what_cannot_be_computed_says_why():
    perfect = Norms(reliability=1, sd_before=5)
    own = Norms(reliability=0.9)
    assert reliable_change([1, 2], [2, 3], norms=perfect, better="lower") == Undefined(Reason.PERFECT_RELIABILITY)
    assert reliable_change([1, 2], [2, 3], norms=Norms(), better="lower") == Undefined(Reason.NO_RELIABILITY)
    assert reliable_change([1, None], [None, 3], norms=own, better="lower") == Undefined(Reason.NO_PAIRS)
    assert reliable_change([1], [3], norms=own, better="lower") == Undefined(Reason.TOO_FEW_PAIRS)
    assert reliable_change([4, 4, 4], [1, 2, 3], norms=own, better="lower") == Undefined(Reason.NO_SPREAD_BEFORE)
    for half in (own, Norms(reliability=0.9, mean_functional=3), Norms(reliability=0.9, sd_functional=3)):
        with pytest.raises(ValueError, match="usual range"):
            reliable_change([1, 2], [2, 3], norms=half, better="lower", cutoff="c")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reliability": 1.1},
        {"reliability": -0.1},
        {"reliability": math.nan},
        {"retest": 2},
        {"sd_before": 0},
        {"sd_functional": -1},
        {"mean_functional": math.inf},
    ],
)
def test_impossible_norms_are_refused(wrong):
    with pytest.raises(ValueError):
        Norms(**wrong)


@given(
    people=st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 60))), min_size=1),
    better=st.sampled_from(["higher", "lower"]),
    cutoff=st.sampled_from([None, "a", "b", "c"]),
)
def test_the_counts_add_up(people, better, cutoff):
    found = reliable_change(
        [before for before, _ in people], [after for _, after in people], norms=HANDY, better=better, cutoff=cutoff
    )
    if isinstance(found, Undefined):
        assert all(after is None for _, after in people)
        return
    counts = found.counts
    assert counts.deteriorated + counts.unchanged + counts.reliably_improved == found.pairs.n
    assert found.pairs.n + found.pairs.missing_after == len(people)
    if cutoff:
        assert counts.recovered <= found.crossed_into_functional
        assert found.crossed_into_functional <= min(found.started_clinical, found.ended_functional)
