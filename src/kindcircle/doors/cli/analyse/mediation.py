"""`kindcircle analyse mediation`: indirect ways through one or two variables. Never proof of a cause."""

from dataclasses import replace
from gettext import gettext as _
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
from kindcircle.figures import Arrow, Figure, paths
from kindcircle.stats.mediation import Bootstrap, Mediation, Model, Sensitivity, bootstrap, mediate, sensitivity
from kindcircle.stats.mediation.model import outcome_of, start_of
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message, say

Kind = Literal["percentile", "bca", "bc"]


@click.command()
@data_file
@click.option("--x", required=True, metavar="COLUMN", help="Where the way begins.")
@click.option(
    "--m",
    "mediators",
    required=True,
    multiple=True,
    metavar="COLUMN",
    help="What lies between; once or twice, in order.",
)
@click.option("--y", required=True, metavar="COLUMN", help="Where the way ends.")
@click.option("--covariate", "covariates", multiple=True, metavar="COLUMN", help="Held equal in every equation.")
@click.option("--parallel", is_flag=True, help="Two mediators side by side instead of one after the other.")
@click.option("--group", metavar="COLUMN", help="Draw whole groups: needs twenty of them.")
@click.option("--resamples", type=click.IntRange(1000, 10_000_000), default=10_000, show_default=True)
@click.option(
    "--interval", "kind", type=click.Choice(["percentile", "bca", "bc"]), default="percentile", show_default=True
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same figures.")
@click.option(
    "--rho",
    "rhos",
    type=click.FloatRange(-1, 1, min_open=True, max_open=True),
    multiple=True,
    help="Also tell each way as it were if a hidden cause left this correlation. Can be said more than once.",
)
@plot_option("Draw the paths.")
@common_options
def mediation(
    file: Path,
    x: str,
    mediators: tuple[str, ...],
    y: str,
    covariates: tuple[str, ...],
    parallel: bool,
    group: str | None,
    resamples: int,
    kind: Kind,
    seed: int,
    rhos: tuple[float, ...],
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """How large an indirect way is: x to y through one or two others.

    DATA.csv has one row per person. Intervals come from resampling people, or groups with --group. The other order of
    two mediators is always shown beside it, because it often fits as well; and how strong a hidden cause of two of them
    would have to be for nothing to be left.
    """
    picture_place(plot)
    model = Model(x, mediators, y, covariates, "parallel" if parallel else "serial")
    with kindly():
        table = open_table(file)
        data = {name: table.scores(name) for name in dict.fromkeys(model.columns)}
        found = mediate(data, model)
        if isinstance(found, Undefined):
            raise Sorry(_(found.text))
        with progress(resamples, _("Resampling")) as done:
            drawn = bootstrap(
                data,
                model,
                resamples=resamples,
                generator=np.random.default_rng(seed),
                group=None if group is None else labels(table, group),
                done=done,
            )
        if isinstance(drawn, Undefined):
            raise Sorry(_(drawn.text))
        hidden = _hidden(data, model, resamples, seed, None if group is None else labels(table, group))
        swapped = None
        if len(mediators) == 2 and not parallel:
            swapped = mediate(data, replace(model, mediators=mediators[::-1]))
    warnings = _warnings(found, drawn)
    record = {
        "analysis": "mediation",
        "model": {"x": x, "mediators": list(mediators), "y": y, "covariates": list(covariates), "order": model.order},
        "n": found.n,
        "dropped": found.dropped,
        "seed": seed,
        "resamples": resamples,
        "groups": drawn.groups,
        "effects": {name: _effect_record(found, drawn, name, kind) for name in model.effect_names},
        "standardised": found.standardised,
        "equations": {name: _equation_record(one) for name, one in found.equations.items()},
        "other_order": None
        if not isinstance(swapped, Mediation)
        else {"mediators": list(mediators[::-1]), "effects": swapped.effects},
        "hidden_cause": plain(hidden)
        if isinstance(hidden, Undefined)
        else [_hidden_record(one, rhos) for one in hidden],
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(digits)
        lines = [" → ".join((x, *mediators, y)) if not parallel else f"{x} → {mediators} → {y}", ""]
        lines.append(
            _("%(n)s people, %(resamples)s resamples, seed %(seed)s")
            % {"n": found.n, "resamples": resamples, "seed": seed}
        )
        lines += [
            "",
            *columns(
                [(_called(model, name), _effect_words(found, drawn, name, kind, number)) for name in model.effect_names]
            ),
        ]
        if isinstance(swapped, Mediation):
            lines += [
                "",
                _("In the other order, %(first)s before %(second)s") % {"first": mediators[1], "second": mediators[0]},
            ]
            lines += columns(
                [
                    (_("through both"), number(swapped.effects["ind_serial"])),
                    (_("all indirect ways"), number(swapped.effects["total_indirect"])),
                ]
            )
        lines += ["", _("What a hidden cause of both could do"), *_hidden_words(hidden, model, rhos, number)]
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None:
        save(_drawn(found, drawn, kind), plot)


def _called(model: Model, name: str) -> str:
    """An effect in words, with its usual letters."""
    m = model.mediators
    if name in model.path_names:
        return f"{start_of(model, name)} → {outcome_of(model, name)}" + (_(" (directly)") if name == "cp" else "")
    words = {
        "ind_m1": _("through %(one)s alone") % {"one": m[0]},
        "ind_m2": _("through %(one)s alone") % {"one": m[-1]},
        "ind_serial": _("through both"),
        "total_indirect": _("all indirect ways"),
        "total": _("total"),
    }
    return words[name]


def _hidden(
    data: Any, model: Model, resamples: int, seed: int, group: list[str] | None
) -> list[Sensitivity] | Undefined:
    """For each path from a mediator to what comes next."""
    found = []
    for mediator in model.mediators:
        one = sensitivity(
            data, model, mediator=mediator, resamples=resamples, generator=np.random.default_rng(seed), group=group
        )
        if isinstance(one, Undefined):
            return one
        found.append(one)
    return found


def _hidden_record(one: Sensitivity, rhos: tuple[float, ...]) -> Any:
    return {
        "path": [one.mediator, one.outcome],
        "vanishes_at_rho": one.vanishes_at,
        "interval": plain(one.vanishes_between()),
        "share_of_the_rest": one.share_of_the_rest,
        "share_of_all": one.share_of_all,
        "effects": {
            name: {
                "holds_until_rho": one.holds_until(name),
                "at": [
                    {"rho": rho, "estimate": one.effect(name, rho), "interval": plain(one.interval(name, rho))}
                    for rho in rhos
                ],
            }
            for name in one.factors
        },
    }


def _hidden_words(
    hidden: list[Sensitivity] | Undefined, model: Model, rhos: tuple[float, ...], number: Number
) -> list[str]:
    if isinstance(hidden, Undefined):
        return [_("not defined: %(why)s") % {"why": _(hidden.text)}]
    rows = []
    for one in hidden:
        vanishes = _("nothing left at ρ = %(rho)s, %(ends)s") % {
            "rho": number(one.vanishes_at),
            "ends": interval_words(one.vanishes_between(), number),
        }
        rows.append((f"{one.mediator} → {one.outcome}", vanishes))
        for name in one.factors:
            until = one.holds_until(name)
            holds = (
                _("its interval holds 0 as it is")
                if until is None
                else _("its interval holds 0 from ρ = %(rho)s on") % {"rho": number(until)}
            )
            rows.append((f"  {_called(model, name)}", holds))
            for rho in rhos:
                told = f"{number(one.effect(name, rho))}, {interval_words(one.interval(name, rho), number)}"
                rows.append(("", _("at ρ = %(rho)s: %(told)s") % {"rho": number(rho), "told": told}))
    return columns(rows)


def _effect_words(found: Mediation, drawn: Bootstrap, name: str, kind: Kind, number: Any) -> str:
    return f"{number(found.effects[name])}, {interval_words(drawn.interval(name, kind), number)}"


def _effect_record(found: Mediation, drawn: Bootstrap, name: str, kind: Kind) -> Any:
    low, high = drawn.wobble(name)
    return {
        "estimate": found.effects[name],
        "se_bootstrap": drawn.se(name),
        "se_delta": found.se[name],
        "interval": plain(drawn.interval(name, kind)),
        "limits_move_by": {"low": low, "high": high},
    }


def _equation_record(one: Any) -> Any:
    return {
        "r2": one.r2,
        "df": one.df,
        "coefficients": {
            name: {"b": found.b, "se": found.se, "t": found.t, "p": found.p} for name, found in one.coefficients.items()
        },
    }


def _warnings(found: Mediation, drawn: Bootstrap) -> list[Message]:
    warnings = [Message("W9"), Message("W13")]
    if found.n < ENOUGH_TO_TELL * 3:
        warnings.append(Message("W3.few", {"n": found.n}))
    if found.dropped:
        warnings.append(Message("W5.rows", {"missing": found.dropped, "listed": found.n + found.dropped}))
    if drawn.redrawn:
        warnings.append(Message("W11.redrawn", {"count": drawn.redrawn}))
    return warnings


def _drawn(found: Mediation, drawn: Bootstrap, kind: Kind) -> Figure:
    model = found.model
    arrows = []
    for name in model.path_names:
        ends = drawn.interval(name, kind)
        low, high = (found.effects[name],) * 2 if isinstance(ends, Undefined) else (ends.low, ends.high)
        arrows.append(Arrow(start_of(model, name), outcome_of(model, name), found.effects[name], low, high))
    return paths(
        arrows,
        first=model.x,
        between=model.mediators,
        last=model.y,
        title=_("From %(x)s to %(y)s, n = %(n)s") % {"x": model.x, "y": model.y, "n": found.n},
        note=say(Message("W9"), translate=_),
    )
