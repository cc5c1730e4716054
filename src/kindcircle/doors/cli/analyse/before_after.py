"""`kindcircle analyse before-after`: one group and one scale, with the figures that the pages show."""

from gettext import gettext as _
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
    interval_words,
    kindly,
    number_writer,
    one_row_each,
    open_table,
    picture_place,
    plain,
    plot_option,
    save,
)
from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Person, people
from kindcircle.figures.people import Change
from kindcircle.stats.before_after import BeforeAfter, Context, analyse_before_after
from kindcircle.stats.change import Better, Category, Cutoff, Norms, ReliableChange
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.effects import Equivalence, equivalence
from kindcircle.stats.results import MeanEstimate, PairedEffect, Undefined
from kindcircle.stats.samples import PairedSummary
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message, say


@click.command("before-after")
@data_file
@click.option("--before", required=True, metavar="COLUMN", help="Column with the first score.")
@click.option("--after", required=True, metavar="COLUMN", help="Column with the second score.")
@click.option("--arm-col", metavar="COLUMN", help="Column that says which group a row belongs to.")
@click.option("--arm", metavar="VALUE", help="Use only the rows with this value in the group column.")
@click.option("--better", type=click.Choice(["higher", "lower"]), help="Which scores mean feeling better.")
@click.option("--reliability", type=click.FloatRange(0, 1), help="Published reliability of the scale.")
@click.option("--retest", type=click.FloatRange(0, 1), help="Published test-retest correlation.")
@click.option("--sd-before", type=float, help="Published SD before a programme, for reliable change.")
@click.option("--mean-clinical", type=float, help="Published mean of people seeking help.")
@click.option("--mean-functional", type=float, help="Published mean of people in the usual range.")
@click.option("--sd-functional", type=float, help="Published SD of people in the usual range.")
@click.option("--cutoff", type=click.Choice(["a", "b", "c"]), help="Cut-off by Jacobson and Truax.")
@click.option("--scale", nargs=2, type=float, metavar="LOW HIGH", help="Lowest and highest possible score.")
@margin_option
@click.option("--groups", type=click.IntRange(1), help="How many groups these people sat in.")
@click.option("--chosen-by-score", is_flag=True, help="People were let in by a score on this scale.")
@click.option(
    "--id", "id_col", metavar="COLUMN", help="Column that names each person, to see that nobody is there twice."
)
@plot_option("Draw each person as a line.")
@common_options
def before_after(
    file: Path,
    before: str,
    after: str,
    arm_col: str | None,
    arm: str | None,
    better: Better | None,
    reliability: float | None,
    retest: float | None,
    sd_before: float | None,
    mean_clinical: float | None,
    mean_functional: float | None,
    sd_functional: float | None,
    cutoff: Cutoff | None,
    scale: tuple[float, float] | None,
    margin: float | None,
    groups: int | None,
    chosen_by_score: bool,
    id_col: str | None,
    plot: Path | None,
    as_json: bool,
    digits: int,
) -> None:
    """One group, one scale, before and after.

    DATA.csv has one row per person and column names in the first row. Empty cells, NA, null and . are
    missing scores. Nothing is filled in; people without both scores are counted.
    """
    if (arm_col is None) != (arm is None):
        raise Sorry(_("Please give --arm-col and --arm together."))
    if reliability is None and (cutoff or sd_before is not None or mean_clinical is not None):
        raise Sorry(_("Reliable change also needs --reliability, a published figure for this scale."))
    if reliability is not None and better is None:
        raise Sorry(_("Reliable change also needs --better higher or --better lower."))
    if (mean_functional is None) != (sd_functional is None):
        raise Sorry(_("Please give --mean-functional and --sd-functional together."))
    if cutoff in ("b", "c") and mean_functional is None:
        raise Sorry(_("Cut-offs b and c also need --mean-functional and --sd-functional."))
    if scale is not None and not scale[0] < scale[1]:
        raise Sorry(_("Please give --scale as the lowest, then the highest possible score."))
    if cutoff is None and reliability is not None and mean_functional is not None:
        cutoff = "c"
    picture_place(plot)
    with kindly():
        norms = Norms(
            reliability=reliability,
            retest=retest,
            sd_before=sd_before,
            mean_clinical=mean_clinical,
            mean_functional=mean_functional,
            sd_functional=sd_functional,
        )
        table = open_table(file)
        if arm_col is not None and arm is not None:
            table = table.where(arm_col, arm)
        one_row_each(table, id_col)
        scores = table.scores(before), table.scores(after)
    result = analyse_before_after(
        *scores,
        better=better,
        norms=norms,
        cutoff=cutoff,
        context=Context(entry_used_cutoff=chosen_by_score, groups=groups, scale_ends=scale),
        # Whoever runs this holds the raw file; the pages keep the usual smallest count.
        smallest=0,
    )
    assert not isinstance(result, Suppressed)
    summary = _require_figures(result)
    alike = None if margin is None else equivalence(result.change, margin)
    record = {"analysis": "before-after", "before": before, "after": after, "arm": arm}
    record |= {"equivalence": equivalence_record(alike)}
    title = _("From %(before)s to %(after)s") % {"before": before, "after": after}
    title = title if arm is None else f"{title}, {arm}"
    answer(
        record | _as_record(result, summary), lambda: f"{title}\n\n{_as_text(result, summary, alike, digits)}", as_json
    )
    if plot is not None:
        drawn = people(
            _persons(*scores, result),
            title=title,
            axis=_("score"),
            ends=scale,
            before=before,
            after=after,
            words=_kinds(result),
            note=say(result.warnings[0], translate=_),
        )
        save(drawn, plot)


