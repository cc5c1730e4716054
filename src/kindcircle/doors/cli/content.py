"""`kindcircle content`: look over the words before people meet them, and release them when they are final."""

from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from pathlib import Path

import click

from kindcircle.spec.gate import Finding, check
from kindcircle.spec.released import LIST_NAME, content_files, release, unreleased
from kindcircle.spec.texts import SHIPPED, ContentError

FOLDER = click.argument(
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SHIPPED,
    metavar="[FOLDER]",
)


@click.group()
def content() -> None:
    """The words: programmes, practices, handouts and questionnaires."""


@content.command("check")
@FOLDER
def check_content(folder: Path) -> None:
    """Look over a content folder; the one that came with Kindcircle when none is named.

    Prints what to mend, file by file. Ends with 1 when something has to be mended, else with 0.
    """
    count = len(content_files(folder))
    if not count:
        raise click.ClickException(_("There is no content in {folder}.").format(folder=folder))
    findings = check(folder)
    errors = [finding for finding in findings if finding.level == "error"]
    notes = [finding for finding in findings if finding.level == "warning"]
    _show(_("To mend"), errors)
    _show(_("Worth a look"), notes)
    looked = ngettext("Looked at {n} file.", "Looked at {n} files.", count).format(n=count)
    if errors:
        mend = ngettext("{n} thing to mend.", "{n} things to mend.", len(errors)).format(n=len(errors))
        click.echo(f"{looked} {mend}")
        raise SystemExit(1)
    click.echo(f"{looked} " + _("Nothing to mend."))


@content.command("release")
@FOLDER
@click.option(
    "--only",
    "beginnings",
    multiple=True,
    metavar="PATH",
    help="Release only files whose path begins like this, such as practices/. May be given more than once.",
)
def release_content(folder: Path, beginnings: tuple[str, ...]) -> None:
    """Mark new files as released: from then on they never change, and a correction is a new version.

    Files already released are left as they are. Nothing is released while something has to be mended.
    """
    errors = [finding for finding in check(folder) if finding.level == "error"]
    if errors:
        _show(_("To mend first"), errors)
        raise click.ClickException(_("Nothing was released."))
    names = None
    if beginnings:
        names = [name for name in unreleased(folder) if name.startswith(beginnings)]
    try:
        added = release(folder, names)
    except ContentError as error:
        raise click.ClickException(str(error)) from error
    for name in added:
        click.echo(name)
    done = ngettext("{n} file added to {list}.", "{n} files added to {list}.", len(added))
    click.echo(done.format(n=len(added), list=LIST_NAME))


def _show(title: str, findings: list[Finding]) -> None:
    if not findings:
        return
    click.echo(title)
    for file, group in groupby(findings, key=lambda finding: finding.file):
        click.echo(f"  {file}")
        for finding in group:
            place = f"{finding.place}: " if finding.place else ""
            click.echo(f"    {place}{finding.message}")
    click.echo("")
