"""How long each step of a meeting really took, from what happened in it."""

from collections.abc import Sequence

from kindcircle.spec.timeline import Event

MINUTE = 60_000


def minutes_given(events: Sequence[Event]) -> dict[int, float]:
    """Minutes spent in each step by its place in the run-sheet, from 0; steps nobody went to are left out.

    A step lasts until the next one begins or the meeting is closed; going back to a step adds to it. A meeting that was
    never closed has no length for its last step. Source: the numbered events of the live timeline.
    """
    given: dict[int, float] = {}
    at, since = None, 0
    for event in sorted(events, key=lambda event: event.n):
        if event.kind not in ("step_started", "closed"):
            continue
        if at is not None:
            given[at] = given.get(at, 0.0) + max(event.at - since, 0) / MINUTE
        step = event.data.get("step")
        at, since = (step if event.kind == "step_started" and isinstance(step, int) else None), event.at
    return given
