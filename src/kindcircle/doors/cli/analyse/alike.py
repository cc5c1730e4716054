"""`--margin`: whether a change or a difference is too small to matter, for the commands that compare means."""

from gettext import gettext as _
from typing import Any

import click

from kindcircle.doors.cli.analyse.desk import Number, interval_words, p_words, plain
from kindcircle.stats.effects import Equivalence
from kindcircle.stats.results import Undefined

margin_option = click.option(
    "--margin",
    type=click.FloatRange(0, min_open=True),
    help="Points that would not matter, said before the data were looked at: is the difference smaller?",
)


def equivalence_record(alike: Equivalence | Undefined | None) -> Any:
    """With full precision, ready for JSON; None where no margin was given."""
    if alike is None or isinstance(alike, Undefined):
        return plain(alike)
    return {
        "margin": alike.margin,
        "p_above": alike.p_above,
        "p_below": alike.p_below,
        "p": alike.p,
        "holds": alike.holds(),
        "interval": plain(alike.interval()),
        "source": alike.source,
    }


def equivalence_lines(alike: Equivalence | Undefined | None, number: Number, few: bool) -> list[str]:
    """For reading. The interval says it as well as the p does, which is left out where there are few people."""
    if alike is None:
        return []
    heading = ["", _("Too small to matter?")]
    if isinstance(alike, Undefined):
        return [*heading, "  " + _(alike.text)]
    limits = interval_words(alike.interval(), number)
    if alike.holds():
        told = _("Yes: the %(limits)s lies within %(margin)s points either way.")
    else:
        told = _("Not shown: the %(limits)s reaches beyond %(margin)s points. That does not show a difference either.")
    told = told % {"limits": limits, "margin": number(alike.margin)}
    return [*heading, f"  {told}" + ("" if few else f" {p_words(alike.p)}.")]
