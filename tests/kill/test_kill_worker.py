"""The worker is killed in the middle of a message, again and again: everybody is told, and nothing is made up.

A real server takes the sheets, each of them sent ten times at the same moment. A real worker, in a process of its own,
writes to a mail server over SMTP and is ended with SIGKILL there: before it has handed a message over, and right after.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.log import verify
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.measures.asking import assign
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.safety.models import Alert, WorkerBeat
from kindcircle.rooms.safety.models_answers import AlertAnswer
from kindcircle.rooms.safety.trials import TRIAL
from kindcircle.spec.safety import load_ladder
from tests.doors.sockets.feeds import Server
from tests.kill.test_kill import HIDDEN, session_of
from tests.site import RunningSite, free_port
from tests.smtp import PostOffice
from tests.world import World, make_world

TEN = 10
PROMISED = load_ladder().delivered_within_seconds
"""Seconds from an answer to the message about it, when all is well (TRUST 3.4)."""


class Office(PostOffice):
    """May end the worker that is speaking with it, at messages for one address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.kills: list[tuple[int, str]] = []
        """At which message, and whether before or after it was taken."""
        self.killed: list[str] = []
        self.worker: subprocess.Popen[bytes] | None = None

    def came(self) -> Counter[str]:
        """How many messages came for each address."""
        return Counter(str(one["To"]) for one in self.taken)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        answer = await super().handle_RCPT(server, session, envelope, address, _options)
        self._end(len(self.to(address)) + 1, "before", address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        [address] = envelope.rcpt_tos
        self._end(len(self.to(address)), "after", address)
        return answer

    def _end(self, number: int, when: str, address: str) -> None:
        if self.worker is not None and address == self.address and (number, when) in self.kills:
            self.kills.remove((number, when))
            os.kill(self.worker.pid, signal.SIGKILL)
            self.killed.append(when)


@dataclass
class Town:
    """A house, a server that takes sheets, a mail server, and a worker that can be ended."""

    world: World
    site: Server
    office: Office
    port: int

    @property
    def address(self) -> str:
        """Of whoever is told first of each alert."""
        return self.office.address

    def worker(self, seconds: int) -> subprocess.Popen[bytes]:
        more = {
            "KINDCIRCLE_MAIL_HOST": "127.0.0.1", "KINDCIRCLE_MAIL_PORT": str(self.port), "KINDCIRCLE_MAIL_TLS": "no",
            "KINDCIRCLE_WORKER_SECONDS": str(seconds),
        }  # fmt: skip
        with self.site.log.open("ab") as log:
            self.office.worker = subprocess.Popen(
                [sys.executable, "-m", "kindcircle.doors.cli.main", "worker"],
                env=self.site.environment() | more, stdout=log, stderr=log,
            )  # fmt: skip
        return self.office.worker

    def send(self, member: User, answers: dict[str, str]) -> str:
        """A sheet of this member, opened once and sent ten times at the same moment. Its code."""
        now = clock.now()
        sheet = assign(
            member=member, group=self.world.group, instrument="after-session", by=SYSTEM, occasion="weekly",
            opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1),
        )  # fmt: skip
        page = f"{self.site.url}/check/{sheet.code}/"
        cookies = {settings.SESSION_COOKIE_NAME: session_of(member)}
        with httpx.Client(cookies=cookies, timeout=20, limits=httpx.Limits(max_connections=TEN)) as phone:
            form = dict(HIDDEN.findall(phone.get(page).text)) | answers
            cookies |= dict(phone.cookies)
        gate = threading.Barrier(TEN)

        def press(_time: int) -> int:
            with httpx.Client(cookies=cookies, timeout=20) as phone:
                gate.wait()
                return phone.post(page, data=form).status_code

        with ThreadPoolExecutor(TEN) as hands:
            assert set(hands.map(press, range(TEN))) == {303}
        return sheet.code

    def believed(self) -> Counter[str | None]:
        """What the database says has left the house, by address. A trial asks whether mail is taken and writes none."""
        rows = Delivery.objects.filter(user__organisation=self.world.organisation, sent_at__isnull=False)
        return Counter(seals.address_of(row.user) for row in rows.exclude(about_kind=TRIAL).select_related("user"))

    def told(self) -> Iterator[tuple[str, bool]]:
        """Each message about an alert, by the alert's code, and whether it counts as sent."""
        codes = Alert.objects.filter(group=self.world.group).values("code")
        rows = Delivery.objects.filter(about_kind="alert", about_code__in=codes)
        yield from ((code, sent_at is not None) for code, sent_at in rows.values_list("about_code", "sent_at"))

    def waits(self) -> bool:
        return any(not sent for _code, sent in self.told())


