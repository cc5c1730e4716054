"""`kindcircle analyse before-after`: the figures of the R reference, and a kind word for every wrong file."""

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.analyse import analyse

REPOSITORY = Path(__file__).resolve().parents[3]
REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", REPOSITORY.parent / "shared" / "reference")) / "stats"

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the R reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)

SMALL = "id,arm,before,after\n" + "".join(
    f"{place},{'a' if place % 2 else 'b'},{20 + place},{17 + place + place % 3 * 2}\n" for place in range(1, 9)
)


def run(*arguments):
    return CliRunner().invoke(analyse, ["before-after", *map(str, arguments)], catch_exceptions=False)


def figures(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout, parse_constant=lambda text: pytest.fail(f"{text} in the figures"))


@pytest.fixture
def data(tmp_path):
    def write(content):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def cases(folder, kind=None):
    path = REFERENCE / folder / "expected.json"
    found = json.loads(path.read_text())["cases"] if path.exists() else []
    return [pytest.param(case, id=case["id"]) for case in found if kind is None or case["type"] == kind]


def close(given, expected, relative):
    if isinstance(given, dict):
        given = [given["low"], given["high"]]
    pairs = zip(given, expected, strict=True) if isinstance(expected, list) else [(given, expected)]
    for one, other in pairs:
        assert math.isclose(one, other, rel_tol=relative, abs_tol=1e-10)


@needs_reference
@pytest.mark.parametrize("case", cases("01_effect_sizes", "pre_post"))
def test_the_figures_are_those_of_r(case):
    expected = case["expected"]
    arm = ("--arm-col", case["arm_col"], "--arm", case["arm1"])
    found = figures(
        REFERENCE / "01_effect_sizes" / case["input"], "--before", case["pre"], "--after", case["post"], *arm
    )
    for ours, theirs in (
        ("n_complete", "n"),
        ("mean_before", "mean_pre"),
        ("mean_after", "mean_post"),
        ("sd_before", "sd_pre"),
        ("sd_after", "sd_post"),
        ("r", "r"),
    ):
        close(found[ours], expected[theirs], 1e-8)
    for ours, theirs in (
        ("g_raw", "smcr"),
        ("g_raw_unequal", "smcrh"),
        ("g_av", "smcrp_g_av"),
        ("g_av_unequal", "smcrph"),
        ("g_z", "smcc_g_z"),
    ):
        effect = found["effects"][ours]
        for figure in ("estimate", "variance", "se"):
            close(effect[figure], expected[theirs][figure], 1e-8)
        close(effect["interval"], expected[theirs]["ci_wald"], 1e-8)
        assert effect["n"] == expected["n"]
    for ours, theirs in (("g_rm", "rm"), ("g_av_simple", "av"), ("g_z_simple", "z"), ("g_raw_simple", "b")):
        close(found["effects"][ours]["estimate"], expected[f"effectsize_{theirs}"]["estimate"], 1e-8)
        close(found["effects"][ours]["interval"], expected[f"effectsize_{theirs}"]["ci"], 1e-5)
    for figure in ("t", "df", "p"):
        close(found["mean_change"][figure], expected["paired_t"][figure], 1e-8)
    close(found["mean_change"]["interval"], expected["paired_t"]["mean_change_ci"], 1e-8)


RENAMED = {
    "mean_pre": "mean_before",
    "sd_pre_used": "sd_before_used",
    "m_clinical_used": "mean_clinical_used",
}


@needs_reference
@pytest.mark.parametrize("case", cases("02_reliable_change"))
def test_the_reliable_change_is_that_of_r(case):
    expected = case["expected"]
    options = [f"--{name}={case[key]}" for name, key in (("cutoff", "cutoff"), ("better", "better"))]
    for name, key in (
        ("reliability", "reliability"),
        ("sd-before", "sd_pre"),
        ("mean-clinical", "m_clinical"),
        ("mean-functional", "m_functional"),
        ("sd-functional", "sd_functional"),
    ):
        if key in case:
            options.append(f"--{name}={case[key]}")
    if "arm" in case:
        options += ["--arm-col=arm", f"--arm={case['arm']}"]
    file = REFERENCE / "02_reliable_change" / case["input"]
    whole = figures(file, "--before", case["pre"], "--after", case["post"], *options)
    found = whole["reliable_change"]
    assert whole["n_listed"] == expected["n_listed"]
    for key, value in expected.items():
        if key in ("n_listed", "first_10", "package"):
            continue
        name = RENAMED.get(key, key)
        if isinstance(value, float):
            close(found[name], value, 1e-9)
        else:
            assert found[name] == value, key


@needs_reference
def test_printed_text_has_the_same_figures_rounded():
    file = REFERENCE / "01_effect_sizes" / "claus2020_wide.csv"
    options = ("--before", "bdi_1", "--after", "bdi_4", "--arm-col", "treatment", "--arm", "PA")
    text = run(file, *options, "--digits", 4).stdout
    assert "g_raw          -1.5023, 95 % interval -2.1078 to -0.8969, n = 21, no comparison group" in text
    assert "-14.2381, 95 % interval -18.5968 to -9.8794" in text
    assert "p = 1.27e-06" in text
    with file.open() as rows:
        listed = sum(row["treatment"] == "PA" for row in csv.DictReader(rows))
    assert f"People listed     {listed}\n" in text


def test_every_line_with_an_effect_says_there_was_no_comparison_group(data):
    text = run(data(SMALL), "--before", "before", "--after", "after", "--better", "lower").stdout
    effects = [line for line in text.splitlines() if "interval" in line]
    assert len(effects) == 10
    assert all("no comparison group" in line for line in effects)
    assert "this is too few to tell" in text
    assert "W1  There was no comparison group." in text
    # Below 12 people no p-value is printed.
    assert "t(7)" in text
    assert "p =" not in text


