"""Whoever subtracts one file of rows from another never finds too few people, or one group by itself."""

from collections.abc import Hashable, Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.rooms.research.batches import (
    FEWEST_ALIKE,
    FEWEST_GROUPS,
    FEWEST_PEOPLE,
    GROUPS_FROM,
    Answers,
    File,
    Sheet,
    Told,
    settle,
)

START = datetime(2027, 1, 1, tzinfo=UTC)
KINDS = [("gad-7", "before"), ("gad-7", "after"), ("gad-7", "later"), ("pss-10", "before")]
ASKED = frozenset({"gad-7", "pss-10"})


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def a_file(people: set[int], until: int) -> File:
    return File(frozenset(people), day(until), ASKED)


def told(files: list[File], sheets: list[Sheet], sat: Mapping[int, int]) -> Answers:
    """The last of these files, with everybody still saying yes."""
    return settle(files, sheets, sat, set(sat)).now.answers


def sheets_of(answered: list[tuple[int, int, int, str]]) -> list[Sheet]:
    """Person, kind, day and version, in the order of the days."""
    rows = sorted(answered, key=lambda one: one[2])
    return [Sheet(who, KINDS[kind], version, n, day(on)) for n, (who, kind, on, version) in enumerate(rows)]


@st.composite
def houses(draw: st.DrawFn) -> tuple[dict[int, int], list[Sheet], list[File]]:
    """Groups of every size, asked at different times and in different versions, and files in any order."""
    sizes = draw(st.lists(st.sampled_from([3, 6, 8, 11]), min_size=2, max_size=5))
    sat = {person: group for group, size in enumerate(sizes) for person in range(group * 20, group * 20 + size)}
    answered = []
    for group in range(len(sizes)):
        for kind in range(len(KINDS)):
            on = draw(st.sampled_from([None, 1, 1, 1, 10, 20]))
            version = draw(st.sampled_from("11112"))
            missing = draw(st.sampled_from([set(), set(), {0}, {5}, {1, 2, 7}]))
            late = draw(st.sampled_from([set(), set(), {0}, {0, 1, 2}, set(range(5)), set(range(7))]))
            for person, its in sat.items():
                if its == group and on is not None and person % 20 not in missing:
                    answered.append((person, kind, on + 9 * (person % 20 in late), version))
    files = []
    for _one in range(draw(st.integers(1, 4))):
        groups = draw(st.sets(st.integers(0, len(sizes) - 1), min_size=2))
        not_yet = draw(st.sampled_from([set(), set(), {3}, {4, 9}]))
        people = {person for person, its in sat.items() if its in groups and person % 20 not in not_yet}
        files.append(a_file(people, draw(st.integers(0, 30))))
    return sat, sheets_of(answered), files


@settings(max_examples=200)
@given(houses())
def test_two_files_laid_side_by_side_show_nobody_or_enough(house: tuple) -> None:
    sat, sheets, files = house
    out = [told(files[: number + 1], sheets, sat) for number in range(len(files))]
    for later in range(len(files)):
        for earlier in range(later):
            for kind, who in out[later].items():
                before = out[earlier].get(kind, {})
                in_both = files[earlier].people & files[later].people
                new = {one for one, sheet in who.items() if one in in_both and before.get(one) != sheet}
                groups = {sat[one] for one in new}
                assert not new or (len(new) >= FEWEST_PEOPLE and len(groups) >= FEWEST_GROUPS)
                # Nor does a row go missing while the others stay.
                assert (before.keys() & in_both) <= who.keys()


def parts(people: frozenset[int], by: Mapping[int, Hashable]) -> list[set[int]]:
    found: dict[Hashable, set[int]] = {}
    for one in people:
        found.setdefault(by[one], set()).add(one)
    return list(found.values())


def looks_of(people: frozenset[int], answers: Answers, sat: Mapping[int, int], several: frozenset[str]) -> dict:
    """What anybody sees of each person's group: what it answered, and in which versions."""
    seen: dict[int, set[Hashable]] = {}
    for kind, who in answers.items():
        for one, sheet in who.items():
            seen.setdefault(sat[one], set()).add((kind[0], None if kind[0] in several else sheet.version))
            seen[sat[one]].add(kind)
    return {one: frozenset(seen.get(sat[one], ())) for one in people}


def shared(people: set[int], sat: Mapping[int, int]) -> bool:
    return len(people) >= FEWEST_ALIKE and len({sat[one] for one in people}) >= FEWEST_GROUPS


@settings(max_examples=150)
@given(houses())
def test_no_answers_and_no_version_are_one_groups_own(house: tuple) -> None:
    sat, sheets, files = house
    for number, file in enumerate(files):
        made: Told = settle(files[: number + 1], sheets, sat, set(sat)).now
        layers = {one: frozenset(n for n, other in enumerate(files[:number]) if one in other.people) for one in sat}
        looks = looks_of(file.people, made.answers, sat, made.several)
        for who in made.answers.values():
            assert shared(set(who), sat)
        for layer in parts(file.people, layers):
            inside = parts(frozenset(layer), looks)
            assert len(inside) == 1 or all(shared(some, sat) for some in inside)


