"""The library alone, as the limit: no session, no database. What comes at /lead is sent on to every socket of its room.

python bench/peers/bare.py PORT
"""

import asyncio
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: dict[str, set[ServerConnection]] = {}


async def handle(socket: ServerConnection) -> None:
    path = socket.request.path if socket.request else ""
    if path == "/lead":
        async for message in socket:
            room, frame = str(message).split("\n", 1)
            broadcast(rooms.get(room, set()), frame)
        return
    room = rooms.setdefault(path, set())
    room.add(socket)
    await socket.send("welcome")
    await socket.wait_closed()
    room.discard(socket)


async def main(port: int) -> None:
    async with serve(handle, "127.0.0.1", port, compression=None, backlog=4096):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
