"""Data dictionaries are read whole or refused with a reason; nothing in between. All words here are invented."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kindcircle.spec.documents.errors import (
    BrokenChoices,
    BrokenRow,
    DocumentError,
    DuplicateField,
    EmptyFile,
    MissingColumns,
    NotCsv,
    TooLarge,
    WrongEncoding,
)
from kindcircle.spec.documents.markup import plain_text
from kindcircle.spec.documents.redcap import parse_dictionary
from kindcircle.spec.documents.shape import Dictionary
from kindcircle.spec.documents.table import LARGEST

REFERENCE = Path(
    os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).resolve().parents[3].parent / "shared" / "reference")
)
REDCAP = REFERENCE / "interop" / "redcap"
needs_reference = pytest.mark.skipif(
    not REDCAP.is_dir(), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)

HEADINGS = [
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name",
    "Matrix Ranking?", "Field Annotation",
]  # fmt: skip


def dictionary(*rows: dict[int, str], between: str = ",") -> str:
    """A dictionary with these cells by column place; the rest is blank."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=between)
    writer.writerow(HEADINGS)
    writer.writerows([[row.get(place, "") for place in range(18)] for row in rows])
    return out.getvalue()


def field(name: str = "weather", kind: str = "text", **more: str) -> dict[int, str]:
    places = {
        "section": 2, "label": 4, "choices": 5, "note": 6, "validation": 7, "low": 8, "high": 9,
        "identifier": 10, "branching": 11, "required": 12, "matrix": 15, "annotation": 17,
    }  # fmt: skip
    cells = {0: name, 1: more.pop("form", "garden"), 3: kind}
    return cells | {places[key]: value for key, value in more.items()}


# real files -----------------------------------------------------------------------------------------


@needs_reference
def test_the_real_dictionary_is_read_as_expected() -> None:
    name = "bridge2ai-phq9-gad7.dictionary.csv"
    expected = json.loads((REFERENCE / "interop" / "expected.json").read_text(encoding="utf-8"))[f"redcap/{name}"]
    found = parse_dictionary((REDCAP / name).read_bytes())
    assert found.columns == expected["columns"]
    assert found.byte_order_mark is expected["bom"]
    assert {form.name: len(form.fields) for form in found.forms} == expected["forms"]
    fields = {one.name: one for one in found.fields}
    for name in expected["phq9_scored_fields"] + expected["gad7_scored_fields"]:
        assert fields[name].type == "radio"
        assert fields[name].numeric_choices == (0, 1, 2, 3)
        assert fields[name].matrix
        assert fields[name].required
    assert "\n" not in fields["hard_to_work"].branching
    assert fields["hard_to_work"].branching.count("> 0") == 9
    assert fields["phq_9_session_id"].action_tags == ("@READONLY",)
    assert fields["phq_9_started_at"].identifier
    assert found.warnings == ()


@needs_reference
@pytest.mark.parametrize("file", ["redcapr-longitudinal", "redcapr-repeating-instruments", "redcapr-survey"])
def test_other_real_dictionaries_are_read_whole(file: str) -> None:
    raw = (REDCAP / f"{file}.dictionary.csv").read_bytes()
    found = parse_dictionary(raw)
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")))
    assert [one.name for one in found.fields] == [row[0] for row in rows[1:]]
    assert not found.byte_order_mark
    assert {warning.name for warning in found.warnings} <= {"html_removed", "unknown_field_type"}


# what a field can be ----------------------------------------------------------------------------------


def only(row: dict[int, str]) -> Dictionary:
    return parse_dictionary(dictionary(row))


def test_choices_keep_their_values_and_commas() -> None:
    (one,) = only(field(kind="radio", choices="1, Rain, or sleet | -9, No idea | 2,Sun")).fields
    assert [(choice.value, choice.label) for choice in one.choices] == [
        ("1", "Rain, or sleet"),
        ("-9", "No idea"),
        ("2", "Sun"),
    ]
    assert one.numeric_choices == (1, -9, 2)


def test_choices_that_are_not_numbers_are_kept_but_are_no_numbers() -> None:
    (one,) = only(field(kind="dropdown", choices="a, Rain | b, Sun")).fields
    assert one.numeric_choices is None


