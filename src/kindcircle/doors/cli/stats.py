"""`kindcircle stats`: show that this installation computes rightly."""

import json
import sys
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

import click

from kindcircle.doors.cli.sorry import Sorry
from kindcircle.stats.validation import answer_folder
from kindcircle.stats.validation.reading import BadCase


@click.group()
def stats() -> None:
    """Self-validation of the statistics."""


@stats.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write; without it, to the screen."
)
def answer(folder: Path, out: Path | None) -> None:
    """Answer every case of FOLDER (cases.json and its CSV files) as JSON.

    What has no figure is null, and `reasons` says why. Ends with 2 when the folder cannot be used.
    """
    if not folder.is_dir():
        raise Sorry(_("There is no folder called %(folder)s.") % {"folder": folder})
    try:
        with click.progressbar(length=_cases_in(folder), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            found = answer_folder(folder.resolve(), done=lambda _case: bar.update(1))
    except BadCase as problem:
        raise Sorry(str(problem)) from None
    text = json.dumps(found, indent=1, allow_nan=False)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as problem:
        raise Sorry(_("%(file)s cannot be written: %(why)s.") % {"file": out, "why": problem.strerror}) from None
    count = len(found) - 1
    said = ngettext("Answered %(count)s case in %(file)s.", "Answered %(count)s cases in %(file)s.", count)
    click.echo(said % {"count": count, "file": out})


def _cases_in(folder: Path) -> int:
    """How long the bar is; whatever is wrong with the file is said by whoever reads it for good."""
    try:
        found = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    return len(found) if isinstance(found, list) else 0
