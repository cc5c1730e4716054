"""`kindcircle analyse meta`: many studies together, with where one more programme may lie."""

import math
from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from kindcircle.doors.cli.analyse.desk import (
    answer,
    common_options,
    data_file,
    keep_in_mind,
    kindly,
    number_writer,
    one_row_each,
    open_table,
    picture_place,
    plain,
    plot_option,
    said,
    save,
)
from kindcircle.doors.cli.analyse.meta_words import FEWEST_TO_TELL, Small, forest, pooled_text
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import FEWEST_STUDIES, MOST_ROWS, funnel
from kindcircle.stats.columns import Table
from kindcircle.stats.meta import (
    FEWEST_FOR_A_TEST,
    METHODS,
    MetaRegression,
    Method,
    Pooled,
    RankTest,
    Studies,
    Test,
    TrimAndFill,
    begg,
    egger,
    egger_mixed,
    leave_one_out,
    pool,
    read_studies,
    regress,
    trim_and_fill,
)
from kindcircle.stats.results import Undefined, gettext_noop
from kindcircle.stats.sentences import Message

TWICE = gettext_noop(
    'The study "%(key)s" stands twice in the column %(name)s: in rows %(first)s and %(row)s. Results of the same '
    "people are not independent. Please choose one of each study, before looking."
)