@pytest.fixture
def town(running_site: RunningSite) -> Iterator[Town]:
    # Its own worker would send what this one should.
    running_site.kill()
    world = make_world(members=12)
    office = Office(str(seals.address_of(world.facilitator)))
    controller = Controller(office, hostname="127.0.0.1", port=free_port())
    controller.start()
    site = Server(running_site, "answers")
    site.start()
    one = Town(world, site, office, controller.port)
    try:
        yield one
    finally:
        if office.worker is not None and office.worker.poll() is None:
            office.worker.kill()
            office.worker.wait(timeout=20)
        site.stop()
        controller.stop()
        running_site.start()


@pytest.mark.slow
def test_everybody_is_told_although_the_worker_dies_in_the_middle_of_messages(town: Town) -> None:
    dice, expected, members = random.Random(6), set[tuple[str, str]](), town.world.members
    for number, member in enumerate(members[:8]):
        low, tick = number % 3 != 2, dice.random() < 0.4
        answers = {"ease": "7", "fit": "6", "steadiness": "1" if low else "8"} | ({"contact": "1"} if tick else {})
        code = town.send(member, answers)
        expected |= {(code, "steadiness_low")} if low else set()
        expected |= {(code, "contact_asked")} if tick else set()
    town.office.kills = [(1, "before"), (2, "after"), (4, "after")]
    until = time.monotonic() + 2 * PROMISED
    while town.waits() and time.monotonic() < until:
        worker = town.worker(1)
        while worker.poll() is None and town.waits() and time.monotonic() < until:
            time.sleep(0.05)
        if worker.poll() is not None:
            # It may have handed more over than it could write down, never less.
            assert town.believed() <= town.office.came()
            # The two minutes go by for which nobody else takes what a worker holds.
            Delivery.objects.filter(leased_until__isnull=False).update(leased_until=clock.now())
    worker.kill()
    worker.wait(timeout=20)
    town.office.worker = None
    exactly(town, expected)
    assert (town.office.killed, town.office.kills) == (["before", "after", "after"], [])
    again = town.office.came()[town.address] - town.believed()[town.address]
    assert again == town.office.killed.count("after"), "a second message, never none"

    took = all_is_well(town, members[8:], expected)
    exactly(town, expected)
    print(
        f"\n{len(expected)} positive answers, each sheet sent {TEN} times at once; {len(town.office.killed)} workers "
        f"killed, {again} messages came twice; all well: from the answer to the message {median(took):.1f} s, at most "
        f"{max(took):.1f} s"
    )
    assert 0 < max(took) <= PROMISED


def all_is_well(town: Town, members: list[User], expected: set[tuple[str, str]]) -> list[float]:
    """The worker goes round as it does everywhere: how long each message took from the answer."""
    WorkerBeat.objects.all().delete()
    before = {code for code, _sent in town.told()}
    town.worker(5)
    until = time.monotonic() + PROMISED
    while not WorkerBeat.objects.exists():
        assert time.monotonic() < until, town.site.said()[-2000:]
        time.sleep(0.1)
    answered: dict[str, float] = {}
    sent: dict[str, float] = {}

    def look() -> None:
        for code, is_sent in town.told():
            if is_sent and code not in before:
                sent.setdefault(code, time.monotonic())

    for member in members:
        began = time.monotonic()
        expected.add((town.send(member, {"ease": "7", "fit": "6", "steadiness": "2"}), "steadiness_low"))
        answered[Alert.objects.get(group=town.world.group, member=member).code] = began
        while time.monotonic() < began + 1.5:
            look()
            time.sleep(0.02)
    while set(sent) != set(answered):
        assert time.monotonic() < until + PROMISED, town.site.said()[-2000:]
        look()
        time.sleep(0.02)
    return [sent[code] - answered[code] for code in answered]


def exactly(town: Town, expected: set[tuple[str, str]]) -> None:
    """The answers that asked for a person, each once, in alerts that somebody really has in their hands."""
    alerts = Alert.objects.filter(group=town.world.group)
    spoke = AlertAnswer.objects.filter(alert__in=alerts).values_list("source_code", "rule")
    assert Counter(spoke) == dict.fromkeys(expected, 1)
    kept = Response.objects.filter(assignment__group=town.world.group)
    assert kept.count() == kept.values("assignment").distinct().count() >= 8
    assert set(alerts.values_list("state", flat=True)) == {"delivered"}
    assert set(Counter(alerts.values_list("member", "administration")).values()) == {1}
    assert Counter(town.told()) == {(alert.code, True): 1 for alert in alerts}
    assert town.believed() <= town.office.came()
    assert [flaw for flaw in verify() if flaw.chain == town.world.organisation.code] == []
