"""Reading a file of scores: forgiving about the saving, strict about the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.columns import TableError, read_table

PLAIN = "id,before,after\n1,20,18\n2,22,\n3,NA,21\n4,.,null\n"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        b"sep=,\n" + PLAIN.encode(),
        ("sep=;\r\n" + PLAIN.replace(",", ";")).encode("utf-16"),
        ("SEP=\t\n" + PLAIN.replace(",", "\t")).encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r\n\r\n").encode(),
        PLAIN.replace(",", " , ").encode(),
        b'"id","before","after"\n"1","20","18"\n"2","22",""\n"3","na","21"\n"4",".","NULL"\n',
    ],
)
def test_however_it_was_saved_the_scores_are_the_same(data):
    table = read_table(data)
    assert table.header == ("id", "before", "after")
    assert table.scores("before") == [20, 22, None, None]
    assert table.scores("after") == [18, None, 21, None]


def test_a_decimal_comma_is_read_where_it_can_only_be_that():
    table = read_table(b"a;b\n3,5;1\n-0,25;2.5\n")
    assert table.scores("a") == [3.5, -0.25]
    assert table.scores("b") == [1, 2.5]
    with pytest.raises(TableError, match="one way only"):
        read_table(b"a;b\n3,5;1\n3.5;2\n").scores("a")
    with pytest.raises(TableError, match='"3,5" in row 2'):
        read_table(b'a,b\n"3,5",1\n').scores("a")


@pytest.mark.parametrize("cell", ["often", "3 points", "1_000", "inf", "0x10", "3-4", "--2", "1e", "٣"])
def test_text_in_a_number_column_names_the_row_and_the_cell(cell):
    data = f"id,score\n1,4\n\n2,{cell}\n".encode()
    with pytest.raises(TableError) as problem:
        read_table(data).scores("score")
    # Row 4 in a spreadsheet: the header is row 1 and row 3 is blank.
    assert str(problem.value) == f'The column score has "{cell}" in row 4, and we need a number there.'
    assert problem.value.values["row"] == 4


@pytest.mark.parametrize("cell, value", [("+3", 3), ("-2.50", -2.5), (".5", 0.5), ("5.", 5), ("1e2", 100), ("007", 7)])
def test_numbers_as_people_and_programs_write_them(cell, value):
    assert read_table(f"id,score\n1,{cell}\n".encode()).scores("score") == [value]


@pytest.mark.parametrize("cell", ["1e51", "1e999"])
def test_a_number_too_large_for_a_score_is_refused(cell):
    with pytest.raises(TableError, match="too large"):
        read_table(f"id,score\n1,{cell}\n".encode()).scores("score")


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"", "This file is empty."),
        (b" \n\n", "This file is empty."),
        (b"\xef\xbb\xbf", "This file is empty."),
        (b"a,b\n", "This file has column names but no rows below them."),
        (b"a,b\n1,2\n3\n", "Row 3 has 1 cells, and the first row has 2. Please give it as many."),
        (b"a,b\n1,2,3\n", "Row 2 has 3 cells, and the first row has 2. Please give it as many."),
        (b"PK\x03\x04\x14\x00", "This file is not plain text. Please save it as CSV (UTF-8) and try again."),
        (b"a,b\n\x00\x01,2\n", "This file is not plain text. Please save it as CSV (UTF-8) and try again."),
        (b"name\nZo\xeb\n", "This file is not plain text. Please save it as CSV (UTF-8) and try again."),
        (b"Spring\na,b\n", "Row 2 has 2 cells, and the first row has 1. Please take off a title above the names."),
        (b"<html>\n", "This file is a web page or a document. Please save the table itself as CSV (UTF-8)."),
        (b"[{}]\n", "This file is JSON. Please save it as a table, as CSV (UTF-8)."),
        (b'a,b\n"1,2\n3,4\n', "We could not read this as a CSV file. A quotation mark may be left open."),
    ],
)
def test_what_cannot_be_read_is_said_kindly(data, sentence):
    with pytest.raises(TableError) as problem:
        read_table(data)
    assert str(problem.value) == sentence
    assert problem.value.text % problem.value.values == sentence


def test_a_hint_for_spreadsheets_is_no_row_and_a_column_may_be_called_like_one():
    with pytest.raises(TableError, match="in row 2"):
        read_table(b"sep=;\nscore;other\noften;1\n").scores("score")
    assert read_table(b"sep=,b\n1,2\n").header == ("sep=", "b")
    assert read_table(b"sep=x\n1\n").header == ("sep=x",)
    with pytest.raises(TableError):
        read_table(b"sep=,")


def test_columns_and_groups_are_found_by_name_or_listed():
    table = read_table(b"arm,score,score,other\nPA,1,2,3\nTAU,4,5,6\n")
    assert table.where("arm", "TAU").scores("other") == [6]
    with pytest.raises(TableError, match=r"The columns are: arm, score, score, other\."):
        table.scores("scores")
    with pytest.raises(TableError, match="more than one column called score"):
        table.scores("score")
    with pytest.raises(TableError, match=r"It has: PA, TAU\."):
        table.where("arm", "tau")


@given(st.binary(max_size=200))
def test_no_file_at_all_is_anything_but_read_or_explained(data):
    try:
        table = read_table(data)
        for name in table.header:
            table.scores(name)
    except TableError as problem:
        assert str(problem)
