"""Lines between server processes, for tests: a Redis of one's own, and two servers on one database."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.site import RunningSite


class OwnRedis:
    """A Redis that only these tests know, reached by a socket in a folder of theirs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = f"unix://{folder}/redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "These tests need Redis: apt-get install -y redis-server"
        socket = self._folder / "redis.sock"
        words = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--daemonize", "no"]
        self._process = subprocess.Popen([program, *words, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                with redis.Redis.from_url(self.address) as client:
                    client.ping()
                return
            except redis.RedisError:
                time.sleep(0.05)
        raise AssertionError("Redis did not start")

    def kill(self) -> None:
        """At once, as when its machine goes away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None


def own_server(site: RunningSite, name: str) -> Iterator["Server"]:
    """For a fixture: a server of one's own, which may be killed."""
    one = Server(site, name)
    one.start()
    yield one
    one.stop()


class Server(RunningSite):
    """One of several server processes on the test database. It leaves due work to others."""

    def __init__(self, site: RunningSite, name: str, **more: str) -> None:
        super().__init__(home=site.home, database_access=site._access)
        self.log = site.home / f"{name}.log"
        self._more = {"KINDCIRCLE_WORKER": "apart", **more}

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **self._more}


@contextmanager
def two_servers(site: RunningSite, feed: str, redis_address: str = "") -> Iterator[tuple[Server, Server]]:
    """Two processes of one site. feed: database (PostgreSQL), redis, or looking: no line at all."""
    address = {"redis": redis_address, "looking": "unix:///nobody/listens/here.sock", "database": ""}[feed]
    servers = tuple(Server(site, f"{feed}-{name}", KINDCIRCLE_REDIS=address) for name in ("one", "two"))
    try:
        for server in servers:
            server.start()
        yield servers  # type: ignore[misc]
    finally:
        for server in servers:
            server.stop()
