"""Sheets as people fill them in, with every way of leaving out and of getting it wrong."""

import random
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Likert, Text

KEYS = ("organisation", "programme", "group", "person", "measure", "time", "item", "value")


@dataclass
class Sheet:
    """One sheet: whose, when, and the answers in the order they came."""

    who: tuple[str, str, str, str]
    time: str
    answers: list[tuple[str, Any]]

    @property
    def doubled(self) -> bool:
        given = [item for item, value in self.answers if value is not None]
        return len(set(given)) < len(given)


def rows_of(sheets: list[Sheet], measure: str, kind: pa.DataType) -> pa.Table:
    """All answers as one table; the values in a column of this kind."""
    rows = [(*sheet.who, measure, sheet.time, item, value) for sheet in sheets for item, value in sheet.answers]
    columns = list(zip(*rows, strict=True))
    values = [None if value is None else str(value) if kind == pa.string() else value for value in columns[-1]]
    texts = {name: pa.array(list(column), pa.string()) for name, column in zip(KEYS[:-1], columns[:-1], strict=True)}
    return pa.table(texts | {"value": pa.array(values, kind)})


def sheet_of(one: Definition, rng: random.Random, who: tuple[str, str, str, str], time: str, *, words: bool) -> Sheet:
    """A sheet at random: whole, with gaps, with a code that does not fit, with something impossible, or doubled."""
    gaps = rng.choice([0.0, 0.0, 0.05, 0.2, 0.6])
    answers: list[tuple[str, Any]] = []
    for item in one.items:
        kind = one.response(item)
        if isinstance(kind, Text):
            answers += [(item.id, "own words")] if words else []
            continue
        values: list[Any] = [a.value for a in kind.values] if isinstance(kind, Likert) else [kind.low, kind.high]
        if words and isinstance(kind, Likert) and kind.not_applicable:
            values.append(kind.not_applicable.code)
        if rng.random() < gaps:
            answers += [(item.id, None)] if rng.random() < 0.5 else []
        else:
            answers.append((item.id, rng.choice(values)))
    first = next(item.id for item in one.items if not isinstance(one.response(item), Text))
    trouble = rng.random()
    if trouble < 0.05:
        answers.append((first, 1))
    elif trouble < 0.1:
        answers.append(("no_such_item", 1))
    elif trouble < 0.15:
        answers = [(item, value) for item, value in answers if item != first]
        answers.append((first, 997))
    rng.shuffle(answers)
    return Sheet(who, time, answers)
