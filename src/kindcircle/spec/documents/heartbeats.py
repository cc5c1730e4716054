"""Times between heartbeats, out of a file that somebody brings: a list, an app's export, or a watch's own file.

Read with bounds on everything: bytes, lines, work, minutes. A DocumentError says in plain words what is wrong and what
to do; it never repeats what stands in the file. Whether the beats are steady enough is asked elsewhere (stats).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from kindcircle.spec.documents.errors import BrokenRow, DocumentError, EmptyFile, NotCsv, TooLarge, WrongEncoding
from kindcircle.spec.documents.watch import is_fit, read_fit

LARGEST = 1_000_000
"""Bytes. An hour of heartbeats as a list is about 25 000; an hour of a watch's own file about 300 000."""

MOST_LINES = 20_000
LONGEST = 90
"""Minutes. What lasts longer is a whole day or a run, and no quiet time before or after a practice."""


class Source(StrEnum):
    """What kind of file it was."""

    LIST = "list"  # one time a line, as Elite HRV gives it
    TABLE = "table"  # a named column, as HRV Logger and Polar Sensor Logger give it
    WATCH = "watch"  # FIT


class NoBeats(DocumentError):
    code = "no_beats"


@dataclass(frozen=True, slots=True)
class Heartbeats:
    """Times between beats in milliseconds, in order, each above zero."""

    rr_ms: tuple[float, ...]
    source: Source


def read_heartbeats(data: bytes) -> Heartbeats:
    """The times between beats in this file, whatever of the known kinds it is. Raises DocumentError."""
    if len(data) > LARGEST:
        raise TooLarge("This file is larger than 1 MB. A few minutes of heartbeats are much smaller.")
    if is_fit(data):
        beats, source = read_fit(data), Source.WATCH
        if not beats:
            raise NoBeats(
                "This watch file has no times between beats. On many watches a setting such as “Log HRV” "
                "has to be on before you start."
            )
    else:
        beats, source = _read_text(_decode(data))
    in_ms = _in_milliseconds(beats)
    if sum(in_ms) > LONGEST * 60_000:
        raise TooLarge(
            f"This recording lasts more than {LONGEST} minutes. Please bring only the quiet minutes before or after."
        )
    return Heartbeats(in_ms, source)


def _decode(data: bytes) -> str:
    if not data.strip():
        raise EmptyFile("This file is empty.")
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        raise NotCsv("This file is packed. Please unpack it first, and bring the one file with your heartbeats.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongEncoding("This file is saved as UTF-16. Please save it as text or CSV in UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or text.lstrip().startswith(("<", "{", "[", "%PDF")):
        raise NotCsv("We could not read this as a list of heartbeats. Please bring a TXT, CSV or FIT file.")
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
        raise TooLarge("This file has more lines than a quiet time has heartbeats.")
    return text


def _read_text(text: str) -> tuple[list[float], Source]:
    lines = [(row, line.strip()) for row, line in enumerate(text.splitlines(), start=1)]
    lines = [(row, line) for row, line in lines if line and not line.startswith("#")]
    if len(lines) > MOST_LINES:
        raise TooLarge("This file has more lines than a quiet time has heartbeats.")
    if not lines:
        raise EmptyFile("This file is empty.")
    if all(_LONE.fullmatch(line) for _, line in lines):
        return [_number(line.rstrip(",;"), row) for row, line in lines], Source.LIST
    if len(lines) == 1 and _ONE_LINE.fullmatch(lines[0][1]):
        return [_number(one, lines[0][0]) for one in re.split(r"[,;\s]+", lines[0][1].rstrip(",;"))], Source.LIST
    between = max(",;\t", key=lines[0][1].count)
    try:
        cells = [(row, next(csv.reader(io.StringIO(line), delimiter=between, strict=True))) for row, line in lines]
    except (csv.Error, StopIteration):
        raise NotCsv("The cells of this file cannot be told apart. A quotation mark may be left open.") from None
    (_, header), rows = cells[0], cells[1:]
    if _NUMBER.fullmatch(header[0].strip()) and len(header) > 1:
        raise NotCsv(
            "This file has several columns without names. Please add a first row, and call the column with the "
            "times between beats “rr”."
        )
    # A single column is the one that is meant, whatever it is called.
    place = 0 if len(header) == 1 else _column(header)
    found = []
    for row, line in rows:
        if len(line) <= place:
            raise BrokenRow("There is no time between beats in this row.", row=row)
        if line[place].strip():
            found.append(_number(line[place].strip(), row))
    if not found:
        raise EmptyFile("This file names a column and has no heartbeats below it.")
    return found, Source.TABLE if len(header) > 1 else Source.LIST


_NUMBER = re.compile(r"[+-]?\d{1,7}([.,]\d{1,9})?", re.ASCII)
# With a comma for the decimals only where it cannot be a comma between two times.
_LONE = re.compile(r"[+-]?(\d{1,7}(\.\d{1,9})?|[0-2],\d{1,9}|\d{1,7},\d{1,2})[,;]?", re.ASCII)
_ONE_LINE = re.compile(r"\d{1,7}(\.\d{1,9})?([,;\s]+\d{1,7}(\.\d{1,9})?){2,}[,;]?", re.ASCII)
_UNITS = {"ms", "msec", "s", "sec", "milliseconds", "seconds", "interval", "intervals", "time", "times", "value"}
_NAMES = ({"rr"}, {"rri"}, {"rrs"}, {"rris"}, {"r"}, {"nn"}, {"nni"}, {"ibi"}, {"ibis"}, {"pp"}, {"ppi"})


def _column(header: list[str]) -> int:
    """The column with the times between beats, by its name: rr, RR-interval [ms], IBI (s) and the like."""
    for place, name in enumerate(header):
        if set(re.findall(r"[a-z0-9]+", name.casefold())) - _UNITS in _NAMES:
            return place
    raise NoBeats(
        "None of the columns is called “rr”. Please rename the one with the times between beats, or bring it alone."
    )


def _number(cell: str, row: int) -> float:
    if not _NUMBER.fullmatch(cell):
        raise BrokenRow("This is not a number of milliseconds or seconds.", row=row)
    value = float(cell.replace(",", "."))
    if value <= 0:
        raise BrokenRow("A time between two beats is more than zero.", row=row)
    return value


def _in_milliseconds(beats: list[float]) -> tuple[float, ...]:
    """Seconds and milliseconds are told apart by the one in the middle, whatever a heading says."""
    middle = median(beats)
    if 0.2 <= middle <= 3:
        return tuple(round(one * 1000, 3) for one in beats)
    if 200 <= middle <= 3000:
        return tuple(beats)
    if 30 <= middle < 200:
        raise NoBeats(
            "These look like beats a minute. What is needed is the time from each beat to the next, "
            "which apps call RR or IBI."
        )
    raise NoBeats("These numbers are no times between heartbeats, neither in milliseconds nor in seconds.")
