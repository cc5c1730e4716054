"""Devices at a real socket of a real server: short words for what the tests do often."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from kindcircle.base.people.models import User
from kindcircle.doors.sockets.hub import Hub
from kindcircle.doors.sockets.threads import for_devices, for_hub
from tests.site import RunningSite

CREWS = {for_devices: 4, for_hub: 2}  # and how many threads each has


def cookie_of(site: RunningSite, user: User) -> str:
    client = site.sign_in(user)
    return client.cookies[settings.SESSION_COOKIE_NAME]


@asynccontextmanager
async def socket_for(
    site: RunningSite, cookie: str | None, code: str, *, origin: str | None = None, more: str = ""
) -> AsyncIterator[ClientConnection]:
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"} if cookie else {}
    address = f"{site.url.replace('http', 'ws')}/ws/gathering/{code}{more}"
    async with connect(
        address, additional_headers=headers, origin=site.url if origin is None else origin or None, compression=None
    ) as socket:
        yield socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def next_of(socket: ClientConnection, kind: str, within: float = 5) -> dict[str, Any]:
    """The next frame of this kind; others are passed over."""
    async with asyncio.timeout(within):
        while True:
            frame = json.loads(await socket.recv())
            if frame["t"] == kind:
                return frame


async def all_within(socket: ClientConnection, seconds: float) -> list[str]:
    """Every frame that comes in so many seconds, as text."""
    frames = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                frames.append(str(await socket.recv()))
    return frames


async def in_thread(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A verb of the rooms, from within a test of sockets."""

    def work() -> Any:
        try:
            return verb(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(work)


def run(story: Awaitable[None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))  # type: ignore[arg-type]


async def closed_after(socket: ClientConnection, act: Callable[[], Any]) -> tuple[float, int | None, list[str]]:
    """Do this, then wait for the socket to close: seconds it took, its code, and what still came."""
    begun = time.monotonic()
    await in_thread(act)
    frames = []
    try:
        async with asyncio.timeout(5):
            while True:
                frames.append(str(await socket.recv()))
    except ConnectionClosed as closed:
        return time.monotonic() - begun, closed.rcvd.code if closed.rcvd else None, frames


async def on_each_thread(verb: Callable[[], object]) -> None:
    """Every thread of both crews does this once."""
    for crew, threads in CREWS.items():
        await asyncio.gather(
            *(crew.do(together, all_here, verb) for all_here in [threading.Barrier(threads)] * threads)
        )


def together(all_here: threading.Barrier, verb: Callable[[], object]) -> None:
    all_here.wait(20)
    verb()


async def wind_down(hub: Hub) -> None:
    """Wait until a hub that has nobody left is at rest, then have each thread close its own line to the database.

    The database is taken away after the tests; whatever still holds it would be in the way.
    """
    while hub._tasks or (hub._minder is not None and not hub._minder.done()):
        await asyncio.sleep(0.05)
    await on_each_thread(lambda: connection.close())