def _persons(before: list[float | None], after: list[float | None], result: BeforeAfter) -> list[Person]:
    """What each change means: by the form's own error where it is known, else by its direction alone."""
    known: dict[int, Change] = {}
    if isinstance(result.reliable, ReliableChange):
        meanings: dict[Category, Change] = {
            Category.RECOVERED: "better",
            Category.IMPROVED: "better",
            Category.DETERIORATED: "worse",
            Category.UNCHANGED: "same",
        }
        known = {person.position: meanings[person.category] for person in result.reliable.people}
    toward = -1 if result.better == "lower" else 1
    found = []
    for place, (one, two) in enumerate(zip(before, after, strict=True)):
        change: Change = "same"
        if one is not None and two is not None:
            step = toward * (two - one)
            change = known.get(place, "same") if known else "better" if step > 0 else "worse" if step < 0 else "same"
        found.append(Person(one, two, change))
    return found


def _kinds(result: BeforeAfter) -> tuple[str, str, str, str]:
    if isinstance(result.reliable, ReliableChange):
        return _("reliably better"), _("no reliable change"), _("reliably worse"), _("no second score")
    if result.better is None:
        return _("up"), _("the same"), _("down"), _("no second score")
    return _("the hoped-for way"), _("the same"), _("the other way"), _("no second score")


def _require_figures(result: BeforeAfter) -> PairedSummary:
    """The summary, or a kind refusal when two people or any spread at all are missing."""
    summary = result.summary
    if isinstance(summary, Undefined):
        counts = {"complete": result.pairs.n, "listed": result.pairs.n_listed}
        raise Sorry(_("Of %(listed)s people, %(complete)s have both scores, and we need at least two.") % counts)
    if summary.sd_before == summary.sd_after == 0:
        raise Sorry(_("Everyone has the same score before, and the same after, so there is nothing to work out."))
    return summary


def _as_record(result: BeforeAfter, summary: PairedSummary) -> dict[str, Any]:
    """Every figure with full precision, ready for JSON."""
    return {
        "comparison_group": False,
        "better": result.better,
        "n_listed": result.pairs.n_listed,
        "n_complete": result.pairs.n,
        "n_missing_after": result.pairs.missing_after,
        "n_missing_before": result.pairs.missing_before,
        "n_missing_both": result.pairs.missing_both,
        "mean_before": summary.mean_before,
        "mean_after": summary.mean_after,
        "sd_before": summary.sd_before,
        "sd_after": summary.sd_after,
        "sd_change": summary.sd_change,
        "range_before": list(summary.range_before),
        "range_after": list(summary.range_after),
        "r": plain(summary.r),
        "moved": {"up": result.moved.up, "down": result.moved.down, "same": result.moved.same},
        "mean_change": _mean_record(result.change),
        "effects": {label: _effect_record(effect) for label, effect in result.effects.items()},
        "reliable_change": _reliable_record(result.reliable),
        "expected_change_without_programme": result.expected_change,
        "sentence": {"key": result.sentence.key, "text": say(result.sentence, translate=_)},
        "warnings": [{"key": warning.key, "text": say(warning, translate=_)} for warning in result.warnings],
    }


def _mean_record(change: MeanEstimate | Undefined) -> Any:
    if isinstance(change, Undefined):
        return plain(change)
    return {
        "estimate": change.estimate,
        "se": change.se,
        "t": plain(change.t),
        "df": change.df,
        "p": plain(change.p),
        "interval": plain(change.interval()),
        "source": change.source,
    }


def _effect_record(effect: PairedEffect | Undefined) -> Any:
    if isinstance(effect, Undefined):
        return plain(effect)
    return {
        "estimate": effect.estimate,
        "variance": plain(effect.variance),
        "se": plain(effect.se),
        "interval": plain(effect.interval()),
        "n": effect.n,
        "dropped": effect.dropped,
        "convention": effect.convention,
        "source": effect.source,
    }


def _reliable_record(found: ReliableChange | Undefined | None) -> Any:
    if found is None or isinstance(found, Undefined):
        return plain(found)
    return {
        "n_complete": found.pairs.n,
        "n_no_second_measurement": found.pairs.missing_after,
        "mean_before": found.mean_before,
        "sd_before_used": found.sd_before_used,
        "sd_before_is_own": found.sd_before_is_own,
        "mean_clinical_used": found.mean_clinical_used,
        "se_measurement": found.se_measurement,
        "s_diff": found.s_diff,
        "smallest_reliable_change": found.smallest_reliable_change,
        "cutoff": found.cutoff,
        "cutoff_value": found.cutoff_value,
        "counts": {
            "deteriorated": found.counts.deteriorated,
            "unchanged": found.counts.unchanged,
            "improved": found.counts.improved,
            "recovered": found.counts.recovered,
        },
        "reliably_improved": found.counts.reliably_improved,
        "reliably_deteriorated": found.counts.deteriorated,
        "started_clinical": found.started_clinical,
        "ended_functional": found.ended_functional,
        "crossed_into_functional": found.crossed_into_functional,
        "could_not_improve_reliably": found.could_not_improve,
        "sum_abs_rci": found.sum_abs_rci,
        "source": found.source,
    }


