"""`kindcircle analyse mixed`: members in groups over time, and trials in which one arm only meets in groups."""

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
    plain,
    plot_option,
    progress,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure, Row, intervals
from kindcircle.stats.columns import Table
from kindcircle.stats.design import Column, Factor, Formula, columns_of, read_formula
from kindcircle.stats.mixed import Contrast, Fitted, Resampled, fit, kenward_roger, prepare, resample, satterthwaite
from kindcircle.stats.mixed.model import Term
from kindcircle.stats.mixed.resampling import FEWEST as FEWEST_REFITS
from kindcircle.stats.power import FEWEST_GROUPS
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import Message

# With fewer groups than this, standard errors are widened for not knowing the variances.
ENOUGH_FOR_PLAIN = 40


@click.command()
@data_file
@click.option(
    "--formula",
    "text_formula",
    required=True,
    metavar="TEXT",
    help='As in R: "y ~ time * arm + (1 | group) + (1 | person)".',
)
@factor_option
@click.option(
    "--residual-by", metavar="COLUMN", help="What is left over has a spread of its own for each value, such as the arm."
)
@click.option(
    "--df",
    "way",
    type=click.Choice(["auto", "satterthwaite", "kenward-roger"]),
    default="auto",
    show_default=True,
    help="Auto: Kenward-Roger below 40 groups.",
)
@click.option(
    "--bootstrap",
    "resamples",
    type=click.IntRange(FEWEST_REFITS, 100_000),
    metavar="N",
    help="Few groups? Also draw outcomes from the model N times, and fit it to each.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same figures.")
