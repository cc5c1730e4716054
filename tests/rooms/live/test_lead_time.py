"""How far ahead a practice begins: the slowest line of those who are here decides, and the silent hold nobody up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.live import actions
from kindcircle.rooms.live.lead_time import LONGEST, SHORTEST, SPARE, lead_for, wanted
from kindcircle.rooms.live.models import Event, Presence
from kindcircle.spec.timeline import LEAD
from tests.rooms.live.stage import Stage, later
from tests.world import World


@pytest.fixture
def stage(world: World) -> Stage:
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2)
    stage.step(2)
    return stage


def hear(stage: Stage, leads: dict[int, int | None], seconds: float = 10) -> None:
    """Devices of these members, by seat, were heard; they have told so much (None: nothing yet)."""
    people = {stage.world.members[seat].pk: lead for seat, lead in leads.items()}
    told = {person: lead for person, lead in people.items() if lead is not None}
    actions.keep_alive(gathering=stage.gathering, user_ids=set(people), leads=told, at=later(stage.at, seconds))


def start(stage: Stage, seconds: float) -> Event:
    actions.start_practice(**stage.practice_a(), by=stage.guide, at=later(stage.at, seconds))
    return Event.objects.filter(gathering=stage.gathering).latest("n")


def test_nothing_known_means_the_ordinary_lead(stage: Stage) -> None:
    assert lead_for(stage.gathering, at=later(stage.at, 10)) == LEAD
    Presence.objects.all().delete()
    assert lead_for(stage.gathering, at=later(stage.at, 10)) == LEAD


def test_quick_lines_need_not_wait_and_one_slow_line_is_waited_for(stage: Stage) -> None:
    hear(stage, {0: SHORTEST, 1: 1200, 2: 1100})
    assert lead_for(stage.gathering, at=later(stage.at, 11)) == 1200
    hear(stage, {1: 4800}, seconds=20)
    assert lead_for(stage.gathering, at=later(stage.at, 21)) == 4800
    event = start(stage, 21)
    assert event.data["lead"] == 4800
    assert event.at_ms == milliseconds(later(stage.at, 21)) + 4800


def test_whoever_has_told_nothing_counts_as_an_ordinary_line(stage: Stage) -> None:
    hear(stage, {0: SHORTEST, 1: SHORTEST, 2: None})
    assert lead_for(stage.gathering, at=later(stage.at, 11)) == LEAD
    hear(stage, {2: SHORTEST}, seconds=20)
    assert lead_for(stage.gathering, at=later(stage.at, 21)) == SHORTEST


def test_the_silent_hold_nobody_up(stage: Stage) -> None:
    hear(stage, {0: SHORTEST, 1: SHORTEST, 2: LONGEST})
    hear(stage, {0: SHORTEST, 1: SHORTEST}, seconds=65)
    assert lead_for(stage.gathering, at=later(stage.at, 66)) == LONGEST
    assert lead_for(stage.gathering, at=later(stage.at, 71)) == SHORTEST


def test_going_on_after_a_pause_waits_for_the_slowest_too(stage: Stage) -> None:
    play = str(start(stage, 1).data["play"])
    actions.pause_practice(gathering=stage.gathering, play=play, by=stage.guide, at=later(stage.at, 9))
    hear(stage, {0: 3000, 1: SHORTEST, 2: SHORTEST})
    actions.resume_practice(gathering=stage.gathering, play=play, by=stage.guide, at=later(stage.at, 12))
    last = Event.objects.filter(gathering=stage.gathering).latest("n")
    assert (last.kind, last.data["lead"]) == ("practice_resumed", 3000)
    # Said within the lead: it counts from the moment it was said, not from the moment that lies ahead.
    placed = actions.pause_practice(gathering=stage.gathering, play=play, by=stage.guide, at=later(stage.at, 13))
    assert placed.practice and placed.practice.paused


@given(rtt=st.floats(0, 2**52), error=st.floats(0, 2**52))
def test_whatever_a_device_says_the_lead_is_between_its_bounds(rtt: float, error: float) -> None:
    assert SHORTEST <= wanted(rtt=rtt, error=error) <= LONGEST
    assert wanted(rtt=rtt + 1, error=error) >= wanted(rtt=rtt, error=error)


@pytest.mark.parametrize(
    ("delay", "lost"), [("uniform 100", 0.0), ("uniform 100", 0.02), ("exponential 100", 0.0), ("uniform 800", 0.0)]
)
def test_a_measured_lead_reaches_every_device_in_time(delay: str, lost: float) -> None:
    """Fifteen simulated devices, as in tests/spec/test_clocks.py: each tells the longest of its 16 round trips.

    A packet that is lost comes 200 ms later, as TCP sends it again.
    """
    random = np.random.default_rng(5)
    kind, size = delay.split()

    def trips(shape: tuple[int, ...]) -> np.ndarray:
        drawn = random.uniform(0, float(size), shape) if kind == "uniform" else random.exponential(float(size), shape)
        return drawn + 200 * (random.random(shape) < lost)

    rooms, devices = 1000, 15
    longest = (trips((rooms, devices, 16)) + trips((rooms, devices, 16))).max(axis=2)
    leads = np.array([max(wanted(rtt=rtt, error=25) for rtt in room) for room in longest])
    cue = trips((rooms, devices)).max(axis=1)
    print(f"\n{delay}, {lost:.0%} lost: lead {np.percentile(leads, 50):.0f} ms, slowest cue {cue.max():.0f} ms")
    assert (leads - cue).min() > SPARE / 2, "hardly anything to spare"
