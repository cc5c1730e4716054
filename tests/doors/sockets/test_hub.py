"""The hub with sockets that take nothing: one slow device must not hold up a room."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper
from starlette.websockets import WebSocket

from kindcircle.doors.sockets.admission import Visitor
from kindcircle.doors.sockets.hub import ASK_AGAIN, NOT_HERE, TOO_SLOW, WAITING, Hub
from tests.doors.sockets.devices import wind_down


class Line:
    """A device at the other end of a real Starlette socket; `stuck` means that it takes nothing any more."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.got: list[str] = []
        self.closed_with: int | None = None
        self.free = asyncio.Event()
        if not stuck:
            self.free.set()
        self.socket = WebSocket({"type": "websocket", "headers": []}, self._receive, self._send)

    async def open(self) -> WebSocket:
        await self.socket.accept()
        return self.socket

    async def _receive(self) -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            await self.free.wait()
            self.got.append(message["text"])
        elif message["type"] == "websocket.close":
            self.closed_with = message["code"]


def visitor(user: int) -> Visitor:
    return Visitor(
        user_id=user,
        session_key=f"session {user}",
        gathering_id=1,
        group_id=1,
        code="a-gathering",
        leads=False,
        confided=False,
        strong=False,
        only_gathering=None,
        lent=False,
        ended_from=None,
    )


def run(story: Callable[[Hub], Awaitable[None]]) -> None:
    async def with_hub() -> None:
        await story(Hub())

    asyncio.run(asyncio.wait_for(with_hub(), 10))


def test_a_slow_device_is_let_go_and_the_others_hear_everything() -> None:
    async def story(hub: Hub) -> None:
        slow, calm = Line(stuck=True), Line()
        seats = [hub.enter(await line.open(), visitor(n)) for n, line in enumerate((slow, calm))]
        for number in range(WAITING + 5):
            hub._offer(f"cue {number}", seats)
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        assert slow.closed_with == TOO_SLOW
        assert slow.got == []
        assert calm.got == [f"cue {number}" for number in range(WAITING + 5)]
        assert list(hub.rooms["a-gathering"].seats) == [seats[1]]

    run(story)


def test_an_empty_room_is_forgotten() -> None:
    async def story(hub: Hub) -> None:
        seat = hub.enter(await Line().open(), visitor(1))
        hub.leave(seat)
        assert hub.rooms == {}
        hub.leave(seat)  # leaving twice is leaving once
        hub.hear("a-gathering", 3)  # nobody is here: nothing happens
        await asyncio.sleep(0.01)

    run(story)


def test_a_room_that_opens_anew_is_not_forgotten_with_the_old_one() -> None:
    """The hub may still be busy with a room that has emptied when somebody comes back to that gathering."""

    async def story(hub: Hub) -> None:
        first = hub.enter(await Line().open(), visitor(1))
        old = hub.rooms["a-gathering"]
        hub.leave(first)
        back = hub.enter(await Line().open(), visitor(1))
        hub._forget(old)
        assert list(hub.rooms["a-gathering"].seats) == [back]

    run(story)


def test_who_is_no_longer_admitted_is_seen_out_after_a_while(db: None) -> None:
    """Sessions run out by the clock; nothing else tells a socket that stays open."""

    async def story(hub: Hub) -> None:
        line = Line()
        seat = hub.enter(await line.open(), visitor(1))
        try:
            await hub._ask_again([seat])
            assert line.closed_with is None, "asked at the door a moment ago"
            seat.asked_at -= ASK_AGAIN
            await hub._ask_again([seat])
            await asyncio.sleep(0.01)
            assert line.closed_with == NOT_HERE
        finally:
            hub.leave(seat)
            await wind_down(hub)

    run(story)


def test_what_is_announced_twice_is_read_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cue is announced by the process that said it and by the feed, both while it is being read."""
    reads: list[str] = []
    execute = CursorWrapper.execute

    def counted(self: CursorWrapper, sql: str, params: Any = None) -> Any:
        if "live_event" in sql:
            reads.append(threading.current_thread().name)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", counted)

    async def story(hub: Hub) -> None:
        seat = hub.enter(await Line().open(), visitor(1))
        room = hub.rooms["a-gathering"]

        async def announced(*moments: tuple[int, ...]) -> int:
            """Each of these numbers, with a moment in between in which the reading begins. How often was it read?"""
            before = len(reads)
            for numbers in moments:
                for n in numbers:
                    hub._pass_on("a-gathering", n)
                await asyncio.sleep(0)
            while room.telling:
                await asyncio.sleep(0.005)
            return len(reads) - before

        try:
            assert await announced((3,)) == 1
            assert await announced((3,)) == 1, "it may have come in between"
            assert await announced((4, 4)) == 1
            assert await announced((5,), (5,)) == 1
            assert await announced((6,), (7, 7)) == 2, "what was said meanwhile is read after it"
            assert await announced((8,), (9,), (8,)) == 2
        finally:
            hub.leave(seat)
            await wind_down(hub)

    run(story)


def test_nothing_is_said_after_the_end() -> None:
    async def story(hub: Hub) -> None:
        line = Line()
        seat = hub.enter(await line.open(), visitor(1))
        seat.offer("before")
        await asyncio.sleep(0.01)
        hub.drop(seat, 4404)
        seat.offer("after")
        await asyncio.sleep(0.01)
        assert (line.got, line.closed_with) == (["before"], 4404)

    run(story)
