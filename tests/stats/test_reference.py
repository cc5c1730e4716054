"""Every figure of the R reference cases, answered by the library's own self-validation, at its method's tolerance."""

import json
import math
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.agreement import (
    BY_CHANCE,
    PAGE,
    REFERENCE,
    TOLERANCE,
    Compared,
    Line,
    called,
    compare,
    folder_of,
    holds,
    lines_of,
    rounded_up,
)
from kindcircle.doors.cli.main import main
from kindcircle.stats.validation import METHODS, answer_folder
from kindcircle.stats.validation.reading import BadCase

reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the R reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)

STATED = re.compile(r"^\| (.+?) \| (.+?) \| (\d+) \| (.+?) \| .*\|$", re.MULTILINE)


def stated() -> dict[tuple[str, str], tuple[int, str]]:
    """What the page on agreement says: how many figures of each kind, and how far apart at most."""
    rows = STATED.findall(PAGE.read_text(encoding="utf-8"))
    return {(method, kind): (int(figures), most) for method, kind, figures, most in rows}


@reference
@pytest.mark.parametrize("digits", METHODS)
def test_every_figure_agrees_with_the_reference_and_the_page_says_how_closely(digits: str) -> None:
    compared, flaws = compare(folder_of(digits))
    flaws += [f"{one.where} is {one.given!r} instead of {one.wanted!r}" for one in compared if not one.agrees]
    assert len(compared) > 20
    assert not flaws, "\n".join(flaws)
    lines = lines_of(digits, compared)
    said = stated()
    assert [kind for method, kind in said if method == called(digits)] == [line.kind for line in lines]
    for line in lines:
        figures, most = said[line.method, line.kind]
        assert figures == line.figures, line
        assert holds(line, most), f"{line} and the page says {most}: run bench/agreement.py"


def test_the_page_states_no_more_than_the_tolerances_allow() -> None:
    said = stated()
    assert {method for method, _kind in said} == {called(digits) for digits in METHODS}
    allowed = {
        (called(digits), kind): max(relative, absolute)
        for digits, kinds in TOLERANCE.items()
        for kind, _part, relative, absolute in kinds
    }
    for (method, kind), (_figures, most) in said.items():
        if kind == BY_CHANCE:
            assert int(most.split()[0]) <= 100
        else:
            assert float(most) <= max(10 * allowed[method, kind], 1e-10), (method, kind)


def test_a_difference_is_told_by_the_next_power_of_ten() -> None:
    def of(given: float | None, wanted: float, reach: float = 0.0) -> Compared:
        return Compared("a: b", "", given, wanted, 1e-3, 1e-4, reach)

    assert [rounded_up(one) for one in (0.0, 2e-16, 3e-7, 0.2)] == ["0", "1e-10", "1e-6", "1e0"]
    assert of(2.02, 2.0).difference == pytest.approx(0.01) and not of(2.02, 2.0).agrees
    assert of(2e-7, 1e-7).difference == pytest.approx(1e-7) and of(2e-7, 1e-7).agrees
    assert of(2.02, 2.0, 0.05).difference == pytest.approx(0.4) and of(2.02, 2.0, 0.05).agrees
    assert of(None, 2.0).difference == math.inf and not of(None, 2.0).agrees
    line = Line("m", "k", 3, "1e-6", "")
    assert holds(line, "1e-6") and holds(line, "1e-5") and not holds(line, "1e-7")


@reference
def test_the_command_writes_the_same_answers(tmp_path: Path) -> None:
    copy = tmp_path / folder_of("10").name
    shutil.copytree(folder_of("10"), copy)
    out = tmp_path / "answers.json"
    done = CliRunner().invoke(main, ["stats", "answer", str(copy), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "Answered 3 cases" in done.output
    assert json.loads(out.read_text()) == answer_folder(copy)


def refusal(folder: Path) -> str:
    done = CliRunner().invoke(main, ["stats", "answer", str(folder)])
    assert done.exit_code == 2 and "Traceback" not in done.output
    return done.output


def test_a_folder_that_cannot_be_used_is_told_kindly(tmp_path: Path) -> None:
    assert "no folder called" in refusal(tmp_path / "nowhere")
    unknown = tmp_path / "99_alchemy"
    unknown.mkdir()
    assert "begins with no method we know" in refusal(unknown)
    folder = tmp_path / "10_ours"
    folder.mkdir()
    assert "no cases.json" in refusal(folder)
    for text, said in (
        ("{", "no JSON"),
        ("{}", "a list of cases"),
        ('[{"id": 3}]', "each with an id"),
        ('[{"id": "a", "type": "guess"}]', "neither proportion"),
        ('[{"id": "a", "type": "proportion", "x": 1}]', "does not say 'n'"),
        ('[{"id": "a", "type": "clustered_attendance", "input": "none.csv"}]', "no file 'none.csv'"),
        ('[{"id": "a", "type": "clustered_attendance", "input": "../up.csv"}]', "no file '../up.csv'"),
    ):
        (folder / "cases.json").write_text(text)
        assert said in refusal(folder)
    (folder / "few.csv").write_text("who,attended\nA,1\n")
    (folder / "cases.json").write_text('[{"id": "a", "type": "clustered_attendance", "input": "few.csv"}]')
    assert "The columns are: who, attended" in refusal(folder)


def test_other_data_of_the_same_layout_are_answered(tmp_path: Path) -> None:
    folder = tmp_path / "05_ours"
    folder.mkdir()
    (folder / "cases.json").write_text(
        '[{"id": "two", "input": "two.csv"}, {"id": "same", "input": "same.csv"},'
        ' {"id": "one", "type": "undefined", "yi": [0.4], "sei": [0.2]}]'
    )
    (folder / "two.csv").write_text("study,yi,sei\nA,0.2,0.1\nB,0.9,0.3\n")
    (folder / "same.csv").write_text("study,yi,sei\nA,0.2,0.1\nB,0.2,0.1\nC,0.2,0.1\n")
    found = answer_folder(folder)
    assert found["two"]["models"]["REML_knha"]["pi_riley_t_k_minus_2"] is None
    assert "too few studies" in found["reasons"]["two.models.REML_knha.pi_riley_t_k_minus_2"]
    assert found["same"]["models"]["REML_z"]["tau2"] == 0
    assert found["same"]["egger_lm"] is None, "equal standard errors have no slope"
    assert found["one"]["estimate"] == 0.4 and found["one"]["tau2"] is None
    (folder / "two.csv").write_text("study,yi,sei\nA,0.2,0.1\nB,0.9,-0.3\n")
    with pytest.raises(BadCase, match="Study 2"):
        answer_folder(folder)
