"""How many may need a talk the same day, in words that promise nothing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kindcircle.rooms.measures.capacity import Capacity
from kindcircle.spec.capacity import BEFORE, END, FEW, LATER, MANY, Week


@dataclass(frozen=True, slots=True)
class Shown:
    """One group's forecast, ready for a page. `lines`: each time of asking with its range."""

    capacity: Capacity
    fullest: str
    lines: tuple[tuple[str, str], ...]
    hours: str
    sources: str


def shown(capacity: Capacity) -> Shown:
    """The forecast in words."""
    low, high = capacity.hours
    fullest = capacity.fullest
    return Shown(
        capacity=capacity,
        fullest=when_of(fullest) if fullest else "",
        lines=tuple((when_of(week), range_of(week)) for week in capacity.weeks),
        hours=_("%(low)s to %(high)s hours") % {"low": f"{low:g}", "high": f"{high:g}"},
        sources=_("%(a)s of %(b)s (%(few)s) and %(c)s of %(d)s (%(many)s)") % {
            "a": FEW.people, "b": FEW.of, "few": FEW.source, "c": MANY.people, "d": MANY.of, "many": MANY.source,
        },
    )  # fmt: skip


def when_of(week: Week) -> str:
    """Which time of asking it is."""
    known = {
        BEFORE: _("Before the first meeting"),
        END: _("After the last meeting"),
        LATER: _("Months later"),
    }
    return known.get(str(week.when)) or _("Week %(n)s") % {"n": week.when}


def range_of(week: Week) -> str:
    """ "0 to 4"."""
    return _("%(low)s to %(high)s") % {"low": week.least, "high": week.most}
