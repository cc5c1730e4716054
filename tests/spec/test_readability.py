"""Reading grade: the formula by hand, syllables, and sentences in our own texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.readability import grade, longest_sentence, sentences, syllables, words
from kindcircle.spec.unwanted import INVITATION, unwanted_in


def test_the_grade_is_the_published_formula() -> None:
    # Twelve words in two sentences; all have one syllable but people and nothing, which have two: fourteen.
    text = "A kind word may ease it. Some people feel nothing at all."
    assert len(words(text)) == 12
    assert [syllables(word) for word in words(text)] == [1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1]
    assert grade(text) == pytest.approx(0.39 * 12 / 2 + 11.8 * 14 / 12 - 15.59)


def test_hard_text_has_a_higher_grade() -> None:
    plain = "It hurts. Others know this too. You can rest."
    hard = "Psychological interventions facilitate accommodation of individual physiological deterioration."
    assert grade(plain) < 2 < 15 < grade(hard)


def test_no_words_have_no_grade() -> None:
    with pytest.raises(ValueError, match="no word"):
        grade("... *** 🙂")
    assert longest_sentence("") == (0, "")


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("rest", 1), ("body", 2), ("compassion", 3), ("don't", 1), ("Don’t", 1), ("kindness", 2),
        ("colour", 2), ("neighbourly", 3), ("practise", 2), ("organise", 3), ("apologise", 4), ("backdraft", 2),
        ("10", 2), ("3", 1), ("kindcircle", 3), ("zzz", 1),
    ],
)  # fmt: skip
def test_syllables_of_known_and_unknown_words(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Pain above 4.5 is much. Stop.", ["Pain above 4.5 is much.", "Stop."]),
        ("Ask Dr. Ray, e.g. by phone. Then rest.", ["Ask Dr. Ray, e.g. by phone.", "Then rest."]),
        ('She said, "You can rest." Then tea.', ['She said, "You can rest.', "Then tea."]),
        ("## A heading\n\nA line that\ngoes on. Next.", ["A heading", "A line that goes on.", "Next."]),
        ("- one\n- two and\n  more\n\n1. three", ["one", "two and more", "three"]),
        ("> *I am no use.*\n>\n> *You are tired.*", ["I am no use.", "You are tired."]),
        ("Read [this page](https://example.org/a.b?c) now.", ["Read this page now."]),
        ("**Bold.** Then `code`.", ["Bold.", "Then code."]),
        ("Wait... then go.", ["Wait...", "then go."]),
    ],
)
def test_sentences_of_markdown(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_hyphens_part_words() -> None:
    assert words("self-kindness isn't 3.5 m_n") == ["self", "kindness", "isn't", "3.5", "m", "n"]


@given(st.text())
def test_any_text_can_be_read_without_an_error(text: str) -> None:
    for sentence in sentences(text):
        assert words(sentence)
    if words(text) and sentences(text):
        assert isinstance(grade(text), float)


@pytest.mark.parametrize(
    "kind",
    [
        "You need not say why.",
        "You do not have to stay.",
        "May we each find some ease.",
        "Illness is hard. It is not a cure.",
        "Let us go on.",
        "Your eyes may rest low.",
    ],
)
def test_kind_wording_is_left_alone(kind: str) -> None:
    assert unwanted_in(kind) == []


def test_an_invitation_is_known_by_its_words() -> None:
    assert INVITATION.search("If you like, feel your feet.")
    assert not INVITATION.search("Feel your feet.")
