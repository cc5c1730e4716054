"""The branch of days: every mark inside its picture, none on another, and nothing that tells a gap or a number."""

import re
from datetime import date, timedelta

import pytest

from kindcircle.doors.web.member.branch import MOST, WIDTH, grow

FIRST = date(2026, 1, 1)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 37, 60, 61, 400])
def test_every_day_finds_its_place(count: int) -> None:
    branch = grow({FIRST + timedelta(days=number) for number in range(count)}, set())
    assert len(branch.marks) == min(count, MOST)
    spots = {(mark.x, mark.y) for mark in branch.marks}
    assert len(spots) == len(branch.marks)
    assert all(27 <= x <= WIDTH - 27 and 27 <= y <= branch.height - 10 for x, y in spots)
    numbers = [int(one) for one in re.findall(r"-?\d+", branch.stem)]
    assert all(-2 <= one <= max(WIDTH + 2, branch.height) for one in numbers)


def test_a_gap_of_a_month_looks_like_a_gap_of_a_day() -> None:
    daily = grow({FIRST + timedelta(days=number) for number in range(6)}, set())
    seldom = grow({FIRST + timedelta(days=30 * number) for number in range(6)}, set())
    assert daily == seldom


def test_a_hard_day_has_its_lamp_with_or_without_a_leaf() -> None:
    branch = grow({FIRST, FIRST + timedelta(days=1)}, {FIRST + timedelta(days=1), FIRST + timedelta(days=2)})
    assert [(mark.leaf, mark.lamp) for mark in branch.marks] == [(True, False), (True, True), (False, True)]


def test_it_grows_upwards_and_the_newest_day_is_at_its_tip() -> None:
    branch = grow({FIRST + timedelta(days=number) for number in range(25)}, set())
    rows = [mark.y for mark in branch.marks]
    assert rows == sorted(rows, reverse=True) and len(set(rows)) == 3
