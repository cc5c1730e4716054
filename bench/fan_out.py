"""How long until the last of fifteen devices has a cue, beside the bare WebSocket library doing nothing else.

    python bench/fan_out.py [--seconds 8] [--rooms 10 50] [--no-write]

Ours is the real server: signed-in sockets, the cue a facilitator's form, its event in the table and on disk. Time
runs from the commit to the last device; "from the tap" also counts the form itself. The bare library is the physical
limit on this machine: it is handed the same frame, ready-made, and sends it on. Both servers have one core, the
devices others; devices are plain sockets in one process, so the waiting there is in both figures.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvloop
from websockets.asyncio.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import results

DEVICES = 15
HERE = Path(__file__).resolve().parent
CSRF = "k" * 32
SENDING = ("MainThread", "sockets-hub")


@dataclass(frozen=True)
class Room:
    """One gathering with the cookies of its people."""

    code: str
    leader: str
    members: list[str]


@dataclass
class Run:
    """What one run saw. Times in ns since the epoch, by room and number of the cue."""

    tapped: dict[str, int] = field(default_factory=dict)
    arrived: dict[str, list[int]] = field(default_factory=dict)
    ready: dict[str, int] = field(default_factory=dict)
    sending: float = 0.0  # seconds of processor in the event loop and the hub's threads, without those of the forms
    entered: int = 0

    def waits(self, since: dict[str, int]) -> np.ndarray:
        """Milliseconds to the last of all devices, for each cue that reached them all."""
        return np.array(
            [(max(times) - since[cue]) / 1e6 for cue, times in self.arrived.items() if len(times) == DEVICES]
        )

    @property
    def deliveries(self) -> int:
        return sum(len(times) for times in self.arrived.values())

    @property
    def missing(self) -> int:
        return len(self.tapped) * DEVICES - self.deliveries


# --- a site with made-up people ---


def make_site(home: Path, count: int) -> list[Room]:
    """Keys, tables, and so many open gatherings, each with a facilitator and fifteen signed-in members."""
    os.environ |= {"KINDCIRCLE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "kindcircle.settings"}
    from kindcircle.base.lib import keyfiles

    keyfiles.make(home / "keys")
    (home / "data").mkdir(mode=0o700)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    with transaction.atomic():
        return [_make_room() for _ in range(count)]


def _make_room() -> Room:
    from kindcircle.rooms.live import actions
    from tests.world import make_world

    world = make_world(members=DEVICES)
    by = world.actor(world.facilitator)
    actions.open_gathering(gathering=world.gathering, online=True, by=by, at=world.at)
    return Room(world.gathering.code, _sign_in(world.facilitator), [_sign_in(member) for member in world.members])


def _sign_in(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from kindcircle.base.lib import clock
    from kindcircle.base.people import sessions

    session = SessionStore()
    sessions.begin(session, at=clock.now())
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "demo_door": True,
        }
    )
    session.create()
    return str(session.session_key)


# --- servers ---


@contextmanager
def server(kind: str, port: int, stamps: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One of the two servers, until it is no longer needed."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "fan_out_servers.py"), kind, str(port), str(stamps)],
        env={**os.environ, "PORT": str(port), "PYTHONPATH": str(HERE.parent)},
    )
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def stamps_of(process: subprocess.Popen[bytes], stamps: Path) -> dict[str, Any]:
    """Ask the server what it noted."""
    stamps.unlink(missing_ok=True)
    process.send_signal(signal.SIGUSR1)
    until = time.monotonic() + 10
    while not stamps.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return json.loads(stamps.read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- devices ---


async def device(
    address: str, room: str, run: Run, *, headers: dict[str, str], origin: str | None, hello: bool
) -> None:
    """One device: it enters, and notes when each cue comes."""
    async with connect(
        address, additional_headers=headers, origin=origin, compression=None, max_queue=None, ping_interval=None
    ) as socket_:
        if hello:
            await socket_.send('{"t":"hello","after":0}')
            await socket_.recv()
        run.entered += 1
        async for frame in socket_:
            now = time.time_ns()
            message = json.loads(frame)
            if message["t"] == "events":
                for event in message["events"]:
                    if event["n"] > 1:
                        run.arrived.setdefault(f"{room} {event['n']}", []).append(now)


async def enter_all(devices: list[asyncio.Task[None]], run: Run) -> None:
    """Wait until everybody is in, and a moment more for what entering leaves behind."""
    until = time.monotonic() + 60
    while run.entered < len(devices):
        assert time.monotonic() < until, f"only {run.entered} of {len(devices)} devices could enter"
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)


async def measure_ours(rooms: list[Room], port: int, seconds: float, run: Run, mark: Callable[[str], None]) -> None:
    """Facilitators' forms, one a second in each room, evenly spread, sent by a process of their own."""
    origin = f"http://127.0.0.1:{port}"
    devices = []
    for room in rooms:
        address = f"ws://127.0.0.1:{port}/ws/gathering/{room.code}"
        for cookie in room.members:
            headers = {"Cookie": f"session={cookie}"}
            devices.append(
                asyncio.create_task(device(address, room.code, run, headers=headers, origin=origin, hello=True))
            )
        await asyncio.sleep(0)
    await enter_all(devices, run)
    # Forms that change nothing warm everything up, and tell what a form alone costs the event loop.
    mark("cold")
    await facilitators(rooms, port, 1, nothing=True)
    mark("warm")
    await facilitators(rooms, port, 2, nothing=True)
    mark("begin")
    run.tapped = await facilitators(rooms, port, seconds, nothing=False)
    await asyncio.sleep(2)
    for task in devices:
        task.cancel()
    await asyncio.gather(*devices, return_exceptions=True)


