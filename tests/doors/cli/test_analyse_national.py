"""`kindcircle analyse national`: a file of answers in, lines by programme and organisation out, and kind refusals."""

import csv
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import duckdb
import psycopg
import pytest
from click.testing import CliRunner, Result

from kindcircle.doors.cli.analyse import analyse
from kindcircle.spec.instruments import load_instrument

HEADER = ("organisation", "programme", "group", "person", "measure", "time", "item", "value")


def run(*words: object) -> Result:
    return CliRunner().invoke(analyse, ["national", *map(str, words)], catch_exceptions=False)


def rows() -> list[tuple[object, ...]]:
    """Two houses and two programmes. Everybody of GAD-7 falls by 1 to 14 points; three people stand alone."""
    one = load_instrument("gad-7")
    found: list[tuple[object, ...]] = []
    for house, programme, group, n in product(("01", "2"), ("eight", "writing"), range(4), range(6)):
        if (house, programme) == ("2", "writing") and (group or n > 2):
            continue
        for time in ("before", "after"):
            for place, item in enumerate(one.scored_items):
                value = 2 if time == "before" else (0 if place <= n else 2 - (group + n) % 2)
                found.append((house, programme, group, f"{programme}{group}-{n}", "gad-7", time, item.id, value))
    found += [("01", "eight", 0, "eight0-0", "our-own", "before", "q1", 1)]
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    with path.open("w", newline="") as text:
        csv.writer(text).writerows([HEADER, *rows()])
    return path


def test_lines_stand_there_with_n_interval_and_what_is_missing(file: Path) -> None:
    result = run(file, "--json")
    assert result.exit_code == 0, result.stderr
    record = json.loads(result.stdout)
    (score,) = record["scores"]
    assert (score["measure"], score["score"], record["not_worked_out"]) == ("gad-7", "total", ["our-own"])
    whole = score["whole"]["figures"]
    assert whole["n"] == 72
    assert whole["mean_before"] == 14
    assert whole["interval"]["low"] < whole["change"] < whole["interval"]["high"] < 0
    assert {line["name"] for line in score["organisations"]} == {"01", "2"}
    assert [line["figures"]["n"] for line in score["programmes"]] == [48, 24]
    # GAD-7 has a confirmed figure for its own ups and downs.
    assert score["reliable_change"]["reliability"] < 1
    assert set(whole["reliable"]) == {"deteriorated", "unchanged", "improved", "recovered"}
    assert "comparison group" in result.stdout


def test_three_people_of_one_place_are_in_no_figure(file: Path) -> None:
    (score,) = json.loads(run(file, "--json").stdout)["scores"]
    whole = sum(1 for row in rows() if row[5] == "before" and row[6] == "gad7_1")
    assert (whole, score["whole"]["figures"]["n"]) == (75, 72)
    writing = next(line for line in score["programmes"] if line["name"] == "writing")
    assert writing["figures"]["n"] == 24
    assert writing["people"] == 25


def test_the_text_says_what_it_cannot_say(file: Path) -> None:
    text = run(file).stdout
    assert "no comparison group" in text
    assert "no list of who leads well" in text
    assert "nearest five" in text
    assert "organisation 01" in text


@pytest.mark.database
def test_parquet_and_where_there_is_a_server_postgresql_say_the_same(file: Path, tmp_path: Path) -> None:
    expected = run(file, "--json").stdout
    parquet = tmp_path / "answers.parquet"
    duckdb.connect().execute(
        f"COPY (FROM read_csv('{file}', types = {{'organisation': 'VARCHAR', 'group': 'VARCHAR'}})) TO '{parquet}'"
    )
    assert run(parquet, "--json").stdout == expected
    server = os.environ.get("KINDCIRCLE_DATABASE", "")
    if not server.startswith("postgresql://"):
        return
    server = server.replace("/kindcircle?", "/postgres?")
    with psycopg.connect(server, autocommit=True) as there:
        there.execute("DROP TABLE IF EXISTS answers_of_a_service")
        there.execute(
            'CREATE TABLE answers_of_a_service (organisation text, programme text, "group" int, person text, '
            "measure text, time text, item text, value smallint)"
        )
        there.cursor().executemany("INSERT INTO answers_of_a_service VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", rows())
        try:
            assert run(server, "--table", "answers_of_a_service", "--json").stdout == expected
        finally:
            there.execute("DROP TABLE answers_of_a_service")


def test_other_names_of_columns_and_times_are_told(file: Path) -> None:
    text = file.read_text().replace("organisation,", "trust,", 1).replace("before", "T0").replace("after", "T1")
    file.write_text(text)
    found = run(file, "--organisation-col", "trust", "--before", "T0", "--after", "T1", "--json")
    assert json.loads(found.stdout)["scores"][0]["whole"]["figures"]["n"] == 72


def test_a_picture_holds_every_line(file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "lines.svg"
    assert run(file, "--plot", picture).exit_code == 0
    drawn = picture.read_text()
    assert "everybody" in drawn and "writing" in drawn and "comparison group" in drawn


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--organisation-col", "trust"], "no column called trust. The columns are: organisation, programme, group"),
        (["--before", "T0"], "No row has T0 in the column time. It has: after, before."),
        (["--measure", "phq-9"], "The questionnaires are: gad-7, our-own."),
        (["--measure", "our-own"], "There is no questionnaire called our-own."),
        (["--measure", "gad-7", "--score", "sum"], "The scores are: total."),
        (["--reliability", "0.8"], "one --measure"),
        (["--measure", "gad-7", "--sd-before", "4"], "--reliability"),
        (["--measure", "gad-7", "--reliability", "0.8", "--mean-functional", "5"], "together"),
        (["--memory", "much"], "could not be read"),
        (["--plot", "lines.png"], ".svg"),
    ],
)
def test_what_cannot_be_is_said_kindly(file: Path, words: list[str], said: str) -> None:
    result = run(file, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_place_is_said_kindly(tmp_path: Path) -> None:
    other, broken = tmp_path / "answers.xlsx", tmp_path / "answers.parquet"
    other.write_text("x")
    broken.write_text("x")
    for source, said in (
        (other, ".parquet or a .csv"),
        (broken, "could not be read"),
        (tmp_path / "nothing.csv", "could not find"),
        ("postgresql://nobody@/nowhere?host=/nonexistent", "--table"),
    ):
        result = run(source)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    unreachable = run("postgresql://nobody@/nowhere?host=/nonexistent", "--table", "answers")
    assert (unreachable.exit_code, "could not be read" in unreachable.stderr) == (2, True)


def test_figures_of_ones_own_judge_change(file: Path) -> None:
    words = ["--measure", "gad-7", "--reliability", "0.9", "--sd-before", "4", "--mean-clinical", "14"]
    found = run(file, *words, "--mean-functional", "5", "--sd-functional", "3", "--json")
    (score,) = json.loads(found.stdout)["scores"]
    assert score["reliable_change"]["border"] == pytest.approx((4 * 5 + 3 * 14) / 7)
    assert score["whole"]["figures"]["reliable"]["recovered"] >= 5


def test_without_the_extra_everything_else_is_there_and_this_says_what_is_missing(file: Path) -> None:
    program = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("ibis", "duckdb", "pyarrow", "pandas", "sqlglot"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
import kindcircle.stats.meta, kindcircle.stats.mixed, kindcircle.national.lines
from kindcircle.doors.cli.analyse import analyse
analyse(["national", {str(file)!r}])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "kindcircle[scale]" in done.stderr
    assert "Traceback" not in done.stderr
