"""The mean of a group in words: every insider in every group of 5 to 15 is tried against the functions that tell.

Answers go from 0 to 10 in halves, as the two lines of a level give them. The insider knows the rule, who answered, how
many, every word told, and their own answers, which they may change each time. Somebody is given away when what was told
leaves only answers up to five for them, or only answers above five; a single answer left would be the worst of these.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.disclosure import Suppressed, Told, ends_of, mean_in_words, spread_in_words

GROUPS = range(5, 16)
HALVES = 20  # answers in halves, from 0 to 20
FIVE = 10
Sums = tuple[int, int]
Tell = Callable[..., Told | Suppressed]


def people(n: int, start: int = 0) -> list[str]:
    return [f"p{number:02d}" for number in range(start, start + n)]


def spread_out(total: int, who: list[str]) -> dict[str, float]:
    """Answers of these people that come to this many halves."""
    share, more = divmod(total, len(who))
    return {name: (share + (place < more)) / 2 for place, name in enumerate(who)}


def outcomes(who: list[str], earlier: Told | None, tell: Tell) -> dict[tuple[str, bool], Sums]:
    """What is told at which sums of answers: each outcome with its lowest and highest sum. Asks the real function."""
    found: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for total in range(HALVES * len(who) + 1):
        told = tell(spread_out(total, who), earlier=earlier)
        assert isinstance(told, Told)
        found[told.word, told.afresh].append(total)
    ranges = {}
    for outcome, sums in found.items():
        for part in _runs(sums):
            ranges[(*outcome, part[0])] = part
    return ranges  # type: ignore[return-value]


def _runs(sums: list[int]) -> list[Sums]:
    runs, start = [], sums[0]
    for before, after in zip(sums, [*sums[1:], None], strict=True):
        if after != before + 1:
            runs.append((start, before))
            start = after or 0
    return runs


def possible(own: np.ndarray, sums: Sums, others: int) -> np.ndarray:
    """Which answers one of the others may have given, for each answer of one's own: a row for each."""
    answer = np.arange(HALVES + 1)[None, :]
    rest_low = np.maximum(0, sums[0] - own[:, None] - answer)
    rest_high = np.minimum(HALVES * (others - 1), sums[1] - own[:, None] - answer)
    return rest_low <= rest_high


def one_sided(may: np.ndarray) -> np.ndarray:
    """Where something is possible, but on one side of the middle only."""
    return may.any(-1) & ~(may[..., : FIVE + 1].any(-1) & may[..., FIVE + 1 :].any(-1))


def exact_mean(answers: Mapping[str, float], *, earlier: Told | None = None) -> Told | Suppressed:
    """What many a tool shows: the mean to one place, from five answers on."""
    mean = sum(answers.values()) / len(answers)
    return Told(f"{mean:.1f}", frozenset(answers))  # type: ignore[arg-type]


def always_afresh(answers: Mapping[str, float], *, earlier: Told | None = None) -> Told | Suppressed:
    """The same words as ours, but worked out afresh after people came or went."""
    return mean_in_words(answers)


def first_telling(tell: Tell, *, insiders: int = 1, groups: range = GROUPS) -> tuple[int, list[int], int]:
    """Situations (own answers and what is told); group sizes where a side is given away, once for each; and how many
    rule out any answer at all."""
    situations = ruled_out = 0
    sizes: list[int] = []
    own = np.arange(HALVES * insiders + 1)
    for n in groups:
        for sums in outcomes(people(n), None, tell).values():
            may = possible(own, sums, n - insiders)
            real = may.any(-1)
            situations += int(real.sum())
            sizes += [n] * int(one_sided(may).sum())
            ruled_out += int((real & ~may.all(-1)).sum())
    return situations, sizes, ruled_out


def test_after_one_telling_everybody_else_may_still_have_given_any_answer() -> None:
    assert first_telling(mean_in_words) == (819, [], 0)


def test_the_insider_is_able_to_find_what_an_exact_mean_gives_away() -> None:
    situations, sizes, ruled_out = first_telling(exact_mean)
    assert (round(100 * len(sizes) / situations), round(100 * ruled_out / situations)) == (13, 25)
    assert set(sizes) == set(GROUPS)


