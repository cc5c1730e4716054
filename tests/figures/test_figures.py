"""Pictures of numbers: said in words, the same twice, in the colours of the pages, and honest about gaps."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import kindcircle
from kindcircle.figures import MOST_ROWS, Arrow, Person, Row, curve, funnel, intervals, paths, people
from kindcircle.figures.look import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"

ROWS = [
    Row("Albers & Co <2010>", 0.3, -0.2, 0.8, weight=4),
    Row("Brown $x^2$", 0.5, 0.1, 0.9),
    Row("Long", 1.0, -90.0, 90.0),
    Row("none", instead="There is no spread to compare with."),
    Row("mean", 0.4, 0.2, 0.6, kind="mean"),
    Row("next", None, -0.2, 1.0, kind="range"),
]
ARROWS = [
    Arrow("kindness", "shame", -0.4, -0.6, -0.2),
    Arrow("kindness", "brooding", -0.2, -0.5, 0.1),
    Arrow("shame", "brooding", 0.5, 0.3, 0.7),
    Arrow("shame", "mood", 0.3, 0.1, 0.5),
    Arrow("brooding", "mood", 0.2, 0.0, 0.4),
    Arrow("kindness", "mood", 0.1, -0.1, 0.3),
]
PERSONS = [Person(20, 12, "better"), Person(18, 17), Person(9, 15, "worse"), Person(22, None), Person(None, 8)]
ESTIMATES = [0.1 * place for place in range(12)]
ERRORS = [0.1 + 0.02 * place for place in range(12)]


def drawn():
    return {
        "forest": intervals(ROWS, title="Studies", axis="difference", note="Nothing here is a cause."),
        "people": people(
            PERSONS, title="Each person", axis="PHQ-9", ends=(0, 27), note="No comparison group.", digits=0
        ),
        "funnel": funnel(ESTIMATES, ERRORS, mean=0.5, title="Small and large", axis="difference"),
        "paths": paths(
            ARROWS, first="kindness", between=["shame", "brooding"], last="mood", title="Through two others"
        ),
        "short": paths(
            [*ARROWS[:1], Arrow("shame", "mood", 1, 0.5, 2)],
            first="kindness",
            between=["shame"],
            last="mood",
            title="One",
        ),
        "curve": curve(
            [(2, 0.2), (10, 0.6), (20, 0.9)],
            title="Power",
            axis="groups",
            upright="power",
            wanted=0.8,
            chosen=(20, 0.9),
        ),
    }


@pytest.fixture(scope="module")
def figures():
    return drawn()


NAMES = ["forest", "people", "funnel", "paths", "short", "curve"]


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_named_and_described_and_its_words_are_words(figures, name):
    found = figures[name]
    root = ET.fromstring(found.svg)
    assert root.get("role") == "img"
    title, words = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    assert title.text == found.title
    assert words.text == found.description
    assert len(words.text) > 40
    written = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}
    assert found.title in written
    # Nothing is fetched, run, or told about when and with what it was drawn.
    assert not re.search(r"<script|<image|<metadata|<!DOCTYPE|href=\"http|20\d\d-\d\d-\d\d", found.svg)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_opened_by_itself_is_never_wider_than_its_window(figures, name):
    rules = re.search(r"<style>(.*?)</style>", figures[name].svg).group(1)
    assert "svg:root{max-width:100%;height:auto}" in rules  # of a picture alone, never of one inside a page
    _left, _top, width, height = ET.fromstring(figures[name].svg).get("viewBox").split()
    assert float(width) == 600 and float(height) > 50


@pytest.mark.parametrize("name", NAMES)
def test_the_table_beside_has_a_cell_for_every_column(figures, name):
    found = figures[name]
    assert found.rows
    assert all(len(row) == len(found.header) for row in found.rows)


def test_the_same_numbers_give_the_same_picture(figures):
    assert {name: one.svg for name, one in drawn().items()} == {name: one.svg for name, one in figures.items()}


@pytest.mark.parametrize("name", NAMES)
def test_only_the_colours_of_the_pages_are_used_and_the_dark_has_one_for_each(figures, name):
    drawing = re.sub(r"<style>.*?</style>", "", figures[name].svg, flags=re.DOTALL)
    used = set(re.findall(r"#[0-9a-f]{6}\b", drawing))
    assert used <= set(LIGHT.values())
    # All paint stands in styles that the rules for dark screens and for paper can find.
    assert not re.search(r'(fill|stroke)="(?!none)', drawing)


def test_the_colours_are_those_of_the_pages():
    css = (Path(kindcircle.__file__).parent / "doors/web/shared/static/css/tokens.css").read_text()
    light, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    for theirs, ours in ((light, LIGHT), (rest, DARK)):
        for name, value in ours.items():
            assert re.search(rf"--{name}: {value};", theirs), name


def test_an_interval_past_the_edge_keeps_its_numbers(figures):
    forest = figures["forest"]
    assert "1.00 (−90.00 to 90.00)" in forest.svg
    assert ("Long", "1.00", "−90.00", "90.00") in forest.rows
    assert ("none", "There is no spread to compare with.", "", "") in forest.rows
    assert "next: −0.20 to 1.00" in forest.description
    # A label is text, never a formula and never markup.
    assert "Brown $x^2$" in forest.svg
    assert "Albers &amp; Co &lt;2010&gt;" in forest.svg


def test_whoever_gave_no_second_answer_is_counted_and_in_the_table(figures):
    found = figures["people"]
    assert "3 people with both scores: 1 better, 1 about the same, 1 worse; 1 no second score." in found.description
    assert ("4", "22", "", "no second score") in found.rows
    assert "No comparison group." in found.description


def test_a_dashed_arrow_is_explained_and_only_where_there_is_one(figures):
    assert "A dashed arrow: its interval holds 0." in figures["paths"].description
    assert "dashed" not in figures["short"].description
    # The two with an end on either side of 0, and the one whose end lies on it.
    assert [one.clear for one in ARROWS] == [True, False, True, True, False, False]


@pytest.mark.parametrize(
    "call",
    [
        lambda: intervals([], title="", axis=""),
        lambda: intervals([Row("a", 1, 0, 2)] * (MOST_ROWS + 1), title="", axis=""),
        lambda: people([Person(3, None)], title="", axis=""),
        lambda: funnel(ESTIMATES[:9], ERRORS[:9], mean=0, title="", axis=""),
        lambda: funnel(ESTIMATES, ERRORS[:11], mean=0, title="", axis=""),
        lambda: funnel(ESTIMATES, ERRORS, mean=0, title="", axis="", labels=["one"]),
        lambda: paths(ARROWS, first="kindness", between=[], last="mood", title=""),
        lambda: paths(ARROWS, first="kindness", between=["shame"], last="mood", title=""),
        lambda: curve([(1, 0.5)], title="", axis="", upright=""),
    ],
)
def test_what_cannot_be_drawn_is_refused(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()


def test_flat_and_tiny_and_huge_numbers_are_drawn_all_the_same():
    for values in ([0.0, 0.0], [1e-12, 2e-12], [1e9, 3e9], [-1e50, 1e50], [-5.0, -5.0]):
        rows = [Row(str(place), value, value, value) for place, value in enumerate(values)]
        assert intervals(rows, title="t", axis="a").svg
        assert people([Person(one, one) for one in values], title="t", axis="a").svg
    assert intervals([Row("nothing", instead="no one")], title="t", axis="a").svg
    assert people([Person(1, 2)] * 400, title="t", axis="a").svg
    assert intervals([Row("名前 🌱", 1, 0, 2)], title="Ünïcode 名前", axis="a").svg


def test_nothing_heavy_is_loaded_until_a_picture_is_drawn():
    script = "import sys, kindcircle.figures; print(any(name.startswith('matplotlib') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_somebody_elses_settings_stay_as_they_were():
    from matplotlib import rcParams

    before = dict(rcParams)
    intervals(ROWS, title="t", axis="a")
    assert dict(rcParams) == before
