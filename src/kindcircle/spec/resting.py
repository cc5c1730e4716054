"""When to rest from writing: somebody said on three evenings running that it was harder after writing than before.

Writing helps many people and wears some down (clinical brief, P09). The rule offers a rest. It forbids nothing, and
reads no word: only the one tap that somebody gave after writing counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Before = Literal["steady", "wobbly", "heavy"]
After = Literal["easier", "same", "harder"]
BEFORE: tuple[Before, ...] = get_args(Before)
AFTER: tuple[After, ...] = get_args(After)

RUNNING = 3
"""So many evenings in a row."""
APART = timedelta(days=2)
"""One evening without writing, or without a word on how it was, does not break the row. Two do."""
RESTS_FOR = timedelta(days=3)
"""So many days after the last of them the page offers a rest."""
NIGHT_ENDS = timedelta(hours=4)
"""What is written before four in the morning belongs to the evening before."""
LOOKS_BACK = timedelta(days=14)
"""No row that still matters began longer ago."""


@dataclass(frozen=True, slots=True)
class Felt:
    """How it was before and after writing, as far as somebody said. `on` is their own day."""

    on: date
    before: Before | Literal[""] = ""
    after: After | Literal[""] = ""


def own_day(at: datetime, zone: str) -> date:
    """The day that this moment belongs to where somebody lives; a day ends late at night."""
    return (at.astimezone(ZoneInfo(zone)) - NIGHT_ENDS).date()


def wants_rest(felt: Iterable[Felt], *, today: date) -> bool:
    """Whether to offer a rest now. `felt` in the order in which it was said; the last word of a day is that day's."""
    last_word = {one.on: one.after for one in felt if one.after}
    latest = sorted(last_word, reverse=True)[:RUNNING]
    if len(latest) < RUNNING or any(last_word[day] != "harder" for day in latest):
        return False
    close = all(later - earlier <= APART for later, earlier in pairwise(latest))
    return close and today - latest[0] <= RESTS_FOR
