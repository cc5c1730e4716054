"""The plan of one day: what each step of a run-sheet is given when there is less time, and what falls away first.

Sharing and teaching are cut before practice. The opening and the closing keep what they have: only by hand can they be
made shorter, and nothing removes them. A step never has less than its practice needs, or the gentler one beside it.
Where a step begins with grounding, because the one before it can stir people up, it stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from kindcircle.spec.programmes import Slot, SlotKind
from kindcircle.spec.timeline import Placed

MINUTE = 60_000

Plan = tuple[int, ...]
"""Minutes of each step; 0 leaves it out."""

FEWEST: dict[SlotKind, int] = {
    "open": 3, "checkin": 5, "teach": 3, "practice": 3, "exercise": 5, "sharing": 5, "rest": 3, "home": 2, "close": 3,
}  # fmt: skip
"""Minutes below which a step of each kind is no longer worth beginning: better to leave it out."""

SHRINKS: tuple[tuple[SlotKind, ...], ...] = (
    ("sharing",), ("teach",), ("checkin",), ("home",), ("rest",), ("exercise", "practice"),
)  # fmt: skip
"""Kinds in the order in which they give time; each down to its least before the next gives any."""

FALLS: tuple[tuple[SlotKind, ...], ...] = (("sharing",), ("teach",), ("rest",), ("home",), ("exercise", "practice"))
"""Kinds in the order in which they fall away once shrinking is not enough. Everybody is met at the beginning."""

CORE = 0.75
"""The part of the whole time that the core version takes."""

BEHIND = 2
"""Minutes past the end from which something is suggested; less comes right by itself."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One thing to suggest: this step gets so many minutes instead of what it had; 0 leaves it out."""

    step: int
    minutes: int
    by: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How the meeting stands against its end: when it should be over, when it would be, both in ms since the epoch."""

    ends: int
    heading: int

    @property
    def behind(self) -> int:
        """Whole minutes too late, rounded to the nearest; below 0 where time is left over."""
        return round((self.heading - self.ends) / MINUTE)


def whole(agenda: Sequence[Slot]) -> Plan:
    """Every step as the run-sheet has it."""
    return tuple(slot.minutes for slot in agenda)


def today(agenda: Sequence[Slot], plan: Sequence[float] | None) -> Plan:
    """The plan of the day where one was made for this very run-sheet, or else the whole."""
    return whole(agenda) if plan is None or len(plan) != len(agenda) else tuple(ceil(minutes) for minutes in plan)


def needs(slot: Slot) -> int:
    """Minutes that the practices of a step need, with room for the gentler one."""
    around = sum(use.seconds for use in (slot.ground_first, slot.then) if use)
    longest = max((use.seconds for use in (slot.practice, slot.gentler) if use), default=0)
    return ceil((around + longest) / 60)


def least(slot: Slot) -> int:
    """The fewest minutes with which a step is still whole."""
    return min(slot.minutes, max(FEWEST[slot.kind], needs(slot)))


def may_fall(agenda: Sequence[Slot], step: int) -> bool:
    """Whether a step may be left out: never the opening and the closing, nor grounding after what stirs."""
    return not agenda[step].locked and agenda[step].ground_first is None


def core_minutes(agenda: Sequence[Slot]) -> int:
    """How long the core version lasts: three quarters of the whole, in fives, and never less than is possible."""
    wanted = 5 * round(sum(whole(agenda)) * CORE / 5)
    return max(wanted, leanest(agenda, whole(agenda)))


def core(agenda: Sequence[Slot]) -> Plan:
    """The core version: the heart of the session in three quarters of its time."""
    return fit(agenda, whole(agenda), core_minutes(agenda))


def leanest(agenda: Sequence[Slot], plan: Plan, *, first: int = 0) -> int:
    """The fewest minutes into which the steps from `first` on can be brought."""
    falls = set(_in_order_of_falling(agenda, plan, first))
    return sum(_floor(agenda, plan, step) for step in range(first, len(agenda)) if step not in falls)


def fit(agenda: Sequence[Slot], plan: Plan, minutes: int, *, first: int = 0) -> Plan:
    """The plan with its steps from `first` on brought into so many minutes; those before stay as they were.

    What fits already stays as it is. What cannot be brought so low (`leanest`) becomes as short as it may.
    """
    steps = range(first, len(agenda))
    if sum(plan[first:]) <= minutes:
        return plan
    out: list[int] = []
    for step in _in_order_of_falling(agenda, plan, first):
        if sum(_floor(agenda, plan, one) for one in steps if one not in out) <= minutes:
            break
        out.append(step)
    new = [0 if step in out else given for step, given in enumerate(plan)]
    over = sum(new[first:]) - minutes
    for kinds in SHRINKS:
        for step in reversed(steps):
            if agenda[step].kind in kinds and over > 0:
                cut = min(over, max(0, new[step] - _floor(agenda, plan, step)))
                new[step] -= cut
                over -= cut
    if over < 0:
        # More fell away than was needed: the practice has the rest, or else people leave without haste.
        heart = next((step for step in steps if new[step] and agenda[step].kind in ("practice", "exercise")), -1)
        new[heart] -= over
    return tuple(new)


def pace(agenda: Sequence[Slot], plan: Plan, place: Placed, *, now: int, ends: int) -> Pace:
    """When a meeting that is going on would end, if each step took the time that it has from here on."""
    if place.step is None:
        return Pace(ends, now + sum(plan) * MINUTE)
    index = min(place.step.index, len(agenda) - 1)
    of_step = round(place.step.minutes * MINUTE) - place.step.elapsed_ms
    left = max(0, of_step, practice_left(place))
    return Pace(ends, now + left + sum(plan[index + 1 :]) * MINUTE)


def practice_left(place: Placed) -> int:
    """Milliseconds that a practice under way still needs, or 0."""
    going = place.practice
    if going is None or going.finished or going.total_ms is None:
        return 0
    return going.total_ms - going.position_ms + (going.starts_in_ms or 0)


def floor_now(agenda: Sequence[Slot], plan: Plan, place: Placed, step: int) -> int:
    """The fewest minutes a step may be given at this moment: its least, or what has gone by and what is running."""
    if place.step is None or place.step.index != step:
        return least(agenda[step])
    return ceil((place.step.elapsed_ms + practice_left(place)) / MINUTE) or 1


def suggest(agenda: Sequence[Slot], plan: Plan, place: Placed, behind: int) -> Cut | None:
    """The one thing that helps most when a meeting is late; None when only the closing could give. It never does."""
    if behind < BEHIND:
        return None
    index = -1 if place.step is None else place.step.index
    ahead = [step for step in range(max(index, 0), len(agenda)) if plan[step] and not agenda[step].locked]
    for kinds in SHRINKS:
        slack = {
            step: plan[step] - max(_floor(agenda, plan, step), floor_now(agenda, plan, place, step))
            for step in ahead
            if agenda[step].kind in kinds
        }
        step = max(slack, key=lambda one: (min(slack[one], behind), one), default=-1)
        if step >= 0 and slack[step] > 0:
            by = min(slack[step], behind)
            return Cut(step, plan[step] - by, by)
    falls = [step for step in _in_order_of_falling(agenda, plan, index + 1) if plan[step]]
    return Cut(falls[0], 0, plan[falls[0]]) if falls else None


def _floor(agenda: Sequence[Slot], plan: Plan, step: int) -> int:
    """How short a step may become: what was left out stays out, and nothing that was made shorter grows."""
    if agenda[step].locked:
        return plan[step]
    return min(plan[step], least(agenda[step]))


def _in_order_of_falling(agenda: Sequence[Slot], plan: Plan, first: int) -> list[int]:
    """Steps from `first` on that may be left out, the first to go first. One practice of the day stays."""
    practices = [step for step, slot in enumerate(agenda) if slot.kind in ("practice", "exercise") and plan[step]]
    heart = practices[0] if practices else -1
    return [
        step
        for kinds in FALLS
        for step in reversed(range(first, len(agenda)))
        if agenda[step].kind in kinds and step != heart and plan[step] and may_fall(agenda, step)
    ]
