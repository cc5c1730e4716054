"""Forming groups: the best split there is, checked against every split there could be."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.spec.forming import Asking, Split, TooTangled, drawn, split, splits

TIMES = ("tuesday", "thursday", "friday")


def asking(*rows: str) -> list[Asking]:
    """`asking("tf", "t")`: two people; each letter is a time of that name in TIMES (t, h, f)."""
    names = {"t": "tuesday", "h": "thursday", "f": "friday"}
    return [Asking(f"p{n}", frozenset(names[letter] for letter in row)) for n, row in enumerate(rows)]


def rank(people: list[Asking], seated: set[str]) -> tuple[int, ...]:
    places = [place for place, person in enumerate(people) if person.code in seated]
    return (len(places), *(-place for place in places))


def fits(found: Split, people: list[Asking], fewest: int, most: int, apart: set[tuple[str, str]]) -> None:
    """What must hold for any split, whatever was asked for."""
    times = {person.code: person.times for person in people}
    seated = [code for group in found.groups for code in group.people]
    assert sorted(seated + [code for code, _ in found.waiting]) == sorted(times), "everybody is there, once"
    for group in found.groups:
        assert fewest <= len(group.people) <= most
        assert all(group.time in times[code] for code in group.people)
        assert not any(set(pair) <= set(group.people) for pair in apart)
    for code, why in found.waiting:
        mine = [group for group in found.groups if group.time in times[code]]
        room = any(len(group.people) < most for group in mine)
        assert why == ("none" if not found.groups else "apart" if room else "full" if mine else "no-time")


def by_trying_all(
    people: list[Asking], number: int, fewest: int, most: int, apart: set[tuple[str, str]]
) -> tuple[int, ...] | None:
    """The rank of the best split, found by going through every one."""
    best: tuple[int, ...] | None = None
    for chosen in combinations(TIMES, number):
        for where in product((None, *chosen), repeat=len(people)):
            groups = {time: [p for p, w in zip(people, where, strict=True) if w == time] for time in chosen}
            if any(time not in person.times for time, inside in groups.items() for person in inside):
                continue
            if not all(fewest <= len(inside) <= most for inside in groups.values()):
                continue
            if any({one, other} <= {p.code for p in inside} for one, other in apart for inside in groups.values()):
                continue
            this = rank(people, {p.code for inside in groups.values() for p in inside})
            best = this if best is None or this > best else best
    return best


crowds = st.lists(st.sets(st.sampled_from("thf")).map(lambda letters: "".join(sorted(letters))), max_size=6)
pairs = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1]), max_size=3)


@settings(max_examples=150)
@given(rows=crowds, kept=pairs, fewest=st.integers(1, 3), more=st.integers(0, 2))
def test_no_split_is_better(rows: list[str], kept: set[tuple[int, int]], fewest: int, more: int) -> None:
    people, most = asking(*rows), fewest + more
    apart = {(f"p{one}", f"p{other}") for one, other in kept}
    found = {len(one.groups): one for one in splits(people, TIMES, fewest=fewest, most=most, apart=apart)}
    for number in (1, 2, 3):
        best = by_trying_all(people, number, fewest, most, apart)
        assert (best is None) == (number not in found)
        if number in found:
            fits(found[number], people, fewest, most, apart)
            assert rank(people, {code for group in found[number].groups for code in group.people}) == best


@settings(max_examples=40)
@given(
    rows=st.lists(st.sets(st.sampled_from("thf"), min_size=1).map("".join), min_size=12, max_size=40),
    kept=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] < p[1]), max_size=4),
)
def test_a_crowd_is_split_as_it_should_be(rows: list[str], kept: set[tuple[int, int]]) -> None:
    people, apart = asking(*rows), {(f"p{one}", f"p{other}") for one, other in kept}
    for found in splits(people, TIMES, fewest=4, most=10, apart=apart):
        fits(found, people, 4, 10, apart)


def test_whoever_asked_first_is_seated_first() -> None:
    found = split(asking("t", "t", "th", "t"), TIMES, fewest=2, most=3, groups=1)
    assert found.groups[0].people == ("p0", "p1", "p2")
    assert found.waiting == (("p3", "full"),)


def test_somebody_who_can_come_at_two_times_makes_room() -> None:
    # p0 and p1 alone would fill Tuesday; p2 can only come then, so one of them is moved to Thursday.
    found = split(asking("th", "th", "t", "h"), TIMES, fewest=2, most=2)
    assert {group.time: set(group.people) for group in found.groups} == {
        "tuesday": {"p2", "p0"} if "p0" in found.groups[0].people else {"p2", "p1"},
        "thursday": {"p3", "p1"} if "p0" in found.groups[0].people else {"p3", "p0"},
    }


def test_twenty_two_people_make_two_even_groups_with_two_to_spare() -> None:
    rows = ["t"] * 9 + ["h"] * 8 + ["th"] * 5
    found = split(asking(*rows), TIMES, fewest=8, most=12)
    assert sorted(len(group.people) for group in found.groups) == [11, 11]
    tight = split(asking(*rows), TIMES, fewest=8, most=10)
    assert tight.seated == 20 and [why for _, why in tight.waiting] == ["full", "full"]
    assert [code for code, _ in tight.waiting] == ["p20", "p21"]


def test_two_groups_may_meet_at_the_same_time_where_the_house_can() -> None:
    people = asking(*["t"] * 8)
    assert len(split(people, TIMES, fewest=4, most=4).groups) == 1
    assert [len(group.people) for group in split(people, TIMES, fewest=4, most=4, at_once=2).groups] == [4, 4]


def test_reasons_are_told_apart() -> None:
    found = split(asking("t", "t", "t", "f", ""), TIMES, fewest=2, most=4, apart={("p0", "p2")})
    assert dict(found.waiting) == {"p2": "apart", "p3": "no-time", "p4": "no-time"}
    assert split(asking("t", "h"), TIMES, fewest=2, most=4).waiting == (("p0", "none"), ("p1", "none"))


def test_a_lot_can_be_drawn_again_and_another_seed_draws_another() -> None:
    codes = [f"p{n}" for n in range(30)]
    assert drawn(codes, "spring") == drawn(reversed(codes), "spring")
    assert sorted(drawn(codes, "spring")) == sorted(codes)
    assert drawn(codes, "spring") != drawn(codes, "autumn")


def test_everybody_kept_apart_from_everybody_is_said_and_not_searched_for_ever() -> None:
    people = asking(*["thf"] * 14)
    apart = set(combinations((person.code for person in people), 2))
    with pytest.raises(TooTangled):
        splits(people, TIMES, fewest=4, most=6, apart=apart)
