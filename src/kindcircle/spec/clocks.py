"""How far a phone's clock is from the server's, so that a bell sounds in every hand at the same moment.

One exchange has four times: `sent` and `received` on the device's clock, `arrived` and `replied` on the
server's. No message arrives before it is sent, so the offset (server minus device) is at most
`arrived - sent` and at least `replied - received`. The true offset lies in every one of these intervals;
we keep where they overlap and take the middle. Only real asymmetry between the two directions remains.

`static/live/clock.js` is this module in the browser; both run the cases in `tests/vectors/clock`, and
tests/spec/test_clocks.py simulates whole rooms. All times are milliseconds and may have fractions.
"""

from dataclasses import dataclass
from math import inf, isfinite

DRIFT = 0.0001
"""How far two clocks may run apart, in ms per ms: what we knew loosens by this much as it ages."""

GRAIN = 1.0
"""How coarse a timestamp may be, in ms: browsers and servers both round what they tell."""

JUMP = 250.0
"""How far, in ms, a device's two clocks may part between looks before we say it slept or was set anew."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange with the server: `sent` and `received` by the device's clock, the others by the server's."""

    sent: float
    arrived: float
    replied: float
    received: float


@dataclass(frozen=True, slots=True)
class Clock:
    """What a device knows about the server's clock. `Clock()` knows nothing yet.

    The offset (server minus device) lies between `low` and `high`, as known at device time `known_at`.
    `count` is the number of messages these bounds rest on; `resets` how often we had to begin again.
    """

    low: float = -inf
    high: float = inf
    known_at: float = 0.0
    count: int = 0
    resets: int = 0

    @property
    def offset(self) -> float | None:
        """Server minus device, in ms: the middle of the bounds, or the one there is. None if neither."""
        if isfinite(self.low) and isfinite(self.high):
            return (self.low + self.high) / 2
        if isfinite(self.low):
            return self.low
        return self.high if isfinite(self.high) else None

    @property
    def error(self) -> float:
        """The offset is wrong by at most this many ms, as of `known_at`; infinite while a bound is missing."""
        return (self.high - self.low) / 2

    def add(self, sample: Sample) -> "Clock":
        """This clock after one more exchange.

        Bounds that contradict what we knew mean that a clock jumped: then only the new ones count. An
        exchange whose own times contradict each other says nothing and is left out.
        """
        return self._narrow(sample.replied - sample.received, sample.arrived - sample.sent, sample.received)

    def hear(self, said: float, received: float) -> "Clock":
        """This clock after a message that said the server's time but answered nothing: half an exchange."""
        return self._narrow(said - received, inf, received)

    def forget(self) -> "Clock":
        """Begin again, after sleep or a jump. The old offset is gone: better none than a wrong one."""
        return Clock(resets=self.resets + 1)

    def _narrow(self, low: float, high: float, at: float) -> "Clock":
        low, high = low - GRAIN, high + GRAIN
        if low > high:
            return self
        aged = DRIFT * max(0.0, at - self.known_at)
        both = max(low, self.low - aged), min(high, self.high + aged)
        if both[0] > both[1]:
            return Clock(low, high, at, count=1, resets=self.resets + 1)
        return Clock(both[0], both[1], at, self.count + 1, self.resets)


def jumped(wall_before: float, steady_before: float, wall: float, steady: float) -> bool:
    """Whether a device slept or had its clock set between two looks at its wall and its steady clock."""
    return abs((wall - wall_before) - (steady - steady_before)) > JUMP