async def facilitators(rooms: list[Room], port: int, seconds: float, *, nothing: bool) -> dict[str, int]:
    """Let a process of its own play the facilitators; when each form was sent."""
    leaders = [[room.code, room.leader] for room in rooms]
    plan = json.dumps({"port": port, "seconds": seconds, "rooms": leaders, "nothing": nothing})
    driver = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "fan_out.py"), "--drive", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    said, _ = await driver.communicate(plan.encode())
    assert driver.returncode == 0, "a facilitator's form was not taken"
    return dict(json.loads(said))


def drive() -> None:
    """The facilitators: one form after another, at its time."""
    plan = json.loads(sys.stdin.read())
    origin, rooms = f"http://127.0.0.1:{plan['port']}", plan["rooms"]
    tapped: dict[str, int] = {}

    async def tap(client: httpx.AsyncClient, code: str, leader: str, n: int) -> None:
        tapped[f"{code} {n}"] = time.time_ns()
        answer = await client.post(
            f"{origin}/desk/gatherings/{code}/lead/do/",
            data={
                **({"do": "here"} if plan["nothing"] else {"do": "step", "step": str(n % 2)}),
                "csrfmiddlewaretoken": CSRF,
            },
            headers={"Cookie": f"session={leader}; csrf={CSRF}", "Origin": origin, "Accept": "application/json"},
        )
        assert answer.status_code == 204, answer.text

    async def main() -> None:
        async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=20)) as client:
            begun, jobs = time.monotonic(), []
            for second in range(int(plan["seconds"])):
                for place, (code, leader) in enumerate(rooms):
                    await asyncio.sleep(max(0.0, begun + second + place / len(rooms) - time.monotonic()))
                    jobs.append(asyncio.create_task(tap(client, code, leader, second + 2)))
            await asyncio.gather(*jobs)

    uvloop.run(main())
    sys.stdout.write(json.dumps(tapped))


async def measure_bare(rooms: list[Room], port: int, seconds: float, run: Run, mark: Callable[[str], None]) -> None:
    """The same frames at the same pace, handed to the bare library."""
    devices = []
    for room in rooms:
        address = f"ws://127.0.0.1:{port}/{room.code}"
        devices += [
            asyncio.create_task(device(address, room.code, run, headers={}, origin=None, hello=False))
            for _ in room.members
        ]
        await asyncio.sleep(0)
    await enter_all(devices, run)
    mark("begin")
    begun = time.monotonic()
    async with connect(f"ws://127.0.0.1:{port}/lead/all", compression=None) as lead:
        for second in range(int(seconds)):
            for place, room in enumerate(rooms):
                await asyncio.sleep(max(0.0, begun + second + place / len(rooms) - time.monotonic()))
                await _hand_over(lead, room.code, second + 2, run)
        await asyncio.sleep(2)
    for task in devices:
        task.cancel()
    await asyncio.gather(*devices, return_exceptions=True)


