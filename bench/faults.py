"""What may go wrong around a meeting, each told at its full length, and what everybody saw.

    python bench/faults.py [--quick] [--no-write]          with tools/with-postgresql before it: on PostgreSQL

The stories stand in tests/faults, where they are told short in every run of the tests.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import results, site

FULL, QUICK = 30.0, 3.0


@contextmanager
def feed(home: Path, here: Any) -> Iterator[tuple[Any, Callable[[], None], Callable[[], None], str]]:
    """Two servers with a line between them that can be cut: PostgreSQL's own, or Redis."""
    from django.db import connection

    from tests.doors.sockets.feeds import OwnRedis, two_servers

    if connection.vendor == "postgresql":
        cutting = Cutting()
        with two_servers(here, "database") as servers:
            yield servers, cutting.start, cutting.stop, "LISTEN cut again and again"
        return
    line = OwnRedis(home)
    line.start()
    try:
        with two_servers(here, "redis", line.address) as servers:
            yield servers, line.kill, line.start, "Redis killed"
    finally:
        line.kill()


class Cutting:
    """Ends every listening connection of the site, twice a second, until it is told to stop."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._cut)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _cut(self) -> None:
        from django.db import connection

        while not self._over.wait(0.5):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
                )
        connection.close()


def tell_all(home: Path, seconds: float) -> list[list[str]]:
    from bench.rough_line import FarSite, RoughLine, possible
    from tests.doors.sockets.feeds import Server
    from tests.faults import stories
    from tests.faults.locks import Lock
    from tests.site import RunningSite

    rows = []

    def tell(name: str, story: stories.Story, *sites: Any, lasts: float = seconds, minutes_ago: float = 0) -> None:
        from django.db import connections

        meeting = stories.Meeting(*sites, minutes_ago=minutes_ago)
        connections.close_all()
        found = asyncio.run(story(meeting, lasts))
        sys.stderr.write(f"{name}: {found.told()}\n")
        looks = len(found.apart) + found.stood
        rows.append(
            [
                name,
                f"{looks - found.stood} of {looks}",
                f"{max(found.apart):.0f}",
                f"{max(found.off):.0f}",
                f"{found.lost} and {found.doubled} of {found.taps}",
                f"{found.refused} of {found.commands}",
                f"{found.healed:.1f}",
                "yes" if found.agree else "**no**",
            ]
        )

    here = RunningSite(home=home, database_access=None)
    one = Server(here, "one")
    one.start()
    tell(f"server killed (SIGKILL), back after {seconds / 3:.0f} s", stories.server_killed, one, lasts=seconds / 3)
    lock = Lock()
    tell(f"database locked for {seconds:.0f} s", stories.database_locked(lock.take, lock.free), one)
    tell(
        f"both who lead out of reach for a practice of ten minutes (its last {seconds / 2:.0f} s lived through)",
        stories.facilitator_offline, one, minutes_ago=11,
    )  # fmt: skip
    one.stop()
    with feed(home, here) as (servers, cut, mend, how):
        tell(f"feed between two processes gone for {seconds:.0f} s ({how})", stories.feed_gone(cut, mend), *servers)
    if possible():
        with RoughLine(jitter=0.2, loss=0.05) as line:
            far = FarSite(line, home=home, database_access=None)
            far.start()
            began = time.monotonic()
            name = f"5 % of packets lost, the others up to 200 ms late each way, for {seconds:.0f} s"
            tell(name, stories.rough_line, far)
            sys.stderr.write(
                f"{line.lost} of {line.lost + line.passed} packets lost in {time.monotonic() - began:.0f} s\n"
            )
            far.stop()
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few seconds of each, to see that it works")
    options.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kindcircle-faults-") as folder, site.scratch_database():
        home = Path(folder) / "home"
        site.prepare(home)
        from django.db import connection, connections

        engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
        os.environ["KINDCIRCLE_WORKER"] = "apart"
        rows = tell_all(home, QUICK if chosen.quick else FULL)
        connections.close_all()
    heads = [
        "", "looks at which it went on everywhere", "apart, at most, ms", "off the timeline, ms",
        "taps lost and doubled", "pressed again", "all know all after, s", "all agree",
    ]  # fmt: skip
    text = "\n\n".join(
        [
            f"## When something breaks in a meeting ({engine})",
            "`bench/faults.py`: six members and two who lead, each with a device whose clock is up to an hour wrong. "
            "In the middle of a practice something breaks; four times a second every device is asked where the "
            "practice stands, by its own events and its own idea of the time. Every member taps while it is broken. "
            "Then the facilitator pauses and goes on. *Off*: from the server's timeline. *All know all*: from the "
            "mending until the pause is on every device, with the form. *Agree*: every device holds the very events of "
            "the table and shows the same.",
            results.table(heads, rows),
        ]
    )
    sys.stdout.write(text + "\n")
    if not chosen.no_write:
        results.write(f"faults {engine}", text)


if __name__ == "__main__":
    main()
