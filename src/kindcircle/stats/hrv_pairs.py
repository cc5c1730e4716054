"""One recording with its doubtful beats left out, and whether two recordings differ by more than their own unrest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.hrv import FEWEST, Beats, TimeDomain, checked, differences, look_over, time_domain_of
from kindcircle.stats.results import Interval, Reason, Undefined, t_quantile

SHORTEST: Final = 60.0  # seconds that are kept
SHORTEST_COMPARED: Final = 120.0  # seconds on each side
MOST_FLAGGED: Final = 0.05
# Hearts wander over minutes, so short stretches follow one another too closely to tell how unsure a figure is.
PARTS: Final = 3
ABOUT: Final = 1.25  # two figures less than a quarter apart are called about the same, however sure each is
LENGTHS: Final = 1.5  # SDNN grows with the length of a recording, so it is compared only up to this ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """A figure on the log scale, with a standard error from leaving out each third of the recording in turn.

    The delete-one-block jackknife (Künsch 1989), se² = (B-1)/B Σ(θ₍ⱼ₎ - mean)² with B = 3, and Student's t with B - 1
    degrees of freedom (few long blocks: Ibragimov & Müller 2010). It knows the unrest inside this recording, and
    nothing of other hours or days.
    """

    log: float
    se: float

    @property
    def value(self) -> float:
        """The figure itself, in milliseconds."""
        return math.exp(self.log)

    def interval(self, level: float = 0.95) -> Interval:
        """Where the figure of a longer recording of the same rest would likely lie, in milliseconds."""
        half = t_quantile(level, PARTS - 1) * self.se
        return Interval(math.exp(self.log - half), math.exp(self.log + half), level, "jackknife over thirds, log scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One recording. Figures stand over the kept intervals, and over differences of neighbours that are both kept."""

    time: TimeDomain
    n_recorded: int
    n_flagged: int
    rmssd: Steady
    sdnn: Steady


class Told(StrEnum):
    """What two recordings tell. None of the three is better than another."""

    ABOUT_THE_SAME = "about the same"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The second recording beside the first, as a ratio."""

    ratio: float
    interval: Interval
    told: Told


def measure(rr: Sequence[float] | Beats, *, shortest: float = SHORTEST) -> Measured | Undefined:
    """What one recording shows, or why it shows nothing: too short, too unsteady, or no beat unlike the next.

    Flagged intervals are left out and never replaced: a guessed beat would be smoother than a heart. Raises
    ValueError when an interval is zero, negative or no number.
    """
    beats = checked(rr)
    if len(beats) < FEWEST:
        return Undefined(Reason.TOO_FEW_BEATS)
    looked = look_over(beats)
    if looked.share > MOST_FLAGGED:
        return Undefined(Reason.TOO_UNSTEADY)
    kept = ~looked.flagged
    if beats[kept].sum() / 1000 < shortest:
        return Undefined(Reason.TOO_SHORT)
    where = _thirds(beats)
    rmssd = _steady_rmssd(beats, kept, where)
    sdnn = _steady_sdnn(beats, kept, where)
    if rmssd is None or sdnn is None:
        return Undefined(Reason.NO_BEAT_CHANGE)
    return Measured(
        time=time_domain_of(beats, kept), n_recorded=len(beats), n_flagged=looked.count, rmssd=rmssd, sdnn=sdnn
    )


def compare_rmssd(before: Measured, after: Measured) -> Compared | Undefined:
    """From beat to beat: the second recording beside the first; undefined below two minutes on either side."""
    if min(before.time.duration_s, after.time.duration_s) < SHORTEST_COMPARED:
        return Undefined(Reason.TOO_SHORT_TO_COMPARE)
    return _compare(before.rmssd, after.rmssd)


def compare_sdnn(before: Measured, after: Measured) -> Compared | Undefined:
    """Over the whole recording; undefined below two minutes, or when one is much longer than the other."""
    lasted = sorted((before.time.duration_s, after.time.duration_s))
    if lasted[0] < SHORTEST_COMPARED:
        return Undefined(Reason.TOO_SHORT_TO_COMPARE)
    if lasted[1] > LENGTHS * lasted[0]:
        return Undefined(Reason.UNLIKE_LENGTHS)
    return _compare(before.sdnn, after.sdnn)


def _compare(before: Steady, after: Steady, level: float = 0.95) -> Compared:
    """Welch's t on the log scale. More or less only when the interval leaves out 1 and they are a quarter apart."""
    one, two = before.se**2, after.se**2
    apart, spread = after.log - before.log, one + two
    half = 0.0
    if spread > 0:
        df = (PARTS - 1) * spread**2 / (one**2 + two**2)
        half = t_quantile(level, df) * math.sqrt(spread)
    interval = Interval(
        math.exp(apart - half), math.exp(apart + half), level, "jackknife over thirds, Welch, log scale"
    )
    told = Told.ABOUT_THE_SAME
    if abs(apart) > math.log(ABOUT) and not interval.contains(1.0):
        told = Told.MORE if apart > 0 else Told.LESS
    return Compared(ratio=math.exp(apart), interval=interval, told=told)


def _thirds(beats: Beats) -> NDArray[np.int64]:
    """Which third of the recorded time each beat begins in."""
    ends = np.cumsum(beats)
    found: NDArray[np.int64] = np.minimum((ends - beats) * PARTS // ends[-1], PARTS - 1).astype(np.int64)
    return found


def _steady_rmssd(beats: Beats, kept: NDArray[np.bool_], where: NDArray[np.int64]) -> Steady | None:
    squares = differences(beats, kept) ** 2
    place = where[1:][kept[1:] & kept[:-1]]
    sums, counts = np.bincount(place, squares, minlength=PARTS), np.bincount(place, minlength=PARTS)
    return _jackknife(squares.sum() / len(squares), (squares.sum() - sums) / (len(squares) - counts))


def _steady_sdnn(beats: Beats, kept: NDArray[np.bool_], where: NDArray[np.int64]) -> Steady | None:
    own = beats[kept] - beats[kept].mean()
    sums, squares = (np.bincount(where[kept], one, minlength=PARTS) for one in (own, own**2))
    counts = len(own) - np.bincount(where[kept], minlength=PARTS)
    rest, rest_squares = own.sum() - sums, (own**2).sum() - squares
    return _jackknife(float(own.var(ddof=1)), (rest_squares - rest**2 / counts) / (counts - 1))


def _jackknife(variance: float, without: Beats) -> Steady | None:
    """From a mean square over everything, and over all but one third; None when any of them is nothing."""
    # Beats that are all alike leave only rounding errors behind.
    if variance < 1e-9 or (without < 1e-9).any():
        return None
    logs = np.log(without) / 2
    se = math.sqrt((PARTS - 1) / PARTS * float(((logs - logs.mean()) ** 2).sum()))
    return Steady(log=math.log(variance) / 2, se=se)
