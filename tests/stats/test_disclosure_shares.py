"""Have you felt this: every attacker in every group of 6 to 15 is tried against the function that tells.

The attacker sits in the group, knows the rule, how many answered, and their own answer; two of them compare theirs. A
situation is who knows what and how many of the others said yes; all count alike. Somebody is given away when what the
attacker sees leaves only "everybody else said yes" or "nobody else did".
"""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.disclosure import Suppressed, may_tell_again, share_in_words

GROUPS = range(6, 16)
Tell = Callable[[int, int], object]


def exact(yes: int, answers: int) -> object:
    """What many a tool shows: the number, from five answers on."""
    return yes if answers >= 5 else Suppressed()


def hide_small(yes: int, answers: int) -> object:
    """The usual rule of small cells: no number where fewer than three said yes, or no."""
    return yes if 3 <= yes <= answers - 3 else Suppressed()


def one_telling(tell: Tell, attackers: int, groups: range = GROUPS) -> tuple[list[int], int]:
    """Sizes of the groups in which somebody is given away, once for each such situation; and how many there are."""
    given_away, situations = [], 0
    for people in groups:
        others = people - attackers
        for own, theirs in product(range(attackers + 1), range(others + 1)):
            situations += 1
            seen = tell(own + theirs, people)
            possible = {one for one in range(others + 1) if tell(own + one, people) == seen}
            if possible in ({0}, {others}):
                given_away.append(people)
    return given_away, situations


def told_again(tell: Tell, leavers: int) -> float:
    """The share of situations in which a second telling, after so many left, gives somebody away."""
    given_away = situations = 0
    for people in GROUPS:
        others = people - 1 - leavers
        for own, staying, leaving in product(range(2), range(others + 1), range(leavers + 1)):
            situations += 1
            seen = tell(own + staying + leaving, people), tell(own + staying, people - leavers)
            possible = [
                (a, b)
                for a, b in product(range(others + 1), range(leavers + 1))
                if (tell(own + a + b, people), tell(own + a, people - leavers)) == seen
            ]
            known = ({a for a, _ in possible} in ({0}, {others})) or ({b for _, b in possible} in ({0}, {leavers}))
            given_away += known
    return given_away / situations


def test_one_person_who_knows_their_own_answer_learns_nobody_elses() -> None:
    assert one_telling(share_in_words, attackers=1, groups=range(5, 16))[0] == []


def test_two_who_compare_learn_something_only_in_the_smallest_groups() -> None:
    given_away, situations = one_telling(share_in_words, attackers=2)
    assert round(100 * len(given_away) / situations, 1) == 0.4
    assert set(given_away) == {6}
    assert set(one_telling(share_in_words, attackers=2, groups=range(5, 16))[0]) == {5, 6}
    from_seven = lambda yes, answers: share_in_words(yes, answers, smallest=7)  # noqa: E731
    assert one_telling(from_seven, attackers=2, groups=range(7, 16))[0] == []


def test_the_attacker_is_able_to_find_what_other_rules_give_away() -> None:
    given_away, situations = one_telling(exact, attackers=1)
    assert round(100 * len(given_away) / situations) == 19
    assert told_again(exact, leavers=1) == 1
    assert one_telling(hide_small, attackers=1)[0] == []
    assert round(100 * told_again(hide_small, leavers=1)) == 57


@pytest.mark.parametrize(("leavers", "percent"), [(1, 8), (2, 6), (3, 3)])
def test_a_second_telling_after_people_left_would_give_some_away(leavers: int, percent: int) -> None:
    assert round(100 * told_again(share_in_words, leavers)) == percent


def test_so_it_is_told_again_to_the_very_same_people_only() -> None:
    assert may_tell_again([], "abc")
    assert may_tell_again([("c", "a", "b"), ["a", "b", "c"]], {"b", "a", "c"})
    assert not may_tell_again(["abc"], "ab")
    assert not may_tell_again(["abc"], "abcd")
    assert not may_tell_again(["abc", "abd"], "abc")


@given(answers=st.integers(0, 40), yes=st.integers(0, 40), smallest=st.integers(1, 7))
def test_words_rise_with_the_answers_and_small_groups_have_none(answers: int, yes: int, smallest: int) -> None:
    yes = min(yes, answers)
    found = share_in_words(yes, answers, smallest=smallest)
    if answers < max(5, smallest):
        assert isinstance(found, Suppressed)
        return
    order = ["some", "half", "most"]
    mirrored = share_in_words(answers - yes, answers, smallest=smallest)
    assert found in (order if answers >= 9 else ["some", "most"])
    if yes < answers:
        assert order.index(str(found)) <= order.index(str(share_in_words(yes + 1, answers, smallest=smallest)))
    if 2 * yes != answers:
        assert order.index(str(found)) + order.index(str(mirrored)) == 2


@pytest.mark.parametrize(("yes", "answers"), [(-1, 8), (9, 8)])
def test_more_than_everybody_is_a_mistake_in_the_program(yes: int, answers: int) -> None:
    with pytest.raises(ValueError, match="of 8"):
        share_in_words(yes, answers)
