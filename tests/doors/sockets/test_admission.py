"""The door: how often it asks, and that everybody together hears what each would have heard alone."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest
from starlette.websockets import WebSocket

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can, fetch
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people import sessions
from kindcircle.base.people.models import StaffRole, User
from kindcircle.doors.sockets.admission import Asking, Visitor, admit_all
from kindcircle.doors.sockets.entrance import AT_ONCE, Entrance
from kindcircle.doors.sockets.gathering import gathering_socket
from kindcircle.doors.sockets.hub import hub
from kindcircle.doors.sockets.threads import for_devices
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.team.models import StandIn
from tests.doors.sockets.devices import wind_down
from tests.rooms.live.stage import Stage
from tests.site import RunningSite
from tests.world import World, join, make_group, make_staff, make_world

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def signed_in(user: User, **more: Any) -> str:
    """The key of a session of this person. None takes something out that a sign-in has."""
    session = SessionStore()
    sessions.begin(session, at=clock.now())
    said = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: BACKEND,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "demo_door": True,
    } | more
    for name, value in said.items():
        if value is None:
            session.pop(name, None)
        else:
            session[name] = value
    session.create()
    assert session.session_key
    return session.session_key


def alone(asking: Asking) -> Visitor | None:
    """The same decision in the plainest way: each thing asked for by itself, by the verbs that pages use."""
    request = HttpRequest()
    request.session = SessionStore(asking.session_key)
    user, at = get_user(request), clock.now()
    if not isinstance(user, User):
        return None
    strong, only = sessions.is_strong(request.session), request.session.get("only_gathering")
    actor = actor_for(user, strong=strong, only_gathering=only, at=at)
    if sessions.is_over(request.session, user, staff=bool(actor.facilitates or actor.roles), at=at):
        return None
    try:
        gathering = fetch(Gathering.objects.all(), asking.code, by=actor, to=Permission.GATHERING_JOIN)
    except NotFound:
        return None
    leads = can(actor, Permission.GATHERING_LEAD, gathering)
    return Visitor(
        user_id=user.pk, session_key=asking.session_key, gathering_id=gathering.pk, group_id=gathering.group_id,
        code=gathering.code, leads=leads, confided=leads and not asking.to_wall, strong=strong, only_gathering=only,
        lent="tablet" in request.session, ended_from=user.sessions_valid_from,
    )  # fmt: skip


# --- who gets in ---


def admitted(crowd: dict[str, Asking], order: Iterable[str]) -> dict[str, Visitor | None]:
    """Who gets in when these are asked about together."""
    names = list(order)
    return dict(zip(names, admit_all([crowd[name] for name in names]), strict=True))


def crowd_of(world: World) -> dict[str, Asking]:
    """Everybody who may come to a door of this world, and everybody who may not."""
    code, other = world.gathering.code, make_world()
    first, second, third, fourth, fifth, sixth, *_ = world.members
    ada, bo = world.facilitators
    now = clock.now()
    after_work = int((now - timedelta(hours=settings.STAFF_HOURS)).timestamp())
    long_ago = int((now - timedelta(days=2)).timestamp())
    between = make_staff(world.organisation, "Cleo", StaffRole.Role.FACILITATOR, at=world.at)
    StandIn.objects.create(
        gathering=world.gathering, user=between, in_for=bo, place="beside", named_by=bo, named_at=world.at
    )
    over = make_staff(world.organisation, "Dov", StaffRole.Role.FACILITATOR, at=world.at)
    StandIn.objects.create(
        gathering=world.gathering, user=over, in_for=bo, place="beside", named_by=bo, named_at=world.at, ended_at=now
    )
    of_the_house = make_staff(world.organisation, "Eyal", StaffRole.Role.FACILITATOR, at=world.at)
    both = make_staff(world.organisation, "Fay", StaffRole.Role.FACILITATOR, at=world.at)
    join(world.group, both, Membership.Role.MEMBER, at=world.at)
    _, beside = make_group(world.organisation, [of_the_house, both], at=world.at)
    closed, gone, ended = (world.stranger(name) for name in ("Closed", "Gone", "Ended"))
    for person in (closed, gone, ended):
        join(world.group, person, Membership.Role.MEMBER, at=world.at)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    User.objects.filter(pk=ended.pk).update(sessions_valid_from=now + timedelta(hours=1))
    Membership.objects.filter(user=gone).update(left_at=now)
    run_out, corrupted = signed_in(fifth), signed_in(fifth)
    Session.objects.filter(session_key=run_out).update(expire_date=now - timedelta(seconds=1))
    Session.objects.filter(session_key=corrupted).update(session_data="nothing:that:holds")
    comes = {
        "a member": signed_in(first),
        "a member without a second factor": signed_in(second, demo_door=None),
        "a visit to this gathering": signed_in(third, only_gathering=world.gathering.pk),
        "a visit to another gathering": signed_in(third, only_gathering=world.gatherings[1].pk),
        "the tablet lent": signed_in(fourth, only_gathering=world.gathering.pk, tablet=world.gathering.pk),
        "a facilitator": signed_in(ada),
        "a facilitator without a second factor": signed_in(ada, demo_door=None),
        "a facilitator at the end of a long day": signed_in(ada, **{sessions.OPENED: after_work}),
        "a member at the end of a long day": signed_in(first, **{sessions.OPENED: after_work}),
        "a facilitator on a visit": signed_in(bo, only_gathering=world.gathering.pk),
        "somebody standing in": signed_in(between),
        "somebody standing in without a second factor": signed_in(between, demo_door=None),
        "somebody who no longer stands in": signed_in(over),
        "who leads another group": signed_in(of_the_house),
        "who leads another group and is a member here": signed_in(both),
        "the safety lead": signed_in(world.safety_lead),
        "a stranger": signed_in(world.stranger()),
        "a member elsewhere": signed_in(other.member),
        "a facilitator elsewhere": signed_in(other.facilitator),
        "a closed account": signed_in(closed),
        "who left": signed_in(gone),
        "whose sessions were ended": signed_in(ended),
        "signed in too long ago": signed_in(fifth, **{sessions.OPENED: long_ago}),
        "silent for too long": signed_in(fifth, **{sessions.HEARD: long_ago}),
        "a session without a beginning": signed_in(fifth, **{sessions.OPENED: None}),
        "a session that ran out": run_out,
        "a session that was tampered with": corrupted,
        "a password that has changed": signed_in(sixth, **{HASH_SESSION_KEY: "0" * 64}),
        "a session without a proof": signed_in(sixth, **{HASH_SESSION_KEY: None}),
        "by a way that there is not": signed_in(sixth, **{BACKEND_SESSION_KEY: "elsewhere.Backend"}),
        "nobody signed in": signed_in(sixth, **{SESSION_KEY: None}),
        "no such session": "x" * 32,
        "hostile": "\0' OR 1=1 --",
        "hostile in many letters": "é" * 300,
        "without anything": "",
    }
    asking = {name: Asking(key, code, to_wall=False) for name, key in comes.items()}
    one = comes["a member"]
    asking |= {
        "the projector": Asking(comes["a facilitator"], code, to_wall=True),
        "a member to the next gathering": Asking(one, world.gatherings[1].code, to_wall=False),
        "a member to another group": Asking(one, beside[0].code, to_wall=False),
        "a member to another house": Asking(one, other.gathering.code, to_wall=False),
        "no such gathering": Asking(one, codes.new_code(), to_wall=False),
        "a hostile gathering": Asking(one, "\0", to_wall=False),
        "no gathering": Asking(one, "", to_wall=False),
    }
    return asking


GET_IN = {
    "a member", "a member without a second factor", "a member at the end of a long day", "a visit to this gathering",
    "the tablet lent", "a facilitator", "somebody standing in", "who leads another group and is a member here",
    "the projector", "a member to the next gathering",
}  # fmt: skip
LEAD = {"a facilitator", "somebody standing in", "the projector"}


def test_all_together_hear_what_each_would_have_heard_alone(world: World) -> None:
    crowd = crowd_of(world)
    order = list(crowd)
    random.Random(5).shuffle(order)
    together = admitted(crowd, order)
    assert {name for name, visitor in together.items() if visitor} == GET_IN
    assert {name for name, visitor in together.items() if visitor and visitor.leads} == LEAD
    assert {name for name, visitor in together.items() if visitor and visitor.confided} == LEAD - {"the projector"}
    for name in order:
        assert admitted(crowd, [name])[name] == together[name], name
        hostile = "\0" in crowd[name].session_key  # asked for by itself it does not even reach the table
        assert hostile or alone(crowd[name]) == together[name], name


def test_who_visits_is_asked_again_as_they_asked(world: World) -> None:
    crowd = crowd_of(world)
    for name, visitor in admitted(crowd, sorted(GET_IN)).items():
        assert visitor is not None
        assert visitor.asking() == crowd[name]


def test_nothing_is_remembered_from_one_asking_to_the_next(world: World) -> None:
    member, other = world.members[:2]
    asking = [
        Asking(signed_in(user), world.gathering.code, to_wall=False) for user in (member, other, world.members[2])
    ]
    assert all(admit_all(asking))
    Membership.objects.filter(user=member).update(left_at=clock.now())
    User.objects.filter(pk=other.pk).update(is_active=False)
    Session.objects.filter(session_key=asking[2].session_key).delete()
    assert admit_all(asking) == [None, None, None]


# --- how often it asks ---


def test_two_questions_let_in_one_person_or_a_whole_room(world: World, django_assert_num_queries: Any) -> None:
    everybody = [*world.members, *world.facilitators]
    asking = [Asking(signed_in(user), world.gathering.code, to_wall=False) for user in everybody]
    elsewhere = make_world()
    asking += [Asking(signed_in(user), elsewhere.gathering.code, to_wall=False) for user in elsewhere.members]
    for one in asking:
        with django_assert_num_queries(2):
            assert all(admit_all([one]))
    with django_assert_num_queries(2):
        assert all(admit_all(asking))


def test_whoever_may_be_standing_in_costs_one_question_more_for_all_of_them(
    world: World, django_assert_num_queries: Any
) -> None:
    crowd = crowd_of(world)
    with django_assert_num_queries(3):
        admitted(crowd, crowd)


def test_nobody_who_is_signed_in_costs_one_question(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert admit_all([Asking("x" * 32, world.gathering.code, to_wall=False)]) == [None]
    with django_assert_num_queries(0):
        assert admit_all([Asking("\0", "\0", to_wall=False)]) == [None]


class Questions:
    """Every question that this process puts to the database, by the crew that put it."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    @property
    def by_the_door(self) -> int:
        return sum(count for name, count in self.asked.items() if name.startswith("sockets-devices"))


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Questions]:
    seen, execute = Questions(), CursorWrapper.execute

    def counted(self: CursorWrapper, sql: str, params: Any = None) -> Any:
        seen.asked[threading.current_thread().name] += 1
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", counted)
    yield seen


