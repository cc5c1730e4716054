"""The look that all pictures share: the colours and line widths of the pages, quiet axes, words instead of legends."""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Names and values of css/tokens.css, light and dark; a test compares them.
LIGHT: Final = {
    "paper": "#f9f5ee",
    "card": "#fffdf9",
    "ink": "#2b2231",
    "ink-soft": "#5e5366",
    "line": "#e0d6ca",
    "edge": "#877b8e",
    "plum": "#643a6c",
    "plum-wash": "#f2e8f1",
    "amber": "#8a4f05",
}
DARK: Final = {
    "paper": "#1b1621",
    "card": "#241e2c",
    "ink": "#f3ecf0",
    "ink-soft": "#c3b7c8",
    "line": "#3d3448",
    "edge": "#8f829b",
    "plum": "#dfbbe5",
    "plum-wash": "#372a41",
    "amber": "#f3bd6e",
}
CARD, INK, SOFT = LIGHT["card"], LIGHT["ink"], LIGHT["ink-soft"]
LINE, EDGE, PLUM, WASH, AMBER = LIGHT["line"], LIGHT["edge"], LIGHT["plum"], LIGHT["plum-wash"], LIGHT["amber"]

FONTS: Final = "Seravek, 'Segoe UI', 'Noto Sans', Ubuntu, 'Open Sans', 'DejaVu Sans', system-ui, sans-serif"

WIDTH: Final = 600.0  # points
# Opened by itself in a window that is narrower than that, a picture is made smaller as a whole, so nothing is cut off.
ALONE: Final = "svg:root{max-width:100%;height:auto}"
TITLE, WORDS, SMALL = 12.5, 10.0, 9.0

_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",  # words stay words: read aloud, found, and set in the reader's own letters
    "text.parse_math": False,  # a label is never a formula
    "font.family": ["DejaVu Sans"],  # wide letters, so that narrower ones fit where these do
    "font.size": WORDS,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": EDGE,
    "axes.facecolor": "none",
    "axes.linewidth": 0.9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": EDGE,
    "ytick.color": EDGE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "figure.facecolor": CARD,
    "savefig.facecolor": CARD,
    "figure.dpi": 72.0,
}

# Matplotlib keeps its settings in one place for the whole process.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture, in words and as a table too."""

    svg: str
    title: str
    description: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def written(value: float, digits: int = 2) -> str:
    """A number as pictures write it: a true minus sign, none before 0, and powers of ten where it would be too long."""
    text = f"{value:.{digits}f}" if abs(value) < 1e7 else f"{value:.{digits}e}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def shortened(label: str, most: int) -> str:
    """A label on one line, cut with an ellipsis where it is longer than this."""
    plain = " ".join(label.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def picture(
    paint: Callable[[Axes], None],
    *,
    title: str,
    note: str,
    description: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    height: float,
    left: float,
    right: float,
    above: float = 8.0,
    below: float = 40.0,
) -> Figure:
    """Draw into axes of this height, with the title above and the note below. All lengths in points."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Sheet

    titles = textwrap.wrap(title, 78) or [""]
    notes = textwrap.wrap(note, 112)
    top = 16.0 + len(titles) * 17 + above
    foot = below + (len(notes) * 13 + 10 if notes else 0)
    whole = top + height + foot
    with _ONE_AT_A_TIME, rc_context(_STYLE | {"svg.hashsalt": title}), warnings.catch_warnings():
        # Letters that our measuring font lacks are still in the text, and the reader's own font draws them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        sheet = Sheet(figsize=(WIDTH / 72, whole / 72))
        FigureCanvasSVG(sheet)
        axes = sheet.add_axes((left / WIDTH, foot / whole, (WIDTH - left - right) / WIDTH, height / whole))
        for place, line in enumerate(titles):
            sheet.text(18 / WIDTH, 1 - (24 + 17 * place) / whole, line, size=TITLE, weight="bold", color=INK)
        for place, line in enumerate(notes):
            sheet.text(18 / WIDTH, (12 + 13 * (len(notes) - 1 - place)) / whole, line, size=SMALL, color=SOFT)
        paint(axes)
        out = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        sheet.savefig(out, format="svg", metadata=nothing)
    return Figure(
        svg=_finished(out.getvalue(), title, description),
        title=title,
        description=description,
        header=tuple(header),
        rows=tuple(tuple(row) for row in rows),
    )


def on_paper(figure: Figure, *, letters: str) -> str:
    """The picture for a printed page: white behind it, no rules for screens, and the letters of that page."""
    plain = re.sub(r"<style>.*?</style>", "", figure.svg, count=1, flags=re.DOTALL)
    return plain.replace(f"fill: {CARD}", "fill: #ffffff").replace(FONTS, f"'{letters}'")


def _finished(svg: str, title: str, description: str) -> str:
    """Name and describe the picture, let it follow a dark screen and white paper, and use the reader's letters."""
    root = svg.index("<svg ")
    end = svg.index(">", root)
    mark = hashlib.sha256((title + description).encode()).hexdigest()[:8]
    inside = svg[end + 1 :].replace("'DejaVu Sans'", FONTS)
    named = (
        f' role="img" aria-labelledby="title-{mark} words-{mark}">\n'
        f'<title id="title-{mark}">{escape(title)}</title>\n<desc id="words-{mark}">{escape(description)}</desc>\n'
        f"<style>{ALONE}{_other_light()}</style>"
    )
    return svg[root:end] + named + inside


def _other_light() -> str:
    dark = "".join(
        f'[style*="{kind}: {light}"]{{{kind}:{DARK[name]}!important}}'
        for name, light in LIGHT.items()
        for kind in ("fill", "stroke")
    )
    white = f'[style*="fill: {CARD}"]{{fill:#fff!important}}'
    return f"@media screen and (prefers-color-scheme:dark){{{dark}}}@media print{{{white}}}"


def quiet(axes: Axes, *, label: str = "", grid: bool = True) -> None:
    """One line of numbers below, thin lines up from it, nothing at the sides."""
    for side in ("left", "top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=3, width=0.9)
    if grid:
        axes.grid(axis="x", color=LINE, linewidth=0.9, zorder=0)
        axes.set_axisbelow(True)
    if label:
        axes.set_xlabel(label, size=SMALL, color=SOFT, labelpad=4)
