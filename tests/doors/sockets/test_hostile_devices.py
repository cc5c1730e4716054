"""Devices that talk nonsense, too much, or from too many places at once."""

import asyncio
import contextlib
import time

import pytest
from websockets.exceptions import ConnectionClosed

from tests.doors.sockets.devices import cookie_of, next_of, run, say, socket_for
from tests.rooms.live.stage import Stage
from tests.site import RunningSite

NONSENSE: list[str | bytes] = [
    "",
    "null",
    "[]",
    "{",
    '{"t":1}',
    '{"t":"hello"}',
    '{"t":"hello","after":-1}',
    '{"t":"hello","after":true}',
    '{"t":"hello","after":99999999999999}',
    '{"t":"hello","after":"1 OR 1=1"}',
    '{"t":"clock","sent":NaN}',
    '{"t":"clock","sent":1e400}',
    '{"t":"clock","sent":"now"}',
    '{"t":"signal","kind":["come"],"key":{}}',
    '{"t":"line","rtt":-1,"error":0}',
    '{"t":"line","rtt":null,"error":null}',
    '{"t":"line","rtt":1e400,"error":true}',
    '{"t":"events","events":[]}',
    '{"t":"' + "x" * 5000 + '"}',
    "[" * 2000,
    "\x00\u202e\U0001f4a5",
    b"\x00\xff binary",
]


def test_nonsense_is_refused_and_the_socket_lives_on(running_site: RunningSite, stage: Stage) -> None:
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            for message in NONSENSE:
                await socket.send(message)
                assert (await next_of(socket, "refused"))["why"]
            await say(socket, t="hello", after=0)
            await next_of(socket, "events")

    run(story())
    assert "Traceback" not in running_site.said()


def test_a_flood_is_hung_up_on_and_harms_nobody_else(running_site: RunningSite, stage: Stage) -> None:
    cookies = [cookie_of(running_site, user) for user in stage.world.members[:2]]

    async def story() -> None:
        async with (
            socket_for(running_site, cookies[0], stage.code) as loud,
            socket_for(running_site, cookies[1], stage.code) as calm,
        ):
            with contextlib.suppress(ConnectionClosed):
                for _ in range(2000):
                    await say(loud, t="here")
            with pytest.raises(ConnectionClosed) as hung_up:
                async with asyncio.timeout(10):
                    while True:
                        await loud.recv()
            assert hung_up.value.rcvd and hung_up.value.rcvd.code == 4429
            begun = time.monotonic()
            await say(calm, t="clock", sent=1)
            await next_of(calm, "clock")
            assert time.monotonic() - begun < 1

    run(story())


def test_a_seventh_socket_of_one_person_takes_the_place_of_the_first(running_site: RunningSite, stage: Stage) -> None:
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(socket_for(running_site, cookie, stage.code)) for _ in range(7)]
            with pytest.raises(ConnectionClosed):
                async with asyncio.timeout(5):
                    await sockets[0].recv()
            await say(sockets[6], t="clock", sent=1)
            await next_of(sockets[6], "clock")

    run(story())
