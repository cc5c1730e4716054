"""`kindcircle backup`: a copy that only its keeper opens.

A copy holds the database and the recordings of the house, never a key and never the list of what was erased: both stay
with the site, and without the keys a copy is nobody's words. It is sealed with age to a public key whose other half
lies elsewhere (age-encryption.org).
"""

import json
import tarfile
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path

import click

from kindcircle.base.lib.on_disk import to_disk
from kindcircle.doors.cli.copies import (
    DUMP,
    MANIFEST,
    RECORDINGS,
    copy_database,
    engine,
    hash_of,
    quiet_corner,
    recordings,
)
from kindcircle.doors.cli.home import Stop, open_home


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--to", "recipient", required=True, help="The age public key of whoever may open it: age1…")
def backup(folder: Path, recipient: str) -> None:
    """Copy everything this site keeps into one sealed file in FOLDER. The site goes on meanwhile."""
    import pyrage

    from kindcircle.base.lib import clock, last_copy

    open_home()
    try:
        keeper = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Stop(_("{key} is no age public key. It begins with age1.").format(key=recipient)) from None
    at = clock.now()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"kindcircle-{at:%Y%m%dT%H%M%SZ}.tar.age"
    with quiet_corner() as corner:
        inside = copy_database(corner / DUMP)
        manifest = {"at": at.isoformat(), "version": version("kindcircle"), "engine": engine()}
        manifest |= {"sha256": hash_of(corner / DUMP)} | inside
        (corner / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        packed = corner / "packed.tar"
        with tarfile.open(packed, "w") as file:
            file.add(corner / MANIFEST, MANIFEST)
            file.add(corner / DUMP, DUMP)
            if recordings().is_dir():
                file.add(recordings(), RECORDINGS)
        beside = target.with_suffix(".part")
        pyrage.encrypt_file(str(packed), str(beside), [keeper])
    to_disk(beside)
    beside.replace(target)
    last_copy.file().write_text(at.isoformat(), encoding="ascii")
    size = target.stat().st_size
    said = _("{file}: {size} bytes. Keep the key that opens it, and a copy of the folder keys/, somewhere else.")
    click.echo(said.format(file=target, size=size))
