"""Making a site's home ready: folders, keys, database, static files. What is done already is left alone."""

import hashlib
import os
from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path

import click

from kindcircle.base.lib import env, halfway, keyfiles, places


class Stop(click.ClickException):
    """The site cannot go on; the sentence says what to do. Exit code 1, no traceback."""


def open_home(*, demo: bool = False, halfway_too: bool = False) -> None:
    """Folders and keys, then Django, as a demo or as the settings say. Nothing may import settings before this.

    A home in which a copy came back only halfway is opened for nobody but `restore` and `doctor` (halfway_too).
    Keys are made for a new home only: a new key beside old data would hide that the right one is missing.
    """
    os.umask(0o077)
    if halfway.there() and not halfway_too:
        raise Stop(half_restored())
    home, keys = places.home(), places.keys()
    used = any((home / "data").glob("*.sqlite3"))
    missing = [name for name in keyfiles.NAMES if not (keys / f"{name}.key").is_file()]
    if used and missing:
        raise Stop(
            _("The key {names} is missing from {folder}. Please bring it back from where you keep it safe.").format(
                names=", ".join(missing), folder=keys
            )
        )
    try:
        for folder in (home, home / "data", home / "mail"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyfiles.make(keys)
    except OSError as problem:
        raise Stop(_("{home} cannot be used: {why}").format(home=home, why=problem.strerror)) from None
    os.environ["DJANGO_SETTINGS_MODULE"] = "kindcircle.settings"
    if demo:
        os.environ["KINDCIRCLE_DEMO"] = "yes"
    import django

    try:
        django.setup()
    except env.BadSetting as problem:
        raise Stop(str(problem)) from None


def half_restored() -> str:
    """What to do where a copy did not come back to the end."""
    return _(
        "A copy is coming back here, or stopped on its way: what people erased since may stand in it still. "
        "Please let `kindcircle restore` come to its end, or call it again. Until then nobody is let in."
    )


def open_database() -> None:
    """Make or update the tables, if that is needed. Refuses a database made by a newer Kindcircle."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    from kindcircle.doors.cli.safe_start import unknown_schema

    try:
        executor = MigrationExecutor(connection)
    except OperationalError as problem:
        raise Stop(_("The database does not answer: {why}").format(why=str(problem).strip())) from None
    if strange := unknown_schema():
        raise Stop(strange)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def gather_static() -> None:
    """Collect styles, scripts and fonts, hashed and compressed, if they or the way they are sent changed since."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.HOME) / "static.stamp"
    mark = hashlib.sha256("\n".join(_static_marks()).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == mark and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(mark, encoding="ascii")


def _static_marks() -> Iterator[str]:
    from django.contrib.staticfiles.finders import get_finders
    from django.contrib.staticfiles.storage import staticfiles_storage

    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            yield f"{name} {state.st_size} {state.st_mtime_ns}"
    yield staticfiles_storage.way  # type: ignore[attr-defined]
