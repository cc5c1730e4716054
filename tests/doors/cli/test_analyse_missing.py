"""`kindcircle analyse missing` and `visits`: the library's own figures, in words, JSON and a picture."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from kindcircle.stats import missing
from kindcircle.stats.design import Factor
from kindcircle.stats.missing.visits import DEGREES
from tests.doors.cli.analysing import figures, run
from tests.stats.test_missing_filling import members
from tests.stats.test_missing_visits import people as three_visits

FORMULA = ("--formula", "after ~ before + arm", "--factor", "arm=list")
SHIFTS = ("--shift", "3", "--shift", "12", "--shift-only", "arm=circle")


def written(table, path):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table)
    writer.writerows(zip(*([("" if v is None else v) for v in column] for column in table.values()), strict=True))
    path.write_text(out.getvalue())
    return path


@pytest.fixture
def people(tmp_path):
    table = members(21, 80)
    return written(table | {"group": [f"g{place % 5}" for place in range(80)]}, tmp_path / "people.csv")


def test_without_a_formula_gaps_are_counted(people):
    gone = sum(one is None for one in members(21, 80)["after"])
    record = figures("missing", people)
    assert (record["n"], record["complete"], record["missing"]["after"]) == (80, 80 - gone, gone)
    assert record["nobody_came_back"] is False  # the group stands after the last score, and everybody has one
    text = run("missing", people).stdout
    assert f"80 people, {80 - gone} of them with every value" in text
    assert f"{gone}  after" in text and f"{80 - gone}  nothing" in text


def test_filled_in_it_is_what_the_library_says(people):
    table = members(21, 80)
    factors = {"arm": Factor(("list", "circle"))}
    data = {name: table[name] for name in ("after", "before", "arm")}
    generator = np.random.default_rng(5)
    filled = missing.fill(data, m=25, generator=generator, factors=factors)
    wanted = missing.regress_each(filled, "after ~ before + arm")["armcircle"]
    record = figures("missing", people, *FORMULA, "--tables", "25", "--seed", "5")
    found = record["effects"]["armcircle"]
    assert (found["estimate"], found["se"], found["df"]) == pytest.approx((wanted.estimate, wanted.se, wanted.df))
    alone = missing.regress(table, "after ~ before + arm", factors=factors)
    only = record["complete_people_only"]["armcircle"]
    assert (only["estimate"], only["se"]) == pytest.approx(alone.figures["armcircle"])
    assert (record["seed"], record["tables"], record["by"]) == (5, 25, {"after": "pmm"})
    assert figures("missing", people, *FORMULA, "--tables", "25", "--seed", "5") == record


def test_shifts_are_told_with_where_the_answer_turns(people, tmp_path):
    picture = tmp_path / "out.svg"
    record = figures("missing", people, *FORMULA, *SHIFTS, "--group", "group")
    shifts = record["shifts"]["armcircle"]
    assert [one["points"] for one in shifts["answers"]] == [0, 3, 12]
    assert shifts["answers"][0]["estimate"] == record["effects"]["armcircle"]["estimate"]
    assert shifts["turns_at"] == 12
    done = run("missing", people, *FORMULA, *SHIFTS, "--group", "group", "--plot", picture)
    assert done.exit_code == 0
    for words in ("Only people with every value", "It turns at 12.00.", "of information lost", "nobody can check that"):
        assert words in done.stdout
    description = ET.fromstring(picture.read_text()).find("{http://www.w3.org/2000/svg}desc").text
    assert "complete only" in description


def test_tables_that_have_not_settled_are_named(tmp_path):
    rng = np.random.default_rng(3)
    one = rng.normal(0, 1, 60)
    two = one + rng.normal(0, 0.02, 60)
    gone = rng.random(60) < 0.6  # whoever lacks one lacks the other, and each is foretold by nothing else
    table = {
        name: [None if none else round(v, 3) for v, none in zip(values.tolist(), gone, strict=True)]
        for name, values in (("one", one), ("two", two))
    }
    path = written({"id": list(range(60))} | table, tmp_path / "both.csv")
    warnings = figures("missing", path, "--formula", "one ~ two", "--rounds", "8", "--tables", "40")["warnings"]
    assert "W11.unsettled" in [one["key"] for one in warnings]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--formula", "after ~ before + arm"), "add --factor arm"),
        (("--formula", "after ~ dose"), "The columns are: arm, before, after, group"),
        (("--formula", "after"), "reads like y ~ time"),
        (("--formula", "after ~ before + (1 | group)"), "plain regression"),
        ((*FORMULA, "--group", "house"), "no column called house"),
        ((*FORMULA, "--group", "arm"), "Three groups are needed"),
        ((*FORMULA, "--shift", "2", "--shift-only", "arm"), "COLUMN=VALUE"),
        ((*FORMULA, "--shift", "2", "--shift-only", "arm=other"), "It has: circle, list"),
        ((*FORMULA, "--shift-only", "arm=circle"), "Please give both"),
        (("--shift", "2"), "Please give a --formula"),
        ((*FORMULA, "--factor", "arm=none"), "It has: circle, list"),
        (("--formula", "before ~ arm", "--factor", "arm", "--shift", "2"), "Nothing was filled in"),
        ((*FORMULA, "--plot", "out.png"), "ends in .svg"),
    ],
)
def test_what_cannot_be_answered_is_told(people, words, said):
    done = run("missing", people, *words)
    assert done.exit_code == 2 and done.stdout == ""
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_column_without_any_value_is_told(tmp_path):
    path = written({"x": [1.0, 2.0, 3.0], "y": [None, None, None]}, tmp_path / "none.csv")
    assert figures("missing", path)["missing"] == {"x": 0, "y": 3}
    done = run("missing", path, "--formula", "y ~ x")
    assert done.exit_code == 2 and "no value at all" in done.stderr


def test_with_nothing_missing_it_is_the_regression(tmp_path):
    table = members(3, 40, lost=0)
    record = figures("missing", written(table, tmp_path / "whole.csv"), *FORMULA)
    for name, one in record["effects"].items():
        only = record["complete_people_only"][name]
        assert (one["estimate"], one["se"]) == pytest.approx((only["estimate"], only["se"]))
        assert one["information_lost"] == 0 and one["df"] == 37
    assert "W5.filled" not in json.dumps(record["warnings"])


# --- visits ---

VISITS = ("--outcome", "score", "--person", "person", "--visit", "visit")


@pytest.fixture
def visits(tmp_path):
    return written(three_visits(8, 30, lost=0.4), tmp_path / "visits.csv")


@pytest.mark.parametrize("degrees", DEGREES)
def test_visits_are_what_the_library_says(visits, degrees):
    table = three_visits(8, 30, lost=0.4)
    factors = {"arm": Factor(("list", "circle")), "visit": Factor(("start", "middle", "end"))}
    found = missing.fit_visits("score ~ before + arm * visit + us(visit | person)", table, factors=factors)
    words = (*VISITS, "--arm", "arm=list", "--covariate", "before", "--df", degrees)
    record = figures("visits", visits, *words)
    wanted = found.differences("arm", within=("visit",), degrees=degrees)
    for one, known in zip(record["differences"], wanted, strict=True):
        assert (one["of"], one["and"], one["visit"]) == ("circle", "list", known.levels["visit"])
        figure = known.difference
        assert (one["estimate"], one["se"], one["df"]) == pytest.approx((figure.estimate, figure.se, figure.df))
    assert (record["people"], record["n"], record["dropped"]) == (30, found.n, found.dropped)
    assert record["visits"] == ["start", "middle", "end"]


def test_visits_in_words_and_as_a_picture(visits, tmp_path):
    picture = tmp_path / "out.svg"
    done = run("visits", visits, *VISITS, "--arm", "arm=list", "--plot", picture)
    assert done.exit_code == 0
    assert "end, circle minus list" in done.stdout and "visits kept" in done.stdout
    assert "nobody can check it" in done.stdout
    assert len(ET.fromstring(picture.read_text()).find("{http://www.w3.org/2000/svg}desc").text) > 40


def test_without_an_arm_visits_are_set_beside_the_first(visits):
    record = figures("visits", visits, *VISITS, "--order", "start, middle, end")
    assert [(one["of"], one["and"]) for one in record["differences"]] == [("middle", "start"), ("end", "start")]
    assert "W1" in [one["key"] for one in record["warnings"]]
    turned = figures("visits", visits, *VISITS, "--order", "end,middle,start")
    assert turned["differences"][1]["estimate"] == pytest.approx(-record["differences"][1]["estimate"], rel=1e-4)


def test_weeks_stand_by_number(tmp_path):
    table = three_visits(8, 30)
    weeks = {"start": 2, "middle": 4, "end": 10}
    table["visit"] = [weeks[one] for one in table["visit"]][::-1]
    path = written(
        {name: column[::-1] if name == "visit" else column for name, column in table.items()}, tmp_path / "w.csv"
    )
    assert figures("visits", path, *VISITS)["visits"] == ["2", "4", "10"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*VISITS, "--order", "start,end"), "The column visit has: start, middle, end"),
        ((*VISITS, "--arm", "arm=none"), "It has: circle, list"),
        ((*VISITS, "--covariate", "arm"), "add --factor arm"),
        ((*VISITS[:-1], "when"), "no column called when"),
        ((*VISITS[:3], "arm", *VISITS[4:]), "more than once"),
        (VISITS[:4], "Missing option '--visit'"),
    ],
)
def test_visits_that_cannot_be_answered_are_told(visits, words, said):
    done = run("visits", visits, *words)
    assert done.exit_code == 2 and done.stdout == ""
    assert said in done.stderr and "Traceback" not in done.stderr


def test_too_few_people_are_told(tmp_path):
    path = written(three_visits(1, 4), tmp_path / "few.csv")
    done = run("visits", path, *VISITS, "--arm", "arm")
    assert done.exit_code == 2 and "people" in done.stderr