def test_two_who_compare_learn_a_side_only_at_the_ends_of_a_few_words() -> None:
    situations, sizes, _ = first_telling(mean_in_words, insiders=2)
    assert (situations, len(sizes)) == (1599, 44)
    # At ten to twelve answers it is the fourth word.
    assert set(sizes) == {5, 6, 10, 11, 12}


def told_twice(tell: Tell, left: int, came: int, *, steady: bool) -> tuple[int, int]:
    """Situations of two tellings with leavers and joiners between them, and those that give a side away.

    Whoever stayed answers the same again; the insider stays and answers anything. steady: the insider does not change
    their answer either.
    """
    situations = leaks = 0
    own = np.arange(HALVES + 1)
    first_own, second_own, answer = np.meshgrid(own, own, own, indexing="ij", sparse=True)
    same = (first_own == second_own)[..., 0] if steady else np.ones((HALVES + 1, HALVES + 1), dtype=bool)
    for n in GROUPS:
        stayed = n - 1 - left
        later = 1 + stayed + came
        if stayed < 0 or later not in GROUPS:
            continue
        before, after = people(n), [*people(1 + stayed), *people(came, start=n)]
        for (word, _, _), first in outcomes(before, None, tell).items():
            known = tell(spread_out(first[0], before))
            assert isinstance(known, Told) and known.word == word
            for second in outcomes(after, known, tell).values():
                for whose in ("stayed", "left", "came"):
                    count = {"stayed": stayed, "left": left, "came": came}[whose]
                    if not count:
                        continue
                    may = _between(first, second, first_own, second_own, answer, whose, stayed, left, came)
                    real = may.any(-1) & same
                    situations += int(real.sum())
                    leaks += int((one_sided(may) & same).sum())
    return situations, leaks


def _between(
    first: Sums, second: Sums, first_own: np.ndarray, second_own: np.ndarray, answer: np.ndarray, whose: str,
    stayed: int, left: int, came: int,
) -> np.ndarray:  # fmt: skip
    """Which answers one person of this kind may have given: some sum of those who stayed has to fit both words."""
    rest = stayed - (whose == "stayed")
    gone, new = left - (whose == "left"), came - (whose == "came")
    then = first_own + (answer if whose in ("stayed", "left") else 0)
    now = second_own + (answer if whose in ("stayed", "came") else 0)
    low = np.maximum(np.maximum(first[0] - then - HALVES * gone, second[0] - now - HALVES * new), 0)
    high = np.minimum(np.minimum(first[1] - then, second[1] - now), HALVES * rest)
    return np.broadcast_to(low <= high, (HALVES + 1,) * 3)


CHANGES = [(left, came) for left, came in product(range(max(GROUPS)), repeat=2) if left or came]
"""How many left or did not answer this time, and how many joined or were too late the first time: all there can be."""


def test_people_who_come_and_go_give_nobody_away() -> None:
    found = [told_twice(mean_in_words, *change, steady=False) for change in CHANGES]
    assert sum(leaks for _, leaks in found) == 0
    assert sum(situations for situations, _ in found) == 4_343_409


def test_told_afresh_each_time_leavers_would_be_given_away() -> None:
    """Late answers too: who adds theirs to a figure that was told is a joiner to it."""
    for change in ((1, 0), (0, 1)):
        situations, leaks = told_twice(always_afresh, *change, steady=True)
        assert round(100 * leaks / situations) == 15


def test_three_tellings_to_the_same_people_give_nobody_away() -> None:
    """The insider answers as they please each time, so as to find the others' sum; they all answer as before."""
    situations = leaks = 0
    own = np.arange(HALVES + 1)
    a, b, c = np.meshgrid(own, own, own, indexing="ij")
    answer = np.arange(HALVES + 1)
    for n in GROUPS:
        who = people(n)
        words = list(outcomes(who, None, mean_in_words).values())
        for triple in product(words, repeat=3):
            lows = np.maximum.reduce([sums[0] - mine for sums, mine in zip(triple, (a, b, c), strict=True)])
            highs = np.minimum.reduce([sums[1] - mine for sums, mine in zip(triple, (a, b, c), strict=True)])
            low = np.maximum(lows[..., None] - answer, 0)
            high = np.minimum(highs[..., None] - answer, HALVES * (n - 2))
            may = low <= high
            situations += int(may.any(-1).sum())
            leaks += int(one_sided(may).sum())
    assert leaks == 0
    assert situations == 843_099


