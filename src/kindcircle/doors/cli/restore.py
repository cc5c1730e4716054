"""`kindcircle restore`: a copy comes back into an empty home and forgets again what was erased since it was made."""

import json
import tarfile
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kindcircle.base.lib import halfway
from kindcircle.doors.cli.copies import (
    DUMP,
    MANIFEST,
    RECORDINGS,
    Ask,
    ask_here,
    asking,
    bring_database,
    clear_away,
    engine,
    hash_of,
    keys_open,
    quiet_corner,
    recordings,
    whole,
)
from kindcircle.doors.cli.home import Stop, open_database, open_home
from kindcircle.doors.cli.lead import let_leads_in

if TYPE_CHECKING:  # it reads the settings, which `open_home` makes ready
    from kindcircle.base.lib.erased import Erased

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
    from kindcircle.base.lib import erased

    open_home(halfway_too=True)
    stays = halfway.there()
    if list_file is None and erased.file().is_file():
        list_file = erased.file()
    if list_file is None and not nothing_was_erased:
        raise Stop(
            _("Please bring erased.jsonl of that site and name it with --erased: it says what must not come back.")
        )
    if not halfway.begin():
        raise Stop(_("Another restore is going on in this home. Please let it come to its end."))
    try:
        refuse_if_used(begun=stays)
        with quiet_corner() as corner:
            manifest = _unpack(file, identity, corner)
            if engine() == "sqlite":
                with asking(corner / DUMP) as ask:
                    _look_over(manifest, ask)
            lines = _keep_list(list_file)
            stays = True  # from here on the mark goes only when all is forgotten
            clear_away()
            bring_database(corner / DUMP)
            if (corner / RECORDINGS).is_dir():
                recordings().parent.mkdir(parents=True, exist_ok=True)
                (corner / RECORDINGS).rename(recordings())
    finally:
        if not stays:
            halfway.end()
    if engine() != "sqlite":
        _look_over(manifest, ask_here)
    open_database()
    _look_at_record(manifest)
    took = _forget_again(lines, copied_at=datetime.fromisoformat(manifest["at"]))
    click.echo(ngettext("{n} erasure was made again.", "{n} erasures were made again.", took).format(n=took))
    click.echo(_("Nobody is signed in: everybody signs in anew."))
    # A link stands only on this screen, so it is shown while a crash would still have all of this done again.
    let_leads_in()
    halfway.end()


def _unpack(file: Path, identity: Path, corner: Path) -> dict[str, Any]:
    """Open the copy in the corner. Returns what it says of itself."""
    import pyrage

    packed = corner / "packed.tar"
    try:
        keeper = pyrage.x25519.Identity.from_str(secret_line(identity))
        pyrage.decrypt_file(str(file), str(packed), [keeper])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError):  # OSError: a piece further on was changed
        raise Stop(_("This key does not open that copy, or the copy was changed. Nothing was brought back.")) from None
    with tarfile.open(packed) as inside:
        inside.extractall(corner, filter="data")
    manifest: dict[str, Any] = json.loads((corner / MANIFEST).read_text(encoding="utf-8"))
    if hash_of(corner / DUMP) != manifest["sha256"] or manifest["engine"] != engine():
        raise Stop(_("The copy is not whole, or it is of another kind of database. Nothing was brought back."))
    return manifest


def _look_over(manifest: dict[str, Any], ask: Ask) -> None:
    """As the copy was made, before anything of this version changes it."""
    from django.conf import settings

    if not whole(manifest, ask):
        raise Stop(_("Not every row of the copy is there. Please use another copy."))
    if not keys_open(ask):
        raise Stop(
            _(
                "The keys in this copy do not open with {file}. If the root key was turned after the copy was made: "
                "please put root.key as it was then in its place, or its line below the newer one, and restore again."
            ).format(file=settings.ROOT_KEY_FILE)
        )


def _look_at_record(manifest: dict[str, Any]) -> None:
    from kindcircle.base.audit.log import verify

    flaws = list(verify())
    if flaws:
        raise Stop(
            _("The record of {chain} does not hold at {number}.").format(chain=flaws[0].chain, number=flaws[0].number)
        )
    click.echo(_("Every row is there, and the record holds. The copy is of {at}.").format(at=manifest["at"]))


def _keep_list(list_file: Path | None) -> "list[Erased]":
    """The list that was named and the one in the home, as one from now on: before any row comes back they speak of."""
    from kindcircle.base.lib import erased

    if list_file is None:
        return []
    erased.bring(list_file)
    return list(erased.noted(erased.file()))


def _forget_again(lines: "list[Erased]", *, copied_at: datetime) -> int:
    from kindcircle.base.lib import clock, erased
    from kindcircle.base.vault.errors import CannotOpen
    from kindcircle.rooms.ending.replaying import replay
    from kindcircle.rooms.ending.shutting import sign_everybody_out
    from kindcircle.rooms.practice.recordings import sweep_again

    sign_everybody_out(at=clock.now())
    try:
        with erased.written_already():
            took = replay(lines, copied_at=copied_at)
    except CannotOpen:
        raise Stop(
            _(
                "A text of somebody who erased something does not open, so not everything is forgotten again. "
                "Nobody is let in yet. Please look whether keys/root.key is the right one, or use another copy."
            )
        ) from None
    sweep_again()
    return took


def refuse_if_used(*, begun: bool) -> None:
    """A copy comes back into a home that nobody is in yet; or where one stopped on its way, and nobody was let in."""
    from django.conf import settings
    from django.db import connection

    if engine() == "sqlite":
        if Path(str(settings.DATABASES["default"]["NAME"])).exists() and not begun:
            raise Stop(_("Somebody is in this home already. Please bring a copy back into an empty one."))
    elif connection.introspection.table_names():
        raise Stop(_("This database has tables already. Please bring a copy back into an empty one."))


def secret_line(identity: Path) -> str:
    lines = identity.read_text(encoding="ascii", errors="replace").splitlines()
    return next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
