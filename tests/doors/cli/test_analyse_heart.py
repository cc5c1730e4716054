"""`kindcircle analyse heart`: the figures of the reference through the command, and a kind word for a wrong file."""

import json

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.analyse import analyse
from tests.spec.documents.watch_files import watch_file
from tests.stats.hearts import resting
from tests.stats.test_hrv import REFERENCE, cases, needs_reference


def run(*arguments):
    return CliRunner().invoke(analyse, ["heart", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def files(tmp_path):
    calm, deep = tmp_path / "calm.txt", tmp_path / "deep.fit"
    calm.write_text("\n".join(f"{one:.1f}" for one in resting(6)))
    deep.write_bytes(watch_file(round(one) for one in resting(7, breath=60.0)))
    return calm, deep


@needs_reference
@pytest.mark.parametrize("case", cases(defined=True))
def test_the_reference_through_the_command(case):
    result = run(REFERENCE / case["input"], "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    for part, relative in (("time", 1e-9), ("frequency_spec", 1e-6)):
        for name, value in case["expected"][part].items():
            assert found[part][name] == pytest.approx(value, rel=relative, abs=1e-9), f"{part}.{name}"


def test_two_recordings_beside_each_other(files):
    calm, deep = files
    found = json.loads(run(calm, "--after", deep, "--json").stdout)
    assert found["rmssd"]["told"] == "more" and found["rmssd"]["ratio"] > 1.2
    assert [found[one]["source"] for one in ("before", "after")] == ["list", "watch"]
    said = run(calm, "--after", deep).stdout
    assert "RMSSD  more" in said and "One pair cannot tell why" in said


def test_what_gives_no_figure_says_why(tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("800\n810\n")
    assert json.loads(run(short, "--json").stdout)["kept"]["undefined"] == "too_few_beats"
    assert "fewer than three" in run(short).stdout


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "empty"), (b"61\n62\n", "beats a minute"), (None, "could not find")]
)
def test_a_wrong_file_gets_a_kind_sentence_and_no_traceback(tmp_path, content, says):
    file = tmp_path / "file.csv"
    if content is not None:
        file.write_bytes(content)
    result = run(file)
    assert result.exit_code == 2 and says in result.stderr and "Traceback" not in result.stderr
