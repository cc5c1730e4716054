"""What all methods of `kindcircle analyse` share: reading the file, kind refusals, text, JSON and pictures."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from kindcircle.doors.cli.sorry import Sorry
from kindcircle.figures import Figure
from kindcircle.stats.columns import MISSING, Table, TableError, read_table
from kindcircle.stats.design import Factor
from kindcircle.stats.plain import plain as as_json_holds
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.sentences import Message, say

Number = Callable[[float], str]
Command = TypeVar("Command", bound=Callable[..., Any])

LARGEST_FILE = 500_000_000  # bytes; a table takes many times that in memory

data_file = click.argument("file", type=click.Path(path_type=Path), metavar="DATA.csv")
factor_option = click.option(
    "--factor",
    "factors",
    multiple=True,
    metavar="COLUMN[=FIRST]",
    help="A column of labels, and the one the others are compared with.",
)


def common_options(command: Command) -> Command:
    """--json and --digits, as every method has them."""
    command = click.option(
        "--digits", type=click.IntRange(0, 15), default=2, show_default=True, help="Digits in the text."
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="Print JSON with every digit.")(command)


def plot_option(what: str) -> Callable[[Command], Command]:
    """--plot, with what it draws."""
    place = click.Path(path_type=Path, dir_okay=False)
    return click.option("--plot", type=place, metavar="OUT.svg", help=f"{what} The numbers stand in the text.")


@contextmanager
def kindly() -> Iterator[None]:
    """Turn what a file or a number is not fit for into one sentence and exit code 2."""
    try:
        yield
    except TableError as problem:
        raise Sorry(_(problem.text) % problem.values) from problem
    except np.linalg.LinAlgError as problem:
        raise Sorry(_("Some of these columns follow from others, so they cannot be told apart.")) from problem
    except ValueError as problem:
        raise Sorry(str(problem)) from problem


def open_table(file: Path) -> Table:
    """The file as a table, or a kind word about what is wrong with it."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Sorry(
                _("The file %(file)s is larger than 500 MB. Please cut it down to the columns in use.") % {"file": file}
            )
        data = file.read_bytes()
    except FileNotFoundError as problem:
        raise Sorry(_("We could not find the file %(file)s.") % {"file": file}) from problem
    except OSError as problem:
        raise Sorry(_("We could not open the file %(file)s.") % {"file": file}) from problem
    with kindly():
        return read_table(data)


def one_row_each(table: Table, name: str | None, *, who: str = "") -> None:
    """Refuse a file in which somebody stands twice, or a row names nobody."""
    if name is None:
        return
    seen: dict[str, int] = {}
    place = table.place(name)
    for row, cells in table.rows:
        key = cells[place]
        if not key:
            raise Sorry(_("Row %(row)s has nothing in the column %(name)s.") % {"row": row, "name": name})
        if key in seen:
            words = {"key": key, "name": name, "first": seen[key], "row": row}
            raise Sorry(
                (
                    who
                    or _(
                        '"%(key)s" stands twice in the column %(name)s: in rows %(first)s and %(row)s. Please keep one.'
                    )
                )
                % words
            )
        seen[key] = row


def labels(table: Table, name: str) -> list[str]:
    """A column of names or groups; a row without one is refused, with its number."""
    place = table.place(name)
    for row, cells in table.rows:
        if not cells[place]:
            raise Sorry(_("Row %(row)s has nothing in the column %(name)s.") % {"row": row, "name": name})
    return table.cells(name)


def labels_or_none(table: Table, name: str) -> list[str | None]:
    """A column of labels, None where there is none."""
    return [None if cell.casefold() in MISSING else cell for cell in table.cells(name)]


def numbers(table: Table, name: str) -> list[float | None]:
    """A column of numbers; one with words in it is refused, and hears that it may be a factor."""
    try:
        return table.scores(name)
    except TableError as problem:
        hint = _(" If it holds labels, add --factor %(name)s.") % {"name": name} if "cell" in problem.values else ""
        raise Sorry(_(problem.text) % problem.values + hint) from problem


