"""Alerts are positive answers, exactly: whatever dies, is locked, is down, is sent twice, or shows another hour.

Exactly means: the pairs of sheet and rule that the answers met are the rows, each once; each row is in one alert, of
the person who answered; nobody has two alerts of one day that nobody has opened; whoever should hear of one does; and
nothing counts as delivered that did not leave the house.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random

import pytest
from django.conf import settings as site
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, connections
from django.test import Client

from kindcircle.base.audit.log import verify
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.worker.mail import send_due
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.measures import actions
from kindcircle.rooms.measures.errors import AlreadyAnswered
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import AlertAnswer
from tests.faults.locks import Lock
from tests.rooms.measures.sheets import bring_wording, sheet
from tests.rooms.together import at_the_same_moment
from tests.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = ("after-session", "arrival-check", "settling", "phq-9")
TABLES = "measures_response, safety_alert, safety_alertanswer"


@dataclass(frozen=True)
class Asked:
    """One sheet that somebody has before them, with what they will answer, under the key of their page."""

    given: Assignment
    answers: Mapping[str, int]
    member: User
    key: str = field(default_factory=codes.new_code)

    def send(self, at: datetime) -> Response:
        by = actor_for(self.member, strong=True)
        return actions.submit_response(assignment=self.given, answers=self.answers, client_key=self.key, by=by, at=at)


class Told:
    """What was asked and answered in one world, and what has to follow from it."""

    def __init__(self, world: World) -> None:
        self.world, self.dice = world, Random(6)
        self.expected: set[tuple[str, str]] = set()
        self.people: dict[str, int] = {}

    def asked(self, member: User | None = None) -> Asked:
        """A new sheet, with answers of which about half ask for a person."""
        member = member or self.dice.choice(self.world.members)
        instrument = self.dice.choice(KINDS)
        given = sheet(
            self.world, instrument, member=member, gathering=None, occasion=f"x{len(self.people)}",
            opens_at=self.world.at - 900 * DAY, closes_at=self.world.at + 900 * DAY,
        )  # fmt: skip
        answers, rules = self._answers(instrument)
        self.expected |= {(given.code, rule) for rule in rules}
        self.people[given.code] = member.pk
        return Asked(given, answers, member)

    def _answers(self, instrument: str) -> tuple[dict[str, int], set[str]]:
        low, tick = self.dice.random() < 0.4, self.dice.random() < 0.3
        ticked = {"contact_asked"} if tick else set()
        if instrument == "phq-9":
            return {"phq9_1": 2, "phq9_9": int(low)}, {"item_9"} if low else set()
        if instrument == "settling":
            return {"how_left": 2 * low, "contact": int(tick)}, ({"a_lot"} if low else set()) | ticked
        steadiness = {"steadiness": self.dice.randint(0, 3) if low else self.dice.randint(4, 10)}
        if instrument == "after-session":
            return steadiness | {"contact": int(tick)}, ({"steadiness_low"} if low else set()) | ticked
        return steadiness, {"steadiness_low"} if low else set()

    def exact(self) -> list[Alert]:
        """The whole of the promise, and that the test was worth something."""
        rows = list(AlertAnswer.objects.filter(alert__group=self.world.group).select_related("alert"))
        assert Counter((row.source_code, row.rule) for row in rows) == dict.fromkeys(self.expected, 1)
        assert all(row.alert.member_id == self.people[row.source_code] for row in rows)
        alerts = list(Alert.objects.filter(group=self.world.group))
        assert {row.alert_id for row in rows} == {alert.pk for alert in alerts}
        unopened = [alert for alert in alerts if alert.seen_at is None]
        assert len({(alert.member_id, alert.administration) for alert in unopened}) == len(unopened)
        told = set(Delivery.objects.filter(about_kind="alert").values_list("about_code", flat=True))
        assert {alert.code for alert in alerts if alert.level != "review"} <= told
        self._only_what_left_is_delivered(alerts)
        assert [flaw for flaw in verify() if flaw.chain == self.world.organisation.code] == []
        assert self.expected and len(self.expected) < 2 * len(self.people)
        return alerts

    def _only_what_left_is_delivered(self, alerts: list[Alert]) -> None:
        """Everybody has at least as many messages in their hands as the house believes they have."""
        left = Counter(message.to[0] for message in mail.outbox)
        sent = Delivery.objects.filter(user__organisation=self.world.organisation, sent_at__isnull=False)
        believed = Counter(seals.address_of(one.user) for one in sent.select_related("user"))
        assert believed <= left
        about = set(sent.values_list("about_code", flat=True))
        assert all((alert.code in about) == (alert.state == "delivered") for alert in alerts)


@pytest.fixture
def told(committed: World) -> Told:
    bring_wording(committed, "phq-9")
    return Told(committed)


@pytest.fixture(autouse=True)
def memory_mail(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@contextmanager
def killed_at(number: int) -> Iterator[list[int]]:
    """The process dies at the so-manyeth question to the database. Yields how many were asked."""
    asked = [0]

    def count(execute, sql, params, many, context):
        asked[0] += 1
        if asked[0] == number:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield asked


def test_the_server_dies_at_every_single_step_of_a_sending(told: Told) -> None:
    deaths = 0
    while len(told.expected) < 4:
        one, number = told.asked(), 0
        while True:
            number += 1
            try:
                with killed_at(number):
                    one.send(told.world.at)
                break
            except Killed:
                deaths += 1
                assert not Response.objects.filter(assignment=one.given).exists() or one.send(told.world.at)
    told.exact()
    assert deaths > 60
    print(f"\n{deaths} deaths, {len(told.expected)} positive answers, as many rows")


def test_the_worker_dies_at_every_single_step_of_a_round(told: Told) -> None:
    while len(told.expected) < 4:
        told.asked().send(told.world.at) if told.expected else told.asked(told.world.member).send(told.world.at)
    deaths, later = 0, told.world.at + 3 * HOUR
    for part in (safety.escalate_due, send_due):
        number = 0
        while True:
            number += 1
            try:
                # After a lease has run out, another worker takes what the dead one held.
                later += 3 * MINUTE
                with killed_at(number):
                    part(at=later)
                break
            except Killed:
                deaths += 1
    for alert in told.exact():
        if alert.level != "review":
            assert alert.state == "delivered"
            sent = Delivery.objects.filter(about_code=alert.code)
            assert all(one.sent_at for one in sent)
            assert len({one.once_key for one in sent}) == sent.count() >= 2
    assert deaths > 30
    print(f"\n{deaths} deaths of the worker")


class Down(BaseEmailBackend):
    """A mail server that is not there."""

    def send_messages(self, messages) -> int:
        raise ConnectionRefusedError


def test_mail_is_down_for_a_day(told: Told, settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    # From eight to eight: the administration of a new day begins at four, so some alerts are still young at the end.
    at = told.world.at.replace(hour=8, minute=0) + DAY
    until = at + DAY
    while at < until:
        if told.dice.random() < 0.2:
            told.asked().send(at)
        safety.escalate_due(at=at)
        send_due(at=at)
        at += 10 * MINUTE
    alerts = [alert for alert in told.exact() if alert.level != "review"]
    assert len(mail.outbox) == 0 and alerts
    # Nobody could be written to, so the next one was told in the house's own queue, and in the end all of them.
    old = [alert for alert in alerts if alert.raised_at < until - 6 * HOUR]
    assert old and all(alert.with_person in ("lead", "everyone") for alert in old)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for hours in range(1, 6):
        safety.escalate_due(at=until + hours * HOUR)
        send_due(at=until + hours * HOUR)
    told.exact()
    assert mail.outbox


def test_the_database_is_locked_by_somebody_else(told: Told) -> None:
    ones = [told.asked() for _ in range(12)]
    lock, failed = Lock(TABLES), 0
    connection.close()
    for begin in range(0, 12, 4):
        lock.take()
        opens = threading.Timer(0.4, lock.free)
        opens.start()
        began = time.monotonic()
        results = at_the_same_moment([lambda one=one: one.send(told.world.at) for one in ones[begin : begin + 4]])
        assert time.monotonic() - began > 0.3, "nobody got past the lock"
        opens.join()
        failed += sum(isinstance(one, OperationalError) for one in results)
        assert all(isinstance(one, Response | OperationalError) for one in results), results
    for one in ones:  # whoever read "please try again" does
        one.send(told.world.at)
    told.exact()
    print(f"\n{failed} of 12 had to press once more")


def test_ten_times_at_once_with_one_key_and_with_ten(told: Told) -> None:
    for number in range(10):
        one = told.asked()
        if number % 2:
            jobs = [lambda one=one: one.send(told.world.at) for _ in range(10)]
        else:
            others = [Asked(one.given, one.answers, one.member) for _ in range(10)]
            jobs = [lambda other=other: other.send(told.world.at) for other in others]
        results = at_the_same_moment(jobs)
        assert all(isinstance(one, Response | AlreadyAnswered) for one in results), results
    told.exact()


def test_a_page_that_is_sent_again_after_signing_out(told: Told, settings) -> None:
    settings.DEMO = True
    for _ in range(8):
        one = told.asked()
        client = Client()
        client.force_login(one.member, backend="allauth.account.auth_backends.AuthenticationBackend")
        page, form = f"/check/{one.given.code}/", {k: str(v) for k, v in one.answers.items() if v or k != "contact"}
        form |= {"key": one.key, "asked": "yes"}
        client.logout()
        refused = client.post(page, form)
        assert refused.status_code in (302, 303) and "/login/" in refused.headers["Location"]
        assert not AlertAnswer.objects.filter(source_code=one.given.code).exists()
        client.force_login(one.member, backend="allauth.account.auth_backends.AuthenticationBackend")
        for _again in range(3):
            assert client.post(page, form).status_code == 303
        stolen = client.cookies[site.SESSION_COOKIE_NAME].value
        client.logout()
        client.cookies[site.SESSION_COOKIE_NAME] = stolen
        assert "/login/" in client.post(page, form).headers["Location"]
    told.exact()


def test_the_clock_jumps_an_hour_back_and_forth(told: Told) -> None:
    at = told.world.at
    for number in range(30):
        now = at + number * 7 * MINUTE + told.dice.choice((-HOUR, timedelta(0), HOUR))
        one = told.asked()
        one.send(now)
        one.send(now - HOUR)
        safety.escalate_due(at=now)
        send_due(at=now + told.dice.choice((-HOUR, HOUR)))
    told.exact()
    # The true clock comes back, and whatever waits has moved on within the round.
    late = at + 30 * 7 * MINUTE + 3 * HOUR
    safety.escalate_due(at=late)
    for alert in told.exact():
        assert alert.escalate_at is None or alert.escalate_at > late


# Nine at night and seven in the morning of the house, said in UTC by hand: 9, 11, 10.5 and 9.5 hours that really pass.
NIGHTS = {
    "spring in Berlin": (
        "Europe/Berlin", datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC),
    ),
    "autumn in Berlin": (
        "Europe/Berlin", datetime(2026, 10, 24, 19, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC),
    ),
    "autumn on Lord Howe": (
        "Australia/Lord_Howe", datetime(2026, 4, 4, 10, tzinfo=UTC), datetime(2026, 4, 4, 20, 30, tzinfo=UTC),
    ),
    "spring on Lord Howe": (
        "Australia/Lord_Howe", datetime(2026, 10, 3, 10, 30, tzinfo=UTC), datetime(2026, 10, 3, 20, tzinfo=UTC),
    ),
}  # fmt: skip


@pytest.mark.parametrize("night", NIGHTS)
def test_both_nights_in_which_the_clocks_change(told: Told, night: str) -> None:
    house, (zone, opens, closes) = told.world.organisation, NIGHTS[night]
    house.zone, house.staffed_from, house.staffed_until = zone, "21:00", "07:00"
    house.save()
    told.world.group.refresh_from_db()
    at, members = opens - HOUR, cycle(told.world.members)
    while at < closes + HOUR:
        told.asked(next(members)).send(at)
        safety.escalate_due(at=at)
        send_due(at=at)
        at += 20 * MINUTE
    counted = 0
    # Nobody looked: the next ones hear of it after two and four hours that really passed, not after one or three.
    for alert in told.exact():
        if alert.level == "review" or alert.again_at:
            continue
        began = max(alert.raised_at, opens)
        for step, hours in (("backup", 2), ("lead", 4)):
            due = began + hours * HOUR
            heard = AuditEntry.objects.filter(event="alert escalated", about_code=alert.code, reason=step)
            if due <= closes:
                counted += 1
                assert [due <= one.at < due + 20 * MINUTE for one in heard] == [True], (step, alert.raised_at)
            else:
                assert not heard.exists() or alert.raised_at < opens
    assert counted >= 2


@pytest.fixture(autouse=True)
def nothing_open() -> Iterator[None]:
    """Threads leave no connection behind."""
    yield
    connections.close_all()