async def _hand_over(lead: ClientConnection, room: str, n: int, run: Run) -> None:
    now = int(time.time() * 1000)
    event = {"n": n, "kind": "step_started", "at": now, "data": {"step": n % 2, "minutes": 10}}
    run.tapped[f"{room} {n}"] = time.time_ns()
    await lead.send(f"{room}\n{n}\n{json.dumps({'t': 'events', 'events': [event], 'now': now}, separators=(',', ':'))}")


def measured(kind: str, rooms: list[Room], seconds: float, folder: Path) -> Run:
    """One server, its devices, its cues."""
    run, port, stamps = Run(), free_port(), folder / f"{kind}.json"
    os.environ["PORT"] = str(port)
    with server(kind, port, stamps) as process:
        measure = measure_ours if kind == "ours" else measure_bare

        marks: dict[str, float] = {}

        def mark(name: str) -> None:
            threads = stamps_of(process, stamps)["threads"]
            marks[name] = sum(cpu for thread, cpu in threads.items() if thread.startswith(SENDING))

        uvloop.run(measure(rooms, port, seconds, run, mark))
        mark("end")
        run.ready = stamps_of(process, stamps)["ready"]
    run.sending = marks["end"] - marks["begin"]
    if kind == "ours":
        run.sending -= (marks["begin"] - marks["warm"]) / 2 * seconds
    return run


# --- the report ---


def percentiles(waits: np.ndarray) -> tuple[float, float]:
    if not len(waits):
        return float("nan"), float("nan")
    return float(np.percentile(waits, 50)), float(np.percentile(waits, 99))


def report(found: dict[int, tuple[Run, Run]], seconds: float) -> str:
    rows, losses = [], []
    for rooms, (ours, bare) in found.items():
        (p50, p99), (bare50, bare99) = percentiles(ours.waits(ours.ready)), percentiles(bare.waits(bare.ready))
        tap50, tap99 = percentiles(ours.waits(ours.tapped))
        cost, limit = (1e6 * run.sending / max(1, run.deliveries) for run in (ours, bare))
        rows.append(
            [
                f"{rooms} rooms",
                f"{p50:.1f} / {p99:.1f}",
                f"{bare50:.1f} / {bare99:.1f}",
                f"**{p50 / bare50:.1f}** / {p99 / bare99:.1f}",
                f"{tap50:.0f} / {tap99:.0f}",
                f"{cost:.0f}",
                f"{limit:.0f}",
                f"**{cost / limit:.1f}**",
            ]
        )
        losses.append(f"{rooms} rooms: {ours.missing} of {len(ours.tapped) * DEVICES} not delivered")
    heads = [
        "", "ours, p50 / p99 ms", "bare library, ms", "ratio", "ours from the tap, ms",
        "processor per delivery, µs", "bare, µs", "ratio",
    ]  # fmt: skip
    return "\n\n".join(
        [
            "## A cue to the last of 15 devices",
            f"`bench/fan_out.py`: one cue a second in each room for {seconds:.0f} s, 15 devices a room, server on one "
            "core. Ours: from the commit of the event (fsync done) to the last device; signed-in sockets, the event "
            "read back from the table. Bare: the `websockets` library handed the same frame. Processor: event loop and "
            "hub threads, without what the same forms cost them when they change nothing; the form itself is in "
            "the column 'from the tap'.",
            results.table(heads, rows),
            "; ".join(losses) + ".",
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rooms", type=int, nargs="+", default=[10, 50])
    options.add_argument("--no-write", action="store_true", help="print only")
    options.add_argument("--drive", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.drive:
        return drive()
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="kindcircle-bench-") as folder:
        rooms = make_site(Path(folder) / "home", sum(chosen.rooms))
        found, taken = {}, 0
        for count in chosen.rooms:
            some, taken = rooms[taken : taken + count], taken + count
            if len(cores) >= 4:
                os.sched_setaffinity(0, set(cores))
            found[count] = (
                measured("ours", some, chosen.seconds, Path(folder)),
                measured("bare", some, chosen.seconds, Path(folder)),
            )
    text = report(found, chosen.seconds)
    sys.stdout.write(text + "\n")
    if not chosen.no_write:
        results.write("fan-out", text)
    return None


if __name__ == "__main__":
    main()
