"""The open sockets of this process, by gathering, and who is told what.

The truth is in the tables; the hub only says that there is something newer and reads it once for everyone. What
it misses (a lost announcement, another process) it finds within a second by asking the tables how far they are;
the site's feed tells it of other processes at once, where there is one (rooms/live/feed.py).
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from kindcircle.base.lib import clock
from kindcircle.doors.sockets import wire
from kindcircle.doors.sockets.admission import Standing, Visitor, admit_all, standing
from kindcircle.doors.sockets.threads import for_hub
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.standing_in import leading
from kindcircle.rooms.live import actions, feed, queries
from kindcircle.rooms.live.queries_faces import Face, faces

log = logging.getLogger("kindcircle.sockets")

NOT_HERE = 4404  # not there, not yours, or no longer yours: one code for all
TOO_SLOW = 4408
WAITING = 64  # frames that may wait for one slow device before we let go of it; it heals by asking again
SOCKETS_EACH = 6  # of one person in one gathering; the oldest goes when a seventh comes
MIND = 0.75  # seconds between two looks at who may stay and what is newer
TOGETHER = 0.02  # seconds to wait for others who arrive at the same moment: a room that lost its server comes at once
FLUSH = 6  # looks between two writes of who was heard
ASK_AGAIN = 600.0  # seconds after which somebody is asked everything anew, as at the door
ASKED_AT_ONCE = 10
BEAT = 20  # looks between two heartbeats


class Seat:
    """One open socket and what waits to be sent to it."""

    __slots__ = ("_waiting", "_wake", "_writer", "asked_at", "lead", "listening", "visitor", "websocket")

    def __init__(self, websocket: WebSocket, visitor: Visitor) -> None:
        self.websocket, self.visitor = websocket, visitor
        self.asked_at = time.monotonic()
        self.listening = False  # becomes true at hello: from then on it is told what is newer
        self.lead: int | None = None  # how far ahead it wants to hear of a start, in ms, once it has told its line
        self._waiting: deque[str] = deque()
        self._wake = asyncio.Event()
        self._writer = asyncio.create_task(self._write())

    def offer(self, frame: str) -> bool:
        """Have this sent soon. False when too much waits already."""
        if len(self._waiting) >= WAITING:
            return False
        self._waiting.append(frame)
        self._wake.set()
        return True

    def stop(self) -> None:
        """Say nothing more. Whatever waits is dropped."""
        self._waiting.clear()
        self._writer.cancel()

    async def end(self, code: int) -> None:
        """Stop and close."""
        self.stop()
        with suppress(RuntimeError, WebSocketDisconnect):  # the device may have closed first
            await self.websocket.close(code)

    async def _write(self) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):  # gone; the reading side notices and tidies up
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self.websocket.send_text(self._waiting.popleft())


class Room:
    """The sockets of one gathering in this process."""

    def __init__(self, visitor: Visitor) -> None:
        self.code, self.gathering_id, self.group_id = visitor.code, visitor.gathering_id, visitor.group_id
        self.seats: dict[Seat, None] = {}  # in order of arrival
        self.events: list[dict[str, object]] = []  # all that happened, as far as this process knows; n stands at n - 1
        self.learning: asyncio.Task[None] | None = None
        self.signal = 0
        self.heard: set[int] = set()
        self.noting: asyncio.Task[None] | None = None
        self.private_frames: tuple[str, str] = ("", "")
        self.face: Face | None = None
        self.telling = self.tell_again = False
        self.told_of = 0  # what was announced last
        self.confiding = self.confide_again = False


class Hub:
    """All rooms of this process. Everything runs on the event loop except `hear`, which any thread may call."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._minder: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # --- coming and going ---

    def enter(self, websocket: WebSocket, visitor: Visitor) -> Seat:
        """Give an accepted socket its place."""
        self._loop = asyncio.get_running_loop()
        room = self.rooms.setdefault(visitor.code, Room(visitor))
        own = [seat for seat in room.seats if seat.visitor.user_id == visitor.user_id]
        for seat in own[: max(0, len(own) - SOCKETS_EACH + 1)]:
            self.drop(seat, TOO_SLOW)
        seat = Seat(websocket, visitor)
        room.seats[seat] = None
        if self._minder is None or self._minder.done():
            self._minder = asyncio.create_task(self._mind())
            self._start(self._hear_elsewhere(self._minder))
        return seat

    def leave(self, seat: Seat) -> None:
        """Forget a socket that has closed."""
        seat.stop()
        room = self.rooms.get(seat.visitor.code)
        if room is not None:
            room.seats.pop(seat, None)
            if not room.heard:
                self._forget(room)

    def _forget(self, room: Room) -> None:
        """Let go of an empty room; not of one of the same name that opened while we were waiting for something."""
        if not room.seats and self.rooms.get(room.code) is room:
            del self.rooms[room.code]

    def drop(self, seat: Seat, code: int) -> None:
        """Forget a socket and close it. From this moment nothing more is sent to it."""
        self.leave(seat)
        self._start(seat.end(code))

    def heard(self, seat: Seat) -> None:
        """A device gave a sign of life."""
        room = self.rooms.get(seat.visitor.code)
        if room is not None and not seat.visitor.lent:
            room.heard.add(seat.visitor.user_id)

    async def arrive(self, seat: Seat) -> None:
        """A device said its first hello: wait until that is noted, together with everybody who comes at this moment."""
        room = self.rooms.get(seat.visitor.code)
        if room is None or seat.visitor.lent:
            return
        room.heard.add(seat.visitor.user_id)
        if room.noting is None:
            room.noting = asyncio.create_task(self._note_soon(room))
        await asyncio.shield(room.noting)

    async def since(self, seat: Seat, after: int) -> list[dict[str, object]]:
        """What happened after this number, as far as this process knows, which is at most a moment old.

        Read once for everyone: a room that lost its server asks all at once. Once this has answered, and before
        anything else is awaited, the seat may begin to listen without missing anything.
        """
        room = self.rooms.get(seat.visitor.code)
        if room is None:
            return []
        if room.learning is None or (room.learning.done() and room.learning.exception()):
            room.learning = asyncio.create_task(self._learn(room))
        await asyncio.shield(room.learning)
        return room.events[after:]

    # --- telling ---

    def hear(self, gathering_code: str, n: int | None) -> None:
        """Something newer was committed (`rooms.live.announce`). Called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pass_on, gathering_code, n)

    def confide(self, room: Room) -> None:
        """Read what only facilitators see and send it to them."""
        room.confide_again = True
        if not room.confiding and any(seat.visitor.confided for seat in room.seats):
            room.confiding = True
            self._start(self._confide(room))

    def _pass_on(self, gathering_code: str, n: int | None) -> None:
        room = self.rooms.get(gathering_code)
        if room is None:
            return
        if n is None:
            self.confide(room)
        elif n > len(room.events) and not (room.telling and n == room.told_of):
            # The same is announced by the process that said it and again by the feed: reading once is enough.
            room.tell_again, room.told_of = True, n
            if not room.telling:
                room.telling = True
                self._start(self._tell(room))

    async def _tell(self, room: Room) -> None:
        try:
            while room.tell_again:
                room.tell_again = False
                known = len(room.events)
                await self._learn(room)
                if news := room.events[known:]:
                    frame = wire.events(news, clock.milliseconds(clock.now()))
                    self._offer(frame, [seat for seat in room.seats if seat.listening])
        finally:
            room.telling = False

    async def _learn(self, room: Room) -> None:
        """Read what is newer. Two of these may overlap; what is known already is not added again."""
        known = len(room.events)
        news = await for_hub.do(queries.messages_of, room.gathering_id, after=known)
        room.events += news[len(room.events) - known :]

    async def _confide(self, room: Room) -> None:
        try:
            while room.confide_again:
                room.confide_again = False
                leaders, taps, people = await for_hub.do(_private, room.gathering_id)
                frames = (taps, people)
                told = [s for s in room.seats if s.listening and s.visitor.confided and s.visitor.user_id in leaders]
                for old, new in zip(room.private_frames, frames, strict=True):
                    if new != old:
                        self._offer(new, told)
                room.private_frames = frames
        finally:
            room.confiding = False

    def _offer(self, frame: str, seats: Iterable[Seat]) -> None:
        for seat in seats:
            if not seat.offer(frame):
                self.drop(seat, TOO_SLOW)

    # --- minding ---

    async def _mind(self) -> None:
        """While anybody is here: close what must be closed, find what was missed, note who was heard."""
        looks = 0
        while self.rooms:
            await asyncio.sleep(MIND)
            looks += 1
            try:
                await self._look(looks)
            except Exception as error:  # the database may be away for a moment; the next look is due soon
                log.error("a look at the open sockets did not succeed: %s", type(error).__name__)

    async def _hear_elsewhere(self, minder: asyncio.Task[None]) -> None:
        """Listen to other processes for as long as anybody is here."""
        listening = asyncio.create_task(feed.listen(self._pass_on))
        await asyncio.wait([minder])
        listening.cancel()
        await asyncio.wait([listening])

    async def _look(self, looks: int) -> None:
        rooms = list(self.rooms.values())
        seats = [seat for room in rooms for seat in room.seats]
        stands = await for_hub.do(
            standing,
            {room.group_id for room in rooms},
            {seat.visitor.session_key for seat in seats},
            [room.gathering_id for room in rooms],
        )
        known = set(seats)
        for place, room in enumerate(rooms):
            self._see_out(room, stands, known)
            newest = stands.newest[room.gathering_id]
            self._pass_on(room.code, newest.n)
            if newest.signal > room.signal:
                room.signal = newest.signal
                self.confide(room)
            if looks % BEAT == place % BEAT:  # not all rooms at one moment: that would hold up a cue
                self._offer(wire.newer(len(room.events)), list(room.seats))
        await self._ask_again([seat for room in rooms for seat in room.seats])
        if looks % FLUSH == 0:
            await self._look_round(rooms)
            for room in rooms:
                await self._note_heard(room)
                self._forget(room)

    async def _look_round(self, rooms: list[Room]) -> None:
        """Somebody may have fallen silent, which nobody announces."""
        seen = await for_hub.do(faces, [room.gathering_id for room in rooms], at=clock.now())
        for room in rooms:
            if seen[room.gathering_id] != room.face:
                room.face = seen[room.gathering_id]
                self.confide(room)

    def _see_out(self, room: Room, stands: Standing, known: set[Seat]) -> None:
        for seat in list(room.seats):
            # Somebody who came while we were asking is not in the answer yet.
            if seat in known and not stands.holds(seat.visitor):
                self.drop(seat, NOT_HERE)

    async def _ask_again(self, seats: list[Seat]) -> None:
        """Sessions also run out by the clock. A few at a time, each every ten minutes."""
        now = time.monotonic()
        due = [seat for seat in seats if seat.asked_at <= now - ASK_AGAIN][:ASKED_AT_ONCE]
        for seat in due:
            seat.asked_at = now
        if due:
            answers = await for_hub.do(admit_all, [seat.visitor.asking() for seat in due])
            for seat, answer in zip(due, answers, strict=True):
                if answer is None:
                    self.drop(seat, NOT_HERE)

    async def _note_soon(self, room: Room) -> None:
        await asyncio.sleep(TOGETHER)
        room.noting = None
        await self._note_heard(room)

    async def _note_heard(self, room: Room) -> None:
        heard, room.heard = room.heard, set()
        if heard:
            leads: dict[int, int] = {}
            for seat in room.seats:
                if seat.lead is not None:
                    leads[seat.visitor.user_id] = max(seat.lead, leads.get(seat.visitor.user_id, 0))
            await for_hub.do(_keep_alive, room.gathering_id, heard, leads)

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)  # the loop itself keeps only a weak hold
        task.add_done_callback(self._tasks.discard)


def private_frames(gathering_id: int) -> tuple[str, str]:
    """The two frames for facilitators: the taps, and who is here."""
    gathering = Gathering.objects.select_related("group").get(pk=gathering_id)
    people = queries.people(gathering, at=clock.now())
    return wire.signals(queries.taps(gathering)), wire.presence(people)


def _private(gathering_id: int) -> tuple[set[int], str, str]:
    gathering = Gathering.objects.select_related("group").get(pk=gathering_id)
    leaders = {person.pk for person in leading(gathering.group, at=clock.now())}
    return (leaders, *private_frames(gathering_id))


def _keep_alive(gathering_id: int, user_ids: set[int], leads: dict[int, int]) -> None:
    gathering = Gathering.objects.select_related("group").get(pk=gathering_id)
    actions.keep_alive(gathering=gathering, user_ids=user_ids, leads=leads, at=clock.now())


hub = Hub()
