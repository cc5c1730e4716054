"""Empty tables, made once: every test process needs them, and running all migrations takes it a quarter of a minute.

Kept beside other temporary files, under a name that says by which migrations they were made; whoever changes one has
them made anew. Only for SQLite: a PostgreSQL of the tests is gone with its part.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db.migrations.loader import MigrationLoader

WEEK = 7 * 24 * 3600


@contextmanager
def lent_to(database: Path) -> Iterator[bool]:
    """Whether the tables lie in this file already. If not, whoever asked makes them, and they are kept for others."""
    folder = Path(tempfile.gettempdir()) / f"kindcircle-tables-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        yield False  # somebody else's folder: nothing is taken from there
        return
    kept = folder / f"{_mark()}.sqlite3"
    with (folder / "one-at-a-time").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        there = kept.exists()
        if there:
            fcntl.flock(turn, fcntl.LOCK_UN)
            shutil.copyfile(kept, database)
        yield there
        if not there:
            _keep(database, kept)


def _keep(database: Path, kept: Path) -> None:
    for old in kept.parent.glob("*.sqlite3"):
        if time.time() - old.stat().st_mtime > WEEK:
            old.unlink()
    half = kept.with_suffix(".half")
    half.unlink(missing_ok=True)
    made, copy = sqlite3.connect(database), sqlite3.connect(half)
    try:
        made.backup(copy)
    finally:
        made.close()
        copy.close()
    half.replace(kept)


def _mark() -> str:
    """A word that differs as soon as one migration, Django or SQLite does."""
    words = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        file = Path(str(sys.modules[migration.__module__].__file__))
        words.update(f"{app} {name} ".encode() + file.read_bytes())
    return words.hexdigest()[:24]
