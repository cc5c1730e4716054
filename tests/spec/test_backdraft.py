"""After a practice: what an answer means, when it is told, and what is counted, at every edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.spec.backdraft import (
    SETTLED_AFTER,
    Met,
    Tally,
    asks_later,
    grade,
    is_evocative,
    released,
    tally,
    tells,
    way_of,
)

AT = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_what_stirs_is_what_the_practice_says_of_itself() -> None:
    assert [is_evocative(one) for one in ("low", "medium", "high")] == [False, True, True]


@pytest.mark.parametrize(
    ("how", "lasting", "in_the_way", "over", "expected"),
    [
        (None, None, None, "", None),
        (None, 1, 2, "still", None),
        (0, None, None, "", "fine"),
        (0, 1, 2, "longer", "fine"),
        (1, None, None, "", "passing"),
        (1, 0, 0, "", "passing"),
        (1, 1, 0, "", "passing"),
        (1, 0, 1, "", "in-the-way"),
        (2, 0, 2, "", "in-the-way"),
        (2, 1, 1, "day", "in-the-way"),
        (1, 1, 0, "day", "passing"),
        (1, 1, 0, "longer", "lasting"),
        (1, 1, 2, "still", "lasting"),
    ],
)
def test_the_grade_is_how_long_and_what_it_kept_from(how, lasting, in_the_way, over, expected) -> None:
    assert grade(how, lasting, in_the_way, over) == expected


def test_the_way_it_went_is_a_kind_and_not_an_amount() -> None:
    assert [way_of(one) for one in (None, 0, 1, 2)] == [None, "fine", "opened", "closed"]


@pytest.mark.parametrize(
    ("how", "lasting", "later"),
    [(None, 1, False), (0, 1, False), (1, 0, False), (1, None, False), (1, 1, True), (2, 1, True)],
)
def test_it_is_asked_again_only_where_a_lot_was_still_there(how, lasting, later) -> None:
    assert asks_later(how, lasting) is later


@pytest.mark.parametrize(
    ("hows", "too_much", "told"),
    [
        ([], False, False),
        ([], True, True),
        ([0], True, True),
        ([1], False, False),
        ([1, 0], False, False),
        ([0, 1, 1], False, False),
        ([1, 2], False, True),
        ([2, 1, 0], False, True),
        ([1, None, 2], False, True),
        ([None, None], False, False),
        ([1, None], False, False),
    ],
)
def test_two_in_a_row_or_too_much_are_told(hows, too_much, told) -> None:
    assert tells(hows, too_much=too_much) is told


def test_not_asked_not_answered_and_fine_are_three_different_things() -> None:
    found = tally(
        [
            Met(AT, 1),
            Met(AT, 2, asked=True),
            Met(AT, 3, asked=True, how=0),
            Met(AT, 4, asked=True, how=1, lasting=1, in_the_way=1),
            Met(AT, 5, asked=True, how=2, lasting=1, over="longer"),
            Met(AT, 6, asked=True, how=1, in_the_way=2),
            Met(AT, 7, asked=True, too_much=True),
            Met(AT, 8, asked=True, how=0, too_much=True),
        ]
    )
    assert found == Tally(
        exposures=8, asked=7, answered=6, fine=1, opened=2, closed=1, too_much=2, in_the_way=2, lasting=1,
        lasting_unknown=1,
    )  # fmt: skip
    assert (found.not_asked, found.silent, found.events) == (1, 1, 5)
    assert found.exposures == found.not_asked + found.silent + found.fine + found.events
    assert found + Tally() == found


def said(person: int, days: float, how: int | None = 0) -> Met:
    return Met(AT - SETTLED_AFTER - timedelta(days=days), person, asked=True, how=how)


def test_nothing_is_released_before_five_people_have_answered() -> None:
    four = [said(person, 5) for person in range(4)] * 3
    assert released(four, at=AT) == []
    assert released([*four, said(9, 5, how=None)], at=AT) == [], "asked and silent is no answer"
    assert len(released([*four, said(9, 5)], at=AT)) == 13


def test_a_step_ends_with_a_whole_day_and_the_next_needs_five_again() -> None:
    first = [said(person, 9) for person in range(5)]
    assert len(released([*first, said(0, 9.1), said(1, 8)], at=AT)) == 6
    more = [said(person, 8 - person) for person in range(5)]
    assert len(released([*first, *more], at=AT)) == 10
    assert len(released([*first, *more[:4]], at=AT)) == 5


def test_what_is_young_waits_and_what_stands_never_changes() -> None:
    old = [said(person, 2) for person in range(5)]
    young = [replace(one, at=AT - SETTLED_AFTER + timedelta(minutes=1)) for one in old]
    assert released(young, at=AT) == []
    seen: list[Met] = []
    everything = [said(person % 7, 30 - number) for number, person in enumerate(range(60))]
    for day in range(60):
        now = AT - 30 * DAY + day * DAY
        here = released([one for one in everything if one.at <= now], at=now)
        assert here[: len(seen)] == seen
        grown = {one.person for one in here[len(seen) :] if one.answered}
        assert not grown or len(grown) >= 5
        seen = here
    assert seen
