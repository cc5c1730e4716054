"""Who talks with whom: everybody once, wishes always kept, at most one three, and new partners first."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.spec.pairing import Group, Two, match, splits, talked_before, twos

PEOPLE = [f"p{number:02}" for number in range(20)]


def every_way(people: tuple[str, ...]) -> Iterator[tuple[Group, ...]]:
    """Every way to part these people into ones, pairs and threes, one after the other."""
    if not people:
        yield ()
        return
    first, rest = people[0], people[1:]
    for size in range(3):
        for others in combinations(rest, size):
            left = tuple(who for who in rest if who not in others)
            for more in every_way(left):
                yield ((first, *others), *more)


def best_of_all(people: list[str], apart: set[Two], before: Counter[Two]) -> tuple[int, int, int]:
    """The fewest who stay, then the fewest threes, then the fewest who talked before: by looking at every way."""
    return min(
        (
            sum(len(group) == 1 for group in way),
            sum(len(group) == 3 for group in way),
            sum(before[two] ** 2 for group in way for two in twos(group)),
        )
        for way in every_way(tuple(people))
        if not any(splits(group, apart) for group in way)
    )


@st.composite
def circles(draw: st.DrawFn, most: int) -> tuple[list[str], set[Two], Counter[Two]]:
    """Some people, who of them is to be kept apart, and who talked with whom how often."""
    people = PEOPLE[: draw(st.integers(0, most))]
    pairs = twos(people)
    some = st.lists(st.sampled_from(pairs), max_size=len(pairs)) if pairs else st.just([])
    return people, set(draw(some)), Counter(draw(some))


@settings(max_examples=250)
@given(circle=circles(8), seed=st.text(max_size=4))
def test_it_is_as_good_as_the_best_of_all_ways(circle: tuple[list[str], set[Two], Counter[Two]], seed: str) -> None:
    people, apart, before = circle
    found = match(people, apart=apart, before=before, seed=seed)
    short, threes, often = best_of_all(people, apart, before) if people else (0, 0, 0)
    assert found.short == short
    if short:
        assert found.groups == () and found.may_stay
        for one in found.may_stay:
            rest = [who for who in people if who != one]
            assert match(rest, apart=apart, before=before, seed=seed).short == short - 1
        return
    assert sum(len(group) == 3 for group in found.groups) == threes
    assert sum(before[two] ** 2 for group in found.groups for two in twos(group)) == often


@settings(max_examples=150)
@given(circle=circles(20), seed=st.text(max_size=4), order=st.randoms(use_true_random=False))
def test_everybody_is_placed_once_and_wishes_are_always_kept(
    circle: tuple[list[str], set[Two], Counter[Two]], seed: str, order: random.Random
) -> None:
    people, apart, before = circle
    found = match(people, apart=apart, before=before, seed=seed)
    assert not any(splits(group, apart) for group in found.groups)
    if not found.short:
        assert sorted(who for group in found.groups for who in group) == people
        assert all(len(group) in (2, 3) for group in found.groups)
    mixed = people[:]
    order.shuffle(mixed)
    assert match(mixed, apart=apart, before=before, seed=seed) == found, (
        "the order in which they are given is no reason"
    )


@pytest.mark.parametrize("number", range(2, 21))
def test_never_two_threes_without_need(number: int) -> None:
    groups = match(PEOPLE[:number], apart=set(), before={}, seed="Tuesday").groups
    assert sum(len(group) == 3 for group in groups) == number % 2


def test_one_person_alone_and_somebody_who_can_be_with_nobody() -> None:
    assert match(["a"], apart=set(), before={}, seed="").short == 1
    apart = {frozenset(("a", other)) for other in "bcde"}
    found = match("abcde", apart=apart, before={}, seed="")
    assert (found.groups, found.short, found.may_stay) == ((), 1, ("a",))


def test_what_those_who_lead_have_set_stays_as_far_as_it_can() -> None:
    set_by_hand = [("a", "f"), ("b", "e"), ("d", "c")]
    assert match("abcdef", apart=set(), before={}, seed="x", keep=set_by_hand).groups == tuple(set_by_hand)
    # f goes home: the other two pairs stay, and one of them becomes a three.
    groups = match("abcde", apart=set(), before={}, seed="x", keep=set_by_hand).groups
    together = {two for group in groups for two in twos(group)}
    assert {frozenset("be"), frozenset("cd")} <= together and sorted(map(len, groups)) == [2, 3]
    # A wish that came meanwhile weighs more than what was set.
    groups = match("abcdef", apart={frozenset("af")}, before={}, seed="x", keep=set_by_hand).groups
    assert frozenset("af") not in {two for group in groups for two in twos(group)}


def test_a_talk_of_today_weighs_more_than_one_of_last_week() -> None:
    before = talked_before([([("a", "b")], False), ([("a", "c")], True)])
    assert before == {frozenset("ab"): 1, frozenset("ac"): 3}
    groups = match("abcd", apart=set(), before=before, seed="").groups
    assert {frozenset(group) for group in groups} == {frozenset("ad"), frozenset("bc")}


@pytest.mark.parametrize("number", range(6, 16))
@pytest.mark.parametrize("group", ["Alder", "Birch", "Cedar"])
def test_partners_change_over_eight_meetings(number: int, group: str) -> None:
    """Eight talks in a row: nearly everybody new before anybody twice, and no two far more often than others."""
    people, talks = PEOPLE[:number], []
    for meeting in range(8):
        before = talked_before((groups, False) for groups in talks)
        talks.append(match(people, apart=set(), before=before, seed=f"{group} {meeting}").groups)
    met = Counter(two for groups in talks for some in groups for two in twos(some))
    assert max(met.values()) <= (3 if number == 7 else 2)
    assert min(sum(one in two for two in met) for one in people) >= min(number - 1, 8) - 1
    possible = number * (number - 1) // 2
    needless = sum(often - 1 for often in met.values()) - max(0, met.total() - possible)
    assert needless <= (5 if number == 11 else 1)
    in_three = Counter(one for groups in talks for some in groups if len(some) == 3 for one in some)
    assert max(in_three.values(), default=0) <= 6
