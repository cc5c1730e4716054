"""The paths of a mediation, as boxes and arrows with what each path is worth. It describes; no arrow is a cause."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kindcircle.figures.look import CARD, EDGE, INK, PLUM, SMALL, WIDTH, WORDS, Figure, picture, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT: Final = 250.0
BOX: Final = (112.0, 44.0)


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one variable to another, with its size and the ends of its interval."""

    start: str
    end: str
    estimate: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return not self.low <= 0 <= self.high


def paths(
    arrows: Sequence[Arrow],
    *,
    first: str,
    between: Sequence[str],
    last: str,
    title: str,
    note: str = "",
    dashed: str = "A dashed arrow: its interval holds 0.",
    digits: int = 2,
) -> Figure:
    """One or two variables between a first and a last one. Full arrows leave out 0, dashed ones do not."""
    if not 1 <= len(between) <= 2:
        raise ValueError("There are one or two variables between.")
    places = _places(first, between, last)
    unknown = [name for one in arrows for name in (one.start, one.end) if name not in places]
    if unknown:
        raise ValueError(f"There is no box for {unknown[0]}.")

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, HEIGHT)
        for arrow in arrows:
            _arrow(axes, arrow, places, digits)
        for name, (x, y) in places.items():
            _box(axes, name, x, y)

    if not all(arrow.clear for arrow in arrows):
        note = f"{dashed} {note}".strip()
    said = "; ".join(f"{one.start} to {one.end} {_value(one, digits)}" for one in arrows)
    return picture(
        paint,
        title=title,
        note=note,
        description=f"Paths: {said}. {note}".strip(),
        header=("from", "to", "path", "lowest", "highest"),
        rows=[
            (one.start, one.end, *(written(value, digits) for value in (one.estimate, one.low, one.high)))
            for one in arrows
        ],
        height=HEIGHT,
        left=0,
        right=0,
        below=14,
    )


def _places(first: str, between: Sequence[str], last: str) -> Mapping[str, tuple[float, float]]:
    above, below = HEIGHT - 40, 40.0
    found = {first: (84.0, below), last: (WIDTH - 84, below)}
    xs = [WIDTH / 2] if len(between) == 1 else [WIDTH * 0.29, WIDTH * 0.71]
    return found | {name: (x, above) for name, x in zip(between, xs, strict=True)}


def _value(arrow: Arrow, digits: int) -> str:
    return f"{written(arrow.estimate, digits)} ({written(arrow.low, digits)} to {written(arrow.high, digits)})"


def _box(axes: Axes, name: str, x: float, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    wide, high = BOX
    axes.add_patch(
        FancyBboxPatch(
            (x - wide / 2, y - high / 2),
            wide,
            high,
            boxstyle="round,pad=0,rounding_size=9",
            facecolor=CARD,
            edgecolor=PLUM,
            linewidth=1.6,
            zorder=5,
        )
    )
    lines = textwrap.wrap(name, 16)[:2] or [""]
    if len(textwrap.wrap(name, 16)) > 2:
        lines[1] = lines[1][:15].rstrip() + "…"
    axes.text(x, y, "\n".join(lines), ha="center", va="center", size=WORDS, color=INK, weight="bold", zorder=6)


def _arrow(axes: Axes, arrow: Arrow, places: Mapping[str, tuple[float, float]], digits: int) -> None:
    start, end = places[arrow.start], places[arrow.end]
    one, two = _edge(start, end), _edge(end, start)
    axes.annotate(
        "",
        xy=two,
        xytext=one,
        arrowprops={
            "arrowstyle": "-|>,head_length=0.55,head_width=0.25",
            "color": PLUM if arrow.clear else EDGE,
            "linewidth": 2.0 if arrow.clear else 1.5,
            "linestyle": "-" if arrow.clear else (0, (4, 3)),
            "shrinkA": 3,
            "shrinkB": 3,
        },
        zorder=2,
    )
    # Arrows that cross carry their words where they do not: nearer to where they begin.
    share = 0.5 if start[1] == end[1] or len(places) == 3 else 0.3
    if len(places) == 4 and abs(start[0] - end[0]) < WIDTH * 0.35:
        share = 0.5
    x, y = one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1])
    axes.text(
        x,
        y,
        _value(arrow, digits),
        ha="center",
        va="center",
        size=SMALL,
        color=INK,
        zorder=4,
        bbox={"boxstyle": "round,pad=0.25", "facecolor": CARD, "edgecolor": "none"},
    )


def _edge(box: tuple[float, float], toward: tuple[float, float]) -> tuple[float, float]:
    """Where the line from the middle of a box to another one leaves it."""
    dx, dy = toward[0] - box[0], toward[1] - box[1]
    share = min(BOX[0] / 2 / abs(dx) if dx else 9e9, BOX[1] / 2 / abs(dy) if dy else 9e9)
    return box[0] + share * dx, box[1] + share * dy