@plot_option("Draw the effects.")
@common_options
def mixed(
    file: Path,
    text_formula: str,
    factors: tuple[str, ...],
    residual_by: str | None,
    way: str,
    resamples: int | None,
    seed: int,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """A mixed model by restricted likelihood.

    DATA.csv has one row per measurement. (1 | group) lets groups differ, (time | person) lets people change at their
    own pace, (0 + arm | group) lets groups differ in one arm only.
    """
    picture_place(plot)
    with kindly():
        formula = read_formula(text_formula)
        table = open_table(file)
        known = factors_of(table, factors)
        data = _columns_of(table, formula, known, residual_by)
        problem = prepare(formula, data, factors=known, residual_by=residual_by)
        fitted = fit(problem)
        if isinstance(fitted, Undefined):
            raise Sorry(_(fitted.text))
        fewest = min((_levels(term) for term in problem.terms), default=problem.n)
        wide = way == "kenward-roger" or (way == "auto" and fewest < ENOUGH_FOR_PLAIN)
        judged = kenward_roger(fitted) if wide else satterthwaite(fitted)
        effects = judged.effects()
        refits = None if resamples is None else _resampled(fitted, resamples, seed)
    warnings = _warnings(fitted, refits)
    record = {
        "analysis": "mixed",
        "formula": text_formula,
        "n": problem.n,
        "dropped": problem.dropped,
        "df_method": judged.method,
        "groups": {term.group: _levels(term) for term in problem.terms},
        "effects": {name: _effect_record(one) for name, one in effects.items()},
        "resampled": None if refits is None else _resampled_record(refits, seed),
        "variances": [_term_record(fitted, place) for place in range(len(problem.terms))],
        "residual": _residual_record(fitted),
        "shares_of_spread": _shares(fitted),
        "log_likelihood": fitted.log_likelihood,
        "on_the_edge": fitted.on_the_edge,
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        counts = ", ".join(f"{term.group}: {_levels(term)}" for term in problem.terms)
        lines = [
            text_formula,
            "",
            _("%(n)s rows (%(counts)s), %(method)s") % {"n": problem.n, "counts": counts, "method": judged.method},
            "",
        ]
        lines += columns([(name, _effect_words(one, number)) for name, one in effects.items()])
        if refits is not None:
            told = _("From %(count)s refits to outcomes drawn from the model, seed %(seed)s")
            lines += ["", told % {"count": len(refits.away), "seed": seed}]
            lines += columns([(name, _resampled_words(refits, name, number)) for name in effects])
        lines += ["", _("Spread"), *columns(_spread_rows(fitted, number))]
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None:
        save(_drawn(effects, formula, judged.method, problem.n), plot)


def _columns_of(
    table: Table, formula: Formula, factors: dict[str, Factor], residual_by: str | None
) -> dict[str, Column]:
    """Numbers where numbers are meant, labels for groups and factors."""
    grouping = {varying.group for varying in formula.varying} | set(formula.repeated or ())
    if residual_by is not None:
        grouping.add(residual_by)
    meant = {formula.outcome, *(name for term in formula.terms for name in term)}
    meant |= {name for varying in formula.varying for term in varying.terms for name in term}
    data: dict[str, Column] = {}
    for name in (*columns_of(formula), *([residual_by] if residual_by else [])):
        if name in factors or (name in grouping and name not in meant):
            data[name] = labels(table, name) if name in grouping else labels_or_none(table, name)
            continue
        data[name] = table.scores(name) if name == formula.outcome else numbers(table, name)
    return data


def _levels(term: Term) -> int:
    """Groups in which something varies; people who wait alone are groups in name only."""
    return len(np.unique(term.groups[np.any(term.values != 0, axis=1)]))


def _resampled(fitted: Fitted, resamples: int, seed: int) -> Resampled:
    with progress(resamples, _("Resampling")) as done:
        return resample(fitted, resamples=resamples, generator=np.random.default_rng(seed), done=done)


def _resampled_record(refits: Resampled, seed: int) -> Any:
    return {
        "resamples": refits.resamples,
        "seed": seed,
        "failed": refits.failed,
        "convention": refits.convention,
        "source": refits.source,
        "effects": None
        if refits.unfair
        else {
            name: {
                "estimate": refits.estimate(name),
                "se": refits.se(name),
                "interval": plain(refits.interval(name)),
                "interval_percentile": plain(refits.interval(name, "percentile")),
                "limits_move_by": refits.wobble(name),
                "p": refits.p(name),
            }
            for name in refits.fitted.problem.names
        },
    }


def _resampled_words(refits: Resampled, name: str, number: Number) -> str:
    ends, p = interval_words(refits.interval(name), number), refits.p(name)
    if isinstance(p, Undefined):
        return ends
    steady = _("another seed moves its ends by about %(step)s") % {"step": number(refits.wobble(name))}
    return f"{ends}, {p_words(p)}; {steady}"


def _warnings(fitted: Fitted, refits: Resampled | None) -> list[Message]:
    problem = fitted.problem
    warnings = [Message("W13")]
    warnings += [
        Message("W4.few", {"groups": _levels(term), "name": term.group})
        for term in problem.terms
        if _levels(term) < 2 * FEWEST_GROUPS
    ]
    if problem.dropped:
        warnings.append(Message("W5.rows", {"missing": problem.dropped, "listed": problem.n + problem.dropped}))
    warnings.append(Message("W10"))
    if fitted.on_the_edge:
        warnings.append(Message("W11.edge"))
        if refits is not None:
            warnings.append(Message("W11.edge.drawn"))
    if refits is not None and refits.failed:
        warnings.append(Message("W11.refits", {"count": refits.failed, "all": refits.resamples}))
    return warnings


def _effect_record(one: Contrast) -> Any:
    return {"estimate": one.estimate, "se": one.se, "df": one.df, "t": one.t, "p": one.p, "interval": one.interval()}


def _effect_words(one: Contrast, number: Number) -> str:
    test = f"t({one.df:.1f}) = {number(one.t)}, {p_words(one.p)}"
    return f"{number(one.estimate)}, {interval_words(one.interval(), number)}, {test}"


def _term_record(fitted: Fitted, place: int) -> Any:
    term = fitted.problem.terms[place]
    return {
        "group": term.group,
        "levels": _levels(term),
        "names": list(term.names),
        "covariance": fitted.covariances[place],
    }


def _residual_record(fitted: Fitted) -> Any:
    problem, rest = fitted.problem, fitted.covariances[len(fitted.problem.terms) :]
    if problem.visits:
        return {"visits": list(problem.visits), "covariance": rest[0]}
    return {stratum or "all": float(matrix[0, 0]) for stratum, matrix in zip(problem.residual, rest, strict=True)}


def _shares(fitted: Fitted) -> Any:
    """The share of all spread between groups (ICC), where nothing but intercepts varies and one residual is left."""
    terms, problem = fitted.problem.terms, fitted.problem
    if problem.visits or len(problem.residual) > 1 or any(term.names != ("(Intercept)",) for term in terms):
        return None
    variances = [float(one[0, 0]) for one in fitted.covariances]
    return {term.group: own / sum(variances) for term, own in zip(terms, variances, strict=False)}


def _spread_rows(fitted: Fitted, number: Number) -> list[tuple[str, str]]:
    rows = []
    for term, matrix in zip(fitted.problem.terms, fitted.covariances, strict=False):
        rows += [
            (f"{term.group}, {name}", number(float(matrix[place, place]))) for place, name in enumerate(term.names)
        ]
    left = _residual_record(fitted)
    if fitted.problem.visits:
        matrix = fitted.covariances[-1]
        rows += [(visit, number(float(matrix[place, place]))) for place, visit in enumerate(fitted.problem.visits)]
    else:
        rows += [
            (_("left over") if name == "all" else _("left over, %(name)s") % {"name": name}, number(value))
            for name, value in left.items()
        ]
    for group, share in (_shares(fitted) or {}).items():
        rows.append((_("share of spread between %(group)s") % {"group": group}, number(share)))
    return rows


def _drawn(effects: dict[str, Contrast], formula: Formula, method: str, n: int) -> Figure:
    rows = []
    for name, one in effects.items():
        if name != "(Intercept)" or len(effects) == 1:
            ends = one.interval()
            rows.append(Row(name, one.estimate, ends.low, ends.high))
    return intervals(
        rows,
        title=_("What goes with %(outcome)s") % {"outcome": formula.outcome},
        axis=_("points of %(outcome)s") % {"outcome": formula.outcome},
        note=_("%(n)s rows; 95 %% intervals by %(method)s.") % {"n": n, "method": method},
    )
