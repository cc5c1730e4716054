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


def test_a_picture_shows_what_the_figures_say(files, tmp_path):
    calm, deep = files
    out = tmp_path / "heart.svg"
    result = run(calm, "--after", deep, "--json", "--plot", out)
    found, svg = json.loads(result.stdout), out.read_text(encoding="utf-8")
    assert "The picture is in" in result.stderr
    for label, one in (("first", "before"), ("second", "after")):
        for name in ("rmssd", "sdnn"):
            kept = found[one]["kept"][name]
            said = f"{name.upper()}, {label}: {kept['value']:.1f} ({kept['ci'][0]:.1f} to {kept['ci'][1]:.1f})"
            assert said in svg
    assert "One pair cannot tell why." in svg and "<title" in svg and "prefers-color-scheme" in svg
    alone = tmp_path / "alone.svg"
    run(calm, "--plot", alone)
    assert "second" not in alone.read_text(encoding="utf-8")


def test_a_picture_tells_of_a_recording_that_shows_nothing(files, tmp_path):
    calm, _deep = files
    short, out = tmp_path / "short.txt", tmp_path / "heart.svg"
    short.write_text("800\n810\n")
    assert run(calm, "--after", short, "--plot", out).exit_code == 0
    assert "fewer than three" in out.read_text(encoding="utf-8")
    refused = run(short, "--plot", tmp_path / "none.svg")
    assert refused.exit_code == 2 and "nothing to draw" in refused.stderr
    assert not (tmp_path / "none.svg").exists()
    assert "ends in .svg" in run(calm, "--plot", tmp_path / "heart.png").stderr


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