@settings(max_examples=100)
@given(houses(), st.sets(st.integers(0, 100), max_size=30))
def test_who_takes_a_yes_back_takes_rows_along_and_brings_none(house: tuple, gone: set[int]) -> None:
    sat, sheets, files = house
    first = settle(files, sheets, sat, set(sat)).now
    again = settle(files, sheets, sat, set(sat) - gone).now
    assert not again.looks.keys() & gone
    assert again.several >= first.several
    for kind, who in again.answers.items():
        assert shared(set(who), sat)
        assert who == {one: sheet for one, sheet in first.answers[kind].items() if one not in gone}


TWO = {person: person // 20 for group in (0, 20) for person in range(group, group + 6)}
"""Two groups of six."""


def everybody(sat: Mapping[int, int], kind: int, on: int, version: str = "1") -> list[tuple[int, int, int, str]]:
    return [(person, kind, on, version) for person in sat]


def test_nothing_is_left_out_without_need() -> None:
    found = settle([a_file(set(TWO), 9)], sheets_of([*everybody(TWO, 0, 1), *everybody(TWO, 1, 5)]), TWO, TWO)
    assert {kind: len(who) for kind, who in found.now.answers.items()} == {KINDS[0]: 12, KINDS[1]: 12}
    assert not found.waits and not found.now.several


def test_answers_of_one_group_wait_until_those_of_another_come_along() -> None:
    follow_up = [(one, 2, 10 if group == 0 else 20, "1") for one, group in TWO.items()]
    sheets = sheets_of([*everybody(TWO, 0, 1), *follow_up])
    files = [a_file(set(TWO), 5), a_file(set(TWO), 15), a_file(set(TWO), 25)]
    kept = [settle(files[: n + 1], sheets, TWO, TWO) for n in range(3)]
    assert [KINDS[2] in one.now.answers for one in kept] == [False, False, True]
    assert [dict(one.waits) for one in kept] == [{}, {KINDS[2]: True}, {}]


def test_later_answers_that_are_too_few_wait_beside_those_that_are_out() -> None:
    late = {0, 1, 2, 20, 21, 22}
    sheets = sheets_of([(one, 1, 20 if one in late else 1, "1") for one in TWO])
    files = [a_file(set(TWO), 5), a_file(set(TWO), 25)]
    found = settle(files, sheets, TWO, TWO)
    assert found.now.answers[KINDS[1]].keys() == TWO.keys() - late and found.waits == {KINDS[1]: False}
    # In a first file they would have stood there.
    assert settle(files[1:], sheets, TWO, TWO).now.answers[KINDS[1]].keys() == TWO.keys()


def test_enough_later_answers_of_two_groups_join_those_that_are_out() -> None:
    four = {person: person // 20 for group in range(4) for person in range(group * 20, group * 20 + 6)}
    late = {one for one in four if one % 20 < 3}
    sheets = sheets_of([(one, 1, 20 if one in late else 1, "1") for one in four])
    files = [a_file(set(four), 5), a_file(set(four), 25)]
    assert told(files[:1], sheets, four)[KINDS[1]].keys() == four.keys() - late
    assert told(files, sheets, four)[KINDS[1]].keys() == four.keys()


THREE = TWO | dict.fromkeys(range(40, 46), 2)


def test_what_only_one_group_was_asked_or_was_not_asked_is_left_out() -> None:
    all_asked = everybody(THREE, 0, 1)
    for asked in ({0}, {0, 1}):
        sheets = sheets_of([*all_asked, *[(one, 3, 1, "1") for one, group in THREE.items() if group in asked]])
        found = settle([a_file(set(THREE), 9)], sheets, THREE, THREE)
        assert set(found.now.answers) == {KINDS[0]} and found.waits == {KINDS[3]: True}


def test_a_version_that_only_one_group_had_is_not_told() -> None:
    sheets = sheets_of([(one, 0, 1, "2" if group == 2 else "1") for one, group in THREE.items()])
    found = settle([a_file(set(THREE), 9)], sheets, THREE, THREE)
    assert len(found.now.answers[KINDS[0]]) == 18 and found.now.several == {"gad-7"}


def test_where_rows_name_groups_what_one_of_them_was_asked_says_no_more() -> None:
    many = {group * 20 + seat: group for group in range(25) for seat in range(8)}
    assert len(many) == GROUPS_FROM
    sheets = sheets_of([*everybody(many, 0, 1), *[(one, 2, 1, "1") for one, group in many.items() if group]])
    found = settle([a_file(set(many), 9)], sheets, many, many)
    assert set(found.now.answers) == {KINDS[0], KINDS[2]} and not found.waits
