"""Scores out of a CSV file: forgiving about how it was saved, strict about what the numbers are.

Pure functions on the bytes of a file. Every problem is a `TableError` with a sentence a person can act on.
"""

import csv
import io
import re
from dataclasses import dataclass
from typing import Final

from kindcircle.stats.results import gettext_noop
from kindcircle.stats.samples import LARGEST_SCORE

# Cells that mean "no score", whatever their case. "nan" is what some programs write for the same thing.
MISSING: Final = frozenset({"", ".", "na", "nan", "null"})
DELIMITERS: Final = (",", ";", "\t")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DOCUMENT = re.compile(r"\s*(<(!--|(!doctype|\?xml|html|head|body|table)\b)|{\\rtf)", re.IGNORECASE)
_JSON = re.compile(r'\s*[{\[]\s*(["{\[]|$)')
# What no table that somebody wrote has in it, and files of other programs have soon.
_NO_TEXT = re.compile("[\0-\x08\x0e-\x19\x1b-\x1f]")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
_MOST_NAMED = 60
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)


class TableError(ValueError):
    """Something about the file a person can put right. `text % values` is the sentence, ready for gettext."""

    def __init__(self, text: str, **values: str | int) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values)


@dataclass(frozen=True, slots=True)
class Table:
    """A file with one header row. Row numbers are those a spreadsheet shows; the header is row 1."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # row number and its cells, as many as the header has
    delimiter: str

    def place(self, name: str) -> int:
        """Where a column stands. TableError when it is not there, or there twice."""
        if name not in self.header and len(self.header) == 1:
            raise TableError(
                gettext_noop(
                    "There is no column called %(name)s. The first row is one cell: %(columns)s. If it holds more "
                    "columns, please put commas, semicolons or tabs between them."
                ),
                name=name,
                columns=_shown(self.header[0]),
            )
        if name not in self.header:
            more = len(self.header) - _MOST_NAMED
            raise TableError(
                gettext_noop("There is no column called %(name)s. The columns are: %(columns)s.")
                if more <= 0
                else gettext_noop(
                    "There is no column called %(name)s. The columns are: %(columns)s and %(more)s more."
                ),
                name=name,
                columns=", ".join(_shown(one, 80) for one in self.header[:_MOST_NAMED]),
                more=more,
            )
        if self.header.count(name) > 1:
            raise TableError(
                gettext_noop("There is more than one column called %(name)s. Please give each its own name."),
                name=name,
            )
        return self.header.index(name)

    def cells(self, name: str) -> list[str]:
        """The cells of one column, without spaces around them."""
        place = self.place(name)
        return [cells[place] for _, cells in self.rows]

    def where(self, name: str, value: str) -> "Table":
        """Only the rows whose cell in this column is `value`. TableError when there is none."""
        place = self.place(name)
        kept = tuple(row for row in self.rows if row[1][place] == value)
        if not kept:
            raise TableError(
                gettext_noop("No row has %(value)s in the column %(name)s. It has: %(values)s."),
                value=value,
                name=name,
                values=", ".join(sorted(set(self.cells(name)))[:20]),
            )
        return Table(self.header, kept, self.delimiter)

    def scores(self, name: str) -> list[float | None]:
        """The scores of one column; None where missing. TableError names the row and the cell that is text.

        A decimal comma is read when the file is not separated by commas; one column uses one sign only.
        """
        place = self.place(name)
        found = [self._score(name, number, cells[place]) for number, cells in self.rows]
        if self.delimiter != ",":
            signs = {sign for _, cells in self.rows for sign in ",." if sign in cells[place].strip(".")}
            if len(signs) > 1:
                raise TableError(
                    gettext_noop("The column %(name)s has numbers like 3,5 and like 3.5. Please use one way only."),
                    name=name,
                )
        return found

    def _score(self, name: str, number: int, cell: str) -> float | None:
        if cell.casefold() in MISSING:
            return None
        if _NUMBER.fullmatch(cell):
            value = float(cell)
        elif self.delimiter != "," and _DECIMAL_COMMA.fullmatch(cell):
            value = float(cell.replace(",", "."))
        else:
            raise TableError(
                gettext_noop('The column %(name)s has "%(cell)s" in row %(row)s, and we need a number there.'),
                name=name,
                cell=_shown(cell),
                row=number,
            )
        if abs(value) > LARGEST_SCORE:
            raise TableError(
                gettext_noop('The number "%(cell)s" in row %(row)s of %(name)s is too large for a score.'),
                name=name,
                cell=_shown(cell),
                row=number,
            )
        return value


def read_table(data: bytes) -> Table:
    """Read the bytes of a CSV file: UTF-8 or UTF-16, with comma, semicolon or tab between the cells.

    Blank rows are passed over, and a first line like `sep=;`. TableError when it is empty, not text, or a row does not
    fit the header.
    """
    text = _decode(data)
    if not text.strip():
        raise TableError(gettext_noop("This file is empty."))
    try:
        text, named = _without_hint(text)
        # The delimiter that cuts the header into most columns; a comma when none does.
        delimiter = named or max(DELIMITERS, key=lambda mark: _header_width(text, mark))
        records = _records(text, delimiter)
    except csv.Error as error:
        raise TableError(
            gettext_noop("We could not read this as a CSV file. A quotation mark may be left open.")
        ) from error
    (_, header), rows = records[0], tuple(records[1:])
    header = tuple(_UNSEEN.sub("", name).strip() for name in header)
    if not rows:
        raise TableError(gettext_noop("This file has column names but no rows below them."))
    for number, cells in rows:
        if len(cells) != len(header):
            raise TableError(
                gettext_noop(
                    "Row %(row)s has %(cells)s cells, and the first row has 1. Please take off a title above the names."
                )
                if len(header) == 1
                else gettext_noop(
                    "Row %(row)s has %(cells)s cells, and the first row has %(columns)s. Please give it as many."
                ),
                row=number,
                cells=len(cells),
                columns=len(header),
            )
    return Table(header, rows, delimiter)


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            gettext_noop("This file is not plain text. Please save it as CSV (UTF-8) and try again.")
        ) from error
    if _NO_TEXT.search(text):
        raise TableError(gettext_noop("This file is not plain text. Please save it as CSV (UTF-8) and try again."))
    if _DOCUMENT.match(text):
        raise TableError(
            gettext_noop("This file is a web page or a document. Please save the table itself as CSV (UTF-8).")
        )
    if _JSON.match(text):
        raise TableError(gettext_noop("This file is JSON. Please save it as a table, as CSV (UTF-8)."))
    return text


def _shown(cell: str, most: int = 40) -> str:
    """A cell as a sentence can hold it: on one line, and not for ever."""
    words = " ".join(cell.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _without_hint(text: str) -> tuple[str, str]:
    """Some spreadsheets write `sep=;` into a first line of its own, and show the next line as the first."""
    first, end, rest = text.partition("\n")
    first = first.removesuffix("\r")
    mark = first[4:]
    hinted = bool(end) and first[:4].casefold() == "sep=" and mark in DELIMITERS
    return (rest, mark) if hinted else (text, "")


def _records(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    """Every filled row with its number, cells stripped of spaces around them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    stripped = ((number, tuple(cell.strip() for cell in row)) for number, row in enumerate(reader, start=1))
    return [(number, cells) for number, cells in stripped if any(cells)]


def _header_width(text: str, delimiter: str) -> int:
    """How many cells the first filled row has with this delimiter; quotation marks are not judged yet."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return next((len(row) for row in reader if any(cell.strip() for cell in row)), 0)
