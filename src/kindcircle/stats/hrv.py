"""Heart-rate variability from the times between beats: the figures by their definitions, and which beats to doubt.

Times are in milliseconds throughout. Nothing here says what a figure means for a person: breathing, posture, sleep,
coffee, illness and medicine all move it, and one pair of recordings cannot tell them apart. Not a medical device.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.results import Reason, Undefined

PLAUSIBLE: Final = (300.0, 2000.0)  # milliseconds: 200 to 30 beats a minute
FROM_MEDIAN: Final = 0.20
WINDOW: Final = 11  # beats of the running median, the beat itself in the middle
FEWEST: Final = 3  # intervals, below which nothing is defined

RATE: Final = 4.0  # samples a second of the evenly spaced series
SEGMENT: Final = 1024
BANDS: Final = {"vlf": (0.0033, 0.04), "lf": (0.04, 0.15), "hf": (0.15, 0.40)}  # Hz, lower end included

Beats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeDomain:
    """What the times between beats look like. Source: Task Force (1996); SD1, SD2: Brennan et al. (2001).

    sdnn      standard deviation, divisor n - 1: the ups and downs over the whole recording
    rmssd     root of the mean squared difference of neighbours: the ups and downs from beat to beat
    sdsd      standard deviation of those differences, divisor one less than their number
    pnn50_*   percent of differences above 50 ms, strictly: over the differences, and over the intervals
    sd1, sd2  sdsd/√2, and √(2 sdnn² - sdsd²/2)
    """

    n: int  # intervals
    duration_s: float
    mean_rr: float
    mean_hr: float  # mean of 60000/RR, beats a minute
    sdnn: float
    rmssd: float
    sdsd: float
    nn50: int
    pnn50_of_differences: float
    pnn50_of_intervals: float
    pnn20_of_differences: float
    cvnn: float
    median_rr: float
    sd1: float
    sd2: float | Undefined  # undefined when the beats only alternate
    ln_rmssd: float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum:
    """Power by band in ms², by the definition in `spectrum`. Not comparable with figures of other programs."""

    vlf: float
    lf: float
    hf: float
    total: float  # the three together
    lf_hf: float | Undefined
    lf_nu: float | Undefined  # percent of LF + HF
    hf_nu: float | Undefined


@dataclass(frozen=True, slots=True)
class Looked:
    """Which intervals are no plain heartbeats: a missed beat, an extra one, a loose strap."""

    flagged: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many were flagged."""
        return int(self.flagged.sum())

    @property
    def share(self) -> float:
        """The same as a share of all, 0 to 1."""
        return float(self.flagged.mean())


def time_domain(rr: Sequence[float] | Beats) -> TimeDomain | Undefined:
    """Every figure of the time domain over these intervals just as they are.

    Raises ValueError when one is zero, negative or no number. Undefined below three intervals. Agrees with
    NeuroKit2 0.2.13, and with RHRV 5.0.0 once the first interval is repeated.
    """
    beats = checked(rr)
    if len(beats) < FEWEST:
        return Undefined(Reason.TOO_FEW_BEATS)
    return time_domain_of(beats, np.ones(len(beats), dtype=np.bool_))


