"""What may go wrong around a meeting, each as a story that can be told short (in tests) or whole (bench/faults.py).

Six members and two who lead are in the middle of a practice. Something breaks, for so many seconds, and is mended.
Meanwhile every device is asked what it shows; afterwards the facilitator goes on, and everybody is asked again.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kindcircle.base.lib import clock
from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.models import Signal
from kindcircle.spec import timeline
from tests.doors.sockets.devices import cookie_of, in_thread
from tests.faults.device import Phone
from tests.rooms.live.stage import Stage
from tests.site import RunningSite
from tests.world import make_world

MEMBERS = 6
ASKED_EVERY = 0.25  # seconds between two looks at what every device shows


@dataclass
class Found:
    """What one story came to."""

    apart: list[float] = field(default_factory=list)
    """At each look: how far apart the practice stood on the devices, in ms."""
    off: list[float] = field(default_factory=list)
    """At each look: how far the worst device was from the timeline of the server, in ms."""
    stood: int = 0
    """Looks at which the practice did not go on somewhere."""
    healed: float = 0.0
    """Seconds from the mending until every device knew everything."""
    agree: bool = False
    """Whether all devices and the server tell the same at the end."""
    taps: int = 0
    lost: int = 0
    doubled: int = 0
    commands: int = 0
    refused: int = 0
    """Times somebody had to press again."""

    def told(self) -> str:
        looks = len(self.apart) + self.stood
        return (
            f"apart at most {max(self.apart, default=0):.0f} ms, off at most {max(self.off, default=0):.0f} ms, "
            f"stood at {self.stood} of {looks} looks, all knew all after {self.healed:.1f} s, {self.taps} taps: "
            f"{self.lost} lost, {self.doubled} doubled, {self.commands} commands: {self.refused} pressed again, "
            f"{'all agree' if self.agree else 'THEY DIFFER'}"
        )


class Meeting:
    """A gathering under way with devices at the servers given, in turn."""

    def __init__(self, *sites: RunningSite, minutes_ago: float = 0) -> None:
        """minutes_ago: when its door was opened and everybody came."""
        world = make_world(members=MEMBERS, at=clock.now() - timedelta(minutes=minutes_ago))
        self.stage, self.sites, self.found = Stage(world), sites, Found()
        self.stage.open()
        self.stage.come(*range(MEMBERS))
        self.sheets = queries.cue_sheets(self.stage.gathering)
        self.practice, self.guide = self.stage.practice_a(), self.stage.guide
        turns = itertools.cycle(sites)
        self.keys = [(site, cookie_of(site, user)) for user, site in zip(world.members, turns, strict=False)]
        self.lead = [site.sign_in(user) for user, site in zip(world.facilitators, reversed(sites * 2), strict=False)]
        self.leaders = [
            (site, client.cookies["session"]) for site, client in zip(reversed(sites * 2), self.lead, strict=False)
        ]
        self.phones: list[Phone] = []
        self.known: list[timeline.Event] = []
        self._tokens: list[str] = []

    @asynccontextmanager
    async def going(self) -> AsyncIterator["Meeting"]:
        """Everybody enters, and their clocks come to agree."""
        for client in self.lead:
            page = await in_thread(client.get, f"/desk/gatherings/{self.stage.code}/lead/")
            self._tokens.append(page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0])
        self.phones = [
            Phone(site.url, self.stage.code, key, self.sheets, seed=seed)
            for seed, (site, key) in enumerate([*self.keys, *self.leaders])
        ]
        try:
            await asyncio.sleep(2.5)
            yield self
        finally:
            await asyncio.gather(*(phone.close() for phone in self.phones))

    async def press(self, *, by: int = 0, **form: str) -> None:
        """The first or second of those who lead presses until it is done, as people do."""
        self.found.commands += 1
        for _ in range(60):
            with contextlib.suppress(Exception):
                answer = await in_thread(
                    self.lead[by].post,
                    f"/desk/gatherings/{self.stage.code}/lead/do/",
                    data={**form, "csrfmiddlewaretoken": self._tokens[by]},
                    headers={"Accept": "application/json", "Origin": str(self.lead[by].base_url).rstrip("/")},
                )
                if answer.status_code == 204:
                    return
            self.found.refused += 1
            await asyncio.sleep(1)
        raise AssertionError(f"{form} could not be said")

    async def start_practice(self) -> None:
        slot = self.practice
        await self.press(do="practice", practice=slot["practice"], seconds=str(slot["seconds"]))
        await self.until(lambda phone: self.shows(phone, "running"), 15)
        self.known, _ = await self.truth()

    def shows(self, phone: Phone, how: str) -> bool:
        placed = phone.placed()
        return placed is not None and placed.practice is not None and bool(getattr(placed.practice, how))

    async def until(self, holds: Callable[[Phone], bool], within: float) -> float:
        """Seconds until this holds on every device."""
        began = time.monotonic()
        while not all(map(holds, self.phones)):
            assert time.monotonic() - began < within, "the devices did not come to agree"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def truth(self) -> tuple[list[timeline.Event], Any]:
        events = await in_thread(queries.events_of, self.stage.world.gathering.pk)
        return events, timeline.position(events, milliseconds(clock.now()), self.sheets)

    async def watch(self, seconds: float) -> None:
        """The practice goes on by itself: look at every device again and again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = milliseconds(clock.now())
            true = timeline.position(self.known, now, self.sheets).practice
            shown = [placed.practice if (placed := phone.placed()) else None for phone in self.phones]
            if true is None or any(one is None or one.play != true.play or one.paused for one in shown):
                self.found.stood += 1
            else:
                positions = [one.position_ms for one in shown if one is not None]
                self.found.apart.append(max(positions) - min(positions))
                self.found.off.append(max(abs(one - true.position_ms) for one in positions))
            await asyncio.sleep(ASKED_EVERY)

    def tap_all(self) -> None:
        """Every member taps once; each tap is tried until it is kept."""
        for phone in self.phones[:MEMBERS]:
            phone.tap("fine")
            self.found.taps += 1

    async def go_on(self) -> None:
        """It is mended: the facilitator pauses and goes on, everybody hears of it, and nothing is missing."""
        mended = time.monotonic()
        play = next(str(event.data["play"]) for event in self.known if event.kind == "practice_started")
        await self.press(do="pause", play=play)
        await self.until(lambda phone: self.shows(phone, "paused"), 40)
        self.found.healed = time.monotonic() - mended
        await self.press(do="resume", play=play)
        await self.until(lambda phone: self.shows(phone, "running"), 15)
        await self.until(lambda phone: not phone.taps, 20)
        await self.count()

    async def count(self) -> None:
        events, true = await self.truth()
        placed = [phone.placed() for phone in self.phones]
        same = all(list(phone.events.values()) == events for phone in self.phones)
        told = {_same(one) for one in placed if one is not None}
        self.found.agree = same and None not in placed and told == {_same(true)}
        signals = Signal.objects.filter(gathering=self.stage.world.gathering)
        kept = await in_thread(lambda: list(signals.values_list("client_key", flat=True)))
        self.found.lost, self.found.doubled = self.found.taps - len(set(kept)), len(kept) - len(set(kept))


