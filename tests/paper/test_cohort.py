"""A group's report on paper: tagged, every table with its header, every picture in words too."""

import io

from pypdf import PdfReader

from kindcircle.figures import Person, on_paper, people
from kindcircle.paper.cohort import cohort, drawing, heading, listed, marks, table, words
from kindcircle.paper.setting import LETTERS, pdf


def read(parts) -> tuple[PdfReader, str]:
    made = cohort("What we know about #Birch*", "Group report", [("People", "8 started")], parts)
    reader = PdfReader(io.BytesIO(pdf("report", made, keep=False)))
    return reader, " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def structure(node, kinds=None, alternatives=None):
    """Every kind of element in the tree, and every text that stands for a picture."""
    kinds, alternatives = ([], []) if kinds is None else (kinds, alternatives)
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            structure(one, kinds, alternatives)
    elif isinstance(node, dict):
        if "/S" in node:
            kinds.append(node["/S"])
        if "/Alt" in node:
            alternatives.append(str(node["/Alt"]))
        if "/K" in node:
            structure(node["/K"], kinds, alternatives)
    return kinds, alternatives


def test_words_tables_marks_and_pictures_are_tagged_and_told():
    picture = people([Person(2, 1, "better"), Person(3, 3)], title="Worry", axis="Lower is better.")
    parts = [
        heading("Before and after"),
        words("$x$ #panic()", strong=True),
        listed(["one", "two"]),
        marks(6, 2, "6 of 8 people have both scores."),
        drawing(on_paper(picture, letters=LETTERS), picture.description),
        table(("Line", "Before"), [("1", "2"), ("2", "3")]),
    ]
    reader, text = read(parts)
    assert "#Birch*" in text and "$x$ #panic()" in text and "People. 8 started" in text
    kinds, alternatives = structure(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert {"/H1", "/H2", "/L", "/Table", "/TH", "/TD", "/Figure"} <= set(kinds)
    assert "6 of 8 people have both scores." in alternatives
    assert any("2 people with both scores" in one for one in alternatives)
    # The picture's own words are words on the page, in the letters of the page.
    assert "Worry" in text


def test_a_picture_for_paper_is_white_and_follows_no_screen():
    picture = people([Person(2, 1), Person(3, 3)], title="t", axis="a")
    plain = on_paper(picture, letters=LETTERS)
    assert "<style>" in picture.svg and "@media" not in plain
    assert "fill: #fffdf9" in picture.svg and "#fffdf9" not in plain
    assert LETTERS in plain and "Segoe" not in plain
