"""The file for a researcher: the same rows in four formats, and two scripts that find our figures again."""

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import polars
import pyreadstat
import pytest

from kindcircle.rooms.research.bundle import WARNING, bundle
from kindcircle.rooms.research.dataset import Dataset, dataset
from kindcircle.rooms.research.figures import figures
from kindcircle.rooms.research.whose import Extent
from kindcircle.stats.before_after import analyse_before_after
from tests.rooms.research.finished import AFTER, BEFORE, two_groups
from tests.world import PROGRAMME, World, make_world


@pytest.fixture
def world(db: None) -> World:
    world = make_world(members=6)
    two_groups(world)
    return world


@pytest.fixture
def found(world: World) -> Dataset:
    return dataset(
        world.organisation,
        PROGRAMME,
        study="kindness",
        extent=Extent(world.at, world.at),
        by=world.actor(world.organisation_lead),
    )


def unpacked(found: Dataset, world: World, folder: Path) -> Path:
    made = bundle(
        found,
        study="kindness",
        purpose="=HYPERLINK is what somebody typed",
        recipient="R. Example",
        until=world.at + timedelta(days=90),
        at=world.at,
    )
    zipfile.ZipFile(io.BytesIO(made)).extractall(folder)
    return folder / "study-kindness"


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_figures_are_those_of_the_library_and_wider_where_people_sat_together(found: Dataset) -> None:
    [one] = figures(found)
    own = analyse_before_after(BEFORE, AFTER, better="lower")
    assert (one.people, one.both, one.before_only, one.after_only, one.neither) == (12, 11, 1, 0, 0)
    assert [one.change, one.g] == pytest.approx([own.change.estimate, own.g_raw.estimate])
    assert [one.low, one.high] == pytest.approx([own.change.interval().low, own.change.interval().high])
    assert (one.wide_high - one.wide_low) == pytest.approx((one.high - one.low) * 1.25**0.5)


def test_all_formats_hold_the_same_rows(found: Dataset, world: World, tmp_path: Path) -> None:
    home = unpacked(found, world, tmp_path)
    for kind in ("people", "scores"):
        name = f"study-kindness_description-{kind}_data"
        rows = rows_in(home / "data" / f"{name}.csv")
        parquet = polars.read_parquet(home / "other-formats" / f"{name}.parquet")
        _frame, about = pyreadstat.read_sav(str(home / "other-formats" / f"{name}.sav"), output_format="polars")
        assert parquet.columns == list(rows[0]) == about.column_names
        assert parquet.height == len(rows) == about.number_rows
        for column in parquet.columns:
            theirs, ours = _frame[column].to_list(), parquet[column].to_list()
            told = [row[column] for row in rows]
            for sav, kept, text in zip(theirs, ours, told, strict=True):
                if kept is None:
                    assert text == "" and sav in ("", None)
                elif isinstance(kept, str):
                    assert sav == kept == text
                else:
                    assert sav == kept == float(text)
    people = rows_in(home / "data" / "study-kindness_description-people_data.csv")
    assert len(people) == 12 and sum(row["gad_7_total_after"] == "" for row in people) == 1


def test_every_column_and_score_is_in_the_codebook(found: Dataset, world: World, tmp_path: Path) -> None:
    home = unpacked(found, world, tmp_path)
    book = json.loads((home / "codebook.json").read_text())
    assert [dict(row) for row in rows_in(home / "codebook.csv")] == [
        {name: "" if value is None else str(value) for name, value in line.items()} for line in book
    ]
    for kind in ("people", "scores"):
        [file] = (home / "data").glob(f"*-{kind}_data.csv")
        assert [line["name"] for line in book if line["table"] == kind] == list(rows_in(file)[0])
    [total] = [line for line in book if line["name"] == "gad-7 total"]
    assert (total["lowest"], total["highest"], total["better"]) == (0, 21, "lower")
    # The folder is one that Psych-DS knows.
    about = json.loads((home / "dataset_description.json").read_text())
    assert about["@type"] == "Dataset" and {"name", "description", "variableMeasured"} <= set(about)
    named = {one["name"] for one in about["variableMeasured"]}
    assert named == {line["name"] for line in book if line["table"] in ("people", "scores")}


def test_what_it_cannot_show_is_said_wherever_somebody_looks_first(
    found: Dataset, world: World, tmp_path: Path
) -> None:
    home = unpacked(found, world, tmp_path)
    for name in ("README.md", "dataset_description.json", "report/parameters.json"):
        assert WARNING in (home / name).read_text()
    assert "coded, not anonymous" in (home / "README.md").read_text()
    # Words that somebody typed stand in no table, so no spreadsheet takes them for a formula.
    for table in home.rglob("*.csv"):
        assert "HYPERLINK" not in table.read_text()


def test_the_same_rows_and_moment_give_the_same_file(found: Dataset, world: World) -> None:
    given = {"study": "kindness", "purpose": "p", "recipient": "r", "until": world.at, "at": world.at}
    one, other = (zipfile.ZipFile(io.BytesIO(bundle(found, **given))) for _ in range(2))
    differing = {name for name in one.namelist() if one.read(name) != other.read(name)}
    assert one.namelist() == other.namelist()
    # An SPSS file carries the moment of its making.
    assert {name.rpartition(".")[2] for name in differing} <= {"sav"}


def test_the_python_script_finds_our_figures_again(found: Dataset, world: World, tmp_path: Path) -> None:
    home = unpacked(found, world, tmp_path)
    run = [sys.executable, str(home / "analysis" / "reproduce.py")]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gad-7 total: 11 people" in done.stdout and WARNING in done.stdout
    _tamper(home)
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not on this machine, so its script cannot be run")
def test_the_r_script_finds_our_figures_again(found: Dataset, world: World, tmp_path: Path) -> None:
    home = unpacked(found, world, tmp_path)
    run = ["Rscript", "--vanilla", str(home / "analysis" / "reproduce.R")]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gad-7 total: 11 people" in done.stdout and WARNING in done.stdout
    _tamper(home)
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1


def _tamper(home: Path) -> None:
    """One score of one person becomes another one."""
    [table] = (home / "data").glob("*-scores_data.csv")
    lines = table.read_text().splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if ",gad-7," in line and ",total,14.0," in line)
    lines[place] = lines[place].replace(",total,14.0,", ",total,15.0,")
    table.write_text("".join(lines))
