"""How a group is together, told up to three times: every coming, going, return and late answer is gone through.

Up to 15 people ever sat in the group, and each of them answers at some of the three times: who joins, leaves, comes
back, answers too late or not at all. One of them is the insider: they know the rule, who answered, every word, and may
answer something else each time. All others answer as before, which is the most that an insider can count on.
`test_group_means.py` goes through what single words and two tellings leave open, answer by answer.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.disclosure import (
    TOLD_ANEW_AT,
    Told,
    Word,
    last_shared,
    mean_in_words,
    share_in_words,
    share_so_far,
)
from tests.stats.test_group_means import GROUPS, HALVES, first_telling, outcomes, people, spread_out

FEWEST, MOST = 5, 15
TIMES = range(3)
PATTERNS = [when for when in product((True, False), repeat=3) if any(when)]
"""At which of the three times somebody answers."""

Roster = frozenset[str]


def rosters() -> Iterator[tuple[tuple[int, ...], tuple[Roster, ...]]]:
    """Every way in which up to 15 people answer at three times, five or more at each: how many of them do so at which
    times, and who answered at each. People who do the same at all three times are alike."""
    for counts in _shares(MOST, len(PATTERNS)):
        sizes = [sum(n for n, when in zip(counts, PATTERNS, strict=True) if when[at]) for at in TIMES]
        if min(sizes) < FEWEST:
            continue
        names = [f"{kind}{n}" for kind, of in enumerate(counts) for n in range(of)]
        there = [{name for name in names if PATTERNS[int(name[0])][at]} for at in TIMES]
        yield counts, tuple(frozenset(one) for one in there)


def _shares(most: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        yield ()
        return
    for first in range(most + 1):
        for rest in _shares(most - first, parts - 1):
            yield (first, *rest)


@cache
def words_of(answers: int) -> dict[Word, tuple[int, int]]:
    """The words that so many answers can be told with, each with its lowest and highest sum in halves."""
    return {word: sums for (word, _, _), sums in outcomes(people(answers), None, mean_in_words).items()}  # type: ignore[misc]


@cache
def told(now: int, both: int, before: int, word: Word, slack: float, total: int) -> tuple[Word, bool, float]:
    """What is told of this sum to so many people, of whom so many stood behind the word before."""
    then = frozenset([*people(both), *people(before - both, start=50)])
    here = [*people(both), *people(now - both, start=70)]
    found = mean_in_words(spread_out(total, here), earlier=Told(word, then, slack == 0, slack))
    assert isinstance(found, Told)
    return found.word, found.afresh, found.slack


def farthest(base: Roster, now: Roster, insider: Roster, word: Word) -> tuple[int, int]:
    """The lowest and highest sum there can be now, when `base` was told with this word and the others stay the same."""
    low, high = words_of(len(base))[word]
    both, new, gone = (len(some - insider) for some in (base & now, now - base, base - now))
    least = max(0, low - HALVES * (gone + len(base & insider)))
    return least, min(HALVES * both, high) + HALVES * (new + len(now & insider))


@pytest.mark.slow
def test_no_story_of_three_tellings_holds_more_than_words_told_afresh() -> None:
    """A word told after people came or went is always the word of before, so it tells nothing; and what is told afresh
    is told to the very same people, or to people of whom nobody stood behind an earlier word."""
    stories = held = 0
    for counts, there in rosters():
        for kind, of in enumerate(counts):
            if of:
                for word in words_of(len(there[0])):
                    stories += 1
                    held += _tell(there, frozenset({f"{kind}0"}), [(0, Told(word, there[0]))])
    assert (stories, held) == (1_599_347, 6_463_452)


def _tell(there: tuple[Roster, ...], insider: Roster, before: list[tuple[int, Told]]) -> int:
    """Go on from what was told so far; each telling stands beside the time whose answers its word rests on.

    Returns how many ends of a range of answers were tried.
    """
    at = len(before)
    if at == len(TIMES):
        return 0
    now, tellings = there[at], [one for _, one in before]
    earlier = last_shared(tellings, now)
    if earlier is None or (earlier.people == now and earlier.slack == 0):
        assert earlier is not None or not any(one.people & now for one in tellings)
        return sum(_tell(there, insider, [*before, (at, Told(word, now))]) for word in words_of(len(now)))
    base = before[next(n for n, one in enumerate(tellings) if one is earlier)][0]
    both = len(earlier.people & now)
    for total in farthest(there[base], now, insider, earlier.word):
        word, afresh, slack = told(len(now), both, len(earlier.people), earlier.word, earlier.slack, total)
        assert (word, afresh) == (earlier.word, False), (there, insider, total)
    return 2 + _tell(there, insider, [*before, (base, Told(earlier.word, now, False, slack))])


def test_beside_the_last_telling_alone_a_leaver_would_be_given_away_after_a_time_of_others() -> None:
    """Why it is the newest telling that shares somebody which counts, and not simply the newest."""
    first, others, later = people(8), people(6, start=20), people(7)
    tellings = [Told("low", frozenset(first)), Told("good", frozenset(others))]
    rest = spread_out(6 * HALVES // 2 + 10, later)  # all but one of the first, a little above the middle
    assert mean_in_words(rest, earlier=tellings[-1]) == Told("mixed", frozenset(later))
    held = mean_in_words(rest, earlier=last_shared(tellings, later))
    assert isinstance(held, Told) and (held.word, held.afresh) == ("low", False)


@given(
    st.lists(st.frozensets(st.sampled_from("abcdefg"), min_size=1), max_size=5),
    st.frozensets(st.sampled_from("abcdefg")),
)
def test_the_newest_telling_that_shares_anybody(rosters: list[Roster], now: Roster) -> None:
    tellings = [Told("low", one) for one in rosters]
    found = last_shared(tellings, now)
    assert found is None or found in tellings
    assert (found is None) == (not any(one & now for one in rosters))
    if found is not None:
        newest = max(at for at, one in enumerate(rosters) if one & now)
        assert found is tellings[newest]


def test_whoever_did_not_answer_themselves_learns_nothing_from_one_telling() -> None:
    situations, sizes, ruled_out = first_telling(mean_in_words, insiders=0)
    assert (situations, sizes, ruled_out) == (39, [], 0)


# --- yes or no ---


@pytest.mark.parametrize("here", GROUPS)
def test_a_question_asked_again_of_the_same_people_gives_nobody_away_whoever_passed(here: int) -> None:
    """The insider knows who is here and both words, and not who passed; whoever answers twice answers the same."""
    seen: dict[object, list[bool]] = {}
    others = [(yes, no) for yes, no in product(range(here), repeat=2) if yes + no < here]
    tried = 0
    for (yes, no), (later_yes, later_no) in product(others, repeat=2):
        if max(yes, later_yes) + max(no, later_no) >= here:
            continue  # more people than there are
        for own, own_later in product(((1, 0), (0, 1), (0, 0)), repeat=2):
            words = (
                share_in_words(yes + own[0], yes + no + sum(own)),
                share_in_words(later_yes + own_later[0], later_yes + later_no + sum(own_later)),
            )
            if not all(isinstance(word, str) for word in words):
                continue  # fewer than five answered: it is not told
            tried += 1
            some = seen.setdefault((own, own_later, words), [False, False])
            some[0] |= bool(yes or later_yes)
            some[1] |= bool(no or later_no)
    assert tried
    assert all(all(some) for some in seen.values()), "somebody else may have said yes, and somebody may have said no"


SIZES = (5, 8, 9, 15)


def test_the_word_of_one_group_beside_those_of_the_house_gives_nobody_away() -> None:
    """Somebody who leads a group and a house sees both: one other group first, then ours, then all of them."""
    tried = 0
    for before, ours, more in product(SIZES, SIZES, range(3)):
        rest = max(0, TOLD_ANEW_AT * before - before - ours) + more
        for own in (0, 1):
            left: dict[object, set[int]] = {}
            for first, yes, last in product(range(before + 1), range(ours), range(rest + 1)):
                parts = [(first, before), (yes + own, ours), (last, rest)]
                words = (share_in_words(yes + own, ours), share_so_far(parts[:1]), share_so_far(parts))
                left.setdefault(words, set()).add(yes)
            for possible in left.values():
                tried += 1
                assert possible not in ({0}, {ours - 1}), (before, ours, rest, own)
    assert tried > 500
