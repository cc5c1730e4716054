"""Hearing at once what other server processes committed, where the database can say so (PostgreSQL).

With SQLite, or while this connection is down, the hub finds the same by looking (`hub.MIND`).
"""

import asyncio
import logging
from collections.abc import Callable

import psycopg
from django.db import connection

from kindcircle.rooms.live.announce import CHANNEL

log = logging.getLogger("kindcircle.sockets")
AGAIN = 5.0  # seconds before a lost connection is tried again

Hear = Callable[[str, int | None], None]


async def listen(hear: Hear) -> None:
    """Pass on every announcement until cancelled. Returns at once where the database has no such thing."""
    if connection.vendor != "postgresql":
        return
    while True:
        try:
            await _listen(hear)
        except (psycopg.Error, OSError) as error:
            log.error("listening for other processes stopped: %s", type(error).__name__)
        await asyncio.sleep(AGAIN)


async def _listen(hear: Hear) -> None:
    params = connection.get_connection_params()
    wanted = {name: params[name] for name in params if name not in {"cursor_factory", "context", "prepare_threshold"}}
    async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as line:
        await line.execute(f"LISTEN {CHANNEL}")
        async for notice in line.notifies():
            code, _, n = notice.payload.partition(" ")
            hear(code, int(n) if n else None)