@pytest.mark.parametrize(
    ("kind", "choices", "values"),
    [("yesno", "", ("1", "0")), ("truefalse", "", ("1", "0")), ("checkbox", "1, Rain", ("1",))],
)
def test_each_kind_of_choice(kind: str, choices: str, values: tuple[str, ...]) -> None:
    (one,) = only(field(kind=kind, choices=choices)).fields
    assert tuple(choice.value for choice in one.choices) == values


def test_sliders_and_sums() -> None:
    found = parse_dictionary(
        dictionary(
            field("wind", "slider", choices="Still | Some | Storm"),
            field("sum", "calc", choices="[wind] * 2"),
        )
    )
    assert found.fields[0].slider_labels == ("Still", "Some", "Storm")
    assert found.fields[1].formula == "[wind] * 2"
    assert found.fields[1].choices == ()


def test_action_tags_and_logic_over_several_lines() -> None:
    (one,) = only(
        field(annotation="@READONLY @HIDDEN-SURVEY mail me@EXAMPLE.org", branching="[a] > 0 or\n  [b] > 0")
    ).fields
    assert one.action_tags == ("@READONLY", "@HIDDEN-SURVEY")
    assert one.branching == "[a] > 0 or [b] > 0"


def test_an_unknown_type_is_named_and_kept() -> None:
    found = only(field(kind="hologram"))
    assert [(one.name, one.row) for one in found.warnings] == [("unknown_field_type", 2)]


def test_labels_lose_their_html_and_say_so() -> None:
    found = only(
        field(label='<div class="x"><p>How was<br>the <b>rain</b>?</p></div><script>alert(1)</script>&amp; so on')
    )
    assert found.fields[0].label == "How was\nthe rain?\n& so on"
    assert [one.name for one in found.warnings] == ["html_removed"]


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("less than < 5 or > 7", "less than < 5 or > 7"),
        ("wind <strong", "wind <strong"),
        ("<b>wind</b> <5", "wind <5"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("<style>p {}</style>rain", "rain"),
        ("<img src=x onerror=alert(1)>rain", "rain"),
        ("<svg><title>hidden</title></svg>rain", "rain"),
        ("<p>  two   spaces </p>", "two spaces"),
        ("<!-- note -->rain", "rain"),
        ("<a href='javascript:x'>rain</a>", "rain"),
    ],
)
def test_plain_text(label: str, plain: str) -> None:
    assert plain_text(label) == plain


@given(st.text(alphabet="<>/&;!-ab p=\"'\n", max_size=60))
def test_plain_text_never_breaks(label: str) -> None:
    plain_text(label)


def test_words_redcap_would_fill_in_are_noticed() -> None:
    assert only(field(label="Hello [first_name]")).fields[0].pipes
    assert not only(field(label="Hello (you)")).fields[0].pipes


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_spreadsheets_of_other_countries(between: str) -> None:
    found = parse_dictionary(dictionary(field(label="Rain, or sun; or both"), between=between))
    assert found.fields[0].label == "Rain, or sun; or both"


def test_the_names_the_api_gives_its_columns() -> None:
    text = "field_name,form_name,field_type,field_label,select_choices_or_calculations\nwind,garden,text,Wind,\n"
    assert [one.name for one in parse_dictionary(text).fields] == ["wind"]


def test_headings_in_other_case_and_extra_columns_are_fine() -> None:
    text = dictionary(field(label="Rain")).replace("Field Label", "FIELD  LABEL", 1)
    lines = text.splitlines()
    assert parse_dictionary(f"{lines[0]},Mine\r\n{lines[1]},x\r\n").fields[0].label == "Rain"


def test_short_and_empty_rows_are_fine() -> None:
    text = dictionary(field(label="Rain")) + "\r\n,,,\r\nwind,garden,,text,Wind\r\n"
    assert [(one.name, one.row) for one in parse_dictionary(text).fields] == [("weather", 2), ("wind", 5)]


def test_text_and_bytes_give_the_same() -> None:
    text = dictionary(field(label="Räin"))
    assert parse_dictionary(text) == parse_dictionary(text.encode("utf-8"))
    with_mark = parse_dictionary(b"\xef\xbb\xbf" + text.encode("utf-8"))
    assert with_mark.byte_order_mark
    assert with_mark.fields == parse_dictionary(text).fields


def test_a_form_is_found_by_name() -> None:
    found = parse_dictionary(dictionary(field("a"), field("b", form="shed"), field("c")))
    assert [one.name for one in found.form("garden").fields] == ["a", "c"]
    with pytest.raises(LookupError):
        found.form("attic")


# files that cannot be used ------------------------------------------------------------------------------