def _as_text(result: BeforeAfter, summary: PairedSummary, alike: Equivalence | Undefined | None, digits: int) -> str:
    """The same figures for reading: the sentence first, the warnings last, never one without the other."""
    number = number_writer(digits)

    def speak(message: Message) -> str:
        return say(message, translate=_, number=lambda v: str(v) if isinstance(v, int) else number(v))

    pairs = result.pairs
    lines = [speak(result.sentence), ""]
    lines += columns(
        [
            (_("People listed"), str(pairs.n_listed)),
            (_("With both scores"), str(pairs.n)),
            (_("No score after"), str(pairs.missing_after)),
            (_("No score before"), str(pairs.missing_before)),
            (_("No score at all"), str(pairs.missing_both)),
        ]
    )
    lines += ["", _("Scores of those with both")]
    lines += columns(
        [
            ("", _("mean"), _("SD"), _("lowest"), _("highest")),
            _score_row(_("before"), summary.mean_before, summary.sd_before, summary.range_before, number),
            _score_row(_("after"), summary.mean_after, summary.sd_after, summary.range_after, number),
        ]
    )
    lines += ["", _("Change, after minus before, in one group with no comparison group")]
    lines += columns(
        [(_("points"), _change_text(result.change, number))]
        + [(label, _effect_text(effect, number)) for label, effect in result.effects.items()]
    )
    lines += [_t_text(result.change, pairs.n, number)]
    lines += equivalence_lines(alike, number, pairs.n < ENOUGH_TO_TELL)
    lines += _reliable_text(result.reliable, number)
    lines += ["", _("Please keep in mind")]
    lines += [f"  {warning.key.split('.')[0]:<3} {speak(warning)}" for warning in result.warnings]
    return "\n".join(lines)


def _score_row(name: str, mean: float, sd: float, ends: tuple[float, float], number: Number) -> tuple[str, ...]:
    return name, number(mean), number(sd), number(ends[0]), number(ends[1])


def _change_text(change: MeanEstimate | Undefined, number: Number) -> str:
    if isinstance(change, Undefined):
        return _(change.text)
    parts = number(change.estimate), interval_words(change.interval(), number), f"n = {change.n[0]}"
    return ", ".join((*parts, _("no comparison group")))


def _effect_text(effect: PairedEffect | Undefined, number: Number) -> str:
    if isinstance(effect, Undefined):
        return _("not defined: %(why)s") % {"why": _(effect.text)}
    parts = number(effect.estimate), interval_words(effect.interval(), number), f"n = {effect.n}"
    return ", ".join((*parts, _("no comparison group"))) + f"  [{effect.source}]"


def _t_text(change: MeanEstimate | Undefined, people: int, number: Number) -> str:
    """Paired t for researchers; below 12 people no p-value is printed."""
    if isinstance(change, Undefined) or isinstance(change.t, Undefined) or isinstance(change.p, Undefined):
        return ""
    text = f"  t({change.df:g}) = {number(change.t)}"
    return text if people < ENOUGH_TO_TELL else f"{text}, p = {change.p:.3g}"


def _reliable_text(found: ReliableChange | Undefined | None, number: Number) -> list[str]:
    if found is None:
        return []
    heading = ["", _("Reliable change (Jacobson and Truax 1991), with no comparison group")]
    if isinstance(found, Undefined):
        return [*heading, "  " + _(found.text)]
    rows = [
        (_("reliably worse"), str(found.counts.deteriorated)),
        (_("no reliable change"), str(found.counts.unchanged)),
        (_("reliably better"), str(found.counts.improved)),
    ]
    if found.counts.recovered is not None and found.cutoff_value is not None:
        rows[2] = (_("reliably better, not in the usual range"), str(found.counts.improved))
        rows.append((_("reliably better, moved into the usual range"), str(found.counts.recovered)))
    rows.append((_("out of, with both scores"), str(found.pairs.n)))
    rows.append((_("no second measurement"), str(found.pairs.missing_after)))
    if found.could_not_improve is not None:
        rows.append((_("too near the end to improve reliably"), str(found.could_not_improve)))
    own = _("of this group") if found.sd_before_is_own else _("published")
    rows.append((_("SD before"), f"{number(found.sd_before_used)} ({own})"))
    rows.append((_("a reliable change is more than"), number(found.smallest_reliable_change)))
    if found.cutoff_value is not None:
        rows.append((_("cut-off %(kind)s") % {"kind": found.cutoff}, number(found.cutoff_value)))
    return heading + columns(rows)
