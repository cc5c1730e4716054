"""Checking our arithmetic against worked examples from outside, one form a row.

The file has the columns of a scoring example sheet: `example_id`, `instrument`, `responses` (a JSON list
with null for an empty item), `n_missing`, `status`, `subscales`, `total`, `total_rounded`, `band`, `extra`,
`flags`, `policy`. Every figure in a row is worked out again and compared to four decimals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.errors import EmptyFile, MissingColumns
from kindcircle.spec.documents.table import read_sheet
from kindcircle.spec.instruments import UnknownInstrument, load_instrument
from kindcircle.spec.safety import missing, positive
from kindcircle.spec.scoring import (
    Answers,
    ScoreResult,
    State,
    answers_in_order,
    form_state,
    half_up,
    is_shown,
    number_of,
    score,
)
from kindcircle.spec.slots import slot

NEEDED = ("example_id", "instrument", "responses", "status", "total")
OPTIONAL = ("n_missing", "subscales", "total_rounded", "band", "extra", "flags", "policy")


DIGITS = 30
"""No score has more of them, before its point or after it."""

LONGEST = 300
"""Letters of one cell that are shown."""


class UnreadableRow(ValueError):
    """A cell does not hold what its column needs."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in one row that does not agree: what it is, what the file says, what we get."""

    row: int
    example: str
    instrument: str
    what: str
    stated: str
    found: str

    def __str__(self) -> str:
        example, instrument = _short(self.example) or "no example_id", _short(self.instrument) or "no instrument"
        told = f"the file says {_short(self.stated)}, we get {_short(self.found)}"
        return f"{example} (row {self.row}, {instrument}): {_short(self.what)}: {told}"


@dataclass(frozen=True, slots=True)
class Report:
    """How many rows were worked out again, and every difference found."""

    rows: int
    differences: tuple[Difference, ...]

    @property
    def agreeing(self) -> int:
        return self.rows - len({difference.row for difference in self.differences})


def check_examples(data: bytes | str, *, site: Path | None = None) -> Report:
    """Work out every row of an example sheet again. A DocumentError says why a file cannot be used."""
    sheet = read_sheet(data)
    places = {name: sheet.column(name) for name in (*NEEDED, *OPTIONAL)}
    absent = tuple(name for name in NEEDED if places[name] is None)
    if absent:
        raise MissingColumns(absent)
    if not sheet.rows:
        raise EmptyFile("This file has column names but no examples below them.")
    found: list[Difference] = []
    for row, cells in sheet.rows:
        cell = {name: cells[place].strip() for name, place in places.items() if place is not None}
        for what, stated, ours in _compare(cell, site):
            found.append(Difference(row, cell["example_id"], cell["instrument"], what, stated, ours))
    return Report(rows=len(sheet.rows), differences=tuple(found))


def _compare(cell: Mapping[str, str], site: Path | None) -> Iterator[tuple[str, str, str]]:
    """What differs in one row, as (what, stated, found)."""
    try:
        definition = load_instrument(cell["instrument"].lower(), site=site)
    except UnknownInstrument:
        without_form = slot(cell["instrument"].lower())
        why = f"no form of it: {without_form.why}" if without_form else "no questionnaire of this name"
        yield "instrument", cell["instrument"] or "nothing", why
        return
    try:
        responses = _list_in(cell["responses"], "responses")
        if not all(one is None or isinstance(one, int | float | str) for one in responses):
            raise UnreadableRow("responses should be a list of numbers and null")
        expected = _expected(cell)
    except UnreadableRow as error:
        yield "row", "something that cannot be read", str(error)
        return
    answers = answers_in_order(definition, responses)
    if answers is None:
        yield from _other(cell, "status", str(State.INVALID))
        if cell["status"] == State.INVALID:
            yield from _total(definition, cell, {}, expected)
        return
    results = {result.score: result for result in score(definition, answers)}
    yield from _other(cell, "status", str(form_state(definition, tuple(results.values()))))
    asked = [item for item in definition.scored_items if is_shown(definition, item, answers)]
    empty = sum(number_of(definition, item, answers) is None for item in asked)
    if cell.get("n_missing") and expected["n_missing"] != empty:
        yield "n_missing", cell["n_missing"], str(empty)
    yield from _total(definition, cell, results, expected)
    for column in ("subscales", "extra"):
        named = expected[column]
        if isinstance(named, dict):
            for name, stated in named.items():
                yield from _named(f"{column}.{name}", stated, results.get(name))
    yield from _flags(definition, answers, expected["flags"] if "flags" in cell else None)


