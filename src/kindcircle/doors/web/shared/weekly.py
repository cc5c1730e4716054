"""Times of the week, in words and as a table in which they can be ticked or counted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import time

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from kindcircle.rooms.intake.models import WeeklySlot


@dataclass(frozen=True, slots=True)
class Cell:
    """One time that is offered, and whether it is ticked."""

    slot: WeeklySlot
    words: str
    chosen: bool


def weekday(number: int) -> str:
    """Monday for 1, and so on."""
    return str(WEEKDAYS[number - 1])


def clock_words(at: time) -> str:
    return time_format(at, "H:i")


def slot_words(slot: WeeklySlot) -> str:
    """ "Tuesday at 18:00"."""
    return _("%(day)s at %(time)s") % {"day": weekday(slot.weekday), "time": clock_words(slot.starts)}


def grid(slots: Iterable[WeeklySlot], chosen: Collection[str]) -> tuple[list[str], list[tuple[str, list[Cell | None]]]]:
    """The hours that stand above, and a row for each day with a cell for each hour: None where nothing is offered."""
    there = {(slot.weekday, slot.starts): slot for slot in slots}
    hours = sorted({starts for _day, starts in there})
    days = sorted({day for day, _starts in there})
    rows = [(weekday(day), [_cell(there.get((day, starts)), chosen) for starts in hours]) for day in days]
    return [clock_words(starts) for starts in hours], rows


def _cell(slot: WeeklySlot | None, chosen: Collection[str]) -> Cell | None:
    return Cell(slot, slot_words(slot), slot.code in chosen) if slot else None
