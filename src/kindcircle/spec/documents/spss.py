"""The variables of an SPSS file (.sav): names, labels, value labels, and which values count as missing.

For files of one's own only: the library behind is written in C, so this is not offered to uploads on a page.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyreadstat

from kindcircle.spec.documents.errors import TooLarge, UnknownFile
from kindcircle.spec.documents.markup import has_markup, plain_text
from kindcircle.spec.documents.shape import Choice, Dictionary, Field, Form
from kindcircle.spec.documents.table import LARGEST

MOST_VARIABLES = 5_000
Range = str | int | float | list[int | float]
"""One missing value, or the lowest and highest of a run of them."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables as a file of questions, and what counts as missing under each name."""

    dictionary: Dictionary
    missing: dict[str, list[Range]]
    rows: int


def is_spss(data: bytes) -> bool:
    return data.startswith((b"$FL2", b"$FL3"))


def parse_spss(data: bytes) -> Variables:
    """Read the variables; no row of answers is read. A DocumentError says why a file cannot be used."""
    if len(data) > LARGEST:
        raise TooLarge(f"This file is larger than {LARGEST // 1_000_000} MB.")
    if not is_spss(data):
        raise UnknownFile("This is not an SPSS file.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.sav"
        path.write_bytes(data)
        try:
            _, found = pyreadstat.read_sav(str(path), metadataonly=True, output_format="dict", user_missing=True)
        except (pyreadstat.ReadstatError, UnicodeError, ValueError, OverflowError, MemoryError):
            raise UnknownFile("This SPSS file is damaged or was cut off.") from None
    if len(found.column_names) > MOST_VARIABLES:
        raise TooLarge(f"This file has more than {MOST_VARIABLES} variables.")
    labels = dict(zip(found.column_names, found.column_labels or [], strict=False))
    missing = {name: [_range(one) for one in ranges] for name, ranges in found.missing_ranges.items()}
    fields = tuple(
        _field(name, labels.get(name) or "", found.variable_value_labels.get(name, {}), missing.get(name, []), place)
        for place, name in enumerate(found.column_names, start=1)
    )
    form = Form(found.table_name or "variables", fields, "spss_sav", (found.file_label,) if found.file_label else ())
    dictionary = Dictionary(
        forms=(form,),
        warnings=(),
        columns=len(fields),
        byte_order_mark=False,
        digest=hashlib.sha256(data).hexdigest(),
        source="spss_sav",
    )
    return Variables(dictionary, missing, found.number_rows or 0)


def _field(name: str, label: str, values: dict[Any, str], missing: list[Range], place: int) -> Field:
    """One variable. A value that counts as missing is no answer, though it may have a label."""
    choices = tuple(
        Choice(str(_plain(value)), plain_text(words))
        for value, words in values.items()
        if not any(_within(_plain(value), one) for one in missing)
    )
    return Field(
        name=name,
        form="",
        type="radio" if choices else "text",
        label=plain_text(label),
        row=place,
        choices=choices,
        had_markup=has_markup(label),
    )


def _within(value: str | int | float, one: Range) -> bool:
    if isinstance(one, list):
        return not isinstance(value, str) and one[0] <= value <= one[1]
    return value == one


def _range(one: Any) -> Range:
    low, high = _plain(one["lo"]), _plain(one["hi"])
    if low == high or isinstance(low, str) or isinstance(high, str):
        return low
    return [low, high]


def _plain(value: Any) -> str | int | float:
    """A number without a needless point, or words as they are."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float) else str(value)
