"""How the times between beats are spread, told without squares: quartiles, the middle step, the triangle.

A single doubled beat moves these little, so they stand beside SDNN and RMSSD where a recording is not quite clean.
Times are in milliseconds. Not a medical device.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from kindcircle.stats.hrv import FEWEST, Beats, checked
from kindcircle.stats.results import Reason, Undefined

BIN: Final = 1000 / 128  # ms: the width that the Task Force's figures are made for
NORMAL_MAD: Final = 1.4826  # makes the middle distance of a normal spread its standard deviation

Bins = Literal["from zero", "around the middle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The spread by ranks and by counts.

    iqr               from the lower to the upper quartile, quantiles as NumPy and R (type 7) have them
    mad               median distance from the median, not rescaled
    middle_step       median size of the difference of neighbours
    triangular_index  n over the count of the fullest bin of 7.8125 ms: the more, the wider
    triangle_base     base of the triangle as high as that bin and as large as the histogram, 2 × index × bin. This is
                      what RHRV calls TINN; the Task Force (1996) draws that triangle by least squares instead
    Source: Task Force of the ESC and NASPE (1996).
    """

    n: int
    iqr: float
    mad: float
    middle_step: float
    triangular_index: float
    triangle_base: float


def shape(rr: Sequence[float] | Beats, *, bins: Bins = "from zero") -> Shape | Undefined:
    """How these intervals are spread, just as they are.

    bins  where the bins stand: at multiples of 7.8125 ms upwards, as NeuroKit2 has them; or with an edge half-way
          between the shortest and the longest interval, each upper edge belonging to its bin, as RHRV has them. The
          fullest bin, and with it the triangle, depends on this by some percent
    Raises ValueError when an interval is zero, negative or no number. Undefined below three intervals.
    """
    beats = checked(rr)
    if len(beats) < FEWEST:
        return Undefined(Reason.TOO_FEW_BEATS)
    low, high = np.quantile(beats, [0.25, 0.75])
    index = len(beats) / _fullest(beats, bins)
    return Shape(
        n=len(beats),
        iqr=float(high - low),
        mad=float(np.median(np.abs(beats - np.median(beats)))),
        middle_step=float(np.median(np.abs(np.diff(beats)))),
        triangular_index=index,
        triangle_base=2 * index * BIN,
    )


def _fullest(beats: Beats, bins: Bins) -> int:
    shortest, longest = float(beats.min()), float(beats.max())
    if bins == "from zero":
        places = np.floor(beats / BIN)
    else:
        middle = (shortest + longest) / 2
        first = middle - BIN * math.ceil((middle - shortest) / BIN)
        # The very shortest belongs to the first bin also when it lies on its lower edge.
        places = np.maximum(np.ceil((beats - first) / BIN), 1)
    return int(np.unique(places, return_counts=True)[1].max())
