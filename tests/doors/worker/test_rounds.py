"""The worker goes round: everything due is done, one fault stops nothing else, and people are warned when it stops."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from starlette.applications import Starlette

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.doors.worker import inside, loop
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.safety import actions, queries
from kindcircle.rooms.safety.models import Alert, WorkerBeat
from tests.world import World

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def memory_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def to_look_today() -> int:
    """How many were told of an alert. At some hours of the day members hear of their sheets besides."""
    return [one.subject for one in mail.outbox].count("Please look today")


def raise_one(world: World) -> Alert:
    return actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", "x"), at=world.at,
    )  # fmt: skip


def test_an_alert_is_delivered_in_the_first_round(world: World):
    raise_one(world)
    assert loop.tick(at=world.at + 5 * SECOND)
    assert Alert.objects.get().state == "delivered"
    assert to_look_today() == 1


def test_who_is_told_by_a_round_is_told_in_that_round(world: World):
    raise_one(world)
    loop.tick(at=world.at + 3 * HOUR)
    assert to_look_today() == 2
    assert Alert.objects.get().with_person == "backup"


def test_sheets_that_are_due_are_given_out(world: World):
    loop.tick(at=world.at, sheets=False)
    assert not Assignment.objects.exists()
    loop.tick(at=world.at)
    assert Assignment.objects.filter(occasion="baseline").count() == 48


@pytest.mark.parametrize(
    "part",
    ["safety.escalate_due", "assign_due", "deliver_due", "mail.send_due"],
)
def test_a_part_that_fails_is_logged_by_type_and_stops_no_other(world: World, monkeypatch, caplog, part):
    def fail(*, at):
        raise RuntimeError("cinnamon-otter wrote this")

    done = []
    parts = ["safety.escalate_due", "assign_due", "deliver_due", "mail.send_due"]
    for name in parts:
        verb = fail if name == part else lambda *, at, name=name: done.append(name)
        monkeypatch.setattr(f"kindcircle.doors.worker.loop.{name}", verb)
    well = loop.tick(at=world.at)
    assert done == [name for name in parts if name != part]
    assert "RuntimeError" in caplog.text
    assert "cinnamon" not in caplog.text
    assert well == (part in {"assign_due", "deliver_due"})
    assert WorkerBeat.objects.exists() == well


class TestBeat:
    def test_without_a_worker_alerts_may_be_late(self, world: World):
        assert queries.alerts_may_be_late(world.organisation.pk, at=world.at)

    def test_a_round_says_that_all_is_well_for_two_minutes(self, world: World):
        loop.tick(at=world.at)
        assert loop.last_tick_at() == world.at
        assert not queries.alerts_may_be_late(world.organisation.pk, at=world.at + 2 * MINUTE)
        assert queries.alerts_may_be_late(world.organisation.pk, at=world.at + 2 * MINUTE + SECOND)

    def test_a_worker_that_goes_on_keeps_it_well_and_writes_seldom(self, world: World):
        written = set()
        for seconds in range(0, 600, 5):
            at = world.at + seconds * SECOND
            loop.tick(at=at, sheets=False)
            written.add(WorkerBeat.objects.get().at)
            assert not queries.alerts_may_be_late(world.organisation.pk, at=at + 5 * SECOND)
        assert len(written) <= 31

    def test_a_clock_that_was_set_back_does_not_look_well_for_ever(self, world: World):
        loop.tick(at=world.at + 10 * HOUR)
        loop.tick(at=world.at)
        assert queries.alerts_may_be_late(world.organisation.pk, at=world.at + 5 * MINUTE)


class TestInside:
    def run_for(self, seconds: float) -> None:
        async def live() -> None:
            async with inside.lifespan(Starlette()):
                await asyncio.sleep(seconds)

        asyncio.run(live())

    def test_the_thread_lives_as_long_as_the_server(self, settings, monkeypatch):
        settings.WORKER, settings.WORKER_SECONDS = "inside", 0.02
        rounds = []
        monkeypatch.setattr(loop, "tick", lambda *, at, sheets: rounds.append((at, sheets, threading.current_thread())))
        self.run_for(0.3)
        assert len(rounds) > 2
        assert {thread.daemon for _, _, thread in rounds} == {True}
        assert [sheets for _, sheets, _ in rounds[:3]] == [True, False, False], "sheets once a minute only"
        after = len(rounds)
        time.sleep(0.1)
        assert len(rounds) == after
        assert not [thread for thread in threading.enumerate() if thread.name == "worker"]

    def test_with_the_worker_apart_there_is_no_thread(self, settings, monkeypatch):
        settings.WORKER = "apart"
        monkeypatch.setattr(loop, "tick", lambda *, at, sheets: pytest.fail("nobody asked for a round"))
        self.run_for(0.05)

    def test_stopping_waits_for_the_round_that_is_going_on(self, settings, monkeypatch):
        settings.WORKER, settings.WORKER_SECONDS = "inside", 5
        finished = []

        def slow(*, at, sheets):
            time.sleep(0.2)
            finished.append(at)

        monkeypatch.setattr(loop, "tick", slow)
        began = time.monotonic()
        self.run_for(0.05)
        assert len(finished) == 1
        assert time.monotonic() - began < 2


def test_nothing_is_sent_twice_over_many_rounds(world: World):
    raise_one(world)
    for seconds in range(0, 7200, 60):
        loop.tick(at=world.at + seconds * SECOND, sheets=False)
    assert len(mail.outbox) == Delivery.objects.count() == 1


def test_a_round_removes_sessions_that_ran_out_and_no_others(world: World, client):
    client.force_login(world.member, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = client.session.session_key
    loop.tick(at=clock.now() + timedelta(hours=11))
    assert Session.objects.filter(session_key=key).exists()
    loop.tick(at=clock.now() + timedelta(hours=13))
    assert not Session.objects.filter(session_key=key).exists()
