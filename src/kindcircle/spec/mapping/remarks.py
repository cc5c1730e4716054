"""Everything about a proposal that a person should know or has to look at."""

from __future__ import annotations

from collections.abc import Iterator

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.shape import Field, Form
from kindcircle.spec.mapping.parts import ItemPair, Remark, Weight, listed
from kindcircle.spec.parts import Likert


def find_instruction(form: Form, block: list[Field]) -> tuple[str, str, list[Remark]]:
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


def order_remarks(
    definition: Definition, pairs: list[ItemPair], block: list[Field], *, coded: bool
) -> Iterator[Remark]:
    names = tuple(one.name for one in block)
    by_code = "The codes of the questions say which is which."
    by_place = (
        "Field names do not say which question is which. Please check that the questions stand in the order "
        "of the printed form."
    )
    if coded:
        yield Remark("paired_by_code", "note", by_code, names)
    else:
        yield Remark("order_taken_from_file", "confirm", by_place, names)
    for rule in definition.safety:
        pair = next((pair for pair in pairs if pair.number == rule.item), None)
        if pair is not None:
            text = f"Question {rule.item} is the safety question. Please check that this is it: “{pair.text}”"
            yield Remark("safety_item_to_check", "confirm", text, (pair.field,))


def label_remarks(definition: Definition, block: list[Field]) -> Iterator[Remark]:
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
        text = f"The lowest answer is worded differently in {listed(low)}. {kept}"
        yield Remark("first_anchor_wording_differs", "confirm", text, low)
    if rest:
        text = f"Answers are worded differently in {listed(rest)}. {kept}"
        yield Remark("anchor_wording_differs", "confirm", text, rest)
    if definition.wording.check_lowest_answer:
        text = (
            f"Copies of {definition.name} with a wrong lowest answer are in use. "
            f"Please compare “{first[lowest]}” with the source."
        )
        yield Remark("lowest_answer_to_check", "confirm", text, (block[0].name,))
    ours = definition.response(definition.scored_items[0])
    wordless = tuple(choice.value for choice in block[0].choices if not choice.label)
    if wordless and isinstance(ours, Likert) and ours.labelled == "all":
        text = f"The file has no words for these answers, so it cannot be brought in as it is: {listed(wordless)}."
        yield Remark("answer_words_missing", "confirm", text, (block[0].name,))
    order = [anchor.value for anchor in ours.values] if isinstance(ours, Likert) else []
    theirs = [int(choice.value) for choice in block[0].choices]
    if set(order) == set(theirs) and order != theirs:
        text = "The file lists the answers in another order than ours. They are paired by number."
        yield Remark("values_order_differs", "note", text, (block[0].name,))


def leftovers(left: list[Field]) -> Iterator[Remark]:
    asked = ("radio", "dropdown", "checkbox", "yesno", "truefalse", "slider")
    questions = tuple(one.name for one in left if one.type in asked)
    others = tuple(one.name for one in left if one.type not in asked)
    if questions:
        text = f"These questions are not part of the scale and would be left out: {listed(questions)}."
        yield Remark("other_questions_left_out", "confirm", text, questions)
    if others:
        text = f"These fields hold no question of the scale and are left out: {listed(others)}."
        yield Remark("metadata_fields_ignored", "note", text, others)


def text_remarks(used: list[Field], block: list[Field]) -> Iterator[Remark]:
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
            "The other program would fill something into the words of {}. Here they stay as written.",
        ),
        (
            "not_always_shown",
            "confirm",
            sometimes,
            "In the other program these were not always shown: {}. Here they are.",
        ),
    )
    for name, weight, fields, text in found:
        if fields:
            names = tuple(dict.fromkeys(one.name for one in fields))
            yield Remark(name, weight, text.format(listed(names)), names)


def _tidy(label: str) -> str:
    return " ".join(label.split()).casefold()