@click.command()
@data_file
@click.option("--estimate", required=True, metavar="COLUMN", help="Column with each study's effect.")
@click.option("--se", metavar="COLUMN", help="Column with its standard error.")
@click.option("--variance", metavar="COLUMN", help="Or with its sampling variance.")
@click.option("--study", metavar="COLUMN", help="Column with its name.")
@click.option("--method", type=click.Choice(list(METHODS)), default="REML", show_default=True, help="Between studies.")
@click.option(
    "--test", type=click.Choice(["knha", "adhoc", "z"]), default="knha", show_default=True, help="The interval."
)
@click.option(
    "--moderator", "moderators", multiple=True, metavar="COLUMN", help="A number of each study to regress on."
)
@click.option("--leave-one-out", "without", is_flag=True, help="Pool again without each study in turn.")
@plot_option("Draw the forest plot.")
@click.option(
    "--funnel",
    "funnel_place",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.svg",
    help="Draw the funnel; from ten studies on.",
)
@common_options
def meta(
    file: Path,
    estimate: str,
    se: str | None,
    variance: str | None,
    study: str | None,
    method: Method,
    test: Test,
    moderators: tuple[str, ...],
    without: bool,
    plot: Path | None,
    funnel_place: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """Independent studies of one question, pooled.

    DATA.csv has one row per study. Random effects by restricted likelihood with the Knapp-Hartung interval, unless
    asked otherwise. Small studies are set against large ones from ten studies on.
    """
    picture_place(plot)
    picture_place(funnel_place)
    if (se is None) == (variance is None):
        raise Sorry(_("Please give either --se or --variance."))
    with kindly():
        table = open_table(file)
        one_row_each(table, study, who=_(TWICE))
        estimates = table.scores(estimate)
        errors = _errors(table, se or variance or "", squared=se is None)
        studies = read_studies(estimates, se=errors)
        known = [place for place, pair in enumerate(zip(estimates, errors, strict=True)) if None not in pair]
        names = [table.cells(study)[place] if study else str(place + 1) for place in known]
        found = pool(studies, method=method, test=test)
        if isinstance(found, Undefined):
            raise Sorry(_(found.text))
        cautious = _cautious(studies, found)
        lines = _regression(table, studies, known, moderators, method) if moderators else None
        if funnel_place is not None and studies.k < FEWEST_STUDIES:
            raise Sorry(
                _("A funnel needs %(least)s studies, and there are %(k)s.") % {"least": FEWEST_STUDIES, "k": studies.k}
            )
        if plot is not None and studies.k > MOST_ROWS - 2:
            raise Sorry(_("A forest plot holds up to %(most)s studies.") % {"most": MOST_ROWS - 2})
        small = _small_studies(studies, method) if studies.k >= FEWEST_FOR_A_TEST else None
    warnings = _warnings(found, small)
    record = {
        "analysis": "meta",
        "k": found.k,
        "dropped": found.dropped,
        "method": method,
        "test": test,
        **_pooled_record(found),
        "interval_never_narrower": None if cautious is None else cautious.interval(),
        "leave_one_out": [
            {"study": names[one.left_out], "estimate": one.estimate, "tau2": one.tau2, "share": one.share}
            for one in (leave_one_out(studies) if without else [])
        ],
        "regression": lines if lines is None or isinstance(lines, Undefined) else _regression_record(lines),
        "small_studies": None if small is None else {name: _small_record(one) for name, one in small.items()},
        "warnings": said(warnings),
    }
    answer(
        record,
        lambda: "\n".join(
            pooled_text(found, cautious, studies, names, lines, small, without, number_writer(digits))
            + keep_in_mind(warnings)
        ),
        as_json,
    )
    if plot is not None:
        save(forest(found, studies, names, estimate), plot)
    if funnel_place is not None:
        note = _("A lopsided funnel has many reasons. Studies that were never printed are only one of them.")
        save(
            funnel(
                studies.y.tolist(),
                studies.se.tolist(),
                mean=found.estimate,
                title=_("Small studies and large ones"),
                axis=estimate,
                upright=_("standard error"),
                note=note,
                labels=names,
            ),
            funnel_place,
        )


def _cautious(studies: Studies, found: Pooled) -> Pooled | None:
    """The interval that is never narrower than the normal one, where studies agree more than chance would."""
    if found.test != "knha" or found.k < 2:
        return None
    wider = pool(studies, method=found.method, test="adhoc")
    return wider if isinstance(wider, Pooled) and wider.se > found.se else None


def _errors(table: Table, name: str, *, squared: bool) -> list[float | None]:
    """Standard errors; a row with one that cannot be is named as the file numbers it."""
    found: list[float | None] = []
    for (row, _cells), value in zip(table.rows, table.scores(name), strict=True):
        if value is not None and value <= 0:
            raise Sorry(
                _("Row %(row)s has %(value)s in the column %(name)s, and it must be above 0.")
                % {"row": row, "value": f"{value:g}", "name": name}
            )
        found.append(math.sqrt(value) if squared and value is not None else value)
    return found


def _regression(
    table: Table, studies: Studies, known: list[int], names: tuple[str, ...], method: Method
) -> MetaRegression | Undefined:
    values: dict[str, Sequence[float]] = {}
    for name in names:
        scores = table.scores(name)
        gaps = [table.rows[place][0] for place in known if scores[place] is None]
        if gaps:
            raise Sorry(_("Row %(row)s has nothing in the column %(name)s.") % {"row": gaps[0], "name": name})
        values[name] = [one for place in known if (one := scores[place]) is not None]
    return regress(studies, values, method=method)


def _small_studies(studies: Studies, method: Method) -> dict[str, Small]:
    return {
        "egger": egger(studies),
        "egger_mixed": egger_mixed(studies),
        "begg": begg(studies),
        "trim_and_fill_L0": trim_and_fill(studies, method=method, counting="L0"),
        "trim_and_fill_R0": trim_and_fill(studies, method=method, counting="R0"),
    }


def _small_record(one: Small) -> Any:
    if isinstance(one, Undefined):
        return plain(one)
    if isinstance(one, TrimAndFill):
        return {
            "side": one.side,
            "filled": one.filled,
            "filled_se": one.filled_se,
            "estimate": one.pooled.estimate,
            "interval": one.pooled.interval(),
            "tau2": None if isinstance(one.pooled.heterogeneity, Undefined) else one.pooled.heterogeneity.tau2,
        }
    if isinstance(one, RankTest):
        return {"tau": one.tau, "p": one.p}
    if isinstance(one, MetaRegression):
        return {"slope": float(one.beta[1]), "se": float(one.se[1]), "p": float(one.p[1])}
    return {
        "slope": one.slope,
        "slope_se": one.slope_se,
        "df": one.df,
        "p": one.p,
        "at_zero": one.at_zero,
        "at_zero_interval": one.at_zero_interval(),
    }


def _pooled_record(found: Pooled) -> dict[str, Any]:
    spread = found.heterogeneity
    return {
        "estimate": found.estimate,
        "se": found.se,
        "interval": found.interval(),
        "p": found.p,
        "prediction_interval": found.prediction_interval(),
        "prediction_interval_by_test": found.prediction_interval_by_test(),
        "convention": found.convention,
        "heterogeneity": plain(spread)
        if isinstance(spread, Undefined)
        else {
            "tau2": spread.tau2,
            "tau2_interval": spread.tau2_interval,
            "i2": spread.share,
            "i2_interval": spread.share_interval,
            "h2": spread.ratio,
            "q": spread.q,
            "q_df": spread.q_df,
            "q_p": spread.q_p,
        },
    }


def _regression_record(found: MetaRegression) -> Any:
    return {
        "k": found.k,
        "coefficients": {
            name: {
                "b": float(found.beta[place]),
                "se": float(found.se[place]),
                "p": float(found.p[place]),
                "interval": found.interval(place),
            }
            for place, name in enumerate(found.names)
        },
        "tau2": found.tau2,
        "explained": found.explained,
        "q_left": found.q_left,
        "q_left_df": found.q_left_df,
    }


def _warnings(found: Pooled, small: dict[str, Small] | None) -> list[Message]:
    warnings = [Message("W13"), Message("W14.once")]
    if found.k == 2:
        warnings.append(Message("W14.two"))
    if found.k < FEWEST_TO_TELL:
        warnings.append(Message("W14.between", {"enough": FEWEST_TO_TELL}))
    if found.dropped:
        warnings.append(Message("W5.rows", {"missing": found.dropped, "listed": found.k + found.dropped}))
    warnings.append(Message("W14.tests", {"enough": FEWEST_FOR_A_TEST}) if small is None else Message("W14.filled"))
    return warnings