def _expected(cell: Mapping[str, str]) -> dict[str, object]:
    """The figures of a row, read strictly. UnreadableRow names the cell that is not what it should be."""
    n_missing = _number_in(cell.get("n_missing", ""), "n_missing")
    return {
        "n_missing": n_missing,
        "total": _number_in(cell["total"], "total"),
        "total_rounded": _number_in(cell.get("total_rounded", ""), "total_rounded"),
        "subscales": _table_in(cell.get("subscales", ""), "subscales"),
        "extra": _table_in(cell.get("extra", ""), "extra"),
        "flags": _list_in(cell.get("flags", "") or "[]", "flags"),
    }


def _total(
    definition: Definition, cell: Mapping[str, str], results: Mapping[str, ScoreResult], expected: Mapping[str, object]
) -> Iterator[tuple[str, str, str]]:
    """The headline number with its rounded value and band. A form with several headlines has no total."""
    total = results.get(definition.total.id) if definition.total else None
    exact = total.exact if total else None
    if not _agrees(expected["total"], exact):
        yield "total", cell["total"] or "nothing", _shown(exact)
    rounded = total.rounded if total else None
    if "total_rounded" in cell and expected["total_rounded"] != rounded:
        yield "total_rounded", cell["total_rounded"] or "nothing", _shown(rounded)
    if "band" in cell:
        yield from _other(cell, "band", (total.band if total else None) or "")


def _named(what: str, stated: object, result: ScoreResult | None) -> Iterator[tuple[str, str, str]]:
    if result is None:
        yield what, _shown(stated), "no score of this name"
    elif isinstance(stated, str):
        if result.category != stated:
            yield what, stated, result.category or "nothing"
    elif result.category is not None or not _agrees(stated, result.exact):
        yield what, _shown(stated), result.category or _shown(result.exact)


def _flags(definition: Definition, answers: Answers, stated: object) -> Iterator[tuple[str, str, str]]:
    """Safety flags, such as `safety_item_positive:9=1`; a skipped safety question is `safety_item_missing:9`."""
    if not isinstance(stated, list):
        return
    found = [f"{hit.flag}={answers[hit.item_id]}" for hit in positive(definition, answers)]
    found += [gap.flag for gap in missing(definition, answers)]
    if sorted(str(flag) for flag in stated) != sorted(found):
        yield "flags", ", ".join(str(flag) for flag in stated) or "none", ", ".join(found) or "none"


def _other(cell: Mapping[str, str], name: str, found: str) -> Iterator[tuple[str, str, str]]:
    if cell[name] != found:
        yield name, cell[name] or "nothing", found or "nothing"


def _agrees(stated: object, exact: Fraction | None) -> bool:
    """Equal to four decimals, or to more when the file gives more. Nothing agrees only with nothing."""
    if stated is None or exact is None:
        return stated is None and exact is None
    if not isinstance(stated, int | Decimal):
        return False
    number = Decimal(stated)
    exponent = number.as_tuple().exponent
    decimals = max(4, -exponent if isinstance(exponent, int) else 0)
    return abs(Fraction(number) - exact) * 2 <= Fraction(1, 10**decimals)


def _short(text: str) -> str:
    """What stands in a cell, as far as it fits on a line."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _shown(value: object) -> str:
    if isinstance(value, Fraction):
        return f"{half_up(value, 4).normalize():f}"
    return "nothing" if value is None else str(value)


def _number_in(text: str, column: str) -> Decimal | None:
    if not text:
        return None
    try:
        return _decimal(text)
    except ValueError:
        raise UnreadableRow(f"{column} should be a number, not “{text[:40]}”") from None


def _decimal(text: str) -> Decimal:
    """A number as somebody would write a score. One with a huge exponent is none, and would take days to compare."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not -DIGITS <= exponent <= number.adjusted() <= DIGITS:
        raise ValueError(text)
    return number


def _table_in(text: str, column: str) -> dict[str, object]:
    found = _json_in(text or "{}", column)
    if not isinstance(found, dict) or not all(
        one is None or isinstance(one, int | Decimal | str) for one in found.values()
    ):
        raise UnreadableRow(f"{column} should be a JSON table of numbers")
    return found


def _list_in(text: str, column: str) -> list[int | float | str | None]:
    found = _json_in(text, column)
    if not isinstance(found, list):
        raise UnreadableRow(f"{column} should be a JSON list, such as [0, 1, null]")
    return [float(one) if isinstance(one, Decimal) else one for one in found]


def _json_in(text: str, column: str) -> object:
    try:
        return json.loads(text, parse_float=_decimal, parse_constant=_decimal)
    except (ValueError, RecursionError):
        raise UnreadableRow(f"{column} is not JSON") from None
