"""A text as lines to pick from: whole, in order, as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.lines import lines_of


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Dear me,\n\nyou did well. Rest now!", ["Dear me,", "you did well.", "Rest now!"]),
        ("“It is all right.” She said so… And it was", ["“It is all right.”", "She said so…", "And it was"]),
        ("Ask Dr. Sow at 3.30 p.m. today. Or not?", ["Ask Dr. Sow at 3.30 p.m. today.", "Or not?"]),
        ("今日はよくやった。休もう。", ["今日はよくやった。", "休もう。"]),
        ("الراحة ممكنة؟ نعم.", ["الراحة ممكنة؟", "نعم."]),
        ("- tea\n- tea\n- a walk", ["- tea", "- a walk"]),
        ("  \n ", []),
    ],
)
def test_lines_are_sentences_and_rows(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


@given(st.text(max_size=300))
def test_no_character_is_added_and_none_that_shows_is_lost(text: str) -> None:
    lines = lines_of(text)
    assert all(line in text for line in lines)
    assert {one for one in text if not one.isspace()} == {one for line in lines for one in line if not one.isspace()}
