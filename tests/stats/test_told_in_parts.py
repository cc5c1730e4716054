"""A sum over groups that grows: set beside the sum of last time it gives no hidden group away."""

from collections.abc import Sequence
from itertools import product

import pytest

from kindcircle.stats.disclosure import Part, Suppressed, part_of, told_in_parts, total_of
from tests.stats.test_disclosure_totals import worked_out

Row = dict[str, int]


def parts(rows: Sequence[Row]) -> list[Part]:
    return [part_of(row) for row in rows]


def fit(rows: Sequence[Row]) -> bool:
    return bool(total_of(parts(rows)))


@pytest.mark.parametrize("people", [(8, 8, 8), (5, 12, 8), (6, 7, 8, 9), (8, 3, 8)])
def test_sums_told_one_after_another_give_no_hidden_row_away(people: tuple[int, ...]) -> None:
    told = 0
    for counts in product(*(range(one + 1) for one in people)):
        rows = [{"left": left, "stayed": all_ - left} for left, all_ in zip(counts, people, strict=True)]
        ends = told_in_parts(rows, fit)
        told += bool(ends)
        # Whoever kept the sums of all times can take each from each later one.
        begins = (0, *ends)
        for at, begin in enumerate(begins):
            for end in begins[at + 1 :]:
                between = rows[begin:end]
                assert not isinstance(total_of(parts(between)), Suppressed)
                assert not worked_out(between, parts(between)), (counts, begin, end)
    assert told > 0


def test_it_is_told_anew_only_when_the_new_rows_are_fit_to_be_told_by_themselves() -> None:
    many, few, none = {"left": 6, "stayed": 6}, {"left": 2, "stayed": 6}, {"left": 0, "stayed": 8}
    assert told_in_parts([many, none], fit) == (1, 2)
    assert told_in_parts([none, few], fit) == (1,)
    assert told_in_parts([few, few, few], fit) == (3,)
    assert told_in_parts([few], fit) == ()
    # For comparison: the plain rule would tell the sum of three and of four, and so the fourth group.
    assert fit([few, few, few]) and fit([few, few, few, few])
    assert told_in_parts([few, few, few, few], fit) == (3,)
