"""A total beside its rows gives no withheld row away: every small table is tried out, as a reader would."""

from itertools import product

import pytest

from kindcircle.stats.disclosure import Part, Suppressed, part_of, total_of


def test_a_row_stands_whole_or_not_at_all():
    assert part_of({"finished": 6, "not": 5}).shown
    assert part_of({"finished": 8, "not": 0}).shown
    assert not part_of({"finished": 6, "not": 2}).shown
    assert not part_of({"filled": 0}).shown


def test_a_total_with_one_hidden_row_is_hidden_and_with_two_large_enough_ones_is_not():
    shown, small, other = part_of({"filled": 8}), part_of({"filled": 3}), part_of({"filled": 4})
    assert isinstance(total_of([shown, other, other]), Suppressed)  # only four and four make eight
    assert isinstance(total_of([shown, small]), Suppressed)
    assert total_of([shown, small, other]) == {"filled": 15}
    assert isinstance(total_of([shown, part_of({"filled": 1}), small]), Suppressed)  # four people, in two groups
    assert total_of([shown, part_of({"filled": 0})]) == {"filled": 8}
    assert isinstance(total_of([]), Suppressed)


def worked_out(rows: list[dict[str, int]], parts: list[Part]) -> bool:
    """Whether somebody who reads the total, the rule and who is hidden is left with one possible count for a row."""
    name, hidden = next(iter(rows[0])), [at for at, part in enumerate(parts) if not part.shown]
    rest = sum(rows[at][name] for at in hidden)
    ranges = []
    for at in hidden:
        people = sum(rows[at].values())
        as_is = [{name: one} if len(rows[at]) == 1 else {name: one, "not": people - one} for one in range(people + 5)]
        fit = [one for one in as_is if min(one.values()) >= 0 and any(one.values()) and not part_of(one).shown]
        ranges.append([one[name] for one in fit])
    told = [split for split in product(*ranges) if sum(split) == rest]
    return any(len({split[n] for split in told}) < 2 for n in range(len(hidden)))


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_no_hidden_number_of_people_can_be_worked_out(groups):
    totals = 0
    for counts in product(range(1, 9), repeat=groups):
        rows = [{"filled": one} for one in counts]
        parts = [part_of(row) for row in rows]
        total = total_of(parts)
        if not isinstance(total, Suppressed):
            totals += 1
            assert total == {"filled": sum(counts)}
            assert not worked_out(rows, parts), counts
    assert totals >= (4 if groups == 1 else 16)


@pytest.mark.parametrize("people", [(5, 6), (8, 8), (8, 12), (6, 7, 8)])
def test_no_hidden_number_of_those_who_finished_can_be_worked_out(people):
    totals = 0
    for counts in product(*(range(one + 1) for one in people)):
        rows = [{"finished": done, "not": all_ - done} for done, all_ in zip(counts, people, strict=True)]
        parts = [part_of(row) for row in rows]
        if not isinstance(total_of(parts), Suppressed):
            totals += 1
            assert not worked_out(rows, parts), counts
    assert totals > 0


def test_finished_and_not_finished_are_hidden_together():
    rows = [{"finished": 6, "not": 2}, {"finished": 7, "not": 1}]
    parts = [part_of(row) for row in rows]
    assert not any(part.shown for part in parts)
    assert isinstance(total_of(parts), Suppressed)  # three did not finish, in two groups
    rows.append({"finished": 5, "not": 3})
    assert total_of([part_of(row) for row in rows]) == {"finished": 18, "not": 6}
