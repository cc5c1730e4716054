"""The messages between devices and server, as docs/reference/timeline.md tells them. Nothing here trusts a device."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.live.queries import Person, Tap

LONGEST = 2048
"""Characters in a message from a device. The longest honest one has about a hundred."""


class Unreadable(ValueError):
    """Not a message we know."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A page has opened, or lost the thread: it knows the events up to `after`."""

    after: int


@dataclass(frozen=True, slots=True)
class AskClock:
    """What time is it with you? `sent` is the device's own clock, in ms."""

    sent: float


@dataclass(frozen=True, slots=True)
class SendSignal:
    """A private tap with its key."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Here:
    """Still here."""


@dataclass(frozen=True, slots=True)
class Line:
    """How long this device's line is: its longest round trip of late and how far its clock may be off, in ms."""

    rtt: float
    error: float


Message = Hello | AskClock | SendSignal | Here | Line


def read(text: str | None) -> Message:
    """One message from a device, or Unreadable. Binary frames come as None."""
    if text is None or len(text) > LONGEST:
        raise Unreadable
    try:
        raw = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(raw, dict):
        raise Unreadable
    match raw:
        case {"t": "hello", "after": int(after)} if not isinstance(after, bool) and 0 <= after < 2**31:
            return Hello(after)
        case {"t": "clock", "sent": int(sent) | float(sent)} if not isinstance(sent, bool) and _is_time(sent):
            return AskClock(sent)
        case {"t": "signal", "kind": str(kind), "key": str(key)}:
            return SendSignal(kind, key)
        case {"t": "here"}:
            return Here()
        case {"t": "line", "rtt": int(rtt) | float(rtt), "error": int(error) | float(error)} if not (
            isinstance(rtt, bool) or isinstance(error, bool)
        ) and (_is_time(rtt) and _is_time(error) and min(rtt, error) >= 0):
            return Line(rtt, error)
    raise Unreadable


def events(messages: Iterable[Mapping[str, object]], now: int) -> str:
    """What happened, in order, and the server's time."""
    return _frame("events", events=list(messages), now=now)


def newer(n: int) -> str:
    """The list has grown to n: ask if you know less."""
    return _frame("newer", n=n)


def clock(sent: float, arrived: int, replied: int) -> str:
    """One exchange of four timestamps; the device adds when it received this."""
    return _frame("clock", sent=sent, arrived=arrived, replied=replied)


def signal_ok(key: str) -> str:
    """The tap is kept."""
    return _frame("signal-ok", key=key)


def refused(why: str) -> str:
    """The message was not acted on; `why` is a sentence for the person. Never repeats what was sent."""
    return _frame("refused", why=why)


def signals(items: Iterable[Tap]) -> str:
    """The private taps, newest first. For facilitators' sockets only."""
    return _frame(
        "signals",
        items=[
            {
                "code": tap.code,
                "kind": tap.kind,
                "name": tap.name,
                "at": milliseconds(tap.at),
                "alert": tap.alert,
                "looked_after": tap.looked_after is not None,
            }
            for tap in items
        ],
    )


def presence(people: Iterable[Person]) -> str:
    """Who is here. For facilitators' sockets only."""
    return _frame(
        "presence",
        people=[{"code": one.code, "name": one.name, "seat": one.seat, "being": one.being} for one in people],
    )


def _frame(kind: str, **rest: Any) -> str:
    return json.dumps({"t": kind, **rest}, separators=(",", ":"), ensure_ascii=False)


def _is_time(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 2**53


def _no_constant(_: str) -> float:
    raise ValueError