def _same(placed: timeline.Placed) -> tuple[object, ...]:
    """What must be the same everywhere, without what moves on by the millisecond."""
    step, practice = placed.step, placed.practice
    return placed.n, placed.phase, step and step.index, practice and (practice.play, practice.paused, practice.finished)


Break = Callable[[Meeting], Awaitable[None]]


Story = Callable[[Meeting, float], Awaitable[Found]]


async def through(meeting: Meeting, breaks: Break, mends: Break, seconds: float) -> Found:
    """Somebody practises, something breaks for so long, it is mended, and the meeting goes on."""
    async with meeting.going():
        await meeting.start_practice()
        await meeting.watch(1.5)
        await breaks(meeting)
        meeting.tap_all()
        await meeting.watch(seconds)
        await mends(meeting)
        await meeting.watch(1.5)
        await meeting.go_on()
    return meeting.found


async def server_killed(meeting: Meeting, seconds: float) -> Found:
    """SIGKILL in the middle of a practice; the server is back after so many seconds."""

    async def kill(meeting: Meeting) -> None:
        await in_thread(meeting.sites[0].kill)

    async def start(meeting: Meeting) -> None:
        await in_thread(meeting.sites[0].start)

    return await through(meeting, kill, start, seconds)


def feed_gone(cut: Callable[[], None], mend: Callable[[], None]) -> Story:
    """The line between two server processes is cut for so many seconds. Cues said meanwhile cross all the same."""

    async def story(meeting: Meeting, seconds: float) -> Found:
        async def cuts(meeting: Meeting) -> None:
            await in_thread(cut)
            play = str(meeting.known[-1].data["play"])
            await meeting.press(do="pause", play=play)
            await meeting.until(lambda phone: meeting.shows(phone, "paused"), 10)
            await meeting.press(do="resume", play=play)
            await meeting.until(lambda phone: meeting.shows(phone, "running"), 15)
            meeting.known, _ = await meeting.truth()

        async def mends(meeting: Meeting) -> None:
            await in_thread(mend)

        return await through(meeting, cuts, mends, seconds)

    return story


def database_locked(lock: Callable[[], None], free: Callable[[], None]) -> Story:
    """Somebody else holds the database for so many seconds: nothing can be written."""

    async def story(meeting: Meeting, seconds: float) -> Found:
        async def locks(meeting: Meeting) -> None:
            await in_thread(lock)

        async def frees(meeting: Meeting) -> None:
            await in_thread(free)

        return await through(meeting, locks, frees, seconds)

    return story


async def facilitator_offline(meeting: Meeting, seconds: float) -> Found:
    """Both who lead are out of reach while a long practice comes to its end; then the second carries on.

    The practice was begun as long ago as it is long; only its last seconds are lived through.
    """
    slot = meeting.practice
    async with meeting.going():
        whole = meeting.sheets[slot["practice"], str(slot["seconds"])].total_ms + timeline.LEAD
        at = clock.now() - timedelta(milliseconds=whole) + timedelta(seconds=seconds / 2)
        await in_thread(actions.start_practice, **slot, by=meeting.guide, at=at)
        meeting.known, _ = await meeting.truth()
        await meeting.until(lambda phone: meeting.shows(phone, "running"), 10)
        away = meeting.phones[MEMBERS:]
        del meeting.phones[MEMBERS:]
        await asyncio.gather(*(phone.close() for phone in away))
        meeting.tap_all()
        await meeting.watch(seconds)
        assert all(meeting.shows(phone, "finished") for phone in meeting.phones)
        await meeting.press(by=1, do="step", step="3")
        seeds = itertools.count(MEMBERS)
        meeting.phones += [
            Phone(site.url, meeting.stage.code, key, meeting.sheets, seed=next(seeds)) for site, key in meeting.leaders
        ]
        meeting.found.healed = await meeting.until(lambda phone: phone.newest == len(meeting.known) + 1, 20)
        await meeting.until(lambda phone: not phone.taps, 20)
        await meeting.count()
    return meeting.found


async def rough_line(meeting: Meeting, seconds: float) -> Found:
    """Everything goes over a bad line from the first moment on: the meeting is behind it already."""

    async def nothing(meeting: Meeting) -> None:
        pass

    return await through(meeting, nothing, nothing, seconds)
