"""Database work for the sockets, off the event loop, on a few threads that keep their connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")


class Workers:
    """Threads that may use the database."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def do(self, verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do this on one of the threads and wait for the answer."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(_run, verb, *args, **kwargs))


# Two crews: while devices wait for a busy database to write, the hub must still see who is no longer allowed in.
for_devices = Workers(4, "sockets-devices")
for_hub = Workers(2, "sockets-hub")


def _run(verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return verb(*args, **kwargs)
    except BaseException:
        # Whatever went wrong, the next job starts with a fresh connection: the server may have gone away.
        connection.close()
        raise
