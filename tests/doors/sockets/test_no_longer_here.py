"""Whoever loses their place hears nothing more: they left, took back their yes, signed out, or the account is closed.

Cues go on all the while. And a thousand lines that break and come back leave nothing behind in the server.
"""

import asyncio
import contextlib
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from websockets.exceptions import ConnectionClosed

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Membership
from tests.doors.sockets.devices import cookie_of, in_thread, next_of, run, say, socket_for
from tests.doors.sockets.feeds import Server
from tests.rooms.live.stage import Stage
from tests.site import RunningSite
from tests.world import World, make_world

EACH = 3  # people who go, in each way
AT_MOST = 1.0  # seconds in which the last word may still come; a busy machine is given half a second more
CUE_EVERY = 0.1
RECONNECTS, AT_ONCE = 1000, 20


def leave(world: World, user: User) -> None:
    place = Membership.objects.get(user=user, group=world.group)
    groups.leave_group(place=place, by=world.actor(user), at=clock.now())


def take_back(world: World, user: User) -> None:
    consent = Membership.objects.get(user=user, group=world.group).consent
    groups.take_back_yes(consent=consent, by=world.actor(user), at=clock.now())


def sign_out(key: str) -> None:
    Session.objects.filter(session_key=key).delete()


def close_account(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def test_nothing_is_heard_a_second_after_a_place_is_lost(running_site: RunningSite) -> None:
    world = make_world(members=4 * EACH + 1)
    stage = Stage(world)
    stage.open()
    keys = {user.pk: cookie_of(running_site, user) for user in world.members}
    *going, staying = world.members
    ways: dict[str, Callable[[User], Any]] = {
        "left the group": lambda user: leave(world, user),
        "took back their consent": lambda user: take_back(world, user),
        "session ended": lambda user: sign_out(keys[user.pk]),
        "account closed": lambda user: close_account(user),
    }
    late: dict[str, list[float]] = {way: [] for way in ways}
    guide, gathering = stage.guide, stage.gathering

    async def cues(over: asyncio.Event) -> int:
        said = 0
        while not over.is_set():
            await in_thread(_cue, gathering, said, guide)
            said += 1
            await asyncio.sleep(CUE_EVERY)
        return said

    async def goes(way: str, user: User, after: float) -> None:
        async with socket_for(running_site, keys[user.pk], stage.code) as socket:
            await say(socket, t="hello", after=0)
            gone, last = [], [0.0]

            async def listen() -> None:
                with contextlib.suppress(ConnectionClosed):
                    async for frame in socket:
                        if json.loads(frame)["t"] in ("events", "newer"):
                            last[0] = time.monotonic()

            listening = asyncio.create_task(listen())
            await asyncio.sleep(after)
            assert last[0] > time.monotonic() - 2, "cues do not come"
            await in_thread(ways[way], user)
            gone.append(time.monotonic())
            await asyncio.wait_for(listening, 10)
            assert socket.close_code == 4404
            late[way].append(max(0.0, last[0] - gone[0]))

    async def story() -> None:
        over = asyncio.Event()
        async with socket_for(running_site, keys[staying.pk], stage.code) as socket:
            await say(socket, t="hello", after=0)
            said = asyncio.create_task(cues(over))
            people = zip([way for way in ways for _ in range(EACH)], going, strict=True)
            await asyncio.gather(*(goes(way, user, 1.5 + 0.37 * n) for n, (way, user) in enumerate(people)))
            over.set()
            await next_of(socket, "events")
            assert await said > 20

    run(story())
    for way, seconds in late.items():
        print(f"\n{way}: last word p50 {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s", end="")
    assert all(len(seconds) == EACH for seconds in late.values())
    assert max(max(seconds) for seconds in late.values()) <= AT_MOST + 0.5


def _cue(gathering: Any, said: int, guide: Any) -> None:
    from kindcircle.rooms.live import actions

    actions.start_step(gathering=gathering, step=said % 5, by=guide, at=clock.now())


@pytest.mark.slow
def test_a_thousand_lines_that_break_and_come_back_leave_nothing_behind(running_site: RunningSite) -> None:
    """Each comes back at once, knows where it was, and is told exactly what it has missed."""
    stage = Stage(make_world(members=AT_ONCE))
    stage.open()
    guide, gathering = stage.guide, stage.gathering
    server = Server(running_site, "reconnects")
    server.start()
    try:
        keys = [cookie_of(server, user) for user in stage.world.members]

        def held() -> int:
            assert server._process is not None
            return len(list(Path(f"/proc/{server._process.pid}/fd").iterdir()))

        async def come_back(key: str, after: int) -> list[int]:
            async with socket_for(server, key, stage.code) as socket:
                await say(socket, t="hello", after=after)
                missed: list[int] = []
                while not missed:  # what another process has just said is found within a second
                    missed = [event["n"] for event in (await next_of(socket, "events", within=20))["events"]]
                socket.transport.abort()
                return missed

        async def story() -> None:
            before, newest = 0, 1
            for turn in range(RECONNECTS // AT_ONCE):
                missed = await asyncio.gather(*(come_back(key, newest - 1) for key in keys))
                assert missed == [[newest]] * AT_ONCE
                before = before or held()
                if turn % 5 == 4:
                    await in_thread(_cue, gathering, newest, guide)
                    newest += 1
            for _ in range(40):
                if held() <= before + 5:
                    break
                await asyncio.sleep(0.25)
            assert held() <= before + 5, "lines that broke are still held"

        asyncio.run(asyncio.wait_for(story(), 150))
        assert "Traceback" not in server.said() and "did not succeed" not in server.said()
    finally:
        server.stop()
