"""Whatever is pressed, by whom and in whatever order: no gap, no surprise, and always an answer to "what now?"."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import KindError
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.practices import load_practice
from kindcircle.spec.repertoire import released_practices
from tests.rooms.live.stage import Stage, later
from tests.world import World

COMMANDS = [
    "open", "step", "practice", "gentler", "pause", "resume", "end", "round", "move", "hand", "defer", "end round",
    "turn", "later", "closing", "close", "arrive", "left", "signal", "minutes", "core", "whole", "lead", "library",
]  # fmt: skip

PRESSES = st.lists(st.tuples(st.sampled_from(COMMANDS), st.integers(0, 7), st.integers(-5, 200)), max_size=25)


def press(stage: Stage, command: str, number: int, at: Any) -> None:
    """One press, with whatever the page would have known: sometimes the right play or round, sometimes an old one."""
    gathering = stage.gathering
    place = queries.placed(gathering, at=at)
    led = {"gathering": gathering, "by": stage.guide if number % 2 else stage.holder, "at": at}
    own = {"gathering": gathering, "by": stage.member(number), "at": at}
    play = place.practice.play if place.practice and number else "old"
    turns = place.round.round if place.round and number else "old"
    piece = {"turns": turns, "holder": place.round.holder if place.round else None}
    seats = [one.code for one in queries.people(gathering, at=at)]
    match command:
        case "open":
            actions.open_gathering(**led, online=bool(number % 2))
        case "step":
            actions.start_step(**led, step=number)
        case "practice" | "gentler":
            slot = queries.session_of(gathering).agenda[number]
            use = slot.practice if command == "practice" else slot.gentler
            if use:
                actions.start_practice(**led, practice=use.practice, seconds=use.seconds)
        case "pause":
            actions.pause_practice(**led, play=play)
        case "resume":
            actions.resume_practice(**led, play=play)
        case "end":
            actions.end_practice(**led, play=play)
        case "round":
            actions.start_round(**led, prompt=["checkin", "sharing", "home"][number % 3])
        case "move":
            actions.move_piece(**led, **piece)
        case "hand":
            actions.move_piece(**led, **piece, to=seats[number] if number else None)
        case "defer":
            actions.defer_piece(**led, turns=turns, who=seats[number])
        case "end round":
            actions.end_round(**led, turns=turns)
        case "turn" | "later":
            actions.take_turn(**own, turns=turns, later=command == "later")
        case "closing":
            actions.start_closing(**led)
        case "close":
            actions.close(**led)
        case "arrive":
            actions.arrive(**own)
        case "left":
            actions.mark_left(**led, member_code=seats[number])
        case "signal":
            actions.send_signal(**own, kind=Signal.Kind.values[number % 4], client_key=new_code())
        case "minutes":
            actions.set_minutes(**led, step=number, minutes=(number * 5 + len(gathering.code)) % 17)
        case "core" | "whole":
            (actions.take_core if command == "core" else actions.take_whole)(**led)
        case "lead":
            to = stage.member(number) if number == 5 else stage.holder if number > 3 else stage.guide
            actions.move_lead(**led, to=to.code)
        case "library":
            chosen = released_practices()[number * 6]
            length = chosen.durations[number % len(chosen.durations)]
            actions.start_practice(**led, practice=chosen.id, seconds=length.seconds, sure=bool(number % 2))


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=PRESSES, opened=st.booleans())
def test_any_order_of_presses_is_answered_kindly(
    world: World, presses: list[tuple[str, int, int]], opened: bool
) -> None:
    stage = Stage(world)
    before = transaction.savepoint()
    try:
        at = stage.at
        if opened:
            stage.open()
            stage.come(0, 1, 2, 3)
        for command, number, seconds in presses:
            at = later(at, seconds)
            with suppress(KindError):  # a kind sentence, or "not there"; anything else fails the test
                press(stage, command, number, at)
        hold_together(stage, at)
    finally:
        transaction.savepoint_rollback(before)


def hold_together(stage: Stage, at: Any) -> None:
    events = list(Event.objects.filter(gathering=stage.gathering).order_by("n"))
    assert [event.n for event in events] == list(range(1, len(events) + 1))
    for ahead in (0, 10, 100_000):
        placed = queries.placed(stage.gathering, at=later(at, ahead))
        assert placed.n == len(events)
    state = {"planned": "planned", "open": "open", "closing": "closing", "closed": "closed"}
    far = queries.placed(stage.gathering, at=later(at, 100_000))
    assert stage.gathering.state == state[far.phase]
    if far.plan is not None:
        assert far.plan[0] > 0 and far.plan[-1] > 0 and len(far.plan) == len(queries.session_of(stage.gathering).agenda)
    if far.lead is not None:
        assert far.lead in {stage.guide.code, stage.holder.code}
    for event in events:
        if event.kind == "practice_started":
            assert load_practice(event.data["practice"], event.data["version"]).length(int(event.data["variant"]))
    if any(event.kind == "closed" for event in events):
        assert any(event.kind == "closing_started" for event in events)
        assert stage.gathering.state == Gathering.State.CLOSED
    calls = Signal.objects.filter(gathering=stage.gathering, kind="come")
    assert Alert.objects.filter(gathering=stage.gathering).count() == calls.values("user").distinct().count()
