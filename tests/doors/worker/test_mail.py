"""Mail leaves the house: fixed words, nothing that names anybody, and no message lost in a crash."""

import smtplib
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.wishes import is_returned
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.worker.mail import send_due
from kindcircle.rooms.safety import actions, trials
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_watch import TrialAlert
from tests.world import World

HERE = "tests.doors.worker.test_mail"
MINUTE = timedelta(minutes=1)


class Broken(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, email_messages):
        raise smtplib.SMTPServerDisconnected("ada@example.org was not accepted")


class Refusing(BaseEmailBackend):
    """A mail server that has something against this address."""

    answer = 550

    def send_messages(self, email_messages):
        [address] = email_messages[0].to
        raise smtplib.SMTPRecipientsRefused({address: (self.answer, b"no")})


class PowerCut(BaseEmailBackend):
    """The machine goes dark right after the message has left."""

    def send_messages(self, email_messages):
        mail.outbox.extend(email_messages)
        raise SystemExit


class Slow(BaseEmailBackend):
    """A mail server that takes its time over each message."""

    def send_messages(self, email_messages):
        time.sleep(0.6)


@pytest.fixture(autouse=True)
def memory_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


@pytest.fixture
def alert(world: World) -> Alert:
    return actions.raise_alert(
        member=world.member, group=world.group, gathering=world.gathering, level="concern", rules=["item_9"],
        source=Ref("response", "x"), at=world.at,
    )  # fmt: skip


def test_what_leaves_names_nobody_and_nothing(world: World, alert, settings):
    assert send_due(at=world.at) == 1
    message = mail.outbox[0]
    assert message.to == [seals.address_of(world.facilitator)]
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    whole = message.message().as_string()
    words = [
        alert.code, world.group.name, world.group.code, world.organisation.name, world.member.code, "item_9", "PHQ",
        *(seals.name_of(person) for person in (*world.members, *world.facilitators)), "compassion", "safety", "circle",
    ]  # fmt: skip
    # The address of the reader and the neutral sender are allowed to stand there; nothing else that is ours.
    rest = whole.replace(message.to[0], "").replace(settings.DEFAULT_FROM_EMAIL, "")
    body = message.subject + message.body
    assert [word for word in words if word.lower() in body.lower()] == []
    assert [word for word in words[:7] if word in rest] == []
    links = [line for line in message.body.splitlines() if "://" in line]
    assert links == [f"{settings.ORIGIN}/"]


def test_leaving_the_house_is_delivery(world: World, alert):
    send_due(at=world.at + MINUTE)
    assert Alert.objects.get().state == "delivered"
    assert Delivery.objects.get().sent_at == world.at + MINUTE
    assert AuditEntry.objects.filter(event="alert delivered").count() == 1
    assert send_due(at=world.at + 2 * MINUTE) == 0
    assert len(mail.outbox) == 1


def test_only_the_alert_that_a_message_is_about_is_delivered(world: World, alert):
    other = actions.raise_alert(
        member=world.members[1], group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("signal", "y"), at=world.at + MINUTE,
    )  # fmt: skip
    assert send_due(at=world.at) == 1
    states = dict(Alert.objects.values_list("code", "state"))
    assert states == {alert.code: "delivered", other.code: "raised"}


def test_a_message_that_a_server_refuses_delivers_nothing(world: World, alert, settings):
    settings.EMAIL_BACKEND = f"{HERE}.Refusing"
    for answer, given_up in ((450, None), (535, None), (599, world.at + 30 * MINUTE)):
        Refusing.answer = answer
        assert send_due(at=world.at + (30 * MINUTE if given_up else 0 * MINUTE)) == 0
        owner = Delivery.objects.get(user=world.facilitator)
        assert (owner.sent_at, owner.gave_up_at) == (None, given_up), answer
        Delivery.objects.filter(gave_up_at=None).update(due_at=world.at)
    assert Alert.objects.get().state == "raised"


@pytest.mark.parametrize(("answer", "for_good"), [(499, False), (500, True), (599, True), (600, False), (534, False)])
def test_which_answers_are_for_good(world: World, alert, settings, answer, for_good):
    settings.EMAIL_BACKEND = f"{HERE}.Refusing"
    Refusing.answer = answer
    send_due(at=world.at)
    owner = Delivery.objects.get(user=world.facilitator)
    assert (owner.gave_up_at is not None, owner.why) == (for_good, "returned" if for_good else "")
    assert owner.leased_until is None and (owner.due_at > world.at) is not for_good
    assert is_returned(world.facilitator) is for_good
    # Refused by everybody who is told one after the other, or by the first for now.
    assert Alert.objects.get().with_person == ("lead" if for_good else "owner")


def test_a_trial_asks_whether_mail_is_taken_and_writes_none(world: World):
    trials.raise_due(at=world.at)
    assert send_due(at=world.at) == 0
    assert not mail.outbox
    assert TrialAlert.objects.get(organisation=world.organisation).delivered_at == world.at
    assert Delivery.objects.get(about_kind="trial", user__organisation=world.organisation).sent_at == world.at


