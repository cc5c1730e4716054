"""When to go more slowly: the rules by which it is proposed, for one person and for a group. People decide.

The thresholds are those of the clinical brief, 5.3: a person who left unsteady twice, or for whom practices were a lot
twice, who was kept from daily things for days; a group of which two stepped out, or that went home unsteady.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Literal

from kindcircle.spec.backdraft import Over, grade
from kindcircle.spec.practices import Practice
from kindcircle.spec.programmes import PracticeUse, Session, Slot

WITHIN = timedelta(days=28)
"""Signs that lie further back say nothing about now."""
TWICE = 2
SHAKY = 4.0
"""At most this on the way home counts as unsteady, for one person."""
SOME_DAYS, A_LITTLE = 1, 1
"""From these answers of harm-check on: it lasted for some days, and kept somebody from daily things."""

STEP_OUTS = 2
"""So many times somebody stepped out: then it was a lot for the group."""
STEADY, FEWEST = 6.0, 5
"""Below this on the average, of at least so many answers on the sheet from before going home."""

LONG, SHORTEST = 300, 60
"""Seconds from which a practice is long enough to be halved, and of the shortest length that takes its place."""
DEEP = 5
"""The depth of a question that a lighter meeting leaves out."""

ForPerson = Literal["shaky", "a-lot", "in-the-way", "lasting", "worse"]
Reason = ForPerson | Literal["seen"]
"""Why somebody goes more slowly: by a rule, or because somebody who leads saw or heard what no rule can see."""
Part = Literal["theme", "shorter", "gentler", "depth"]
PARTS: tuple[Part, ...] = ("theme", "shorter", "gentler", "depth")
"""What may be made lighter in a meeting: the last theme again, half the time, a gentler practice, nothing so deep."""


@dataclass(frozen=True, slots=True)
class Landing:
    """What one person said after one practice."""

    at: datetime
    how: int | None
    lasting: int | None = None
    in_the_way: int | None = None
    over: Over = ""
    too_much: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one person, each with its moment.

    steadiness  on the way home, 0 to 10
    landings    only where they agreed that those who lead hear of it
    worse       asked whether anything became worse: for how long, and what it kept them from
    """

    steadiness: Sequence[tuple[datetime, float]] = ()
    landings: Sequence[Landing] = ()
    worse: Sequence[tuple[datetime, float | None, float | None]] = ()


def reasons_for_person(signs: Signs, *, at: datetime, since: datetime | None = None) -> tuple[ForPerson, ...]:
    """Why it is proposed to go more slowly with somebody; empty when nothing says so.

    since  when it was last decided for them: what lies before has been talked about
    """

    def counts(moment: datetime) -> bool:
        return at - WITHIN <= moment <= at and (since is None or moment > since)

    low = [value for moment, value in signs.steadiness if counts(moment) and value <= SHAKY]
    said = [one for one in signs.landings if counts(one.at)]
    graded = [grade(one.how, one.lasting, one.in_the_way, one.over) for one in said]
    worse = [
        moment
        for moment, how_long, daily in signs.worse
        if counts(moment) and (how_long or 0) >= SOME_DAYS and (daily or 0) >= A_LITTLE
    ]
    found: dict[ForPerson, bool] = {
        "shaky": len(low) >= TWICE,
        "a-lot": sum(bool(one.how) or one.too_much for one in said) >= TWICE,
        "in-the-way": any((one.in_the_way or 0) >= TWICE for one in said if one.how),
        "lasting": "lasting" in graded,
        "worse": bool(worse),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def stays_open(practice: Practice) -> bool:
    """Whether somebody who goes slowly finds this practice at home: all that stirs nobody, and what is done in passing.

    Never the strongest.
    """
    return practice.backdraft == "low" or (practice.kind == "informal" and practice.backdraft == "medium")


def was_a_lot(step_outs: int) -> bool:
    """Whether enough people stepped out."""
    return step_outs >= STEP_OUTS


def went_home_unsteady(steadiness: Sequence[float]) -> bool:
    """Whether a group left less steady than it should on the average; of a few answers nobody is told anything."""
    return len(steadiness) >= FEWEST and fmean(steadiness) < STEADY


def shorter(use: PracticeUse) -> PracticeUse | None:
    """For a long practice, the longest of its lengths that takes at most half the time, if there is one."""
    fitting = [one.seconds for one in use.load().durations if SHORTEST <= one.seconds <= use.seconds / 2]
    return use.model_copy(update={"seconds": max(fitting)}) if fitting and use.seconds >= LONG else None


def gentler(slot: Slot) -> PracticeUse | None:
    """The gentler practice that a step keeps ready, where its own can stir people up."""
    stirs = slot.practice is not None and not slot.locked and slot.practice.load().backdraft != "low"
    return slot.gentler if stirs else None


def lighten(session: Session, before: Session, parts: Sequence[str]) -> Session:
    """A meeting as it would be with these parts made lighter. before: the session of the last meeting.

    Its steps stay the same in number and order, so that a plan of the day and notes fit both. The opening and the
    closing stay as they are.
    """
    changed: dict[str, object] = {"agenda": tuple(_lighter(slot, parts) for slot in session.agenda)}
    if "theme" in parts:
        changed |= {"theme": before.theme, "aim": before.aim, "talk": before.talk}
    if "depth" in parts:
        changed["max_depth"] = min(session.max_depth, DEEP - 1)
    lightened = session.model_copy(update=changed)
    return lightened.model_copy(update={"minutes": sum(slot.minutes for slot in lightened.agenda)})


def _lighter(slot: Slot, parts: Sequence[str]) -> Slot:
    if slot.locked:
        return slot
    changed: dict[str, object] = {}
    use, minutes = slot.practice, slot.minutes
    if "gentler" in parts and (instead := gentler(slot)) is not None:
        use = instead
    if "shorter" in parts and use is not None and (half := shorter(use)) is not None:
        minutes -= (use.seconds - half.seconds) // 60
        use = half
    if use is not slot.practice:
        changed |= {"practice": use, "minutes": minutes}
    if "depth" in parts and slot.prompt is not None and slot.prompt.depth >= DEEP:
        changed["prompt"] = None
    return slot.model_copy(update=changed) if changed else slot
