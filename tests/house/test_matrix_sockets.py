"""Everybody knocks at the socket of every gathering: who does not belong is refused before the door opens (TRUST T16).

A real server process, real sockets. Whoever gets in says everything a device may say; what comes back is searched for
words they may not see, and a no never says whether there is such a gathering.
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import get_args

import pytest
from django.conf import settings
from django.db import connection, transaction
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kindcircle.base.lib import clock, codes
from kindcircle.doors.sockets import wire
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live.models import Signal
from tests.house.matrix_expected import EVERYBODY, GATHERINGS, IN_MEETING, LEADING
from tests.house.matrix_house import FELLOW, LENT, MEMBER, VISITING, House, Somebody, build_house
from tests.site import RunningSite

LISTEN = 1.0
SAID = [
    {"t": "hello", "after": 0},
    {"t": "clock", "sent": 1},
    {"t": "here"},
    {"t": "line", "rtt": 40, "error": 9},
    {"t": "signal", "kind": "fine"},
    {"t": "hello", "after": -1},
    {"t": "lead", "do": "close"},
    ["not", "a", "message"],
]
PRIVATE = {"signals", "presence"}


@dataclass
class Visit:
    """One knock: whether the door opened, how it was closed, and everything that came through it."""

    admitted: bool
    refusal: tuple[int, bytes] | None = None
    frames: list[str] = field(default_factory=list)

    def kinds(self) -> set[str]:
        return {json.loads(frame)["t"] for frame in self.frames}


@pytest.fixture(scope="module")
def house(running_site: RunningSite) -> House:
    with running_site.database(), transaction.atomic():
        return build_house(clock.now())


def may_enter(name: str, gathering: str) -> bool:
    return name in IN_MEETING or (name in (VISITING, LENT) and gathering == "open gathering")


async def knock(site: RunningSite, key: str | None, code: str, *, wall: bool = False, origin: str = "") -> Visit:
    """Open the socket, say everything, listen for a moment."""
    address = f"ws://127.0.0.1:{site.port}/ws/gathering/{code}{'?for=wall' if wall else ''}"
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"} if key else {}
    try:
        async with connect(address, origin=origin or site.url, additional_headers=headers) as socket:  # type: ignore[arg-type]
            visit = Visit(admitted=True)
            for message in SAID:
                more = {"key": codes.new_code()} if isinstance(message, dict) and message.get("t") == "signal" else {}
                await socket.send(json.dumps(message | more if isinstance(message, dict) else message))
            try:
                while True:
                    visit.frames.append(str(await asyncio.wait_for(socket.recv(), LISTEN)))
            except (TimeoutError, ConnectionClosed):
                return visit
    except InvalidStatus as refused:
        return Visit(admitted=False, refusal=(refused.response.status_code, refused.response.body or b""))


def keys_of(house: House) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, somebody in house.people.items():
        cookie = somebody.browser().cookies.get(settings.SESSION_COOKIE_NAME)
        found[name] = cookie.value if cookie else None
    return found


def visit_all(
    site: RunningSite, house: House, asked: list[tuple[str, str, bool]]
) -> dict[tuple[str, str, bool], Visit]:
    keys = keys_of(house)

    async def all_of_them() -> list[Visit]:
        busy = asyncio.Semaphore(12)

        async def one(name: str, gathering: str, wall: bool) -> Visit:
            code = house.things[gathering].code if gathering in house.things else codes.new_code()
            async with busy:
                return await knock(site, keys[name], code, wall=wall)

        return await asyncio.gather(*(one(*each) for each in asked))

    return dict(zip(asked, asyncio.run(all_of_them()), strict=True))


def test_only_who_belongs_gets_in_and_hears_only_what_is_theirs(running_site: RunningSite, house: House) -> None:
    gatherings = [*GATHERINGS, "no such gathering"]
    asked = [
        (name, gathering, wall) for name in sorted(EVERYBODY) for gathering in gatherings for wall in (False, True)
    ]
    visits = visit_all(running_site, house, asked)
    flaws = []
    for (name, gathering, wall), visit in visits.items():
        where = f"{name} at {gathering}{' as the wall' if wall else ''}"
        if visit.admitted != may_enter(name, gathering) and gathering != "no such gathering":
            flaws.append(f"{where}: admitted {visit.admitted}")
        heap = "\n".join(visit.frames).encode() + (visit.refusal[1] if visit.refusal else b"")
        flaws += [f"{where}: heard the {what}" for what in house.strange_words(heap, name)]
        confided = name in LEADING and not wall
        if not confided and visit.kinds() & PRIVATE:
            flaws.append(f"{where}: was told who is here or who tapped")
        if confided and visit.admitted and not visit.kinds() >= PRIVATE:
            flaws.append(f"{where}: was not told who is here and who tapped")
    refusals = {visit.refusal for visit in visits.values() if not visit.admitted}
    admitted = [visit for visit in visits.values() if visit.admitted]
    print(f"\n{len(visits)} knocks, {len(admitted)} let in, {sum(len(one.frames) for one in admitted)} frames searched")
    assert not flaws, "\n" + "\n".join(flaws)
    assert len(refusals) == 1, "a no says whether there is such a gathering"
    assert len(admitted) == 2 * (4 * len(IN_MEETING) + 2)


def test_everybody_says_every_kind_of_message_there_is() -> None:
    said = set()
    for message in SAID:
        with contextlib.suppress(wire.Unreadable):
            said.add(type(wire.read(json.dumps(message | {"key": "k" * 30} if isinstance(message, dict) else message))))
    assert said == set(get_args(wire.Message))


def test_a_tap_is_kept_only_for_a_member_of_an_open_gathering(running_site: RunningSite, house: House) -> None:
    for gathering in GATHERINGS:
        tapped = set(
            Signal.objects.filter(gathering=house.things[gathering], kind="fine").values_list("user_id", flat=True)
        )
        members = {house.people[name].user.pk for name in (MEMBER, FELLOW)}  # type: ignore[union-attr]
        visit_all(running_site, house, [(name, gathering, False) for name in sorted(EVERYBODY)])
        now = set(
            Signal.objects.filter(gathering=house.things[gathering], kind="fine").values_list("user_id", flat=True)
        )
        expected = members if gathering in ("open gathering", "closing gathering") else set()
        assert tapped <= now == expected


def test_a_page_of_another_site_cannot_open_the_socket(running_site: RunningSite, house: House) -> None:
    key, code = keys_of(house)[MEMBER], house.things["open gathering"].code
    for origin in ("https://evil.example", "null", running_site.url.replace("127.0.0.1", "127.0.0.2")):
        assert not asyncio.run(knock(running_site, key, code, origin=origin)).admitted


def test_who_leaves_the_group_hears_nothing_more_within_a_second(running_site: RunningSite, house: House) -> None:
    """A socket that is open when its person loses the place is closed, whatever its device says."""
    fellow = house.things["seat 5"]
    key = Somebody("leaver", fellow).browser().cookies[settings.SESSION_COOKIE_NAME].value
    address = f"ws://127.0.0.1:{running_site.port}/ws/gathering/{house.things['open gathering'].code}"

    async def stay_until_thrown_out() -> float:
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}
        async with connect(address, origin=running_site.url, additional_headers=headers) as socket:  # type: ignore[arg-type]
            await socket.send(json.dumps({"t": "hello", "after": 0}))
            await socket.recv()
            places = Membership.objects.filter(user=fellow)
            await asyncio.to_thread(lambda: _leave(places))
            loop = asyncio.get_running_loop()
            began = loop.time()
            try:
                while loop.time() - began < 5:
                    await asyncio.wait_for(socket.recv(), 5)
            except ConnectionClosed:
                pass
            return loop.time() - began

    with running_site.database():
        took = asyncio.run(stay_until_thrown_out())
    print(f"\nthe socket closed after {took:.2f} s")
    assert took < 1.5


def _leave(places) -> None:
    places.update(left_at=clock.now())
    connection.close()
