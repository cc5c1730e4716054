"""The outcomes of a service: from its table of answers to counts and sums of each place, by any engine Ibis knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from kindcircle.national.cells import Cell, Sums, together
from kindcircle.national.lines import Report, report_of
from kindcircle.national.sheets import KEYS, Times, pairs, sheets
from kindcircle.national.worth import Plan, plan
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Score
from kindcircle.stats.change import CRITERION, Cutoff, Norms, cutoff_value
from kindcircle.stats.disclosure import SMALLEST_SHOWN
from kindcircle.stats.results import Reason, Undefined

PLACE = ("organisation", "programme")
MISSING = ("missing_after", "missing_before", "missing_both")
JUDGED = ("deteriorated", "improved", "recovered")

EXACT = 3_000_000_000
"""Units up to which a square still fits a whole number of 64 bits. A score of larger ones is added up as floats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a change is judged by, in points. `border` is None without a cut-off."""

    s_diff: float
    border: float | None
    sd_before: float
    sd_is_own: bool
    reliability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """One score over a whole service. `marks` is None without norms, or says why change cannot be judged.

    nameless   people whose row does not say who they are or where; they are in no line
    """

    definition: Definition
    score: Score
    cells: tuple[Cell, ...]
    marks: Marks | Undefined | None
    nameless: int

    def report(self, *, smallest: int = SMALLEST_SHOWN) -> Report:
        """What may be told of it."""
        marks = self.marks if isinstance(self.marks, Marks) else None
        return report_of(
            self.cells,
            reliable=marks is not None,
            cutoff=marks is not None and marks.border is not None,
            smallest=smallest,
        )


def outcomes(
    answers: ir.Table,
    definition: Definition,
    score: Score,
    *,
    times: Times,
    norms: Norms | None = None,
    cutoff: Cutoff | None = None,
) -> Outcomes:
    """Score every sheet, pair the two times, judge each change, and add up by organisation and programme.

    answers   a table of any Ibis engine with the COLUMNS of `sheets`; it is read once
    Raises NotAtScale for a score that is worked out sheet by sheet only, ValueError as `change.cutoff_value` does.
    """
    how = plan(definition, score)
    found = pairs(sheets(answers, how, times), times)
    # Nobody's name is needed from here on, and a name is most of a row.
    people = found.mutate(nameless=_nameless(found)).drop("person").cache()
    try:
        known = people.filter(~people.nameless)
        nameless = people.count(where=people.nameless).to_pyarrow().as_py()
        marks = _marks(known, how, norms, cutoff)
        cells = _cells(known, how, marks if isinstance(marks, Marks) else None)
    finally:
        people.release()
    return Outcomes(definition=definition, score=score, cells=cells, marks=marks, nameless=nameless)


def _nameless(people: ir.Table) -> ir.BooleanValue:
    unknown: ir.BooleanValue = people[KEYS[0]].isnull()
    for key in KEYS[1:]:
        unknown = unknown | people[key].isnull()
    return unknown


def _marks(people: ir.Table, how: Plan, norms: Norms | None, cutoff: Cutoff | None) -> Marks | Undefined | None:
    """By the norms; where they have none, with the spread and mean of all who stand in a line (Jacobson & Truax)."""
    if norms is None or how.score.better == "neither":
        return None
    if norms.reliability is None:
        return Undefined(Reason.NO_RELIABILITY)
    if norms.reliability == 1:
        return Undefined(Reason.PERFECT_RELIABILITY)
    sd, mean = norms.sd_before, norms.mean_clinical
    if sd is None or (mean is None and cutoff is not None):
        both = people.filter(people.before.notnull(), people.after.notnull())
        places = [_sums(row, how) for row in _added(both, how, PLACE).to_pyarrow().to_pylist()]
        # What a small place adds would be found again beside the line of everybody, in which it is not.
        own = together(one for one in places if one.n >= SMALLEST_SHOWN)
        if not own.n:
            return Undefined(Reason.NO_PAIRS)
        if not own.sd_before > 0:
            return Undefined(Reason.NO_SPREAD_BEFORE)
        sd, mean = sd or own.sd_before, own.mean_before if mean is None else mean
    border = None
    if cutoff is not None and mean is not None:
        border = cutoff_value(cutoff, better=how.score.better, mean_clinical=mean, sd_clinical=sd, norms=norms)
    return Marks(
        s_diff=math.sqrt(2) * (sd * math.sqrt(1 - norms.reliability)),
        border=border,
        sd_before=sd,
        sd_is_own=norms.sd_before is None,
        reliability=norms.reliability,
    )


def _cells(people: ir.Table, how: Plan, marks: Marks | None) -> tuple[Cell, ...]:
    """One row for each place comes back; groups are added up on the way, because people of one group are alike."""
    first, second = people.before.notnull(), people.after.notnull()
    people = people.mutate(
        both=first & second,
        missing_after=first & ~second,
        missing_before=second & ~first,
        missing_both=~first & ~second,
        **_judged(people, how, marks),
    )
    both = people.filter(people.both)
    by_group = both.group_by([*PLACE, "group"]).aggregate(
        n=both.count(),
        moved=(_number(both.after, how) - _number(both.before, how)).sum().cast("float64"),
    )
    alike = by_group.group_by(list(PLACE)).aggregate(
        groups=by_group.count(),
        moved_2=(by_group.moved * by_group.moved).sum(),
        n_2=(by_group.n * by_group.n).sum().cast("float64"),
        product=(by_group.moved * by_group.n).sum(),
    )
    counted = people.group_by(list(PLACE)).aggregate(
        people=people.count(),
        **{name: people.count(where=people[name]) for name in (*MISSING, *JUDGED)},
        faulty_sheets=people.faulty.sum().cast("int64"),
        doubled_sheets=people.doubled.sum().cast("int64"),
    )
    added = _added(both, how, PLACE)
    found = counted.left_join(added, list(PLACE), rname="{name}_of_pairs")
    rows = found.left_join(alike, list(PLACE), rname="{name}_of_groups").to_pyarrow().to_pylist()
    # Engines do not agree on the order of names.
    rows.sort(key=lambda row: [row[name] for name in PLACE])
    return tuple(
        Cell(
            organisation=row["organisation"],
            programme=row["programme"],
            people=row["people"],
            missing_after=row["missing_after"],
            missing_before=row["missing_before"],
            missing_both=row["missing_both"],
            faulty=row["faulty_sheets"],
            doubled=row["doubled_sheets"],
            sums=_sums(row, how),
        )
        for row in rows
    )


def _judged(people: ir.Table, how: Plan, marks: Marks | None) -> dict[str, ir.BooleanValue]:
    """What became of each person, as `change.reliable_change` says it; nobody is anything without marks."""
    if marks is None:
        return {name: ibis.literal(False) for name in JUDGED}
    toward = 1.0 if how.score.better == "higher" else -1.0
    before, after = (people[name].cast("float64") / float(how.units) for name in ("before", "after"))
    gain = (after - before) / marks.s_diff * toward
    better = gain > CRITERION
    crossed: ir.BooleanValue = ibis.literal(False)
    if marks.border is not None:
        crossed = ((before - marks.border) * toward <= 0) & ((after - marks.border) * toward > 0)
    judged = {"deteriorated": gain < -CRITERION, "improved": better & ~crossed, "recovered": better & crossed}
    return {name: ibis.coalesce(one, False) for name, one in judged.items()}


def _added(both: ir.Table, how: Plan, by: tuple[str, ...]) -> ir.Table:
    """Sums of people with both scores, in units."""
    before, after = _number(both.before, how), _number(both.after, how)
    change = after - before
    return both.aggregate(
        by=[both[name] for name in by],
        n=both.count(),
        before=before.sum().cast("float64"),
        after=after.sum().cast("float64"),
        before_2=(before * before).sum().cast("float64"),
        after_2=(after * after).sum().cast("float64"),
        change_2=(change * change).sum().cast("float64"),
    )


def _number(units: ir.IntegerColumn, how: Plan) -> ir.NumericColumn:
    """Units as they are added up: exactly, unless they are too large to be squared."""
    ends = how.score.range or (0, 0)
    exact = how.units * max(abs(end) for end in ends) * 2 < EXACT
    return units.cast("int64" if exact else "float64")


def _sums(row: Mapping[str, Any], how: Plan) -> Sums:
    """From units to points. Nothing joined where nobody has both scores."""
    unit, unit_2 = float(how.units), float(how.units) ** 2
    return Sums(
        n=row["n"] or 0,
        groups=row.get("groups") or 0,
        before=(row["before"] or 0.0) / unit,
        after=(row["after"] or 0.0) / unit,
        before_2=(row["before_2"] or 0.0) / unit_2,
        after_2=(row["after_2"] or 0.0) / unit_2,
        change_2=(row["change_2"] or 0.0) / unit_2,
        change_of_groups_2=(row.get("moved_2") or 0.0) / unit_2,
        n_of_groups_2=row.get("n_2") or 0.0,
        both_of_groups=(row.get("product") or 0.0) / unit,
        **{name: row.get(name) or 0 for name in JUDGED},
    )
