"""Damaged and hostile files are refused in one kind sentence, at once, by both commands."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.measures import measures
from tests.spec.documents import damage
from tests.spec.documents.reference import INTEROP, needs_reference

DAMAGED = damage.everything() if INTEROP.is_dir() else {}
ALARMING = ("Traceback", "Exception", "invalid", "illegal", "fatal", "Error:  ")


@needs_reference
def test_there_are_many_of_them() -> None:
    assert len(DAMAGED) >= 60


@needs_reference
@pytest.mark.parametrize("what", DAMAGED)
def test_it_is_refused_kindly(what: str, tmp_path: Path) -> None:
    name, files = DAMAGED[what]
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    begun = time.monotonic()
    preview = CliRunner().invoke(measures, ["import", str(tmp_path / name), "--preview", "--json"])
    answers = CliRunner().invoke(measures, ["read-responses", str(tmp_path / name), "--json"])
    assert time.monotonic() - begun < 10
    for told in (preview, answers):
        assert told.exit_code == 2, told.output
        assert isinstance(told.exception, SystemExit)
        assert told.stdout == ""
        (line,) = told.stderr.splitlines()
        assert line.startswith(f"Error: {tmp_path / name} cannot be used. ")
        assert line.endswith(".")
        assert not any(word in line for word in ALARMING)
