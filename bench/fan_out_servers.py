"""The two servers of the fan-out benchmark, each in its own process: ours, and the bare library as its limit.

    python bench/fan_out_servers.py ours PORT STAMPS        (KINDCIRCLE_HOME names the site)
    python bench/fan_out_servers.py bare PORT STAMPS

Both write STAMPS (JSON) when they are asked to end: the moment each cue was ready to be told, and the processor time.
"""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import uvicorn
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

# room and number of the cue -> when it was committed (ours) or asked for (bare), in ns since the epoch
ready: dict[str, int] = {}


def ours(port: int, stamps: Path) -> None:
    """The real application as `kindcircle run` serves it, with a listener that notes when a cue is on disk."""
    from kindcircle.asgi import application
    from kindcircle.rooms.live import announce

    def note(code: str, n: int | None) -> None:
        if n is not None:
            ready[f"{code} {n}"] = time.time_ns()

    announce.listeners.insert(0, note)
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            port=port,
            log_level="error",
            access_log=False,
            loop="uvloop",
            ws="websockets-sansio",
            ws_max_size=16 * 1024,
            ws_per_message_deflate=False,
        )
    )
    signal.signal(signal.SIGUSR1, lambda *_: report(stamps))
    server.run()


def bare(port: int, stamps: Path) -> None:
    """The library alone: no session, no database. A message to `/lead/ROOM` is sent on to every socket of `/ROOM`."""
    rooms: dict[str, set[ServerConnection]] = {}

    async def handle(socket: ServerConnection) -> None:
        path = socket.request.path if socket.request else ""
        if path.startswith("/lead/"):
            async for message in socket:
                room, n, frame = str(message).split("\n", 2)
                ready[f"{room} {n}"] = time.time_ns()
                broadcast(rooms.get(room, set()), frame)
            return
        room = path.removeprefix("/")
        rooms.setdefault(room, set()).add(socket)
        await socket.wait_closed()
        rooms[room].discard(socket)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, report, stamps)
        async with serve(handle, "127.0.0.1", port, compression=None):
            await loop.create_future()

    uvloop.run(main())


def report(stamps: Path) -> None:
    """Write down what is known so far, in one step, so that a reader never sees half of it."""
    clocks = {
        thread.name: time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        for thread in threading.enumerate()
        if thread.ident is not None
    }
    unfinished = stamps.with_suffix(".tmp")
    unfinished.write_text(json.dumps({"ready": ready, "threads": clocks, "process": time.process_time()}))
    unfinished.replace(stamps)


if __name__ == "__main__":
    if len(os.sched_getaffinity(0)) >= 4:
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    {"ours": ours, "bare": bare}[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
