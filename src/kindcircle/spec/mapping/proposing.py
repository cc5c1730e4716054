"""Pairing a form's fields and answers with ours, with a reason for each pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.shape import Dictionary, Field, Form
from kindcircle.spec.mapping.blocks import scored_block, values_of
from kindcircle.spec.mapping.codes import coded_block, coded_field, with_numbers
from kindcircle.spec.mapping.parts import AnswerPair, ItemPair, Mapping, Remark, WordingError, listed
from kindcircle.spec.mapping.remarks import find_instruction, label_remarks, leftovers, order_remarks, text_remarks
from kindcircle.spec.parts import Likert


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
    hint = next(iter(definition.wording.providers), None)
    if hint is None:
        raise WordingError(f"{definition.name} does not take its words from a file.")
    form, number_remarks = with_numbers(definition, form)
    block, how, remarks = coded_block(definition, form), "the same code", list[Remark]()
    coded = bool(block) and values_of(block[0]) == frozenset(hint.values)
    if not coded:
        block, how, remarks = scored_block(form, hint.scored_items, frozenset(hint.values))
    remarks += number_remarks
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
        source=form.source,
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
    instruction, source_field, instruction_remarks = find_instruction(form, block)
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
            *order_remarks(definition, pairs, block, coded=coded),
            *label_remarks(definition, block),
            *extra_remarks,
            *instruction_remarks,
            *leftovers(left),
            *text_remarks([one for one in form.fields if one.name in used], block),
        ),
    )


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
    by_code = coded_field(form, item)
    if by_code is not None and values_of(by_code) != frozenset(values):
        by_code = None
    later = (
        [by_code]
        if by_code
        else [
            one
            for one in form.fields
            if one.row > block[-1].row and values_of(one) == frozenset(values) and one.choices != block[0].choices
        ]
    )
    names = tuple(one.name for one in later)
    if not later:
        text = f"The file has no question {item.number}, which is asked but not counted. It will not be asked."
        return [], [], [Remark("unscored_item_absent", "note", text)]
    if len(later) > 1:
        text = f"Several fields could be question {item.number}: {listed(names)}. It would be left out."
        return [], [], [Remark("unscored_item_unclear", "confirm", text, names)]
    pair = ItemPair(
        number=item.number,
        item_id=item.id,
        text_key=item.text_key,
        field=later[0].name,
        row=later[0].row,
        text=later[0].label,
        why="the same code" if by_code else "the one question after the scored ones with answers of its own",
    )
    text = f"“{later[0].name}” is taken as question {item.number}. It is asked but not counted."
    remark = Remark("unscored_item_mapped", "note", text, names)
    return [pair], list(_answer_pairs(definition, item.response, later[0])), [remark]
