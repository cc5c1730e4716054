"""The peer: Django Channels with its in-memory layer. What comes at /lead is sent to the group of its room.

python bench/peers/channels_room.py PORT        in an environment with bench/peers/channels.txt
"""

import sys

import django
import uvicorn
from django.conf import settings

settings.configure(
    SECRET_KEY="only for this benchmark",
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}},
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  (settings come first)


def group_of(path: str) -> str:
    return path.replace("/", "")[:99]


class Room(AsyncWebsocketConsumer):
    """A device, or the one that leads."""

    async def connect(self) -> None:
        if self.scope["path"] != "/lead":
            await self.channel_layer.group_add(group_of(self.scope["path"]), self.channel_name)
        await self.accept()
        await self.send("welcome")

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(group_of(self.scope["path"]), self.channel_name)

    async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
        room, frame = text_data.split("\n", 1)
        await self.channel_layer.group_send(group_of(room), {"type": "cue", "frame": frame})

    async def cue(self, event: dict[str, str]) -> None:
        await self.send(event["frame"])


if __name__ == "__main__":
    uvicorn.run(
        Room.as_asgi(),
        port=int(sys.argv[1]),
        log_level="warning",
        lifespan="off",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )
