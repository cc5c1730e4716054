"""A guided practice as it plays: its cues, and where in it we are. The timeline asks; its rules are told there."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

Going = Literal["none", "waiting", "running", "paused", "finished"]


class HasMoment(TypedDict):
    """A cue as far as the timeline cares: it comes `at` ms after the practice begins."""

    at: int


@dataclass(frozen=True, slots=True)
class CueSheet:
    """A practice at one length: when each cue comes, in ms and rising, and how long the whole lasts."""

    moments: tuple[int, ...]
    total_ms: int


Practices = Mapping[tuple[str, str], CueSheet]
"""Cue sheets by (practice id, variant). The variant is the length in seconds as text, such as "180"."""


@dataclass(frozen=True, slots=True)
class PlacedPractice:
    """A guided practice and where in it we are. Just one of waiting, running, paused, finished is true.

    `position_ms` lies between 0 and `total_ms`; `total_ms` is None when the practice is not known here,
    and the position then simply counts up. `starts_in_ms` is set while waiting. `cue` is the index of
    the latest cue, None before the first. `next_cue_in_ms` counts from now; None while paused, when
    finished and after the last. A practice ended early is finished with its position short of the total.
    """

    practice: str
    variant: str
    play: str
    position_ms: int
    total_ms: int | None
    waiting: bool
    running: bool
    paused: bool
    finished: bool
    starts_in_ms: int | None
    cue: int | None
    next_cue_in_ms: int | None


@dataclass(frozen=True, slots=True)
class Play:
    """A practice as it was started or last changed: how far it had come, and since when it runs, if it does."""

    practice: str
    variant: str
    play: str
    base_ms: int
    runs_from: int | None
    ended: bool


def cue_sheet(cues: Sequence[HasMoment]) -> CueSheet:
    """The moments of a practice's cues; the last cue, `end`, stands at the full length. Needs one cue."""
    moments = tuple(cue["at"] for cue in cues)
    return CueSheet(moments=moments, total_ms=moments[-1])


def going_of(practice: PlacedPractice | None) -> Going:
    """In which of its states a practice is; "none" where there is none."""
    if practice is None:
        return "none"
    if practice.waiting:
        return "waiting"
    if practice.running:
        return "running"
    return "paused" if practice.paused else "finished"


def place_practice(play: Play, now: int, practices: Practices) -> PlacedPractice:
    """Where in the practice we are at this moment."""
    sheet = practices.get((play.practice, play.variant))
    total = None if sheet is None else sheet.total_ms
    moments = () if sheet is None else sheet.moments
    starts_in = play.runs_from - now if play.runs_from is not None and now < play.runs_from else None
    moving = play.runs_from is not None and starts_in is None
    at = play.base_ms + (now - play.runs_from if play.runs_from is not None and moving else 0)
    if total is not None:
        at = min(at, total)
    finished = play.ended or (moving and at == total)
    begun = moving or play.base_ms > 0
    passed = bisect_right(moments, at) if begun else 0
    to_come = play.runs_from is not None and not finished and passed < len(moments)
    return PlacedPractice(
        practice=play.practice,
        variant=play.variant,
        play=play.play,
        position_ms=at,
        total_ms=total,
        waiting=starts_in is not None,
        running=moving and not finished,
        paused=play.runs_from is None and not finished,
        finished=finished,
        starts_in_ms=starts_in,
        cue=passed - 1 if passed else None,
        next_cue_in_ms=moments[passed] - at + (starts_in or 0) if to_come else None,
    )
