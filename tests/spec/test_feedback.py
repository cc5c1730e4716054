"""The rules of feedback, tried on everything that two people, or a whole group, can answer."""

import itertools
from statistics import mean, median

import numpy as np
import pytest

from kindcircle.spec.feedback import APART, DROP, LOW, USUAL_FROM, WELL, Opening, Rated, Reason, apart, opening, reasons

ANSWERS = (None, *range(11))


def test_every_answer_without_an_own_usual() -> None:
    """With fewer than three earlier answers only a low answer counts, however high the earlier ones were."""
    for ease, fit, before in itertools.product(ANSWERS, ANSWERS, range(USUAL_FROM)):
        earlier = [Rated(10, 10)] * before
        found = reasons(Rated(ease, fit), earlier)
        assert (Reason.EASE_LOW in found) == (ease is not None and ease <= 5)
        assert (Reason.FIT_LOW in found) == (fit is not None and fit <= 5)
        assert not {Reason.EASE_DROPPED, Reason.FIT_DROPPED} & set(found)


@pytest.mark.parametrize("scale", ["ease", "fit"])
def test_every_fourth_answer_beside_every_three_before(scale: str) -> None:
    low, dropped = {
        "ease": (Reason.EASE_LOW, Reason.EASE_DROPPED),
        "fit": (Reason.FIT_LOW, Reason.FIT_DROPPED),
    }[scale]
    for value in range(11):
        for three in itertools.combinations_with_replacement(range(11), 3):
            found = reasons(Rated(**{scale: value}), [Rated(**{scale: one}) for one in three])
            expected = (low,) if value <= 5 else (dropped,) if sorted(three)[1] - value >= 3 else ()
            assert found == expected, (value, three)


def test_blanks_are_no_answers_and_no_zeros() -> None:
    blank, high = Rated(), Rated(9, 9)
    assert reasons(blank, [high] * 5) == ()
    # Two answers and many blanks are no usual; a third makes one.
    assert reasons(Rated(6, 9), [high, blank, high, blank]) == ()
    assert reasons(Rated(6, 9), [high, blank, high, Rated(9, None)]) == (Reason.EASE_DROPPED,)
    # The two questions are looked at each by itself.
    assert reasons(Rated(4, None), [high] * 3) == (Reason.EASE_LOW,)
    assert reasons(Rated(6, 5), [high] * 3) == (Reason.EASE_DROPPED, Reason.FIT_LOW)


def test_an_even_number_of_earlier_answers_has_its_middle_between_two() -> None:
    four = [Rated(8), Rated(9), Rated(10), Rated(8)]
    assert median([8, 9, 10, 8]) == 8.5
    assert reasons(Rated(6), four) == ()
    assert reasons(Rated(6), [*four, Rated(9)]) == (Reason.EASE_DROPPED,)


def test_the_group_s_words_follow_the_table() -> None:
    five = [8, 8, 8, 8, 8]
    assert opening(0, [], []) is Opening.NOBODY
    assert opening(3, [], []) is Opening.FEW, "three sheets, all of them blank"
    assert opening(6, five[:4], five) is Opening.FEW
    assert opening(5, [5] * 5, five) is Opening.EASE_LOW
    assert opening(5, five, [5] * 5) is Opening.FIT_LOW
    assert opening(5, [5] * 5, [2] * 5) is Opening.EASE_LOW, "being oneself comes first"
    assert opening(6, [4, 4, 5, 9, 9, 9], [8] * 6) is Opening.APART
    assert opening(5, [6] * 5, five) is Opening.BETWEEN
    assert opening(5, [7] * 5, five) is Opening.WELL


def test_one_person_alone_makes_nobody_speak_of_differences() -> None:
    """Whatever one of them answers, a group of the same mind is never said to be apart."""
    for size, alone, others in itertools.product(range(4, 15), range(11), range(11)):
        assert not apart([others] * size + [alone])
    assert apart([2, 2, 8, 8, 8]) and not apart([2, 8, 8, 8, 8]) and not apart([2, 2, 8, 8])


def test_one_person_alone_does_not_pull_a_contented_group_down_to_low() -> None:
    for size in range(5, 15):
        values = [8] * (size - 1) + [0]
        assert mean(values) > LOW
        assert opening(size, values, values) not in (Opening.EASE_LOW, Opening.FIT_LOW, Opening.APART)


def said_of(own: int, others: np.ndarray) -> dict[Opening, np.ndarray]:
    """Which words fit which sets of answers to the first question, if the second went well. A row holds one set."""
    every = np.sort(np.column_stack([others, np.full(len(others), own)]), axis=1).astype(np.int16)
    size = every.shape[1]
    low = every.sum(axis=1) <= LOW * size
    apart_ = ~low & (every[:, -2] - every[:, 1] >= APART)
    well = ~low & ~apart_ & (every[:, (size - 1) // 2] + every[:, size // 2] >= 2 * WELL)
    return {
        Opening.EASE_LOW: low, Opening.APART: apart_, Opening.WELL: well, Opening.BETWEEN: ~low & ~apart_ & ~well
    }  # fmt: skip


def sets_of(people: int) -> np.ndarray:
    return np.array(list(itertools.combinations_with_replacement(range(11), people)), dtype=np.int8)


@pytest.mark.parametrize("size", range(5, 16))
def test_words_said_aloud_give_nobody_away(size: int) -> None:
    """Every set of answers of all others: beside one's own, each of them may still have answered up to five, or more.

    The insider hears the words and even knows what the other question alone would have led to.
    """
    others = sets_of(size - 1)
    for own in range(11):
        for words, fits in said_of(own, others).items():
            if fits.any():
                assert others[fits, 0].min() <= 5 < others[fits, -1].max(), (own, words)


@pytest.mark.parametrize("size", [5, 6, 7])
def test_those_are_the_words_of_the_rule(size: int) -> None:
    others, contented = sets_of(size - 1), [8] * size
    for own in (0, 4, 7, 10):
        for words, fits in said_of(own, others).items():
            for ease in others[fits].tolist():
                assert opening(size, [own, *ease], contented) is words


def test_the_limits_are_those_of_the_brief() -> None:
    assert (LOW, DROP, USUAL_FROM) == (5, 3, 3)
