"""A CSV file that somebody brings, as a heading and numbered rows. Kind about everything that can be wrong."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from kindcircle.spec.documents.errors import BrokenRow, EmptyFile, NotCsv, TooLarge, WrongEncoding

LARGEST = 10_000_000
"""Bytes. A dictionary of a thousand fields is about a third of a megabyte."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` holds (row number as a spreadsheet counts, cells); empty rows are left out. `digest`: SHA-256."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    byte_order_mark: bool
    digest: str

    def column(self, *names: str) -> int | None:
        """The place of the first column with one of these names, whatever its case and spacing."""
        wanted = {name.casefold() for name in names}
        places = (place for place, cell in enumerate(self.header) if _tidy(cell) in wanted)
        return next(places, None)


def read_sheet(data: bytes | str) -> Sheet:
    """Read a CSV file with a heading; commas, semicolons or tabs. Short rows are filled with blanks.

    A DocumentError says why a file cannot be used.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > LARGEST:
        raise TooLarge(f"This file is larger than {LARGEST // 1_000_000} MB.")
    text = _decode(raw)
    header, numbered = _split(text.removeprefix("\ufeff"))
    rows = []
    for row, cells in numbered:
        if len(cells) > len(header):
            raise BrokenRow(
                f"This row has {len(cells)} cells, but there are {len(header)} columns. "
                "A comma or a quotation mark may be out of place.",
                row=row,
            )
        rows.append((row, tuple(cells) + ("",) * (len(header) - len(cells))))
    return Sheet(
        header=tuple(header),
        rows=tuple(rows),
        byte_order_mark=text.startswith("\ufeff"),
        digest=hashlib.sha256(raw).hexdigest(),
    )


def _decode(raw: bytes) -> str:
    if not raw.strip():
        raise EmptyFile("This file is empty.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongEncoding("This file is saved as UTF-16. Please save it in UTF-8.")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        raise NotCsv("This is not a CSV file. Please save the spreadsheet as CSV in UTF-8, or unpack it first.")
    if b"\x00" in raw:
        raise NotCsv("This is not a CSV file: it holds bytes that are not text.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise WrongEncoding(
            f"Line {line} holds letters that are not in UTF-8. Please save the file as CSV in UTF-8."
        ) from None


def _split(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The heading cells and the numbered rows below, with a comma, semicolon or tab between cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise EmptyFile("This file is empty.")
    between = max(",;\t", key=first.count)
    if first.lstrip().startswith(("<", "{")) or not first.count(between):
        raise NotCsv("This does not look like a CSV file: the first row should name the columns.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    rows = enumerate(_safely(reader), start=1)
    header = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), None)
    if header is None:
        raise NotCsv("This does not look like a CSV file: the first row should name the columns.")
    return header, ((row, cells) for row, cells in rows if any(cell.strip() for cell in cells))


def _safely(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise NotCsv(
                "The quotation marks do not match from here on, so the cells cannot be told apart.", row=row
            ) from None
        yield cells


def _tidy(cell: str) -> str:
    return " ".join(cell.split()).casefold()
