"""Two server processes on one database: what is said in one is heard in the other, whichever line joins them."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import transaction
from websockets.asyncio.client import ClientConnection

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.live import announce, feed
from kindcircle.rooms.live.feed_redis import PATIENCE, Redis
from kindcircle.rooms.live.models import Event, Signal
from tests.doors.sockets.devices import all_within, cookie_of, in_thread, next_of, run, say, socket_for
from tests.doors.sockets.feeds import OwnRedis, Server, two_servers
from tests.rooms.live.stage import Stage
from tests.site import RunningSite

POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
# SQLite says nothing by itself: there the line is Redis, or looking.
FEEDS = ["database", "redis", "looking"] if POSTGRESQL else ["redis", "looking"]
AT_ONCE, BY_LOOKING = 0.4, 2.0  # seconds; looking alone takes most of one


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module", params=FEEDS)
def feed_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def servers(running_site: RunningSite, own_redis: OwnRedis, feed_name: str) -> Iterator[tuple[Server, Server]]:
    with two_servers(running_site, feed_name, own_redis.address) as both:
        yield both


async def enter(stack: contextlib.AsyncExitStack, server: Server, cookie: str, code: str) -> ClientConnection:
    socket = await stack.enter_async_context(socket_for(server, cookie, code))
    await say(socket, t="hello", after=0)
    await next_of(socket, "events")
    return socket


def lead(server: Server, stage: Stage, **form: str) -> None:
    """A facilitator's form, at this server."""
    client = server.sign_in(stage.world.facilitator)
    page = client.get(f"/desk/gatherings/{stage.code}/lead/")
    form["csrfmiddlewaretoken"] = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    answer = client.post(
        f"/desk/gatherings/{stage.code}/lead/do/",
        data=form,
        headers={"Accept": "application/json", "Origin": server.url},
    )
    assert answer.status_code == 204, answer.text


def test_a_cue_said_to_one_server_is_on_the_screens_of_the_other(
    servers: tuple[Server, Server], stage: Stage, feed_name: str
) -> None:
    one, two = servers
    cookies = [cookie_of(server, member) for server, member in zip(servers, stage.world.members, strict=False)]

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            sockets = [
                await enter(stack, server, cookie, stage.code) for server, cookie in zip(servers, cookies, strict=True)
            ]
            await asyncio.sleep(0.5)  # the line of a server that has just got its first guest is being opened
            waits = []
            for n, (server, far, near) in enumerate([(one, sockets[1], sockets[0]), (two, *sockets)] * 2, start=2):
                await in_thread(lead, server, stage, do="step", step=str(n))
                said = time.monotonic()
                told = [await next_of(socket, "events", within=BY_LOOKING) for socket in (far, near)]
                waits.append(time.monotonic() - said)
                assert [[event["n"] for event in frame["events"]] for frame in told] == [[n], [n]]
            print(f"\n{feed_name}: heard beside within {max(waits) * 1000:.0f} ms of the answer")
            assert max(waits) < (BY_LOOKING if feed_name == "looking" else AT_ONCE)

    run(story())


def test_a_private_tap_reaches_the_facilitator_at_the_other_server_and_no_member(
    servers: tuple[Server, Server], stage: Stage, feed_name: str
) -> None:
    one, two = servers
    tapping, other = (cookie_of(server, who) for server, who in zip(servers, stage.world.members, strict=False))
    leader = cookie_of(two, stage.world.facilitator)

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            member = await enter(stack, one, tapping, stage.code)
            fellow = await enter(stack, two, other, stage.code)
            guide = await enter(stack, two, leader, stage.code)
            await say(member, t="signal", kind="lot", key=codes.new_code())
            await next_of(member, "signal-ok")
            while not (await next_of(guide, "signals", within=BY_LOOKING))["items"]:
                pass
            assert not any('"signals"' in frame or '"lot"' in frame for frame in await all_within(fellow, 1))

    run(story())
    assert Signal.objects.filter(gathering=stage.gathering).count() == 1


