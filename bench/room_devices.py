"""The devices of all rooms: they enter, note when each cue comes, and may all lose their line at once."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException


@dataclass(frozen=True)
class Place:
    """Where one device enters. `cookie` is a session of ours; peers ask for none."""

    address: str
    room: str
    cookie: str = ""
    origin: str = ""
    greets: bool = True
    """Whether the server says something as soon as one is in."""


@dataclass
class Crowd:
    """Everybody."""

    places: list[Place]
    arrived: dict[str, list[int]] = field(default_factory=dict)
    """When a cue came, in ns since the epoch, by room and number: one moment for each device."""
    faults: list[str] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _waiting: int = 0
    _all_in: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self) -> float:
        """Everybody at once. Seconds until the last one has been told where the meeting stands."""
        began, self._waiting = time.monotonic(), len(self.places)
        self._all_in.clear()
        self._tasks = [asyncio.create_task(self._stay(place)) for place in self.places]
        await asyncio.wait_for(self._all_in.wait(), 90)
        return time.monotonic() - began

    async def leave(self) -> None:
        """Everybody's line is cut at this moment."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stay(self, place: Place) -> None:
        headers = {"Cookie": f"session={place.cookie}"} if place.cookie else {}
        try:
            async with connect(
                place.address, additional_headers=headers, origin=place.origin or None,  # type: ignore[arg-type]
                compression=None, max_queue=None, ping_interval=None, open_timeout=90, close_timeout=0.1,
            ) as line:  # fmt: skip
                await self._enter(place, line)
                async for frame in line:
                    self._note(place.room, frame, time.time_ns())
        except (OSError, WebSocketException, TimeoutError) as error:
            self.faults.append(f"{place.room}: {type(error).__name__}")
            self._one_less()

    async def _enter(self, place: Place, line: ClientConnection) -> None:
        if place.cookie:
            await line.send('{"t":"hello","after":0}')
        if place.greets:
            while '"newer"' in str(await line.recv()):  # the heartbeat may come before the snapshot to resume from
                pass
        self._one_less()

    def _one_less(self) -> None:
        self._waiting -= 1
        if self._waiting == 0:
            self._all_in.set()

    def _note(self, room: str, frame: str | bytes, now: int) -> None:
        message = json.loads(frame)
        message = message.get("live_method_payload", message)  # as oTree wraps it
        if message["t"] == "events":
            for event in message["events"]:
                self.arrived.setdefault(f"{room} {event['n']}", []).append(now)
