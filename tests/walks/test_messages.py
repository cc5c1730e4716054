"""A member writes to those who lead: with one tap or a few words, at any hour, and gets an answer from a person."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.conversations.models import Conversation, Message
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.safety.models import Alert, Helpline, HelplineCheck
from tests.site import RunningSite
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WORDS = "My brother Zaunkoenig comes on Tuesday."
ANSWER = "Come when you can. We keep your seat by the Zaunkoenig."
NUMBER = "0300 555 0100"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """A group, and a number that two people have dialled."""
    world = make_world(members=3)
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Night line", number=NUMBER, hours="Day and night",
        source="dialled",
    )  # fmt: skip
    for person in world.facilitators:
        HelplineCheck.objects.create(helpline=line, by=person, at=world.at)
    return world


def messages(world: World) -> int:
    return Message.objects.filter(conversation__group=world.group).count()


def test_from_a_tap_to_an_answer(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/today/").follow("Write to those who lead")
    # Before a word is written the page says who reads it, when they are there, and what it is not.
    for words in ("These people read it: Ada, Bo", "Monday to Sunday, 00:00 to 23:59", "within two working days",
                  "no machine reads your words", "It is no crisis line", "Help now"):  # fmt: skip
        assert words in ines.text
    ines.press("I will be late.")
    assert "Sent. Those who lead your group can read it now." in ines.text and "Not read yet" in ines.text
    ines.press("Send", {"text": WORDS})
    assert messages(world) == 2 and not Alert.objects.filter(group=world.group).exists()
    assert all(b"Zaunkoenig" not in bytes(row.sealed_words) for row in Message.objects.all())

    # One neutral mail to each who leads, and nobody else sees a word of it.
    for _ in range(2):
        tick(at=clock.now())
    for person in world.facilitators:
        (mail,) = mails_for(running_site, person)
        for never in ("zaunkoenig", "late", "ines", "circle", "tuesday", "message"):
            assert never not in words_of(mail).casefold()
    row = Conversation.objects.get(group=world.group)
    place = Membership.objects.get(user=world.member)
    for person in (world.members[1], world.safety_lead, world.organisation_lead, make_world(members=1).facilitator):
        other = Visitor(running_site, person)
        assert other.open(f"/desk/messages/{row.code}/").status == 404
        assert other.open(f"/messages/{place.code}/").status == 404 and "Zaunkoenig" not in other.html
    assert Visitor(running_site, world.facilitator).open(f"/messages/{place.code}/").status == 404

    # Ada's desk says that a message waits; the list opens nothing; opening it leaves a trace.
    ada = Visitor(running_site, world.facilitator).open("/desk/")
    assert "1 message to answer" in ada.text
    ada.follow("1 message to answer")
    assert "Ines" in ada.text and "Zaunkoenig" not in ada.html
    assert not AuditEntry.objects.filter(about_code=row.code, event=Event.MESSAGES_OPENED).exists()
    ada.follow("Ines")
    assert WORDS in ada.text and "I will be late." in ada.text
    assert AuditEntry.objects.get(about_code=row.code, event=Event.MESSAGES_OPENED).actor == world.facilitator.code
    assert "Read by those who lead" in ines.open(ines.path).text

    # She answers, twice by mistake. Ines gets one mail, and sees it on her own page.
    form, sent = ada.filled("Send", {"text": ANSWER})
    for _ in range(2):
        ada.post(form.action, sent)
    assert messages(world) == 3
    assert "1 message to answer" not in ada.open("/desk/").text
    assert "answered by Ada" in ada.open("/desk/messages/").text
    tick(at=clock.now())
    (mail,) = mails_for(running_site, world.member)
    assert "Something is waiting for you" in words_of(mail) and "Zaunkoenig" not in words_of(mail)
    assert "an answer is here" in ines.open("/today/").text
    assert ANSWER in ines.follow("Write to those who lead").text
    assert "an answer is here" not in ines.open("/today/").text


def test_please_ring_me_is_one_alert_with_help_at_once(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/messages/")
    form, sent = ines.filled("Send", {"text": WORDS, "ring": True})
    for _ in range(3):
        ines.post(form.action, sent)
    alert = Alert.objects.get(group=world.group)
    assert alert.level == "contact" and messages(world) == 1
    for words in ("You asked to be rung", "in touch by", "Night line", NUMBER):
        assert words in ines.text
    ada = Visitor(running_site, world.facilitator).open("/desk/alerts/").follow("Ines")
    assert "Ticked in a message: please ring me" in ada.text and "Zaunkoenig" not in ada.html
    ada.press("I am on it").press("I reached them", {"note": "We spoke."})
    ada.press("Close", {"reason": "plan-agreed", "note": "We spoke."})
    assert "You asked to be rung" not in ines.open("/messages/").text
    # The words still wait, until somebody says why they need no answer.
    row = Conversation.objects.get(group=world.group)
    ada.open(f"/desk/messages/{row.code}/").press("No answer needed")
    assert ada.status == 422 and "Please pick why no answer is needed" in ada.text
    ada.press("No answer needed", {"reason": "spoken"})
    assert "Noted. It no longer waits." in ada.text
    assert "No answer needed, says Ada: We spoke, in person or by phone." in ada.text
    assert "Read by those who lead. They have taken note." in ines.open("/messages/").text


def test_nothing_that_was_typed_is_lost(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/messages/")
    page = ines.path
    # Words begun beside a tap stay, and are not sent.
    ines.press("I cannot come.", {"text": WORDS})
    assert messages(world) == 1 and WORDS in ines.html and "You began this before." in ines.text
    # Too long, or nothing at all: asked again with everything in place.
    ines.press("Send", {"text": "x" * 5001})
    assert ines.status == 422 and "x" * 5001 in ines.html
    ines.press("Send", {"text": " "})
    assert ines.status == 422 and messages(world) == 1
    # A page that was sent before, gone back to, with other words.
    ines.open(page)
    form, sent = ines.filled("Send", {"text": "one"})
    ines.post(form.action, sent).post(form.action, sent | {"text": ["two"]})
    assert ines.status == 409 and "two" in ines.html and messages(world) == 2
    ines.press("Send")
    assert messages(world) == 3
    # After the session has ended.
    Session.objects.filter(session_key=ines.cookie()).delete()
    ines.post(page, sent | {"text": ["after a nap"]})
    assert ines.status == 401 and "after a nap" in ines.text
    # After leaving the group: what was said can be read, new words come back unsent.
    ines = Visitor(running_site, world.member).open(page)
    form, sent = ines.filled("Send", {"text": "one more thing"})
    Membership.objects.filter(user=world.member).update(left_at=clock.now())
    ines.post(form.action, sent)
    assert ines.status == 409 and "one more thing" in ines.text and messages(world) == 3
    ines.open(page)
    assert "You have left this group." in ines.text and "two" in ines.text and 'name="text"' not in ines.html


def test_new_words_while_answering_and_an_answer_begun_are_kept_apart(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/messages/").press("Send", {"text": "one"})
    row = Conversation.objects.get(group=world.group)
    ada = Visitor(running_site, world.facilitator).open(f"/desk/messages/{row.code}/")
    form, settling = ada.filled("No answer needed", {"reason": "to-know"})
    ines.press("Send", {"text": "two"})
    ada.post(form.action, settling)
    assert ada.status == 409 and "There are new words from them." in ada.text and "two" in ada.text
    ada.press("No answer needed", {"reason": "to-know", "text": ANSWER})
    assert ada.status == 422 and ANSWER in ada.html
    row.refresh_from_db()
    assert row.waiting_since is not None
    # Who no longer leads is out at once.
    Membership.objects.filter(user=world.facilitator).update(left_at=clock.now())
    assert ada.open(f"/desk/messages/{row.code}/").status == 404


def test_two_working_days_later_the_backup_is_told(running_site: RunningSite, world: World) -> None:
    Visitor(running_site, world.member).open("/messages/").press("Send", {"text": WORDS})
    Conversation.objects.filter(group=world.group).update(waiting_since=clock.now() - timedelta(days=4))
    for _ in range(2):
        tick(at=clock.now())
    ada, bo = (mails_for(running_site, person) for person in world.facilitators)
    assert (len(ada), len(bo)) == (1, 2)
    assert any("Please look today" in words_of(mail) for mail in bo)
    desk = Visitor(running_site, world.facilitators[1]).open("/desk/")
    assert "1 person waits for an answer longer than two working days" in desk.text
    assert "longer than two working days" in desk.open("/desk/messages/").text


def test_who_visits_by_short_code_is_not_led_to_the_messages(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    place = Membership.objects.get(user=world.members[1])
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    ada.press("Open in person")
    assert "Write to those who lead" in ines.open(f"/gathering/{world.gathering.code}/").text
    # Tomas comes in on a borrowed tablet: his own pages are not there.
    world.gathering.refresh_from_db()
    ada.press("Entry letters", which={"member": place.code})
    letters = ada.text.partition("for this one person: ")[2].split()[0]
    tablet = Visitor(running_site).open("/join/").press("Go in", {"letters": str(world.gathering.short_code)})
    tablet.press("Go in", {"letters": letters})
    assert tablet.path.startswith("/gathering/") and "Write to those who lead" not in tablet.text
    assert tablet.open(f"/messages/{place.code}/").status == 404