def test_what_is_taken_back_is_never_said(servers: tuple[Server, Server], stage: Stage) -> None:
    """A transaction that did not commit announces nothing, and the numbers go on without a gap."""
    one, _ = servers
    cookie = cookie_of(one, stage.world.member)

    def regret() -> None:
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            stage.step(1, at=clock.now())
            raise ZeroDivisionError

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            socket = await enter(stack, one, cookie, stage.code)
            await in_thread(regret)
            assert not any('"step_started"' in frame for frame in await all_within(socket, 1.2))
            await in_thread(stage.step, 2, at=clock.now())
            frame = await next_of(socket, "events", within=BY_LOOKING)
            assert [(event["n"], event["data"]["step"]) for event in frame["events"]] == [(2, 2)]

    run(story())
    assert Event.objects.filter(gathering=stage.gathering).count() == 2


def test_when_redis_goes_away_cues_still_cross_and_nobody_waits(running_site: RunningSite, tmp_path: Path) -> None:
    """The other server looks by itself meanwhile, and listens again when Redis is back."""
    from tests.world import make_world

    stage = Stage(make_world(members=2))
    stage.open()
    line = OwnRedis(tmp_path)
    line.start()
    try:
        with two_servers(running_site, "redis", line.address) as (one, two):
            cookie = cookie_of(two, stage.world.member)

            async def story() -> None:
                async with contextlib.AsyncExitStack() as stack:
                    socket = await enter(stack, two, cookie, stage.code)
                    await in_thread(line.kill)
                    begun = time.monotonic()
                    await in_thread(lead, one, stage, do="step", step="1")
                    assert time.monotonic() - begun < 3, "a facilitator waited for Redis"
                    frame = await next_of(socket, "events", within=BY_LOOKING)
                    assert [event["n"] for event in frame["events"]] == [2]
                    await in_thread(line.start)
                    with contextlib.closing(redis.Redis.from_url(line.address)) as client:
                        async with asyncio.timeout(15):
                            while not client.pubsub_numsub(feed.CHANNEL)[0][1]:
                                await asyncio.sleep(0.1)

            run(story())
            assert "Traceback" not in one.said() + two.said()
    finally:
        line.kill()


def test_a_redis_that_does_not_answer_is_left_alone_for_a_while() -> None:
    line = Redis("unix:///nobody/listens/here.sock")
    begun = time.monotonic()
    for _ in range(1000):
        line._publish("a-gathering 3")
    assert time.monotonic() - begun < PATIENCE + 0.5


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("a-gathering 7", ("a-gathering", 7)),
        ("a-gathering ", ("a-gathering", None)),
        ("a-gathering", None),
        ("", None),
        (" 3", None),
        ("a-gathering seven", None),
        ("a-gathering -1", None),
        ("a-gathering ٣", None),
        ("a-gathering " + "9" * 100, None),
    ],
)
def test_what_is_written_is_heard_and_nothing_else(words: str, heard: tuple[str, int | None] | None) -> None:
    told: list[tuple[str, int | None]] = []
    feed.pass_on(words, lambda code, n: told.append((code, n)))
    assert told == ([heard] if heard else [])
    if heard:
        assert feed.written(*heard) == words


def test_a_listener_that_fails_silences_nobody(db: None, django_capture_on_commit_callbacks: object) -> None:
    told: list[tuple[str, int | None]] = []

    def fails(code: str, n: int | None) -> None:
        raise RuntimeError

    def hears(code: str, n: int | None) -> None:
        told.append((code, n))

    announce.listeners[:0] = [fails, hears]
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            announce.after_commit("a-gathering", 5)
            assert told == []
    finally:
        announce.listeners.remove(fails)
        announce.listeners.remove(hears)
    assert told == [("a-gathering", 5)]
