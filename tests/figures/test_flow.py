"""The way of people through a trial: every number in the picture, in the words and in the table."""

import re

import pytest

from kindcircle.figures.flow import Box, Stages, flow

ASKED = Box("Asked to come", 30)
OUTSIDE = Box("Not drawn", 8, (("said no", 3), ("waiting would not be safe", 5)))
NOW = Stages("Start now", (Box("Start now", 12, (("came to a meeting", 11),)), Box("Answered after 8 weeks", 10)))
LATER = Stages("Start later", (Box("Start later", 10, (("waited as planned", 10),)), Box("Answered after 8 weeks", 9)))


def test_every_number_is_in_the_picture_the_words_and_the_table() -> None:
    made = flow(asked=ASKED, outside=OUTSIDE, drawn=Box("Drawn", 22), arms=[NOW, LATER], title="Kind spring")
    said = re.sub(r"<[^>]+>", " ", made.svg)
    for words in ("Asked to come: 30", "Not drawn: 8", "said no: 3", "Drawn: 22", "came to a meeting: 11"):
        assert words in said
    assert "Start later, Answered after 8 weeks: 9" in made.description
    assert ("Not drawn", "", "waiting would not be safe", "5") in made.rows
    assert ("Answered after 8 weeks", "Start now", "", "10") in made.rows
    assert 'role="img"' in made.svg and "Kind spring" in made.svg


def test_long_words_are_broken_and_never_cut() -> None:
    long = "a reason that somebody translated into a language with rather long words"
    made = flow(
        asked=ASKED, outside=Box("Not drawn", 1, ((long, 1),)), drawn=Box("Drawn", 2), arms=[NOW, LATER], title="x"
    )
    said = " ".join(re.sub(r"<[^>]+>", " ", made.svg).split())
    assert all(word in said for word in long.split())


def test_arms_have_the_same_stages() -> None:
    with pytest.raises(ValueError, match="same stages"):
        flow(asked=ASKED, outside=OUTSIDE, drawn=ASKED, arms=[NOW, Stages("x", ())], title="x")
