"""`kindcircle analyse national`: what changed for the people of many organisations, from their answers."""

from collections.abc import Iterator
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kindcircle.doors.cli.analyse.desk import (
    Number,
    answer,
    columns,
    common_options,
    in_a_row,
    interval_words,
    keep_in_mind,
    kindly,
    number_writer,
    picture_place,
    plain,
    plot_option,
    progress,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.figures.rows import MOST_ROWS
from kindcircle.national.lines import Counts, Figures, Line, Report
from kindcircle.national.worth import NotAtScale
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import UnknownInstrument, load_instrument
from kindcircle.spec.norms import with_error
from kindcircle.spec.parts import Score
from kindcircle.stats.change import Norms
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.sentences import Message

if TYPE_CHECKING:
    from kindcircle.national.outcomes import Outcomes

WARNINGS = (Message("W1"), Message("W15.league"), Message("W10"))
COLUMNS = ("organisation", "programme", "group", "person", "measure", "time", "item", "value")


def column_options(command: Any) -> Any:
    """--organisation-col and the others: what a column is called in this table."""
    for name in reversed(COLUMNS):
        command = click.option(f"--{name}-col", name, metavar="COLUMN", default=name, show_default=True)(command)
    return command


@click.command()
@click.argument("source", metavar="DATA")
@click.option("--table", metavar="NAME", help="The table, where DATA is the address of a database.")
@click.option("--before", "before", metavar="LABEL", default="before", show_default=True, help="The first time.")
@click.option("--after", "after", metavar="LABEL", default="after", show_default=True, help="The second time.")
@click.option("--measure", "measures", multiple=True, metavar="NAME", help="Only this questionnaire, such as gad-7.")
@click.option("--score", "only", metavar="NAME", help="Only this score of it.")
@click.option("--reliability", type=click.FloatRange(0, 1), help="Published reliability, for one --measure.")
@click.option("--sd-before", type=float, help="Published SD before a programme, for reliable change.")
@click.option("--mean-clinical", type=float, help="Published mean of people seeking help.")
@click.option("--mean-functional", type=float, help="Published mean of people in the usual range.")
@click.option("--sd-functional", type=float, help="Published SD of people in the usual range.")
@click.option("--memory", metavar="SIZE", help="How much memory may be taken, such as 4GB.")
@column_options
@plot_option("Draw the mean change of each programme and organisation.")
@common_options
def national(
    source: str,
    table: str | None,
    before: str,
    after: str,
    measures: tuple[str, ...],
    only: str | None,
    reliability: float | None,
    sd_before: float | None,
    mean_clinical: float | None,
    mean_functional: float | None,
    sd_functional: float | None,
    memory: str | None,
    plot: Path | None,
    as_json: bool,
    digits: int,
    **names: str,
) -> None:
    """The outcomes of many organisations, by programme and by organisation, without anybody in them.

    DATA is a .parquet or .csv file, or the address of a PostgreSQL database (postgresql://…, with --table). It has one
    row for each answer: organisation, programme, group, person, measure (such as gad-7), time, item (such as gad7_1)
    and value. Each sheet is scored by the questionnaire's own rules. Places with fewer than five people who have both
    scores are in no line; counts are told in fives.
    """
    own = (reliability, sd_before, mean_clinical, mean_functional, sd_functional)
    if any(number is not None for number in own) and (len(measures) != 1 or reliability is None):
        raise Sorry(_("Figures of your own need one --measure, and --reliability among them."))
    if (mean_functional is None) != (sd_functional is None):
        raise Sorry(_("Please give --mean-functional and --sd-functional together."))
    picture_place(plot)
    try:
        from kindcircle.national.opening import answers_in, values_in
        from kindcircle.national.outcomes import outcomes
        from kindcircle.national.sheets import Times
    except ModuleNotFoundError as problem:
        raise Sorry(
            _("Tables of this size need a part that is not installed: pip install 'kindcircle[scale]'.")
        ) from problem
    found: list[Outcomes] = []
    left: list[str] = []
    with kindly():
        norms = None
        if reliability is not None:
            norms = Norms(
                reliability=reliability,
                sd_before=sd_before,
                mean_clinical=mean_clinical,
                mean_functional=mean_functional,
                sd_functional=sd_functional,
            )
        with answers_in(source, names=names, table=table, memory=memory) as answers:
            times = values_in(answers, "time")
            for label in (before, after):
                if label not in times:
                    raise Sorry(
                        _("No row has %(label)s in the column %(name)s. It has: %(values)s.")
                        % {"label": label, "name": names["time"], "values": ", ".join(times)}
                    )
            there = values_in(answers, "measure", most=200)
            wanted = list(_wanted(there, measures, only, left))
            with progress(len(wanted), _("Scores")) as step:
                for one, score in wanted:
                    try:
                        found.append(
                            outcomes(
                                answers,
                                one,
                                score,
                                times=Times(before, after),
                                norms=norms or _published(one, score),
                                cutoff="c" if mean_functional is not None else None,
                            )
                        )
                    except NotAtScale:
                        left.append(f"{one.id}.{score.id}")
                    step(1)
    if not found:
        raise Sorry(_("There is no score to work out here. The questionnaires are: %(names)s.") % {"names": there})
    if plot is not None and len(found) > 1:
        raise Sorry(_("A picture shows one score. Please name it with --measure and --score."))
    reports = [(one, one.report()) for one in found]
    record = {
        "analysis": "national",
        "before": before,
        "after": after,
        "comparison_group": False,
        "scores": [_as_record(one, report) for one, report in reports],
        "not_worked_out": left,
        "warnings": said(WARNINGS),
    }
    answer(record, lambda: _as_text(reports, left, digits), as_json)
    if plot is not None:
        save(_picture(*reports[0]), plot)


def _wanted(
    there: list[str], measures: tuple[str, ...], only: str | None, left: list[str]
) -> Iterator[tuple[Definition, Score]]:
    """Every main score of every questionnaire that is asked for, or that is in the table and known here."""
    for name in measures:
        if name not in there:
            raise Sorry(
                _("No row has an answer to %(name)s. The questionnaires are: %(names)s.")
                % {"name": name, "names": ", ".join(there)}
            )
    for name in measures or there:
        try:
            one = load_instrument(name)
        except UnknownInstrument as problem:
            if measures:
                raise Sorry(str(problem)) from problem
            left.append(name)
            continue
        scores = [score for score in one.headlines if only in (None, score.id)]
        if measures and not scores:
            raise Sorry(
                _("%(measure)s has no score called %(name)s. The scores are: %(names)s.")
                % {"measure": name, "name": only, "names": ", ".join(score.id for score in one.headlines)}
            )
        yield from ((one, score) for score in scores)


def _published(one: Definition, score: Score) -> Norms | None:
    """What somebody confirmed of this score's own ups and downs, if anything."""
    fact = with_error(one, score.id)
    return None if fact is None else Norms(reliability=fact.reliability, sd_before=fact.sd, source=fact.source)


def _as_record(found: "Outcomes", report: Report) -> dict[str, Any]:
    marks = found.marks
    return {
        "measure": found.definition.id,
        "rule": found.definition.rule,
        "score": found.score.id,
        "better": found.score.better,
        "reliable_change": plain(marks) if marks is None or isinstance(marks, Undefined) else asdict(marks),
        "rows_without_a_name": found.nameless,
        "whole": _line_record(report.whole),
        "programmes": [_line_record(line) for line in report.programmes],
        "organisations": [_line_record(line) for line in report.organisations],
    }


def _line_record(line: Line) -> dict[str, Any]:
    names = ("people", "missing_after", "missing_before", "missing_both", "too_few", "not_counted")
    record: dict[str, Any] = {"name": line.name} | {name: _told(getattr(line, name)) for name in names}
    found = line.figures
    if isinstance(found, Suppressed):
        return record | {"figures": None}
    figures = {name: plain(getattr(found, name)) for name in Figures.__slots__ if name != "reliable"}
    reliable = found.reliable
    figures["reliable"] = (
        {name: _told(getattr(reliable, name)) for name in Counts.__slots__} if isinstance(reliable, Counts) else None
    )
    return record | {"figures": figures}


def _told(count: int | Suppressed | None) -> int | str | None:
    return "<5" if isinstance(count, Suppressed) else count


def _as_text(reports: list[tuple["Outcomes", Report]], left: list[str], digits: int) -> str:
    number = number_writer(digits)
    lines: list[str] = []
    for found, report in reports:
        whole = report.whole
        lines += [f"{found.definition.name}, {found.score.id}", ""]
        lines += columns(
            [
                (_("People with a sheet"), _count(whole.people)),
                (_("No second score"), _count(whole.missing_after)),
                (_("No first score"), _count(whole.missing_before)),
                (_("No score at all"), _count(whole.missing_both)),
                (_("With both, where fewer than five have both"), _count(whole.too_few)),
                (_("Sheets that could not be counted"), _count(whole.not_counted)),
            ]
        )
        lines += ["", _("Mean change with its interval, after minus before, no comparison group")]
        rows = [(_("everybody"), whole)]
        for title, some in ((_("programme"), report.programmes), (_("organisation"), report.organisations)):
            rows += [(f"{title} {line.name}", line) for line in some]
        heads = ("", "n", _("groups"), _("before"), _("after"), _("worse"), _("same"), _("better"), _("change"))
        lines += columns([heads, *(_row(name, line, number) for name, line in rows)])
        lines += [*_judged_by(found, number), ""]
    if left:
        lines += [_("Not worked out here: %(names)s") % {"names": ", ".join(left)}]
    return "\n".join([*lines, _("Counts of people are to the nearest five."), *keep_in_mind(WARNINGS)])


def _count(count: int | Suppressed) -> str:
    return _("fewer than 5") if isinstance(count, Suppressed) else str(count)


def _row(name: str, line: Line, number: Number) -> tuple[str, ...]:
    figures = line.figures
    if isinstance(figures, Suppressed):
        return (name, *[""] * 7, _("not shown"))
    counts = [""] * 3
    if isinstance(figures.reliable, Counts):
        found = figures.reliable
        better = [count for count in (found.improved, found.recovered) if count is not None]
        known = [count for count in better if not isinstance(count, Suppressed)]
        counts = [_few(found.deteriorated), _few(found.unchanged), str(sum(known)) if known else "<5"]
    change = in_a_row(number(figures.change), interval_words(figures.interval, number))
    means = (number(figures.mean_before), number(figures.mean_after))
    return (name, str(figures.n), str(figures.groups), *means, *counts, change)


def _few(count: int | Suppressed) -> str:
    return "<5" if isinstance(count, Suppressed) else str(count)


def _judged_by(found: "Outcomes", number: Number) -> list[str]:
    if found.marks is None:
        return ["  " + _("How far this score moves by itself is not known, so nobody is called better or worse.")]
    if isinstance(found.marks, Undefined):
        return ["  " + _(found.marks.text)]
    smallest = number(1.96 * found.marks.s_diff)
    return ["  " + _("Worse and better: by more than %(smallest)s points.") % {"smallest": smallest}]


def _picture(found: "Outcomes", report: Report) -> Figure:
    """Programmes and, while they fit, organisations; everybody below."""
    some = [*report.programmes]
    if len(some) + len(report.organisations) < MOST_ROWS:
        some += report.organisations
    largest = max((line.figures.n for line in some if isinstance(line.figures, Figures)), default=1)

    def row(line: Line, name: str) -> Row:
        if isinstance(line.figures, Suppressed):
            return Row(name, instead=_("not shown"))
        limits = line.figures.interval if isinstance(line.figures.interval, Interval) else None
        kind = "mean" if line is report.whole else "one"
        low, high = (limits.low, limits.high) if limits else (None, None)
        return Row(name, line.figures.change, low, high, kind, weight=line.figures.n / largest)  # type: ignore[arg-type]

    return intervals(
        [*(row(line, line.name) for line in some[: MOST_ROWS - 1]), row(report.whole, _("everybody"))],
        title=_("%(name)s: mean change") % {"name": found.definition.name},
        axis=_("points, after minus before"),
        note=_("There was no comparison group. Rows stand by name."),
    )
