"""A site with made-up people for the benchmarks, and the processes that serve it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
CSRF = "k" * 32


@contextmanager
def scratch_database() -> Iterator[None]:
    """With PostgreSQL: a database of our own beside the named one, gone afterwards."""
    named = os.environ.get("KINDCIRCLE_DATABASE", "")
    if not named:
        yield
        return
    import psycopg

    parts = urlsplit(named)
    scratch = f"{parts.path.lstrip('/')}_bench_{os.getpid()}"
    # Written by hand: urlunsplit drops the two slashes of an address without a host.
    os.environ["KINDCIRCLE_DATABASE"] = f"postgresql://{parts.netloc}/{scratch}?{parts.query}"
    with psycopg.connect(f"postgresql://{parts.netloc}/postgres?{parts.query}", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{scratch}"')
        try:
            yield
        finally:
            server.execute(f'DROP DATABASE "{scratch}" WITH (FORCE)')


def prepare(home: Path) -> None:
    """Keys, tables and static files of a demo site in this folder; Django is ready afterwards."""
    os.environ |= {"KINDCIRCLE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "kindcircle.settings"}
    os.environ["KINDCIRCLE_DEMO"] = "yes"
    from kindcircle.base.lib import keyfiles

    keyfiles.make(home / "keys")
    (home / "data").mkdir(mode=0o700)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def sign_in(user: Any) -> str:
    """The key of a new session of this person, as the demo door would begin it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from kindcircle.base.lib import clock
    from kindcircle.base.people import sessions

    session = SessionStore()
    sessions.begin(session, at=clock.now())
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["demo_door"] = True
    session.create()
    return str(session.session_key)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], port: int, log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server process, ready to be asked, until it is no longer needed."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            command,
            env={**os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT), **more},
            stdout=output,
            stderr=output,
        )
        try:
            until = time.monotonic() + 40
            while time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert running.poll() is None, f"the server did not start: {log.read_text()[-2000:]}"
                time.sleep(0.1)
            yield running
        finally:
            running.terminate()
            try:
                running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def ours(port: int) -> list[str]:
    """The command of our own server, without the checks of `kindcircle run`."""
    return [
        sys.executable, "-m", "uvicorn", "kindcircle.asgi:application", "--port", str(port), "--no-access-log",
        "--log-level", "warning", "--ws", "websockets-sansio", "--ws-max-size", "16384",
        "--ws-per-message-deflate", "false",
    ]  # fmt: skip


def processor_of(pid: int) -> float:
    """Seconds of processor a process has used so far, in its own code and in the system's."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory_of(pid: int) -> int:
    """Bytes a process holds in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
