"""A REDCap export of answers: one row per record, event or repeated form. Names of people are never read."""

from __future__ import annotations

from kindcircle.spec.documents.errors import EmptyFile, UnknownFile
from kindcircle.spec.documents.given import Filled, Given, Sheet
from kindcircle.spec.documents.shape import Notice
from kindcircle.spec.documents.table import Sheet as Table
from kindcircle.spec.documents.table import read_sheet

_ASIDE = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_survey_identifier")
_NOT_DONE = "[not completed]"


def is_records(sheet: Table) -> bool:
    """Whether a sheet looks like an export of answers: forms end in `_complete`, or rows are repeated."""
    names = [cell.strip() for cell in sheet.header]
    return any(name in _ASIDE or name.endswith("_complete") for name in names)


def parse_records(data: bytes) -> Filled:
    """Read an export of answers. A DocumentError says why it cannot be used."""
    sheet = read_sheet(data)
    if not is_records(sheet):
        raise UnknownFile("This CSV is not a REDCap export of answers.")
    if not sheet.rows:
        raise EmptyFile("This file has column names but no answers below them.")
    names = [cell.strip() for cell in sheet.header]
    stamps = {place for place, name in enumerate(names) if name.endswith("_timestamp")}
    repeat = sheet.column("redcap_repeat_instrument")
    instance = sheet.column("redcap_repeat_instance")
    event = sheet.column("redcap_event_name")
    repeating: dict[str, None] = {}
    sheets, notices = [], []
    for row, cells in sheet.rows:
        if repeat is not None and cells[repeat].strip():
            repeating[cells[repeat].strip()] = None
        answers: dict[str, tuple[Given, ...]] = {
            name: (Given(cell.strip()),)
            for place, (name, cell) in enumerate(zip(names, cells, strict=True))
            if cell.strip() and place and place not in stamps and name not in _ASIDE and not name.endswith("_complete")
        }
        if any(cells[place].strip().casefold() == _NOT_DONE for place in stamps):
            notices.append(Notice("survey_not_completed", "A survey in this row was begun and not sent.", row))
        parts = [cells[place].strip() for place in (0, event, repeat, instance) if place is not None]
        sheets.append(Sheet(answers, record="/".join(part for part in parts if part)))
    return Filled("redcap_records", tuple(sheets), (), tuple(notices), sheet.digest, tuple(repeating))
