"""The work behind `kindcircle measures rescore`: which numbers move when a rule was put right, and keeping them."""

from gettext import gettext as _
from gettext import ngettext

import click

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import clock
from kindcircle.doors.cli.measures import Unusable
from kindcircle.doors.cli.wording import the_house
from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.measures.rescoring import Moved, rescore


def score_anew(instrument: str, *, keep: bool, house_code: str) -> None:
    """Say which numbers move, sheet by sheet, and keep the new ones when asked to."""
    house = the_house(house_code)
    try:
        definition(instrument)
    except VersionUnknown:
        raise Unusable(_("There is no questionnaire called {name} here.").format(name=instrument)) from None
    found = rescore(organisation=house, instrument=instrument, keep=keep, by=SYSTEM, at=clock.now())
    if not found.sheets:
        click.echo(
            _("Nothing to do: no rule of {name} was corrected since its sheets were scored.").format(name=instrument)
        )
        return
    for one in found.moved:
        click.echo(_line(one))
    sheets = ngettext("{n} sheet", "{n} sheets", found.sheets).format(n=found.sheets)
    numbers = ngettext("{n} number moves", "{n} numbers move", len(found.moved)).format(n=len(found.moved))
    click.echo(_("By {rule}, {numbers} on {sheets}.").format(rule=found.rule, numbers=numbers, sheets=sheets))
    if keep:
        click.echo(_("Kept. The earlier numbers are still there, and the answers are as they were."))
        click.echo(_("Where somebody is clearly harder by the right rule, a talk waits with those who lead."))
    else:
        click.echo(_("Nothing was kept. Add --keep to make the new numbers count."))


def _line(one: Moved) -> str:
    return f"  {one.sheet}  {one.scale}: {_value(one.before, one.was)} -> {_value(one.after, one.now)}"


def _value(value: float | None, state: str) -> str:
    return f"{'–' if value is None else f'{value:g}'} ({state or '–'})"
