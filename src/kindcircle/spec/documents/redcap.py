"""A REDCap data dictionary: which forms, which fields, which answers. Read, never guessed at.

The file is the CSV that REDCap's "Data Dictionary" page or API gives: 18 columns, one row per field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kindcircle.spec.documents.bundle import Files
from kindcircle.spec.documents.errors import (
    BrokenChoices,
    BrokenRow,
    DuplicateField,
    EmptyFile,
    MissingColumns,
    UnknownFile,
)
from kindcircle.spec.documents.markup import has_markup, plain_text
from kindcircle.spec.documents.shape import Choice, Dictionary, Field, Form, Notice
from kindcircle.spec.documents.table import Sheet, read_sheet

# The heading REDCap's page writes, and the name its API gives the same column.
_COLUMNS = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "section": ("Section Header", "section_header"),
    "type": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "note": ("Field Note", "field_note"),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "low": ("Text Validation Min", "text_validation_min"),
    "high": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
    "branching": ("Branching Logic (Show field only if...)", "branching_logic"),
    "required": ("Required Field?", "required_field"),
    "alignment": ("Custom Alignment", "custom_alignment"),
    "number": ("Question Number (surveys only)", "question_number"),
    "matrix": ("Matrix Group Name", "matrix_group_name"),
    "ranking": ("Matrix Ranking?", "matrix_ranking"),
    "annotation": ("Field Annotation", "field_annotation"),
}
_NEEDED = ("name", "form", "type", "label", "choices")
_WITH_CHOICES = ("radio", "dropdown", "checkbox")
_FIXED = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
_TYPES = (*_WITH_CHOICES, *_FIXED, "text", "notes", "calc", "slider", "descriptive", "file", "sql")


def parse_dictionary(data: bytes | str) -> Dictionary:
    """Read a data dictionary. A file that cannot be used raises a DocumentError that says why."""
    sheet = read_sheet(data)
    places = _columns(sheet)
    notices: list[Notice] = []
    fields: dict[str, Field] = {}
    for row, cells in sheet.rows:
        field = _field({key: cells[place].strip() for key, place in places.items()}, row)
        if field.name in fields:
            raise DuplicateField(
                f"The field “{field.name}” is already in row {fields[field.name].row}. "
                "Each field can be there only once.",
                row=row,
            )
        fields[field.name] = field
        notices.extend(_remarks(field))
    if not fields:
        raise EmptyFile("This file has column names but no fields below them.")
    names = dict.fromkeys(field.form for field in fields.values())
    return Dictionary(
        forms=tuple(
            Form(name=name, fields=tuple(field for field in fields.values() if field.form == name)) for name in names
        ),
        warnings=tuple(notices),
        columns=len(sheet.header),
        byte_order_mark=sheet.byte_order_mark,
        digest=sheet.digest,
    )


def parse_instrument_zip(files: Files, digest: str) -> Dictionary:
    """Read what REDCap gives for one form: a zip with its part of the dictionary. Attachments are left aside."""
    inside = [path for path in files if path.rpartition("/")[2].casefold() == "instrument.csv"]
    if len(inside) != 1:
        raise UnknownFile("This zip does not hold one instrument.csv, as a REDCap instrument does.")
    found = parse_dictionary(files[inside[0]])
    forms = tuple(replace(one, source="redcap_instrument_zip") for one in found.forms)
    return replace(found, forms=forms, source="redcap_instrument_zip", digest=digest)


def is_dictionary(sheet: Sheet) -> bool:
    """Whether a sheet has the columns of a data dictionary."""
    return all(sheet.column(*_COLUMNS[key]) is not None for key in _NEEDED)


def _columns(sheet: Sheet) -> dict[str, int]:
    """Where each column stands; those we do not need may be absent."""
    found = {key: sheet.column(*names) for key, names in _COLUMNS.items()}
    missing = tuple(_COLUMNS[key][0] for key in _NEEDED if found[key] is None)
    if missing:
        raise MissingColumns(missing)
    return {key: place for key, place in found.items() if place is not None}


def _field(cell: dict[str, str], row: int) -> Field:
    name, form, kind = cell["name"], cell["form"], cell["type"].lower()
    for what, value in (("field name", name), ("form name", form), ("field type", kind)):
        if not value:
            raise BrokenRow(f"This row has no {what}.", row=row)
    choices: tuple[Choice, ...] = read_choices(cell["choices"], row) if kind in _WITH_CHOICES else ()
    if kind in _FIXED:
        choices = tuple(Choice(value, label) for value, label in _FIXED[kind])
    words = (cell["label"], cell.get("section", ""), cell.get("note", ""), cell["choices"])
    annotation = cell.get("annotation", "")
    return Field(
        name=name,
        form=form,
        type=kind,
        label=plain_text(cell["label"]),
        row=row,
        section=plain_text(cell.get("section", "")),
        note=plain_text(cell.get("note", "")),
        choices=choices,
        formula=cell["choices"] if kind in ("calc", "sql") else "",
        slider_labels=tuple(plain_text(part) for part in cell["choices"].split("|"))
        if kind == "slider" and cell["choices"]
        else (),
        validation=cell.get("validation", ""),
        low=cell.get("low", ""),
        high=cell.get("high", ""),
        identifier=cell.get("identifier", "").lower() == "y",
        required=cell.get("required", "").lower() == "y",
        branching=" ".join(cell.get("branching", "").split()),
        matrix=cell.get("matrix", ""),
        action_tags=tuple(re.findall(r"(?<![\w@])@[A-Z][A-Z0-9\-]*", annotation)),
        annotation=annotation,
        had_markup=any(has_markup(text) for text in words),
    )


def read_choices(line: str, row: int) -> tuple[Choice, ...]:
    """`0, No | 1, Yes` as choices, also in lists that people type.

    Only the first comma of each part divides; labels may hold more.
    """
    if not line:
        raise BrokenChoices("This field needs a list of answers, and the cell is empty.", row=row)
    found: dict[str, Choice] = {}
    for part in line.split("|"):
        value, comma, label = (piece.strip() for piece in part.partition(","))
        if not comma or not value:
            raise BrokenChoices(f"The answer “{part.strip()[:40]}” should be a number, a comma and a label.", row=row)
        if value in found:
            raise BrokenChoices(f"The answer {value[:40]} is listed twice.", row=row)
        found[value] = Choice(value=value, label=plain_text(label))
    return tuple(found.values())


def _remarks(field: Field) -> Iterator[Notice]:
    if field.type not in _TYPES:
        yield Notice(
            "unknown_field_type", f"“{field.name}” has the type “{field.type}”, which we do not know.", field.row
        )
    if field.had_markup:
        yield Notice("html_removed", f"“{field.name}” held HTML. Only its words are kept.", field.row)
