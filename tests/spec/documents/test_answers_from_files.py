"""Answers from other programs: scored again by our rules; whatever does not fit to the letter has a name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kindcircle.spec.answered import fits
from kindcircle.spec.documents.errors import QuestionsNeeded
from kindcircle.spec.documents.fhir import parse_questionnaire
from kindcircle.spec.documents.fhir_responses import parse_responses
from kindcircle.spec.documents.plain import parse_plain
from kindcircle.spec.documents.records import parse_records
from kindcircle.spec.documents.redcap import parse_dictionary
from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.previewing import answers_report, questions_report
from tests.spec.documents.test_fhir import LABELS, birds, coded

Json = dict[str, Any]
PHQ9 = load_instrument("phq-9")
ANSWERS = [one.code.code for one in PHQ9.responses["frequency"].values if one.code]  # type: ignore[union-attr]


def filled(answers: dict[int, Any], total: float | None = None, **more: Any) -> Json:
    items: list[Json] = [
        {"linkId": f"/birds/{number}", "answer": value if isinstance(value, list) else [value]}
        for number, value in answers.items()
    ]
    if total is not None:
        items.append({"linkId": "/total", "answer": [{"valueDecimal": total}]})
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items} | more


def chosen(value: int, **more: str) -> Json:
    return {"valueCoding": {"system": "http://loinc.org", "code": ANSWERS[value]} | more}


def nine(**other: Any) -> dict[int, Any]:
    return {number: chosen(1) for number in range(1, 10)} | {int(name[1:]): value for name, value in other.items()}


def questions() -> Json:
    resource = coded(list(range(1, 10)))
    total = {"linkId": "/total", "type": "decimal", "code": [{"system": "http://loinc.org", "code": "44261-6"}]}
    resource["item"].append(total)
    return resource


def report(response: Json, *, alone: bool = False) -> Json:
    asked = None if alone else parse_questionnaire(json.dumps(questions()).encode())
    return answers_report(all_instruments(), parse_responses(json.dumps(response).encode()), asked, frozenset())


def test_a_right_total_is_no_news() -> None:
    found = report(filled(nine(), total=9))
    assert (found["items"], found["total"], found["stored_total"], found["band"]) == ([1] * 9, 9, 9, "mild")
    assert found["warnings"] == []
    assert found["flags"] == ["safety_item_positive:9=1"]


def test_a_wrong_total_is_told_and_never_taken_over() -> None:
    found = report(filled(nine(), total=27))
    assert (found["total"], found["stored_total"]) == (9, 27)
    assert found["warnings"] == ["stored_total_differs"]
    assert "is 27, and the answers give 9" in found["responses"][0]["notices"][0]["text"]


def test_a_total_over_a_form_that_cannot_be_scored() -> None:
    found = report(filled({1: chosen(3), 9: chosen(0)}, total=3))
    assert (found["total"], found["state"], found["warnings"]) == (None, "not_scorable", ["stored_total_differs"])
    assert found["items"] == [3, None, None, None, None, None, None, None, 0]


def test_a_gap_is_a_gap_and_prorated_as_the_rule_says() -> None:
    answers = nine()
    del answers[3]
    found = report(filled(answers))
    assert (found["items"][2], found["total"], found["state"]) == (None, 9, "prorated")


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ({"valueCoding": {"system": "http://loinc.org", "code": "LA9999-9"}}, "answer_not_understood"),
        ({"valueString": "rather often"}, "answer_not_understood"),
        ({"valueInteger": 8}, "answer_not_understood"),
        ([chosen(1), chosen(2)], "several_answers"),
    ],
)
def test_what_cannot_be_told_is_missing_and_named(given: Any, warning: str) -> None:
    found = report(filled(nine(n9=given)))
    assert found["items"][8] is None
    assert found["warnings"] == [warning]
    assert found["flags"] == ["safety_item_missing:9"]


def test_a_number_that_counts_is_an_answer() -> None:
    assert report(filled(nine(n2={"valueInteger": 3}, n3={"valueDecimal": 2.0})))["items"][1:3] == [3, 2]


def test_words_alone_are_no_answer() -> None:
    found = report(filled(nine(n2={"valueCoding": {"display": LABELS[2]}})))
    assert found["items"][1] is None


def test_another_system_and_other_capitals_are_told() -> None:
    other = chosen(2, system="http://elsewhere.test/x", code=ANSWERS[2].lower())
    found = report(filled(nine(n2=other)))
    assert found["items"][1] == 2
    assert found["warnings"] == ["answer_system_not_in_value_set", "answer_code_case_differs"]


def test_answers_to_questions_that_are_not_ours_are_left_aside() -> None:
    found = report(filled(nine() | {40: {"valueString": "a wren"}}))
    assert found["ignored"] == ["/birds/40"]


def test_a_form_marked_as_a_mistake_says_so() -> None:
    assert report(filled(nine(), status="entered-in-error"))["warnings"] == ["entered_in_error"]


def test_codes_alone_are_enough() -> None:
    response = filled(nine())
    for number, item in enumerate(response["item"], start=1):
        item["linkId"] = f"/44249-1/{PHQ9.item(number).codes[0].code}"
    response["item"].append({"linkId": "/44261-6", "answer": [{"valueQuantity": {"value": 12}}]})
    found = report(response, alone=True)
    assert (found["total"], found["stored_total"], found["warnings"]) == (9, 12, ["stored_total_differs"])
    response["item"][4]["answer"] = [{"valueString": "often"}]
    assert report(response, alone=True)["items"][4] is None


def test_without_codes_the_questions_are_needed() -> None:
    with pytest.raises(QuestionsNeeded):
        report(filled(nine()), alone=True)


def test_questions_that_are_not_ours_and_answers_to_others_are_named() -> None:
    strangers = parse_questionnaire(json.dumps(birds(4)).encode())
    answers = parse_responses(json.dumps(filled(nine())).encode())
    found = answers_report(all_instruments(), answers, strangers, frozenset())
    assert (found["responses"], found["warnings"]) == ([], ["questionnaire_not_known"])
    assert report(filled({40: chosen(1)}))["warnings"] == ["answers_to_other_questions"]


def test_what_a_person_should_look_at_comes_along() -> None:
    assert [one["name"] for one in report(filled(nine()))["to_confirm"]] == [
        "safety_item_to_check",
        "instruction_missing",
    ]


def test_a_bundle_of_forms_and_scores() -> None:
    score = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
        "valueInteger": 31,
    }
    entries = [filled(nine()), filled(nine(n1=chosen(3)), total=1), score, {"resourceType": "Patient", "name": "x"}]
    found = report({"resourceType": "Bundle", "entry": [{"resource": one} for one in entries]})
    assert [one["total"] for one in found["responses"]] == [9, 11]
    assert found["totals"] == [{"instrument": "PHQ-9", "value": 31}]
    assert found["warnings"] == ["total_out_of_range", "stored_total_differs"]
    assert "Patient" not in json.dumps(found)


def test_a_score_nobody_knows() -> None:
    one = {"resourceType": "Observation", "code": {"coding": [{"system": "x", "code": "y"}]}, "valueInteger": 3}
    found = report(one)
    assert (found["instrument"], found["value"], found["warnings"]) == (None, 3, ["score_not_known"])


# REDCap ------------------------------------------------------------------------------------------------------------

DICTIONARY = "field_name,form_name,field_type,field_label,select_choices_or_calculations,matrix_group_name\n" + "".join(
    f'p{n},phq9,radio,Bird {n},"0, Never | 1, Often | 2, More | 3, Always",m\n' for n in range(1, 10)
)


def test_an_export_is_scored_with_its_dictionary_and_names_are_not_read() -> None:
    head = "record_id,redcap_event_name,redcap_survey_identifier," + ",".join(f"p{n}" for n in range(1, 10))
    rows = f"{head},phq9_complete\n7,week_1,Ann Example,2,2,2,2,2,2,2,2,1,2\n8,week_1,,0,0,0,,0,0,0,0,9,1\n"
    asked = parse_dictionary(DICTIONARY)
    found = answers_report(all_instruments(), parse_records(rows.encode()), asked, frozenset())
    first, second = found["responses"]
    assert (first["record"], first["total"], first["band"]) == ("7/week_1", 17, "moderately_severe")
    assert first["flags"] == ["safety_item_positive:9=1"]
    assert second["warnings"] == ["answer_not_understood"]
    assert second["items"][3] is None
    assert "Ann" not in json.dumps(found)


def test_a_number_written_with_a_nought_before_it_is_the_same_number() -> None:
    asked = parse_dictionary(
        DICTIONARY.replace('p4,phq9,radio,Bird 4,"0, Never | 1,', 'p4,phq9,radio,Bird 4,"0, Never | 01,')
    )
    head = "record_id," + ",".join(f"p{n}" for n in range(1, 10))
    rows = f"{head},phq9_complete\n7,1,1,1,01,1,1,1,1,0,2\n"
    (one,) = answers_report(all_instruments(), parse_records(rows.encode()), asked, frozenset())["responses"]
    assert (one["items"], one["total"]) == ([1] * 8 + [0], 8)


def test_repeated_forms_are_named() -> None:
    rows = "id,redcap_repeat_instrument,redcap_repeat_instance,bp\n1,pressure,1,100\n1,pressure,2,110\n1,,,\n"
    found = answers_report([], parse_records(rows.encode()), None, frozenset())
    assert (found["repeat_instruments"], found["n_records"]) == (["pressure"], 3)


# typed lists -------------------------------------------------------------------------------------------------------


def test_a_typed_list_is_proposed_like_any_other_file() -> None:
    rows = "".join(f'{n};Bird {n} sang;"0, Never | 1, Often | 2, More | 3, Always";Think back\n' for n in range(1, 10))
    found = parse_plain(f"Item;Question;Answers;Instruction\n{rows}")
    (fit,) = fits([PHQ9], found)
    assert fit.mapping.instruction == "Think back"
    assert [pair.text for pair in fit.mapping.items][:2] == ["Bird 1 sang", "Bird 2 sang"]
    told = questions_report([PHQ9], found)
    assert (told["format"], told["found_by"], told["option_values"]) == ("plain_csv", "shape", [0, 1, 2, 3])


def test_a_file_that_names_the_form_and_lacks_a_part_says_so() -> None:
    assert questions_report([PHQ9], parse_questionnaire(json.dumps(birds()).encode()))["instrument"] is None
    lacking = questions_report([PHQ9], parse_questionnaire(json.dumps(coded(list(range(1, 10)))).encode()))
    assert lacking["warnings"] == ["incomplete_instrument"]
    assert "question 10, the total" in lacking["notices"][0]["text"]
