"""The tutorial runs as it stands: each block of Python prints the block below it, each command ends well."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.analyse import analyse

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-statistics.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """What every block of Python prints, run one after the other in an empty folder."""
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "tutorial"}
    found = []
    for kind, text in BLOCKS:
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, str(TUTORIAL), "exec"), names)  # our own words, in our own file
            found.append(out.getvalue())
    return found


def test_every_block_prints_what_stands_below_it(printed):
    kinds = [kind for kind, _text in BLOCKS]
    below = [
        BLOCKS[place + 1][1] if kinds[place + 1 : place + 2] == ["text"] else ""
        for place, kind in enumerate(kinds)
        if kind == "python"
    ]
    assert len(printed) > 8
    assert printed == below


def test_every_command_ends_well(printed):
    commands = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    assert len(commands) >= 3
    for line in commands:
        program, group, *words = shlex.split(line)
        assert (program, group) == ("kindcircle", "analyse")
        result = CliRunner().invoke(analyse, words, catch_exceptions=False)
        assert result.exit_code == 0, result.stderr
    assert Path("people.svg").read_text().startswith("<svg")


def test_every_method_is_in_the_table():
    rows = set(re.findall(r"^\| `([\w-]+)` \|", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(analyse.commands) <= rows
