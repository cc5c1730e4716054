"""Answers from a file as answers of ours: scored again by our own rules, and never silently guessed at.

A total that came along is compared with ours and never taken over. Everything that did not fit to the letter
has a name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.given import Given, Sheet, Total
from kindcircle.spec.documents.shape import Choice, Dictionary, Field, Form, Notice
from kindcircle.spec.mapping.codes import coded_field, evidence, is_code, with_numbers
from kindcircle.spec.mapping.parts import Mapping
from kindcircle.spec.mapping.proposing import fitting_forms
from kindcircle.spec.parts import Code, Likert
from kindcircle.spec.safety import missing, positive
from kindcircle.spec.scoring import Answer, ScoreResult, State, form_state, score


@dataclass(frozen=True, slots=True)
class Fit:
    """Questions in a file that are a questionnaire of ours. `found_by`: code, name or only shape."""

    definition: Definition
    mapping: Mapping
    form: Form
    found_by: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One filled form, read. `values` go in our order, `None` where nothing was given or understood."""

    fit: Fit
    record: str
    values: tuple[int | None, ...]
    scores: tuple[ScoreResult, ...]
    state: State
    stored_total: float | None
    flags: tuple[str, ...]
    warnings: tuple[Notice, ...]
    ignored: tuple[str, ...] = field(default=())

    @property
    def total(self) -> ScoreResult | None:
        wanted = self.fit.definition.total
        return next((one for one in self.scores if wanted and one.score == wanted.id), None)


def fits(definitions: Iterable[Definition], questions: Dictionary) -> tuple[Fit, ...]:
    """Every questionnaire of ours in a file. Where codes or names speak, those found by shape alone are left out.

    A short form whose coded questions are all among those of a longer one is left out too: it is that longer one.
    """
    found = [
        Fit(one, mapping, questions.form(mapping.form), evidence(one, questions.form(mapping.form)))
        for one in definitions
        if one.wording.providers
        for mapping in fitting_forms(one, questions)
    ]
    sure = {one.mapping.form for one in found if one.found_by != "shape"}
    likely = [one for one in found if one.found_by != "shape" or one.mapping.form not in sure]
    return tuple(one for one in likely if not any(_inside(one, other) for other in likely))


def _inside(one: Fit, other: Fit) -> bool:
    ours, theirs = ({pair.field for pair in fit.mapping.items} for fit in (one, other))
    same_form = one.mapping.form == other.mapping.form and one.found_by == other.found_by == "code"
    return same_form and ours < theirs


def total_field(definition: Definition, form: Form) -> Field | None:
    """The field that holds the headline score, by its code; a text that is only shown is none."""
    codes = definition.total.codes if definition.total else ()
    return next((one for one in form.fields if one.type != "descriptive" and _any_code(codes, one.codes)), None)


def read_sheet(fit: Fit, sheet: Sheet, systems: frozenset[str] = frozenset()) -> Reading:
    """Score one filled form again. `systems`: addresses of code systems at hand that define its answers."""
    numbered, _ = with_numbers(fit.definition, fit.form)
    fields = {one.name: one for one in numbered.fields}
    ours = {(pair.response, int(pair.their_value)): pair.value for pair in fit.mapping.answers}
    answers: dict[str, Answer] = {}
    notices: dict[str, list[str]] = {}
    for pair in fit.mapping.items:
        given = sheet.answers.get(pair.field, ())
        if len(given) > 1:
            notices.setdefault("several_answers", []).append(pair.field)
        if len(given) != 1:
            continue
        choice, remarks = _choose(given[0], fields[pair.field], systems)
        for name in remarks:
            notices.setdefault(name, []).append(pair.field)
        response = fit.definition.item(pair.number).response
        if choice is not None:
            answers[pair.item_id] = ours[response, int(choice.value)]
    known = {pair.field for pair in fit.mapping.items}
    holder = total_field(fit.definition, fit.form)
    stored = _number(sheet.answers.get(holder.name, ())) if holder else None
    return reading(
        fit,
        sheet.record,
        answers,
        stored,
        notices,
        [n for n in sheet.answers if n not in known and (holder is None or n != holder.name)],
    )


def reading(
    fit: Fit,
    record: str,
    answers: dict[str, Answer],
    stored: float | None,
    notices: dict[str, list[str]],
    ignored: Iterable[str],
) -> Reading:
    """Our own scores for a set of answers, compared with the total that came along."""
    one = fit.definition
    results = score(one, answers)
    values = tuple(_whole(answers.get(item.id)) for item in one.scored_items)
    total = next((result for result in results if one.total and result.score == one.total.id), None)
    found = [Notice(name, _SAID[name].format(", ".join(fields))) for name, fields in notices.items()]
    if stored is not None and total is not None and total.value != stored:
        ours = "none" if total.value is None else f"{total.value:g}"
        text = f"The total in the file is {stored:g}, and the answers give {ours}. The answers count."
        found.insert(0, Notice("stored_total_differs", text))
    if fit.found_by == "shape":
        text = f"Nothing names {one.name} here. It was found by the number of questions and answers only."
        found.append(Notice("found_by_shape_only", text))
    flags = [hit.flag for hit in positive(one, answers)]
    flags = [f"{flag}={answers.get(one.item(int(flag.rpartition(':')[2])).id)}" for flag in flags]
    flags += [gap.flag for gap in missing(one, answers)]
    return Reading(
        fit=fit,
        record=record,
        values=values,
        scores=results,
        state=form_state(one, results),
        stored_total=stored,
        flags=tuple(flags),
        warnings=tuple(found),
        ignored=tuple(ignored),
    )


