"""What a file holds, as a program can read it: our item, their field, their values, our values.

The shape is written down in docs/reference/files-of-questions.md. Nothing here keeps anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kindcircle.spec.answered import Fit, Reading, by_codes_alone, fits, read_sheet, read_total, total_field
from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.errors import QuestionsNeeded
from kindcircle.spec.documents.given import Filled, Sheet
from kindcircle.spec.documents.shape import Dictionary, Field, Notice
from kindcircle.spec.documents.spss import Variables
from kindcircle.spec.mapping.parts import Remark

Report = dict[str, Any]
"""Plain values only, ready for JSON."""

_LOINC = "http://loinc.org"
_ASKED = ("radio", "dropdown", "checkbox", "yesno", "truefalse")


def questions_report(definitions: Iterable[Definition], questions: Dictionary) -> Report:
    """What a file of questions holds, and every questionnaire of ours in it."""
    found = fits(definitions, questions)
    notices = list(questions.warnings)
    if len(found) == 1:
        notices += _lacking(found[0])
    report: Report = {
        "format": questions.source,
        "digest": questions.digest,
        "forms": {form.name: len(form.fields) for form in questions.forms},
        "n_items_with_answers": sum(one.type in _ASKED for one in questions.fields),
        "warnings": list(dict.fromkeys(one.name for one in notices)),
        "notices": [_notice(one) for one in notices],
        "proposals": [_proposal(fit) for fit in found],
    }
    if questions.columns:
        report |= {"columns": questions.columns, "bom": questions.byte_order_mark}
    if questions.languages:
        report |= {"languages": list(questions.languages), "language": questions.language}
    if questions.source == "fhir_questionnaire":
        kinds = {one.kind for one in questions.fields if one.choices}
        report |= {"fhir_version": questions.release, "item_type": kinds.pop() if len(kinds) == 1 else None}
    for fit in found:
        scored = [pair.field for pair in fit.mapping.items if fit.definition.item(pair.number).scored]
        report[f"{fit.definition.exports.redcap_form}_scored_fields"] = scored
    if len(found) == 1:
        report |= _alone(found[0])
    else:
        values = {one.numeric_choices for one in questions.fields if one.numeric_choices}
        report |= {"instrument": None, "option_values": sorted(values.pop()) if len(values) == 1 else None}
    return report


def variables_report(definitions: Iterable[Definition], variables: Variables) -> Report:
    """The same for an SPSS file, with what counts as missing there."""
    report = questions_report(definitions, variables.dictionary)
    return report | {"missing_ranges": variables.missing, "rows": variables.rows}


def answers_report(
    definitions: Iterable[Definition], filled: Filled, questions: Dictionary | None, systems: frozenset[str]
) -> Report:
    """What a file of answers holds, scored again. QuestionsNeeded when answers cannot be told without questions."""
    known = tuple(definitions)
    found = fits(known, questions) if questions else ()
    report: Report = {"format": filled.source, "digest": filled.digest, "n_records": len(filled.sheets)}
    if filled.source == "redcap_records":
        report["repeat_instruments"] = list(filled.repeating)
    notices = list(filled.warnings)
    readings: list[Reading] = []
    if questions and filled.sheets and not found:
        notices.append(Notice("questionnaire_not_known", "The questions hold no questionnaire that is known here."))
    else:
        readings = [one for sheet in filled.sheets for one in _readings(known, found, filled, sheet, systems)]
    if found and filled.sheets and not readings:
        notices.append(Notice("answers_to_other_questions", "None of these answers belongs to the questions."))
    told = [_reading(one) for one in readings]
    lone: list[Report] = []
    for total in filled.totals:
        definition, odd = read_total(known, total)
        notices += odd
        lone.append({"instrument": definition.name if definition else None, "value": _neat(float(total.value))})
    report |= {"responses": told, "totals": lone, "notices": [_notice(one) for one in notices]}
    names = [one.name for one in notices] + [one.name for reading in readings for one in reading.warnings]
    if len(told) == 1:
        report |= {key: value for key, value in told[0].items() if key not in ("record", "notices")}
    if len(lone) == 1 and not told:
        report |= lone[0]
    report["warnings"] = list(dict.fromkeys(names))
    return report


def _readings(
    known: tuple[Definition, ...], found: tuple[Fit, ...], filled: Filled, sheet: Sheet, systems: frozenset[str]
) -> list[Reading]:
    if found:
        given = sheet.answers.keys()
        return [
            read_sheet(fit, sheet, systems) for fit in found if any(pair.field in given for pair in fit.mapping.items)
        ]
    if filled.source == "redcap_records":
        return []
    alone = by_codes_alone(known, sheet)
    if alone is None:
        raise QuestionsNeeded(
            "These answers do not say by themselves what was asked. Please name the file with the questions, too."
        )
    return [alone]


def _alone(fit: Fit) -> Report:
    """The facts of the one questionnaire that was found, by themselves."""
    one, fields = fit.definition, {theirs.name: theirs for theirs in fit.form.fields}
    scored = [fields[pair.field] for pair in fit.mapping.items if one.item(pair.number).scored]
    extra = [fields[pair.field] for pair in fit.mapping.items if not one.item(pair.number).scored]
    response = one.scored_items[0].response
    total = total_field(one, fit.form)
    computed = [theirs for theirs in fit.form.fields if theirs.type == "calc"]
    codes = [_loinc(theirs) for theirs in scored]
    return {
        "instrument": one.name,
        "found_by": fit.found_by,
        "n_scored_items": len(scored),
        "option_values": [pair.value for pair in fit.mapping.answers if pair.response == response],
        "item_loinc": codes if all(codes) else None,
        "unscored_items": [_loinc(theirs) or theirs.name for theirs in extra],
        "total_link_id": total.name if total else None,
        "total_loinc": _loinc(total) if total else None,
        "compute_variable": computed[0].name if len(computed) == 1 else None,
    }


def _lacking(fit: Fit) -> list[Notice]:
    """A file that names the whole form and lacks a part of it."""
    one = fit.definition
    if fit.found_by != "code":
        return []
    asked = {pair.number for pair in fit.mapping.items}
    parts = [f"question {item.number}" for item in one.items if item.number not in asked]
    if one.total and one.total.codes and total_field(one, fit.form) is None:
        parts.append("the total")
    if not parts:
        return []
    text = f"The file carries the codes of {one.name} and has no field for {', '.join(parts)}."
    return [Notice("incomplete_instrument", text)]


def _proposal(fit: Fit) -> Report:
    mapping, fields = fit.mapping, {theirs.name: theirs for theirs in fit.form.fields}
    return {
        "instrument": mapping.instrument,
        "version": mapping.version,
        "name": fit.definition.name,
        "form": mapping.form,
        "found_by": fit.found_by,
        "instruction": mapping.instruction,
        "items": [
            {
                "number": pair.number,
                "item": pair.item_id,
                "field": pair.field,
                "code": _loinc(fields[pair.field]) or None,
                "text": pair.text,
                "why": pair.why,
            }
            for pair in mapping.items
        ],
        "answers": [
            {
                "response": pair.response,
                "value": pair.value,
                "their_value": pair.their_value,
                "label": pair.label,
                "why": pair.why,
            }
            for pair in mapping.answers
        ],
        "to_confirm": [_remark(one) for one in mapping.remarks if one.weight == "confirm"],
        "remarks": [_remark(one) for one in mapping.remarks if one.weight != "confirm"],
        "ignored": list(mapping.ignored),
    }


def _reading(one: Reading) -> Report:
    total = one.total
    return {
        "record": one.record,
        "instrument": one.fit.definition.name,
        "version": one.fit.definition.version,
        "found_by": one.fit.found_by,
        "items": list(one.values),
        "total": _neat(total.value) if total and total.value is not None else None,
        "stored_total": _neat(one.stored_total) if one.stored_total is not None else None,
        "band": total.band if total else None,
        "state": str(one.state),
        "scores": [
            {"score": r.score, "state": str(r.state), "value": r.category or _neat(r.value), "band": r.band}
            for r in one.scores
        ],
        "warnings": [notice.name for notice in one.warnings],
        "notices": [_notice(notice) for notice in one.warnings],
        "to_confirm": [_remark(remark) for remark in one.fit.mapping.remarks if remark.weight == "confirm"],
        "flags": list(one.flags),
        "ignored": list(one.ignored),
    }


def _notice(one: Notice) -> Report:
    return {"name": one.name, "text": one.text, "row": one.row}


def _remark(one: Remark) -> Report:
    return {"name": one.name, "weight": one.weight, "text": one.text, "fields": list(one.fields)}


def _loinc(one: Field) -> str:
    return next((code for system, code in one.codes if system == _LOINC), "")


def _neat(value: float | None) -> int | float | None:
    return int(value) if value is not None and value == int(value) else value
