"""Short tellings of what may go wrong around a meeting. bench/faults.py tells the same stories at their full length."""

import asyncio
import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.helpers import Line
from tests.doors.sockets.feeds import OwnRedis, Server, own_server, two_servers
from tests.faults import stories
from tests.faults.locks import Lock
from tests.faults.stories import Found, Meeting
from tests.site import RunningSite

TOGETHER = 250  # ms


@pytest.fixture
def server(running_site: RunningSite) -> Iterator[Server]:
    yield from own_server(running_site, "faults")


def tell(story: stories.Story, seconds: float, *sites: RunningSite, minutes_ago: float = 0) -> Found:
    meeting = Meeting(*sites, minutes_ago=minutes_ago)
    found = asyncio.run(asyncio.wait_for(story(meeting, seconds), 120))
    print(f"\n{story.__name__}: {found.told()}")
    assert found.stood == 0, "the practice did not go on somewhere"
    assert found.agree, "they do not agree afterwards"
    assert (found.lost, found.doubled) == (0, 0)
    assert len(found.apart) > seconds and max(found.apart) < TOGETHER and max(found.off) < TOGETHER
    return found


def test_a_server_killed_in_the_middle_of_a_practice(server: Server) -> None:
    tell(stories.server_killed, 3, server)


def test_the_line_between_processes_is_cut(running_site: RunningSite, tmp_path: Path) -> None:
    line = OwnRedis(tmp_path)
    line.start()
    try:
        with two_servers(running_site, "redis", line.address) as servers:
            tell(stories.feed_gone(line.kill, line.start), 3, *servers)
    finally:
        line.kill()


def test_the_database_is_locked(running_site: RunningSite) -> None:
    lock = Lock()
    found = tell(stories.database_locked(lock.take, lock.free), 3, running_site)
    assert found.healed < 10


def test_those_who_lead_are_out_of_reach(running_site: RunningSite) -> None:
    found = tell(stories.facilitator_offline, 4, running_site, minutes_ago=11)
    assert found.refused == 0, "whoever carries on has to wait for nobody"


def test_a_bad_line(running_site: RunningSite) -> None:
    """Every piece of data is late by chance, up to a fifth of a second each way (packets are lost in the benchmark)."""
    with Line(running_site, jitter=0.2) as line:
        behind = copy.copy(running_site)
        behind.url = line.url
        tell(stories.rough_line, 3, behind)
