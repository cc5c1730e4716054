"""The socket of a live gathering: let in, listen, answer. Leading is done by ordinary pages, never from here."""

import logging
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from starlette.websockets import WebSocket

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.sockets import wire
from kindcircle.doors.sockets.admission import Visitor, is_our_page
from kindcircle.doors.sockets.entrance import entrance
from kindcircle.doors.sockets.hub import NOT_HERE, Seat, hub, private_frames
from kindcircle.doors.sockets.threads import for_devices
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, announce, lead_time

log = logging.getLogger("kindcircle.sockets")
announce.listeners.append(hub.hear)

BURST = 60  # messages at once: entry asks the clock sixteen times and says hello
PER_SECOND = 6.0
PATIENCE = 40  # refused messages before we hang up
TOO_MUCH = 4429
COST = {wire.Hello: 5.0, wire.SendSignal: 2.0}  # these touch the database


@dataclass(slots=True)
class Allowance:
    """How much one socket may say: a bucket that fills slowly."""

    left: float = BURST
    at: float = field(default_factory=time.monotonic)
    refused: int = 0

    def take(self, cost: float) -> bool:
        """Whether there is enough left for this."""
        now = time.monotonic()
        self.left, self.at = min(BURST, self.left + (now - self.at) * PER_SECOND), now
        if self.left < cost:
            self.refused += 1
            return False
        self.left -= cost
        return True


async def gathering_socket(websocket: WebSocket) -> None:
    """`/ws/gathering/<code>`. Refused before it is accepted unless page, session and place in the group are right."""
    visitor = None
    session_key = websocket.cookies.get(settings.SESSION_COOKIE_NAME, "")
    if session_key and is_our_page(websocket.headers):
        to_wall = websocket.query_params.get("for") == "wall"
        visitor = await entrance.ask(session_key, websocket.path_params["code"], to_wall=to_wall)
    if visitor is None:
        await websocket.close(NOT_HERE)
        return
    await websocket.accept()
    seat = hub.enter(websocket, visitor)
    try:
        await _listen(seat)
    finally:
        hub.leave(seat)


async def _listen(seat: Seat) -> None:
    allowance = Allowance()
    while True:
        message = await seat.websocket.receive()
        arrived = clock.milliseconds(clock.now())
        if message["type"] == "websocket.disconnect":
            return
        try:
            said = wire.read(message.get("text"))
        except wire.Unreadable:
            allowance.refused += 1
            seat.offer(wire.refused(_("That did not come through. Please try once more.")))
        else:
            if allowance.take(COST.get(type(said), 1.0)):
                await _answer(seat, said, arrived)
            else:
                seat.offer(wire.refused(_("That was a lot at once. Please wait a moment, then try again.")))
        if allowance.refused > PATIENCE:
            hub.leave(seat)
            await seat.end(TOO_MUCH)
            return


async def _answer(seat: Seat, said: wire.Message, arrived: int) -> None:
    hub.heard(seat)
    try:
        match said:
            case wire.Hello(after):
                await _welcome(seat, after)
            case wire.AskClock(sent):
                seat.offer(wire.clock(sent, arrived, clock.milliseconds(clock.now())))
            case wire.SendSignal(kind, key):
                await for_devices.do(_signal, seat.visitor, kind, key)
                seat.offer(wire.signal_ok(key))
            case wire.Here():
                await for_devices.do(_still_allowed, seat.visitor)
            case wire.Line(rtt, error):
                seat.lead = lead_time.wanted(rtt=rtt, error=error)
    except NotFound:
        seat.offer(wire.refused(_("The meeting is not open now.")))
    except KindError as error:
        seat.offer(wire.refused(error.sentence))
    except Exception as error:  # the database may be away for a moment; the device will ask again
        log.error("a message was not answered: %s", type(error).__name__)
        seat.offer(wire.refused(_("That did not come through. Please try once more.")))


async def _welcome(seat: Seat, after: int) -> None:
    """Tell a device what happened after the number it knows; at its first hello also note that it has come."""
    first = not seat.listening
    if first:
        await hub.arrive(seat)
    events = await hub.since(seat, after)
    seat.listening = True
    seat.offer(wire.events(events, clock.milliseconds(clock.now())))
    if first and seat.visitor.confided:
        for frame in await for_devices.do(private_frames, seat.visitor.gathering_id):
            seat.offer(frame)


def _signal(visitor: Visitor, kind: str, key: str) -> None:
    actions.send_signal(gathering=_gathering(visitor), kind=kind, client_key=key, by=visitor.actor(), at=clock.now())


def _still_allowed(visitor: Visitor) -> None:
    require(visitor.actor(), Permission.GATHERING_JOIN, _gathering(visitor))


def _gathering(visitor: Visitor) -> Gathering:
    return Gathering.objects.select_related("group__organisation").get(pk=visitor.gathering_id)
