"""From answers to scores and from scores to pairs, as questions that a database can be asked.

The same rules as `kindcircle.spec.scoring`, sheet by sheet: one answer that cannot be one, or two answers to one item,
and the sheet has no score. Everything is a whole number of units until the last line (see `worth`).
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kindcircle.national.worth import Basic, Combined, Plan, Rule

KEYS = ("organisation", "programme", "group", "person")
"""Who somebody is. One person in two groups is there twice."""

COLUMNS = (*KEYS, "measure", "time", "item", "value")
"""The columns of a table of answers, one row for each answer."""


@dataclass(frozen=True, slots=True)
class Times:
    """What stands in the column of the time for the first and for the second asking."""

    before: str
    after: str


def sheets(answers: ir.Table, plan: Plan, times: Times) -> ir.Table:
    """One row for each sheet of this measure: `units` of its score, null without one, and why there is none.

    faulty   an answer to it cannot be one, so the sheet is not counted;  doubled  an item was answered twice
    """
    rows = answers.filter(
        answers.measure == plan.definition.id,
        answers.time.isin([times.before, times.after]),
    )
    if plan.in_words:
        rows = rows.filter(rows.item.notin(plan.in_words))
    rows = rows.mutate(given=_as_stored(rows.value))
    table = ibis.memtable(_worth(plan, rows.given.type()))
    rows = rows.left_join(table, (rows.item == table.stored_item) & (rows.given == table.stored))
    sums = {f"sum_{n}": rows[f"worth_{n}"].sum() for n in range(len(plan.basics))}
    counts = {f"count_{n}": rows[f"worth_{n}"].count() for n in range(len(plan.basics))}
    found = rows.group_by([*KEYS, "time"]).aggregate(
        **sums,
        **counts,
        **({} if plan.definition.most_empty is None else {"said": rows.scored.sum()}),
        strange=_strange(rows, plan).sum(),
        bits=rows.bit.sum(),
        bits_once=rows.bit.bit_or(),
    )
    found = found.mutate(faulty=found.strange > 0, doubled=ibis.coalesce(found.bits != found.bits_once, False))
    usable = ~(found.faulty | found.doubled)
    if plan.definition.most_empty is not None:
        items = len(plan.definition.scored_items)
        usable = usable & (ibis.coalesce(found.said, 0) >= items - plan.definition.most_empty)
    done: dict[str, ir.IntegerValue] = {}
    for rule in plan.rules:
        value = _units(found, rule, plan, done)
        for name in plan.needs[rule.name]:
            value = ibis.ifelse(done[name].notnull(), value, ibis.null(int))
        done[rule.name] = value
    wanted = ibis.ifelse(usable, done[plan.score.id], ibis.null(int))
    return found.select(*KEYS, "time", "faulty", "doubled", units=wanted)


def pairs(found: ir.Table, times: Times) -> ir.Table:
    """One row for each person: units before and after, null where there is none, and how many sheets did not count."""
    first, second = found.time == times.before, found.time == times.after
    return found.group_by(list(KEYS)).aggregate(
        before=found.units.max(where=first),
        after=found.units.max(where=second),
        faulty=found.count(where=found.faulty),
        doubled=found.count(where=found.doubled),
    )


def _as_stored(value: ir.Value) -> ir.Value:
    """An answer as it is looked up: a whole number, or a text such as the code of an answer that does not fit."""
    if value.type().is_integer():
        return value.cast("int64")
    if value.type().is_numeric():
        return value.cast("float64")
    return value.cast("string").strip()


def _worth(plan: Plan, kind: ibis.DataType) -> pa.Table:
    """Every answer that can be given and what it counts as, as a small table to look answers up in."""
    answers = [one for one in plan.answers() if kind.is_string() or isinstance(one.stored, int)]
    stored = {"string": (pa.string(), str), "int64": (pa.int64(), int), "float64": (pa.float64(), float)}
    of, make = stored[str(kind)]
    real = [isinstance(one.stored, int) for one in answers]
    columns = {
        "stored_item": pa.array([one.item for one in answers], pa.string()),
        "stored": pa.array([make(one.stored) for one in answers], of),
        "known": pa.array([1] * len(answers), pa.int64()),
        "scored": pa.array([int(one.scored and true) for one, true in zip(answers, real, strict=True)], pa.int64()),
        "bit": pa.array([one.bit for one in answers], pa.int64()),
    }
    for n, rule in enumerate(plan.basics):
        columns[f"worth_{n}"] = pa.array([one.counts.get(rule.name) for one in answers], pa.int64())
    return pa.table(columns)


def _strange(rows: ir.Table, plan: Plan) -> ir.IntegerValue:
    """1 for an answer that nobody could give. An item without an answer is strange only if there is no such item."""
    items = [item.id for item in plan.definition.items]
    empty = rows.given.isnull()
    if rows.given.type().is_string():
        empty = empty | (rows.given == "")
    elif rows.given.type().is_floating():
        empty = empty | rows.given.isnan()
    no_item = rows.item.isnull() | rows.item.notin(items)
    return ibis.cases((rows.known.notnull(), 0), (empty & ~no_item, 0), else_=1)


def _units(found: ir.Table, rule: Rule, plan: Plan, done: dict[str, ir.IntegerValue]) -> ir.IntegerValue:
    if isinstance(rule, Combined):
        total: ir.IntegerValue = ibis.literal(0, "int64")
        for name, factor, plus in rule.parts:
            total = total + done[name] * ibis.literal(factor, "int64") + ibis.literal(plus, "int64")
    else:
        total = _made_up(found, rule, plan.basics.index(rule))
    if rule.table is None:
        return total
    return ibis.cases(
        *((total == before, ibis.literal(after, "int64")) for before, after in rule.table.items()),
        else_=ibis.null("int64"),
    )


def _made_up(found: ir.Table, rule: Basic, place: int) -> ir.IntegerValue:
    """The sum of the answers that were given, made up for those that were not; null with too few."""
    total, given = found[f"sum_{place}"].cast("int64"), found[f"count_{place}"]
    branches = [(given == n, total * ibis.literal(times, "int64")) for n, times in rule.times.items()]
    return ibis.cases(*branches, else_=ibis.null("int64"))
