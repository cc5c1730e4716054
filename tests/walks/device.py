"""A phone's open page as the server sees it: one socket, which asks for what it does not know yet."""

import json
import time
from types import TracebackType
from typing import Any

from websockets.sync.client import connect

from kindcircle.base.lib import codes
from tests.walks.visitor import Visitor


class Device:
    """The live page of one visitor, by socket. `told` holds every event in the order it came, however often."""

    def __init__(self, visitor: Visitor, gathering: str, *, more: str = "") -> None:
        self.told: list[dict[str, Any]] = []
        self.private: list[dict[str, Any]] = []  # frames that only facilitators should get
        self.raw: list[str] = []
        self._heard = 0
        address = f"{visitor.site.url.replace('http', 'ws')}/ws/gathering/{gathering}{more}"
        cookie = {"Cookie": f"session={visitor.cookie()}"}
        self._line = connect(address, additional_headers=cookie, origin=visitor.site.url, compression=None)

    def __enter__(self) -> "Device":
        self.socket = self._line.__enter__()
        self.say(t="hello", after=0)
        self.until(lambda: bool(self.told), what="the events so far")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._line.__exit__(kind, error, at)

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def listen(self, seconds: float) -> list[dict[str, Any]]:
        """Every frame that comes within so many seconds."""
        frames, until = [], time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            frame = self._next(left)
            if frame is None:
                break
            frames.append(frame)
        return frames

    def until(self, there: Any, *, what: str, within: float = 5) -> None:
        """Listen until this holds."""
        until = time.monotonic() + within
        while not there():
            left = until - time.monotonic()
            assert left > 0, f"waited {within} s for {what}; told so far: {[event['kind'] for event in self.told]}"
            self._next(left)

    def hears(self, kind: str, within: float = 5) -> dict[str, Any]:
        """The next event of this kind, after the one that was heard before."""
        news: list[dict[str, Any]] = []

        def there() -> bool:
            news[:] = [event for event in self.told[self._heard :] if event["kind"] == kind]
            return bool(news)

        self.until(there, what=kind, within=within)
        self._heard = self.told.index(news[0]) + 1
        return news[0]

    def tap(self, kind: str, key: str = "") -> str:
        """A private tap; its key, once the server has kept it."""
        key = key or codes.new_code()
        self.say(t="signal", kind=kind, key=key)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            frame = self._next(5)
            if frame is not None and frame["t"] in ("signal-ok", "refused"):
                assert frame == {"t": "signal-ok", "key": key}
                return key
        raise AssertionError("the tap was not answered")

    def _next(self, within: float) -> dict[str, Any] | None:
        try:
            text = str(self.socket.recv(timeout=max(0.001, within)))
        except TimeoutError:
            return None
        self.raw.append(text)
        frame: dict[str, Any] = json.loads(text)
        if frame["t"] == "events":
            self.told += frame["events"]
        elif frame["t"] == "newer" and frame["n"] > len({event["n"] for event in self.told}):
            self.say(t="hello", after=len({event["n"] for event in self.told}))
        elif frame["t"] in ("signals", "presence"):
            self.private.append(frame)
        return frame
