"""A FHIR Questionnaire of Release 4 or 5: which questions, which answers. Read, never guessed at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from kindcircle.spec.documents.bounded import Record, read_json, record_of, records_of, text_of
from kindcircle.spec.documents.errors import BrokenQuestions, DuplicateField, EmptyFile, TooLarge, UnknownFile
from kindcircle.spec.documents.fhir_answers import Answers
from kindcircle.spec.documents.markup import has_markup, plain_text
from kindcircle.spec.documents.shape import Dictionary, Field, Form, Notice

LOINC = "http://loinc.org"
MOST_ITEMS = 2_000
DEEPEST_GROUPS = 12
_R5_ONLY = ("coding",)
_R4_ONLY = ("choice", "open-choice")
_TYPES = {
    "choice": "radio", "coding": "radio", "open-choice": "radio", "group": "descriptive", "display": "descriptive",
    "boolean": "yesno", "string": "text", "text": "notes", "decimal": "text", "integer": "text", "quantity": "text",
    "date": "text", "dateTime": "text", "time": "text", "url": "text", "attachment": "file", "reference": "text",
    "question": "text",
}  # fmt: skip
_CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
_HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"


def parse_questionnaire(data: bytes, *, beside: Iterable[Record] = ()) -> Dictionary:
    """Read a Questionnaire. `beside`: value sets and code systems that came along in other files.

    A DocumentError says why a file cannot be used.
    """
    return questionnaire(read_json(data), hashlib.sha256(data).hexdigest(), beside=beside)


def questionnaire(resource: Record, digest: str, *, beside: Iterable[Record] = ()) -> Dictionary:
    """The same for a resource that has been read already."""
    kind = text_of(resource, "resourceType")
    if kind != "Questionnaire":
        raise UnknownFile(f"This file holds “{kind[:60] or 'something else'}” and not a FHIR Questionnaire.")
    answers = Answers(list(records_of(resource, "contained")), list(beside))
    fields: dict[str, Field] = {}
    notices: list[Notice] = []
    for place, (item, section) in enumerate(_walk(resource), start=1):
        if place > MOST_ITEMS:
            raise TooLarge(f"This questionnaire has more than {MOST_ITEMS} items.")
        field = _field(item, section, place, answers)
        if field.name in fields:
            raise DuplicateField(f"The linkId “{field.name[:60]}” is used twice. Each item needs its own.")
        fields[field.name] = field
        if field.kind not in _TYPES:
            text = f"“{field.name}” has the type “{field.kind[:40]}”, which we do not know."
            notices.append(Notice("unknown_field_type", text))
        if field.had_markup:
            notices.append(Notice("html_removed", f"“{field.name}” held HTML. Only its words are kept."))
    if not fields:
        raise EmptyFile("This questionnaire has no items.")
    kinds = {one.kind for one in fields.values()}
    if kinds & set(_R5_ONLY) and kinds & set(_R4_ONLY):
        text = "Some items use the types of FHIR R4 and some those of R5. Both are read."
        notices.append(Notice("mixed_releases", text))
    titles = tuple(dict.fromkeys(filter(None, (text_of(resource, key) for key in ("title", "name", "id", "url")))))
    form = Form(
        name=titles[0] if titles else "questionnaire",
        fields=tuple(fields.values()),
        source="fhir_questionnaire",
        titles=titles,
        codes=_codes(resource),
    )
    language = text_of(resource, "language")
    return Dictionary(
        forms=(form,),
        warnings=(*notices, *answers.notices),
        columns=0,
        byte_order_mark=False,
        digest=digest,
        source="fhir_questionnaire",
        languages=(language,) if language else (),
        language=language,
        release="R5" if kinds & set(_R5_ONLY) else "R4",
    )


def _walk(resource: Record) -> Iterator[tuple[Record, str]]:
    """Every item in the order of the page, each with the words of the group that it opens."""
    waiting: list[tuple[Iterator[Record], str]] = [(records_of(resource, "item"), "")]
    while waiting:
        if len(waiting) > DEEPEST_GROUPS:
            raise TooLarge("Too many groups stand inside one another in this questionnaire.")
        items, heading = waiting[-1]
        item = next(items, None)
        if item is None:
            waiting.pop()
            continue
        yield item, heading
        waiting[-1] = (items, "")
        waiting.append((records_of(item, "item"), text_of(item, "text") if text_of(item, "type") == "group" else ""))


def _field(item: Record, section: str, place: int, answers: Answers) -> Field:
    name, kind, label = text_of(item, "linkId"), text_of(item, "type"), text_of(item, "text")
    if not name:
        raise BrokenQuestions(f"Item {place} has no linkId, so its answers could not be found again.")
    if not kind:
        raise BrokenQuestions(f"“{name[:60]}” has no type.")
    choices = answers.of(item, name)
    extensions = {text_of(one, "url"): one for one in records_of(item, "extension")}
    formula = text_of(record_of(extensions.get(_CALCULATED, {}), "valueExpression"), "expression")
    shape = _TYPES.get(kind, "text")
    if choices and shape == "text":
        shape = "radio"
    if choices and item.get("repeats") is True:
        shape = "checkbox"
    codes = _codes(item)
    words = (label, section, *(one.label for one in choices))
    return Field(
        name=name,
        form="",
        type="calc" if formula else shape,
        label=plain_text(label),
        row=place,
        section=plain_text(section),
        choices=choices,
        formula=formula,
        required=item.get("required") is True,
        branching="enableWhen" if item.get("enableWhen") else "",
        action_tags=("@HIDDEN",) if extensions.get(_HIDDEN, {}).get("valueBoolean") is True else (),
        had_markup=any(has_markup(text) for text in words),
        codes=codes,
        kind=kind,
    )


def _codes(holder: Record) -> tuple[tuple[str, str], ...]:
    return tuple((text_of(one, "system"), text_of(one, "code")) for one in records_of(holder, "code"))
