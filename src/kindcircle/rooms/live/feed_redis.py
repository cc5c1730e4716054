"""The line between server processes by Redis: publish and subscribe, nothing kept there."""

import logging
import time

from django.db import transaction
from redis import Redis as Client
from redis.asyncio import Redis as Listener
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from kindcircle.rooms.live.feed import CHANNEL, Hear, pass_on, written

log = logging.getLogger("kindcircle.live")

PATIENCE = 0.5  # seconds that somebody's tap may wait for Redis, which matters less than the tap
PAUSE = 5.0  # seconds in which a Redis that did not answer is left alone


class Redis:
    """One subscription and a few sending connections for each process."""

    def __init__(self, address: str) -> None:
        self._address = address
        waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        self._client = Client.from_url(address, retry=Retry(NoBackoff(), 0), **waits)
        self._silent_until = 0.0

    def send(self, gathering_code: str, n: int | None) -> None:
        """Redis is told after the commit: it knows nothing of transactions."""
        transaction.on_commit(lambda: self._publish(written(gathering_code, n)))

    def _publish(self, words: str) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            self._client.publish(CHANNEL, words)
        except (RedisError, OSError) as error:  # the commit stands; the others find it by looking
            self._silent_until = time.monotonic() + PAUSE
            log.error("other processes were not told: %s", type(error).__name__)

    async def listen(self, hear: Hear) -> None:
        """On a connection that does nothing else. It waits without end, and the system tells when the line is dead."""
        client = Listener.from_url(
            self._address,
            decode_responses=True,
            encoding_errors="replace",
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # the two halves of the library each have a Retry
            socket_timeout=None,
            socket_connect_timeout=PATIENCE,
        )
        async with client, client.pubsub(ignore_subscribe_messages=True) as line:
            await line.subscribe(CHANNEL)
            async for message in line.listen():
                pass_on(message["data"], hear)