def test_messages_to_members_are_sent_too(world: World):
    queue.enqueue("something-waiting", to=world.member, about=Ref("letter", "x"), once="x", at=world.at)
    assert send_due(at=world.at) == 1
    assert mail.outbox[0].subject == "Something is waiting for you"


def test_a_crash_between_sending_and_marking_means_a_second_message_never_none(world: World, alert, settings):
    settings.EMAIL_BACKEND = f"{HERE}.PowerCut"
    with pytest.raises(SystemExit):
        send_due(at=world.at)
    assert len(mail.outbox) == 1
    assert Delivery.objects.get().sent_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(at=world.at + MINUTE) == 0, "the lease is still held"
    assert send_due(at=world.at + queue.LEASE + MINUTE) == 1
    assert len(mail.outbox) == 2
    assert Alert.objects.get().state == "delivered"


def test_a_message_that_fails_is_tried_again_and_the_log_names_nobody(world: World, alert, settings, caplog):
    settings.EMAIL_BACKEND = f"{HERE}.Broken"
    assert send_due(at=world.at) == 0
    assert (Delivery.objects.get().attempts, Delivery.objects.get().leased_until) == (1, None)
    assert "SMTPServerDisconnected" in caplog.text
    assert "example.org" not in caplog.text
    assert "Traceback" not in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(at=world.at + 2 * MINUTE) == 1


def test_one_address_that_fails_does_not_hold_up_the_next(world: World, alert):
    queue.enqueue("something-waiting", to=world.member, about=Ref("letter", "x"), once="x", at=world.at + MINUTE)
    # A name that cannot be opened: the key of this person is not theirs.
    User.objects.filter(pk=world.facilitator.pk).update(sealed_email=b"\x01nothing that opens")
    assert send_due(at=world.at + MINUTE) == 1
    assert mail.outbox[0].to == [seals.address_of(world.member)]


def test_a_mail_server_that_is_gone_for_good_passes_the_alert_on(world: World, alert, settings):
    settings.EMAIL_BACKEND = f"{HERE}.Broken"
    at = world.at
    owners = Delivery.objects.filter(user=world.facilitator)
    while owners.get().gave_up_at is None:
        send_due(at=at)
        at += MINUTE
        assert at < world.at + timedelta(hours=6), "it never gave up"
    assert owners.get().attempts == queue.TRIES
    assert Alert.objects.get().with_person == "backup"
    assert Delivery.objects.filter(user=world.facilitators[1]).exists()
    assert AuditEntry.objects.filter(event="delivery failed").count() == 1


def test_somebody_without_an_address_is_passed_over_at_once(world: World, alert):
    User.objects.filter(pk=world.facilitator.pk).update(sealed_email=b"")
    assert send_due(at=world.at) == 1, "the message to the backup, in the same round"
    assert mail.outbox[0].to == [seals.address_of(world.facilitators[1])]
    given_up = Delivery.objects.get(user=world.facilitator)
    assert (given_up.gave_up_at, given_up.why) == (world.at, Delivery.Why.NO_ADDRESS)
    assert Alert.objects.get().with_person == "backup"


def test_with_no_address_anywhere_the_round_ends_and_the_queue_keeps_it(world: World, alert):
    User.objects.update(sealed_email=b"")
    assert send_due(at=world.at) == 0
    assert not mail.outbox
    assert Alert.objects.get().state == "raised"
    assert Alert.objects.get().with_person == "lead"
    assert Delivery.objects.filter(gave_up_at=None).count() == 0


def test_somebody_who_has_left_meanwhile_gets_nothing(world: World, alert):
    User.objects.filter(pk=world.facilitator.pk).update(is_active=False)
    assert send_due(at=world.at) == 1
    assert Delivery.objects.get(user=world.facilitator).why == Delivery.Why.GONE
    assert [message.to for message in mail.outbox] == [[seals.address_of(world.facilitators[1])]]


def test_a_slow_mail_server_ends_the_round_before_its_lease(world: World, settings, monkeypatch):
    for number in range(3):
        queue.enqueue("something-waiting", to=world.members[number], about=Ref("letter", "x"), once="x", at=world.at)
    settings.EMAIL_BACKEND = f"{HERE}.Slow"
    monkeypatch.setattr("kindcircle.doors.worker.mail.LONGEST_ROUND", 0.5)
    assert send_due(at=world.at) == 1
    assert Delivery.objects.filter(leased_until=None, sent_at=None).count() == 2


def test_an_alert_does_not_stand_behind_reminders_that_have_waited_longer(world: World):
    about = Ref("gathering", world.gathering.code)
    for member in world.members:
        queue.enqueue("next-meeting", to=member, about=about, once="reminder", at=world.at - MINUTE)
    queue.enqueue("staff-please-look", to=world.facilitator, about=Ref("alert", "x" * 22), once="a", at=world.at)
    first = queue.claim(world.at)
    assert first is not None
    assert first.user == world.facilitator
