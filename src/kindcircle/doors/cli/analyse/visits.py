"""`kindcircle analyse visits`: means and differences at each visit, from everybody who kept one (MMRM)."""

from contextlib import suppress
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any

import click

from kindcircle.doors.cli.analyse.desk import (
    Number,
    answer,
    columns,
    common_options,
    data_file,
    factor_option,
    factors_of,
    interval_words,
    keep_in_mind,
    kindly,
    labels,
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
from kindcircle.stats.columns import Table
from kindcircle.stats.design import Column, Factor
from kindcircle.stats.missing import Visits, fit_visits
from kindcircle.stats.missing.visits import DEGREES, Degrees, Difference, Mean
from kindcircle.stats.mixed import Contrast
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import Message


@click.command()
@data_file
@click.option("--outcome", required=True, metavar="COLUMN")
@click.option("--person", required=True, metavar="COLUMN")
@click.option("--visit", required=True, metavar="COLUMN", help="When it was: one row for each person and visit.")
@click.option("--order", metavar="A,B,C", help="The visits in order of time. Without it: by number, or as in the file.")
@click.option(
    "--arm", metavar="COLUMN[=FIRST]", help="Who is compared, and with whom. Without it: visits with the first."
)
@click.option("--covariate", "covariates", multiple=True, metavar="COLUMN", help="Held equal, such as a first score.")
@factor_option
@click.option(
    "--df",
    "degrees",
    type=click.Choice(list(DEGREES)),
    default="satterthwaite",
    show_default=True,
    help="Small samples.",
)
@plot_option("Draw the differences.")
@common_options
def visits(
    file: Path,
    outcome: str,
    person: str,
    visit: str,
    order: str | None,
    arm: str | None,
    covariates: tuple[str, ...],
    factors: tuple[str, ...],
    degrees: Degrees,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """A model of every visit that was kept: nobody is left out for one missed visit.

    Each visit has its own mean and spread, and any two hang together as they do. It takes more people than a simpler
    model; where they are too few, it says so and gives no figure.
    """
    picture_place(plot)
    with kindly():
        table = open_table(file)
        levels = factors_of(table, (*factors, *([arm] if arm else [])))
        compared = arm.partition("=")[0] if arm else None
        levels[visit] = _ordered(table, visit, order)
        data: dict[str, Column] = {outcome: table.scores(outcome), person: labels(table, person)}
        data[visit] = labels_or_none(table, visit)
        for name in (*covariates, *([compared] if compared else [])):
            data[name] = labels_or_none(table, name) if name in levels else numbers(table, name)
        terms = [*covariates, f"{compared} * {visit}" if compared else visit]
        formula = f"{outcome} ~ {' + '.join(terms)} + us({visit} | {person})"
        found = fit_visits(formula, data, factors=levels)
        if isinstance(found, Undefined):
            raise Sorry(_(found.text))
        means = found.means(*([compared] if compared else []), visit, degrees=degrees)
        differences = found.differences(compared or visit, within=(visit,) if compared else (), degrees=degrees)
        if compared is None:
            differences = tuple(one for one in differences if one.second == found.visits[0])
    warnings = _warnings(found, compared)
    record = {
        "analysis": "visits",
        "formula": formula,
        "people": found.people,
        "n": found.n,
        "dropped": found.dropped,
        "visits": list(found.visits),
        "df_method": degrees,
        "means": [{**one.levels, **_contrast_record(one.mean)} for one in means],
        "differences": [
            {"of": one.first, "and": one.second, **one.levels, **_contrast_record(one.difference)}
            for one in differences
        ],
        "covariance": found.covariance,
        "log_likelihood": found.fitted.log_likelihood,
        "aic": found.aic,
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        return "\n".join([*_in_words(found, formula, means, differences, number), *keep_in_mind(warnings)])

    answer(record, text, as_json)
    if plot is not None:
        save(_drawn(found, outcome, differences, degrees), plot)


def _ordered(table: Table, name: str, order: str | None) -> Factor:
    """The visits in order of time: as said, by number, or as they first stand in the file."""
    seen = [level for level in dict.fromkeys(labels_or_none(table, name)) if level is not None]
    if order is not None:
        wanted = [one.strip() for one in order.split(",")]
        if sorted(wanted) != sorted(seen):
            raise Sorry(
                _("--order names every visit once. The column %(name)s has: %(visits)s.")
                % {"name": name, "visits": ", ".join(seen)}
            )
        seen = wanted
    else:
        with suppress(ValueError):  # words stay as they stand in the file
            seen = sorted(seen, key=float)
    if len(seen) < 2:
        raise Sorry(_("The column %(name)s has one value only, so nothing can be compared.") % {"name": name})
    return Factor(tuple(seen))


def _warnings(found: Visits, compared: str | None) -> list[Message]:
    warnings = [Message("W13")]
    if compared is None:
        warnings.append(Message("W1"))
    if found.dropped:
        warnings.append(Message("W5.visits", {"missing": found.dropped, "listed": found.n + found.dropped}))
    return [*warnings, Message("W10")]


def _contrast_record(one: Contrast) -> dict[str, Any]:
    return {"estimate": one.estimate, "se": one.se, "df": one.df, "t": one.t, "p": one.p, "interval": one.interval()}


def _in_words(
    found: Visits, formula: str, means: tuple[Mean, ...], differences: tuple[Difference, ...], number: Number
) -> list[str]:
    people = ngettext("%(n)s person", "%(n)s people", found.people) % {"n": found.people}
    kept = {"people": people, "kept": found.n, "listed": found.n + found.dropped}
    return [
        formula,
        "",
        _("%(people)s, %(kept)s of %(listed)s visits kept") % kept,
        "",
        _("Means"),
        *columns([(", ".join(one.levels.values()), _figure(one.mean, number)) for one in means]),
        "",
        _("Differences"),
        *columns(
            [
                (_label(one), f"{_figure(one.difference, number)}, {_test(one.difference, number)}")
                for one in differences
            ]
        ),
    ]


def _figure(one: Contrast, number: Number) -> str:
    return f"{number(one.estimate)}, {interval_words(one.interval(), number)}"


def _test(one: Contrast, number: Number) -> str:
    return f"t({one.df:.1f}) = {number(one.t)}, {p_words(one.p)}"


def _label(one: Difference) -> str:
    return ", ".join([*one.levels.values(), _("%(one)s minus %(other)s") % {"one": one.first, "other": one.second}])


def _drawn(found: Visits, outcome: str, differences: tuple[Difference, ...], degrees: str) -> Figure:
    rows = []
    for one in differences:
        ends = one.difference.interval()
        rows.append(Row(_label(one), one.difference.estimate, ends.low, ends.high))
    return intervals(
        rows,
        title=_("Differences in %(outcome)s") % {"outcome": outcome},
        axis=_("points of %(outcome)s") % {"outcome": outcome},
        note=_("%(people)s people, %(n)s visits; 95 %% intervals, %(method)s.")
        % {"people": found.people, "n": found.n, "method": degrees},
    )