HALF = st.integers(0, HALVES).map(lambda halves: halves / 2)


@given(st.data())
def test_who_assumes_that_all_stayed_the_same_hears_the_same_word_after_any_coming_and_going(
    data: st.DataObject,
) -> None:
    """So a telling after people came or went holds nothing to learn from, unless answers have truly changed."""
    every = {name: data.draw(HALF) for name in people(data.draw(st.integers(6, 15)))}
    earlier, before = None, None
    for _ in range(data.draw(st.integers(2, 4))):
        there = {"p00", *data.draw(st.sets(st.sampled_from(sorted(every)), min_size=5))}
        every["p00"] = data.draw(HALF)  # the insider
        told = mean_in_words({name: every[name] for name in there}, earlier=earlier)
        assert isinstance(told, Told)
        if before is not None and earlier is not None and (there != before or earlier.slack):
            assert (told.word, told.afresh) == (earlier.word, False)
        earlier, before = told, there


@given(st.dictionaries(st.sampled_from(people(15)), HALF, min_size=1), st.data())
def test_nothing_counts_but_the_sum_and_who_answered(answers: dict[str, float], data: st.DataObject) -> None:
    """So the trials above, which go through all sums, go through all answers."""
    total = round(sum(answers.values()) * 2)
    told = mean_in_words(answers)
    assert told == mean_in_words(spread_out(total, sorted(answers)))
    assert isinstance(told, Told) == (len(answers) >= 5)
    if isinstance(told, Told):
        low, high = ends_of(told.word)
        assert low <= sum(answers.values()) / len(answers) <= high


def test_a_word_changes_when_answers_truly_did() -> None:
    eight, nine = people(8), people(9)
    low = mean_in_words(dict.fromkeys(nine, 3.0))
    assert isinstance(low, Told) and low.word == "low"
    gone = dict.fromkeys(eight, 4.5)
    held = mean_in_words(gone, earlier=low)
    assert held == Told("low", frozenset(eight), afresh=False, slack=pytest.approx(10 / 9))
    better = mean_in_words(dict.fromkeys(eight, 7.5), earlier=held)
    assert better == Told("good", frozenset(eight))
    assert mean_in_words(dict.fromkeys(eight, 5.0), earlier=better) == Told("mixed", frozenset(eight))
    # Nobody of those who stood behind the earlier word is left: there is nothing to compare.
    others = people(5, start=20)
    assert mean_in_words(dict.fromkeys(others, 5.0), earlier=better) == Told("mixed", frozenset(others))


@pytest.mark.parametrize("n", [9, 10])
def test_whether_answers_lie_close_gives_nobody_away_beside_two_words(n: int) -> None:
    """Every way in which the others can answer, told to the same people twice; the insider answers as they please."""
    names = np.empty(HALVES * n + 1, dtype=object)
    for (word, _, _), (low, high) in outcomes(people(n), None, mean_in_words).items():
        names[low : high + 1] = word
    ways = np.array(list(combinations_with_replacement(range(11), n - 1)))
    lowest, highest, halves = ways[:, 0], ways[:, -1], 2 * ways.sum(axis=1)
    for own in range(11):
        # Spread is told beside this word alone; without it the trials above have gone through everything.
        mixed = np.flatnonzero(names[halves + 2 * own] == "mixed")
        close = np.array([spread_in_words((own, *ways[way].tolist())) == "close" for way in mixed])
        for later, spread, word in product(range(11), (True, False), ("low", "mixed", "good", "very-good")):
            left = mixed[(close == spread) & (names[halves[mixed] + 2 * later] == word)]
            if len(left):
                assert lowest[left].min() <= 5 < highest[left].max(), (own, later, spread, word)


def test_spread_is_told_from_nine_answers() -> None:
    assert spread_in_words([5.0] * 8) == Suppressed()
    assert spread_in_words([5.0] * 9) == "close"
    assert spread_in_words([0.0, 10.0] * 5) == "apart"
    assert spread_in_words([0.0] * 9) == spread_in_words([9.0] * 9) == spread_in_words([]) == Suppressed()
