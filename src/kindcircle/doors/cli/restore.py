"""`kindcircle restore`: a copy comes back into an empty home and forgets again what was erased since it was made."""

import json
import tarfile
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any

import click

from kindcircle.doors.cli.copies import (
    DUMP,
    MANIFEST,
    RECORDINGS,
    ask_here,
    bring_database,
    engine,
    hash_of,
    held,
    quiet_corner,
    recordings,
)
from kindcircle.doors.cli.home import Stop, open_database, open_home

THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=THERE)
@click.option("--identity", required=True, type=THERE, help="The age key file.")
@click.option(
    "--erased",
    "list_file",
    type=THERE,
    help="erased.jsonl of the site.",
)
@click.option("--nothing-was-erased", is_flag=True, help="There is no such list, and nobody erased anything since.")
def restore(file: Path, identity: Path, list_file: Path | None, *, nothing_was_erased: bool) -> None:
    """Bring a copy back into an empty home that has its keys, look it over, and erase again what was erased since."""
    import pyrage

    from kindcircle.base.lib import erased
    from kindcircle.base.lib.erased import noted

    open_home()
    refuse_if_used()
    if list_file is None and erased.file().is_file():
        list_file = erased.file()
    if list_file is None and not nothing_was_erased:
        raise Stop(
            _("Please bring erased.jsonl of that site and name it with --erased: it says what must not come back.")
        )
    lines = list(noted(list_file)) if list_file else []
    with quiet_corner() as corner:
        packed = corner / "packed.tar"
        try:
            keeper = pyrage.x25519.Identity.from_str(secret_line(identity))
            pyrage.decrypt_file(str(file), str(packed), [keeper])
        except (pyrage.DecryptError, pyrage.IdentityError, OSError):  # OSError: a piece further on was changed
            raise Stop(
                _("This key does not open that copy, or the copy was changed. Nothing was brought back.")
            ) from None
        with tarfile.open(packed) as inside:
            inside.extractall(corner, filter="data")
        manifest = json.loads((corner / MANIFEST).read_text(encoding="utf-8"))
        if hash_of(corner / DUMP) != manifest["sha256"] or manifest["engine"] != engine():
            raise Stop(_("The copy is not whole, or it is of another kind of database. Nothing was brought back."))
        bring_database(corner / DUMP)
        if (corner / RECORDINGS).is_dir():
            recordings().parent.mkdir(parents=True, exist_ok=True)
            (corner / RECORDINGS).rename(recordings())
    _look_over(manifest)
    open_database()
    _forget_again(lines, list_file, copied_at=datetime.fromisoformat(manifest["at"]))


def _look_over(manifest: dict[str, Any]) -> None:
    from kindcircle.base.audit.log import verify

    if held(ask_here)["rows"] != manifest["rows"]:
        raise Stop(_("Not every row of the copy is there. Please use another copy."))
    flaws = list(verify())
    if flaws:
        raise Stop(
            _("The record of {chain} does not hold at {number}.").format(chain=flaws[0].chain, number=flaws[0].number)
        )
    click.echo(_("Every row is there, and the record holds. The copy is of {at}.").format(at=manifest["at"]))


def _forget_again(lines: list[Any], list_file: Path | None, *, copied_at: datetime) -> None:
    from kindcircle.base.lib import erased
    from kindcircle.rooms.ending.replaying import replay

    took = replay(lines, copied_at=copied_at)
    own = erased.file()
    if list_file is not None and list_file.resolve() != own.resolve():
        own.write_bytes(list_file.read_bytes())
        own.chmod(0o600)
    said = ngettext("{n} erasure was made again.", "{n} erasures were made again.", took)
    click.echo(said.format(n=took))


def refuse_if_used() -> None:
    """A copy comes back into a home that nobody is in yet."""
    from django.conf import settings
    from django.db import connection

    if engine() == "sqlite":
        if Path(str(settings.DATABASES["default"]["NAME"])).exists():
            raise Stop(_("Somebody is in this home already. Please bring a copy back into an empty one."))
    elif connection.introspection.table_names():
        raise Stop(_("This database has tables already. Please bring a copy back into an empty one."))


def secret_line(identity: Path) -> str:
    lines = identity.read_text(encoding="ascii", errors="replace").splitlines()
    return next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
