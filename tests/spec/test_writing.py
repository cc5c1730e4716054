"""What the journal rests on: a practice as a page to fill in, drawings made of numbers, and when to rest."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec import strokes
from kindcircle.spec.guided import guide_of
from kindcircle.spec.practices import Needs, newest_practice
from kindcircle.spec.resting import Felt, own_day, wants_rest

MONDAY = date(2026, 5, 4)


def test_the_critic_is_met_in_four_moves_after_a_small_one_was_chosen() -> None:
    practice = newest_practice("p10-changing-the-critics-tune")
    guide = guide_of(practice, practice.shortest)
    assert guide.boxes == ("words", "tone", "answer", "guidance")
    assert any("3 out of 10" in line for line in guide.parts[0].lead)
    assert guide.closing


@pytest.mark.parametrize("name", ["p08-friend-and-self", "p13-finding-my-words", "p40-whose-story-is-it"])
def test_every_line_of_a_practice_is_said_once_and_in_its_order(name: str) -> None:
    practice = newest_practice(name)
    for length in practice.durations:
        guide = guide_of(practice, length)
        said = [line for part in guide.parts for line in (*part.lead, *part.says)] + list(guide.closing)
        assert sorted(said) == sorted(step.say for step in length.steps)
        assert len(set(guide.boxes)) == len(guide.boxes)


def test_who_asked_for_no_touch_is_not_asked_to_lay_a_hand_anywhere() -> None:
    practice = newest_practice("p10-changing-the-critics-tune")
    usual = guide_of(practice, practice.shortest)
    asked = guide_of(practice, practice.shortest, Needs(ways=frozenset({"no_touch"})))
    assert any("lay a hand" in line for line in usual.closing)
    assert not any("lay a hand" in line for line in asked.closing)
    assert asked.boxes == usual.boxes


def test_a_drawing_is_read_and_written_in_one_way() -> None:
    text = "[[0,1,0,10,20,30,40],[4,2,1,400,300]]"
    marks = strokes.read(text)
    assert strokes.written(marks) == text
    line, heart = strokes.paths(marks)
    assert (line.d, line.ink, line.width) == ("M10 20L30 40", "plum", "4")
    assert heart.place == "translate(400 300) scale(70)"
    assert strokes.read(" ") == ()


@pytest.mark.parametrize(
    "text",
    [
        "no", "{}", "[1]", "[[]]", "[[0,0,0,1]]", "[[0,0,0,1,2,3]]", "[[6,0,0,1,2]]", "[[0,5,0,1,2]]", "[[0,0,3,1,2]]",
        "[[1,0,0,1,2,3,4]]", "[[0,0,0,801,2]]", "[[0,0,0,1,-2]]", "[[0,0,0,1.5,2]]", '[[0,0,0,"1",2]]',
        "[[0,0,0,true,2]]", "[[0,0,0,NaN,2]]", "[" * 9_000, "[" + ",".join(["[0,0,0,1,2]"] * 601) + "]",
        '[["\\"/><script>",0,0,1,2]]', " " * 1 + "[" + "1" * 20_001,
    ],
)  # fmt: skip
def test_what_is_not_exactly_a_drawing_is_none(text: str) -> None:
    with pytest.raises(strokes.NoDrawing):
        strokes.read(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=20))
def test_nothing_but_numbers_ever_gets_into_a_picture(value: object) -> None:
    try:
        found = strokes.paths(strokes.read(json.dumps(value)))
    except strokes.NoDrawing:
        return
    for path in found:
        assert not set(path.d + path.place + path.width) & set("<>\"'&")


def days(*after: str) -> list[Felt]:
    """One word for each day from Monday on; nothing for a day without writing."""
    return [Felt(MONDAY + timedelta(days=n), "", word) for n, word in enumerate(after) if word]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "today", "rest"),
    [
        (("harder", "harder"), 1, False),
        (("harder", "harder", "harder"), 2, True),
        (("harder", "harder", "harder"), 5, True),
        (("harder", "harder", "harder"), 6, False),  # some days have passed
        (("harder", "", "harder", "", "harder"), 4, True),  # an evening off does not break the row
        (("harder", "", "", "harder", "harder"), 4, False),  # two do
        (("harder", "same", "harder", "harder"), 3, False),
        (("harder", "harder", "harder", "easier"), 3, False),
        (("easier", "harder", "harder", "harder"), 3, True),
        ((), 0, False),
    ],
)
def test_a_rest_is_offered_after_three_evenings_that_were_harder(said: tuple[str, ...], today: int, rest: bool) -> None:
    assert wants_rest(days(*said), today=MONDAY + timedelta(days=today)) is rest


def test_the_last_word_of_a_day_is_that_days() -> None:
    twice = [*days("harder", "harder", "harder"), Felt(MONDAY + timedelta(days=2), "", "easier")]
    assert not wants_rest(twice, today=MONDAY + timedelta(days=2))
    three_in_one_night = [Felt(MONDAY, "", "harder")] * 3
    assert not wants_rest(three_in_one_night, today=MONDAY)


def test_after_midnight_it_is_still_the_evening_before() -> None:
    late = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)  # half past one in Vienna
    assert own_day(late, "Europe/Vienna") == date(2026, 5, 4)
    assert own_day(late, "Pacific/Auckland") == date(2026, 5, 5)
    assert own_day(late + timedelta(hours=3), "Europe/Vienna") == date(2026, 5, 5)
