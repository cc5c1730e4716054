"""A drawing of one's own: lines and simple shapes on a sheet, kept as whole numbers and nothing else.

The text of a drawing is a list of marks in JSON. A mark is `[tool, ink, size, x, y, x, y, …]`: tool 0 is a line of any
number of points, every other tool is a shape around one point. What is not exactly this is no drawing, so that a
picture made from it can hold nothing but numbers of ours.
"""

import json
from dataclasses import dataclass

WIDTH, HEIGHT = 800, 600
LONGEST = 20_000  # letters of the text; some hundred lines drawn by hand
MOST = 600  # marks
LINE = 0

INKS = (("dark", "#2b2231"), ("plum", "#643a6c"), ("green", "#2f624c"), ("gold", "#c4790f"), ("grey", "#877b8e"))
"""Names of the inks, and each as it looks where no style sheet of ours is near."""
WIDTHS = (4, 9, 18)
SCALES = (35, 70, 130)
SHAPES = (
    ("circle", "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1 -1 0Z"),
    ("square", "M-.9 -.9H.9V.9H-.9Z"),
    ("triangle", "M0 -1L.95 .75H-.95Z"),
    ("heart", "M0 .9C-1.6 -.2 -.9 -1.25 0 -.45C.9 -1.25 1.6 -.2 0 .9Z"),
    ("wave", "M-1.4 0Q-1.05 -.7 -.7 0T0 0T.7 0T1.4 0"),
)
"""Shapes by name, each drawn around nought, about two across. Their tools count from 1."""


class NoDrawing(ValueError):
    """This text is not a drawing of ours."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One line or shape: which tool, ink and size, and its points."""

    tool: int
    ink: int
    size: int
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Path:
    """One mark as a picture needs it. Everything in it was made from whole numbers."""

    d: str
    ink: str
    colour: str
    width: str
    place: str = ""


def read(text: str) -> tuple[Mark, ...]:
    """The marks of a drawing; none for an empty text. Raises NoDrawing."""
    if not text.strip():
        return ()
    if len(text) > LONGEST:
        raise NoDrawing
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NoDrawing from None
    if not isinstance(found, list) or len(found) > MOST:
        raise NoDrawing
    return tuple(_mark(one) for one in found)


def written(marks: tuple[Mark, ...]) -> str:
    """The same as text again, in one way only."""
    rows = [[mark.tool, mark.ink, mark.size, *(n for point in mark.points for n in point)] for mark in marks]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def paths(marks: tuple[Mark, ...]) -> list[Path]:
    """What to draw, in order."""
    return [_path(mark) for mark in marks]


def _mark(row: object) -> Mark:
    if not isinstance(row, list) or len(row) < 5 or len(row) % 2 == 0:
        raise NoDrawing
    if not all(type(one) is int for one in row):  # True is an int too, and no number of ours
        raise NoDrawing
    tool, ink, size, *places = row
    points = tuple(zip(places[::2], places[1::2], strict=True))
    if not (0 <= tool <= len(SHAPES) and 0 <= ink < len(INKS) and 0 <= size < len(WIDTHS)):
        raise NoDrawing
    if tool != LINE and len(points) != 1:
        raise NoDrawing
    if not all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points):
        raise NoDrawing
    return Mark(tool, ink, size, points)


def _path(mark: Mark) -> Path:
    ink, colour = INKS[mark.ink]
    width = WIDTHS[mark.size]
    if mark.tool == LINE:
        points = [f"{x} {y}" for x, y in mark.points]
        # A line of one point is a dot: round ends make it show.
        return Path(f"M{'L'.join(points if len(points) > 1 else points * 2)}", ink, colour, str(width))
    ((x, y),) = mark.points
    scale = SCALES[mark.size]
    return Path(SHAPES[mark.tool - 1][1], ink, colour, f"{width / scale:.3f}", f"translate({x} {y}) scale({scale})")
