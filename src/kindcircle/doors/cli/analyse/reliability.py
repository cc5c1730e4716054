"""`kindcircle analyse reliability`: how far the items of a scale, and the members of a group, hang together."""

from gettext import gettext as _
from pathlib import Path
from typing import Any

import click
import numpy as np

from kindcircle.doors.cli.analyse.desk import (
    Number,
    answer,
    columns,
    common_options,
    data_file,
    figure_words,
    interval_words,
    keep_in_mind,
    kindly,
    labels,
    number_writer,
    open_table,
    picture_place,
    plain,
    plot_option,
    progress,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.stats.columns import Table
from kindcircle.stats.factor import Omega, TwoLevelOmega, omega, two_level_omega
from kindcircle.stats.reliability import (
    Agreement,
    Alpha,
    Answers,
    Likeness,
    agree_on_items,
    alpha,
    likeness,
    read_answers,
)
from kindcircle.stats.reliability_resampling import AlphaResamples, resample_alpha
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import Message


@click.command()
@data_file
@click.option("--items", multiple=True, required=True, metavar="A,B,C", help="Columns of the items; may be repeated.")
@click.option("--reverse", multiple=True, metavar="A,B", help="Items to turn round; needs --span.")
@click.option("--span", nargs=2, type=float, metavar="LOW HIGH", help="Lowest and highest possible answer.")
@click.option("--group", metavar="COLUMN", help="Column of the group: how alike do its members answer?")
@click.option("--person", metavar="COLUMN", help="Column of the person, where a row is one occasion of many.")
@click.option(
    "--bootstrap",
    "resamples",
    type=click.IntRange(1000, 1_000_000),
    metavar="N",
    help="Limits of alpha also from N resamples of people.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same figures.")
@plot_option("Draw alpha, omega and each item with the rest.")
@common_options
def reliability(
    file: Path,
    items: tuple[str, ...],
    reverse: tuple[str, ...],
    span: tuple[float, float] | None,
    group: str | None,
    person: str | None,
    resamples: int | None,
    seed: int,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """How far answers hang together: alpha, omega, and agreement in groups.

    DATA.csv has one row per person, or per occasion with --person. Only rows with every item are used.
    """
    picture_place(plot)
    if span is not None and not span[0] < span[1]:
        raise Sorry(_("Please give --span as the lowest, then the highest possible answer."))
    with kindly():
        table = open_table(file)
        names = _names(table, items)
        columns_of = {name: table.scores(name) for name in names}
        answers = read_answers(columns_of, reverse=_names(table, reverse), span=span)
        found = alpha(answers)
        if isinstance(found, Undefined):
            raise Sorry(f"{_(found.text)} " + _("%(n)s rows have every item.") % {"n": answers.n})
        line = omega(answers)
        drawn = None if resamples is None else _resampled(answers, resamples, seed)
        alike = agreement = None
        if group is not None:
            alike, agreement = _in_groups(columns_of, labels(table, group), span)
        levels = None if person is None else two_level_omega(answers, _complete(columns_of, labels(table, person)))
    warnings = _warnings(answers, found, line, drawn)
    record = {
        "analysis": "reliability",
        "items": list(names),
        "n_rows": answers.n_rows,
        "n_complete": answers.n,
        "alpha": _alpha_record(found),
        "alpha_resampled": None if drawn is None else _resampled_record(drawn, seed),
        "omega": _omega_record(line),
        "groups": None if alike is None else _alike_record(alike, agreement),
        "within_and_between_people": None if levels is None else _levels_record(levels),
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        lines = [
            _("%(k)s items, %(n)s of %(rows)s rows with all of them")
            % {"k": found.k, "n": found.n, "rows": answers.n_rows},
            "",
        ]
        rows = [("alpha", f"{number(found.estimate)}, {interval_words(found.interval(), number)}")]
        if drawn is not None:
            told = _("%(ends)s, %(count)s resamples of people, seed %(seed)s")
            ends = interval_words(drawn.interval(), number)
            rows.append(("", told % {"ends": ends, "count": len(drawn.draws), "seed": seed}))
        lines += columns([*rows, ("omega", _omega_words(line, number))])
        lines += ["", *_item_lines(found, number)]
        if alike is not None:
            lines += ["", _("Members of the same group"), *_alike_lines(alike, agreement, number)]
        if levels is not None:
            lines += ["", _("From occasion to occasion"), *_level_lines(levels, number)]
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None:
        save(_drawn(found, line), plot)


def _names(table: Table, given: tuple[str, ...]) -> list[str]:
    """Columns by name; several in one word are separated by commas, unless a column is called just that."""
    names = [name for one in given for name in ([one] if one in table.header else one.split(","))]
    names = [name.strip() for name in names if name.strip()]
    for name in names:
        table.place(name)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Sorry(_("The item %(name)s is named twice.") % {"name": twice})
    return names


def _complete(items: dict[str, list[float | None]], names: list[str]) -> list[str]:
    return [name for name, row in zip(names, zip(*items.values(), strict=True), strict=True) if None not in row]


def _in_groups(
    items: dict[str, list[float | None]], groups: list[str], span: tuple[float, float] | None
) -> tuple[Likeness | Undefined, tuple[Agreement, Agreement] | None]:
    means = [
        None if None in row else sum(v for v in row if v is not None) / len(row)
        for row in zip(*items.values(), strict=True)
    ]
    agreement = None
    if span is not None and span[0].is_integer() and span[1].is_integer():
        agreement = agree_on_items(items, groups, span=(int(span[0]), int(span[1])))
    return likeness(means, groups), agreement


def _resampled(answers: Answers, resamples: int, seed: int) -> AlphaResamples:
    with progress(resamples, _("Resampling")) as done:
        drawn = resample_alpha(answers, resamples=resamples, generator=np.random.default_rng(seed), done=done)
    if isinstance(drawn, Undefined):
        raise Sorry(_(drawn.text))
    return drawn


def _warnings(answers: Answers, found: Alpha, line: Omega | Undefined, drawn: AlphaResamples | None) -> list[Message]:
    warnings = []
    if answers.n < answers.n_rows:
        warnings.append(Message("W5.rows", {"missing": answers.n_rows - answers.n, "listed": answers.n_rows}))
    if isinstance(line, Omega) and line.on_the_edge:
        warnings.append(Message("W11.own"))
    if drawn is not None and drawn.redrawn:
        warnings.append(Message("W11.redrawn", {"count": drawn.redrawn}))
    if found.turned_round:
        warnings.append(Message("W16.turned", {"items": ", ".join(found.turned_round)}))
    return [*warnings, Message("W16.fit")]


def _alpha_record(found: Alpha) -> Any:
    return {
        "estimate": found.estimate,
        "interval": found.interval(),
        "se": found.se,
        "standardised": found.standardised,
        "average_r": found.average_r,
        "item_rest_r": found.item_rest,
        "if_dropped": found.if_dropped,
        "scale_mean": found.mean,
        "scale_sd": found.sd,
    }


def _resampled_record(drawn: AlphaResamples, seed: int) -> Any:
    low, high = drawn.wobble()
    return {
        "resamples": len(drawn.draws),
        "seed": seed,
        "n": drawn.n,
        "dropped": drawn.dropped,
        "redrawn": drawn.redrawn,
        "se": drawn.se,
        "interval": plain(drawn.interval()),
        "interval_bca": plain(drawn.interval("bca")),
        "limits_move_by": {"low": low, "high": high},
        "convention": drawn.convention,
        "source": drawn.source,
    }


def _omega_record(line: Omega | Undefined) -> Any:
    if isinstance(line, Undefined):
        return plain(line)
    return {
        "estimate": line.estimate,
        "se": line.se,
        "interval": line.interval(),
        "loadings": line.loadings,
        "residuals": line.residuals,
        "chi2": line.chi2,
        "df": line.df,
        "cfi": line.cfi,
        "rmsea": line.rmsea,
        "srmr": line.srmr,
        "on_the_edge": line.on_the_edge,
    }


def _omega_words(line: Omega | Undefined, number: Number) -> str:
    if isinstance(line, Undefined):
        return _("not defined: %(why)s") % {"why": _(line.text)}
    fit = f"CFI {figure_words(line.cfi, number)}, RMSEA {figure_words(line.rmsea, number)}"
    return f"{number(line.estimate)}, {interval_words(line.interval(), number)}, {fit}"


def _item_lines(found: Alpha, number: Number) -> list[str]:
    rows: list[tuple[str, ...]] = [("", _("with the rest"), _("alpha without it"))]
    for name, r in found.item_rest.items():
        without = found.if_dropped[name]
        rows.append((name, *("-" if isinstance(one, Undefined) else number(one) for one in (r, without))))
    return columns(rows)


def _alike_record(alike: Likeness | Undefined, agreement: tuple[Agreement, Agreement] | None) -> Any:
    if isinstance(alike, Undefined):
        return plain(alike)
    record: dict[str, Any] = {
        "groups": alike.groups,
        "n": alike.n,
        "mean_size": alike.mean_size,
        "icc1": alike.single,
        "icc1_interval": alike.single_interval(),
        "icc1_restricted_likelihood": alike.single_restricted,
        "icc2": alike.mean,
        "icc2_interval": alike.mean_interval(),
        "f": alike.f,
        "p": alike.p,
    }
    if agreement is not None:
        record |= {"rwg_j": agreement[0].by_group, "rwg_j_lindell": agreement[1].by_group}
    return record


def _alike_lines(
    alike: Likeness | Undefined, agreement: tuple[Agreement, Agreement] | None, number: Number
) -> list[str]:
    if isinstance(alike, Undefined):
        return ["  " + _(alike.text)]
    rows = [
        (_("groups"), str(alike.groups)),
        (
            _("share of spread between groups"),
            f"{figure_words(alike.single, number)}, {interval_words(alike.single_interval(), number)}",
        ),
        (
            _("how surely a group's mean is told"),
            f"{figure_words(alike.mean, number)}, {interval_words(alike.mean_interval(), number)}",
        ),
    ]
    if agreement is not None and len(agreement[0].values):
        middle = [number(float(np.median(one.values))) for one in agreement]
        rows.append((_("agreement in the middle group"), f"{middle[0]} (r_wg(j)), {middle[1]} (Lindell)"))
    return columns(rows)


def _levels_record(levels: TwoLevelOmega | Undefined) -> Any:
    if isinstance(levels, Undefined):
        return plain(levels)
    return {
        "omega_within": levels.within,
        "omega_between": levels.between,
        "people": levels.people,
        "rows": levels.n,
        "negative_residual": levels.negative_residual,
        "log_likelihood": levels.log_likelihood,
    }


def _level_lines(levels: TwoLevelOmega | Undefined, number: Number) -> list[str]:
    if isinstance(levels, Undefined):
        return ["  " + _(levels.text)]
    return columns(
        [
            (_("people, occasions"), f"{levels.people}, {levels.n}"),
            (_("omega within people"), number(levels.within)),
            (_("omega between people"), number(levels.between)),
        ]
    )


def _drawn(found: Alpha, line: Omega | Undefined) -> Figure:
    ends = found.interval()
    rows = [Row("alpha", found.estimate, ends.low, ends.high, kind="mean")]
    if isinstance(line, Omega):
        own = line.interval()
        rows.append(Row("omega", line.estimate, own.low, own.high, kind="mean"))
    for name, r in found.item_rest.items():
        rows.append(Row(name, instead=_(r.text)) if isinstance(r, Undefined) else Row(name, r))
    lowest = min(0.0, *(row.low if row.low is not None else row.estimate or 0.0 for row in rows))
    return intervals(
        rows,
        title=_("How far the items hang together"),
        axis=_("alpha and omega, and each item's correlation with the rest"),
        note=_("%(n)s people. An item below 0 goes against the rest.") % {"n": found.n},
        ends=(lowest - 0.02, 1.02),
    )