def factors_of(table: Table, given: tuple[str, ...]) -> dict[str, Factor]:
    """The columns of labels that were named, with their levels; the first is what others are compared with."""
    found = {}
    for one in given:
        name, equals, first = one.partition("=")
        levels = sorted({cell for cell in labels_or_none(table, name) if cell is not None})
        if equals and first not in levels:
            raise TableError(
                "No row has %(value)s in the column %(name)s. It has: %(values)s.",
                value=first,
                name=name,
                values=", ".join(levels[:20]),
            )
        if len(levels) < 2:
            raise Sorry(_("The column %(name)s has one value only, so nothing can be compared.") % {"name": name})
        found[name] = Factor((first, *(level for level in levels if level != first)) if equals else tuple(levels))
    return found


def plain(value: Any) -> Any:
    """A figure as JSON: a number, or an object that says why there is none."""
    return as_json_holds(value, translate=_)


def answer(record: Mapping[str, Any], text: Callable[[], str], as_json: bool) -> None:
    """Print the record as JSON, or the text."""
    click.echo(json.dumps(plain(record), indent=2, allow_nan=False) if as_json else text())


def number_writer(digits: int) -> Number:
    """How numbers are written in the text: so many digits, and no minus before 0."""

    def number(value: float) -> str:
        text = f"{value:.{digits}f}"
        return text.lstrip("-") if float(text) == 0 else text

    return number


def interval_words(interval: Interval | Undefined, number: Number) -> str:
    """An interval in words, or why there is none."""
    if isinstance(interval, Undefined):
        return _("no interval (%(why)s)") % {"why": _(interval.text)}
    words = _("%(level)s %% interval %(low)s to %(high)s")
    return words % {"level": f"{100 * interval.level:g}", "low": number(interval.low), "high": number(interval.high)}


def figure_words(value: float | Undefined, number: Number) -> str:
    """A figure, or why there is none."""
    return _("not defined: %(why)s") % {"why": _(value.text)} if isinstance(value, Undefined) else number(value)


def p_words(value: float | Undefined) -> str:
    """A p-value as it is printed; nothing where there is none."""
    if isinstance(value, Undefined) or not math.isfinite(value):
        return ""
    return "p < .001" if value < 0.001 else f"p = {value:.3f}".replace("0.", ".", 1)


def in_a_row(*parts: str) -> str:
    """Parts with commas between; those that say nothing are left out."""
    return ", ".join(part for part in parts if part)


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as aligned columns: the first to the left, numbers in between to the right, the last as it is."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        middle = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        if len(row) == 2:
            middle = [row[1]]
        lines.append("  " + "  ".join([row[0].ljust(widths[0]), *middle]).rstrip())
    return lines


def said(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Warnings for JSON."""
    return [{"key": message.key, "text": say(message, translate=_)} for message in messages]


def keep_in_mind(messages: Sequence[Message]) -> list[str]:
    """Warnings for reading, below the figures."""
    if not messages:
        return []
    return ["", _("Please keep in mind")] + [
        f"  {message.key.split('.')[0]:<3} {say(message, translate=_)}" for message in messages
    ]


def picture_place(plot: Path | None) -> None:
    """Refuse a place for the picture that cannot be, before any long work."""
    if plot is None:
        return
    if plot.suffix.casefold() != ".svg":
        raise Sorry(_("Pictures are SVG files. Please give a name that ends in .svg."))
    if not plot.parent.is_dir():
        raise Sorry(_("There is no folder called %(folder)s.") % {"folder": plot.parent})


def save(figure: Figure, plot: Path) -> None:
    """Write the picture and say so, apart from the figures."""
    try:
        plot.write_text(figure.svg, encoding="utf-8")
    except OSError as problem:
        raise Sorry(_("%(file)s cannot be written: %(why)s.") % {"file": plot, "why": problem.strerror}) from None
    click.echo(_("The picture is in %(file)s.") % {"file": plot}, err=True)


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], object]]:
    """A bar for long work, on the screen only and never in a file."""
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update
