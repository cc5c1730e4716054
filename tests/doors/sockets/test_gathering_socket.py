"""The live socket against a real server: who gets in, who is thrown out, and what never reaches a member."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.live import actions
from kindcircle.rooms.live.models import Presence, Signal
from kindcircle.rooms.safety.models import Alert
from tests.doors.sockets.conftest import CANARY
from tests.doors.sockets.devices import all_within, closed_after, cookie_of, in_thread, next_of, run, say, socket_for
from tests.rooms.live.stage import Stage
from tests.site import RunningSite
from tests.world import World

# --- getting in ---


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1", ""])
def test_a_page_of_somebody_else_is_refused_before_the_socket_opens(
    running_site: RunningSite, stage: Stage, origin: str
) -> None:
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        with pytest.raises(InvalidStatus) as refusal:
            async with socket_for(running_site, cookie, stage.code, origin=origin):
                pass
        assert refusal.value.response.status_code == 403

    run(story())


def test_unknown_gatherings_and_unknown_people_get_one_and_the_same_refusal(
    running_site: RunningSite, stage: Stage, people: tuple[World, World]
) -> None:
    _, elsewhere = people
    stranger = stage.world.stranger()
    left = stage.world.members[2]
    Membership.objects.filter(user=left).update(left_at=clock.now())
    tries = [
        (None, stage.code),
        ("not-a-session", stage.code),
        (cookie_of(running_site, stranger), stage.code),
        (cookie_of(running_site, elsewhere.member), stage.code),
        (cookie_of(running_site, elsewhere.facilitator), stage.code),
        (cookie_of(running_site, stage.world.safety_lead), stage.code),
        (cookie_of(running_site, left), stage.code),
        (cookie_of(running_site, stage.world.member), codes.new_code()),
    ]

    async def story() -> None:
        answers = set()
        for cookie, code in tries:
            with pytest.raises(InvalidStatus) as refusal:
                async with socket_for(running_site, cookie, code):
                    pass
            answers.add((refusal.value.response.status_code, bytes(refusal.value.response.body or b"")))
        assert len(answers) == 1

    run(story())


def test_members_and_facilitators_get_in_and_arrive(running_site: RunningSite, stage: Stage) -> None:
    cookies = [cookie_of(running_site, user) for user in (stage.world.member, stage.world.facilitator)]

    async def story() -> None:
        for cookie in cookies:
            async with socket_for(running_site, cookie, stage.code) as socket:
                await say(socket, t="hello", after=0)
                frame = await next_of(socket, "events")
                assert [event["kind"] for event in frame["events"]] == ["opened"]
                assert abs(frame["now"] - time.time() * 1000) < 2000

    run(story())
    assert Presence.objects.filter(gathering=stage.gathering).count() == 2
    assert Attendance.objects.get(gathering=stage.gathering).user == stage.world.member


# --- being told ---


def test_a_cue_reaches_everyone_and_hello_resumes_after_any_number(running_site: RunningSite, stage: Stage) -> None:
    world = stage.world
    cookies = [cookie_of(running_site, user) for user in world.members]

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            sockets = [
                await stack.enter_async_context(socket_for(running_site, cookie, stage.code)) for cookie in cookies
            ]
            for socket in sockets:
                await say(socket, t="hello", after=0)
                await next_of(socket, "events")
            lead = running_site.sign_in(world.facilitator)
            page = await in_thread(lead.get, f"/desk/gatherings/{stage.code}/lead/")
            token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            form = {"csrfmiddlewaretoken": token, "do": "step", "step": "1"}
            answer = await in_thread(
                lead.post,
                f"/desk/gatherings/{stage.code}/lead/do/",
                data=form,
                headers={"Accept": "application/json", "Origin": running_site.url},
            )
            assert answer.status_code == 204
            for socket in sockets:
                frame = await next_of(socket, "events", within=2)
                assert [(event["n"], event["kind"]) for event in frame["events"]] == [(2, "step_started")]
            for after, numbers in [(0, [1, 2]), (1, [2]), (2, []), (77, [])]:
                await say(sockets[0], t="hello", after=after)
                frame = await next_of(sockets[0], "events")
                assert [event["n"] for event in frame["events"]] == numbers

    run(story())


def test_what_another_process_said_is_found_within_two_seconds(running_site: RunningSite, stage: Stage) -> None:
    """The test process stands in for a second server: its announcements never reach the running one."""
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            await say(socket, t="hello", after=0)
            await next_of(socket, "events")
            await in_thread(stage.step, 0, at=clock.now())
            frame = await next_of(socket, "events", within=2)
            assert [event["n"] for event in frame["events"]] == [2]
            if connection.vendor != "postgresql":
                return
            waits = []
            for step in range(1, 7):
                await in_thread(stage.step, step, at=clock.now())
                said = time.monotonic()
                await next_of(socket, "events", within=2)
                waits.append(time.monotonic() - said)
            assert max(waits) < 0.4, "PostgreSQL says so at once; looking alone would take most of a second"

    run(story())


def test_the_clock_answers_with_all_three_timestamps(running_site: RunningSite, stage: Stage) -> None:
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            for _ in range(16):
                sent = time.time() * 1000
                await say(socket, t="clock", sent=sent)
                answer = await next_of(socket, "clock")
                assert answer["sent"] == sent
                assert sent - 1 <= answer["arrived"] <= answer["replied"] <= time.time() * 1000 + 1

    run(story())


# --- private taps ---


def test_a_tap_reaches_both_facilitators_within_two_seconds_and_nobody_else(
    running_site: RunningSite, stage: Stage
) -> None:
    world = stage.world
    canary = world.members[-1]
    others = [cookie_of(running_site, user) for user in world.members[:-1]]
    leaders = [cookie_of(running_site, user) for user in world.facilitators]
    theirs = cookie_of(running_site, canary)

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:

            async def enter(cookie: str, more: str = "") -> ClientConnection:
                socket = await stack.enter_async_context(socket_for(running_site, cookie, stage.code, more=more))
                await say(socket, t="hello", after=0)
                await next_of(socket, "events")
                return socket

            members = [await enter(cookie) for cookie in others]
            lead = [await enter(cookie) for cookie in leaders]
            wall = await enter(leaders[0], "?for=wall")
            own = await enter(theirs)
            key = codes.new_code()
            begun = time.monotonic()
            await say(own, t="signal", kind="come", key=key)
            assert (await next_of(own, "signal-ok"))["key"] == key
            for socket in lead:
                while not any(item["kind"] == "come" for item in (await next_of(socket, "signals", 2))["items"]):
                    pass
            assert time.monotonic() - begun < 2
            await say(own, t="signal", kind="come", key=key)
            await next_of(own, "signal-ok")
            heard = await asyncio.gather(*(all_within(socket, 2.5) for socket in [*members, wall, own]))
            for frames in heard:
                for frame in frames:
                    assert CANARY not in frame
                    assert json.loads(frame)["t"] in {"events", "newer"}

    run(story())
    assert Signal.objects.filter(gathering=stage.gathering).count() == 1
    assert Alert.objects.filter(gathering=stage.gathering).count() == 1


def test_facilitators_see_names_and_who_is_here(running_site: RunningSite, stage: Stage) -> None:
    leader = cookie_of(running_site, stage.world.facilitator)
    theirs = cookie_of(running_site, stage.world.members[-1])

    async def story() -> None:
        async with socket_for(running_site, leader, stage.code) as lead:
            await say(lead, t="hello", after=0)
            first = await next_of(lead, "presence")
            assert {one["name"]: one["being"] for one in first["people"]}[CANARY] == "away"
            async with socket_for(running_site, theirs, stage.code) as own:
                await say(own, t="hello", after=0)
                await next_of(own, "events")
                being = "away"
                while being == "away":  # the facilitator's own coming is told too
                    then = await next_of(lead, "presence", within=2)
                    being = {one["name"]: one["being"] for one in then["people"]}[CANARY]
                assert being == "here"

    run(story())


@pytest.mark.parametrize(("kind", "key"), [("dance", "k" * 30), ("come", "short"), ("come", "k" * 100)])
def test_what_is_not_a_tap_is_refused_and_kept_nowhere(
    running_site: RunningSite, stage: Stage, kind: str, key: str
) -> None:
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            await say(socket, t="signal", kind=kind, key=key)
            refusal = await next_of(socket, "refused")
            assert key not in refusal["why"] and " " in refusal["why"]

    run(story())
    assert not Signal.objects.filter(gathering=stage.gathering).exists()


def test_a_facilitators_own_tap_is_not_taken(running_site: RunningSite, stage: Stage) -> None:
    cookie = cookie_of(running_site, stage.world.facilitator)

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            await say(socket, t="signal", kind="come", key=codes.new_code())
            await next_of(socket, "refused")

    run(story())
    assert not Alert.objects.filter(gathering=stage.gathering).exists()


# --- being thrown out ---


@pytest.mark.parametrize("who", ["member", "facilitator"])
def test_somebody_removed_hears_nothing_more_after_a_second(running_site: RunningSite, stage: Stage, who: str) -> None:
    user = stage.world.members[0] if who == "member" else stage.world.facilitators[1]
    cookie = cookie_of(running_site, user)

    def remove() -> None:
        Membership.objects.filter(user=user, group=stage.world.group).update(left_at=clock.now())

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            await say(socket, t="hello", after=0)
            await next_of(socket, "events")
            seconds, code, _ = await closed_after(socket, remove)
            assert code == 4404
            assert seconds <= 1.5  # a second, and what a busy machine adds

    run(story())


def test_signing_out_a_closed_account_or_ended_sessions_close_the_socket(
    running_site: RunningSite, stage: Stage
) -> None:
    member, other = stage.world.members[:2]
    client = running_site.sign_in(member)
    cookies = [client.cookies[settings.SESSION_COOKIE_NAME], cookie_of(running_site, other)]
    third = stage.world.members[2]
    cookies.append(cookie_of(running_site, third))
    closings: list[Callable[[], Any]] = [
        lambda: client.get("/leave/", follow_redirects=False),
        lambda: User.objects.filter(pk=other.pk).update(is_active=False),
        lambda: User.objects.filter(pk=third.pk).update(sessions_valid_from=clock.now() + timedelta(seconds=2)),
    ]

    async def story() -> None:
        for cookie, close in zip(cookies, closings, strict=True):
            async with socket_for(running_site, cookie, stage.code) as socket:
                await say(socket, t="hello", after=0)
                await next_of(socket, "events")
                _, code, _ = await closed_after(socket, close)
                assert code == 4404
            with pytest.raises(InvalidStatus):
                async with socket_for(running_site, cookie, stage.code):
                    pass

    run(story())


def test_a_member_taken_out_cannot_tap_even_before_the_socket_closes(running_site: RunningSite, stage: Stage) -> None:
    cookie = cookie_of(running_site, stage.world.member)

    async def story() -> None:
        async with socket_for(running_site, cookie, stage.code) as socket:
            await say(socket, t="hello", after=0)
            await next_of(socket, "events")
            await in_thread(lambda: Membership.objects.filter(user=stage.world.member).update(left_at=clock.now()))
            with contextlib.suppress(ConnectionClosed):
                await say(socket, t="signal", kind="come", key=codes.new_code())
                await next_of(socket, "refused")

    run(story())
    assert not Signal.objects.filter(gathering=stage.gathering).exists()


def test_a_visit_by_entry_letters_opens_this_gathering_and_no_other(running_site: RunningSite, stage: Stage) -> None:
    from kindcircle.rooms.groups import actions as groups

    member, gathering = stage.world.member, stage.gathering
    letters = groups.make_entry_pass(gathering=gathering, member=member, by=stage.guide, at=clock.now())
    client = httpx.Client(base_url=running_site.url, follow_redirects=True)
    page = client.get(f"/join/{gathering.short_code}/")
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    client.post(f"/join/{gathering.short_code}/", data={"letters": letters, "csrfmiddlewaretoken": token})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    client.close()
    other = stage.world.gatherings[1]

    async def story() -> None:
        async with socket_for(running_site, cookie, gathering.code) as socket:
            await say(socket, t="hello", after=0)
            await next_of(socket, "events")
        with pytest.raises(InvalidStatus):
            async with socket_for(running_site, cookie, other.code):
                pass

    run(story())


def test_drop_offs_show_within_a_minute(running_site: RunningSite, stage: Stage) -> None:
    """A device that was last heard long ago is shown as quiet on the facilitators' next look, without any event."""
    user = stage.world.members[-1]
    actions.arrive(gathering=stage.gathering, by=stage.world.actor(user), at=clock.now() - timedelta(seconds=50))
    leader = cookie_of(running_site, stage.world.facilitator)

    async def story() -> None:
        async with socket_for(running_site, leader, stage.code) as lead:
            await say(lead, t="hello", after=0)
            people = (await next_of(lead, "presence"))["people"]
            assert {one["name"]: one["being"] for one in people}[CANARY] == "quiet"

    run(story())
