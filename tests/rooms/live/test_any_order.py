"""Whatever is pressed, by whom and in whatever order: no gap, no surprise, and always an answer to "what now?"."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import event as count
from hypothesis import strategies as st

from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import KindError
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, pairs, queries
from kindcircle.rooms.live.actions.rounds import WAYS
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.pairing import splits
from kindcircle.spec.practices import load_practice
from kindcircle.spec.repertoire import released_practices
from tests.rooms.live.stage import Stage, later
from tests.rooms.live.test_words_any_order import WORDS, press_in_words, words_hold_together
from tests.world import World

CIRCLE = ("way", "up", "down", "with", "add", "order", "longer")
PAIRS = ("ask pairs", "say", "mark", "swap", "keep", "start pairs", "longer pairs", "bring", "end pairs", "wish")
COMMANDS = [
    "open", "step", "practice", "gentler", "pause", "resume", "end", "round", "move", "hand", "defer", "end round",
    "turn", "later", "closing", "close", "arrive", "left", "signal", "minutes", "core", "whole", "lead", "library",
    *CIRCLE, *PAIRS, *WORDS,
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
        case _ if command in CIRCLE:
            press_in_circle(stage, command, number, at)
        case _ if command in PAIRS:
            press_in_pairs(stage, command, number, at)
        case _ if command in WORDS:
            press_in_words(stage, command, number, at)
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


def press_in_circle(stage: Stage, command: str, number: int, at: Any) -> None:
    """What people press in a round besides handing the piece on."""
    gathering = stage.gathering
    led = {"gathering": gathering, "by": stage.guide if number % 2 else stage.holder, "at": at}
    turns = queries.placed(gathering, at=at).round
    code, holder = (turns.round, turns.holder) if turns and number else ("old", None)
    own = {"gathering": gathering, "turns": code, "by": stage.member(number), "at": at}
    seat = queries.people(gathering, at=at)[number].code
    match command:
        case "way":
            actions.start_round(**led, prompt=["checkin", ""][number % 2], way=[*WAYS][number % len(WAYS)])
        case "up":
            actions.raise_hand(**own)
        case "down":
            actions.lower_hand(**own)
        case "with":
            actions.be_with(**own, holder=holder or "nobody")
        case "add":
            actions.add_to_round(**led, turns=code, who=seat)
        case "order":
            where = ("up", "first", "last", "out")[number % 4]
            actions.set_order(**led, turns=code, who=seat, where=where)
        case "longer":
            actions.lengthen_turn(**led, turns=code, holder=holder, seconds=(30, 60)[number % 2])


def press_in_pairs(stage: Stage, command: str, number: int, at: Any) -> None:
    """What people press about pairs. Sometimes the first two members would rather not be together."""
    gathering = stage.gathering
    led = {"gathering": gathering, "by": stage.guide if number % 2 else stage.holder, "at": at}
    own = {"gathering": gathering, "by": stage.member(number % 4), "at": at}
    placed = queries.placed(gathering, at=at)
    code = placed.pairs.pairs if placed.pairs and number else "old"
    talk = pairs.talk_of(gathering, placed)
    seats = [one.code for one in queries.people(gathering, at=at)]
    said = ("yes", "stay", "yes", "back", "yes", "join", "yes", "no such word")[number]
    match command:
        case "ask pairs":
            actions.ask_pairs(**led, prompt=["checkin", "none"][number == 7])
        case "say":
            actions.answer_pairs(**own, talk=code, said=said)
        case "mark":
            actions.mark_answer(**led, talk=code, member_code=seats[number], said=said)
        case "swap":
            actions.swap_in_pairs(**led, talk=code, one=seats[0], other=seats[number])
        case "keep":
            actions.keep_from_pairs(**led, talk=code, member_code=seats[number % 4], stays=number > 3)
        case "start pairs":
            seen = pairs.proposal(talk).print if talk else ""
            actions.start_pairs(**led, talk=code, minutes=[6, 5][number == 7], seen=seen)
        case "longer pairs":
            actions.lengthen_pairs(**led, talk=code)
        case "bring":
            actions.bring_to_pair(**led, talk=code, member_code=seats[number % 4], number=number % 3)
        case "end pairs":
            actions.end_pairs(**led, talk=code)
        case "wish":
            wisher = {"gathering": gathering, "by": stage.member(0), "at": at}
            actions.wish_apart(**wisher, others=seats[1:2] if number % 2 else [])


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=PRESSES, opened=st.booleans(), second=st.booleans())
def test_any_order_of_presses_is_answered_kindly(
    world: World, presses: list[tuple[str, int, int]], opened: bool, second: bool
) -> None:
    before = transaction.savepoint()
    try:
        stage = Stage.second(world) if second else Stage(world)
        at = stage.at
        if opened:
            stage.open()
            stage.come(0, 1, 2, 3)
        for command, number, seconds in presses:
            at = later(at, seconds)
            with suppress(KindError):  # a kind sentence, or "not there"; anything else fails the test
                press(stage, command, number, at)
            pairs_hold_together(stage, at, second=second)
        hold_together(stage, at)
    finally:
        transaction.savepoint_rollback(before)


IN_PAIRS = st.lists(
    st.tuples(st.sampled_from([*PAIRS, "arrive", "left", "round", "step"]), st.integers(0, 7), st.integers(0, 90)),
    max_size=20,
)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=IN_PAIRS, begun=st.booleans())
def test_any_order_of_presses_about_pairs(world: World, presses: list[tuple[str, int, int]], begun: bool) -> None:
    """Four people have been asked and said yes; half of the time they talk already."""
    before = transaction.savepoint()
    try:
        stage, at = Stage.second(world), world.at
        stage.open()
        stage.come(0, 1, 2, 3)
        press(stage, "wish", 1, at)
        press(stage, "ask pairs", 1, at)
        asked = queries.placed(stage.gathering, at=at).pairs
        assert asked is not None
        for seat in range(4):
            mine = {"gathering": stage.gathering, "by": stage.member(seat), "at": at}
            actions.answer_pairs(**mine, talk=asked.pairs, said="yes")
        for command, number, seconds in [("start pairs", 1, 1), *presses] if begun else presses:
            at = later(at, seconds)
            with suppress(KindError):
                press(stage, command, number, at)
            pairs_hold_together(stage, at, second=True)
        hold_together(stage, at)
        count("groups were begun" if Event.objects.filter(kind="pairs_started").exists() else "none were begun")
    finally:
        transaction.savepoint_rollback(before)


def hold_together(stage: Stage, at: Any) -> None:
    words_hold_together(stage.gathering)
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
    alerts = Alert.objects.filter(gathering=stage.gathering, source_kind="signal")
    assert alerts.count() == calls.values("user").distinct().count()


def pairs_hold_together(stage: Stage, at: Any, *, second: bool) -> None:
    """Whoever is in a group is here, said yes, and is in no other; and nothing is known of a talk that was ended."""
    gathering = stage.gathering
    talk = pairs.talk_of(gathering, queries.placed(gathering, at=at))
    assert second or talk is None, "never before the second meeting"
    if talk is None:
        return
    together = [who for group in talk.groups for who in group]
    assert len(together) == len(set(together))
    assert all(talk.said_by(who) == "yes" and who in talk.here for who in together)
    assert all(len(group) <= 3 for group in talk.pairs.groups)
    if talk.pairs.state == "asked":
        seen = pairs.proposal(talk)
        assert not any(splits(group, pairs.kept_apart(gathering)) for group in seen.groups)
        assert all(talk.said_by(who) == "yes" for group in seen.groups for who in group)