def spectrum(rr: Sequence[float] | Beats) -> Spectrum | Undefined:
    """Power in three bands: cubic spline (not-a-knot) at 4 Hz, line taken off, Welch with a Hann window.

    Segments of min(1024, N) samples, half overlapping, mean taken off each, one-sided density, trapezoid over the
    bins of each band. HF without the rate of breathing is no "vagal tone", LF/HF no "balance" (Billman 2013).
    Raises ValueError as `time_domain` does. Undefined below three intervals, or when a band would hold no two bins.
    """
    # Heavy, and needed by nobody who only looks at their own page.
    from scipy.interpolate import CubicSpline
    from scipy.signal import detrend, welch

    beats = checked(rr)
    if len(beats) < FEWEST:
        return Undefined(Reason.TOO_FEW_BEATS)
    at = np.cumsum(beats) / 1000
    at -= at[0]
    even = np.arange(0, at[-1], 1 / RATE)
    bins = min(SEGMENT, len(even)) * np.diff(BANDS["vlf"])[0] / RATE
    if len(beats) < 4 or bins < 2:
        return Undefined(Reason.TOO_SHORT_SPECTRUM)
    level = detrend(CubicSpline(at, beats)(even), type="linear")
    hz, density = welch(
        level, fs=RATE, window="hann", nperseg=min(SEGMENT, len(even)), detrend="constant", scaling="density"
    )
    power = {name: _area(hz, density, low, high) for name, (low, high) in BANDS.items()}
    both = power["lf"] + power["hf"]
    flat = Undefined(Reason.NO_BEAT_CHANGE)
    return Spectrum(
        **power,
        total=sum(power.values()),
        lf_hf=power["lf"] / power["hf"] if power["hf"] > 0 else flat,
        lf_nu=100 * power["lf"] / both if both > 0 else flat,
        hf_nu=100 * power["hf"] / both if both > 0 else flat,
    )


def look_over(rr: Sequence[float] | Beats) -> Looked:
    """Flag what lies outside 300 to 2000 ms, or more than 20 % from the running median of eleven beats.

    At both ends the window is shorter. Raises ValueError as `time_domain` does.
    """
    beats = checked(rr)
    half = WINDOW // 2
    around = np.full(len(beats) + 2 * half, np.nan)
    around[half : half + len(beats)] = beats
    median = np.nanmedian(np.lib.stride_tricks.sliding_window_view(around, WINDOW), axis=1) if len(beats) else beats
    low, high = PLAUSIBLE
    return Looked((beats < low) | (beats > high) | (np.abs(beats - median) > FROM_MEDIAN * median))


def checked(rr: Sequence[float] | Beats) -> Beats:
    """The same as an array. Raises ValueError when one is zero, negative or no number."""
    beats = np.asarray(rr, dtype=np.float64)
    if beats.ndim != 1 or not np.isfinite(beats).all() or (beats <= 0).any():
        raise ValueError("Times between beats are a list of numbers above zero, in milliseconds.")
    return beats


def differences(beats: Beats, kept: NDArray[np.bool_]) -> Beats:
    """Differences of neighbours, only where both are kept: a gap is never bridged."""
    found: Beats = np.diff(beats)[kept[1:] & kept[:-1]]
    return found


def time_domain_of(beats: Beats, kept: NDArray[np.bool_]) -> TimeDomain:
    """The same over the kept intervals alone. Needs three of them, two of their differences."""
    steps, own = differences(beats, kept), beats[kept]
    sdnn, rmssd = float(own.std(ddof=1)), float(np.sqrt(np.mean(steps**2)))
    sdsd = float(steps.std(ddof=1))
    nn50 = int((np.abs(steps) > 50).sum())
    along = 2 * sdnn**2 - sdsd**2 / 2
    mean = float(own.mean())
    return TimeDomain(
        n=len(own),
        duration_s=float(own.sum()) / 1000,
        mean_rr=mean,
        mean_hr=float(np.mean(60_000 / own)),
        sdnn=sdnn,
        rmssd=rmssd,
        sdsd=sdsd,
        nn50=nn50,
        pnn50_of_differences=100 * nn50 / len(steps),
        pnn50_of_intervals=100 * nn50 / len(own),
        pnn20_of_differences=100 * int((np.abs(steps) > 20).sum()) / len(steps),
        cvnn=sdnn / mean,
        median_rr=float(np.median(own)),
        sd1=sdsd / math.sqrt(2),
        sd2=math.sqrt(along) if along >= 0 else Undefined(Reason.NO_SPREAD),
        ln_rmssd=math.log(rmssd) if rmssd > 0 else Undefined(Reason.NO_BEAT_CHANGE),
    )


def _area(hz: Beats, density: Beats, low: float, high: float) -> float:
    band = (hz >= low) & (hz < high)
    return float(np.trapezoid(density[band], hz[band]))
