"""The worker inside the server process: a thread that lives as long as the server does."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings
from django.db import connections
from starlette.applications import Starlette

from kindcircle.doors.worker.loop import run_forever

# Longer than the slowest message (EMAIL_TIMEOUT): stopping waits for the message that is on its way.
PATIENCE = 25.0


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Start the worker with the server and stop it politely. With KINDCIRCLE_WORKER=apart there is nothing to do."""
    if settings.WORKER == "apart":
        yield
        return
    enough = threading.Event()
    # A daemon: a worker stuck in a dead network must not keep a server from ending.
    thread = threading.Thread(target=_work, args=(enough,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        await asyncio.to_thread(thread.join, PATIENCE)


def _work(enough: threading.Event) -> None:
    try:
        run_forever(enough)
    finally:
        connections.close_all()
