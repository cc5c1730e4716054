"""Sharing one step at a time: what each step shows to whom, and when words without a name may be seen. Pure.

A handful is what several people let the group read without their names. It appears as a whole, once, and never grows:
a word that came alone would be told by who was typing just then.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

UNDO = timedelta(minutes=10)
"""So long nobody sees it yet, and it can be taken back as if it had never been."""

LEAST = 4
"""Words without a name are seen only together with those of so many different people, and only as long as they are."""

APPEARS = time(7, 0)
"""A handful appears in the morning, on the clock of its group: not ten minutes after the last of them was sent."""


class Step(StrEnum):
    """Who may read a copy of somebody's words. Without a copy they are theirs alone: everything begins there."""

    LEADERS = "leaders"
    UNNAMED = "unnamed"
    NAMED = "named"


SHOWS: dict[str, frozenset[str]] = {
    "": frozenset(),
    Step.LEADERS: frozenset({"those who lead", "the name to those who lead"}),
    Step.UNNAMED: frozenset({"those who lead", "the group"}),
    Step.NAMED: frozenset(
        {"those who lead", "the name to those who lead", "the group", "the name to the group"},
    ),
}
"""What becomes known at each step. `unnamed` is no more than `leaders` and no less: it shows other things."""


def widens(old: str, new: str) -> bool:
    """Whether somebody learns something by this step that they could not know before."""
    return not SHOWS[new] <= SHOWS[old]


def meanwhile(old: str, new: str) -> str:
    """Where the words stand until a step that widens takes effect: where they were, if that is less; else nowhere."""
    return old if SHOWS[old] <= SHOWS[new] else ""


def in_force(step: str, before: str, *, seen_from: datetime, let_in: bool, at: datetime) -> str:
    """The step that counts at this moment: by the clock alone, so that nothing needs to run for it to hold."""
    return step if at >= seen_from and let_in else before


def had_name(step: str, before: str, *, seen_from: datetime, at: datetime) -> bool:
    """Whether somebody beside their writer can read these words with a name at this moment.

    From then on those who did can tell whose they are, in whatever handful they stand later. What goes to the group by
    name and is read first is read with the name by whoever leads, also if they never let it in.
    """
    reached = (step, before) if at >= seen_from else (before,)
    return any("the name to those who lead" in SHOWS[one] for one in reached)


def last_morning(at: datetime, zone: str) -> datetime:
    """The last moment at which handfuls could appear."""
    local = at.astimezone(ZoneInfo(zone))
    morning = local.replace(hour=APPEARS.hour, minute=APPEARS.minute, second=0, microsecond=0)
    if morning > local:
        morning -= timedelta(days=1)
    return morning.astimezone(at.tzinfo)


def may_gather(writers: Iterable[object]) -> bool:
    """Whether words that wait may appear: from `LEAST` different people on. writers: of each, who wrote it."""
    return len(set(writers)) >= LEAST


def may_stand(writers: Iterable[object], *, somebody_left: bool) -> bool:
    """Whether a handful may still be seen. writers: of each word that is still in, who wrote it.

    Once somebody of it has left the group all of it goes, also when theirs had gone before: what still stood there
    would tell all the others which had been theirs.
    """
    return may_gather(writers) and not somebody_left
