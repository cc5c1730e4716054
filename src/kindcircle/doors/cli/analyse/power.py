"""`kindcircle analyse power`: how many people and groups a study takes, before it begins."""

import os
from collections.abc import Callable
from gettext import gettext as _
from typing import Any, TypeVar

import click
import numpy as np

from kindcircle.doors.cli.analyse.desk import (
    answer,
    columns,
    common_options,
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
from kindcircle.figures import Figure, curve
from kindcircle.stats.power import (
    ANALYSES,
    FEWEST_GROUPS,
    Analysis,
    BeforeAfter,
    InGroups,
    PartlyGrouped,
    Power,
    Simulated,
    TwoArms,
    enough,
    invited,
    people_for_none_seen,
    people_for_share,
    share_interval,
    simulate,
    smallest_effect,
    spread_sizes,
)
from kindcircle.stats.power import power as power_of
from kindcircle.stats.power.simulation import AnyDesign
from kindcircle.stats.results import Undefined
from kindcircle.stats.sentences import Message

Command = TypeVar("Command", bound=Callable[..., Any])
Make = Callable[[int], AnyDesign]


@click.group()
def power() -> None:
    """Power and sample size, for planning only.

    Effects are in standard deviations of the outcome, as they would matter to people, not as a small study found them.
    Without a count, the smallest one that is enough is looked for.
    """


def planning(command: Command) -> Command:
    """The options of every design."""
    for option in reversed(
        (
            click.option("--effect", type=float, required=True, help="The effect to find, in standard deviations."),
            click.option(
                "--wanted",
                type=click.FloatRange(0, 1, min_open=True, max_open=True),
                default=0.8,
                show_default=True,
                help="The power to reach.",
            ),
            click.option(
                "--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True
            ),
            click.option(
                "--lost",
                type=click.FloatRange(0, 1, max_open=True),
                default=0.0,
                show_default=True,
                help="Share of people who will give no outcome.",
            ),
            click.option(
                "--simulate",
                "runs",
                type=click.IntRange(100, 1_000_000),
                metavar="RUNS",
                help="Try it out on so many made-up studies.",
            ),
            click.option(
                "--analysis",
                type=click.Choice(list(ANALYSES)),
                default="planned",
                show_default=True,
                help="How each of them is analysed.",
            ),
            click.option(
                "--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same figures."
            ),
            click.option(
                "--cores",
                type=click.IntRange(1),
                default=os.cpu_count() or 1,
                show_default="all",
                help="Processes that try it out.",
            ),
            plot_option("Draw power along the count."),
            common_options,
        )
    ):
        command = option(command)
    return command


@power.command("two-arms")
@click.option("--people", type=click.IntRange(2), help="People in each arm.")
@click.option(
    "--r", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="Correlation of the outcome with the start."
)
@planning
def two_arms(people: int | None, r: float, **wishes: Any) -> None:
    """Two arms of people who sit in no group."""
    _plan(lambda n: TwoArms(n, n, r), people, _("people in each arm"), wishes)


@power.command("before-after")
@click.option("--people", type=click.IntRange(2), help="People measured twice.")
@click.option(
    "--r",
    type=click.FloatRange(-1, 1, min_open=True, max_open=True),
    required=True,
    help="Correlation of before and after.",
)
@planning
def before_after(people: int | None, r: float, **wishes: Any) -> None:
    """One arm, before and after. It can never say why people changed."""
    _plan(lambda n: BeforeAfter(n, r), people, _("people measured twice"), wishes)


SIZE = click.option("--size", type=click.FloatRange(1), required=True, help="Members of a group who give an outcome.")
CV = click.option("--cv", type=click.FloatRange(0), default=0.0, help="Spread of group sizes over their mean.")
ICC = click.option(
    "--icc",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.05,
    show_default=True,
    help="How alike members of one group are.",
)
START = click.option(
    "--r", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="Correlation of the outcome with the start."
)
GROUPS = click.option("--groups", type=click.IntRange(2), help="Groups in each arm that has any.")


@power.command("groups")
@GROUPS
@SIZE
@CV
@ICC
@START
@planning
def in_groups(groups: int | None, size: float, cv: float, icc: float, r: float, **wishes: Any) -> None:
    """Both arms meet in groups."""

    def make(count: int) -> InGroups:
        sizes = spread_sizes(count, size, cv=cv)
        return InGroups(sizes, sizes, icc, r)

    _plan(make, groups, _("groups of %(size)s in each arm") % {"size": f"{size:g}"}, wishes)


@power.command("partly-grouped")
@GROUPS
@click.option("--alone", type=click.IntRange(2), help="People of the other arm; as many as in groups unless given.")
@SIZE
@CV
@ICC
@START
@planning
def partly_grouped(
    groups: int | None, alone: int | None, size: float, cv: float, icc: float, r: float, **wishes: Any
) -> None:
    """One arm meets in groups, the other waits or goes on as usual."""

    def make(count: int) -> PartlyGrouped:
        sizes = spread_sizes(count, size, cv=cv)
        return PartlyGrouped(sizes, alone or sum(sizes), icc, r)

    _plan(make, groups, _("groups of %(size)s in one arm") % {"size": f"{size:g}"}, wishes)


@power.command("share")
@click.option("--share", type=click.FloatRange(0, 1), help="The share that is expected.")
@click.option(
    "--half-width",
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    help="How far its interval may reach to either side.",
)
@click.option("--people", type=click.IntRange(1), help="Or: how closely do so many people tell it?")
@click.option("--size", type=click.FloatRange(1), default=1.0, help="Members of a group, where they are alike.")
@click.option("--icc", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="How alike they are.")
@click.option(
    "--none-seen-below",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="How many without any harm show that fewer than this share are harmed?",
)
@common_options
def of_a_share(
    share: float | None,
    half_width: float | None,
    people: int | None,
    size: float,
    icc: float,
    none_seen_below: float | None,
    as_json: bool,
    digits: int,
) -> None:
    """How closely a feasibility study tells a share. It is planned by this and not by power."""
    if none_seen_below is None and (share is None or (half_width is None) == (people is None)):
        raise Sorry(_("Please give --share with --half-width or --people, or --none-seen-below."))
    number = number_writer(digits)
    record: dict[str, Any] = {"analysis": "power", "design": "share"}
    lines = []
    with kindly():
        if share is not None and (half_width is not None or people is not None):
            n = people if people is not None else people_for_share(half_width or 0.0, share, size=size, icc=icc)
            if isinstance(n, Undefined):
                raise Sorry(_(n.text))
            ends = share_interval(n, share, size=size, icc=icc)
            record |= {"share": share, "people": n, "interval": ends}
            lines.append(
                _("%(n)s people tell a share of %(share)s with a %(ends)s.")
                % {"n": n, "share": number(share), "ends": interval_words(ends, number)}
            )
        if none_seen_below is not None:
            n = people_for_none_seen(none_seen_below)
            record |= {"none_seen_below": none_seen_below, "people_without_harm": n}
            lines.append(
                _("%(n)s people without any harm show that fewer than %(share)s are harmed (one-sided, 95 %%).")
                % {"n": n, "share": number(none_seen_below)}
            )
    answer(record, lambda: "\n".join(lines), as_json)


def _plan(make: Make, count: int | None, unit: str, wishes: dict[str, Any]) -> None:
    plot, effect, wanted, alpha = wishes["plot"], wishes["effect"], wishes["wanted"], wishes["alpha"]
    picture_place(plot)
    with kindly():
        if count is None:
            found = enough(make, effect=effect, wanted=wanted, alpha=alpha)
        else:
            found = power_of(make(count), effect=effect, alpha=alpha)
        if isinstance(found, Undefined):
            raise Sorry(_(found.text))
        design = found.design
        least = smallest_effect(design, wanted=wanted, alpha=alpha) if wanted > alpha else None
        tried = None
        if wishes["runs"]:
            tried = _tried(make(_count(found)), wishes)
    warnings = _warnings(found, tried)
    asked = [invited(people, wishes["lost"]) for people in design.people]
    record = {
        "analysis": "power",
        "design": type(design).__name__,
        "count": _count(found),
        "unit": unit,
        "people": list(design.people),
        "invited": asked,
        "effect": effect,
        "alpha": alpha,
        "power": found.power,
        "standard_error": found.error,
        "df": found.df,
        "smallest_effect": least,
        "source": found.source,
        "simulated": None if tried is None else _tried_record(tried) | {"seed": wishes["seed"]},
        "warnings": said(warnings),
    }

    def text() -> str:
        number = number_writer(wishes["digits"])
        rows = [
            (unit, str(_count(found))),
            (_("people with an outcome"), " + ".join(str(one) for one in design.people)),
            (_("people to ask"), " + ".join(str(one) for one in asked)),
            (_("power to find %(effect)s") % {"effect": f"{effect:g}"}, number(found.power)),
        ]
        if isinstance(least, float):
            rows.append((_("smallest effect found with %(wanted)s") % {"wanted": f"{wanted:g}"}, number(least)))
        if tried is not None:
            rows.append(
                (
                    _("power in %(runs)s made-up studies") % {"runs": tried.found.n},
                    f"{number(tried.found.count / max(1, tried.found.n))}, {interval_words(tried.interval(), number)}",
                )
            )
            rows.append((_("intervals that hold the truth"), number(tried.covered.count / max(1, tried.covered.n))))
            rows.append((_("analysed by"), _(ANALYSES[tried.analysis])))
        return "\n".join(columns(rows) + keep_in_mind(warnings))

    answer(record, text, wishes["as_json"])
    if plot is not None:
        save(_drawn(make, found, unit, wanted), plot)


def _count(found: Power) -> int:
    """What was counted: groups where there are any, else people of one arm."""
    design = found.design
    return design.people[0] if design.fewest_groups is None else design.fewest_groups


def _tried(design: AnyDesign, wishes: dict[str, Any]) -> Simulated:
    analysis: Analysis = wishes["analysis"]
    with progress(wishes["runs"], _("Trying it out")) as done:
        tried = simulate(
            design,
            effect=wishes["effect"],
            generator=np.random.default_rng(wishes["seed"]),
            runs=wishes["runs"],
            alpha=wishes["alpha"],
            analysis=analysis,
            workers=wishes["cores"],
            done=done,
        )
    if isinstance(tried, Undefined):
        raise Sorry(_(tried.text))
    return tried


def _tried_record(tried: Simulated) -> dict[str, Any]:
    return {
        "runs": tried.found.n,
        "found": tried.found.count,
        "power": plain(tried.found.estimate),
        "interval": plain(tried.interval()),
        "wrong_way": tried.wrong_way,
        "coverage": plain(tried.covered.estimate),
        "failed": tried.failed,
        "mean_estimate": tried.mean_estimate,
        "spread": tried.spread,
        "analysis": tried.analysis,
    }


def _warnings(found: Power, tried: Simulated | None) -> list[Message]:
    warnings = [Message("W17")]
    groups = found.design.fewest_groups
    if groups is not None and not found.enough_groups:
        warnings.append(Message("W4.arm", {"groups": groups, "enough": FEWEST_GROUPS}))
    if isinstance(found.design, BeforeAfter):
        warnings.append(Message("W1"))
    if tried is not None and tried.failed:
        warnings.append(Message("W11.failed", {"count": tried.failed}))
    return warnings


def _drawn(make: Make, found: Power, unit: str, wanted: float) -> Figure:
    chosen = _count(found)
    last = max(2 * chosen, chosen + 4)
    step = max(1, (last - 2) // 40)
    counts = sorted({*range(2, last + 1, step), chosen})
    points = []
    for count in counts:
        one = power_of(make(count), effect=found.effect, alpha=found.alpha)
        if isinstance(one, Power):
            points.append((float(count), one.power))
    return curve(
        points,
        title=_("Power to find an effect of %(effect)s standard deviations") % {"effect": f"{found.effect:g}"},
        axis=unit,
        upright=_("power"),
        wanted=wanted,
        chosen=(float(chosen), found.power),
    )
