"""The small turns of scoring that no shipped questionnaire takes by chance: each is taken here once, by hand."""

import json
from fractions import Fraction
from typing import Any

import pytest

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.scoring import ScoreResult, State, half_up, problems, score

NEQ = load_instrument("neq-32")


def results(one: Definition, answers: dict[str, Any]) -> dict[str, ScoreResult]:
    return {result.score: result for result in score(one, answers)}


def happened(**besides: int | None) -> dict[str, int | None]:
    """Nothing of all that happened, but what is named."""
    return {item.id: 0 for item in NEQ.items if item.part_of is None} | besides


@pytest.mark.parametrize("small", [Fraction(-3, 10), Fraction(-1, 1000), Fraction(0)])
def test_nothing_is_never_less_than_nothing(small: Fraction) -> None:
    assert str(half_up(small)) == "0"
    assert str(half_up(Fraction(-1, 2))) == "-1"


def test_a_word_is_a_result_too() -> None:
    found = results(load_instrument("phq-9"), {f"phq9_{n}": 0 for n in range(1, 10)})["dsm_algorithm"]
    assert (found.exact, found.category, found.given) == (None, "none", True)
    assert not results(load_instrument("phq-9"), {})["dsm_algorithm"].given


def test_an_answer_that_counts_as_another_may_be_left_blank() -> None:
    one = load_instrument("promis-gh-10")
    whole = {item.id: 3 for item in one.items} | {one.item(7).id: 5}
    without = {key: answer for key, answer in whole.items() if key != one.item(7).id}
    assert results(one, whole)["physical_raw"].exact == 12
    assert results(one, without)["physical_raw"].state is State.NOT_SCORABLE
    assert results(one, without)["mental_raw"].exact == 12


@pytest.mark.parametrize(
    ("name", "item", "answer", "reason"),
    [
        ("after-session", "to_know", "x" * 2000, None),
        ("after-session", "to_know", "x" * 2001, "too_long"),
        ("after-session", "to_know", 4, "not_words"),
        ("after-session", "ease", 10, None),
        ("after-session", "ease", 11, "not_an_answer"),
        ("after-session", "ease", 10.5, "not_an_answer"),
        ("after-session", "ease", "NA", "not_a_number"),
        ("after-session", "contact", True, None),
        ("after-session", "contact", 2, "not_an_answer"),
        ("wcc-6", "wcc_1", "NA", None),
        ("wcc-6", "wcc_1", "XX", "not_a_number"),
        ("wcc-6", "wcc_1", True, "not_a_number"),
        ("wcc-6", "wcc_1", 5, "not_an_answer"),
    ],
)
def test_what_can_be_answered(name: str, item: str, answer: Any, reason: str | None) -> None:
    found = problems(load_instrument(name), {item: answer})
    assert [one.reason for one in found] == ([reason] if reason else [])


def test_a_value_between_two_answers_is_none() -> None:
    raw = load_instrument("wcc-6").model_dump(mode="json")
    raw["responses"]["how_much"]["values"] = [
        anchor for anchor in raw["responses"]["how_much"]["values"] if anchor["value"] in (0, 2, 4)
    ]
    del raw["wording"]["languages"]["en"]["labels"]["a1"], raw["wording"]["languages"]["en"]["labels"]["a3"]
    one = Definition.model_validate_json(json.dumps(raw))
    assert [p.reason for p in problems(one, {"wcc_1": 1})] == ["not_an_answer"]
    assert problems(one, {"wcc_1": 2}) == ()


def test_where_nothing_happened_there_is_a_word_and_no_mean() -> None:
    found = results(NEQ, happened())["related_severity"]
    assert (found.exact, found.category, found.state, found.answered) == (None, "none", State.COMPLETE, 32)
    other = results(NEQ, happened(neq_1=1, neq_1_how=4, neq_1_why=0))["related_severity"]
    assert (other.exact, other.category) == (None, "none")


def test_only_what_came_from_the_group_is_in_the_mean() -> None:
    answers = happened(neq_1=1, neq_1_how=4, neq_1_why=1, neq_2=1, neq_2_how=1, neq_2_why=1, neq_3=1, neq_3_how=2)
    assert results(NEQ, answers | {"neq_3_why": 0})["related_severity"].exact == Fraction(5, 2)
    for blank in ({}, {"neq_3_why": None}, {"neq_3_why": 0, "neq_2_how": None}, {"neq_3_why": 0, "neq_9": None}):
        found = results(NEQ, answers | blank)["related_severity"]
        assert (found.exact, found.category, found.state) == (None, None, State.NOT_SCORABLE), blank
