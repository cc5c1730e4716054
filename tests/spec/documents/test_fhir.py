"""FHIR questionnaires, invented ones: numbers under every name and in every place, codes, groups, both releases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.answered import fits
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.documents.fhir import parse_questionnaire
from kindcircle.spec.documents.fhir_answers import WEIGHTS
from kindcircle.spec.documents.reading import Beside, read_answers, read_questions
from kindcircle.spec.documents.shape import Dictionary
from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.mapping import propose_mapping
from kindcircle.spec.wording import Wording, apply_mapping

Json = dict[str, Any]
LABELS = ("Never", "Now and then", "Often", "Always")
SYSTEM = "http://birds.test/answers"
PROPERTY = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property"


def codings(**more: Any) -> list[Json]:
    return [{"system": SYSTEM, "code": f"c{n}", "display": label} | more for n, label in enumerate(LABELS)]


def weight(name: str, number: float) -> Json:
    return {"extension": [{"url": name, "valueDecimal": number}]}


def bird(number: int, **more: Any) -> Json:
    return {"linkId": f"/birds/{number}", "type": "choice", "text": f"Bird {number} sang"} | more


def birds(count: int = 9, **more: Any) -> Json:
    return {"resourceType": "Questionnaire", "status": "draft", "item": [bird(n) for n in range(1, count + 1)]} | more


def read(resource: Json, *beside: Json) -> Dictionary:
    return parse_questionnaire(json.dumps(resource).encode(), beside=beside)


def values(found: Dictionary) -> list[str]:
    return [one.value for one in found.fields[0].choices]


def on_option(name: str) -> tuple[Json, list[Json]]:
    options = [{"valueCoding": one} | weight(name, n) for n, one in enumerate(codings())]
    return birds(1, item=[bird(1, answerOption=options)]), []


def on_coding(name: str) -> tuple[Json, list[Json]]:
    options = [{"valueCoding": one | weight(name, n)} for n, one in enumerate(codings())]
    return birds(1, item=[bird(1, answerOption=options)]), []


def in_set(part: Json) -> Json:
    held = {"resourceType": "ValueSet", "id": "songs"} | part
    return birds(1, contained=[held], item=[bird(1, answerValueSet="#songs")])


def in_list(name: str) -> tuple[Json, list[Json]]:
    concepts = [one | weight(name, n) for n, one in enumerate(codings())]
    return in_set({"compose": {"include": [{"system": SYSTEM, "concept": concepts}]}}), []


def in_expansion(name: str) -> tuple[Json, list[Json]]:
    return in_set({"expansion": {"contains": [one | weight(name, n) for n, one in enumerate(codings())]}}), []


def in_code_system(name: str) -> tuple[Json, list[Json]]:
    concepts = [one | weight(name, n) for n, one in enumerate(codings())]
    system = {"resourceType": "CodeSystem", "url": SYSTEM, "concept": concepts}
    return in_set({"compose": {"include": [{"system": SYSTEM}]}}), [system]


PLACES = (on_option, on_coding, in_list, in_expansion, in_code_system)


@pytest.mark.parametrize("name", WEIGHTS, ids=lambda name: name.rpartition("/")[2])
@pytest.mark.parametrize("place", PLACES)
def test_a_number_is_found_under_every_name_and_in_every_place(place: Any, name: str) -> None:
    resource, beside = place(name)
    found = read(resource, *beside)
    assert values(found) == ["0", "1", "2", "3"]
    assert [one.label for one in found.fields[0].choices] == list(LABELS)
    assert found.warnings == ()


def test_a_number_as_a_property_of_the_expansion_or_of_the_concept() -> None:
    newer = [one | {"property": [{"code": "itemWeight", "valueDecimal": n}]} for n, one in enumerate(codings())]
    older = [
        one
        | {
            "extension": [
                {
                    "url": PROPERTY,
                    "extension": [{"url": "code", "valueCode": "itemWeight"}, {"url": "value[x]", "valueDecimal": n}],
                }
            ]
        }
        for n, one in enumerate(codings())
    ]
    for concepts in (newer, older):
        assert values(read(in_set({"expansion": {"contains": concepts}}))) == ["0", "1", "2", "3"]
    system = {"resourceType": "CodeSystem", "url": SYSTEM, "concept": newer}
    assert values(read(birds(1, item=[bird(1, answerOption=[{"valueCoding": one} for one in codings()])]), system)) == [
        "0", "1", "2", "3",
    ]  # fmt: skip


def test_two_numbers_for_one_answer_count_as_none() -> None:
    resource, _ = on_option(WEIGHTS[0])
    resource["item"][0]["answerOption"][2]["valueCoding"] |= weight(WEIGHTS[1], 7)
    found = read(resource)
    assert values(found) == ["0", "1", "c2", "3"]
    assert [one.name for one in found.warnings] == ["weights_disagree"]
    assert found.fields[0].numeric_choices is None


def test_two_answers_with_one_number_are_no_scale() -> None:
    resource, _ = on_option(WEIGHTS[0])
    resource["item"][0]["answerOption"][3] |= weight(WEIGHTS[0], 2)
    assert read(resource).fields[0].numeric_choices is None


def test_answers_kept_elsewhere_are_told_and_not_fetched() -> None:
    found = read(birds(1, item=[bird(1, answerValueSet="http://birds.test/ValueSet/songs")]))
    assert [one.name for one in found.warnings] == ["value_set_not_here"]
    assert found.fields[0].choices == ()
    there = {
        "resourceType": "ValueSet",
        "url": "http://birds.test/ValueSet/songs",
        "expansion": {"contains": codings()},
    }
    assert (
        len(
            read(birds(1, item=[bird(1, answerValueSet="http://birds.test/ValueSet/songs|2")]), there).fields[0].choices
        )
        == 4
    )


def test_releases_are_told_apart_by_their_types() -> None:
    options = [{"valueInteger": n} for n in range(4)]
    assert read(birds(1, item=[bird(1, answerOption=options)])).release == "R4"
    assert read(birds(1, item=[bird(1, type="coding", answerOption=options)])).release == "R5"
    both = read(birds(2, item=[bird(1), bird(2, type="coding")]))
    assert [one.name for one in both.warnings] == ["mixed_releases"]
    strange = read(birds(1, item=[bird(1, type="hologram")]))
    assert [one.name for one in strange.warnings] == ["unknown_field_type"]


def test_groups_give_their_words_to_their_first_question() -> None:
    inside = [bird(1), bird(2)]
    found = read(
        birds(item=[{"linkId": "g", "type": "group", "text": "Think of <b>today</b>", "item": inside}, bird(3)])
    )
    assert [(one.name, one.section) for one in found.fields] == [
        ("g", ""), ("/birds/1", "Think of today"), ("/birds/2", ""), ("/birds/3", ""),
    ]  # fmt: skip


# codes -------------------------------------------------------------------------------------------------------------

PHQ9 = load_instrument("phq-9")


def coded(order: list[int], *, numbers: bool = True) -> Json:
    answers = PHQ9.responses["frequency"].values  # type: ignore[union-attr]
    options = [
        {"valueCoding": {"system": "http://loinc.org", "code": one.code.code, "display": LABELS[one.value]}}
        | (weight(WEIGHTS[1], one.value) if numbers else {})
        for one in answers
        if one.code
    ]
    items = [
        bird(n, code=[{"system": "http://loinc.org", "code": PHQ9.item(n).codes[0].code}], answerOption=options)
        for n in order
    ]
    return birds(item=items)


def test_codes_decide_before_the_order_of_the_file_does() -> None:
    mapping = propose_mapping(PHQ9, read(coded([9, 8, 7, 6, 5, 4, 3, 2, 1])).forms[0])
    assert [(pair.number, pair.field) for pair in mapping.items] == [(n, f"/birds/{n}") for n in range(1, 10)]
    names = {remark.name: remark.weight for remark in mapping.remarks}
    assert names["paired_by_code"] == "note"
    assert "order_taken_from_file" not in names


def test_answers_without_numbers_take_ours_when_their_codes_are_ours() -> None:
    found = read(coded(list(range(1, 10)), numbers=False))
    (fit,) = fits(all_instruments(), found)
    assert (fit.definition.id, fit.found_by) == ("phq-9", "code")
    assert [(pair.value, pair.label) for pair in fit.mapping.answers] == list(enumerate(LABELS))
    assert "numbers_from_codes" in {remark.name for remark in fit.mapping.remarks}


def test_a_code_that_is_there_twice_decides_nothing() -> None:
    mapping = propose_mapping(PHQ9, read(_twice()).forms[0])
    assert "order_taken_from_file" in mapping.to_confirm


def _twice() -> Json:
    resource = coded(list(range(1, 10)))
    resource["item"][1]["code"] = resource["item"][0]["code"]
    return resource


def test_the_words_are_kept_with_where_they_came_from() -> None:
    found = read(coded(list(range(1, 10))))
    (fit,) = fits([PHQ9], found)
    words = apply_mapping(
        PHQ9, fit.mapping, language="en", confirmed=frozenset(fit.mapping.to_confirm), instruction="Think back"
    )
    assert words.source.kind == "fhir_questionnaire"
    assert words.items["i4"] == "Bird 4 sang"
    assert Wording.from_json(words.to_json()) == words


def test_other_peoples_nine_questions_are_found_by_shape_and_said_so() -> None:
    (fit,) = fits(
        [PHQ9],
        read(
            birds(
                item=[bird(n, answerOption=on_option(WEIGHTS[0])[0]["item"][0]["answerOption"]) for n in range(1, 10)]
            )
        ),
    )
    assert fit.found_by == "shape"


# whatever comes ----------------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["item", "linkId", "type", "answerOption", "valueCoding", "code", "extension", "url", "contained", "answer",
         "resourceType", "entry", "resource", "display", "valueDecimal", "answerValueSet", "expansion", "contains"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(
    st.sampled_from(["Questionnaire", "QuestionnaireResponse", "Observation", "Bundle"]), anything, anything, anything
)
def test_any_json_is_read_or_refused(kind: str, item: Any, contained: Any, code: Any) -> None:
    data = json.dumps(
        {"resourceType": kind, "item": item, "contained": contained, "code": code, "entry": item}
    ).encode()
    for reader in (read_questions, read_answers):
        try:
            reader(data)
        except DocumentError as error:
            assert str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"{", b"<", b"PK\x03\x04"):
        for reader in (read_questions, read_answers):
            try:
                reader(start + data)
            except DocumentError as error:
                assert str(error)


def test_neighbours_that_are_no_json_are_passed_over() -> None:
    files = {
        "a.json": b'{"resourceType": ',
        "b.json": b'{"resourceType": "ValueSet"}',
        "q.json": b'{"resourceType": "x"}',
    }
    assert Beside(files, "q.json").resources() == [{"resourceType": "ValueSet"}]
