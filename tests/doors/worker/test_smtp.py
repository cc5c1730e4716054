"""Mail through a real server, spoken to over SMTP: what it refuses, and every message there is, read as it arrived."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.utils import translation

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import codes
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.models import Delivery, ReturnedMail
from kindcircle.base.outbox.wishes import Wish, keep_wish
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.mailing.address import _tell_the_old_one
from kindcircle.doors.web.shared.sign_in.adapter import send_code
from kindcircle.doors.worker.mail import send_due
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.smtp import PostOffice, post_office
from tests.world import World

MINUTE = timedelta(minutes=1)
CANARY = "canary0f1e2d3c"
# What a lock screen must never say of anybody.
TELLING = (
    "compassion", "kindcircle", "circle", "group", "session", "therapy", "clinic", "programme", "practice", "practise",
    "depress", "anxi", "pain", "mental", "health", "mindful", "streak", "days in a row", "safety", "alert", CANARY,
)  # fmt: skip
HEADERS = {
    "content-type",
    "content-transfer-encoding",
    "mime-version",
    "subject",
    "from",
    "to",
    "date",
    "message-id",
    "auto-submitted",
}


@pytest.fixture
def office(settings) -> Iterator[PostOffice]:
    with post_office() as (office, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        yield office


def address(person: User) -> str:
    return str(seals.address_of(person))


def write(person: User, world: World, *, kind: str = "something-waiting", once: str = "x") -> Delivery:
    queue.enqueue(kind, to=person, about=Ref("letter", CANARY), once=once, at=world.at)
    return Delivery.objects.get(user=person, kind=kind, once_key__endswith=f":{once}")


# --- what a server may answer ---


def test_an_address_refused_for_good_is_given_up_at_once_and_becomes_a_task(world: World, office: PostOffice, caplog):
    office.refuses[address(world.member)] = "550 5.1.1 No such mailbox here"
    write(world.member, world)
    write(world.members[1], world)
    assert send_due(at=world.at) == 1, "the others get theirs"
    row = Delivery.objects.get(user=world.member)
    assert (row.attempts, row.gave_up_at, row.why) == (1, world.at, "returned")
    task = Task.objects.get(kind=Kind.MAIL_BOUNCED)
    assert (task.concerns, task.group) == (world.member, world.group)
    # Nothing more is tried, and nobody is told twice.
    write(world.member, world, once="y")
    send_due(at=world.at + MINUTE)
    assert office.asked.count(address(world.member)) == 1
    assert Task.objects.count() == 1
    assert "example.org" not in caplog.text and "mailbox" not in caplog.text


@pytest.mark.parametrize(
    "answer", ["450 4.2.1 Try later", "452 4.2.2 Full", "530 5.7.0 Sign in first", "421 4.7.0 Busy"]
)
def test_what_may_pass_or_is_our_own_fault_is_tried_again(world: World, office: PostOffice, answer):
    office.refuses[address(world.member)] = answer
    row = write(world.member, world)
    assert send_due(at=world.at) == 0
    row.refresh_from_db()
    assert (row.attempts, row.gave_up_at) == (1, None)
    assert not Task.objects.exists() and not ReturnedMail.objects.exists()
    office.refuses.clear()
    assert send_due(at=world.at + 2 * MINUTE) == 1
    assert len(office.to(address(world.member))) == 1


def test_an_alert_whose_owner_has_no_mailbox_goes_to_the_next_person(world: World, office: PostOffice):
    office.refuses[address(world.facilitator)] = "550 gone"
    safety.raise_alert(
        member=world.member, group=world.group, gathering=world.gathering, level="concern", rules=["item_9"],
        source=Ref("response", "x"), at=world.at,
    )  # fmt: skip
    assert send_due(at=world.at) == 1
    assert len(office.to(address(world.facilitators[1]))) == 1
    assert Alert.objects.get().with_person == "backup"
    assert Task.objects.get(kind=Kind.MAIL_BOUNCED).concerns == world.facilitator
    # Safety mail is tried again all the same: what a server said once may have been mended.
    write(world.facilitator, world, kind="staff-please-look")
    office.refuses.clear()
    assert send_due(at=world.at + MINUTE) == 1


def test_two_workers_at_once_never_send_one_too_many(world: World, office: PostOffice):
    keep_wish(Wish(most_messages=2, quiet_from="00:00", quiet_until="00:00"), user=world.member, zone="UTC",
              by=world.actor(world.member), at=world.at)  # fmt: skip
    for number in range(6):
        write(world.member, world, once=str(number))
    claimed = [queue.claim(world.at) for _ in range(6)]
    assert sum(one is not None for one in claimed) == 2, "two are on their way, so no third one is claimed"
    assert Delivery.objects.filter(why="limit", gave_up_at=None).count() == 4


# --- every message there is, as it arrives ---


def arrived(world: World, office: PostOffice) -> list[tuple[str, str, str]]:
    """Every kind of mail in every language to somebody with a telling name. (kind, language, raw message)"""
    person = world.member
    User.objects.filter(pk=person.pk).update(
        sealed_name=seals.NAME.seal(f"Ines {CANARY}", code=person.code, holder=person)
    )
    keep_wish(Wish(nudges=True, most_messages=7, quiet_from="00:00", quiet_until="00:00"), user=person, zone="UTC",
              by=world.actor(person), at=world.at)  # fmt: skip
    found = []
    for language, _name in site.LANGUAGES:
        User.objects.filter(pk=person.pk).update(language=language)
        for kind in MESSAGES:
            before = len(office.taken)
            write(person, world, kind=kind, once=f"{CANARY}{language}")
            assert send_due(at=world.at) == 1, kind
            found.append((kind, language, office.taken[before].as_string()))
        with translation.override(language):
            for kind, send in (
                ("sign-in code", lambda: send_code("402117", to=address(person))),
                ("old address", lambda: _tell_the_old_one(address(person))),
            ):
                before = len(office.taken)
                send()
                for thread in threading.enumerate():
                    if thread.name == "mail at once":
                        thread.join(10)
                found.append((kind, language, office.taken[before].as_string()))
    return found


def test_every_mail_says_nothing_about_anybody(world: World, office: PostOffice, settings, capsys):
    """TRUST 2.8: subject, sender, body and headers, in every language. The table is printed (pytest -s)."""
    settings.ORIGIN = "https://pages.example.net"
    names = [seals.name_of(one) for one in (*world.members[1:], *world.facilitators)]
    things = [world.group.name, world.group.code, world.organisation.name, world.member.code, world.group.programme]
    table = []
    for kind, language, _raw in arrived(world, office):
        message = office.taken[len(table)]
        subject, body = str(message["Subject"]), message.get_content()
        assert {name.lower() for name in message} == HEADERS - (
            {"auto-submitted"} if kind in ("sign-in code", "old address") else set()
        )
        assert message["From"] == site.DEFAULT_FROM_EMAIL
        assert message["To"] == address(world.member), "one reader, and no copy to anybody"
        # The reader's own address and the neutral sender are on the envelope; a message id names our machine alone.
        seen = "\n".join(
            f"{name}: {value}" for name, value in message.items() if name not in ("From", "To", "Message-ID")
        )
        whole = f"{seen}\n{body}".casefold().replace(settings.ORIGIN, "")
        assert [word for word in TELLING if word in whole] == [], kind
        said = re.compile("|".join(rf"\b{re.escape(word.casefold())}\b" for word in (*names, *things)))
        assert said.findall(whole) == [], kind
        links = re.findall(r"https?://\S+", body)
        assert links == ([] if kind == "sign-in code" else [f"{settings.ORIGIN}/"]), "a link names nobody and nothing"
        assert len(subject) <= 40 and len(body.split()) <= 45 and "!" not in subject + body
        assert message.get_content_type() == "text/plain" and not list(message.iter_attachments())
        table.append((kind, language, subject, len(body), len(links)))
    assert len(table) == (len(MESSAGES) + 2) * len(site.LANGUAGES)
    with capsys.disabled():
        print(f"\n{'kind':20} {'language':9} {'subject':32} {'letters':>7} {'links':>5}")
        for kind, language, subject, length, links in table:
            print(f"{kind:20} {language:9} {subject:32} {length:>7} {links:>5}")


def test_a_planted_word_would_be_found(world: World, office: PostOffice, monkeypatch):
    """The reading above sees what it looks for: one message that carries the canary is caught."""
    leak = MESSAGES["something-waiting"]
    monkeypatch.setitem(MESSAGES, "something-waiting", type(leak)(subject="For the circle", body=f"{CANARY} {{link}}"))
    write(world.member, world, once=codes.new_code())
    send_due(at=world.at)
    whole = office.taken[0].as_string().casefold()
    assert [word for word in TELLING if word in whole] == ["circle", CANARY]
