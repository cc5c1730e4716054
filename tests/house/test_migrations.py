"""Migrations: none missing, named by hand, free of our rooms' code, and every one can be taken back."""

import ast
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

import kindcircle

PACKAGE = Path(kindcircle.__file__).parent
FILES = sorted(file for file in PACKAGE.rglob("migrations/0*.py"))


def ids(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.stem}"


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) >= 10


def test_none_is_missing(db: None) -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(f"A model has changed. Make a migration, and name it by hand:\n{said.getvalue()}")


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_it_is_named_by_hand(file: Path) -> None:
    number, _, words = file.stem.partition("_")
    assert number.isdecimal() and len(number) == 4
    assert words and "auto" not in words and words != "initial", f"{file.stem} says nothing of what it does"


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_it_imports_no_room(file: Path) -> None:
    """A migration must still run when the rooms have changed, so it may use their names in words only.

    Two small libraries are excused: making a public code is a default that fields refer to.
    """
    excused = {"kindcircle.base.lib.codes"}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            assert not name.startswith("kindcircle.") or name in excused, f"{ids(file)} imports {name}"


def test_each_can_be_taken_back() -> None:
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        if migration.__module__.startswith("kindcircle."):
            for operation in migration.operations:
                assert operation.reversible, f"{app}/{name}: {operation.describe()} cannot be taken back"


def django_says(*words: str, environment: dict[str, str]) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", "django", *words, "--settings", "kindcircle.settings", "--verbosity", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.slow
def test_all_go_back_to_nothing_and_forward_again(empty_database: dict[str, str]) -> None:
    django_says("migrate", environment=empty_database)
    django_says("migrate", "people", "zero", environment=empty_database)
    django_says("migrate", "audit", "zero", environment=empty_database)
    django_says("migrate", "vault", "zero", environment=empty_database)
    left = django_says("showmigrations", environment=empty_database)
    ours = re.findall(
        r"^(audit|groups|live|measures|outbox|people|practice|safety|vault|writing)\n \[(.)\]", left, re.M
    )
    assert len(ours) == 10
    assert {mark for _, mark in ours} == {" "}
    django_says("migrate", environment=empty_database)
    assert "[ ]" not in django_says("showmigrations", environment=empty_database)


def test_tables_of_this_kindcircle_are_all_there(db: None) -> None:
    from kindcircle.doors.cli.safe_start import unready_schema

    assert unready_schema() is None
    with connection.cursor() as cursor:
        assert "audit_auditentry" in connection.introspection.table_names(cursor)
