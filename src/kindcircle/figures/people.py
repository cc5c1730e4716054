"""Each person as a line from before to after. Whoever gave no second answer stays in sight, as a mark alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kindcircle.figures.look import AMBER, CARD, EDGE, INK, LINE, PLUM, SMALL, SOFT, WORDS, Figure, picture, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Change = Literal["better", "worse", "same"]

MANY: Final = 60  # lines; more are drawn thinner


@dataclass(frozen=True, slots=True)
class Person:
    """One person's scores; None where there is none. `change` is what the scores mean, decided elsewhere."""

    before: float | None
    after: float | None
    change: Change = "same"


_LOOKS: Final = {
    "same": (EDGE, "-", CARD),
    "better": (PLUM, "-", PLUM),
    "worse": (AMBER, (0, (5, 2.5)), CARD),
}


def people(
    persons: Sequence[Person],
    *,
    title: str,
    axis: str,
    note: str = "",
    ends: tuple[float, float] | None = None,
    before: str = "before",
    after: str = "after",
    words: tuple[str, str, str, str] = ("better", "about the same", "worse", "no second score"),
    digits: int = 1,
) -> Figure:
    """Draw everybody who has a score at all. Raises ValueError when nobody has both."""
    lines = [one for one in persons if one.before is not None and one.after is not None]
    if not lines:
        raise ValueError("Nobody has both scores, so there is no line to draw.")
    alone = [one.before for one in persons if one.before is not None and one.after is None]
    seen = [value for one in persons for value in (one.before, one.after) if value is not None]
    low, high = ends or (min(seen), max(seen))
    counts = {change: sum(one.change == change for one in lines) for change in ("better", "same", "worse")}
    thin = len(lines) > MANY
    width, size, clear = (1.0, 3.5, 0.6) if thin else (2.0, 6.0, 1.0)

    def paint(axes: Axes) -> None:
        axes.set_xlim(-0.12, 1.12)
        room = 0.03 * ((high - low) or 1.0)
        axes.set_ylim(low - room, high + room)
        for side in ("left", "bottom", "top", "right"):
            axes.spines[side].set_visible(False)
        axes.grid(axis="y", color=LINE, linewidth=0.9)
        axes.set_axisbelow(True)
        axes.set_xticks([0, 1], [before, after], size=WORDS, color=INK, weight="bold")
        axes.tick_params(axis="both", length=0, pad=6)
        axes.set_ylabel(axis, size=SMALL, color=SOFT)
        for x in (0, 1):
            axes.axvline(x, color=EDGE, linewidth=0.9, zorder=1)
        # What got worse is drawn last, so that nothing hides it.
        for change in ("same", "better", "worse"):
            colour, style, face = _LOOKS[change]
            for one in lines:
                if one.change == change and one.before is not None and one.after is not None:
                    axes.plot(
                        [0, 1],
                        [one.before, one.after],
                        color=colour,
                        linestyle=style,
                        linewidth=width * (0.8 if change == "same" else 1.0),
                        alpha=clear,
                        marker="o",
                        markersize=size,
                        markerfacecolor=face,
                        markeredgewidth=1.5,
                        zorder=3,
                    )
        axes.plot(
            [-0.05] * len(alone),
            alone,
            linestyle="none",
            marker="D",
            markersize=5,
            color=EDGE,
            markerfacecolor=CARD,
            markeredgewidth=1.4,
            zorder=3,
        )
        _key(axes, counts, len(alone), words)

    table = [
        (
            str(place),
            *("" if value is None else written(value, digits) for value in (one.before, one.after)),
            _meaning(one, words),
        )
        for place, one in enumerate(persons, start=1)
        if one.before is not None or one.after is not None
    ]
    said = (
        f"{len(lines)} people with both scores: {counts['better']} {words[0]}, {counts['same']} {words[1]}, "
        f"{counts['worse']} {words[2]}; {len(alone)} {words[3]}. {axis}: {before} from {_range(lines, 0, digits)}, "
        f"{after} from {_range(lines, 1, digits)}. {note}"
    )
    return picture(
        paint,
        title=title,
        note=note,
        description=said.strip(),
        header=("", before, after, ""),
        rows=table,
        height=300,
        left=66,
        right=180,
        below=36,
    )


def _range(lines: Sequence[Person], side: int, digits: int) -> str:
    values = [value for one in lines if (value := (one.before, one.after)[side]) is not None]
    return f"{written(min(values), digits)} to {written(max(values), digits)}"


def _meaning(one: Person, words: tuple[str, str, str, str]) -> str:
    if one.before is None:
        return ""
    if one.after is None:
        return words[3]
    return words[{"better": 0, "same": 1, "worse": 2}[one.change]]


def _key(axes: Axes, counts: dict[str, int], alone: int, words: tuple[str, str, str, str]) -> None:
    """Each kind of line with its word and its count, beside the lines."""
    place = axes.transAxes
    for row, (change, word) in enumerate(zip(("better", "same", "worse"), words, strict=False)):
        colour, style, face = _LOOKS[change]
        y = 0.96 - 0.085 * row
        axes.plot(
            [1.05, 1.15],
            [y, y],
            transform=place,
            color=colour,
            linestyle=style,
            linewidth=2.0,
            marker="o",
            markersize=5,
            markerfacecolor=face,
            markeredgewidth=1.5,
            clip_on=False,
        )
        axes.text(1.18, y, f"{counts[change]} {word}", transform=place, va="center", color=INK, size=SMALL)
    if alone:
        y = 0.96 - 0.085 * 3
        axes.plot(
            [1.10],
            [y],
            transform=place,
            marker="D",
            markersize=5,
            color=EDGE,
            markerfacecolor=CARD,
            markeredgewidth=1.4,
            clip_on=False,
        )
        axes.text(1.18, y, f"{alone} {words[3]}", transform=place, va="center", color=INK, size=SMALL)