class Device:
    """Opens a socket at the door and hangs up once the door has answered."""

    def __init__(self, key: str, code: str) -> None:
        self.said: list[str] = []
        headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()), (b"origin", settings.ORIGIN.encode())]
        scope = {"type": "websocket", "headers": headers, "query_string": b"", "path_params": {"code": code}}
        self.socket = WebSocket(scope, self._receive, self._send)
        self._tells = iter(("websocket.connect", "websocket.disconnect"))

    async def _receive(self) -> dict[str, Any]:
        return {"type": next(self._tells), "code": 1000}

    async def _send(self, message: Any) -> None:
        self.said.append(message["type"])


def test_a_room_that_comes_back_at_once_is_asked_about_as_one(running_site: RunningSite, questions: Questions) -> None:
    stage = Stage(make_world(members=12))
    stage.open()
    keys = [signed_in(user) for user in (*stage.world.members, *stage.world.facilitators)]
    devices = [Device(key, stage.code) for key in [*keys, "x" * 32]]

    async def story() -> None:
        try:
            # A new line is greeted with questions of its own.
            await for_devices.do(lambda: connection.ensure_connection())
            before = questions.by_the_door
            await gathering_socket(Device(keys[0], stage.code).socket)
            assert questions.by_the_door - before == 2
            before = questions.by_the_door
            await asyncio.gather(*(gathering_socket(device.socket) for device in devices))
            assert questions.by_the_door - before == 2
        finally:
            await wind_down(hub)

    asyncio.run(asyncio.wait_for(story(), 30))
    assert [device.said for device in devices] == [["websocket.accept"]] * len(keys) + [["websocket.close"]]