def test_reliable_change_in_words_puts_the_worse_first(data):
    options = ("--before", "before", "--after", "after", "--better", "lower", "--reliability", "0.9")
    text = run(data(SMALL), *options, "--sd-before", "2", "--scale", "0", "60").stdout
    assert text.index("reliably worse") < text.index("no reliable change") < text.index("reliably better")
    assert "2.00 (published)" in text
    assert "usual range" not in text
    with_norms = run(data(SMALL), *options, "--mean-functional", "10", "--sd-functional", "4").stdout
    assert "moved into the usual range" in with_norms
    assert "cut-off c" in with_norms
    perfect = run(data(SMALL), "--before", "before", "--after", "after", "--better", "lower", "--reliability", "1")
    assert "no error at all" in perfect.stdout


def test_semicolons_a_byte_order_mark_and_missing_marks_change_nothing(data):
    columns = ("--before", "before", "--after", "after")
    plain = figures(data("before,after\n3,4\n5,9\n4,\n,2\nNA,.\n6,6.5\n"), *columns)
    semicolons = figures(data("\ufeffbefore;after\n3;4\n5;9\n4;null\n;2\nNA;.\n6;6,5\n"), *columns)
    assert plain == semicolons
    assert (plain["n_listed"], plain["n_complete"]) == (6, 3)
    assert (plain["n_missing_after"], plain["n_missing_before"], plain["n_missing_both"]) == (1, 1, 1)
    assert [warning["key"] for warning in plain["warnings"]][:2] == ["W1", "W3.private"]


def test_what_has_no_value_says_why_in_text_and_in_json(data):
    file = data("before,after\n3,4\n3,9\n3,1\n3,2\n3,7\n")
    found = figures(file, "--before", "before", "--after", "after")
    assert found["effects"]["g_raw"]["undefined"] == "no_spread_before"
    assert found["r"]["undefined"] == "no_spread"
    assert found["mean_change"]["estimate"] == pytest.approx(1.6)
    assert "not defined: All before scores are the same" in run(file, "--before", "before", "--after", "after").stdout
    straight = data("before,after\n1,2\n2,3\n4,5\n")
    assert figures(straight, "--before", "before", "--after", "after")["mean_change"]["interval"]["undefined"]
    assert "no interval" in run(straight, "--before", "before", "--after", "after").stdout


PAIRS = ("--before", "before", "--after", "after")


@pytest.mark.parametrize(
    "content, options, words",
    [
        ("", PAIRS, "This file is empty."),
        ("before,after\n", PAIRS, "no rows below"),
        (b"PK\x03\x04\x00rest", PAIRS, "save it as CSV (UTF-8)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", PAIRS, "save it as CSV (UTF-8)"),
        ('before,after\n"3,4\n', PAIRS, "quotation mark"),
        (SMALL, ("--before", "x", "--after", "after"), "The columns are: id, arm, before, after."),
        ("before,before,after\n1,2,3\n", PAIRS, "more than one column called before"),
        ("before,after\n3,4\n5,often\n", PAIRS, '"often" in row 3'),
        ("before,after\n3,4\n5\n", PAIRS, "Row 3 has 1 cells"),
        ("before,after\n3,\n,5\n", PAIRS, "Of 2 people, 0 have both scores"),
        ("before,after\n3,4\n,5\n", PAIRS, "Of 2 people, 1 have both scores"),
        ("before,after\n3,3\n3,3\n3,3\n", PAIRS, "nothing to work out"),
        ("before,after\n3,5\n3,5\n3,5\n", PAIRS, "nothing to work out"),
        (SMALL, (*PAIRS, "--arm-col", "arm"), "--arm together"),
        (SMALL, (*PAIRS, "--arm-col", "arm", "--arm", "c"), "It has: a, b."),
        (SMALL, (*PAIRS, "--reliability", "0.9"), "--better higher"),
        (SMALL, (*PAIRS, "--better", "lower", "--cutoff", "a"), "needs --reliability"),
        (SMALL, (*PAIRS, "--better", "lower", "--reliability", "0.9", "--cutoff", "b"), "--mean-functional"),
        (SMALL, (*PAIRS, "--mean-functional", "3"), "together"),
        (SMALL, (*PAIRS, "--better", "lower", "--reliability", "nan"), "finite"),
        (SMALL, (*PAIRS, "--better", "lower", "--reliability", ".9", "--sd-before", "0"), "larger than 0"),
        (SMALL, (*PAIRS, "--better", "lower", "--reliability", "1.2"), "--reliability"),
        (SMALL, (*PAIRS, "--scale", "9", "3"), "lowest, then the highest"),
    ],
)
def test_what_cannot_be_answered_is_said_kindly(data, content, options, words):
    for extra in ((), ("--json",)):
        result = run(data(content), *options, *extra)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert words in result.stderr
        assert "Traceback" not in result.stderr


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    missing = run(tmp_path / "nowhere.csv", *PAIRS)
    assert (missing.exit_code, "could not find the file" in missing.stderr) == (2, True)
    folder = run(tmp_path, *PAIRS)
    assert (folder.exit_code, "could not open the file" in folder.stderr) == (2, True)


def test_the_command_needs_no_django_and_no_heavy_statistics():
    script = (
        "import sys, kindcircle.doors.cli.analyse\n"
        "print(sorted({'django', 'scipy.stats', 'scipy.optimize'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
