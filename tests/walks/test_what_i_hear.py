"""What I would like to hear: Ines chooses, is reminded once, nudged kindly until one tap, and mends her address.

Ada confirms the words before the meeting, and learns whom no mail reaches, never why.
"""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email.message import EmailMessage

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.reminders.models import Reminder
from tests.site import RunningSite
from tests.smtp import PostOffice, post_office
from tests.walks.post import besides_sheets, mails_to, wait_for_mail
from tests.walks.visitor import Visitor
from tests.world import World, make_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = "Bring a Zaunkoenig, if you have one."


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """The group meets for the first time in four days, at six."""
    today = clock.now().replace(hour=18, minute=0, second=0, microsecond=0)
    return make_world(at=clock.now(), first_at=today + 4 * DAY, members=3)


@pytest.fixture
def office(settings) -> Iterator[PostOffice]:
    """A real mail server for the rounds that this test makes."""
    with post_office() as (office, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        yield office


def address(person: User) -> str:
    return str(seals.address_of(person))


def heard(site: RunningSite, office: PostOffice, person: User) -> list[EmailMessage]:
    """What reached somebody, by the rounds of this test or by the server's own, besides reminders of sheets."""
    return besides_sheets(mails_to(site, address(person)) + office.to(address(person)), person)


def at_hour(day: datetime, hour: int) -> datetime:
    return datetime.combine(day.date(), time(hour), tzinfo=day.tzinfo)


def choose(visitor: Visitor, **fill: str | bool) -> Visitor:
    return visitor.open("/mail/").press("Keep this", fill)


def test_reminded_once_in_ones_own_way(running_site: RunningSite, world: World, office: PostOffice) -> None:
    ines = Visitor(running_site, world.member).open("/today/").follow("What I would like to hear")
    assert "Only you can see this." in ines.text and "Nobody is told" not in ines.text
    assert not dict(ines.form("Keep this")[0].fields).get("nudges"), "nudges are off until somebody asks for them"

    # What does not fit is said kindly, and nothing that was chosen is lost.
    choose(ines, hour="22", quiet_from="21:00", quiet_until="08:00", nudges=True)
    assert ines.status == 422 and "lies in your quiet hours" in ines.text
    assert dict(ines.form("Keep this")[0].fields)["hour"] == "22"
    choose(ines, hour="10", quiet_from="21:00", quiet_until="08:00", most_messages="2")
    assert "Kept. Only you can see this." in ines.text

    # On the desk a draft stands ready. Ada changes a word and confirms; the page of each member shows it.
    ada = Visitor(running_site, world.facilitator).open("/desk/").follow("Confirm the reminder for next time")
    _form, sent = ada.filled("Confirm")
    assert "Tuesday circle meets on" in sent["words"][0]
    for _ in range(2):
        ada.press("Confirm", {"words": sent["words"][0] + "\n\n" + WORDS})
        assert "Confirmed. Members see these words now." in ada.text
    assert WORDS in ines.open("/today/").text
    assert b"Zaunkoenig" not in bytes(Reminder.objects.get(gathering=world.gathering).sealed_words)
    assert "Confirm the reminder" not in ada.open("/desk/").text

    # Somebody who would rather have no mail at all: one tap, no question.
    tomas = Visitor(running_site, world.members[1]).open("/mail/").press("No mail any more")
    assert "No more mail. Everything waits here for you." in tomas.text

    # The worker goes round through these days. One mail on the eve, at her hour, and it says nothing.
    eve = world.gathering.starts_at - DAY
    for moment in (eve - 12 * HOUR, at_hour(eve, 9), at_hour(eve, 10), at_hour(eve, 11), eve + 20 * HOUR):
        tick(at=moment)
    (mail,) = heard(running_site, office, world.member)
    whole = f"{mail['Subject']} {mail['From']} {mail.get_content()}".casefold()
    assert not [word for word in ("zaunkoenig", "circle", "ines", "meeting", "kind") if word in whole]
    row = Delivery.objects.get(user=world.member, kind="next-meeting", about_code=world.gathering.code)
    assert row.sent_at == at_hour(eve, 10)
    assert not heard(running_site, office, world.members[1])
    assert len(heard(running_site, office, world.members[2])) == 1, "who chose nothing has it at the usual hour"
    # Days went by, and everybody comes in anew.
    assert "not sent: you chose no mail" in Visitor(running_site, world.members[1]).open("/mail/").text
    ines, ada = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    assert "Before a meeting" in ines.open("/mail/").text and "sent" in ines.text

    # Ada sees a name, and not a word of why.
    ada.open(f"/desk/gatherings/{world.gathering.code}/reminder/")
    assert "Not reached by mail Tomas" in ada.text and "Ines" not in ada.text
    assert "no mail" not in ada.text.casefold().replace("not reached by mail", "")


def test_a_nudge_and_one_tap_to_stop_it(running_site: RunningSite, world: World, office: PostOffice) -> None:
    ines = Visitor(running_site, world.member)
    choose(ines, nudges=True, hour="12", most_nudges="3", quiet_from="21:00", quiet_until="08:00")
    # After the first meeting's week, so that no meeting is on these days.
    noon = at_hour(clock.now() + 5 * DAY, 12)
    for day in range(3):
        tick(at=noon + day * DAY)
        tick(at=noon + day * DAY + HOUR)
    mails = [mail for mail in office.to(address(world.member)) if mail["Subject"] == "A quiet moment"]
    assert len(mails) == 2, "on the first and the third day"
    words = mails[0].get_content().casefold()
    assert "streak" not in words and "practi" not in words
    ines = Visitor(running_site, world.member).open(re.findall(r"https?://[^/]+(/\S*)", words)[0])
    assert ines.path == "/today/"
    ines.press("No more nudges")
    assert "No more nudges. You can have them again whenever you like." in ines.text
    for day in range(4, 9):
        tick(at=noon + day * DAY)
    assert len([one for one in office.to(address(world.member)) if one["Subject"] == "A quiet moment"]) == 2


def test_a_rest_from_mail_and_bad_days(running_site: RunningSite, world: World, office: PostOffice) -> None:
    ines = Visitor(running_site, world.member).open("/mail/")
    for day in ("", "yesterday", "1999-01-01", "9999-12-31"):
        ines.press("Let it rest", {"until": day})
        assert "Nothing was changed." in ines.text
    now = clock.now()
    ines.press("Let it rest", {"until": (now + 7 * DAY).date().isoformat()})
    assert "Your mail rests until then." in ines.text
    queue.enqueue("something-waiting", to=world.member, about=Ref("letter", "x"), once="rest", at=now)
    tick(at=at_hour(now + DAY, 12))
    assert not heard(running_site, office, world.member)
    ines = Visitor(running_site, world.member).open("/mail/")
    assert "your mail is resting" in ines.text
    ines.press("Write to me again")
    assert "your mail is resting" not in ines.text and "Your mail rests until" not in ines.text
    tick(at=at_hour(now + DAY, 13))
    assert len(heard(running_site, office, world.member)) == 1, "what had waited goes in the next round"


def test_an_address_that_takes_no_mail_is_put_right(
    running_site: RunningSite, world: World, office: PostOffice
) -> None:
    old = address(world.member)
    office.refuses[old] = "550 5.1.1 Nobody of that name"
    eve = at_hour(world.gathering.starts_at - DAY, 17)
    for _ in range(2):
        tick(at=eve)
    assert office.asked.count(old) == 1

    # Ada has one thing to do, and a name to do it for.
    ada = Visitor(running_site, world.facilitator).open("/desk/")
    assert "Reach somebody in another way" in ada.text and old not in ada.html
    ada.open(f"/desk/gatherings/{world.gathering.code}/reminder/")
    assert "Not reached by mail Ines" in ada.text

    # Ines is told on her own page, asks for a code to her new address, slips once, and types it in.
    ines = Visitor(running_site, world.member).open("/mail/")
    assert "Mail to you comes back" in ines.text
    ines.follow("Put my address right").press("Send me a code", {"address": "not an address"})
    assert ines.status == 422
    new = f"new.{world.member.code.lower()[:8]}@example.org"
    ines.press("Send me a code", {"address": new})
    code = wait_for_mail(running_site, new).get_content().split(": ")[1].split()[0]
    ines.press("Use this address", {"code": "1" if code != "1" else "2"})
    assert "That was another code." in ines.text
    ines.press("Use this address", {"code": code})
    assert "Your mail goes there now." in ines.text and "Mail to you comes back" not in ines.text
    assert wait_for_mail(running_site, old)["Subject"] == "A change of your address"
    assert "Reach somebody" not in Visitor(running_site, world.facilitator).open("/desk/").text
    queue.enqueue("something-waiting", to=world.member, about=Ref("letter", "x"), once="new", at=eve)
    tick(at=eve + HOUR)
    assert [mail["Subject"] for mail in office.to(new)] == ["Something is waiting for you"]
