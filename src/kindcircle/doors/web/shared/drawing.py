"""Where things stand in our pictures: marks on a ring, lines of people, intervals. Plain numbers, no style."""

import io
import math
from collections.abc import Iterable, Mapping
from typing import Any

import segno
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe

RADIUS = 42.0  # of the ring, in a picture 100 wide
LONGEST_NAME = 12  # signs of a name written on a ring
SHORT_DATE = 52.0  # room that a day and a month need below a line

# Line drawings in a 24 by 24 box, drawn for this house.
ICONS = {
    "hand": "M4 14.5c2.2-.6 4 .2 5.4 1.5h3.2a1.6 1.6 0 0 1 0 3.2H9.8m2.9 0h2.1l4-2.6a1.5 1.5 0 0 1 1.7 2.4l-4.3 3.1H9.4"
    "L4 20.6zM12 11.4C9.6 9.7 8 8.2 8 6.3A2.2 2.2 0 0 1 12 5a2.2 2.2 0 0 1 4 1.3c0 1.9-1.6 3.4-4 5.1z",
    "door": "M13 4H5v16h8M10 12h10m-3.5-3.5L20 12l-3.5 3.5",
    "back": "M14.5 5.5 8 12l6.5 6.5",
    "on": "M9.5 5.5 16 12l-6.5 6.5",
    "info": "M12 11v5.5M12 7.6v.1M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z",
    "lamp": "M9.5 18h5M10.5 21h3M12 3a6 6 0 0 0-3.6 10.8c.7.6 1.1 1.3 1.1 2.2h5c0-.9.4-1.6 1.1-2.2A6 6 0 0 0 12 3z",
    "check": "M7.5 12.3l3.1 3.1 6-6.6M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z",
    "lock": "M6 10.5h12V20H6zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5M12 14v2.5",
    "person": "M12 11.5a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4zM5 20c.6-3.7 3.4-5.6 7-5.6s6.4 1.9 7 5.6",
    "people": "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19c.5-3.2 2.9-4.9 6-4.9s5.5 1.7 6 4.9"
    "M15.5 5.1a3 3 0 0 1 0 5.7M17.5 14.5c1.9.7 3.1 2.2 3.5 4.5",
    "clock": "M12 7v5.3l3.4 2M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z",
    "bell": "M6 16.5c1.3-1.2 1.6-2.9 1.6-5.1a4.4 4.4 0 0 1 8.8 0c0 2.2.3 3.9 1.6 5.1zM10.3 19.5a1.9 1.9 0 0 0 3.4 0",
    "voice": "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
    "play": "M8 5.5v13l10.5-6.5z",
    "pause": "M8.5 6v12M15.5 6v12",
    "copy": "M9 9h11v11H9zM15 9V4H4v11h5",
    "pen": "M5 19l.9-4L16.4 4.5a1.7 1.7 0 0 1 2.4 0l.7.7a1.7 1.7 0 0 1 0 2.4L9 18.1zM14.5 6.5l3 3",
    "letter": "M3.5 6.5h17v11h-17zM4 7l8 6 8-6",
    "phone": "M7 3.8 9.5 4l1.4 4-1.9 1.5a12 12 0 0 0 5.5 5.5l1.5-1.9 4 1.4.2 2.5c0 1.2-1 2.2-2.2 2.2"
    "A14.2 14.2 0 0 1 4.8 6c0-1.2 1-2.2 2.2-2.2z",
    "leaf": "M5 19c0-8 5-13 14.5-13.5C19.5 14 15 18.5 8.5 17.5M5 20c1.5-4 4-6.5 8-8.5",
    "chair": "M7 4v9h10V4M7 9h10M7 13v7M17 13v7M7 16.5h10",
}
TURNING_ICONS = {"door", "back", "on", "play"}  # mirrored where reading goes from right to left


def on_ring(count: int, *, radius: float = RADIUS) -> list[tuple[float, float]]:
    """Middle points of `count` marks on a ring in a 100 by 100 picture: the first at the top, then clockwise."""
    turn = 2 * math.pi / count if count else 0.0
    return [
        (round(50 + radius * math.sin(turn * n), 2), round(50 - radius * math.cos(turn * n), 2)) for n in range(count)
    ]


def _of(seat: Any, name: str) -> Any:
    return seat.get(name, "") if isinstance(seat, Mapping) else getattr(seat, name, "")


