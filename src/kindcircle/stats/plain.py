"""Figures as JSON with every digit: a number, or an object that says why there is none."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kindcircle.stats.results import Interval, Undefined, gettext_noop


def plain(value: Any, *, translate: Callable[[str], str] = gettext_noop) -> Any:
    """The value as JSON can hold it; `translate` is gettext, for the reason why a figure is not defined."""
    if isinstance(value, Undefined):
        return {"undefined": str(value.reason), "why": translate(value.text)}
    if isinstance(value, Interval):
        return {"low": value.low, "high": value.high, "level": value.level, "method": value.method}
    if isinstance(value, Mapping):
        return {str(name): plain(one, translate=translate) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, translate=translate) for one in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist(), translate=translate)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
