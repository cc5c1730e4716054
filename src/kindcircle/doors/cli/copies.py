"""The parts of a copy: one moment of the database, what it held, and bringing it back. For `backup` and `restore`."""

import hashlib
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import Any

from kindcircle.base.lib import env
from kindcircle.base.lib.on_disk import to_disk
from kindcircle.doors.cli.home import Stop

MANIFEST, DUMP, RECORDINGS = "manifest.json", "database", "recordings"

COUNT = 'SELECT COUNT(*) FROM "{}"'  # of our own tables, never of anything typed

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false))",
}
ROOT_WRAPPED = "SELECT code, holder, wrapped FROM vault_datakey WHERE wrapped_by_id IS NULL"

Ask = Callable[[str], list[Any]]


def held(ask: Ask) -> dict[str, Any]:
    """What a copy holds: rows of each of our tables, and where the record of each house stands."""
    from django.apps import apps

    tables = sorted(model._meta.db_table for model in apps.get_models() if model.__module__.startswith("kindcircle."))
    return held_in(tables, ask)


def whole(manifest: dict[str, Any], ask: Ask) -> bool:
    """Whether everything is there that the copy says it holds. An older copy knows nothing of tables made since."""
    named, there = manifest["rows"], {name for (name,) in ask(TABLES[engine()])}
    return named.keys() <= there and held_in(named, ask)["rows"] == named


def held_in(tables: Iterable[str], ask: Ask) -> dict[str, Any]:
    return {
        "rows": {table: ask(COUNT.format(table))[0][0] for table in tables},
        "record": dict(ask("SELECT chain, number FROM audit_audithead ORDER BY chain")),
    }


def keys_open(ask: Ask) -> bool:
    """Whether the root key of this home opens the keys in a copy. Else nothing in it could be read, by nobody."""
    from kindcircle.base.vault import keys
    from kindcircle.base.vault.errors import CannotOpen
    from kindcircle.base.vault.models import DataKey

    try:
        for code, holder, wrapped in ask(ROOT_WRAPPED):
            keys.unwrap(DataKey(code=code, holder=holder, wrapped=bytes(wrapped)))
    except CannotOpen:
        return False
    return True


def ask_here(question: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def copy_database(to: Path) -> dict[str, Any]:
    """One moment of the database, while others write, and what that moment held."""
    from django.db import connection, transaction

    connection.ensure_connection()
    if engine() == "sqlite":
        with closing(sqlite3.connect(to)) as copy:
            connection.connection.backup(copy)
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise Stop(_("The database is damaged, so it was not copied. Please ask whoever looks after the disk."))
            return held(lambda question: copy.execute(question).fetchall())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        [(moment,)] = ask_here("SELECT pg_export_snapshot()")
        _postgres("pg_dump", "--format=custom", "--no-owner", f"--snapshot={moment}", f"--file={to}")
        return held(ask_here)


@contextmanager
def asking(dump: Path) -> Iterator[Ask]:
    """Questions to a copy of SQLite before it takes its place."""
    with closing(sqlite3.connect(dump.as_uri() + "?immutable=1", uri=True)) as copy:
        yield lambda question: copy.execute(question).fetchall()


def clear_away() -> None:
    """What a restore left that stopped on its way: nobody has been in it. SQLite only; another base is made anew."""
    from django.conf import settings

    if engine() == "sqlite":
        target = Path(str(settings.DATABASES["default"]["NAME"]))
        for name in (target.name, *(f"{target.name}-{part}" for part in ("wal", "shm", "journal"))):
            target.with_name(name).unlink(missing_ok=True)
    if recordings().is_dir():
        shutil.rmtree(recordings())


def bring_database(dump: Path) -> None:
    from django.conf import settings
    from django.db import connection

    if engine() == "sqlite":
        connection.close()
        target = Path(str(settings.DATABASES["default"]["NAME"]))
        dump.replace(target)
        to_disk(target)
        return
    _postgres("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname={name}", str(dump))


def _postgres(program: str, *options: str) -> None:
    """pg_dump or pg_restore for this site's database. The password never stands on a command line."""
    from django.db import connection

    there = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(there[ours]) for name, ours in named.items() if there.get(ours)}
    asked = [one.format(name=there["NAME"]) for one in options]
    try:
        subprocess.run([program, *asked], env=env.beside(given), check=True, capture_output=True)  # noqa: S603 (our own words)
    except FileNotFoundError:
        raise Stop(
            _("{program} is missing. On Debian: sudo apt-get install postgresql-client").format(program=program)
        ) from None
    except subprocess.CalledProcessError as problem:
        raise Stop(problem.stderr.decode(errors="replace").strip().splitlines()[-1]) from None


def engine() -> str:
    from django.db import connection

    return connection.vendor


def home_folder() -> Path:
    from django.conf import settings

    return Path(settings.HOME)


def recordings() -> Path:
    from django.conf import settings

    return Path(settings.DATA_DIR) / "recordings"


@contextmanager
def quiet_corner() -> Iterator[Path]:
    """A folder in the home that only we can open, gone afterwards: nothing of it among the machine's own files."""
    with tempfile.TemporaryDirectory(dir=home_folder(), prefix="copy-") as folder:
        yield Path(folder)


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
