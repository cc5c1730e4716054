"""A whole service: the same figures from both engines, and the same as from the plain library, person by person."""

import dataclasses
import random
from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from kindcircle.national.cells import Cell, together
from kindcircle.national.outcomes import Marks, Outcomes, outcomes
from kindcircle.national.sheets import Times
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.scoring import score
from kindcircle.stats.change import Norms, ReliableChange, reliable_change
from kindcircle.stats.effects.paired import mean_change
from kindcircle.stats.results import Interval, Reason, Undefined, t_quantile
from kindcircle.stats.samples import summarise_pairs
from tests.national.answered import KEYS, Sheet, rows_of, sheet_of
from tests.national.conftest import Load

pytestmark = pytest.mark.database  # where there is a server, it is asked too
TIMES = Times("before", "after")
TIMES_OF = ("before", "after")
NORMS = {
    "gad-7": Norms(reliability=0.8, sd_before=4.5, mean_clinical=12.0, mean_functional=5.0, sd_functional=3.0),
    "scs-26": Norms(reliability=0.9, sd_before=0.3, mean_clinical=2.8, mean_functional=3.2, sd_functional=0.3),
    "promis-gh-10": Norms(reliability=0.9, sd_before=5.0, mean_clinical=40.0, mean_functional=50.0, sd_functional=8.0),
}
Who = tuple[str, str, str, str]


def service(instrument: str, *, seed: int = 7) -> list[Sheet]:
    """Three organisations and two programmes: gaps, faults, people without a second sheet, an empty place."""
    one, rng = load_instrument(instrument), random.Random(seed)
    made = [
        sheet_of(
            one, rng, (house, programme, f"{programme}-{group}", f"{house}{programme}{group}-{n}"), time, words=False
        )
        for house, programme, group in product("ABC", ("eight", "writing"), range(4))
        if (house, programme) != ("C", "writing")
        for n in range(3 if house == "B" else 9)
        for time in ("before", "after", "in between")
        if rng.random() < 0.85
    ]
    return [sheet for sheet in made if sheet.answers]


def by_hand(made: list[Sheet], instrument: str, name: str) -> dict[Who, dict[str, float | None]]:
    one = load_instrument(instrument)
    found: dict[Who, dict[str, float | None]] = {}
    for sheet in made:
        if sheet.time == "in between":
            continue
        value = None
        if not sheet.doubled:
            value = {each.score: each for each in score(one, dict(sheet.answers))}[name].value
        found.setdefault(sheet.who, {})[sheet.time] = value
    return found


def asked(answers: object, instrument: str, name: str = "total") -> Outcomes:
    one = load_instrument(instrument)
    return outcomes(answers, one, one.score(name), times=TIMES, norms=NORMS[instrument], cutoff="c")  # type: ignore[arg-type]


@pytest.mark.parametrize("instrument", ["gad-7", "scs-26"])
def test_it_says_what_the_library_says_of_each_person(load: Load, instrument: str) -> None:
    made = service(instrument)
    found = asked(load(rows_of(made, instrument, pa.int64())), instrument)
    people = by_hand(made, instrument, "total")
    first, second = ([scores.get(time) for scores in people.values()] for time in ("before", "after"))
    better = load_instrument(instrument).score("total").better
    assert better != "neither"
    expected = reliable_change(first, second, norms=NORMS[instrument], better=better, cutoff="c")
    assert isinstance(expected, ReliableChange)
    summary = summarise_pairs(first, second)
    assert not isinstance(summary, Undefined)
    sums = together(cell.sums for cell in found.cells)
    counts = expected.counts
    assert (sums.deteriorated, sums.unchanged, sums.improved, sums.recovered) == (
        counts.deteriorated, counts.unchanged, counts.improved, counts.recovered,
    )  # fmt: skip
    assert counts.recovered and counts.improved + counts.recovered and counts.deteriorated
    assert isinstance(found.marks, Marks)
    assert (found.marks.s_diff, found.marks.border) == (expected.s_diff, expected.cutoff_value)
    assert sums.n == expected.pairs.n
    missing = expected.pairs
    assert [sum(getattr(cell, name) for cell in found.cells) for name in
            ("people", "missing_after", "missing_before", "missing_both")] == [
        missing.n_listed, missing.missing_after, missing.missing_before, missing.missing_both,
    ]  # fmt: skip
    for ours, theirs in (
        (sums.mean_before, summary.mean_before), (sums.mean_after, summary.mean_after),
        (sums.sd_before, summary.sd_before), (sums.sd_after, summary.sd_after),
        (sums.sd_change, summary.sd_change), (sums.change, mean_change(summary).estimate),
    ):  # fmt: skip
        assert ours == pytest.approx(theirs, rel=1e-12)


