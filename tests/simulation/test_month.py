"""A month of a whole town, hour by hour across the end of summer time, with what must never happen looked at each hour.

Five offers, a hundred and forty people who ask to come, twenty groups of four weeks. Everything is done on the real
pages, by people with browsers; nothing else moves but the clock.
"""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings

from kindcircle.base.audit import log
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Gathering, Group
from tests.simulation import coming, meetings
from tests.simulation.inside import InsideSite
from tests.simulation.rules import Rules
from tests.simulation.story import Story
from tests.simulation.town import HOUR, ZONE, Town, found

BEGINS = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
DAYS = 32
PAIRS = 5


@pytest.fixture
def town(db: None):
    """The town at six on a Monday morning."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # pages are asked for inside the test's own transaction
    with override_settings(DEMO=True, DEBUG_PROPAGATE_EXCEPTIONS=True), time_machine.travel(BEGINS, tick=False) as when:
        yield found(InsideSite(), when.move_to, pairs=PAIRS, seed="a month")
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_month_goes_by(town: Town) -> None:
    rules, story = Rules(town), Story(town)
    for hour in range(DAYS * 24):
        at = BEGINS + hour * HOUR
        town.move(at)
        assert tick(at=at), f"the worker stumbled at {at}"
        story.go_on(hour)
        meetings.write_what_waits(town)
        meetings.hold_those_due(town)
        rules.look()
    groups = list(Group.objects.all())
    print("\n" + rules.report())
    assert len(groups) == 20
    # The fourth of each lies in the week after; nobody is given a first meeting within seven days.
    assert Gathering.objects.filter(state="closed").count() == 60
    assert not story.still_to_come
    walls = [coming.wall_times(group, ZONE, besides=story.moved) for group in groups]
    assert {len(one) for one in walls} == {1}, "the same time on the wall, all month long"
    assert not list(log.verify())
