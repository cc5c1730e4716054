"""A pair of heart recordings in plain words. None of them praises, blames or says why."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kindcircle.rooms.resonance.queries import Opened
from kindcircle.stats.hrv_pairs import Compared, Measured, Steady, Told
from kindcircle.stats.results import Undefined


@dataclass(frozen=True, slots=True)
class Number:
    """One figure as it is shown: whole milliseconds, and between which it likely lies."""

    value: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Row:
    """One of the two figures, before and after, and what the two tell beside each other."""

    id: str
    title: str
    explained: str
    name: str  # what apps and papers call it
    before: Number | None
    after: Number | None
    told: str
    unsure: str


@dataclass(frozen=True, slots=True)
class Part:
    """One recording: how long, and how much of it was left out."""

    name: str
    minutes: str
    beats: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page says about one practice."""

    rows: list[Row]
    recordings: list[Part]

    @property
    def parts(self) -> set[str]:
        """Which recordings can be shown."""
        return {one.name for one in self.recordings}


def shown(found: Opened) -> Shown:
    """The two figures and the recordings behind them."""
    both = (("before", found.before), ("after", found.after))
    there = [(name, one) for name, one in both if one is not None]
    if not there:
        return Shown([], [])
    rows = [
        Row(
            "rmssd",
            _("From one beat to the next"),
            _("How much the time between beats changes from each beat to the one after it."),
            "RMSSD",
            _number(found.before.rmssd if found.before else None),
            _number(found.after.rmssd if found.after else None),
            *_told(found.rmssd),
        ),
        Row(
            "sdnn",
            _("Over the whole quiet time"),
            _("How far the times between beats lie apart from first to last."),
            "SDNN",
            _number(found.before.sdnn if found.before else None),
            _number(found.after.sdnn if found.after else None),
            *_told(found.sdnn),
        ),
    ]
    return Shown(rows, [_part(name, one) for name, one in there])


def _number(one: Steady | None) -> Number | None:
    if one is None:
        return None
    ends = one.interval()
    return Number(round(one.value), round(ends.low), round(ends.high))


def _told(found: Compared | Undefined | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    if isinstance(found, Undefined):
        return _(found.text), ""
    ends = {"low": f"{found.interval.low:.1f}", "high": f"{found.interval.high:.1f}"}
    unsure = _("After could be anything from %(low)s to %(high)s times before.") % ends
    said = {
        Told.ABOUT_THE_SAME: _("About the same before and after."),
        Told.MORE: _("More up and down after than before. That is neither good nor bad."),
        Told.LESS: _("Less up and down after than before. That is neither good nor bad."),
    }
    return said[found.told], unsure


def _part(name: str, one: Measured) -> Part:
    whole = round(one.time.duration_s)
    return Part(name, f"{whole // 60}:{whole % 60:02}", one.n_recorded, one.n_flagged)
