"""What became of each step, told by what happened and by nobody's memory."""

from typing import Any

from kindcircle.spec.conducting import MINUTE, whole
from kindcircle.spec.outcomes import Happened, what_happened
from kindcircle.spec.playing import Practices, cue_sheet
from kindcircle.spec.practices import cues
from kindcircle.spec.timeline import Event
from tests.newest import newest_programme

AGENDA = newest_programme("kind-to-a-body-that-hurts").session(1).agenda
SHEETS: Practices = {
    (use.practice, str(use.seconds)): cue_sheet(cues(use.load(), use.seconds)) for slot in AGENDA for use in slot.uses
}
A, B = AGENDA[3], AGENDA[5]


def told(*events: tuple[str, float, dict[str, Any]]) -> dict[int, Happened]:
    whole_list = [("opened", 0.0, {}), *events, ("closed", 60.0, {})]
    found = [Event(n, kind, round(at * MINUTE), data) for n, (kind, at, data) in enumerate(whole_list, start=1)]
    return dict(enumerate(what_happened(AGENDA, found, SHEETS)))


def step(index: int, at: float) -> tuple[str, float, dict[str, Any]]:
    return ("step_started", at, {"step": index, "minutes": AGENDA[index].minutes})


def play(use: Any, at: float) -> tuple[str, float, dict[str, Any]]:
    data = {"practice": use.practice, "variant": str(use.seconds), "play": f"play-{at}", "lead": 1000}
    return ("practice_started", at, data)


def test_what_was_begun_was_done_and_what_nobody_went_to_was_skipped() -> None:
    found = told(step(0, 1), step(3, 6), play(A.practice, 7), ("closing_started", 58, {}), step(7, 58))
    assert found[0] == Happened("done", 5.0)
    assert found[3] == Happened("done", 52.0)
    assert found[7] == Happened("done", 2.0)
    assert {one for one, what in found.items() if what.outcome == "skipped"} == {1, 2, 4, 5, 6}
    assert found[1].minutes is None


def test_a_meeting_led_without_its_timeline_tells_nothing() -> None:
    assert {what.outcome for what in told().values()} == {"done"}


def test_other_minutes_in_the_plan_are_an_adaptation_unless_they_were_taken_back() -> None:
    shorter = [*whole(AGENDA)]
    shorter[1] = 5
    longer = [*whole(AGENDA)]
    longer[4] += 3
    plan, back = ("plan_set", 0.5, {"minutes": shorter}), ("plan_set", 3.0, {"minutes": list(whole(AGENDA))})
    assert told(plan, step(1, 1), step(2, 6))[1].how == ("shorter",)
    assert told(plan, step(1, 1), back, step(2, 6))[1] == Happened("done", 5.0)
    assert told(plan, step(1, 1), step(2, 6), back)[1].how == ("shorter",)
    assert told(step(4, 1), ("plan_set", 2, {"minutes": longer}), step(5, 20))[4].how == ("longer",)


def test_another_practice_and_one_that_was_ended_early_are_adaptations() -> None:
    assert told(step(3, 1), play(A.gentler, 2))[3].how == ("gentler",)
    assert told(step(3, 1), play(B.practice, 2))[3].how == ("other",)
    early = told(step(3, 1), play(A.practice, 2), ("practice_ended", 3, {"play": "play-2"}))
    assert early[3].how == ("not-whole",)
    seconds = A.practice.seconds if A.practice else 0
    late = told(step(3, 1), play(A.practice, 2), ("practice_ended", 2 + seconds * 0.95 / 60, {"play": "play-2"}))
    assert late[3].outcome == "done"


def test_events_may_come_in_any_order_and_name_steps_that_are_not_there() -> None:
    events = [Event(3, "step_started", 5 * MINUTE, {"step": 99, "minutes": 1})]
    events += [Event(2, "step_started", MINUTE, {"step": 0, "minutes": 4}), Event(1, "opened", 0, {})]
    found = what_happened(AGENDA, events, SHEETS)
    assert (found[0].outcome, found[1].outcome) == ("done", "skipped")
    assert found[-1] == Happened("done", None), "no meeting is closed without its closing"