GOOD = dictionary(field(kind="radio", label="Rain", choices="0, No | 1, Yes"))

BROKEN: dict[str, tuple[bytes | str, type[DocumentError], str, int | None]] = {
    "nothing": (b"", EmptyFile, "empty", None),
    "only a byte-order mark": (b"\xef\xbb\xbf", EmptyFile, "empty", None),
    "only blank lines": (b"\n\n \n", EmptyFile, "empty", None),
    "only headings": (dictionary(), EmptyFile, "no fields", None),
    "UTF-16": (GOOD.encode("utf-16"), WrongEncoding, "UTF-16", None),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), NotCsv, "not text", None),
    "Latin-1": (GOOD.replace("Rain", "Räin").encode("latin-1"), WrongEncoding, "Line 2", None),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00", NotCsv, "save the spreadsheet as CSV", None),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1", NotCsv, "save the spreadsheet as CSV", None),
    "a web page": (b"<html><body>Please sign in, dear user</body></html>", NotCsv, "name the columns", None),
    "JSON": (b'[{"field_name": "a", "form_name": "b"}]', MissingColumns, "Variable / Field Name", None),
    "JSON object": (b'{"error": "no rights, sorry"}', NotCsv, "name the columns", None),
    "one word": (b"hello", NotCsv, "name the columns", None),
    "records instead": (b"record_id,rain\n1,0\n", MissingColumns, "“Form Name”", None),
    "one column gone": (
        GOOD.replace("Choices, Calculations, OR Slider Labels", "Answers"),
        MissingColumns,
        "“Choices, Calculations, OR Slider Labels”",
        None,
    ),
    "open quotation mark": (GOOD + 'wind,garden,,text,"Wind\n', NotCsv, "quotation marks", 3),
    "stray quotation mark": (GOOD + 'wind,garden,,text,"Wind" now\n', NotCsv, "quotation marks", 3),
    "too many cells": (GOOD + "wind,garden,,text,Wind," + "," * 20 + "x\n", BrokenRow, "26 cells", 3),
    "no field name": (dictionary(field(name="")), BrokenRow, "no field name", 2),
    "no form name": (dictionary(field(form="")), BrokenRow, "no form name", 2),
    "no type": (dictionary(field(kind="")), BrokenRow, "no field type", 2),
    "same field twice": (dictionary(field(), field("b"), field()), DuplicateField, "already in row 2", 4),
    "no choices": (dictionary(field(kind="radio")), BrokenChoices, "cell is empty", 2),
    "choice without comma": (
        dictionary(field("a"), field(kind="radio", choices="0, No | Yes")),
        BrokenChoices,
        "“Yes”",
        3,
    ),
    "choice without value": (dictionary(field(kind="radio", choices="0, No | , Yes")), BrokenChoices, ", Yes", 2),
    "choice twice": (dictionary(field(kind="radio", choices="0, No | 0, Yes")), BrokenChoices, "twice", 2),
    "trailing bar": (dictionary(field(kind="checkbox", choices="0, No |")), BrokenChoices, "a comma", 2),
    "too large": (b"a" * (LARGEST + 1), TooLarge, "10 MB", None),
    "a cell without end": (GOOD + f'wind,garden,,text,"{"x" * 140_000}"\n', NotCsv, "", 3),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_used_says_why_and_where(case: str) -> None:
    data, kind, message, row = BROKEN[case]
    with pytest.raises(DocumentError) as caught:
        parse_dictionary(data)
    assert type(caught.value) is kind
    assert message in caught.value.message
    assert caught.value.row == row
    assert caught.value.code != "unusable"
    assert str(caught.value).startswith(f"Row {row}: " if row else caught.value.message)


@given(st.binary(max_size=300))
@example(b'"')
@example(b",\r,")
@example(b"\xef\xbb\xbf\r\n")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_dictionary(data)
    except DocumentError as error:
        assert str(error)


@given(st.lists(st.dictionaries(st.integers(0, 17), st.text(max_size=12), max_size=18), max_size=4))
def test_any_cells_are_read_or_refused(rows: list[dict[int, str]]) -> None:
    try:
        parse_dictionary(dictionary(*rows))
    except DocumentError as error:
        assert str(error)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = GOOD.encode("utf-8")
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    try:
        parse_dictionary(whole[:start] + data.draw(st.binary(max_size=5)) + whole[end:])
    except DocumentError as error:
        assert str(error)
