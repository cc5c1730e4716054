"""Empty tables, made once: every test process needs them, and running all migrations takes it a quarter of a minute.

Kept under a name that says by which migrations they were made; whoever changes one has them made anew. For SQLite they
lie beside other temporary files; on a PostgreSQL they are a database that the others are copied from.
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
from typing import TextIO

import django
import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.site import database_url

WEEK = 7 * 24 * 3600


@contextmanager
def lent_to(database: Path) -> Iterator[bool]:
    """Whether the tables lie in this file already. If not, whoever asked makes them, and they are kept for others."""
    folder = _folder()
    if folder.stat().st_uid != os.getuid():
        yield False  # somebody else's folder: nothing is taken from there
        return
    kept = folder / f"{_mark()}.sqlite3"
    with _turn(folder) as turn:
        there = kept.exists()
        if there:
            fcntl.flock(turn, fcntl.LOCK_UN)
            shutil.copyfile(kept, database)
        yield there
        if not there:
            _keep(database, kept)


def template_on_postgresql() -> str:
    """The name of a database with all tables and no rows, on the PostgreSQL that these tests run on."""
    name, half, here = f"kindcircle_{_mark()}", "kindcircle_half", connection.settings_dict
    with _turn(_folder()), psycopg.connect(database_url("postgres"), autocommit=True) as line:
        if line.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        own = here["NAME"], here["TEST"]["NAME"]
        here["TEST"]["NAME"] = half
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
        here["NAME"], here["TEST"]["NAME"] = own
        line.execute(f"ALTER DATABASE {half} RENAME TO {name}")
    return name


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"kindcircle-tables-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def _turn(folder: Path) -> Iterator[TextIO]:
    with (folder / "one-at-a-time").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield turn


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
