"""The sheet to draw on: its inks and shapes in words, and the numbers that its script and our own picture share."""

from typing import Any

from django.utils.translation import gettext_lazy

from kindcircle.spec import strokes

_INK_WORDS = {
    "dark": gettext_lazy("Dark"),
    "plum": gettext_lazy("Plum"),
    "green": gettext_lazy("Green"),
    "gold": gettext_lazy("Gold"),
    "grey": gettext_lazy("Grey"),
}
_SHAPE_WORDS = {
    "circle": gettext_lazy("Circle"),
    "square": gettext_lazy("Square"),
    "triangle": gettext_lazy("Triangle"),
    "heart": gettext_lazy("Heart"),
    "wave": gettext_lazy("Wave"),
}
INKS = [{"number": number, "id": name, "words": _INK_WORDS[name]} for number, (name, _) in enumerate(strokes.INKS)]
SHAPES = [
    {"tool": number, "id": name, "path": path, "words": _SHAPE_WORDS[name]}
    for number, (name, path) in enumerate(strokes.SHAPES, start=1)
]


def sheet() -> dict[str, Any]:
    """What the script of the sheet needs to draw the very marks that are drawn again from what is kept."""
    return {
        "width": strokes.WIDTH,
        "height": strokes.HEIGHT,
        "longest": strokes.LONGEST,
        "most": strokes.MOST,
        "inks": [{"id": name, "colour": colour} for name, colour in strokes.INKS],
        "widths": strokes.WIDTHS,
        "scales": strokes.SCALES,
        "shapes": [path for _name, path in strokes.SHAPES],
    }
