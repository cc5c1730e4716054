"""How something grows along a line of counts: the power of a study with the people in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kindcircle.figures.look import CARD, EDGE, INK, LINE, PLUM, SMALL, SOFT, Figure, picture, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve(
    points: Sequence[tuple[float, float]],
    *,
    title: str,
    axis: str,
    upright: str,
    wanted: float | None = None,
    chosen: tuple[float, float] | None = None,
    note: str = "",
) -> Figure:
    """A line through points (count, share). `wanted` is a dashed line across, `chosen` the point that matters.

    Raises ValueError below two points.
    """
    if len(points) < 2:
        raise ValueError("A line needs two points at least.")
    xs, ys = [x for x, _ in points], [y for _, y in points]

    def paint(axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        axes.set_ylim(0, 1.02)
        axes.set_xlim(min(xs), max(xs) + 0.02 * (max(xs) - min(xs)))
        axes.grid(color=LINE, linewidth=0.9)
        axes.set_axisbelow(True)
        axes.tick_params(length=3, width=0.9)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel(axis, size=SMALL, color=SOFT)
        axes.set_ylabel(upright, size=SMALL, color=SOFT)
        if wanted is not None:
            axes.axhline(wanted, color=EDGE, linewidth=1.2, linestyle=(0, (3, 3)))
        axes.plot(xs, ys, color=PLUM, linewidth=2.4, solid_capstyle="round")
        if chosen is not None:
            axes.plot(
                *[[value] for value in chosen],
                marker="o",
                markersize=9,
                color=PLUM,
                markeredgecolor=CARD,
                markeredgewidth=1.5,
                zorder=4,
            )
            right = chosen[0] > (min(xs) + max(xs)) / 2
            axes.annotate(
                f"{chosen[0]:g}: {written(chosen[1])}",
                chosen,
                xytext=(-10 if right else 10, -16),
                textcoords="offset points",
                ha="right" if right else "left",
                color=INK,
                weight="bold",
            )

    said = "; ".join(f"{x:g}: {written(y)}" for x, y in points[:: max(1, len(points) // 12)])
    return picture(
        paint,
        title=title,
        note=note,
        description=f"{upright} by {axis}. {said}. {note}".strip(),
        header=(axis, upright),
        rows=[(f"{x:g}", written(y)) for x, y in points],
        height=240,
        left=62,
        right=26,
        below=44,
    )
