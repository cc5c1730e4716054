"""Answers in FHIR: a QuestionnaireResponse, a score as an Observation, or a Bundle of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from kindcircle.spec.documents.bounded import Record, read_json, record_of, records_of, text_of
from kindcircle.spec.documents.errors import BrokenQuestions, DuplicateField, EmptyFile, TooLarge, UnknownFile
from kindcircle.spec.documents.fhir import DEEPEST_GROUPS, MOST_ITEMS
from kindcircle.spec.documents.given import Filled, Given, Sheet, Total
from kindcircle.spec.documents.markup import plain_text
from kindcircle.spec.documents.shape import Notice

MOST_FORMS = 5_000
ANSWERS = ("QuestionnaireResponse", "Observation", "Bundle")
"""The kinds of FHIR files that hold answers."""


def parse_responses(data: bytes) -> Filled:
    """Read a file of answers. A DocumentError says why it cannot be used."""
    return responses(read_json(data), hashlib.sha256(data).hexdigest())


def responses(resource: Record, digest: str) -> Filled:
    """The same for a resource that has been read already."""
    sheets, totals = [], []
    notices: list[Notice] = []
    for place, one in enumerate(_resources(resource), start=1):
        if place > MOST_FORMS:
            raise TooLarge(f"This file holds more than {MOST_FORMS} forms.")
        if text_of(one, "resourceType") == "QuestionnaireResponse":
            sheets.append(_sheet(one, place))
        else:
            totals.append(_total(one))
        if text_of(one, "status") == "entered-in-error":
            notices.append(Notice("entered_in_error", "Somebody marked a form in this file as a mistake.", place))
    if not sheets and not totals:
        raise EmptyFile("This file holds no answers.")
    return Filled("fhir", tuple(sheets), tuple(totals), tuple(notices), digest)


def _resources(resource: Record) -> Iterator[Record]:
    kind = text_of(resource, "resourceType")
    if kind == "Bundle":
        inside = [record_of(entry, "resource") for entry in records_of(resource, "entry")]
        yield from (one for one in inside if text_of(one, "resourceType") in ANSWERS[:2])
    elif kind in ANSWERS:
        yield resource
    else:
        raise UnknownFile(f"This file holds “{kind[:60] or 'something else'}” and no answers.")


def _sheet(one: Record, place: int) -> Sheet:
    answers: dict[str, tuple[Given, ...]] = {}
    for item in _walk(one):
        name = text_of(item, "linkId")
        given = tuple(_given(answer, name) for answer in records_of(item, "answer"))
        if not name:
            raise BrokenQuestions("An answer has no linkId, so it is not clear what was asked.")
        if not given:
            continue
        if name in answers:
            raise DuplicateField(f"“{name[:60]}” is answered twice in one form.")
        answers[name] = given
    return Sheet(answers, text_of(one, "questionnaire"), record=str(place), status=text_of(one, "status"))


def _walk(one: Record) -> Iterator[Record]:
    """Every item; they stand in groups and, in some files, inside an answer."""
    waiting = [records_of(one, "item")]
    seen = 0
    while waiting:
        if len(waiting) > DEEPEST_GROUPS:
            raise TooLarge("Too many groups stand inside one another in this form.")
        item = next(waiting[-1], None)
        if item is None:
            waiting.pop()
            continue
        seen += 1
        if seen > MOST_ITEMS:
            raise TooLarge(f"This form has more than {MOST_ITEMS} items.")
        yield item
        waiting.append(_inside(item))


def _inside(item: Record) -> Iterator[Record]:
    yield from records_of(item, "item")
    for answer in records_of(item, "answer"):
        yield from records_of(answer, "item")


def _given(answer: Record, name: str) -> Given:
    if "valueCoding" in answer:
        coding = record_of(answer, "valueCoding")
        code, label = text_of(coding, "code"), plain_text(text_of(coding, "display"))
        return Given(code or label, code, text_of(coding, "system"), label)
    if "valueQuantity" in answer:
        return Given(_number(record_of(answer, "valueQuantity").get("value"), name))
    for key in ("valueInteger", "valueDecimal"):
        if key in answer:
            return Given(_number(answer[key], name))
    if isinstance(answer.get("valueBoolean"), bool):
        return Given("1" if answer["valueBoolean"] else "0")
    words = next((answer[key] for key in answer if key.startswith("value")), None)
    if not isinstance(words, str):
        raise BrokenQuestions(f"An answer to “{name[:60]}” has no value that we can read.")
    return Given(words)


def _number(value: Any, name: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BrokenQuestions(f"What stands under “{name[:60]}” should be a number.")
    return str(int(value)) if value == int(value) else str(value)


def _total(one: Record) -> Total:
    codes = tuple(
        (text_of(coding, "system"), text_of(coding, "code")) for coding in records_of(record_of(one, "code"), "coding")
    )
    if not codes:
        raise BrokenQuestions("This observation does not say what was measured: it has no code.")
    if "valueQuantity" in one:
        value = record_of(one, "valueQuantity").get("value")
    else:
        value = one.get("valueInteger", one.get("valueDecimal"))
    return Total(_number(value, "this score"), codes, text_of(one, "status"))