def test_the_interval_is_that_of_a_ratio_over_groups(load: Load) -> None:
    """Against the residuals of each group, one by one."""
    made = service("gad-7")
    found = asked(load(rows_of(made, "gad-7", pa.int64())), "gad-7")
    groups: dict[tuple[str, ...], list[float]] = {}
    for who, scores in by_hand(made, "gad-7", "total").items():
        before, after = scores.get("before"), scores.get("after")
        if before is not None and after is not None:
            groups.setdefault(who[:3], []).append(after - before)
    total, people = (np.array([of(changes) for changes in groups.values()], dtype=float) for of in (sum, len))
    ratio = total.sum() / people.sum()
    left = total - ratio * people
    se = np.sqrt(len(groups) / (len(groups) - 1) * (left @ left)) / people.sum()
    interval = together(cell.sums for cell in found.cells).interval()
    assert isinstance(interval, Interval)
    assert (interval.low + interval.high) / 2 == pytest.approx(ratio, rel=1e-12)
    assert (interval.high - interval.low) / 2 == pytest.approx(se * t_quantile(0.95, len(groups) - 1), rel=1e-10)
    assert len(groups) > 10


def test_every_engine_says_the_same_to_the_last_digit(on_duckdb: Load, load: Load) -> None:
    for instrument in ("gad-7", "scs-26", "promis-gh-10"):
        name = load_instrument(instrument).headlines[0].id
        rows = rows_of(service(instrument), instrument, pa.int64())
        here, there = (asked(put(rows), instrument, name) for put in (on_duckdb, load))
        assert here == there
        assert here.report() == there.report()
        assert here.cells


def test_the_order_of_the_rows_changes_nothing(on_duckdb: Load) -> None:
    rows = rows_of(service("gad-7"), "gad-7", pa.int64())
    mixed = rows.take(np.random.default_rng(3).permutation(len(rows)))
    assert asked(on_duckdb(rows), "gad-7") == asked(on_duckdb(mixed), "gad-7")


def test_one_changed_answer_changes_one_place_only(on_duckdb: Load) -> None:
    made = service("gad-7")
    before = asked(on_duckdb(rows_of(made, "gad-7", pa.int64())), "gad-7")
    place = next(n for n, sheet in enumerate(made) if sheet.who[0] == "A" and sheet.time == "before")
    item, value = next(
        (item, value) for item, value in made[place].answers if value in (0, 1, 2) and item != "difficulty"
    )
    answers = [(key, value + 1 if key == item else old) for key, old in made[place].answers]
    changed = [*made[:place], dataclasses.replace(made[place], answers=answers), *made[place + 1 :]]
    after = asked(on_duckdb(rows_of(changed, "gad-7", pa.int64())), "gad-7")
    differ = [(one, two) for one, two in zip(before.cells, after.cells, strict=True) if one != two]
    assert [one.organisation for one, _two in differ] == ["A"]


def test_a_tie_with_the_line_is_no_change(load: Load) -> None:
    """Reliable is strictly beyond 1.96; on the cut-off is still the clinical side (Jacobson & Truax 1991)."""
    one = load_instrument("gad-7")
    items = [item.id for item in one.scored_items]

    def sheet(person: str, time: str, total: int) -> Sheet:
        answers = [min(3, max(0, total - 3 * n)) for n in range(7)]
        return Sheet(("A", "eight", "g", person), time, list(zip(items, answers, strict=True)))

    # 1.96 · √2 · sd · √(1 - r) is 5 points, to the last digit; the cut-off c is 10.
    sd = 5 / (1.96 * np.sqrt(2) * np.sqrt(0.2))
    norms = Norms(reliability=0.8, sd_before=sd, mean_clinical=10 + sd, mean_functional=7.0, sd_functional=3.0)
    moves = {"a": (15, 10), "b": (15, 9), "c": (5, 10), "d": (4, 10), "e": (21, 12), "f": (16, 10)}
    made = [sheet(who, time, total) for who, move in moves.items() for time, total in zip(TIMES_OF, move, strict=True)]
    found = outcomes(
        load(rows_of(made, "gad-7", pa.int64())), one, one.score("total"), times=TIMES, norms=norms, cutoff="c"
    )
    people = by_hand(made, "gad-7", "total")
    plain = reliable_change(
        [people[who]["before"] for who in people], [people[who]["after"] for who in people],
        norms=norms, better="lower", cutoff="c",
    )  # fmt: skip
    assert isinstance(plain, ReliableChange)
    (cell,) = found.cells
    assert (cell.sums.recovered, cell.sums.improved, cell.sums.deteriorated) == (
        plain.counts.recovered, plain.counts.improved, plain.counts.deteriorated,
    )  # fmt: skip
    assert cell.sums.recovered == 1