def seat_marks(seats: Iterable[Any], *, names: bool = False) -> list[dict[str, Any]]:
    """One mark for each seat: where it stands and how big it is, so that a full ring of thirty still has gaps.

    With `names`, the short name stands outside the ring and grows away from it: to the right of the right half,
    to the left of the left half, above and below at the top and the bottom.
    """
    seats = list(seats)
    gap = 2 * math.pi * RADIUS / max(len(seats), 1)
    r = min(5.6, gap * 0.27)
    beside = (RADIUS + r + 4) / RADIUS
    marks = []
    for seat, (x, y) in zip(seats, on_ring(len(seats)), strict=True):
        side = "middle" if abs(x - 50) < 1 else "start" if x > 50 else "end"
        marks.append(
            {
                "state": _of(seat, "state"),
                "label": _of(seat, "label"),
                "code": _of(seat, "code"),
                "with": _of(seat, "with"),
                "short": _shortened(str(_of(seat, "short"))) if names else "",
                "x": x,
                "y": y,
                "r": round(r, 2),
                "core": round(r * 0.42, 2),
                "halo": round(r * 1.5, 2),
                "text_x": round(50 + (x - 50) * beside, 2),
                # A name above or below needs a little more room than one beside.
                "text_y": round(50 + (y - 50) * (beside + (0.06 if side == "middle" else 0)), 2),
                "side": side,
            }
        )
    return marks


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def qr(link: str) -> SafeString:
    """The link as a square for cameras: dark on white in both themes, because cameras expect that."""
    out = io.BytesIO()
    segno.make(link, error="m").save(
        out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, border=2, dark="#1b1621"
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - segno draws paths only; the link is not written into it


def tick_values(lowest: float, highest: float, step: float) -> list[float]:
    first = math.ceil(lowest / step - 1e-9)
    last = math.floor(highest / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def round_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that gives about five lines."""
    raw = span / 5
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= raw - 1e-12)


def tick_number(value: float) -> str:
    """A tick's number as it is written here: no decimals where none are needed."""
    places = 0 if float(value).is_integer() else len(f"{value:.10f}".rstrip("0").partition(".")[2])
    return number_format(value, decimal_pos=places).replace("-", "−")


def person_lines(lines: Iterable[Mapping[str, Any]], *, lowest: float, highest: float) -> dict[str, Any]:
    """Places for each person's before and after; higher scores stand higher. A flat scale is widened by one."""
    if highest <= lowest:
        highest = lowest + 1
    top, bottom = 14.0, 254.0

    def place(value: float) -> float:
        return round(bottom - (value - lowest) / (highest - lowest) * (bottom - top), 1)

    return {
        "lines": [dict(line) | {"y1": place(line["before"]), "y2": place(line["after"])} for line in lines],
        "ticks": [
            {"y": place(value), "text_y": place(value) + 4, "label": tick_number(value)}
            for value in tick_values(lowest, highest, round_step(highest - lowest))
        ],
        "top": top - 6,
        "bottom": bottom + 6,
        "foot": bottom + 26,
        "height": bottom + 34,
    }


def interval_plot(rows: Iterable[Mapping[str, Any]], *, lowest: float, highest: float, step: float) -> dict[str, Any]:
    """Places for estimates and their intervals on one shared line; an interval past the edge is cut at the edge.

    A row of kind "mean" is drawn as a diamond; one of kind "range" has two ends and no estimate.
    """
    left, right, row_height = 20.0, 400.0, 52.0

    def place(value: float) -> float:
        held = min(max(value, lowest), highest)
        return round(left + (held - lowest) / (highest - lowest) * (right - left), 1)

    placed = []
    for number, row in enumerate(rows):
        y = 40 + number * row_height
        shown = "low" in row
        placed.append(
            dict(row)
            | {"y": y, "text_y": y - 16, "shown": shown}
            | ({"x1": place(row["low"]), "x2": place(row["high"])} if shown else {})
            | ({"x": place(row["estimate"])} if "estimate" in row else {})
        )
    bottom = 20 + len(placed) * row_height + 6
    return {
        "rows": placed,
        "ticks": [
            {"x": place(value), "zero": value == 0, "label": tick_number(value)}
            for value in tick_values(lowest, highest, step)
        ],
        "bottom": bottom,
        "axis_text": bottom + 18,
        "height": bottom + 26,
    }


def own_line(
    steps: Iterable[Mapping[str, Any]],
    *,
    joined: Iterable[Iterable[int]],
    lowest: float,
    highest: float,
    usual: tuple[float, float] | None = None,
    research: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Places for one person's values over time, and for two stretches behind them, cut at the ends of the scale.

    steps: {at, value, label, short, hollow}; `at` is when, in any unit; value None is a gap. The stretch of what is
    usual begins at the first value: nothing is known about the time before it.
    """
    steps = list(steps)
    if highest <= lowest:
        highest = lowest + 1
    top, bottom, left, right = 14.0, 194.0, 44.0, 300.0
    first, last = (steps[0]["at"], steps[-1]["at"]) if steps else (0.0, 0.0)

    def place(value: float) -> float:
        held = min(max(value, lowest), highest)
        return round(bottom - (held - lowest) / (highest - lowest) * (bottom - top), 1)

    def across(at: float) -> float:
        return round(left + 12 + (at - first) / (last - first) * (right - left - 24), 1) if last > first else 172.0

    placed: list[dict[str, Any]] = []
    written = -math.inf
    for step in steps:
        x, value = across(step["at"]), step["value"]
        # A date is written where there is room for it; the table has them all.
        written, named = (x, True) if x - written >= SHORT_DATE else (written, False)
        placed.append(dict(step) | {"x": x, "y": None if value is None else place(value), "named": named})
    begins = next((step["x"] for step in placed if step["y"] is not None), left)

    def stretch(ends: tuple[float, float] | None, x: float) -> dict[str, float] | None:
        if ends is None:
            return None
        y = place(ends[1])
        return {"x": x, "y": y, "width": round(right - x, 1), "height": round(place(ends[0]) - y, 1)}

    lines = [[f"{placed[number]['x']},{placed[number]['y']}" for number in part] for part in joined]
    return {
        "steps": placed,
        "lines": [" ".join(points) for points in lines if len(points) > 1],
        "usual": stretch(usual, begins),
        "research": stretch(research, left),
        "ticks": [
            {"y": place(value), "text_y": place(value) + 4, "label": tick_number(value)}
            for value in tick_values(lowest, highest, round_step(highest - lowest))
        ],
        "left": left,
        "right": right,
        "top": top - 6,
        "bottom": bottom + 6,
        "foot": bottom + 24,
        "height": bottom + 32,
    }
