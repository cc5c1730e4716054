"""Worked examples from outside agree, and every way they could disagree is named."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.measures import measures
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.examples import check_examples

REFERENCE = Path(
    os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).resolve().parents[2].parent / "shared" / "reference")
)
EXAMPLES = REFERENCE / "scoring_examples.csv"
needs_reference = pytest.mark.skipif(
    not EXAMPLES.is_file(), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)

COLUMNS = [
    "example_id", "instrument", "responses", "n_missing", "status", "subscales", "total", "total_rounded",
    "band", "extra", "flags", "policy", "note",
]  # fmt: skip

GAD = {
    "example_id": "one",
    "instrument": "GAD-7",
    "responses": "[2, 2, 2, 1, 1, 2, 1]",
    "n_missing": "0",
    "status": "complete",
    "subscales": "{}",
    "total": "11",
    "total_rounded": "11",
    "band": "moderate",
    "extra": '{"gad2": 4}',
    "flags": "[]",
    "policy": "at most 2 missing",
    "note": "",
}


def sheet(*rows: dict[str, str], columns: list[str] = COLUMNS) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def differing(**changes: str) -> list[str]:
    return [one.what for one in check_examples(sheet(GAD | changes)).differences]


@needs_reference
def test_every_reference_example_agrees() -> None:
    report = check_examples(EXAMPLES.read_bytes())
    assert [str(one) for one in report.differences] == []
    assert report.rows == report.agreeing == 39


@needs_reference
def test_every_changed_figure_of_the_reference_is_named() -> None:
    """Each figure that is stated, moved a little, has to be found, in exactly its row."""
    rows = list(csv.DictReader(io.StringIO(EXAMPLES.read_text(encoding="utf-8"))))
    tried = 0
    for place, row in enumerate(rows):
        for column in ("total", "total_rounded", "band", "status", "n_missing", "flags", "subscales", "extra"):
            if not (changed := _moved(column, row[column])):
                continue
            report = check_examples(sheet(*rows[:place], row | {column: changed}, *rows[place + 1 :]))
            assert {one.row for one in report.differences} == {place + 2}, (row["example_id"], column)
            assert all(one.what.startswith(column) for one in report.differences)
            tried += 1
    assert tried > 200


def _moved(column: str, text: str) -> str:
    if column in ("subscales", "extra"):
        table = json.loads(text)
        if not table:
            return ""
        name, value = next(iter(table.items()))
        table[name] = 1 if value is None else "other" if isinstance(value, str) else value + 0.001
        return json.dumps(table)
    if column == "flags":
        return '["safety_item_positive:9=2"]' if text == "[]" else "[]"
    if column in ("band", "status"):
        return f"{text}x"
    return str(float(text or 0) + (0.001 if column == "total" else 1)) if text else "7"


def test_a_row_that_agrees_says_nothing() -> None:
    assert differing() == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"total": "12"}, "total"),
        ({"total": "11.0001"}, "total"),
        ({"total": ""}, "total"),
        ({"total_rounded": "12"}, "total_rounded"),
        ({"total_rounded": ""}, "total_rounded"),
        ({"band": "mild"}, "band"),
        ({"band": ""}, "band"),
        ({"status": "prorated"}, "status"),
        ({"n_missing": "1"}, "n_missing"),
        ({"extra": '{"gad2": 5}'}, "extra.gad2"),
        ({"extra": '{"gad3": 5}'}, "extra.gad3"),
        ({"subscales": '{"warm": 1}'}, "subscales.warm"),
        ({"flags": '["safety_item_positive:9=1"]'}, "flags"),
        ({"instrument": "GAD-8"}, "instrument"),
        ({"instrument": ""}, "instrument"),
        ({"responses": "[2, 2, 2"}, "row"),
        ({"responses": '{"a": 1}'}, "row"),
        ({"responses": "[[1], 2, 2, 1, 1, 2, 1]"}, "row"),
        ({"responses": ""}, "row"),
        ({"total": "eleven"}, "row"),
        ({"total": "NaN"}, "row"),
        ({"total": "1e-999999999"}, "row"),
        ({"total": "1e999999999"}, "row"),
        ({"total": "9" * 400}, "row"),
        ({"total_rounded": "about 11"}, "row"),
        ({"extra": '{"gad2": 1e999999999}'}, "row"),
        ({"extra": '{"gad2": NaN}'}, "row"),
        ({"responses": "[2, 2, 2, 1, 1, 2, 1e-999999999]"}, "row"),
        ({"responses": "[" * 5000}, "row"),
        ({"n_missing": "none"}, "row"),
        ({"extra": "[1]"}, "row"),
        ({"subscales": '{"a": [1]}'}, "row"),
        ({"flags": "yes"}, "row"),
    ],
)
def test_what_differs_is_named(changes: dict[str, str], what: str) -> None:
    assert differing(**changes) == [what]


def test_an_invalid_form_has_to_be_called_so() -> None:
    empty = {"total": "", "total_rounded": "", "band": "", "extra": "{}", "status": "invalid"}
    assert differing(responses="[2, 2, 2, 1, 1, 2, 4]", n_missing="1", **empty) == []
    assert differing(responses="[2, 2, 2, 1, 1, 2]", **empty) == []
    assert differing(responses="[2, 2, 2, 1, 1, 2]") == ["status"]
    assert differing(responses="[2, 2, 2, 1, 1, 2]", status="invalid") == ["total", "total_rounded", "band"]


def test_numbers_count_and_not_how_they_are_written() -> None:
    assert differing(total="11.0", total_rounded="11.0", n_missing="0.0") == []


def test_of_a_questionnaire_without_a_form_it_is_said_why() -> None:
    [found] = check_examples(sheet(GAD | {"instrument": "ORS-4"})).differences
    assert found.what == "instrument"
    assert "Houses and programs need a licence." in found.found


def test_a_cell_that_goes_on_and_on_is_not_shown_whole() -> None:
    [found] = check_examples(sheet(GAD | {"instrument": "A" * 100_000})).differences
    assert len(str(found)) < 1000


def test_a_skipped_safety_question_is_a_flag() -> None:
    row = GAD | {
        "instrument": "PHQ-9",
        "responses": "[0, 0, 0, 0, 0, 0, 0, 0, null]",
        "n_missing": "1",
        "status": "prorated",
        "total": "0",
        "total_rounded": "0",
        "band": "minimal",
        "extra": '{"phq2": 0, "dsm_algorithm": null}',
    }
    assert [one.what for one in check_examples(sheet(row)).differences] == ["flags"]
    flagged = row | {"flags": '["safety_item_missing:9"]'}
    assert check_examples(sheet(flagged)).differences == ()


def test_columns_may_stand_in_any_order_and_some_may_be_absent() -> None:
    order = ["total", "status", "responses", "instrument", "example_id"]
    assert check_examples(sheet(GAD, columns=order)).differences == ()


def test_our_own_questionnaires_can_be_checked_too() -> None:
    row = GAD | {
        "instrument": "wcc-6",
        "responses": "[1, 3, 2, 4, 1, 2]",
        "subscales": '{"warm": 1.3333, "harsh": 3}',
        "total": "1.1667",
        "total_rounded": "",
        "band": "",
        "extra": "{}",
    }
    assert check_examples(sheet(row)).differences == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (sheet(), "no examples"),
        ("a,b\n1,2\n", "“example_id”"),
        (b"PK\x03\x04rest", "not a CSV"),
        ("example_id,instrument\n".encode("utf-16"), "UTF-16"),
        (sheet(GAD | {"note": "é"}).encode("latin-1"), "not in UTF-8"),
        (sheet(GAD) + ',"open\n', "quotation marks"),
        (sheet(GAD) + "," * 20 + "x\n", "cells"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(data: bytes | str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        check_examples(data)


# on the command line --------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(measures, ["check-examples", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@needs_reference
def test_the_command_agrees_with_the_reference() -> None:
    assert run(str(EXAMPLES)) == (0, "39 of 39 examples agree.\n", "")


def test_the_command_names_each_row_that_differs(tmp_path: Path) -> None:
    file = tmp_path / "examples.csv"
    file.write_text(
        sheet(GAD, GAD | {"example_id": "two", "total": "12"}, GAD | {"example_id": "three", "instrument": "X"}),
        encoding="utf-8",
    )
    code, out, err = run(str(file))
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "two (row 3, GAD-7): total: the file says 12, we get 11",
        "three (row 4, X): instrument: the file says X, we get no questionnaire of this name",
        "1 of 3 examples agree.",
    ]


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\xff\xfea", b"\x00\x01", b"<html></html>"])
def test_the_command_is_kind_about_files_it_cannot_use(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "examples.csv"
    file.write_bytes(content)
    code, out, err = run(str(file))
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert "Traceback" not in err


def test_the_command_is_kind_about_no_file_and_a_folder(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.csv"))[0] == 2
    code, _, err = run(str(tmp_path))
    assert (code, "is a folder" in err) == (2, True)
