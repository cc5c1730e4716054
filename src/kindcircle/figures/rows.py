"""Estimates and their intervals, one row each: effects, shares, or the studies of a forest plot with their mean."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kindcircle.figures.look import (
    AMBER,
    EDGE,
    INK,
    LINE,
    PLUM,
    SMALL,
    SOFT,
    WIDTH,
    Figure,
    picture,
    quiet,
    shortened,
    written,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS: Final = 200
"""More would make a picture that nobody can read."""

ROW: Final = 23.0
LONGEST: Final = 30
NARROWEST: Final = 120.0  # of the part that is drawn

Kind = Literal["one", "mean", "range"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line. A `mean` is drawn as a diamond, a `range` (where the next one may lie) as a dashed line alone."""

    label: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    kind: Kind = "one"
    weight: float = 1.0  # how large the mark is, against the largest of the picture
    instead: str = ""  # what is said where there is no figure


def intervals(
    rows: Sequence[Row],
    *,
    title: str,
    axis: str,
    note: str = "",
    zero: float | None = 0.0,
    ends: tuple[float, float] | None = None,
    digits: int = 2,
    words: tuple[str, str, str] = ("estimate", "lowest", "highest"),
) -> Figure:
    """Draw every row on one line of numbers. Raises ValueError with none, or with more than MOST_ROWS.

    zero  where a dashed line stands, None for nowhere;  ends  of the line of numbers, when they are fixed
    An interval that goes past the edge ends in an arrow; the numbers at the right are always whole.
    """
    if not rows:
        raise ValueError("There is no row to draw.")
    if len(rows) > MOST_ROWS:
        raise ValueError(f"A picture holds up to {MOST_ROWS} rows, and there are {len(rows)}.")
    low, high = ends or _ends(rows, zero)
    longest = max(len(shortened(row.label, LONGEST)) for row in rows)
    left = 26 + 6.6 * max(longest, 6)
    right = 26 + 5.7 * max(len(_numbers(row, digits)) for row in rows)
    left = min(left, WIDTH - right - NARROWEST)
    heaviest = max(row.weight for row in rows)

    def paint(axes: Axes) -> None:
        quiet(axes, label=axis)
        axes.set_xlim(low, high)
        axes.set_ylim(len(rows) - 0.35, -0.65)
        if zero is not None and low <= zero <= high:
            axes.axvline(zero, color=EDGE, linewidth=1.0, linestyle=(0, (3, 3)), zorder=1)
        width = WIDTH - left - right
        for place, row in enumerate(rows):
            strong = row.kind != "one"
            if strong and place and rows[place - 1].kind == "one":
                axes.plot(
                    [-left / width, 1 + right / width],
                    [place - 0.5] * 2,
                    transform=axes.get_yaxis_transform(),
                    color=LINE,
                    linewidth=0.9,
                    clip_on=False,
                )
            axes.text(
                (18 - left) / width,
                place,
                shortened(row.label, LONGEST),
                transform=axes.get_yaxis_transform(),
                va="center",
                color=INK,
                weight="bold" if strong else "normal",
            )
            axes.text(
                1 + (right - 14) / width,
                place,
                _numbers(row, digits),
                transform=axes.get_yaxis_transform(),
                va="center",
                ha="right",
                size=SMALL,
                color=INK if row.estimate is not None or strong else SOFT,
                style="normal" if row.low is not None or row.estimate is not None else "italic",
            )
            _mark(axes, place, row, low, high, row.weight / heaviest)

    return picture(
        paint,
        title=title,
        note=note,
        description=_in_words(rows, axis, digits, note),
        header=("", *words),
        rows=[
            (
                row.label,
                *(written(value, digits) if value is not None else "" for value in (row.estimate, row.low, row.high)),
            )
            if row.estimate is not None or row.low is not None
            else (row.label, row.instead, "", "")
            for row in rows
        ],
        height=ROW * len(rows) + 6,
        left=left,
        right=right,
    )


def _mark(axes: Axes, place: int, row: Row, low: float, high: float, size: float) -> None:
    if row.low is not None and row.high is not None:
        held = max(row.low, low), min(row.high, high)
        if row.kind == "range":
            axes.plot(held, [place, place], color=AMBER, linewidth=2.0, linestyle=(0, (4, 2.5)), zorder=3)
            axes.plot(held, [place, place], linestyle="none", marker="|", markersize=9, color=AMBER, zorder=3)
        elif row.kind == "mean" and row.estimate is not None:
            xs = [held[0], row.estimate, held[1], row.estimate]
            axes.fill(xs, [place, place - 0.3, place, place + 0.3], color=PLUM, linewidth=0, zorder=4)
        else:
            axes.plot(held, [place, place], color=PLUM, linewidth=1.8, solid_capstyle="round", zorder=3)
        # Arrows stand where an interval goes on past the picture.
        for value, edge, sign in ((row.low, low, "<"), (row.high, high, ">")):
            if (value < edge) if sign == "<" else (value > edge):
                colour = AMBER if row.kind == "range" else PLUM
                axes.plot([edge], [place], marker=sign, markersize=6, color=colour, clip_on=False, zorder=5)
    if row.estimate is not None and low <= row.estimate <= high and not (row.kind == "mean" and row.low is not None):
        axes.plot(
            [row.estimate], [place], marker="o", markersize=4 + 5 * size**0.5, color=PLUM, zorder=4, clip_on=False
        )


def _ends(rows: Sequence[Row], zero: float | None) -> tuple[float, float]:
    """Room for every estimate; an interval many times wider than the usual one is cut."""
    middles = [row.estimate for row in rows if row.estimate is not None]
    inner = [value for row in rows if row.kind != "one" for value in (row.low, row.high) if value is not None]
    widths = [row.high - row.low for row in rows if row.low is not None and row.high is not None and row.kind == "one"]
    reach = 3 * statistics.median(widths) if widths else 0.0
    outer = [
        min(max(value, min(middles) - reach), max(middles) + reach)
        for row in rows
        if row.kind == "one" and middles
        for value in (row.low, row.high)
        if value is not None
    ]
    values = [*middles, *inner, *outer, *([] if zero is None else [zero])]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    room = 0.04 * (high - low)
    return low - room, high + room


def _numbers(row: Row, digits: int) -> str:
    if row.estimate is None and row.low is None:
        return shortened(row.instead, 44)
    if row.low is None or row.high is None:
        return written(row.estimate or 0.0, digits)
    between = f"{written(row.low, digits)} to {written(row.high, digits)}"
    return between if row.estimate is None else f"{written(row.estimate, digits)} ({between})"


def _in_words(rows: Sequence[Row], axis: str, digits: int, note: str) -> str:
    said = "; ".join(
        f"{row.label}: {_numbers(row, digits) if row.estimate is not None or row.low is not None else row.instead}"
        for row in rows
    )
    return " ".join(part for part in (f"{axis}." if axis else "", f"{said}.", note) if part)
