"""Finding, in a file's form, the fields that hold the scored items. Two that fit equally well stop the import."""

from __future__ import annotations

from itertools import groupby

from kindcircle.spec.documents.shape import Field, Form
from kindcircle.spec.mapping.parts import Remark, listed


def scored_block(form: Form, wanted: int, values: frozenset[int]) -> tuple[list[Field], str, list[Remark]]:
    """The fields that hold the scored items, how they were found, and what has to be said about it.

    First choice: one matrix of the right size with the right values. Then: a run of fields without one.
    Then either with other numbers but as many answers. Two that fit equally well stop the import.
    """
    matrices = [block for block in _matrices(form) if len(block) == wanted]
    runs = [block for block in _runs(form) if len(block) == wanted]
    choices = (
        ([block for block in matrices if all(values_of(one) == values for one in block)], True),
        ([block for block in runs if values_of(block[0]) == values], True),
        ([block for block in matrices if _as_many(block, len(values))], False),
        ([block for block in runs if _as_many(block, len(values))], False),
    )
    for blocks, same_numbers in choices:
        if len(blocks) > 1:
            names = tuple(block[0].name for block in blocks)
            text = f"{len(blocks)} groups of questions fit equally well. They start at {listed(names)}."
            return [], "", [Remark("several_groups_fit", "stop", text, names)]
        if blocks:
            return _found(blocks[0], same_numbers=same_numbers)
    count = sum(values_of(one) == values for one in form.fields)
    text = (
        f"{wanted} questions in a row with the answers {listed(sorted(values))} are needed. "
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
    by_values = [list(run) for _, run in groupby(asked, key=values_of)]
    runs = [run for run in by_values if values_of(run[0])]
    for run in list(runs):
        parts = [list(part) for _, part in groupby(run, key=lambda one: one.choices)]
        runs += [part for part in parts if len(part) < len(run)]
    return runs


def values_of(one: Field) -> frozenset[int] | None:
    """The stored values of a choose-one question, or None for anything else."""
    numbers = one.numeric_choices if one.type in ("radio", "dropdown") else None
    return None if numbers is None else frozenset(numbers)


def _as_many(block: list[Field], answers: int) -> bool:
    first = values_of(block[0])
    return first is not None and len(first) == answers and all(values_of(one) == first for one in block)
