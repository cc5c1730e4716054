"""Proposing how a file's fields become a questionnaire's words. Never a silent guess.

A file says what its fields are called, not which question of the scale they are. So a proposal pairs
fields and answers with ours, says why for each pair, and names everything a person has to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.redcap import Dictionary, Field, Form
from kindcircle.spec.parts import Likert

Weight = Literal["note", "confirm", "stop"]
"""`note`: good to know. `confirm`: a person says yes to it before the words are used. `stop`: the file
does not fit and has to be changed, or another one chosen."""


class WordingError(ValueError):
    """The words cannot be used as they are. `names` lists the points still open, or what is missing."""

    def __init__(self, message: str, names: Iterable[str] = ()) -> None:
        self.names = tuple(names)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Remark:
    """One warning about a proposal: a name for programs, a sentence for people, the fields it is about."""

    name: str
    weight: Weight
    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemPair:
    """Our item and their field, with the words, and why we think they are the same."""

    number: int
    item_id: str
    text_key: str
    field: str
    row: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Our answer value and their stored value, with the label, and why."""

    response: str
    value: int
    label_key: str
    their_value: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A proposal for one form of a file. Nothing is used until `apply_mapping` is called with consent."""

    instrument: str
    version: str
    form: str
    items: tuple[ItemPair, ...]
    answers: tuple[AnswerPair, ...]
    instruction: str
    ignored: tuple[str, ...]
    remarks: tuple[Remark, ...]
    scored_items: int

    @property
    def complete(self) -> bool:
        """Whether every scored item has its field and nothing stops the import."""
        return not self.stops and len(self.items) >= self.scored_items

    @property
    def stops(self) -> tuple[str, ...]:
        return tuple(remark.name for remark in self.remarks if remark.weight == "stop")

    @property
    def to_confirm(self) -> tuple[str, ...]:
        return tuple(remark.name for remark in self.remarks if remark.weight == "confirm")


def fitting_forms(definition: Definition, dictionary: Dictionary) -> tuple[Mapping, ...]:
    """Proposals for the forms in a file that could be this questionnaire, in file order.

    Forms with our own answer numbers come alone when there are any; others only when there are none.
    """
    proposals = [propose_mapping(definition, form) for form in dictionary.forms]
    whole = [proposal for proposal in proposals if proposal.complete]
    same = [proposal for proposal in whole if "values_differ" not in proposal.to_confirm]
    return tuple(same or whole)


def propose_mapping(definition: Definition, form: Form) -> Mapping:
    """Pair a form's fields and answers with ours, by number of items, set of values and order.

    WordingError when this questionnaire does not take its words from such a file.
    """
    hint = next((one for one in definition.wording.providers if one.kind == "redcap_dictionary"), None)
    if hint is None:
        raise WordingError(f"{definition.name} does not take its words from a REDCap file.")
    block, how, remarks = _block(form, hint.scored_items, frozenset(hint.values))
    proposal = Mapping(
        instrument=definition.id,
        version=definition.version,
        form=form.name,
        items=(),
        answers=(),
        instruction="",
        ignored=tuple(one.name for one in form.fields),
        remarks=tuple(remarks),
        scored_items=len(definition.scored_items),
    )
    if not block:
        return proposal
    pairs = [
        ItemPair(
            number=item.number,
            item_id=item.id,
            text_key=item.text_key,
            field=theirs.name,
            row=theirs.row,
            text=theirs.label,
            why=f"{how}, place {place} of {len(block)}",
        )
        for place, (item, theirs) in enumerate(zip(definition.scored_items, block, strict=True), start=1)
    ]
    answers = list(_answer_pairs(definition, definition.scored_items[0].response, block[0]))
    extra, extra_answers, extra_remarks = _unscored(definition, form, block)
    pairs += extra
    answers += extra_answers
    instruction, source_field, instruction_remarks = _instruction(form, block)
    used = {pair.field for pair in pairs}
    left = [one for one in form.fields if one.name not in used | {source_field}]
    return replace(
        proposal,
        items=tuple(pairs),
        answers=tuple(answers),
        instruction=instruction,
        ignored=tuple(one.name for one in left),
        remarks=(
            *remarks,
            *_order_remarks(definition, pairs, block),
            *_label_remarks(definition, block),
            *extra_remarks,
            *instruction_remarks,
            *_leftovers(left),
            *_text_remarks([one for one in form.fields if one.name in used], block),
        ),
    )


def _block(form: Form, wanted: int, values: frozenset[int]) -> tuple[list[Field], str, list[Remark]]:
    """The fields that hold the scored items, how they were found, and what has to be said about it.

    First choice: one matrix of the right size with the right values. Then: a run of fields without one.
    Then either with other numbers but as many answers. Two that fit equally well stop the import.
    """
    matrices = [block for block in _matrices(form) if len(block) == wanted]
    runs = [block for block in _runs(form) if len(block) == wanted]
    choices = (
        ([block for block in matrices if all(_values(one) == values for one in block)], True),
        ([block for block in runs if _values(block[0]) == values], True),
        ([block for block in matrices if _as_many(block, len(values))], False),
        ([block for block in runs if _as_many(block, len(values))], False),
    )
    for blocks, same_numbers in choices:
        if len(blocks) > 1:
            names = tuple(block[0].name for block in blocks)
            text = f"{len(blocks)} groups of questions fit equally well. They start at {_list(names)}."
            return [], "", [Remark("several_groups_fit", "stop", text, names)]
        if blocks:
            return _found(blocks[0], same_numbers=same_numbers)
    count = sum(_values(one) == values for one in form.fields)
    text = (
        f"{wanted} questions in a row with the answers {_list(sorted(values))} are needed. "
        f"This form has {count} questions with these answers."
    )
    return [], "", [Remark("items_not_found", "stop", text)]


def _found(block: list[Field], *, same_numbers: bool) -> tuple[list[Field], str, list[Remark]]:
    names = tuple(one.name for one in block)
    remarks = []
    if not same_numbers:
        text = "The answers have other numbers than ours. They are paired from lowest to highest."
        remarks.append(Remark("values_differ", "confirm", text, names[:1]))
    numbers = "same answers" if same_numbers else "as many answers"
    if block[0].matrix and len({one.matrix for one in block}) == 1:
        return block, f"matrix “{block[0].matrix}”, {numbers}", remarks
    text = "The questions are not in one matrix. They are taken in the order of the file."
    remarks.append(Remark("no_matrix", "confirm", text, names))
    return block, f"one after the other in the form, {numbers}", remarks


def _matrices(form: Form) -> list[list[Field]]:
    names = dict.fromkeys(one.matrix for one in form.fields if one.matrix)
    return [[one for one in form.fields if one.matrix == name] for name in names]


def _runs(form: Form) -> list[list[Field]]:
    """Neighbouring questions with the same answers; a text shown between them does not part them.

    First by value alone; then, within those, by label too, which parts a last question that uses the same
    numbers with other words.
    """
    asked = [one for one in form.fields if one.type != "descriptive"]
    by_values = [list(run) for _, run in groupby(asked, key=_values)]
    runs = [run for run in by_values if _values(run[0])]
    for run in list(runs):
        parts = [list(part) for _, part in groupby(run, key=lambda one: one.choices)]
        runs += [part for part in parts if len(part) < len(run)]
    return runs


def _values(one: Field) -> frozenset[int] | None:
    """The stored values of a choose-one question, or None for anything else."""
    numbers = one.numeric_choices if one.type in ("radio", "dropdown") else None
    return None if numbers is None else frozenset(numbers)


def _as_many(block: list[Field], answers: int) -> bool:
    first = _values(block[0])
    return first is not None and len(first) == answers and all(_values(one) == first for one in block)


def _answer_pairs(definition: Definition, response: str, theirs: Field) -> Iterator[AnswerPair]:
    """Our answers with theirs: by number, or from lowest to highest when the numbers differ."""
    ours = definition.responses[response]
    if not isinstance(ours, Likert):
        return
    anchors = {anchor.value: anchor for anchor in ours.values}
    labels = {int(choice.value): choice for choice in theirs.choices}
    if set(anchors) == set(labels):
        pairs = [(value, value, "same number") for value in anchors]
    else:
        ranks = zip(sorted(anchors), sorted(labels), strict=True)
        pairs = [(a, b, f"answer {place} from the lowest up") for place, (a, b) in enumerate(ranks, start=1)]
    for value, their_value, why in pairs:
        yield AnswerPair(
            response=response,
            value=value,
            label_key=anchors[value].label_key,
            their_value=labels[their_value].value,
            label=labels[their_value].label,
            why=why,
        )


def _unscored(
    definition: Definition, form: Form, block: list[Field]
) -> tuple[list[ItemPair], list[AnswerPair], list[Remark]]:
    """The question after the scored ones that is asked but not counted, when the file has exactly one."""
    item = next((item for item in definition.items if not item.scored), None)
    if item is None:
        return [], [], []
    answers = definition.response(item)
    values = [anchor.value for anchor in answers.values] if isinstance(answers, Likert) else []
    later = [
        one
        for one in form.fields
        if one.row > block[-1].row and _values(one) == frozenset(values) and one.choices != block[0].choices
    ]
    names = tuple(one.name for one in later)
    if not later:
        text = f"The file has no question {item.number}, which is asked but not counted. It will not be asked."
        return [], [], [Remark("unscored_item_absent", "note", text)]
    if len(later) > 1:
        text = f"Several fields could be question {item.number}: {_list(names)}. It would be left out."
        return [], [], [Remark("unscored_item_unclear", "confirm", text, names)]
    pair = ItemPair(
        number=item.number,
        item_id=item.id,
        text_key=item.text_key,
        field=later[0].name,
        row=later[0].row,
        text=later[0].label,
        why="the one question after the scored ones with answers of its own",
    )
    text = f"“{later[0].name}” is taken as question {item.number}. It is asked but not counted."
    remark = Remark("unscored_item_mapped", "note", text, names)
    return [pair], list(_answer_pairs(definition, item.response, later[0])), [remark]


def _instruction(form: Form, block: list[Field]) -> tuple[str, str, list[Remark]]:
    """The words above the questions and, when they fill a field of their own, its name."""
    first = block[0]
    if first.section:
        text = "The section header above the first question is used as the instruction."
        return first.section, "", [Remark("section_header_used_as_instruction", "note", text, (first.name,))]
    before = [one for one in form.fields if one.row < first.row]
    if before and before[-1].type == "descriptive" and before[-1].label:
        text = "The text right before the first question is used as the instruction."
        name = before[-1].name
        return before[-1].label, name, [Remark("text_field_used_as_instruction", "confirm", text, (name,))]
    headed = [one for one in before if one.section]
    if headed:
        text = "An earlier section header is used as the instruction."
        name = headed[-1].name
        return headed[-1].section, "", [Remark("earlier_header_used_as_instruction", "confirm", text, (name,))]
    text = "The file has no words above the questions. Please give the instruction."
    return "", "", [Remark("instruction_missing", "confirm", text)]


def _order_remarks(definition: Definition, pairs: list[ItemPair], block: list[Field]) -> Iterator[Remark]:
    text = (
        "Field names do not say which question is which. Please check that the questions stand in the order "
        "of the printed form."
    )
    yield Remark("order_taken_from_file", "confirm", text, tuple(one.name for one in block))
    for rule in definition.safety:
        pair = next((pair for pair in pairs if pair.number == rule.item), None)
        if pair is not None:
            text = f"Question {rule.item} is the safety question. Please check that this is it: “{pair.text}”"
            yield Remark("safety_item_to_check", "confirm", text, (pair.field,))


def _label_remarks(definition: Definition, block: list[Field]) -> Iterator[Remark]:
    """Answers worded differently from question to question, or printed in another order than ours."""
    first = {int(choice.value): choice.label for choice in block[0].choices}
    lowest = min(first)
    differing = {
        one.name: {int(c.value) for c in one.choices if _tidy(c.label) != _tidy(first[int(c.value)])}
        for one in block[1:]
    }
    low = tuple(name for name, values in differing.items() if lowest in values)
    rest = tuple(name for name, values in differing.items() if values - {lowest})
    kept = "The words of the first question are used."
    if low:
        text = f"The lowest answer is worded differently in {_list(low)}. {kept}"
        yield Remark("first_anchor_wording_differs", "confirm", text, low)
    if rest:
        text = f"Answers are worded differently in {_list(rest)}. {kept}"
        yield Remark("anchor_wording_differs", "confirm", text, rest)
    if definition.wording.check_lowest_answer:
        text = (
            f"Copies of {definition.name} with a wrong lowest answer are in use. "
            f"Please compare “{first[lowest]}” with the source."
        )
        yield Remark("lowest_answer_to_check", "confirm", text, (block[0].name,))
    ours = definition.response(definition.scored_items[0])
    order = [anchor.value for anchor in ours.values] if isinstance(ours, Likert) else []
    theirs = [int(choice.value) for choice in block[0].choices]
    if set(order) == set(theirs) and order != theirs:
        text = "The file lists the answers in another order than ours. They are paired by number."
        yield Remark("values_order_differs", "note", text, (block[0].name,))


def _leftovers(left: list[Field]) -> Iterator[Remark]:
    asked = ("radio", "dropdown", "checkbox", "yesno", "truefalse", "slider")
    questions = tuple(one.name for one in left if one.type in asked)
    others = tuple(one.name for one in left if one.type not in asked)
    if questions:
        text = f"These questions are not part of the scale and would be left out: {_list(questions)}."
        yield Remark("other_questions_left_out", "confirm", text, questions)
    if others:
        text = f"These fields hold no question of the scale and are left out: {_list(others)}."
        yield Remark("metadata_fields_ignored", "note", text, others)


def _text_remarks(used: list[Field], block: list[Field]) -> Iterator[Remark]:
    """Words that are empty, repeated, cleaned, filled in by REDCap, or not always shown there."""
    words = [_tidy(one.label) for one in used]
    sometimes = [one for one in block if one.branching] + [one for one in used if "@HIDDEN" in one.action_tags]
    headed = [one for one in block[1:] if one.section]
    found: tuple[tuple[str, Weight, list[Field], str], ...] = (
        ("words_missing", "stop", [one for one in used if not one.label], "These have no words: {}."),
        (
            "same_words_twice",
            "confirm",
            [one for one in used if one.label and words.count(_tidy(one.label)) > 1],
            "These have the same words: {}.",
        ),
        ("header_inside", "confirm", headed, "There is a section header inside the questions, at {}."),
        (
            "html_removed",
            "note",
            [one for one in used if one.had_markup],
            "HTML was taken out of {}. Only the words are kept.",
        ),
        (
            "piping_in_text",
            "confirm",
            [one for one in used if one.pipes],
            "REDCap would fill something into the words of {}. Here they stay as written.",
        ),
        ("not_always_shown", "confirm", sometimes, "In REDCap these were not always shown: {}. Here they are."),
    )
    for name, weight, fields, text in found:
        if fields:
            names = tuple(dict.fromkeys(one.name for one in fields))
            yield Remark(name, weight, text.format(_list(names)), names)


def _tidy(label: str) -> str:
    return " ".join(label.split()).casefold()


def _list(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names)
