"""Each study by its effect and its precision. Drawn from ten studies on: below that a picture of chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kindcircle.figures.look import CARD, EDGE, PLUM, SMALL, SOFT, WASH, Figure, picture, quiet, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_STUDIES: Final = 10
"""Below this many a lopsided funnel says nothing. Source: Sterne et al. (2011)."""


def funnel(
    estimates: Sequence[float],
    errors: Sequence[float],
    *,
    mean: float,
    title: str,
    axis: str,
    upright: str = "standard error",
    note: str = "",
    labels: Sequence[str] = (),
) -> Figure:
    """Small studies lie below and scatter widely. Raises ValueError below ten studies."""
    if len(estimates) < FEWEST_STUDIES:
        raise ValueError(f"A funnel needs {FEWEST_STUDIES} studies at least, and there are {len(estimates)}.")
    if len(estimates) != len(errors) or (labels and len(labels) != len(estimates)):
        raise ValueError("Each study has an estimate, a standard error and, if any has, a label.")
    deepest = 1.06 * max(errors)
    names = list(labels) or [str(place + 1) for place in range(len(estimates))]
    reach = 1.96 * deepest

    def paint(axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        quiet(axes, label=axis)
        axes.spines["left"].set_visible(True)
        axes.set_ylim(deepest, 0)
        low, high = min(*estimates, mean - reach), max(*estimates, mean + reach)
        axes.set_xlim(low - 0.03 * (high - low), high + 0.03 * (high - low))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.tick_params(axis="y", length=3, width=0.9, labelsize=SMALL)
        axes.set_ylabel(upright, size=SMALL, color=SOFT)
        axes.fill([mean, mean - reach, mean + reach], [0, deepest, deepest], color=WASH, linewidth=0, zorder=0.5)
        for side in (-1, 1):
            axes.plot([mean, mean + side * reach], [0, deepest], color=EDGE, linewidth=1.0, linestyle=(0, (3, 3)))
        axes.axvline(mean, color=PLUM, linewidth=1.6, zorder=1)
        axes.plot(
            estimates,
            errors,
            linestyle="none",
            marker="o",
            markersize=6.5,
            color=PLUM,
            markerfacecolor=CARD,
            markeredgewidth=1.6,
            zorder=3,
        )

    inside = sum(abs(one - mean) <= 1.96 * error for one, error in zip(estimates, errors, strict=True))
    words = (
        f"{len(estimates)} studies, {axis}, from {written(min(estimates))} to {written(max(estimates))}; "
        f"{upright} from {written(min(errors))} to {written(max(errors))}; the line stands at {written(mean)}; "
        f"{inside} studies lie within the funnel. {note}"
    )
    return picture(
        paint,
        title=title,
        note=note,
        description=words.strip(),
        header=("", axis, upright),
        rows=[(name, written(one), written(error)) for name, one, error in zip(names, estimates, errors, strict=True)],
        height=280,
        left=64,
        right=24,
    )