_SAID = {
    "several_answers": "More than one answer was given to {}. None of them is used.",
    "answer_not_understood": "The answer to {} is not among those of the questionnaire. It counts as missing.",
    "answer_system_not_in_value_set": (
        "The code system that the answers to {} name is not one that the questionnaire's answers are defined in."
    ),
    "answer_code_case_differs": "The answers to {} are written with other capitals than in the questionnaire.",
}


def _choose(given: Given, theirs: Field, systems: frozenset[str]) -> tuple[Choice | None, list[str]]:
    """The answer of the questionnaire that was given, by its code or number; other capitals are told.

    An address at example.org and its like is kept free for examples, so no code system can live there.
    """
    remarks = []
    offered = {one.system for one in theirs.choices if one.system}
    real = not re.match(r"https?://([\w-]+\.)*example\.(org|com|net)(/|$)", given.system)
    if given.system and (given.system not in offered or not real or (systems and given.system not in systems)):
        remarks.append("answer_system_not_in_value_set")
    if given.code:
        same = [one for one in theirs.choices if one.code == given.code]
        alike = [one for one in theirs.choices if one.code.casefold() == given.code.casefold()]
        if not same and len(alike) == 1:
            return alike[0], [*remarks, "answer_code_case_differs"]
    else:
        same = [one for one in theirs.choices if given.value in (one.value, one.code)]
    if len(same) != 1:
        return None, [*remarks, "answer_not_understood"]
    return same[0], remarks


def by_codes_alone(definitions: Iterable[Definition], sheet: Sheet) -> Reading | None:
    """A form whose fields and answers carry codes of ours can be read without its questions; else None."""
    # The longest first: the questions of a short form may all stand in a longer one, beside its safety question.
    for one in sorted(definitions, key=lambda one: -len(one.scored_items)):
        if not one.wording.providers:
            continue
        fields = tuple(
            Field(
                name=name, form="", type="radio", label="", row=place,
                codes=(("http://loinc.org", name.rstrip("/").rpartition("/")[2]),),
            )
            for place, name in enumerate(sheet.answers, start=1)
        )  # fmt: skip
        form = Form(name=sheet.of or "answers", fields=fields, source="fhir_questionnaire")
        pairs = {item.id: coded_field(form, item) for item in one.items}
        if not all(pairs[item.id] for item in one.scored_items):
            continue
        answers: dict[str, Answer] = {}
        notices: dict[str, list[str]] = {}
        for item in one.items:
            theirs = pairs[item.id]
            given = sheet.answers[theirs.name] if theirs else ()
            value = _by_code(one, item.response, given)
            if value is not None:
                answers[item.id] = value
            elif theirs:
                notices.setdefault("answer_not_understood", []).append(theirs.name)
        holder = total_field(one, form)
        used = {theirs.name for theirs in pairs.values() if theirs}
        empty = Mapping(one.id, one.version, form.name, (), (), "", (), (), len(one.scored_items))
        stored = _number(sheet.answers[holder.name]) if holder else None
        left = [name for name in sheet.answers if name not in used and (holder is None or name != holder.name)]
        return reading(Fit(one, empty, form, "code"), sheet.record, answers, stored, notices, left)
    return None


def read_total(definitions: Iterable[Definition], total: Total) -> tuple[Definition | None, tuple[Notice, ...]]:
    """Which questionnaire a lone score belongs to, and what is odd about it. The number itself is not checked."""
    for one in definitions:
        panel = one.exports.questionnaire_code
        right = _any_code(one.total.codes, total.codes) if one.total else False
        if right:
            return one, tuple(_range(one, total))
        if panel and is_code(panel, total.codes):
            text = f"The score carries {panel.code}, the code of the whole form, where that of the total belongs."
            return one, (Notice(f"total_uses_panel_code_{panel.code}", text), *_range(one, total))
    return None, (Notice("score_not_known", "The code of this score belongs to no questionnaire here."),)


def _range(one: Definition, total: Total) -> Iterator[Notice]:
    span = one.total.range if one.total else None
    if span and not span[0] <= float(total.value) <= span[1]:
        text = f"{total.value} cannot be reached: the total of {one.name} goes from {span[0]:g} to {span[1]:g}."
        yield Notice("total_out_of_range", text)


def _by_code(one: Definition, response: str, given: tuple[Given, ...]) -> int | None:
    answers = one.responses[response]
    if len(given) != 1 or not isinstance(answers, Likert):
        return None
    theirs = ((given[0].system, given[0].code),)
    return next((a.value for a in answers.values if a.code and is_code(a.code, theirs)), None)


def _any_code(ours: Iterable[Code], theirs: tuple[tuple[str, str], ...]) -> bool:
    return any(is_code(code, theirs) for code in ours)


def _number(given: tuple[Given, ...]) -> float | None:
    try:
        value = float(given[0].value) if len(given) == 1 else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(answer: Answer) -> int | None:
    return answer if isinstance(answer, int) else None
