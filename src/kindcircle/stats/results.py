"""The shapes every answer comes in: an estimate with its interval, or a plain reason why there is none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scipy.special import ndtri, stdtr, stdtrit


def gettext_noop(text: str) -> str:
    """Mark a text for translators; the translation itself happens in the doors."""
    return text


class Reason(StrEnum):
    """Why a figure does not exist."""

    NO_PAIRS = "no_pairs"
    TOO_FEW_PAIRS = "too_few_pairs"
    TOO_FEW_IN_ARM = "too_few_in_arm"
    TOO_FEW_DEGREES = "too_few_degrees"
    NO_SPREAD = "no_spread"
    NO_SPREAD_BEFORE = "no_spread_before"
    NO_SPREAD_CHANGE = "no_spread_change"
    NO_SPREAD_LEFT = "no_spread_left"
    PERFECT_CORRELATION = "perfect_correlation"
    PERFECT_RELIABILITY = "perfect_reliability"
    NO_RELIABILITY = "no_reliability"
    NO_LIMITS = "no_limits"
    NOT_ZERO = "not_zero"
    NOTHING_OFFERED = "nothing_offered"
    ONE_CLUSTER = "one_cluster"
    NO_EXACT_INTERVAL = "no_exact_interval"
    VERSION_CHANGED = "version_changed"
    TOO_FEW_BEATS = "too_few_beats"
    TOO_SHORT = "too_short"
    TOO_SHORT_TO_COMPARE = "too_short_to_compare"
    TOO_SHORT_SPECTRUM = "too_short_spectrum"
    TOO_UNSTEADY = "too_unsteady"
    NO_BEAT_CHANGE = "no_beat_change"
    UNLIKE_LENGTHS = "unlike_lengths"
    NO_STUDIES = "no_studies"
    ONE_STUDY = "one_study"
    TOO_FEW_STUDIES = "too_few_studies"
    COMMON_EFFECT = "common_effect"
    NOTHING_TO_EXPLAIN = "nothing_to_explain"
    NO_COMPLETE_GROUP = "no_complete_group"
    ONE_ITEM = "one_item"
    ONE_GROUP = "one_group"
    NOT_ONE_FACTOR = "not_one_factor"
    TWO_VALUES = "two_values"
    SIDE_BY_SIDE = "side_by_side"
    TOO_FEW_GROUPS = "too_few_groups"
    ONE_TABLE = "one_table"
    NO_GAPS = "no_gaps"
    NOBODY_TO_COMPARE = "nobody_to_compare"
    NO_TURN = "no_turn"
    NEVER_ENOUGH = "never_enough"


REASON_TEXTS: Final[Mapping[Reason, str]] = {
    Reason.NO_PAIRS: gettext_noop("No one has both a before and an after score."),
    Reason.TOO_FEW_PAIRS: gettext_noop("Too few people have both scores for this figure."),
    Reason.TOO_FEW_IN_ARM: gettext_noop("Each group needs at least two people with a score."),
    Reason.TOO_FEW_DEGREES: gettext_noop("There are too few people for this figure."),
    Reason.NO_SPREAD: gettext_noop("All scores are the same, so there is no spread to compare with."),
    Reason.NO_SPREAD_BEFORE: gettext_noop("All before scores are the same, so there is no spread to compare with."),
    Reason.NO_SPREAD_CHANGE: gettext_noop("Every score changed by the same amount, so there is no spread."),
    Reason.NO_SPREAD_LEFT: gettext_noop("Nothing varies around this figure, so it has no interval."),
    Reason.PERFECT_CORRELATION: gettext_noop(
        "Before and after lie on one straight line, so this figure has no meaning."
    ),
    Reason.PERFECT_RELIABILITY: gettext_noop(
        "A reliability of 1 would mean no error at all, so this figure has no meaning."
    ),
    Reason.NO_RELIABILITY: gettext_noop("The reliability of this form is not known."),
    Reason.NO_LIMITS: gettext_noop("The limits of this interval could not be found."),
    Reason.NOT_ZERO: gettext_noop("This upper limit is only for a count of zero."),
    Reason.NOTHING_OFFERED: gettext_noop("There is nothing to count yet."),
    Reason.ONE_CLUSTER: gettext_noop("This interval needs at least two people, or two groups."),
    Reason.NO_EXACT_INTERVAL: gettext_noop("There is no exact interval for this kind of effect."),
    Reason.VERSION_CHANGED: gettext_noop("The form changed between before and after, so the two cannot be compared."),
    Reason.TOO_FEW_BEATS: gettext_noop("There are fewer than three times between beats."),
    Reason.TOO_SHORT: gettext_noop("This recording is shorter than a minute, and that is too little to go by."),
    Reason.TOO_SHORT_TO_COMPARE: gettext_noop("Two minutes on each side are needed to set them beside each other."),
    Reason.TOO_SHORT_SPECTRUM: gettext_noop("This recording is too short for slow waves to be seen in it."),
    Reason.TOO_UNSTEADY: gettext_noop(
        "More than one beat in twenty looks missed or doubled, so the numbers would not be true. "
        "It is often a dry or loose strap."
    ),
    Reason.NO_BEAT_CHANGE: gettext_noop("All beats here are equally long, so this may be an average and no recording."),
    Reason.UNLIKE_LENGTHS: gettext_noop(
        "One recording is much longer than the other, so these two cannot be compared."
    ),
    Reason.NO_STUDIES: gettext_noop("There is no study to look at."),
    Reason.ONE_STUDY: gettext_noop("There is only one study, so there is nothing to bring together."),
    Reason.TOO_FEW_STUDIES: gettext_noop("There are too few studies for this figure."),
    Reason.COMMON_EFFECT: gettext_noop(
        "This model takes it that all studies share one effect, so there is no such figure."
    ),
    Reason.NO_COMPLETE_GROUP: gettext_noop(
        "No group of four or more has every rating, and below four the parts cannot be told apart."
    ),
    Reason.ONE_ITEM: gettext_noop("Two items are needed at least."),
    Reason.ONE_GROUP: gettext_noop("Two groups with two people each are needed at least."),
    Reason.NOT_ONE_FACTOR: gettext_noop("No single line behind these items could be found."),
    Reason.TWO_VALUES: gettext_noop("A variable with two values has no standard deviation to count in."),
    Reason.SIDE_BY_SIDE: gettext_noop(
        "With two mediators side by side a hidden cause of one is tied to the other, so this cannot be told."
    ),
    Reason.TOO_FEW_GROUPS: gettext_noop("There are too few groups for this figure."),
    Reason.NEVER_ENOUGH: gettext_noop("Not even a million would be enough in this design; try more groups."),
    Reason.ONE_TABLE: gettext_noop("One filled-in table cannot tell how unsure filling in is; two can."),
    Reason.NO_GAPS: gettext_noop("All filled-in tables say the same, so nothing is lost to gaps."),
    Reason.NOBODY_TO_COMPARE: gettext_noop("Nobody stands on one of the two sides."),
    Reason.NO_TURN: gettext_noop("None of these shifts changes what the result says."),
    Reason.NOTHING_TO_EXPLAIN: gettext_noop("The studies do not differ, so there is nothing to explain."),
}


@dataclass(frozen=True, slots=True)
class Undefined:
    """A figure that does not exist for this input, and why. It holds no number."""

    reason: Reason

    @property
    def text(self) -> str:
        """The reason as one plain English sentence; translate it with gettext before showing it."""
        return REASON_TEXTS[self.reason]


@dataclass(frozen=True, slots=True)
class Interval:
    """The range of true values the data are compatible with."""

    low: float
    high: float
    level: float  # 0.95 for a 95 % interval
    method: str  # how the limits were found, in a few words

    def contains(self, value: float) -> bool:
        """Whether the value lies inside, limits included."""
        return self.low <= value <= self.high


def normal_quantile(level: float) -> float:
    """The standard normal quantile of a two-sided interval (1.96 for a level of 0.95)."""
    check_level(level)
    return float(ndtri(0.5 + level / 2))


def t_quantile(level: float, df: float) -> float:
    """Student's t quantile of a two-sided interval with `df` degrees of freedom."""
    check_level(level)
    return float(stdtrit(df, 0.5 + level / 2))


