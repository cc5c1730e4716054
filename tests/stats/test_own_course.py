"""What is said of one person's line: a golden series, and rules that hold for every number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.change import CRITERION, Norms
from kindcircle.stats.own_course import CLEARLY, AtLeast, Point, Word, band, beside, stretches, words_for

GAD = Norms(reliability=0.83, sd_before=3.4)  # 3.886 points each way
MISSED = Point(None, answered=False)
OTHER_WAY = {Word.EASIER: Word.HARDER, Word.HARDER: Word.EASIER}
points = st.floats(min_value=0, max_value=100, allow_nan=False, width=32)
norms = st.builds(
    Norms, reliability=st.floats(min_value=0.05, max_value=0.99), sd_before=st.floats(min_value=0.1, max_value=30)
)
directions = st.sampled_from(["higher", "lower"])


def series(*values: float | None, rule: str = "gad-7@1.0.0") -> list[Point]:
    return [Point(value, rule) for value in values]


# Each series with the words it gets, worked out by hand from 1.96 × √2 × 3.4 × √(1 − .83) = 3.8857.
GOLDEN = [
    ([], []),
    (series(12), [Word.FIRST]),
    (series(12, 12), [Word.FIRST, Word.AS_USUAL]),
    (series(12, 9, 15), [Word.FIRST, Word.AS_USUAL, Word.AS_USUAL]),
    (series(12, 8.2, 8.1), [Word.FIRST, Word.AS_USUAL, Word.EASIER]),
    (series(12, 16, 15.8), [Word.FIRST, Word.HARDER, Word.AS_USUAL]),
    (series(12, None, 7), [Word.FIRST, Word.NOT_SCORED, Word.EASIER]),
    ([*series(12), MISSED, *series(20)], [Word.FIRST, Word.MISSED, Word.HARDER]),
    ([MISSED, *series(None, 4, 10)], [Word.MISSED, Word.NOT_SCORED, Word.FIRST, Word.HARDER]),
    ([*series(12), *series(3, rule="gad-7@2.0.0")], [Word.FIRST, Word.FORM_CHANGED]),
    ([MISSED, MISSED], [Word.MISSED, Word.MISSED]),
]


@pytest.mark.parametrize(("line", "expected"), GOLDEN)
def test_the_golden_series_get_their_words(line: list[Point], expected: list[Word]) -> None:
    assert words_for(line, better="lower", validated=True, usual=GAD) == expected


def test_where_higher_is_better_the_same_line_is_told_the_other_way() -> None:
    for line, expected in GOLDEN:
        turned = [OTHER_WAY.get(word, word) for word in expected]
        assert words_for(line, better="higher", validated=True, usual=GAD) == turned


def test_of_our_own_forms_only_the_value_is_told_whatever_is_known() -> None:
    for line, expected in GOLDEN:
        found = words_for(line, better="lower", validated=False, usual=GAD)
        assert not set(found) & (CLEARLY | {Word.AS_USUAL, Word.NO_NORM})
        assert len(found) == len(expected)
        assert band(line, validated=False, usual=GAD) is None


def test_without_a_norm_nothing_is_said() -> None:
    assert words_for(series(12, 3), better="lower", validated=True, usual=None) == [Word.FIRST, Word.NO_NORM]
    # A reliability without a spread is no norm, and two values of one person are no spread.
    half_known = Norms(reliability=0.9)
    assert words_for(series(12, 3), better="lower", validated=True, usual=half_known) == [Word.FIRST, Word.NO_NORM]
    assert band(series(12, 3), validated=True, usual=half_known) is None


def test_on_a_form_where_no_way_is_better_only_the_way_is_told() -> None:
    assert beside(10, 15, better="neither", usual=GAD) is Word.UP
    assert beside(10, 5, better="neither", usual=GAD) is Word.DOWN


def test_a_step_that_its_authors_call_reliable_counts_from_that_step_on() -> None:
    assert beside(20, 15, better="lower", usual=AtLeast(6)) is Word.AS_USUAL
    assert beside(20, 14, better="lower", usual=AtLeast(6)) is Word.EASIER
    assert beside(20, 26, better="lower", usual=AtLeast(6)) is Word.HARDER


@pytest.mark.parametrize(
    ("line", "joined"),
    [
        ([], []),
        (series(1), [[0]]),
        (series(1, 2, 3), [[0, 1, 2]]),
        ([*series(1, 2), MISSED, *series(3)], [[0, 1], [3]]),
        (series(None, 1, None, 2), [[1], [3]]),
        ([*series(1, 2), *series(3, 4, rule="gad-7@2.0.0")], [[0, 1], [2, 3]]),
    ],
)
def test_a_line_stops_at_a_gap_and_where_the_form_changed(line: list[Point], joined: list[list[int]]) -> None:
    assert stretches(line) == joined


def test_the_band_begins_at_the_first_value_there_is() -> None:
    found = band([MISSED, Point(10.0), Point(3.0)], validated=True, usual=AtLeast(4))
    assert found is not None and (found.low, found.middle, found.high) == (6, 10, 14)
    assert band([MISSED, MISSED], validated=True, usual=AtLeast(4)) is None
    assert band([Point(10.0)], validated=False, usual=AtLeast(4)) is None
    assert band([Point(10.0)], validated=True, usual=None) is None


@given(points, points, norms)
def test_the_direction_of_a_scale_turns_the_words_and_nothing_else(before: float, after: float, usual: Norms) -> None:
    one = beside(before, after, better="higher", usual=usual)
    assert beside(before, after, better="lower", usual=usual) is OTHER_WAY.get(one, one)


@given(points, points, norms, directions)
def test_back_again_is_told_the_other_way(before: float, after: float, usual: Norms, better: str) -> None:
    one = beside(before, after, better=better, usual=usual)
    assert beside(after, before, better=better, usual=usual) is OTHER_WAY.get(one, one)


@given(points, points, norms, directions)
def test_the_band_lies_evenly_around_the_first_value_and_says_what_the_words_say(
    first: float, later: float, usual: Norms, better: str
) -> None:
    found = band([MISSED, Point(first), Point(later)], validated=True, usual=usual)
    assert found is not None
    assert found.middle - found.low == pytest.approx(found.high - found.middle)
    assert found.half == pytest.approx(CRITERION * 2**0.5 * usual.sd_before * (1 - usual.reliability) ** 0.5)
    if abs(abs(later - first) - found.half) > 1e-6:  # on the very edge the two are one rounding apart
        clearly = beside(first, later, better=better, usual=usual) in CLEARLY
        assert clearly is not (found.low <= later <= found.high)


@given(st.lists(st.tuples(points, st.booleans()), max_size=12))
def test_every_occasion_gets_one_word_and_every_value_one_stretch(given_: list[tuple[float, bool]]) -> None:
    line = [Point(value if there else None, answered=there) for value, there in given_]
    assert len(words_for(line, better="lower", validated=True, usual=GAD)) == len(line)
    drawn = [number for part in stretches(line) for number in part]
    assert drawn == [number for number, (_value, there) in enumerate(given_) if there]
    assert all(part == list(range(part[0], part[-1] + 1)) for part in stretches(line))
