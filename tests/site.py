"""A real server process for walks, and a real browser to visit it with."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
import psycopg
import pytest
from django.db import connection, connections
from django.urls import reverse

from kindcircle.base.lib import clock, keyfiles
from kindcircle.base.people.links import demo_token
from kindcircle.base.people.models import User

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 30


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url(name: str) -> str:
    """The address of another database on the PostgreSQL that these tests run on."""
    parts = urlsplit(os.environ["KINDCIRCLE_DATABASE"])
    # Written by hand: urlunsplit drops the two slashes of an address without a host.
    return f"postgresql://{parts.netloc}/{quote(name)}?{parts.query}"


class RunningSite:
    """The server as people meet it: its own process, on a port of its own, on the test database.

    going  the one that this test process has running, worker and all
    """

    going: "RunningSite | None" = None

    def __init__(self, *, home: Path, database_access: Any) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "server.log"
        self._access = database_access
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[httpx.Client] = []

    def database(self) -> AbstractContextManager[None]:
        """Permission to use the database outside a test that has `db` (module fixtures need it)."""
        return self._access.unblock()

    # --- the process ---

    def environment(self) -> dict[str, str]:
        """What the server is started with: this test process's home and database, in demo mode."""
        settings = {"PORT": str(self.port), "KINDCIRCLE_DEMO": "yes", "DJANGO_SETTINGS_MODULE": "kindcircle.settings"}
        if connection.vendor == "postgresql":
            settings["KINDCIRCLE_DATABASE"] = database_url(str(connection.settings_dict["NAME"]))
        return {**os.environ, **settings}

    def command(self) -> list[str]:
        """The module that is run, and what it is told."""
        return ["uvicorn", "kindcircle.asgi:application", "--port", str(self.port), "--no-access-log"]

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.command()], env=self.environment(), stdout=log, stderr=log
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                httpx.get(f"{self.url}/", timeout=5)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"The server did not answer. It said:\n{self.said()[-4000:]}")

    def said(self) -> str:
        """Everything the server has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End the server at once, as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server in an orderly way and close every client."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Start again after `kill` (or stop first); same port, same database."""
        self._end(signal.SIGTERM)
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=20)
        self._process = None

    # --- visitors ---

    def client(self, *, address: str = "", **more: Any) -> httpx.Client:
        """A browser without a window: keeps cookies, follows redirects. address: where on the network it stands."""
        if address:
            more["transport"] = httpx.HTTPTransport(local_address=address)
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=60, **more)
        self._clients.append(client)
        return client

    def entry_path(self, user: User) -> str:
        """The demo door's address for this person, such as a browser test opens first."""
        return reverse("demo-enter", kwargs={"token": demo_token(user)})

    def sign_in(self, user: User) -> httpx.Client:
        """A client signed in as this person, through the demo door."""
        client = self.client()
        answer = client.get(self.entry_path(user))
        assert "session" in client.cookies, f"the demo door answered {answer.status_code}"
        return client


class ClockedSite(RunningSite):
    """The same with a clock that can be set forward (tests/clocked.py); never back."""

    def __init__(self, *, home: Path, database_access: Any) -> None:
        super().__init__(home=home, database_access=database_access)
        self.ahead = 0.0
        self._file = home / f"ahead-{self.port}"
        self._file.write_text("0")

    def command(self) -> list[str]:
        return ["tests.clocked", str(self.port), str(self._file)]

    def go_on(self, seconds: float) -> None:
        """So much time has gone by."""
        self.ahead += seconds
        # In one step, so that the server never reads half a number.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self.ahead))
        fresh.replace(self._file)

    def now(self) -> datetime:
        """What time it is there."""
        return clock.now() + timedelta(seconds=self.ahead)


@pytest.fixture
def empty_database(db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a site whose database is there and has no tables yet."""
    home = tmp_path / "home"
    environment = {**os.environ, "KINDCIRCLE_HOME": str(home)}
    keyfiles.make(home / "keys")
    (home / "data").mkdir(mode=0o700)
    if connection.vendor == "sqlite":
        yield environment
        return
    name = f"{connection.settings_dict['NAME']}_empty"
    there = connection.settings_dict
    with psycopg.connect(host=there["HOST"], user=there["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield {**environment, "KINDCIRCLE_DATABASE": database_url(name)}
        server.execute(f'DROP DATABASE "{name}"')


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A real Chromium. Each person in a test is a `browser.new_context()` of their own."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.fail("Browser tests need Chromium: apt-get install -y chromium")
    # Playwright keeps an event loop in this thread; Django would take that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()
        # Beside a running loop Django keeps connections apart; nobody else could close these before the database goes.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
