"""Words are brought in by a proposal a person confirms. All words in these files are invented."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from kindcircle.spec.answered import fits
from kindcircle.spec.documents.redcap import parse_dictionary
from kindcircle.spec.documents.shape import Form
from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.wording import (
    Mapping,
    Wording,
    WordingError,
    apply_mapping,
    fitting_forms,
    included_wording,
    propose_mapping,
)

REFERENCE = Path(
    os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).resolve().parents[3].parent / "shared" / "reference")
)
REAL = REFERENCE / "interop" / "redcap" / "bridge2ai-phq9-gad7.dictionary.csv"
needs_reference = pytest.mark.skipif(
    not REAL.is_file(), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)

COLUMNS = (
    "field_name", "form_name", "section_header", "field_type", "field_label",
    "select_choices_or_calculations", "branching_logic", "matrix_group_name", "field_annotation",
)  # fmt: skip
UP = "0, Never | 1, Now and then | 2, Often | 3, Always"
HEAVY = "0, Light | 1, Some | 2, Heavy | 3, Very heavy"

Row = dict[str, str]


def question(number: int, **more: str) -> Row:
    return {
        "field_name": f"bird_{number}",
        "form_name": "birds",
        "field_type": "radio",
        "field_label": f"Bird number {number} sang",
        "select_choices_or_calculations": UP,
        "matrix_group_name": "singing",
    } | more


def loose(number: int, **more: str) -> Row:
    return question(number, matrix_group_name="", **more)


def nine() -> list[Row]:
    rows = [question(number) for number in range(1, 10)]
    rows[0]["section_header"] = "Think of the garden this week"
    return rows


def form(rows: list[Row]) -> Form:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    (only,) = parse_dictionary(out.getvalue()).forms
    return only


def proposed(rows: list[Row], name: str = "phq-9") -> Mapping:
    return propose_mapping(load_instrument(name), form(rows))


def weights(mapping: Mapping) -> dict[str, str]:
    return {remark.name: remark.weight for remark in mapping.remarks}


def applied(mapping: Mapping, **more: str) -> Wording:
    definition = load_instrument(mapping.instrument)
    return apply_mapping(definition, mapping, language="en", confirmed=frozenset(mapping.to_confirm), **more)


# the real file ----------------------------------------------------------------------------------------


@needs_reference
@pytest.mark.parametrize(
    ("name", "key", "form_name", "after"),
    [
        ("phq-9", "phq9_scored_fields", "q_generic_patient_health_questionnaire9", "hard_to_work"),
        ("gad-7", "gad7_scored_fields", "q_generic_gad7_anxiety", "tough_to_work"),
    ],
)
def test_the_real_file_maps_completely(name: str, key: str, form_name: str, after: str) -> None:
    definition = load_instrument(name)
    dictionary = parse_dictionary(REAL.read_bytes())
    (mapping,) = fitting_forms(definition, dictionary)
    expected = json.loads((REFERENCE / "interop" / "expected.json").read_text(encoding="utf-8"))
    assert mapping.form == form_name
    assert [pair.field for pair in mapping.items] == [*expected[f"redcap/{REAL.name}"][key], after]
    assert [pair.item_id for pair in mapping.items] == [item.id for item in definition.items]
    assert [(pair.response, pair.value, pair.their_value) for pair in mapping.answers] == [
        (kind, value, str(value)) for kind in ("frequency", "difficulty") for value in range(4)
    ]
    assert all(pair.why for pair in (*mapping.items, *mapping.answers))
    assert mapping.complete
    safety = {"safety_item_to_check": "confirm"} if name == "phq-9" else {"lowest_answer_to_check": "confirm"}
    assert weights(mapping) == safety | {
        "order_taken_from_file": "confirm",
        "unscored_item_mapped": "note",
        "section_header_used_as_instruction": "note",
        "metadata_fields_ignored": "note",
    }
    assert len(mapping.ignored) == 4

    wording = applied(mapping, file=REAL.name, digest=dictionary.digest)
    fields = {one.name: one for one in dictionary.form(form_name).fields}
    assert wording.items == {pair.text_key: fields[pair.field].label for pair in mapping.items}
    assert wording.instruction == fields[mapping.items[0].field].section
    assert set(wording.labels) == {"a0", "a1", "a2", "a3", "d0", "d1", "d2", "d3"}
    for value, choice in enumerate(fields[mapping.items[0].field].choices):
        assert wording.labels[f"a{value}"] == choice.label
    assert wording.source.digest == dictionary.digest
    assert Wording.from_json(wording.to_json()) == wording


@needs_reference
def test_only_the_two_questionnaires_in_the_real_file_are_found_there() -> None:
    dictionary = parse_dictionary(REAL.read_bytes())
    assert {fit.definition.id for fit in fits(all_instruments(), dictionary)} == {"phq-9", "gad-7"}


# how fields are found -------------------------------------------------------------------------------------


def test_a_matrix_of_the_right_size_and_answers_is_taken_in_order() -> None:
    mapping = proposed(nine())
    assert mapping.complete
    assert [pair.field for pair in mapping.items] == [f"bird_{n}" for n in range(1, 10)]
    assert mapping.items[3].why == "matrix “singing”, same answers, place 4 of 9"
    assert mapping.instruction == "Think of the garden this week"
    assert weights(mapping) == {
        "order_taken_from_file": "confirm",
        "safety_item_to_check": "confirm",
        "unscored_item_absent": "note",
        "section_header_used_as_instruction": "note",
    }
    safety = next(one for one in mapping.remarks if one.name == "safety_item_to_check")
    assert safety.fields == ("bird_9",)
    assert "Bird number 9 sang" in safety.text


def test_without_a_matrix_neighbours_are_taken_and_a_person_confirms() -> None:
    rows = [loose(number) for number in range(1, 10)]
    rows.insert(4, {"field_name": "pause", "form_name": "birds", "field_type": "descriptive", "field_label": "Rest"})
    mapping = proposed(rows)
    assert mapping.complete
    assert weights(mapping)["no_matrix"] == "confirm"


def test_a_last_question_with_the_same_numbers_and_other_words_is_told_apart() -> None:
    rows = [loose(n) for n in range(1, 10)] + [loose(10, select_choices_or_calculations=HEAVY)]
    mapping = proposed(rows)
    assert mapping.complete
    assert mapping.items[9].field == "bird_10"
    assert weights(mapping)["unscored_item_mapped"] == "note"
    assert applied(mapping, instruction="Think back").labels["d3"] == "Very heavy"


@pytest.mark.parametrize(
    "rows",
    [
        [question(n) for n in range(1, 9)],
        [question(n) for n in range(1, 11)],
        [question(n, field_type="checkbox") for n in range(1, 10)],
        [question(n, select_choices_or_calculations="a, Never | b, Often | c, More | d, Always") for n in range(1, 10)],
        [question(n, select_choices_or_calculations="0, Never | 1, Often") for n in range(1, 10)],
        [
            question(n, select_choices_or_calculations=UP if n % 2 else "1, a | 2, b | 3, c | 4, d")
            for n in range(1, 10)
        ],
        [{"field_name": "a", "form_name": "birds", "field_type": "text", "field_label": "Wind"}],
    ],
)
def test_a_form_that_does_not_fit_stops(rows: list[Row]) -> None:
    mapping = proposed(rows)
    assert weights(mapping) == {"items_not_found": "stop"}
    assert not mapping.complete
    assert mapping.items == ()
    with pytest.raises(WordingError) as caught:
        applied(mapping)
    assert caught.value.names == ("items_not_found",)


def test_two_groups_that_fit_stop_and_are_named() -> None:
    again = [question(n, matrix_group_name="calling") | {"field_name": f"owl_{n}"} for n in range(1, 10)]
    mapping = proposed(nine() + again)
    assert weights(mapping) == {"several_groups_fit": "stop"}
    assert mapping.remarks[0].fields == ("bird_1", "owl_1")


def test_other_numbers_are_paired_by_rank_and_confirmed() -> None:
    rows = [question(n, select_choices_or_calculations="4, d | 1, a | 2, b | 3, c") for n in range(1, 10)]
    mapping = proposed(rows)
    assert weights(mapping)["values_differ"] == "confirm"
    assert [(pair.value, pair.their_value, pair.label) for pair in mapping.answers] == [
        (0, "1", "a"), (1, "2", "b"), (2, "3", "c"), (3, "4", "d"),
    ]  # fmt: skip
    assert mapping.answers[0].why == "answer 1 from the lowest up"


def test_printed_from_high_to_low_is_matched_by_number() -> None:
    down = "3, Always | 2, Often | 1, Now and then | 0, Never"
    mapping = proposed([question(n, select_choices_or_calculations=down) for n in range(1, 10)])
    assert weights(mapping)["values_order_differs"] == "note"
    assert applied(mapping, instruction="Think back").labels["a0"] == "Never"


def test_a_scale_printed_high_to_low_by_its_owner_keeps_its_direction() -> None:
    six = "0, Least | 1, b | 2, c | 3, d | 4, e | 5, Most"
    mapping = proposed([question(n, select_choices_or_calculations=six) for n in range(1, 6)], "who-5")
    words = applied(mapping, instruction="Think back")
    assert (words.labels["a0"], words.labels["a5"]) == ("Least", "Most")
    assert weights(mapping)["values_order_differs"] == "note"


# what has to be looked at -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "name", "fields"),
    [
        (
            {"select_choices_or_calculations": UP.replace("Never", "Hardly ever")},
            "first_anchor_wording_differs",
            ("bird_4",),
        ),
        ({"select_choices_or_calculations": UP.replace("Often", "Lots")}, "anchor_wording_differs", ("bird_4",)),
        ({"field_label": "Bird number 5 sang"}, "same_words_twice", ("bird_4", "bird_5")),
        ({"field_label": "The bird [first_name] heard"}, "piping_in_text", ("bird_4",)),
        ({"branching_logic": "[bird_1] > 0"}, "not_always_shown", ("bird_4",)),
        ({"field_annotation": "@HIDDEN"}, "not_always_shown", ("bird_4",)),
        ({"section_header": "Now the evening"}, "header_inside", ("bird_4",)),
    ],
)
def test_what_a_person_has_to_look_at(change: Row, name: str, fields: tuple[str, ...]) -> None:
    rows = nine()
    rows[3] |= change
    mapping = proposed(rows)
    found = next(remark for remark in mapping.remarks if remark.name == name)
    assert (found.weight, found.fields) == ("confirm", fields)
    assert mapping.complete
    with pytest.raises(WordingError) as caught:
        apply_mapping(
            load_instrument("phq-9"),
            mapping,
            language="en",
            confirmed=frozenset(mapping.to_confirm) - {name},
        )
    assert caught.value.names == (name,)
    applied(mapping)


def test_differences_in_space_and_case_are_none() -> None:
    rows = nine()
    rows[3]["select_choices_or_calculations"] = UP.replace("Now and then", "now  and Then")
    assert "anchor_wording_differs" not in weights(proposed(rows))


def test_html_is_noted() -> None:
    rows = nine()
    rows[3]["field_label"] = "<b>Bird</b> four sang"
    mapping = proposed(rows)
    assert weights(mapping)["html_removed"] == "note"
    assert mapping.items[3].text == "Bird four sang"


def test_a_question_without_words_stops() -> None:
    rows = nine()
    rows[3]["field_label"] = "<p> </p>"
    assert weights(proposed(rows))["words_missing"] == "stop"


def test_questions_left_over_are_confirmed_and_other_fields_noted() -> None:
    rows = [
        {"field_name": "stamp", "form_name": "birds", "field_type": "text", "field_label": "When"},
        {"field_name": "fed", "form_name": "birds", "field_type": "yesno", "field_label": "Fed?"},
        *nine(),
    ]
    mapping = proposed(rows)
    assert weights(mapping)["other_questions_left_out"] == "confirm"
    assert weights(mapping)["metadata_fields_ignored"] == "note"
    assert mapping.ignored == ("stamp", "fed")


def test_several_questions_that_could_be_the_uncounted_one_are_left_out() -> None:
    last = [loose(n, select_choices_or_calculations=HEAVY) | {"field_name": f"last_{n}"} for n in (1, 2)]
    mapping = proposed(nine() + last)
    assert weights(mapping)["unscored_item_unclear"] == "confirm"
    assert len(mapping.items) == 9
    assert set(applied(mapping).labels) == {"a0", "a1", "a2", "a3"}


# the instruction ----------------------------------------------------------------------------------------------


def test_a_text_right_before_the_questions_is_the_instruction_once_confirmed() -> None:
    text = {"field_name": "intro", "form_name": "birds", "field_type": "descriptive", "field_label": "Listen first"}
    mapping = proposed([text, *[question(n) for n in range(1, 10)]])
    assert weights(mapping)["text_field_used_as_instruction"] == "confirm"
    assert mapping.instruction == "Listen first"
    assert mapping.ignored == ()


def test_an_earlier_header_is_the_instruction_once_confirmed() -> None:
    first = {
        "field_name": "stamp", "form_name": "birds", "field_type": "text", "field_label": "When",
        "section_header": "In the garden",
    }  # fmt: skip
    mapping = proposed([first, *[question(n) for n in range(1, 10)]])
    assert weights(mapping)["earlier_header_used_as_instruction"] == "confirm"
    assert mapping.instruction == "In the garden"


def test_a_missing_instruction_has_to_be_given_and_cannot_be_waved_through() -> None:
    mapping = proposed([question(n) for n in range(1, 10)])
    assert weights(mapping)["instruction_missing"] == "confirm"
    with pytest.raises(WordingError) as caught:
        applied(mapping)
    assert caught.value.names == ("instruction_missing",)
    definition = load_instrument("phq-9")
    rest = frozenset(mapping.to_confirm) - {"instruction_missing"}
    words = apply_mapping(definition, mapping, language="en", confirmed=rest, instruction="  Think back  ")
    assert words.instruction == "Think back"
    assert words.source.confirmed == ("order_taken_from_file", "safety_item_to_check")


# keeping the words --------------------------------------------------------------------------------------------


def test_nothing_is_used_without_a_yes() -> None:
    mapping = proposed(nine())
    with pytest.raises(WordingError) as caught:
        apply_mapping(load_instrument("phq-9"), mapping, language="en")
    assert caught.value.names == ("order_taken_from_file", "safety_item_to_check")


def test_a_proposal_serves_only_its_own_questionnaire() -> None:
    with pytest.raises(WordingError, match="another questionnaire"):
        apply_mapping(load_instrument("gad-7"), proposed(nine()), language="en")
    with pytest.raises(WordingError, match="another questionnaire"):
        applied(replace(proposed(nine()), version="9.9.9"))


def test_an_answer_without_words_is_named() -> None:
    rows = [question(n, select_choices_or_calculations="0, Never | 1, | 2, Often | 3, Always") for n in range(1, 10)]
    with pytest.raises(WordingError) as caught:
        applied(proposed(rows), instruction="Think back")
    assert caught.value.names == ("a1",)


def test_a_scale_labelled_at_its_ends_needs_only_those() -> None:
    ends = "1, Never | 2, | 3, | 4, | 5, Always"
    mapping = proposed([question(n, select_choices_or_calculations=ends) for n in range(1, 13)], "scs-sf-12")
    assert applied(mapping, instruction="Think back").labels == {"a1": "Never", "a5": "Always"}


def test_title_and_origin_are_kept() -> None:
    words = applied(proposed(nine()), file="birds.csv", digest="ab12")
    assert words.title == "PHQ-9"
    assert applied(proposed(nine()), title=" My title ").title == "My title"
    assert (words.source.kind, words.source.file, words.source.form) == ("redcap_dictionary", "birds.csv", "birds")
    assert words.source.fields[8] == ("phq9_9", "bird_9")


def test_our_own_words_come_from_the_package() -> None:
    own = load_instrument("after-session")
    words = included_wording(own, "xx")
    assert words.language == "en"
    assert set(words.items) == {item.text_key for item in own.items}
    assert words.source.kind == "included"
    assert Wording.from_json(words.to_json()) == words
    with pytest.raises(WordingError, match="brought in first"):
        included_wording(load_instrument("phq-9"))
    with pytest.raises(WordingError, match="does not take its words"):
        propose_mapping(own, form(nine()))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"source": {}}', "not json"])
def test_stored_words_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(WordingError):
        Wording.from_json(text)


@pytest.mark.parametrize("change", [{"items": {"i1": 3}}, {"labels": []}, {"title": None}, {"colour": "red"}])
def test_stored_words_that_were_changed_are_refused(change: dict[str, object]) -> None:
    stored = json.loads(included_wording(load_instrument("wcc-6")).to_json())
    with pytest.raises(WordingError):
        Wording.from_json(json.dumps(stored | change))
