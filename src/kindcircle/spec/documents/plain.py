"""A plain CSV that somebody typed: one row per question, with its words and its answers.

Columns: `text` (or question, item text) and `answers` are needed; `number` (or item), `form` and `instruction` may
be there. Answers stand in one cell: `0, Never | 1, Often`.
"""

from __future__ import annotations

from kindcircle.spec.documents.errors import BrokenRow, DuplicateField, EmptyFile, MissingColumns
from kindcircle.spec.documents.markup import has_markup, plain_text
from kindcircle.spec.documents.redcap import read_choices
from kindcircle.spec.documents.shape import Dictionary, Field, Form, Notice
from kindcircle.spec.documents.table import Sheet, read_sheet

_COLUMNS = {
    "text": ("text", "question", "item text", "item_text", "wording"),
    "answers": ("answers", "choices", "options"),
    "number": ("number", "item", "no", "nr", "name"),
    "form": ("form", "scale", "questionnaire"),
    "instruction": ("instruction", "instructions", "preamble"),
}


def is_plain(sheet: Sheet) -> bool:
    """Whether a sheet has the two columns that a typed list of questions needs."""
    return all(sheet.column(*_COLUMNS[key]) is not None for key in ("text", "answers"))


def parse_plain(data: bytes | str) -> Dictionary:
    """Read a typed list of questions. A DocumentError says why it cannot be used."""
    sheet = read_sheet(data)
    places = {key: sheet.column(*names) for key, names in _COLUMNS.items()}
    missing = tuple(key for key in ("text", "answers") if places[key] is None)
    if missing:
        raise MissingColumns(missing)
    fields: dict[str, Field] = {}
    for step, (row, cells) in enumerate(sheet.rows, start=1):
        cell = {key: "" if place is None else cells[place].strip() for key, place in places.items()}
        if not cell["text"]:
            raise BrokenRow("This row has no words.", row=row)
        name = cell["number"] or str(step)
        if name in fields:
            raise DuplicateField(f"The question “{name[:60]}” is there twice.", row=row)
        fields[name] = Field(
            name=name,
            form=cell["form"] or "questions",
            type="radio" if cell["answers"] else "text",
            label=plain_text(cell["text"]),
            row=row,
            section=plain_text(cell["instruction"]),
            choices=read_choices(cell["answers"], row) if cell["answers"] else (),
            had_markup=has_markup(cell["text"]),
        )
    if not fields:
        raise EmptyFile("This file has column names but no questions below them.")
    names = dict.fromkeys(one.form for one in fields.values())
    return Dictionary(
        forms=tuple(
            Form(name, tuple(one for one in fields.values() if one.form == name), "plain_csv") for name in names
        ),
        warnings=tuple(
            Notice("html_removed", f"“{one.name}” held HTML. Only its words are kept.", one.row)
            for one in fields.values()
            if one.had_markup
        ),
        columns=len(sheet.header),
        byte_order_mark=sheet.byte_order_mark,
        digest=sheet.digest,
        source="plain_csv",
    )
