"""Nobody can be picked out of a national report, not even by subtracting its lines from one another."""

import random
from fractions import Fraction
from itertools import combinations, product

import pytest

from kindcircle.national.cells import Cell, Sums
from kindcircle.national.lines import Line, in_fives, report_of
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.results import Interval, Reason, Undefined


def cell(house: str, programme: str, n: int, *, people: int | None = None, groups: int = 4, worse: int = 0) -> Cell:
    """n people who each moved from 10 to 7, but for one who moved one point less."""
    after = 7.0 * n + 1
    return Cell(
        organisation=house, programme=programme, people=n if people is None else people,
        missing_after=0 if people is None else people - n, missing_before=0, missing_both=0, faulty=0, doubled=0,
        sums=Sums(
            n=n, groups=groups, before=10.0 * n, after=after, before_2=100.0 * n, after_2=49.0 * n + 15,
            change_2=9.0 * n - 5, change_of_groups_2=9.0 * n * n / groups + 2, n_of_groups_2=n * n / groups,
            both_of_groups=-3.0 * n * n / groups, deteriorated=worse, improved=0, recovered=0,
        ),
    )  # fmt: skip


def named(lines: tuple[Line, ...], name: str) -> Line:
    return next(line for line in lines if line.name == name)


def test_a_place_of_fewer_than_five_is_in_no_line_and_in_no_sum() -> None:
    cells = [cell("A", "eight", 20), cell("A", "writing", 4), cell("B", "eight", 8), cell("C", "writing", 3)]
    report = report_of(cells, reliable=False, cutoff=False)
    assert report.whole.figures and report.whole.figures.n == 28
    a = named(report.organisations, "A")
    assert a.figures and a.figures.n == 20
    assert named(report.organisations, "C").figures == Suppressed()
    assert named(report.programmes, "writing").figures == Suppressed()


def test_people_without_a_second_score_stay_in_the_count_even_where_too_few_have_one() -> None:
    cells = [cell("A", "eight", 20, people=30), cell("B", "eight", 4, people=25)]
    whole = report_of(cells, reliable=False, cutoff=False).whole
    assert whole.people == 55
    assert whole.missing_after == 30
    assert whole.figures and whole.figures.n == 20


def test_no_lines_can_be_subtracted_to_reach_fewer_than_five() -> None:
    """Every sum and difference of up to three lines, over random services: where it is the people of some places, each
    counted once, these are five at least."""
    rng = random.Random(5)
    seen = 0
    for _service in range(60):
        places = [place for place in product("ABCD", ("x", "y", "z")) if rng.random() < 0.6]
        cells = [cell(*place, rng.randint(0, 12)) for place in places]
        report = report_of(cells, reliable=False, cutoff=False)
        lines = [(report.whole, cells)]
        lines += [(line, [one for one in cells if one.organisation == line.name]) for line in report.organisations]
        lines += [(line, [one for one in cells if one.programme == line.name]) for line in report.programmes]
        told = [line for line, _some in lines if line.figures]
        known = {id(line): [one for one in some if one.sums.n >= 5] for line, some in lines}
        for size in (1, 2, 3):
            for some in combinations(told, size):
                for signs in product((1, -1), repeat=size):
                    times = dict.fromkeys(((one.organisation, one.programme) for one in cells), 0)
                    people = 0
                    for line, sign in zip(some, signs, strict=True):
                        assert line.figures
                        people += sign * line.figures.n
                        for one in known[id(line)]:
                            times[one.organisation, one.programme] += sign
                    if set(times.values()) == {0, 1}:
                        assert people >= 5
                        seen += 1
    assert seen > 500


def test_counts_are_told_in_fives_and_never_as_none() -> None:
    assert [in_fives(n) for n in (0, 1, 4)] == [Suppressed()] * 3
    assert [in_fives(n) for n in (5, 7, 8, 12, 13, 1002)] == [5, 5, 10, 10, 15, 1000]
    assert in_fives(9, smallest=10) == Suppressed()


def test_who_got_worse_is_told_from_twelve_people_on() -> None:
    for n, told in ((11, False), (12, True)):
        figures = report_of([cell("A", "x", n, worse=6)], reliable=True, cutoff=False).whole.figures
        assert figures
        assert bool(figures.reliable) is told
    assert figures and figures.reliable and figures.reliable.deteriorated == 5
    assert figures.reliable.recovered is None
    unknown = report_of([cell("A", "x", 40)], reliable=False, cutoff=False).whole.figures
    assert unknown and unknown.reliable is None


def test_too_few_groups_have_no_interval_and_alike_groups_neither() -> None:
    few = report_of([cell("A", "x", 40, groups=3)], reliable=False, cutoff=False).whole.figures
    assert few and few.interval == Undefined(Reason.TOO_FEW_GROUPS)
    enough = report_of([cell("A", "x", 40, groups=4)], reliable=False, cutoff=False).whole.figures
    assert enough and isinstance(enough.interval, Interval)
    same = Sums(
        n=8, groups=4, before=80.0, after=56.0, before_2=800.0, after_2=392.0, change_2=72.0,
        change_of_groups_2=144.0, n_of_groups_2=16.0, both_of_groups=-48.0,
    )  # fmt: skip
    assert same.interval() == Undefined(Reason.NO_SPREAD_LEFT)
    assert (same.sd_before, same.sd_change) == (0.0, 0.0)


def test_lines_stand_by_name_and_no_place_stands_twice() -> None:
    cells = [cell("C", "x", 9), cell("A", "x", 30), cell("B", "x", 7)]
    assert [line.name for line in report_of(cells, reliable=False, cutoff=False).organisations] == ["A", "B", "C"]
    with pytest.raises(ValueError, match="one cell"):
        report_of([*cells, cell("A", "x", 6)], reliable=False, cutoff=False)


def test_the_change_of_a_line_counts_each_person_the_same() -> None:
    cells = [cell("A", "x", 10), cell("B", "x", 30)]
    figures = report_of(cells, reliable=False, cutoff=False).whole.figures
    assert figures
    assert figures.change == pytest.approx(float(Fraction(-3 * 40 + 2, 40)))