def check_level(level: float) -> None:
    """Raise ValueError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise ValueError("The level of an interval lies between 0 and 1, for example 0.95.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A standardised effect: how large a change or difference is, in standard deviations (no unit).

    Positive means the score rose, or the first arm was higher. `variance` is the sampling variance, or the
    reason why there is none. The default interval is the Wald interval: estimate ± normal quantile × se.
    """

    label: str  # which of the effects this is, e.g. "g_raw"; they must not be mixed
    estimate: float
    variance: float | Undefined
    convention: str  # divisor, small-sample factor and variance, in words
    source: str  # the paper, and the software it agrees with

    @property
    def se(self) -> float | Undefined:
        """Standard error of the estimate."""
        return self.variance if isinstance(self.variance, Undefined) else math.sqrt(self.variance)

    def wald(self, level: float = 0.95) -> Interval | Undefined:
        """The interval estimate ± normal quantile × standard error."""
        if isinstance(self.variance, Undefined):
            return self.variance
        half = normal_quantile(level) * math.sqrt(self.variance)
        return Interval(self.estimate - half, self.estimate + half, level, "Wald, normal quantile")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedEffect(Effect):
    """How far one group moved between two measurements, in standard deviations, never proof of a cause."""

    n: int  # complete pairs used
    dropped: int  # people missing one or both values; reported, never filled in here

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The Wald interval, as metafor gives it for these effects."""
        return self.wald(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanEstimate:
    """A mean change or mean difference in points of the scale, with Student's t behind its interval."""

    estimate: float
    se: float
    df: float
    n: tuple[int, ...]  # people used, one number per arm
    dropped: tuple[int, ...]  # people left out for a missing value, one number per arm
    convention: str
    source: str

    @property
    def t(self) -> float | Undefined:
        """Student's t of the estimate against zero."""
        return self.estimate / self.se if self.se > 0 else Undefined(Reason.NO_SPREAD_LEFT)

    @property
    def p(self) -> float | Undefined:
        """Two-sided p-value against zero; for researchers only, never shown below 12 people."""
        t = self.t
        return t if isinstance(t, Undefined) else float(2 * stdtr(self.df, -abs(t)))

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """The interval estimate ± t quantile × standard error."""
        if not self.se > 0:
            return Undefined(Reason.NO_SPREAD_LEFT)
        half = t_quantile(level, self.df) * self.se
        return Interval(self.estimate - half, self.estimate + half, level, f"Student t, {self.convention}")
