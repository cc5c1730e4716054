"""A share that grows meeting by meeting: every insider is tried against every step from one word to the next.

The insider knows the rule, how many answered, both words and their own answers, of which there is one in each part.
Somebody is given away when the words leave only "everybody else said yes", or "nobody else did", in what came before or
in what was added.
"""

from collections.abc import Callable
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.disclosure import TOLD_ANEW_AT, Suppressed, share_in_words, share_so_far

PART = 5
Words = Callable[[int, int, int, int], tuple[object, object]]


def ours(first: int, before: int, second: int, added: int) -> tuple[object, object]:
    parts = [(first, before), (second, added)]
    return share_so_far(parts[:1]), share_so_far(parts)


def anew(first: int, before: int, second: int, added: int) -> tuple[object, object]:
    """What one would write first: all answers so far, each time."""
    return share_in_words(first, before), share_in_words(first + second, before + added)


def given_away(words: Words, before: int, added: int, own: tuple[int, int]) -> tuple[int, int]:
    """Situations that give somebody away, and all of them, where the insider answered in so many parts of each."""
    others = before - own[0], added - own[1]
    leaks = situations = 0
    for mine, mine_later in product(range(own[0] + 1), range(own[1] + 1)):
        seen: dict[object, tuple[set[int], set[int]]] = {}
        for theirs, later in product(range(others[0] + 1), range(others[1] + 1)):
            told = words(mine + theirs, before, mine_later + later, added)
            first, second = seen.setdefault(told, (set(), set()))
            first.add(theirs)
            second.add(later)
        for first, second in seen.values():
            situations += 1
            leaks += first in ({0}, {others[0]}) or second in ({0}, {others[1]})
    return leaks, situations


def test_nobody_is_given_away_by_a_word_that_grows() -> None:
    """Up to the sizes at which it is told anew, and just past them; there parts of five are the worst."""
    tried = 0
    for before in range(5, 13):
        for added in (
            5,
            8,
            TOLD_ANEW_AT * before - before - 1,
            *(TOLD_ANEW_AT * before - before + n for n in range(4)),
        ):
            for own in product({0, 1, before // PART}, {0, 1, added // PART}):
                leaks, situations = given_away(ours, before, added, own)
                assert leaks == 0, (before, added, own)
                tried += situations
    assert tried > 10_000


def test_told_anew_with_each_part_it_would_give_some_away() -> None:
    found = [given_away(anew, *sizes, own) for sizes in product(range(5, 16), repeat=2)
             for own in product((0, 1), repeat=2)]  # fmt: skip
    leaks, situations = (sum(one) for one in zip(*found, strict=True))
    assert round(100 * leaks / situations) == 7


@given(st.lists(st.integers(0, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12))
def test_a_word_stands_until_five_times_as_many_answers(parts: list[tuple[int, int]]) -> None:
    told, behind = share_so_far(parts)
    answers = sum(n for _, n in parts)
    assert isinstance(told, Suppressed) == (behind == 0) == (answers < 5)
    if behind:
        assert behind <= answers < TOLD_ANEW_AT * behind
        # What is known later changes nothing in what was told then.
        some = next(
            k for k in range(len(parts) + 1) if sum(n for _, n in parts[:k]) == behind and share_so_far(parts[:k])[1]
        )
        assert share_so_far(parts[:some]) == (told, behind)
