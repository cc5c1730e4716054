"""A phone without a screen: it keeps in touch as static/live/wire.js does, with a clock of its own that is wrong.

What it shows is worked out from its own events and its own idea of the server's time, and from nothing else.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from kindcircle.base.lib import codes
from kindcircle.spec import playing, timeline
from kindcircle.spec.clocks import Clock, Sample

ASK_OPEN, ASK_LOST, SILENT, HERE = 5.0, 4.0, 9.0, 20.0  # seconds, as in wire.js
FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0
MANY, WITHIN = 16, 2.0
TAP_AGAIN = 4.0


class Phone:
    """One person's device in one gathering."""

    def __init__(self, url: str, code: str, cookie: str, sheets: playing.Practices, *, seed: int) -> None:
        self._chance = random.Random(seed)
        self._wrong_by = self._chance.uniform(-3_600_000, 3_600_000)  # ms
        self.url, self.code, self.sheets = url, code, sheets
        self._cookie = f"session={cookie}"
        self.clock = Clock()
        self.events: dict[int, timeline.Event] = {}
        self.trips: list[float] = []
        self.tries = 0
        self.taps: dict[str, str] = {}
        """Taps that wait for a word that they are kept, by key."""
        self._line: ClientConnection | None = None
        self._owed: float | None = None
        self._tasks = {asyncio.create_task(work()) for work in (self._stay_open, self._look, self._tap_again)}

    # --- what it shows ---

    def now(self) -> float:
        """This device's own clock, in ms."""
        return time.time() * 1000 + self._wrong_by

    def placed(self) -> timeline.Placed | None:
        """What it shows at this moment; None while it knows nothing."""
        if self.clock.offset is None or not self.events:
            return None
        return timeline.position(list(self.events.values()), round(self.now() + self.clock.offset), self.sheets)

    @property
    def newest(self) -> int:
        """The last number without a gap."""
        n = 0
        while n + 1 in self.events:
            n += 1
        return n

    @property
    def is_open(self) -> bool:
        return self._line is not None

    # --- what its person does ---

    def tap(self, kind: str) -> None:
        """A private tap. It is tried until it is through."""
        self.taps[codes.new_code()] = kind

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- keeping in touch ---

    async def _stay_open(self) -> None:
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, EOFError):
                address = f"{self.url.replace('http', 'ws')}/ws/gathering/{self.code}"
                async with connect(
                    address, additional_headers={"Cookie": self._cookie}, origin=self.url,  # type: ignore[arg-type]
                    compression=None, ping_interval=None, open_timeout=10, close_timeout=0.5,
                ) as line:  # fmt: skip
                    self._line, self._owed, self.tries = line, None, 0
                    await self._say(t="hello", after=self.newest)
                    many = asyncio.create_task(self._ask_many())
                    try:
                        async for frame in line:
                            self._hear(json.loads(frame))
                    finally:
                        many.cancel()
            self._line = None
            self._soon(self._poll())
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2**self.tries)
            self.tries += 1
            await asyncio.sleep(wait * self._chance.uniform(0.5, 1))

    def _soon(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, **message: Any) -> bool:
        if self._line is None:
            return False
        self._owed = self._owed or time.monotonic()
        with contextlib.suppress(OSError, WebSocketException):
            await self._line.send(json.dumps(message))
            return True
        return False

    async def _ask_many(self) -> None:
        for _ in range(MANY):
            await self._say(t="clock", sent=self.now())
            await asyncio.sleep(WITHIN / MANY)

    def _hear(self, message: dict[str, Any]) -> None:
        received, self._owed = self.now(), None
        match message["t"]:
            case "clock":
                self.clock = self.clock.add(Sample(message["sent"], message["arrived"], message["replied"], received))
                self.trips = [*self.trips[1 - MANY :], received - message["sent"]]
            case "events":
                self.clock = self.clock.hear(message["now"], received)
                self._take(message["events"])
            case "newer":
                self._soon(self._say(t="hello", after=self.newest))
            case "signal-ok":
                self.taps.pop(message["key"], None)

    def _take(self, events: list[dict[str, Any]]) -> None:
        for one in events:
            self.events.setdefault(one["n"], timeline.Event(one["n"], one["kind"], one["at"], one["data"]))

    async def _look(self) -> None:
        here_at = 0.0
        while True:
            await asyncio.sleep(ASK_OPEN if self.is_open else ASK_LOST)
            if not self.is_open:
                await self._poll()
            elif self._owed is not None and time.monotonic() - self._owed > SILENT:
                if self._line is not None:
                    self._line.transport.abort()
            else:
                await self._say(t="clock", sent=self.now())
                await self._say(t="hello", after=self.newest)
                if time.monotonic() - here_at > HERE:
                    here_at = time.monotonic()
                    await self._say(t="here")
                    if len(self.trips) == MANY:
                        await self._say(t="line", rtt=max(self.trips), error=min(self.clock.error, 1e6))

    async def _ask(self, verb: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> httpx.Response | None:
        async with httpx.AsyncClient(base_url=self.url, timeout=8, headers={"Cookie": self._cookie}) as client:
            with contextlib.suppress(httpx.HTTPError):
                return await verb(client)
        return None

    async def _poll(self) -> None:
        sent = self.now()
        answer = await self._ask(lambda client: client.get(f"/gathering/{self.code}/events?after={self.newest}"))
        if answer is not None and answer.status_code == 200:
            said = answer.json()
            self.clock = self.clock.add(Sample(sent, said["now"], said["now"], self.now()))
            self._take(said["events"])

    async def _tap_again(self) -> None:
        """By socket, the same key again and again until it is kept."""
        while True:
            for key, kind in list(self.taps.items()):
                await self._say(t="signal", kind=kind, key=key)
            await asyncio.sleep(TAP_AGAIN if self.taps else 0.1)