def test_whoever_comes_while_others_are_asked_about_hears_of_now(running_site: RunningSite) -> None:
    """Each is asked about after they came, however many wait; and one who hangs up takes nobody along."""
    stage = Stage(make_world(members=3))
    keys = [signed_in(user) for user in stage.world.members]

    async def story() -> None:
        try:
            door = Entrance()
            many = [asyncio.create_task(door.ask("x" * 32, stage.code, to_wall=False)) for _ in range(AT_ONCE)]
            asking = [asyncio.create_task(door.ask(key, stage.code, to_wall=False)) for key in keys]
            await asyncio.sleep(0)
            asking[1].cancel()
            assert await asyncio.gather(*many) == [None] * AT_ONCE
            answers = await asyncio.gather(*asking, return_exceptions=True)
            assert isinstance(answers[1], asyncio.CancelledError)
            assert [one.session_key for one in (answers[0], answers[2]) if isinstance(one, Visitor)] == keys[::2]
            await for_devices.do(Membership.objects.filter(user=stage.world.member).update, left_at=clock.now())
            assert await door.ask(keys[0], stage.code, to_wall=False) is None
        finally:
            await wind_down(hub)

    asyncio.run(asyncio.wait_for(story(), 30))


def test_a_database_that_is_away_is_no_refusal(running_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that is told no gives up; one whose line only broke comes again."""
    stage = Stage(make_world(members=2))
    keys = [signed_in(user) for user in stage.world.members]

    def away(*_: Any) -> None:
        raise ConnectionError("away")

    async def story() -> None:
        door = Entrance()
        try:
            with monkeypatch.context() as meanwhile:
                meanwhile.setattr(CursorWrapper, "execute", away)
                answers = await asyncio.gather(
                    *(door.ask(key, stage.code, to_wall=False) for key in keys), return_exceptions=True
                )
                assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
            assert all([await door.ask(key, stage.code, to_wall=False) for key in keys])
        finally:
            await wind_down(hub)

    asyncio.run(asyncio.wait_for(story(), 30))
