"""Figures as people read them: a number, its interval, and from how many. The same in every report, page and paper."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.sentences import Message, say


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as a person reads it: what it is, the number, its interval, and from how many."""

    label: str
    value: str
    interval: str
    n: str
    note: str = ""


def said(message: Message) -> str:
    """One text of the table of sentences, with its numbers written for reading."""
    return say(message, translate=_, number=number)


def digits_for(ends: tuple[float, float]) -> int:
    """Decimals to show: two where the whole scale is only a few points long."""
    return 2 if ends[1] - ends[0] <= 6 else 1


def number(value: float, digits: int = 1) -> str:
    """A number with so many decimals; none where it is whole."""
    whole = float(value).is_integer()
    # Django cuts digits off instead of rounding them: 3.89 would stand there as 3.8.
    return number_format(round(value, digits), 0 if whole else digits)


def signed(value: float, digits: int = 1) -> str:
    """A change with its sign; a real minus, which lines up and is read out as one."""
    shown = number(abs(value), digits)
    return f"+{shown}" if value > 0 else f"−{shown}" if value < 0 else shown


def points(interval: Interval | Undefined, digits: int = 1) -> str:
    """An interval in points of a scale."""
    if isinstance(interval, Undefined):
        return _("no interval")
    return _("95 %% interval %(low)s to %(high)s") % {
        "low": signed(interval.low, digits),
        "high": signed(interval.high, digits),
    }


def share(found: Proportion) -> str:
    """A part of a whole in whole per cent."""
    part = found.estimate
    return "–" if isinstance(part, Undefined) else f"{round(100 * part)} %"


def percents(interval: Interval | Undefined | None) -> str:
    """An interval of shares."""
    if interval is None or isinstance(interval, Undefined):
        return _("no interval")
    return _("95 %% interval %(low)s to %(high)s %%") % {
        "low": round(100 * interval.low),
        "high": round(100 * interval.high),
    }
