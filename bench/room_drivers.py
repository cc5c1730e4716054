"""Those who lead, in a process of their own: one cue after another in each room, evenly spread.

    python bench/room_drivers.py forms|actions|frames|pages     (the plan comes in as JSON, what was done goes out)

forms    facilitators press buttons: each cue is an ordinary form at a web process
actions  the same command without the form around it, as another process of the site would say it
frames   a ready-made frame is handed to a peer
pages    the same by one participant's page of a peer that has no other way in
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.site import CSRF

Done = dict[str, list[int]]
"""By room and number of the cue: when it was tapped and when that was done, in ns since the epoch."""


def beats(plan: dict[str, Any]) -> Iterator[tuple[float, dict[str, Any], int]]:
    """When (seconds from the beginning), in which room, and the number of the event that this makes."""
    for turn in range(round(plan["seconds"] / plan["every"])):
        for place, room in enumerate(plan["rooms"]):
            yield (turn + place / len(plan["rooms"])) * plan["every"], room, room["n"] + turn


async def on_time(plan: dict[str, Any], tap: Callable[[dict[str, Any], int], Awaitable[None]]) -> None:
    begun, jobs = time.monotonic(), []
    for moment, room, n in beats(plan):
        await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
        jobs.append(asyncio.create_task(tap(room, n)))
    await asyncio.gather(*jobs)


async def forms(plan: dict[str, Any], done: Done) -> None:
    import httpx

    busy = {room["code"]: asyncio.Lock() for room in plan["rooms"]}  # nobody presses again before the page answers
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=40)) as client:

        async def tap(room: dict[str, Any], n: int) -> None:
            origin, began = f"http://127.0.0.1:{room['port']}", time.time_ns()
            form = {"do": "step", "step": str(n % 2), "csrfmiddlewaretoken": CSRF}
            cookie = f"session={room['leader']}; csrf={CSRF}"
            headers = {"Cookie": cookie, "Origin": origin, "Accept": "application/json"}
            async with busy[room["code"]]:
                answer = await client.post(
                    f"{origin}/desk/gatherings/{room['code']}/lead/do/", data=form, headers=headers
                )
            assert answer.status_code == 204, answer.text
            done[f"{room['code']} {n}"] = [began, time.time_ns()]

        await on_time(plan, tap)


def actions(plan: dict[str, Any], done: Done) -> None:
    import django

    django.setup()
    from kindcircle.base.lib import clock
    from kindcircle.base.people.models import User
    from kindcircle.rooms.groups.models import Gathering
    from kindcircle.rooms.groups.queries import actor_for
    from kindcircle.rooms.live import actions as live

    rows = {row.code: row for row in Gathering.objects.select_related("group__organisation")}
    leaders = {
        user.pk: actor_for(user, strong=True)
        for user in User.objects.filter(pk__in=[room["guide"] for room in plan["rooms"]])
    }
    begun = time.monotonic()
    for moment, room, n in beats(plan):
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        began = time.time_ns()
        live.start_step(gathering=rows[room["code"]], step=n % 2, by=leaders[room["guide"]], at=clock.now())
        done[f"{room['code']} {n}"] = [began, time.time_ns()]


async def frames(plan: dict[str, Any], done: Done) -> None:
    from websockets.asyncio.client import connect

    async with connect(f"ws://127.0.0.1:{plan['rooms'][0]['port']}/lead", compression=None) as lead:

        async def tap(room: dict[str, Any], n: int) -> None:
            await lead.send(f"/{room['code']}\n{_frame(room, n, done)}")

        await on_time(plan, tap)
        await asyncio.sleep(1)


async def pages(plan: dict[str, Any], done: Done) -> None:
    from websockets.asyncio.client import connect

    pages = {room["code"]: await connect(room["page"], compression=None) for room in plan["rooms"]}

    async def tap(room: dict[str, Any], n: int) -> None:
        await pages[room["code"]].send(_frame(room, n, done))

    await on_time(plan, tap)
    await asyncio.sleep(1)


def _frame(room: dict[str, Any], n: int, done: Done) -> str:
    now = time.time_ns()
    event = {"n": n, "kind": "step_started", "at": now // 10**6, "data": {"step": n % 2, "minutes": 10}}
    done[f"{room['code']} {n}"] = [now, now]
    return json.dumps({"t": "events", "events": [event], "now": now // 10**6}, separators=(",", ":"))


def main() -> None:
    import uvloop

    plan, done = json.loads(sys.stdin.read()), Done()
    way = sys.argv[1]
    if way == "actions":
        actions(plan, done)
    else:
        uvloop.run({"forms": forms, "frames": frames, "pages": pages}[way](plan, done))
    sys.stdout.write(json.dumps(done))
    sys.stdout.flush()
    os._exit(0)  # connections of worker threads need not be closed one by one


if __name__ == "__main__":
    main()
