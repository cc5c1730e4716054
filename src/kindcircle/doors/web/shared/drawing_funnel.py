"""Where the groups or studies of a funnel stand: small ones lie low and scatter widely. Plain numbers, no style."""

from collections.abc import Sequence
from typing import Any

from kindcircle.doors.web.shared.drawing import round_step, tick_number, tick_values

LEFT, RIGHT, TOP, BOTTOM = 44.0, 400.0, 14.0, 244.0
WIDE = 1.96


def funnel_plot(points: Sequence[tuple[str, float, float]], *, mean: float) -> dict[str, Any]:
    """Places for name, estimate and standard error of each; the most exact stand at the top."""
    deepest = 1.06 * max(error for _name, _estimate, error in points)
    reach = WIDE * deepest
    low = min(mean - reach, *(estimate for _name, estimate, _error in points))
    high = max(mean + reach, *(estimate for _name, estimate, _error in points))
    room = 0.03 * (high - low)

    def across(value: float) -> float:
        return round(LEFT + (value - low + room) / (high - low + 2 * room) * (RIGHT - LEFT), 1)

    def down(error: float) -> float:
        return round(TOP + error / deepest * (BOTTOM - TOP), 1)

    corners = ((mean, 0.0), (mean - reach, deepest), (mean + reach, deepest))
    return {
        "points": [{"name": name, "x": across(estimate), "y": down(error)} for name, estimate, error in points],
        "funnel": " ".join(f"{across(value)},{down(error)}" for value, error in corners),
        "middle": across(mean),
        "across": [
            {"x": across(value), "label": tick_number(value)}
            for value in tick_values(low, high, round_step(high - low))
        ],
        "down": [
            {"y": down(value), "text_y": down(value) + 4, "label": tick_number(value)}
            for value in tick_values(0, deepest, round_step(deepest))
        ],
        "left": LEFT,
        "right": RIGHT,
        "top": TOP,
        "bottom": BOTTOM,
        "foot": BOTTOM + 20,
        "height": BOTTOM + 30,
    }
