"""What became of each step of a run-sheet, from what happened in the meeting: so that nobody has to write it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kindcircle.spec import conducting
from kindcircle.spec.dose import minutes_given
from kindcircle.spec.playing import Practices
from kindcircle.spec.programmes import Slot
from kindcircle.spec.timeline import Event, position

Outcome = Literal["done", "adapted", "skipped"]
How = Literal["shorter", "longer", "other", "gentler", "not-whole"]

WHOLE = 0.9
"""The part of a practice from which it counts as led to its end: the last bell may be rung a little early."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One step as it was. minutes: how long it took, or None where nobody went to it. how: in what it was adapted."""

    outcome: Outcome
    minutes: float | None
    how: tuple[How, ...] = ()


def what_happened(agenda: Sequence[Slot], events: Sequence[Event], practices: Practices) -> tuple[Happened, ...]:
    """One entry for each step. A meeting that was led without its timeline tells nothing, and all counts as done.

    Only what was decided counts as adapted: other minutes in the plan, another practice, a practice that was ended
    before its end. A step that simply took longer was done, and so was the closing: no meeting is closed without it.
    """
    begun = {event.data.get("step") for event in events if event.kind == "step_started"}
    if not begun:
        return tuple(Happened("done", None) for _ in agenda)
    given, how = minutes_given(events), _adapted(agenda, events, practices)
    return tuple(
        Happened("skipped", None)
        if step not in begun and step < len(agenda) - 1
        else Happened("adapted" if how[step] else "done", given.get(step), tuple(sorted(how[step])))
        for step in range(len(agenda))
    )


def _adapted(agenda: Sequence[Slot], events: Sequence[Event], practices: Practices) -> list[set[How]]:
    how: list[set[How]] = [set() for _ in agenda]
    known = sorted(events, key=lambda event: event.n)
    plan = conducting.whole(agenda)
    step: int | None = None
    for number, event in enumerate(known):
        if event.kind == "step_started":
            to = event.data["step"]
            step = to if isinstance(to, int) and 0 <= to < len(agenda) else None
        elif event.kind == "plan_set":
            minutes = event.data["minutes"]
            assert isinstance(minutes, list | tuple)
            plan = conducting.today(agenda, minutes)
        if step is None:
            continue
        slot = agenda[step]
        if event.kind in ("step_started", "plan_set"):
            how[step] -= {"shorter", "longer"}
            if plan[step] and plan[step] != slot.minutes:
                how[step].add("shorter" if plan[step] < slot.minutes else "longer")
        elif event.kind == "practice_started":
            how[step] |= _other(slot, event)
        elif event.kind == "practice_ended" and _cut(known[:number], event, practices):
            how[step].add("not-whole")
    return how


def _other(slot: Slot, event: Event) -> set[How]:
    """Whether a practice is not what the step has: its gentler one, or something else."""
    led = (event.data["practice"], event.data["variant"])
    own = {(use.practice, str(use.seconds)) for use in (slot.ground_first, slot.practice, slot.then) if use}
    if led in own:
        return set()
    if slot.gentler and led[0] == slot.gentler.practice:
        return {"gentler"}
    return {"shorter"} if slot.practice and led[0] == slot.practice.practice and _briefer(slot, led) else {"other"}


def _briefer(slot: Slot, led: tuple[object, object]) -> bool:
    return slot.practice is not None and isinstance(led[1], str) and int(led[1]) < slot.practice.seconds


def _cut(before: Sequence[Event], event: Event, practices: Practices) -> bool:
    going = position(before, event.at, practices).practice
    return going is not None and going.total_ms is not None and going.position_ms < going.total_ms * WHOLE
