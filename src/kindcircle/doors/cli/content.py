"""`kindcircle content`: begin a text of one's own, look over the words before people meet them, and release them."""

import os
import re
import textwrap
from collections.abc import Callable
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import click

from kindcircle.base.lib import places
from kindcircle.spec import skeleton
from kindcircle.spec.gate import RULES, Finding, check, not_ready
from kindcircle.spec.released import LIST_NAME, content_files, release, unreleased
from kindcircle.spec.shelves import versions
from kindcircle.spec.texts import SHIPPED, ContentError

Command = TypeVar("Command", bound=Callable[..., Any])

WIDTH = 100


def site_folder() -> Path:
    """Where this site keeps the words it wrote itself."""
    return places.home() / "content"


def which_folder(command: Command) -> Command:
    """The folder a command looks at: one that is named, the site's own, or the one that came with Kindcircle."""
    named = click.argument(
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        required=False,
        metavar="[FOLDER]",
    )
    own = click.option("--site", is_flag=True, help="Your own folder: content, inside KINDCIRCLE_HOME.")
    return named(own(command))


def _chosen(folder: Path | None, site: bool) -> Path:
    if folder is not None and site:
        raise click.UsageError(_("Please name a folder or say --site, not both."))
    chosen = site_folder() if site else folder or SHIPPED
    if not chosen.is_dir() or not content_files(chosen):
        raise click.ClickException(_("There is no content in {folder}.").format(folder=chosen))
    return chosen


@click.group()
def content() -> None:
    """The words: programmes, practices, handouts and questionnaires."""


@content.command("check")
@which_folder
def check_content(folder: Path | None, site: bool) -> None:
    """Look over a content folder; the one that came with Kindcircle when none is named.

    Prints what to mend and how, file by file. Ends with 1 when something has to be mended, else with 0.
    """
    chosen = _chosen(folder, site)
    count = len(content_files(chosen))
    findings = check(chosen)
    errors = [finding for finding in findings if finding.level == "error"]
    drafts = [finding for finding in findings if finding.rule == "text.draft"]
    new = sum(finding.rule == "release.new" for finding in findings)
    notes = [one for one in findings if one.level == "warning" and one.rule not in ("text.draft", "release.new")]
    _show(_("To mend"), errors)
    _show(_("Still to write"), drafts, mends=False)
    _show(_("Worth a look"), notes)
    if new:
        said = ngettext("{n} file is new and not released.", "{n} files are new and not released.", new)
        click.echo(said.format(n=new) + " " + _("When the words are final: kindcircle content release"))
    looked = ngettext("Looked at {n} file.", "Looked at {n} files.", count).format(n=count)
    if errors:
        mend = ngettext("{n} thing to mend.", "{n} things to mend.", len(errors)).format(n=len(errors))
        click.echo(f"{looked} {mend}")
        raise SystemExit(1)
    click.echo(f"{looked} " + _("Nothing to mend."))


@content.command("release")
@which_folder
@click.option(
    "--only",
    "beginnings",
    multiple=True,
    metavar="PATH",
    help="Release only files whose path begins like this, such as practices/. May be given more than once.",
)
def release_content(folder: Path | None, site: bool, beginnings: tuple[str, ...]) -> None:
    """Mark new files as released: from then on they never change, and a correction is a new version.

    Files already released are left as they are. Nothing is released while something has to be mended or is
    still to be written.
    """
    chosen = _chosen(folder, site)
    names = [name for name in unreleased(chosen) if not beginnings or name.startswith(beginnings)]
    try:
        stopping = not_ready(chosen, check(chosen), names)
        if stopping:
            _show(_("To mend first"), stopping)
            raise click.ClickException(_("Nothing was released."))
        added = release(chosen, names)
    except ContentError as error:
        raise click.ClickException(str(error)) from error
    for name in added:
        click.echo(name)
    done = ngettext("{n} file added to {list}.", "{n} files added to {list}.", len(added))
    click.echo(done.format(n=len(added), list=LIST_NAME))


@content.group("new")
def new_content() -> None:
    """Begin a programme or a practice of your own, with a whole example to write over."""


def _name(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value) or len(value) > 40:
        raise click.BadParameter(_("use small letters, digits and single hyphens, such as my-five-weeks"))
    return value


def _spoken(name: str) -> str:
    return name.replace("-", " ").capitalize()


NAME = click.argument("name", callback=_name)
TITLE = click.option("--title", help="The title as members read it; made from the name when left out.")
FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write it; your site's own content folder when left out.",
)


@new_content.command("programme")
@NAME
@click.option("--weeks", type=click.IntRange(1, 16), default=5, show_default=True)
@click.option(
    "--minutes",
    type=click.IntRange(skeleton.SHORTEST_MEETING, skeleton.LONGEST_MEETING),
    default=75,
    show_default=True,
    help="How long one meeting lasts.",
)
@TITLE
@FOLDER
def new_programme(name: str, weeks: int, minutes: int, title: str | None, folder: Path | None) -> None:
    """A whole programme to write over: a frame, and for each week a run-sheet, a talk and a handout."""
    chosen = folder or site_folder()
    for shelf in (SHIPPED, chosen):
        if (shelf / "programmes" / name).exists():
            raise click.ClickException(_("There is a programme called {name} already.").format(name=name))
    files = skeleton.programme_files(name, title or _spoken(name), weeks=weeks, minutes=minutes)
    _write(chosen, files)
    click.echo(_("Written: {folder}").format(folder=chosen / "programmes" / name / "1"))
    _next_steps(chosen)
    click.echo(_("Look at it in the browser: {page}").format(page=f"/words/programmes/{name}/1/"))


@new_content.command("practice")
@NAME
@TITLE
@FOLDER
def new_practice(name: str, title: str | None, folder: Path | None) -> None:
    """A whole practice to write over: its facts, its other ways, and one length with timed words."""
    chosen = folder or site_folder()
    if any(one.partition("-")[2] == name for one, _version in versions(chosen, "practices")):
        raise click.ClickException(_("There is a practice called {name} already.").format(name=name))
    try:
        file, text = skeleton.practice_file(name, title or _spoken(name), folder=chosen)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    _write(chosen, {file: text})
    click.echo(_("Written: {folder}").format(folder=chosen / file))
    _next_steps(chosen)


def _write(folder: Path, files: dict[str, str]) -> None:
    # A site's folder is for its own account only; start-up refuses one that others can read.
    before = os.umask(0o077)
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    finally:
        os.umask(before)


def _next_steps(folder: Path) -> None:
    click.echo(_("Words between [[ and ]] are hints. Put your own words in their place."))
    where = "--site" if folder == site_folder() else str(folder)
    click.echo(_("See what is still to write: kindcircle content check {where}").format(where=where))


def _show(title: str, findings: list[Finding], *, mends: bool = True) -> None:
    """Findings by file, each with its place and what is wrong; under those of one rule, how to mend them."""
    if not findings:
        return
    click.echo(title)
    for file, group in groupby(findings, key=lambda finding: finding.file):
        click.echo(f"  {file}")
        of_file = sorted(group, key=lambda finding: (finding.rule, finding.place, finding.message))
        for rule, same in groupby(of_file, key=lambda finding: finding.rule):
            for finding in same:
                where = f"{finding.where}: " if finding.where else ""
                click.echo(f"    {where}{finding.message}")
            if mends:
                click.echo(_how(rule))
    click.echo("")


def _how(rule: str) -> str:
    return textwrap.fill(
        f"→ {RULES[rule].mend} ({rule})",
        WIDTH,
        initial_indent="      ",
        subsequent_indent="        ",
        break_on_hyphens=False,
    )