def test_without_a_published_spread_that_of_all_these_people_is_used(load: Load) -> None:
    made = service("gad-7")
    one = load_instrument("gad-7")
    found = outcomes(
        load(rows_of(made, "gad-7", pa.int64())), one, one.score("total"), times=TIMES, norms=Norms(reliability=0.8)
    )
    people = by_hand(made, "gad-7", "total")
    first, second = ([scores.get(time) for scores in people.values()] for time in ("before", "after"))
    expected = reliable_change(first, second, norms=Norms(reliability=0.8), better="lower")
    assert isinstance(expected, ReliableChange) and isinstance(found.marks, Marks)
    assert found.marks.sd_is_own
    assert found.marks.s_diff == pytest.approx(expected.s_diff, rel=1e-12)
    assert sum(cell.sums.improved for cell in found.cells) == expected.counts.improved


def test_a_spread_of_our_own_tells_nothing_of_a_place_with_too_few(load: Load) -> None:
    """Beside the spread and mean of the line, it would tell the one score that is in no line."""
    one = load_instrument("gad-7")
    made = [sheet for sheet in service("gad-7") if sheet.who[0] == "A"]
    alone = [Sheet(("Z", "eight", "g", "z"), time, [(item.id, 3) for item in one.items]) for time in TIMES_OF]
    marks = [
        outcomes(
            load(rows_of(some, "gad-7", pa.int64())), one, one.score("total"), times=TIMES, norms=Norms(reliability=0.8)
        ).marks
        for some in (made, [*made, *alone])
    ]
    assert isinstance(marks[0], Marks) and marks[0].sd_is_own
    assert marks[0] == marks[1]


def test_figures_that_cannot_be_say_why(on_duckdb: Load) -> None:
    made = [sheet for sheet in service("gad-7") if sheet.time == "before"]
    one = load_instrument("gad-7")
    answers = on_duckdb(rows_of(made, "gad-7", pa.int64()))
    alone = outcomes(answers, one, one.score("total"), times=TIMES, norms=Norms(reliability=0.8))
    assert alone.marks == Undefined(Reason.NO_PAIRS)
    assert {cell.sums.n for cell in alone.cells} == {0}
    assert not alone.report().whole.figures
    whole = outcomes(answers, one, one.score("total"), times=TIMES, norms=Norms(reliability=1))
    assert whole.marks == Undefined(Reason.PERFECT_RELIABILITY)
    assert outcomes(answers, one, one.score("total"), times=TIMES).marks is None
    nobody = outcomes(answers.filter(answers.person == "x"), one, one.score("total"), times=TIMES)
    assert nobody.cells == ()
    assert not nobody.report().whole.figures


def test_a_row_that_names_nobody_is_counted_and_stands_nowhere(load: Load) -> None:
    made = service("gad-7")
    rows = rows_of(made, "gad-7", pa.int64())
    known = asked(load(rows), "gad-7")
    stray = {name: [None if name == "group" else rows[name][0].as_py()] for name in KEYS}
    found = asked(load(pa.concat_tables([rows, pa.table(stray, schema=rows.schema)])), "gad-7")
    assert found.nameless == 1
    assert found.cells == known.cells


def test_cells_add_up(on_duckdb: Load) -> None:
    cells = asked(on_duckdb(rows_of(service("gad-7"), "gad-7", pa.int64())), "gad-7").cells
    whole = together(cell.sums for cell in cells)
    assert together(cell.sums for cell in reversed(cells)) == whole
    assert together([together(cell.sums for cell in cells[:2]), *(cell.sums for cell in cells[2:])]).n == whole.n
    assert all(isinstance(cell, Cell) for cell in cells)
