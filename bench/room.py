"""A cue to the last of sixteen screens, from one room to four hundred, beside a peer and the bare library.

    python bench/room.py [--quick] [--no-write]                           on SQLite: one process, taps by forms
    tools/with-postgresql python bench/room.py [--quick] [--no-write]     on PostgreSQL: also several processes

Ours is the real server: signed-in sockets, each cue in the table and on disk before it is told. Time runs from the tap
to the last of 15 members and a facilitator, and from the moment the command was done (committed and announced). The
bare library is handed the same frame, ready-made, at the same pace in the same run; so is Django Channels with its
in-memory layer. Each server has one core, the devices and those who lead have others. Devices are plain sockets in
one process, so the waiting there is in all figures.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import results, room_report, site
from bench.room_devices import Crowd, Place

MEMBERS = 15
QUIET = 4.0  # seconds
PEERS = {
    "bare": [sys.executable, str(site.ROOT / "bench/peers/bare.py")],
    "channels": [str(site.ROOT / "var/bench/channels/bin/python"), str(site.ROOT / "bench/peers/channels_room.py")],
    "otree": [str(site.ROOT / "var/bench/otree/bin/python"), str(site.ROOT / "bench/peers/otree_room.py")],
}


@dataclass(frozen=True)
class Case:
    """So many rooms, a cue in each every so many seconds, led in this way, at so many server processes."""

    rooms: int
    every: float
    seconds: float
    way: str = "forms"
    servers: int = 1
    peers: tuple[str, ...] = ("bare",)
    storm: bool = False

    @property
    def name(self) -> str:
        return f"{self.rooms} × 16, every {self.every:g} s"


ALL = ("bare", "channels", "otree")
# In one process nearly all of the work is the forms, and one core takes only so many a second.
ON_SQLITE = [Case(1, 1, 10), Case(10, 1, 8), Case(50, 5, 10)]
ON_POSTGRESQL = [
    Case(10, 1, 10, "actions", peers=ALL),
    Case(200, 1, 8, "actions", storm=True),
    Case(400, 5, 10, "actions", servers=2),
]
QUICK = {
    False: [Case(1, 1, 5), Case(8, 1, 5)],
    True: [Case(4, 1, 5, "actions", peers=ALL, storm=True), Case(20, 5, 5, servers=2)],
}


@dataclass
class Run:
    """What one server, or several, did in one case."""

    done: dict[str, list[int]] = field(default_factory=dict)
    arrived: dict[str, list[int]] = field(default_factory=dict)
    processor: float = 0.0
    """Seconds of processor that all server processes used from the first cue on, beyond those of quiet sockets."""
    quiet: float = 0.0
    """Share of one processor while all sockets are open and nothing happens."""
    memory: float = 0.0
    """Bytes for each open socket."""
    storm: float | None = None
    faults: list[str] = field(default_factory=list)

    def waits(self, since: int) -> np.ndarray:
        """Milliseconds to the last screen, for each cue that reached them all. since: 0 the tap, 1 what it did."""
        full = {cue: max(times) for cue, times in self.arrived.items() if len(times) == MEMBERS + 1}
        return np.array([max(0.0, (full[cue] - at[since]) / 1e6) for cue, at in self.done.items() if cue in full])

    @property
    def deliveries(self) -> int:
        return sum(len(times) for cue, times in self.arrived.items() if cue in self.done)

    @property
    def missing(self) -> int:
        return len(self.done) * (MEMBERS + 1) - self.deliveries

    @property
    def each(self) -> float:
        """Microseconds of processor for one delivery."""
        return 1e6 * self.processor / max(1, self.deliveries)


# --- rooms with made-up people ---


def make_rooms(count: int, *, hands: int = 1) -> list[dict[str, Any]]:
    """Open gatherings, each with a facilitator and fifteen members who are signed in.

    hands  how many processes make them
    """
    from django.db import connections

    connections.close_all()
    shares = [count // hands + (number < count % hands) for number in range(hands)]
    with ProcessPoolExecutor(hands, mp_context=get_context("fork")) as pool:
        return [room for rooms in pool.map(_make_some, shares) for room in rooms]


def _make_some(count: int) -> list[dict[str, Any]]:
    from django.db import transaction

    with transaction.atomic():
        return [_make_room() for _ in range(count)]


def _make_room() -> dict[str, Any]:
    from kindcircle.rooms.live import actions
    from tests.world import make_world

    world = make_world(members=MEMBERS)
    guide = world.facilitator
    actions.open_gathering(gathering=world.gathering, online=True, by=world.actor(guide), at=world.at)
    keys = [site.sign_in(user) for user in (guide, *world.members)]
    return {"code": world.gathering.code, "guide": guide.pk, "leader": keys[0], "keys": keys, "n": 2}


# --- one case ---


@contextlib.contextmanager
def servers(kind: str, case: Case, folder: Path) -> Iterator[tuple[list[int], list[int]]]:
    """So many processes of one kind, each on a core of its own. Gives their ports and process ids."""
    with contextlib.ExitStack() as stack:
        ports, pids = [], []
        for core in range(case.servers if kind == "ours" else 1):
            port = site.free_port()
            command = site.ours(port) if kind == "ours" else [*PEERS[kind], str(port)]
            if kind == "otree":
                command += [str(case.rooms), str(folder / "otree.json")]
            pinned = ["taskset", "-c", str(core), *command] if (os.cpu_count() or 1) >= 4 else command
            running = stack.enter_context(site.process(pinned, port, folder / f"{kind}.log", KINDCIRCLE_WORKER="apart"))
            ports.append(port)
            pids.append(running.pid)
        yield ports, pids


def places_of(kind: str, rooms: list[dict[str, Any]], ports: list[int], folder: Path) -> list[Place]:
    """Where everybody enters. Each room also learns where it is led."""
    pages = json.loads((folder / "otree.json").read_text()) if kind == "otree" else []
    places = []
    for number, room in enumerate(rooms):
        port = ports[number % len(ports)]
        # Those who lead press their buttons at the next process, so that every cue has to cross.
        room["port"] = ports[(number + 1) % len(ports)]
        if kind == "otree":
            addresses = [f"ws://127.0.0.1:{port}{page}" for page in pages[number]]
            room["page"] = addresses[0]
            places += [Place(address, room["code"], greets=False) for address in addresses]
            continue
        for key in room["keys"]:
            if kind == "ours":
                address = f"ws://127.0.0.1:{port}/ws/gathering/{room['code']}"
                places.append(Place(address, room["code"], key, f"http://127.0.0.1:{port}"))
            else:
                places.append(Place(f"ws://127.0.0.1:{port}/{room['code']}", room["code"]))
    return places


async def measured(kind: str, case: Case, rooms: list[dict[str, Any]], places: list[Place], pids: list[int]) -> Run:
    """Everybody enters, cues come, and where the case says so all lines are cut and come back at once."""
    run, crowd = Run(), Crowd(places)
    way = {"ours": case.way, "otree": "pages"}.get(kind, "frames")
    # What a server loads with its first guest and its first page is there once, however many come.
    first = Crowd(places[:16])
    await first.enter()
    await lead(way, rooms[:8], every=1, seconds=2)
    await first.leave()
    await asyncio.sleep(1)
    before = sum(map(site.memory_of, pids))
    await crowd.enter()
    await asyncio.sleep(5 if kind == "ours" else 1)  # until it is noted who came
    run.memory = (sum(map(site.memory_of, pids)) - before) / len(places)
    crowd.arrived.clear()
    used = sum(map(site.processor_of, pids))
    await asyncio.sleep(QUIET)
    run.quiet = (sum(map(site.processor_of, pids)) - used) / QUIET
    used, began = sum(map(site.processor_of, pids)), time.monotonic()
    run.done = await lead(way, rooms, every=case.every, seconds=case.seconds)
    await asyncio.sleep(1.5)
    run.processor = sum(map(site.processor_of, pids)) - used - run.quiet * (time.monotonic() - began)
    run.arrived, crowd.arrived = crowd.arrived, {}
    if case.storm:
        await crowd.leave()
        await asyncio.sleep(1)
        run.storm = await crowd.enter()
    await crowd.leave()
    run.faults = crowd.faults
    return run


async def lead(way: str, rooms: list[dict[str, Any]], *, every: float, seconds: float) -> dict[str, list[int]]:
    """Let processes of their own press the buttons. Gives when each was pressed and when that was done."""

    async def drive(some: list[dict[str, Any]]) -> dict[str, list[int]]:
        plan = {"rooms": some, "every": every, "seconds": seconds}
        driver = await asyncio.create_subprocess_exec(
            sys.executable, str(site.ROOT / "bench/room_drivers.py"), way, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        said, _ = await driver.communicate(json.dumps(plan).encode())
        assert driver.returncode == 0, "a cue was not taken"
        return dict(json.loads(said))

    # One process cannot say two hundred commands a second; two can.
    parts = [rooms[::2], rooms[1::2]] if way == "actions" and len(rooms) > 50 else [rooms]
    done: dict[str, list[int]] = {}
    for some in await asyncio.gather(*map(drive, parts)):
        done |= some
    if way in ("forms", "actions"):  # a peer keeps no events
        for room in rooms:
            room["n"] += round(seconds / every)
    return done


def run_case(case: Case, rooms: list[dict[str, Any]], folder: Path) -> dict[str, Run]:
    """Ours, then the peers at the same pace."""
    found = {}
    for kind in ("ours", *case.peers):
        if kind in PEERS and not Path(PEERS[kind][0]).exists():
            continue
        with servers(kind, case, folder) as (ports, pids):
            places = places_of(kind, rooms, ports, folder)
            found[kind] = uvloop.run(measured(kind, case, rooms, places, pids))
        line = f"{case.name}: {kind} {found[kind].each:.0f} µs, {found[kind].missing} missing, {found[kind].faults[:3]}"
        sys.stderr.write(line + "\n")
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a few rooms for a few seconds, to see that it works")
    options.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kindcircle-bench-") as folder, site.scratch_database():
        site.prepare(Path(folder) / "home")
        from django.db import connection, connections

        big = connection.vendor == "postgresql"
        cases = QUICK[big] if chosen.quick else ON_POSTGRESQL if big else ON_SQLITE
        # SQLite has one writer.
        rooms = make_rooms(max(case.rooms for case in cases), hands=4 if big else 1)
        connections.close_all()
        if len(cores := os.sched_getaffinity(0)) >= 4:
            os.sched_setaffinity(0, {max(cores)})
        found = [(case, run_case(case, rooms[: case.rooms], Path(folder))) for case in cases]
    text = room_report.report(found, "PostgreSQL" if big else "SQLite")
    sys.stdout.write(text + "\n")
    if not chosen.no_write:
        results.write(f"room {'PostgreSQL' if big else 'SQLite'}", text)


if __name__ == "__main__":
    main()
