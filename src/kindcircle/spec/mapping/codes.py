"""What codes of LOINC and SNOMED say about a file: surer than any order or number of answers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.shape import Choice, Field, Form
from kindcircle.spec.mapping.parts import Remark
from kindcircle.spec.parts import Code, Item, Likert

_SYSTEMS = {"http://loinc.org": "LOINC", "http://snomed.info/sct": "SNOMED"}

Evidence = Literal["code", "name", "shape"]
"""Why we think a form is a questionnaire of ours: the same codes, the same name, or only its shape."""


def evidence(definition: Definition, form: Form) -> Evidence:
    """How sure it is that a form that fits is this questionnaire."""
    panel = definition.exports.questionnaire_code
    if (panel and is_code(panel, form.codes)) or coded_block(definition, with_numbers(definition, form)[0]):
        return "code"
    names = {_squash(definition.id), _squash(definition.name), _squash(definition.exports.redcap_form)}
    titles = [_squash(title) for title in (form.name, *form.titles)]
    # Names of two or three letters stand in the middle of other words ("week6").
    named = any(name == title or (len(name) > 3 and name in title) for name in names for title in titles)
    return "name" if named else "shape"


def is_code(ours: Code, theirs: tuple[tuple[str, str], ...]) -> bool:
    """Whether a code of ours stands among theirs, in the same system."""
    return any(_SYSTEMS.get(system) == ours.system and code == ours.code for system, code in theirs)


def coded_field(form: Form, item: Item) -> Field | None:
    """The one field that carries the code of an item of ours, or None."""
    found = [one for one in form.fields if any(is_code(code, one.codes) for code in item.codes)]
    return found[0] if len(found) == 1 else None


def coded_block(definition: Definition, form: Form) -> list[Field]:
    """The fields of all scored items by their codes, in our order; empty unless each is there exactly once."""
    found = [coded_field(form, item) for item in definition.scored_items]
    block = [one for one in found if one is not None]
    whole = len(block) == len(found) and len({one.name for one in block}) == len(block)
    values = {frozenset(one.numeric_choices or ()) for one in block}
    return block if whole and len(values) == 1 and values != {frozenset()} else []


def with_numbers(definition: Definition, form: Form) -> tuple[Form, list[Remark]]:
    """The form, with our numbers beside answers that have codes of ours and no number in the file."""
    fields = []
    filled = []
    for one in form.fields:
        numbered = None if one.numeric_choices or not one.choices else _numbered(definition, one)
        fields.append(one if numbered is None else replace(one, choices=numbered))
        filled += [one.name] if numbered else []
    if not filled:
        return form, []
    text = "The file gives these answers no numbers. Ours are used, because the codes of the answers are the same."
    remark = Remark("numbers_from_codes", "note", text, tuple(filled))
    return replace(form, fields=tuple(fields)), [remark]


def _numbered(definition: Definition, field: Field) -> tuple[Choice, ...] | None:
    for response in definition.responses.values():
        anchors = [one for one in response.values if one.code] if isinstance(response, Likert) else []
        pairs = [
            (choice, anchor.value)
            for choice in field.choices
            for anchor in anchors
            if anchor.code and is_code(anchor.code, ((choice.system, choice.code),))
        ]
        if len(pairs) == len(field.choices) == len(anchors):
            return tuple(replace(choice, value=str(value)) for choice, value in pairs)
    return None


def _squash(words: str) -> str:
    return re.sub(r"[^a-z0-9]", "", words.casefold())
