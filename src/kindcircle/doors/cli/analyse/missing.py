"""`kindcircle analyse missing`: who is missing where, gaps filled in many times, and what shifts would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any, Literal

import click
import numpy as np

from kindcircle.doors.cli.analyse.desk import (
    Number,
    answer,
    columns,
    common_options,
    data_file,
    factor_option,
    factors_of,
    figure_words,
    interval_words,
    keep_in_mind,
    kindly,
    labels_or_none,
    number_writer,
    numbers,
    open_table,
    p_words,
    picture_place,
    plot_option,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.stats import missing as gaps_of
from kindcircle.stats.columns import Table
from kindcircle.stats.design import Column, Factor, columns_of, read_formula
from kindcircle.stats.results import Interval, Undefined, t_quantile
from kindcircle.stats.sentences import Message

Way = Literal["pmm", "norm"]
SETTLED = 1.1
MOST_PATTERNS = 12


@dataclass(frozen=True, slots=True)
class Answered:
    """Everything that filling in gave."""

    filled: gaps_of.Filled
    terms: Mapping[str, gaps_of.PooledEstimate]
    alone: gaps_of.Regression | Undefined
    shifts: Mapping[str, gaps_of.Sensitivity]


@click.command()
@data_file
@click.option(
    "--formula", metavar="TEXT", help='A regression, as in R: "after ~ before + arm". Without it, gaps alone.'
)
@factor_option
@click.option("--also", multiple=True, metavar="COLUMN", help="Helps to foretell what is missing; not in the formula.")
@click.option("--group", metavar="COLUMN", help="Who sits in one circle: three circles at least, nobody without one.")
@click.option(
    "--by",
    "way",
    type=click.Choice(["pmm", "norm"]),
    default="pmm",
    show_default=True,
    help="Values of people alike, or from a normal distribution.",
)
@click.option("--tables", type=click.IntRange(2, 1000), help="As many as percent are incomplete, and 20 at least.")
@click.option("--rounds", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same figures.")
@click.option(
    "--shift",
    "shifts",
    type=float,
    multiple=True,
    metavar="POINTS",
    help="What is filled in for the outcome moves by this.",
)
@click.option("--shift-only", metavar="COLUMN=VALUE", help="For these people only, such as arm=circle.")
@plot_option("Draw the regression, filled in and with complete people only.")
@common_options
def missing(
    file: Path,
    formula: str | None,
    factors: tuple[str, ...],
    also: tuple[str, ...],
    group: str | None,
    way: Way,
    tables: int | None,
    rounds: int,
    seed: int,
    shifts: tuple[float, ...],
    shift_only: str | None,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """People who are missing: patterns, multiple imputation by Rubin's rules, and how much depends on it.

    DATA.csv has one row per person. With --shift, what was filled in moves by so many points, and the regression is
    done again: how wrong would it have to be before the answer turns?
    """
    picture_place(plot)
    if formula is None and (plot or shifts or shift_only):
        raise Sorry(_("Please give a --formula, so that there is something to answer."))
    if shift_only and not shifts:
        raise Sorry(_("--shift-only says for whom, and --shift by how many points. Please give both."))
    with kindly():
        table = open_table(file)
        levels = factors_of(table, factors)
        names = tuple(table.header) if formula is None else columns_of(gaps_of.plain_formula(formula))
        data = _read(table, tuple(dict.fromkeys((*names, *also))), levels, formula is None)
        found = gaps_of.gaps(data)
        answered = None
        if formula is not None:
            many = tables or gaps_of.how_many_tables(found.share_incomplete)
            if group is not None:
                data[group] = labels_or_none(table, group)
            filled = gaps_of.fill(
                data,
                m=many,
                generator=np.random.default_rng(seed),
                factors=levels,
                methods={name: "pmm" if name in levels else way for name in data},
                rounds=rounds,
                group=group,
            )
            answered = _answered(filled, data, formula, levels, shifts, _whom(table, shift_only))
    warnings = _warnings(found, answered)
    record = {
        "analysis": "missing",
        "n": found.n,
        "complete": found.complete,
        "missing": found.missing,
        "nobody_came_back": found.only_lost,
        "patterns": [{"there": list(one.there), "count": one.count} for one in found.patterns],
        "columns": list(found.names),
        "formula": formula,
        **({} if answered is None else _record(answered, seed, rounds)),
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        lines = _gaps_in_words(found)
        if answered is not None:
            lines += _answer_in_words(answered, str(formula), found.complete, seed, number, shift_only)
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None and answered is not None:
        save(_drawn(answered, str(formula)), plot)


def _read(table: Table, names: Sequence[str], levels: Mapping[str, Factor], any_cell: bool) -> dict[str, Column]:
    """Numbers, and labels where they are said to be; only to count gaps, any cell will do."""
    return {name: labels_or_none(table, name) if any_cell or name in levels else numbers(table, name) for name in names}


def _whom(table: Table, chosen: str | None) -> list[bool] | None:
    if chosen is None:
        return None
    name, equals, value = chosen.partition("=")
    if not equals:
        raise Sorry(_("Please write --shift-only as COLUMN=VALUE, such as arm=circle."))
    table.where(name, value)
    return [cell == value for cell in table.cells(name)]


def _answered(
    filled: gaps_of.Filled,
    data: Mapping[str, Column],
    formula: str,
    levels: Mapping[str, Factor],
    shifts: Sequence[float],
    whom: Sequence[bool] | None,
) -> Answered:
    terms = gaps_of.regress_each(filled, formula)
    if isinstance(terms, Undefined):
        raise Sorry(_(terms.text))
    tried = {}
    for name in terms if shifts else ():
        if name == "(Intercept)":
            continue
        one = gaps_of.sensitivity(
            filled,
            read_formula(formula).outcome,
            shifts,
            lambda tables: gaps_of.regress_each(tables, formula),
            figure=name,
            rows=whom,
        )
        if not isinstance(one, Undefined):
            tried[name] = one
    return Answered(filled, terms, gaps_of.regress(data, formula, factors=levels), tried)


def _warnings(found: gaps_of.Gaps, answered: Answered | None) -> list[Message]:
    warnings = [Message("W13")]
    if answered is None:
        return warnings
    if answered.filled.missing:
        warnings.append(Message("W5.filled", {"missing": found.n - found.complete, "listed": found.n}))
    for name in answered.filled.missing:
        settled = answered.filled.settled(name)
        if not isinstance(settled, Undefined) and settled > SETTLED:
            warnings.append(Message("W11.unsettled", {"name": name}))
    return [*warnings, Message("W10")]


def _record(answered: Answered, seed: int, rounds: int) -> dict[str, Any]:
    return {
        "tables": answered.filled.m,
        "rounds": rounds,
        "seed": seed,
        "by": answered.filled.methods,
        "settled": {name: answered.filled.settled(name) for name in answered.filled.missing},
        "effects": {name: _effect_record(one) for name, one in answered.terms.items()},
        "complete_people_only": answered.alone
        if isinstance(answered.alone, Undefined)
        else {
            name: {"estimate": one, "se": se, "interval": _of_regression(answered.alone, one, se)}
            for name, (one, se) in answered.alone.figures.items()
        },
        "shifts": {
            name: {
                "people": one.shifted,
                "turns_at": one.turns_at(),
                "answers": [{"points": points, **_effect_record(each)} for points, each in one.answers.items()],
            }
            for name, one in answered.shifts.items()
        },
    }


def _effect_record(one: gaps_of.PooledEstimate) -> dict[str, Any]:
    return {
        "estimate": one.estimate,
        "se": one.se,
        "df": one.df,
        "p": one.p,
        "interval": one.interval(),
        "information_lost": one.information_lost,
    }


def _of_regression(found: gaps_of.Regression, estimate: float, se: float) -> Interval:
    half = t_quantile(0.95, found.df) * se
    return Interval(estimate - half, estimate + half, 0.95, "Student t")


def _gaps_in_words(found: gaps_of.Gaps) -> list[str]:
    everybody = ngettext("%(n)s person", "%(n)s people", found.n) % {"n": found.n}
    lines = [
        _("%(everybody)s, %(complete)s of them with every value")
        % {"everybody": everybody, "complete": found.complete},
        "",
        _("Missing"),
        *columns([(name, str(count)) for name, count in found.missing.items()]),
        "",
        _("Who lacks what"),
    ]
    for one in found.patterns[:MOST_PATTERNS]:
        gone = [name for name, there in zip(found.names, one.there, strict=True) if not there]
        lines.append(f"  {one.count:>5}  {', '.join(gone) if gone else _('nothing')}")
    if (rest := len(found.patterns) - MOST_PATTERNS) > 0:
        lines.append("  " + ngettext("and %(rest)s more way", "and %(rest)s more ways", rest) % {"rest": rest})
    return lines


def _answer_in_words(
    answered: Answered, formula: str, complete: int, seed: int, number: Number, shift_only: str | None
) -> list[str]:
    counts = {"tables": answered.filled.m, "seed": seed}
    lines = ["", formula, "", _("Filled in: %(tables)s tables, seed %(seed)s") % counts]
    rows = []
    for name, one in answered.terms.items():
        lost = _("%(share)s %% of information lost") % {"share": f"{100 * one.information_lost:.0f}"}
        rows.append((name, f"{_estimate(one, number)}, {p_words(one.p)}, {lost}"))
    lines += columns(rows)
    lines += ["", _("Only people with every value: %(complete)s") % {"complete": complete}]
    if isinstance(answered.alone, Undefined):
        lines.append("  " + figure_words(answered.alone, number))
    else:
        alone = answered.alone
        lines += columns(
            [
                (name, f"{number(one)}, {interval_words(_of_regression(alone, one, se), number)}")
                for name, (one, se) in alone.figures.items()
            ]
        )
    for name, tried in answered.shifts.items():
        whom = shift_only or _("everybody")
        words = {"name": name, "people": tried.shifted, "whom": whom}
        lines += ["", _("%(name)s, if what was filled in (%(people)s values, %(whom)s) lay elsewhere") % words]
        lines += columns(
            [
                (_("%(points)s points") % {"points": number(points)}, _estimate(each, number))
                for points, each in tried.answers.items()
            ]
        )
        turn = tried.turns_at()
        lines.append(
            "  "
            + (_(turn.text) if isinstance(turn, Undefined) else _("It turns at %(points)s.") % {"points": number(turn)})
        )
    return lines


def _estimate(one: gaps_of.PooledEstimate, number: Number) -> str:
    return f"{number(one.estimate)}, {interval_words(one.interval(), number)}"


def _drawn(answered: Answered, formula: str) -> Figure:
    rows = []
    for name, one in answered.terms.items():
        if name == "(Intercept)" and len(answered.terms) > 1:
            continue
        ends = one.interval()
        if not isinstance(ends, Undefined):
            rows.append(Row(name, one.estimate, ends.low, ends.high))
        if not isinstance(answered.alone, Undefined):
            estimate, se = answered.alone.figures[name]
            own = _of_regression(answered.alone, estimate, se)
            rows.append(Row(_("%(name)s, complete only") % {"name": name}, estimate, own.low, own.high))
    return intervals(
        rows,
        title=_("What goes with %(outcome)s") % {"outcome": read_formula(formula).outcome},
        axis=_("points of %(outcome)s") % {"outcome": read_formula(formula).outcome},
        note=_("%(n)s people, %(tables)s filled-in tables; 95 %% intervals by Rubin's rules.")
        % {"n": answered.filled.n, "tables": answered.filled.m},
    )
