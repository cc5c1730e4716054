"""The one plain sentence: chosen by rule, never a cause, never an effect without what stands beside it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.before_after import analyse_before_after
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.results import REASON_TEXTS, Reason
from kindcircle.stats.sentences import RESEARCHERS_ONLY, TEXTS, Message, say, write_number

points = st.integers(0, 60).map(float)
SENTENCES = [key for key in TEXTS if not key.startswith(("W", "RC", "can"))]
WITH_EFFECT = [key for key in SENTENCES if key not in ("nothing", "version_changed", "programme.none")] + [
    "W1.points",
    "W1.effect",
]


def people(*changes, start=20.0):
    """One group whose scores changed by these amounts."""
    return [start + place for place in range(len(changes))], [
        start + place + change for place, change in enumerate(changes)
    ]


def chosen(changes, better="lower"):
    return analyse_before_after(*people(*changes), better=better, smallest=0).sentence


@pytest.mark.parametrize(
    "changes, better, key",
    [
        ([-3.0] * 4, "lower", "nothing"),
        ([-3.0, -2, -4, 1, 0], "lower", "too_few.toward"),
        ([-3.0, -2, -4, 1, 0], "higher", "too_few.away"),
        ([-3.0, -2, -4, 1, 0], None, "too_few.down"),
        ([3.0, 2, 4, -1, 0], None, "too_few.up"),
        ([3.0, 2, -4, -1, 0], "lower", "too_few.even"),
        ([0.0] * 11, "lower", "too_few.even"),
        ([-9.0, -8] * 5 + [-7], "lower", "too_few.toward"),
        ([-9.0, -8] * 6, "lower", "toward"),
        ([-9.0, -8] * 6, "higher", "away"),
        ([9.0, 8] * 6, "higher", "toward"),
        ([9.0, 8] * 6, None, "up"),
        ([-9.0, -8] * 6, None, "down"),
        ([-9.0, 9] * 6, "lower", "unclear"),
        ([-2.0] * 12, "lower", "same_for_all"),
    ],
)
def test_the_rule(changes, better, key):
    assert chosen(changes, better).key == key


def test_the_numbers_in_the_sentence_are_those_of_the_figures():
    sentence = chosen([-3.0, -2, -4, -1, 1, 0])
    assert say(sentence).startswith("More people moved the hoped-for way (4 of 6) than the other way (1 of 6), but")
    result = analyse_before_after(*people(*([-9.0, -8] * 6)), better="lower")
    interval = result.change.interval()
    assert result.sentence.values == {"amount": 8.5, "least": -interval.high, "most": -interval.low}
    assert "moved 8.5 points the hoped-for way (the true change may be anywhere from 8.2 to 8.8)" in say(
        result.sentence
    )


@pytest.mark.parametrize("key", WITH_EFFECT)
def test_an_effect_and_the_missing_comparison_group_share_one_sentence(key):
    text = TEXTS[key]
    assert text.count(".") == 1
    assert text.endswith(".")
    assert "no comparison group" in text


@pytest.mark.parametrize("key", [key for key in TEXTS if not key.startswith(("W", "RC"))])
def test_no_sentence_claims_a_cause_or_blames(key):
    text = TEXTS[key].lower()
    for word in ("because of", "thanks to", "caused", "effective", "works", "significant", "improved by", "failed"):
        assert word not in text


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_can_be_written_out_and_translated(key):
    names = re.findall(r"%\((\w+)\)s", TEXTS[key])
    # A stray per cent sign would break the text only when a translator's copy is shown.
    assert "%" not in re.sub(r"%\(\w+\)s", "", TEXTS[key])
    message = Message(key, dict.fromkeys(names, 1234.5))
    assert say(message).count("1234.5") == len(names)
    shouted = say(message, translate=str.upper if not names else lambda text: f">> {text}", number=lambda _: "many")
    assert shouted == (TEXTS[key].upper() if not names else ">> " + re.sub(r"%\(\w+\)s", "many", TEXTS[key]))


def test_every_reason_has_a_text_and_every_researcher_key_exists():
    assert set(REASON_TEXTS) == set(Reason)
    assert set(TEXTS) >= RESEARCHERS_ONLY


@pytest.mark.parametrize("value, text", [(3, "3"), (3.0, "3"), (2.25, "2.2"), (-0.04, "0.0"), (-1.26, "-1.3")])
def test_numbers_are_written_for_reading(value, text):
    assert write_number(value) == text


@given(
    scores=st.lists(st.tuples(st.one_of(st.none(), points), st.one_of(st.none(), points)), max_size=25),
    better=st.sampled_from(["higher", "lower", None]),
)
def test_any_group_gets_a_sentence_its_size_allows(scores, better):
    before, after = [b for b, _ in scores], [a for _, a in scores]
    complete = sum(b is not None and a is not None for b, a in scores)
    result = analyse_before_after(before, after, better=better)
    assert (result == Suppressed()) is (complete < 5)
    sentence = analyse_before_after(before, after, better=better, smallest=0).sentence
    assert say(sentence)
    assert (sentence.key == "nothing") is (complete < 5)
    assert sentence.key.startswith("too_few") is (5 <= complete < 12)
