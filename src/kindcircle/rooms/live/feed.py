"""How server processes tell one another that there is something newer: the database does it, or Redis, or nobody.

Only codes and numbers travel, never words. Whatever is lost on the way costs a moment and nothing else: every process
also looks at the tables itself (doors/sockets/hub.py), and with SQLite, or without a line, looking is all there is.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import cache
from typing import Protocol

import psycopg
from django.conf import settings
from django.db import connection

log = logging.getLogger("kindcircle.live")

CHANNEL = "kindcircle_live"
AGAIN = 2.0  # seconds before a lost line is tried again

Hear = Callable[[str, int | None], None]


class Feed(Protocol):
    """A line between the processes of one site."""

    def send(self, gathering_code: str, n: int | None) -> None:
        """Said within a transaction; the others hear of it once that is committed, and only then."""

    async def listen(self, hear: Hear) -> None:
        """Pass on everything that is said, until cancelled. Raises when the line is lost."""


class Looking:
    """No line: each process finds what is newer by looking at the tables."""

    def send(self, gathering_code: str, n: int | None) -> None:
        """Nobody to tell."""

    async def listen(self, hear: Hear) -> None:
        """Nothing to hear."""
        await asyncio.Event().wait()


class Notify:
    """PostgreSQL's own LISTEN and NOTIFY: part of the transaction, on one connection for each process."""

    def send(self, gathering_code: str, n: int | None) -> None:
        """The database passes it on at the commit."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, written(gathering_code, n)])

    async def listen(self, hear: Hear) -> None:
        """On a connection that does nothing else."""
        params = connection.get_connection_params()
        not_here = {"cursor_factory", "context", "prepare_threshold"}
        wanted = {name: params[name] for name in params if name not in not_here}
        async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as line:
            await line.execute(f"LISTEN {CHANNEL}")
            async for notice in line.notifies():
                pass_on(notice.payload, hear)


@cache
def chosen() -> Feed:
    """The line that this site has: Redis where one is named, else the database's own if it has one."""
    if settings.REDIS:
        from kindcircle.rooms.live.feed_redis import Redis  # its library is loaded only where it is wanted

        return Redis(settings.REDIS)
    return Notify() if connection.vendor == "postgresql" else Looking()


async def listen(hear: Hear) -> None:
    """Hear what other processes say until cancelled. A lost line is tried again and again."""
    line = chosen()
    while True:
        try:
            await line.listen(hear)
        except Exception as error:  # whatever it was: looking goes on meanwhile
            log.error("listening for other processes stopped: %s", type(error).__name__)
        await asyncio.sleep(AGAIN)


def written(gathering_code: str, n: int | None) -> str:
    """The few letters that travel: a gathering's code and, unless it is for facilitators only, a number."""
    return f"{gathering_code} {'' if n is None else n}"


def pass_on(words: str, hear: Hear) -> None:
    """Hear what was written. Anything else on the line is none of ours and is passed over."""
    code, blank, n = words.partition(" ")
    if code and blank and len(words) < 64 and (not n or (n.isascii() and n.isdigit())):
        hear(code, int(n) if n else None)
