"""A correction puts the same questions with the same answers: anything else about a question makes it another form."""

from typing import Any

import pytest

from kindcircle.spec.corrections import asks_the_same
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.parts import Likert, ShowIf

NEQ = load_instrument("neq-32")


def with_item(at: int, /, **changes: Any) -> Definition:
    items = tuple(item.model_copy(update=changes) if item.number == at else item for item in NEQ.items)
    return NEQ.model_copy(update={"items": items})


def with_one_answer_more() -> Definition:
    answers = NEQ.responses["severity"]
    assert isinstance(answers, Likert)
    more = answers.model_copy(update={"values": (*answers.values, answers.values[-1].model_copy(update={"value": 5}))})
    return NEQ.model_copy(update={"responses": NEQ.responses | {"severity": more}})


@pytest.mark.parametrize(
    "other",
    [
        with_item(2, id="neq_1_worse"),
        with_item(2, number=98),
        with_item(2, text_key="how_bad"),
        with_item(2, response="cause"),
        with_item(2, show_if=None),
        with_item(2, show_if=ShowIf(any_item=(1,), at_least=2)),
        with_item(2, part_of=None),
        with_one_answer_more(),
        NEQ.model_copy(update={"items": NEQ.items[:-1]}),
        NEQ.model_copy(update={"items": (NEQ.items[1], NEQ.items[0], *NEQ.items[2:])}),
    ],
    ids=["name", "number", "words", "answers", "always asked", "asked later", "part", "one more", "fewer", "order"],
)
def test_another_question_is_no_correction(other: Definition) -> None:
    assert not asks_the_same(NEQ, other)


def test_another_rule_is_one() -> None:
    rule = NEQ.scores[0].model_copy(update={"at_least": 2})
    assert asks_the_same(NEQ, NEQ.model_copy(update={"version": "1.0.1", "scores": (rule, *NEQ.scores[1:])}))
    assert asks_the_same(NEQ, with_item(3, tags=("cause",)))


@pytest.mark.parametrize("name", ["oas-2", "fcs-38", "ceas", "proqol-5"])
def test_the_corrections_that_are_shipped_ask_the_same(name: str) -> None:
    first, second = load_instrument(name, "1.0.0"), load_instrument(name, "1.0.1")
    assert asks_the_same(first, second)
    assert first.response(first.items[0]) == second.response(second.items[0])
    assert [score.id for score in first.scores] == [score.id for score in second.scores]
    assert all(score.missing.max_missing for score in second.scores)
