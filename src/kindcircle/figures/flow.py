"""How people went through a trial: who asked, who was not drawn and why, and what became of each arm (CONSORT-SPI)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kindcircle.figures.look import CARD, EDGE, INK, PLUM, SMALL, WIDTH, WORDS, Figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE_HEIGHT: Final = 13.0
HEAD: Final = 20.0
PAD: Final = 10.0
GAP: Final = 26.0
WIDE: Final = 262.0
LETTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Box:
    """One stage: what it is, how many people, and how they divide."""

    title: str
    people: int
    lines: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one arm, in order."""

    name: str
    boxes: tuple[Box, ...]


def flow(
    *, asked: Box, outside: Box, drawn: Box, arms: Sequence[Stages], title: str, note: str = "",
    header: tuple[str, str, str, str] = ("stage", "arm", "what", "people"),
) -> Figure:  # fmt: skip
    """From the top: who asked; aside, who was not drawn; who was; then two columns, one for each arm."""
    if len(arms) != 2 or len(arms[0].boxes) != len(arms[1].boxes):
        raise ValueError("There are two arms with the same stages.")
    levels: list[list[tuple[Box, float]]] = [
        [(asked, WIDTH * 0.25), (outside, WIDTH * 0.75)],
        [(drawn, WIDTH * 0.5)],
        *(
            [(one, WIDTH * 0.25), (other, WIDTH * 0.75)]
            for one, other in zip(*(arm.boxes for arm in arms), strict=True)
        ),
    ]
    heights = [max(_height(box) for box, _x in level) for level in levels]
    whole = sum(heights) + GAP * (len(heights) - 1)

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, whole)
        top = whole
        before: list[tuple[float, float]] = []
        for place, (level, height) in enumerate(zip(levels, heights, strict=True)):
            ends = []
            for box, x in level:
                bottom = _paint(axes, box, x, top)
                ends.append((x, bottom))
            if place == 0:
                _arrow(axes, (WIDTH * 0.25 + WIDE / 2, top - HEAD), (WIDTH * 0.75 - WIDE / 2, top - HEAD))
                before = ends[:1]
            else:
                for x, _bottom in ends:
                    starts = before if len(before) == 1 else [one for one in before if one[0] == x]
                    _arrow(axes, starts[0], (x, top))
                before = ends
            top -= height + GAP

    rows = [
        (box.title, arm, what, str(people))
        for box, arm in _told(asked, outside, drawn, arms)
        for what, people in (("", box.people), *box.lines)
    ]
    said = "; ".join(
        f"{arm + ', ' if arm else ''}{box.title}: {box.people}" for box, arm in _told(asked, outside, drawn, arms)
    )
    return picture(
        paint, title=title, note=note, description=f"{said}.", header=header, rows=rows, height=whole, left=0, right=0,
        below=14,
    )  # fmt: skip


def _told(asked: Box, outside: Box, drawn: Box, arms: Sequence[Stages]) -> list[tuple[Box, str]]:
    return [(asked, ""), (outside, ""), (drawn, ""), *((box, arm.name) for arm in arms for box in arm.boxes)]


def _lines(box: Box) -> list[str]:
    return [line for what, people in box.lines for line in textwrap.wrap(f"{what}: {people}", LETTERS)]


def _titles(box: Box) -> list[str]:
    return textwrap.wrap(f"{box.title}: {box.people}", LETTERS - 2)


def _height(box: Box) -> float:
    return 2 * PAD + LINE_HEIGHT * (len(_titles(box)) + len(_lines(box)))


def _paint(axes: Axes, box: Box, x: float, top: float) -> float:
    """Draw one box from its upper edge; where its lower edge is."""
    from matplotlib.patches import FancyBboxPatch

    high = _height(box)
    axes.add_patch(
        FancyBboxPatch(
            (x - WIDE / 2, top - high), WIDE, high, boxstyle="round,pad=0,rounding_size=9", facecolor=CARD,
            edgecolor=PLUM, linewidth=1.4, zorder=3,
        )
    )  # fmt: skip
    y = top - PAD
    for line in _titles(box):
        axes.text(x - WIDE / 2 + 11, y, line, ha="left", va="top", size=WORDS, weight="bold", color=INK, zorder=4)
        y -= LINE_HEIGHT
    for line in _lines(box):
        axes.text(x - WIDE / 2 + 11, y, line, ha="left", va="top", size=SMALL, color=INK, zorder=4)
        y -= LINE_HEIGHT
    return top - high


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>,head_length=0.5,head_width=0.22", "color": EDGE, "linewidth": 1.5, "shrinkA": 0,
            "shrinkB": 1,
        },
        zorder=2,
    )  # fmt: skip
