"""`kindcircle analyse two-arms`: two arms of one study, at the end and, where known, from the start."""

from collections import Counter
from collections.abc import Mapping
from gettext import gettext as _
from math import isnan
from pathlib import Path
from typing import Any

import click

from kindcircle.doors.cli.analyse.alike import equivalence_lines, equivalence_record, margin_option
from kindcircle.doors.cli.analyse.desk import (
    Number,
    answer,
    columns,
    common_options,
    data_file,
    in_a_row,
    interval_words,
    keep_in_mind,
    kindly,
    labels,
    number_writer,
    one_row_each,
    open_table,
    p_words,
    picture_place,
    plain,
    plot_option,
    said,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Row, intervals
from kindcircle.stats import effects
from kindcircle.stats.columns import Table
from kindcircle.stats.effects import ClusteredEffect, ControlledEffect, IndependentEffect, Superiority
from kindcircle.stats.results import MeanEstimate, Undefined
from kindcircle.stats.samples import ArmSummary, summarise_arm, summarise_pairs
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message, say

Found = MeanEstimate | IndependentEffect | ClusteredEffect | ControlledEffect | Superiority | Undefined


@click.command("two-arms")
@data_file
@click.option("--outcome", required=True, metavar="COLUMN", help="Column with the score at the end.")
@click.option("--before", metavar="COLUMN", help="Column with the score at the start.")
@click.option("--arm-col", required=True, metavar="COLUMN", help="Column that says which arm a row belongs to.")
@click.option("--arm", required=True, metavar="VALUE", help="The arm that is asked about.")
@click.option("--versus", required=True, metavar="VALUE", help="The arm it is compared with.")
@click.option("--group", metavar="COLUMN", help="Column with the group of each person, where both arms met in groups.")
@click.option(
    "--icc",
    type=click.FloatRange(0, 1, max_open=True),
    help="How alike people of one group are, from elsewhere; with --group.",
)
@margin_option
@click.option("--id", "id_col", metavar="COLUMN", help="Column that names each person, to see that nobody is twice.")
@plot_option("Draw the standardised differences.")
@common_options
def two_arms(
    file: Path,
    outcome: str,
    before: str | None,
    arm_col: str,
    arm: str,
    versus: str,
    group: str | None,
    icc: float | None,
    margin: float | None,
    id_col: str | None,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """Two arms beside each other: the first minus the second.

    DATA.csv has one row per person. With --before the difference is also given with the start taken off (analysis of
    covariance), and as the difference of changes. With --group and --icc the standardised difference is also given with
    the groups taken into account (Hedges 2007).
    """
    picture_place(plot)
    if (group is None) != (icc is None):
        raise Sorry(_("--group and --icc go together: groups tell how many, the ICC how alike people in them are."))
    if arm == versus:
        raise Sorry(_("--arm and --versus name the same arm."))
    with kindly():
        table = open_table(file)
        one_row_each(table, id_col)
        for name in (outcome, before):
            if name is not None:
                table.scores(name)  # as one column, so that a mix of decimal signs is seen
        one, two = table.where(arm_col, arm), table.where(arm_col, versus)
        summaries = summarise_arm(one.scores(outcome)), summarise_arm(two.scores(outcome))
        found = _differences(summaries)
        higher = effects.superiority(one.scores(outcome), two.scores(outcome))
        if group is not None and icc is not None:
            found |= _with_groups(summaries, _group_sizes(one, two, outcome, group), icc)
        if before is not None:
            found |= _with_start((one.scores(before), one.scores(outcome)), (two.scores(before), two.scores(outcome)))
    first, second = summaries
    if isinstance(first, Undefined) or isinstance(second, Undefined) or min(first.n, second.n) < 2:
        raise Sorry(_("Each arm needs at least two people with a score."))
    alike = None if margin is None else effects.equivalence(effects.mean_difference(first, second), margin)
    warnings = _warnings(first, second)
    record = {
        "analysis": "two-arms",
        "outcome": outcome,
        "arms": {arm: _arm_record(first), versus: _arm_record(second)},
        "differences": {label: _record(one) for label, one in found.items()},
        "first_arm_higher": _record(higher),
        "equivalence": equivalence_record(alike),
        "warnings": said(warnings),
    }
    title = _("%(outcome)s: %(arm)s minus %(versus)s") % {"outcome": outcome, "arm": arm, "versus": versus}

    def text() -> str:
        number = number_writer(digits)
        lines = [title, ""]
        lines += columns(
            [
                ("", _("n"), _("no score"), _("mean"), _("SD")),
                *(
                    (name, str(one.n), str(one.dropped), number(one.mean), "" if one.sd is None else number(one.sd))
                    for name, one in ((arm, first), (versus, second))
                ),
            ]
        )
        few = min(first.n, second.n) < ENOUGH_TO_TELL
        lines += ["", _("Differences")]
        lines += columns([(label, _words(one, number, few)) for label, one in found.items()])
        lines += ["", _("How often somebody of the first arm scores higher than somebody of the second, ties by half")]
        lines += [f"  {_words(higher, number, few)}"]
        lines += equivalence_lines(alike, number, few)
        return "\n".join(lines + keep_in_mind(warnings))

    answer(record, text, as_json)
    if plot is not None:
        rows = [_row(label, one) for label, one in found.items() if not isinstance(one, MeanEstimate)]
        counts = _("n = %(first)s and %(second)s.") % {"first": first.n, "second": second.n}
        note = f"{counts} {say(Message('W4.together'), translate=_)}"
        save(intervals(rows, title=title, axis=_("standard deviations"), note=note), plot)


def _differences(arms: tuple[ArmSummary | Undefined, ArmSummary | Undefined]) -> dict[str, Found]:
    one, two = arms
    if isinstance(one, Undefined) or isinstance(two, Undefined):
        return {}
    return {
        _("points"): effects.mean_difference(one, two),
        "g": effects.g_independent(one, two),
        "g_unequal": effects.g_unequal(one, two),
        "g_glass": effects.g_glass(one, two),
    }


def _group_sizes(one: Table, two: Table, outcome: str, group: str) -> tuple[list[int], list[int]]:
    """How many people with a score each group has, by arm. A group in both arms is not what this effect is for."""
    first, second = (
        Counter(
            name
            for name, score in zip(labels(arm, group), arm.scores(outcome), strict=True)
            if score is not None and not isnan(score)
        )
        for arm in (one, two)
    )
    both = first.keys() & second.keys()
    if both:
        raise Sorry(
            _("The group %(name)s is in both arms, and this is for arms of whole groups.") % {"name": min(both)}
        )
    return list(first.values()), list(second.values())


def _with_groups(
    arms: tuple[ArmSummary | Undefined, ArmSummary | Undefined], sizes: tuple[list[int], list[int]], icc: float
) -> dict[str, Found]:
    one, two = arms
    if isinstance(one, Undefined) or isinstance(two, Undefined):
        return {}
    return {"g_clustered": effects.g_clustered(one, two, sizes=sizes, icc=icc)}


def _with_start(one: Any, two: Any) -> dict[str, Found]:
    treated, comparison = summarise_pairs(*one), summarise_pairs(*two)
    if isinstance(treated, Undefined) or isinstance(comparison, Undefined):
        raise Sorry(_("Each arm needs at least two people with both scores."))
    return {
        _("points, start taken off"): effects.adjusted_difference(one, two),
        "d_ppc2": effects.d_ppc2(treated, comparison),
    }


def _limits(found: Found) -> Any:
    """The interval to print: exact for g, else the usual one."""
    if isinstance(found, Undefined):
        return found
    if isinstance(found, IndependentEffect) and found.label == "g":
        exact = found.exact_interval()
        return found.interval() if isinstance(exact, Undefined) else exact
    return found.interval()


def _record(found: Found) -> Mapping[str, Any] | Any:
    if isinstance(found, Undefined):
        return plain(found)
    record = {
        "estimate": found.estimate,
        "se": found.se,
        "interval": _limits(found),
        "n": found.n,
        "source": found.source,
    }
    if isinstance(found, ClusteredEffect):
        record |= {"groups": found.groups, "icc": found.icc, "df": found.df}
    if isinstance(found, MeanEstimate):
        record |= {"t": found.t, "df": found.df, "p": found.p}
    return record | {"convention": found.convention}


def _words(found: Found, number: Number, few: bool) -> str:
    if isinstance(found, Undefined):
        return _("not defined: %(why)s") % {"why": _(found.text)}
    parts = [number(found.estimate), interval_words(_limits(found), number)]
    if isinstance(found, MeanEstimate) and not few:
        parts.append(p_words(found.p))
    return in_a_row(*parts)


def _row(label: str, found: Found) -> Row:
    if isinstance(found, Undefined):
        return Row(label, instead=_(found.text))
    limits = _limits(found)
    if isinstance(limits, Undefined):
        return Row(label, found.estimate)
    return Row(label, found.estimate, limits.low, limits.high)


def _arm_record(one: ArmSummary) -> Mapping[str, Any]:
    return {"n": one.n, "dropped": one.dropped, "mean": one.mean, "sd": one.sd}


def _warnings(one: ArmSummary, two: ArmSummary) -> list[Message]:
    found = []
    if min(one.n, two.n) < ENOUGH_TO_TELL:
        found.append(Message("W3.few", {"n": one.n + two.n}))
    found.append(Message("W4.together"))
    missing, listed = one.dropped + two.dropped, one.n + two.n + one.dropped + two.dropped
    if missing:
        found.append(Message("W5.rows", {"missing": missing, "listed": listed}))
    return [*found, Message("W10")]
