"""LimeSurvey, ReproSchema, REDCap's zip and SPSS: invented files, read into the same shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kindcircle.spec.answered import fits
from kindcircle.spec.documents.bundle import unpack
from kindcircle.spec.documents.errors import BrokenArchive, DocumentError
from kindcircle.spec.documents.limesurvey import parse_survey
from kindcircle.spec.documents.reading import read_questions
from kindcircle.spec.documents.reproschema import parse_activity
from kindcircle.spec.documents.spss import parse_spss
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.wording import WordingError, apply_mapping
from tests.spec.documents.damage import zipped
from tests.spec.documents.reference import INTEROP, needs_reference, real
from tests.spec.documents.test_answers_from_files import DICTIONARY

PHQ9 = load_instrument("phq-9")
WORDS = {"en": ("Never", "Often", "More", "Always"), "nl": ("Nooit", "Vaak", "Meer", "Altijd")}
Rows = list[dict[str, Any]]


# LimeSurvey --------------------------------------------------------------------------------------------------------


def table(name: str, rows: Rows) -> str:
    cells = ["".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in row.items()) for row in rows]
    return f"<{name}><rows>{''.join(f'<row>{one}</row>' for one in cells)}</rows></{name}>"


def survey(tables: dict[str, Rows], languages: tuple[str, ...] = ("en", "nl")) -> bytes:
    listed = "".join(f"<language>{one}</language>" for one in languages)
    body = "".join(table(name, rows) for name, rows in tables.items())
    head = "<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>630</DBVersion>"
    return f"<document>{head}<languages>{listed}</languages>{body}</document>".encode()


def array(kind: str = "F", **codes: str) -> dict[str, Rows]:
    """Nine birds in one array; words in tables of their own, rows not in order."""
    parts: Rows = [
        {"qid": 10 + n, "parent_qid": 1, "gid": 5, "type": "T", "title": f"SQ{n}", "question_order": n, "scale_id": 0}
        for n in range(9, 0, -1)
    ]
    answers: Rows = [
        {"aid": 100 + n, "qid": 1, "code": codes.get(f"a{n}", str(n)), "sortorder": n, "assessment_value": n}
        for n in (2, 0, 3, 1)
    ]
    return {
        "groups": [{"gid": 5, "group_order": 1}],
        "group_l10ns": [
            {"gid": 5, "group_name": "Birds", "language": "en"},
            {"gid": 5, "group_name": "Vogels", "language": "nl"},
        ],
        "questions": [
            {"qid": 1, "parent_qid": 0, "gid": 5, "type": kind, "title": "B", "mandatory": "Y", "relevance": "1"},
        ],
        "subquestions": parts,
        "question_l10ns": [
            {"qid": 1, "question": "<p>Think back</p>", "language": "en"},
            {"qid": 1, "question": "Denk terug", "language": "nl"},
            *(
                {"qid": 10 + n, "question": f"{bird} {n}", "language": one}
                for n in range(1, 10)
                for one, bird in (("en", "Bird"), ("nl", "Vogel"))
            ),
        ],
        "answers": answers,
        "answer_l10ns": [
            {"aid": 100 + n, "answer": words[n], "language": one} for one, words in WORDS.items() for n in range(4)
        ],
        "surveys": [{"sid": 3, "language": "nl"}],
        "surveys_languagesettings": [{"surveyls_title": "Garden PHQ-9", "surveyls_language": "nl"}],
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "nl", ""])
def test_an_array_becomes_its_lines_in_the_language_asked_for(language: str) -> None:
    found = parse_survey(survey(array()), language=language)
    spoken = language or "nl"
    assert (found.language, found.languages, found.release) == (spoken, ("en", "nl"), "630")
    bird, think, form = {"en": ("Bird", "Think back", "Birds"), "nl": ("Vogel", "Denk terug", "Vogels")}[spoken]
    assert [(one.name, one.label) for one in found.fields] == [(f"B_SQ{n}", f"{bird} {n}") for n in range(1, 10)]
    assert (found.fields[0].section, found.forms[0].name, found.fields[0].required) == (think, form, True)
    assert [(one.value, one.label) for one in found.fields[0].choices] == [(str(n), WORDS[spoken][n]) for n in range(4)]
    (fit,) = fits([PHQ9], found)
    assert (fit.found_by, fit.mapping.instruction) == ("name", think)
    assert "no_matrix" not in fit.mapping.to_confirm


def test_codes_that_are_no_numbers_take_their_assessment_value() -> None:
    found = parse_survey(survey(array(a0="N", a1="S", a2="M", a3="A")))
    assert [(one.value, one.code) for one in found.fields[0].choices] == [
        ("0", "N"),
        ("1", "S"),
        ("2", "M"),
        ("3", "A"),
    ]


def test_without_assessment_values_codes_stay_codes() -> None:
    tables = array(a0="N", a1="S", a2="M", a3="A")
    for row in tables["answers"]:
        row["assessment_value"] = 0
    assert parse_survey(survey(tables)).fields[0].numeric_choices is None


def test_older_surveys_keep_words_in_the_row_and_each_row_for_each_language() -> None:
    tables: dict[str, Rows] = {
        "groups": [{"gid": 5, "group_order": 1, "group_name": "Birds", "language": one} for one in ("en", "nl")],
        "questions": [
            {"qid": 1, "parent_qid": 0, "gid": 5, "type": "L", "title": "B", "question": words, "language": one}
            for one, words in (("en", "A bird?"), ("nl", "Een vogel?"))
        ],
        "answers": [
            {"qid": 1, "code": n, "answer": words[n], "sortorder": n, "language": one}
            for one, words in WORDS.items()
            for n in range(4)
        ],
        "surveys": [{"language": "en"}],
    }  # fmt: skip
    (one,) = parse_survey(survey(tables), language="nl").fields
    assert (one.label, [choice.label for choice in one.choices]) == ("Een vogel?", list(WORDS["nl"]))


@pytest.mark.parametrize(
    ("kind", "shape", "count"),
    [("5", "radio", 5), ("Y", "yesno", 2), ("T", "notes", 0), ("X", "descriptive", 0), ("§", "text", 0)],
)
def test_other_types(kind: str, shape: str, count: int) -> None:
    found = parse_survey(survey(array(kind)))
    assert (found.fields[0].type, len(found.fields[0].choices)) == (shape, count)
    assert ("unknown_field_type" in {one.name for one in found.warnings}) == (kind == "§")


def test_a_language_that_is_not_there_is_told_and_no_other_put_in_its_place() -> None:
    found = parse_survey(survey(array()), language="de")
    assert "language_not_here" in {one.name for one in found.warnings}
    assert {one.label for one in found.fields} == {""}
    assert fits([PHQ9], found) == ()


def test_one_question_alone_has_no_group() -> None:
    tables = {name: rows for name, rows in array().items() if not name.startswith("group")}
    data = survey(tables).replace(b">Survey<", b">Question<")
    assert parse_survey(data).forms[0].name == "questions"
    assert len(parse_survey(data).fields) == 9


# ReproSchema -------------------------------------------------------------------------------------------------------


def activity() -> dict[str, bytes]:
    items = {
        f"items/b{n}": {
            "category": "Item",
            "question": {"en": f"Bird {n}", "nl": f"Vogel {n}"},
            "ui": {"inputType": "radio"},
            "responseOptions": "../shared",
        }
        for n in range(1, 10)
    }
    choices = [{"value": n, "name": {one: words[n] for one, words in WORDS.items()}} for n in range(4)]
    whole = {
        "category": "Activity",
        "id": "birds",
        "schemaVersion": "1.0.0",
        "preamble": {"en": "Think back", "nl": "Denk terug"},
        "compute": [{"variableName": "sum", "jsExpression": "b1 + b2"}],
        "ui": {
            "order": list(items),
            "addProperties": [{"isAbout": path, "variableName": path[6:], "isVis": True} for path in items],
        },
    }
    files = items | {"birds_schema": whole, "shared": {"category": "ResponseOption", "choices": choices}}
    return {path: json.dumps(one).encode() for path, one in files.items()}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_an_activity_and_what_its_items_share(language: str) -> None:
    found = parse_activity(activity(), "birds_schema", language=language)
    assert found.languages == ("en", "nl")
    assert [one.label for one in found.fields[0].choices] == list(WORDS[language])
    assert (found.fields[-1].name, found.fields[-1].type, found.fields[-1].formula) == ("sum", "calc", "b1 + b2")
    (fit,) = fits([PHQ9], found)
    assert fit.mapping.instruction == {"en": "Think back", "nl": "Denk terug"}[language]


def test_a_change_in_any_of_its_files_changes_its_digest() -> None:
    files = activity()
    before = parse_activity(files, "birds_schema").digest
    files["shared"] = files["shared"].replace(b"Often", b"Seldom")
    assert parse_activity(files, "birds_schema").digest != before


def test_an_activity_in_a_zip() -> None:
    found = read_questions(zipped({f"birds/{path}": data for path, data in activity().items()}), language="nl")
    assert (found.source, found.fields[0].label) == ("reproschema_activity", "Vogel 1")


@needs_reference
def test_a_language_that_lacks_some_words_is_not_filled_from_another() -> None:
    folder = INTEROP / "reproschema"
    files = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    found = parse_activity(files, "PHQ-9/PHQ9_schema", language="ar")
    assert all(one.label for one in found.fields[:9])
    assert {choice.label for choice in found.fields[0].choices} == {""}
    (fit,) = fits([PHQ9], found)
    assert "answer_words_missing" in fit.mapping.to_confirm
    with pytest.raises(WordingError, match="Some words are empty"):
        apply_mapping(PHQ9, fit.mapping, language="ar", confirmed=frozenset(fit.mapping.to_confirm))


# zip ---------------------------------------------------------------------------------------------------------------


def test_an_instrument_zip_is_its_dictionary_and_says_where_it_came_from() -> None:
    packed = zipped({"OriginID.txt": b"abc", "instrument.csv": DICTIONARY.encode(), "attachments/a.png": b"\x89PNG"})
    found = read_questions(packed)
    (fit,) = fits([PHQ9], found)
    assert (found.source, fit.mapping.source) == ("redcap_instrument_zip", "redcap_instrument_zip")
    assert fit.mapping.complete


def test_a_zip_is_unpacked_in_memory_within_bounds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert unpack(zipped({"a/b.txt": b"x", "__MACOSX/._b": b"y"})) == {"a/b.txt": b"x"}
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BrokenArchive):
        unpack(b"PK\x03\x04 and nothing else")


# SPSS --------------------------------------------------------------------------------------------------------------


@needs_reference
def test_real_value_labels() -> None:
    found = parse_spss(real("spss/sample_missing.sav"))
    order = next(one for one in found.dictionary.fields if one.name == "myord")
    assert [(one.value, one.label) for one in order.choices] == [("1", "low"), ("2", "medium"), ("3", "high")]
    assert found.rows == 7


@needs_reference
@pytest.mark.parametrize("step", [7, 64, 97])
def test_an_sav_cut_anywhere_is_read_or_refused(step: int) -> None:
    whole = real("spss/sample.sav")
    for end in range(0, len(whole), step):
        try:
            parse_spss(whole[:end])
        except DocumentError as error:
            assert str(error)
