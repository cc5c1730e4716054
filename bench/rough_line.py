"""A real bad line: the server stands in a network namespace of its own, and every packet passes through here.

Each packet is late by chance and some are lost, in both directions, below TCP: what is lost is sent again by the
system, as on a bad mobile line. Needs root and /dev/net/tun. (`tc netem` would do the same where the kernel has it.)
"""

import fcntl
import heapq
import itertools
import os
import random
import select
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from bench import site
from tests.site import RunningSite

HERE, THERE = "10.77.41.1", "10.77.41.2"
TUNSETIFF, TUN_WITHOUT_HEADER = 0x400454CA, 0x1001


def possible() -> bool:
    """Whether this machine lets us make such a line."""
    return os.geteuid() == 0 and Path("/dev/net/tun").exists() and Path("/usr/sbin/ip").exists()


class RoughLine:
    """jitter: seconds, up to which each packet is late (uniform). loss: the share of packets that never come."""

    def __init__(self, *, jitter: float, loss: float) -> None:
        self._jitter, self._loss, self._chance = jitter, loss, random.Random(7)
        self.space = f"kindcircle-{os.getpid()}"
        self.passed = self.lost = 0
        self._over = threading.Event()
        self._ends: list[int] = []
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> "RoughLine":
        _do("ip", "netns", "add", self.space)
        for name, address, inside in (("kcnear", HERE, []), ("kcfar", THERE, ["netns", "exec", self.space, "ip"])):
            name += str(os.getpid() % 10_000)
            end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), TUN_WITHOUT_HEADER))
            self._ends.append(end)
            if inside:
                _do("ip", "link", "set", name, "netns", self.space)
                _do("ip", *inside, "link", "set", "lo", "up")
            _do("ip", *inside, "addr", "add", f"{address}/30", "dev", name)
            _do("ip", *inside, "link", "set", name, "up")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        for end in self._ends:
            os.close(end)
        _do("ip", "netns", "delete", self.space)

    def _carry(self) -> None:
        near, far = self._ends
        waiting: list[tuple[float, int, int, bytes]] = []
        order = itertools.count()
        while not self._over.is_set():
            due = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.2
            for end in select.select(self._ends, [], [], min(due, 0.2))[0]:
                packet = os.read(end, 65_536)
                if self._chance.random() < self._loss:
                    self.lost += 1
                    continue
                self.passed += 1
                late = time.monotonic() + self._chance.uniform(0, self._jitter)
                heapq.heappush(waiting, (late, next(order), far if end == near else near, packet))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, end, packet = heapq.heappop(waiting)
                os.write(end, packet)


class FarSite(RunningSite):
    """The server at the other end of such a line."""

    def __init__(self, line: RoughLine, **more: Any) -> None:
        super().__init__(**more)
        self.url = f"http://{THERE}:{self.port}"
        self.log = self.home / "far.log"
        self._line = line

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "KINDCIRCLE_EXTRA_HOSTS": THERE, "KINDCIRCLE_WORKER": "apart"}

    def start(self) -> None:
        command = ["ip", "netns", "exec", self._line.space, *site.ours(self.port), "--host", THERE]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                self.client().get("/")
                return
            except Exception:
                time.sleep(0.5)
        raise AssertionError(f"the server at the far end did not answer: {self.said()[-2000:]}")


def _do(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
