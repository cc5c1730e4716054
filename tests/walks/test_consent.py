"""How somebody reads, says yes, gets ready, takes it back in the middle of a meeting, and is asked once more."""

import io
import re

import pytest
from pypdf import PdfReader
from websockets.exceptions import ConnectionClosed

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes
from kindcircle.base.outbox.wishes import wish_of
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.errors import DecideAnew
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.consent_texts import newest_facts
from kindcircle.rooms.intake.models import Application, Consent, ConsentFacts
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.preparing.models import OneToOne, SafeContact, SupportPlan
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_world

SIGNS = "I go quiet like a Zaunkoenig."
WAY = "A text to 07700 900123, never a call."
PERSON = "My cousin Rotkehlchen, 07700 900456"
LINE = "Would like the chair by the door."


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2)


def with_a_place_kept(world: World, name: str = "Noor") -> User:
    """Somebody who was talked with and may come; a place is kept until they say yes."""
    by, at = world.actor(world.facilitator), clock.now()
    application, secret = groups.add_somebody(intake=world.group.intake, name=name, by=by, at=at)
    address = f"{codes.new_code()}@example.org"
    person = groups.accept_invitation(secret=secret, name=name, email=address, at=at)
    decide(world, application)
    groups.keep_place(application=application, group=world.group, by=by, at=at)
    return person


def decide(world: World, application: Application) -> None:
    intake.decide(
        application=application, outcome="join", reason="Fits.", letter="Welcome.",
        by=world.actor(world.facilitator), at=clock.now(),
    )  # fmt: skip


def to_the_boxes(visitor: Visitor) -> Visitor:
    """Through both layers and the three questions, to the lines to tick."""
    visitor.open("/consent/").follow("On to the full page").follow("On to three short questions")
    return visitor.press("Show me how it is").follow("On to my answer")


def signs(visitor: Visitor, name: str, *more: str) -> Visitor:
    """Ticks what is needed, and more; types a name."""
    form, sent = visitor.filled("Yes, I say yes")
    assert "items" not in sent, "every box starts empty"
    sent["items"] = ["i-have-read", "i-join", "i-keep-private", *more]
    sent["name"] = [name]
    return visitor.post(str(visitor.answer.url.join(form.action)), sent)


def house_says(world: World, *, asks_again: bool = True, **facts: str) -> ConsentFacts:
    newest = newest_facts(world.organisation)
    assert newest is not None
    return intake.keep_facts(
        organisation=world.organisation, facts=newest.facts | facts, asks_again=asks_again,
        by=world.actor(world.organisation_lead), at=clock.now(),
    )  # fmt: skip


def test_somebody_reads_says_yes_and_has_their_place(running_site: RunningSite, world: World) -> None:
    house_says(world, keep_for="nine years", has_study="yes", research_study="We count how groups went.")
    person = with_a_place_kept(world)
    noor = Visitor(running_site, person).open("/consent/")
    assert "We keep it for nine years." in noor.text
    assert "Ada and Bo." not in noor.text
    assert "Nobody is watching this page." in noor.text  # who can read what
    words = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(noor.client.get("/consent/paper/").content)).pages
    )
    assert "nine years" in words and "I would like to join." in " ".join(words.split())

    # The whole page, then three questions: a wrong answer is met with the words that were missing, and kept nowhere.
    noor.follow("On to the full page")
    assert "Ada and Bo." in noor.text and "It meets 4 times, for 60 minutes each." in noor.text
    assert "Every day, from 00:00 to 23:59" in noor.text
    noor.open("/consent/sign/")
    assert noor.path == "/consent/questions/"
    noor.press("Show me how it is", {"journal": "staff", "danger": "call"})
    assert "Many people think so. It is like this: Nobody watches it" in noor.text
    assert "Yes, that is how it is. Messages may wait" in noor.text
    assert not re.search("wrong|incorrect|sorry", noor.text.casefold())
    noor.follow("On to my answer")

    # Without a needed line nothing is kept and nothing typed is lost.
    form, sent = noor.filled("Yes, I say yes", {"name": "Noor N."})
    noor.post(str(noor.answer.url.join(form.action)), sent | {"items": ["i-join", "safe-contact"]})
    assert noor.status == 422
    assert "If one does not fit, please talk to us." in noor.text
    assert 'value="safe-contact" checked' in noor.html and 'value="Noor N."' in noor.html
    assert not Membership.objects.filter(user=person).exists()
    form, sent = noor.filled("Yes, I say yes")
    sent |= {"items": ["i-have-read", "i-join", "i-keep-private", "safe-contact"], "name": ["Noor N."]}
    target = str(noor.answer.url.join(form.action))
    noor.post(target, sent)
    assert noor.answer.history[0].status_code == 303

    # The place is theirs at once; research is a page of its own, unticked, and a no changes nothing.
    place = Membership.objects.get(user=person, left_at=None)
    consent = Consent.objects.get(person=person)
    assert place.consent == consent and consent.copy.items == [
        "i-have-read",
        "i-join",
        "i-keep-private",
        "safe-contact",
    ]
    assert b"Noor N." not in bytes(consent.sealed_signature)
    assert noor.path == "/consent/research/"
    assert "We count how groups went." in noor.text and "checked" not in noor.html
    noor.follow("Leave it as a no")
    assert noor.path == "/prepare/"
    assert not Consent.objects.filter(person=person, kind="research").exists()
    assert not wish_of(person).meetings, "a no to reminders holds for mail"
    noor.open("/consent/mine/")
    assert "under the name Noor N." in noor.text and "nine years" in noor.text and "Ada and Bo." in noor.text

    # Sent twice it is one yes. Research later, and no again.
    noor.post(target, sent)
    assert Consent.objects.filter(person=person, kind="taking-part").count() == 1
    noor.open("/consent/research/").press("Say yes to research", {"items": True, "name": ""})
    assert noor.status == 422
    noor.press("Say yes to research", {"items": True, "name": "Noor N."})
    assert Consent.objects.get(person=person, kind="research").withdrawn_at is None
    noor.open("/consent/").follow("Research").press("Make it a no again")
    assert Consent.objects.get(person=person, kind="research").withdrawn_at is not None
    assert Membership.objects.get(user=person).left_at is None


def test_a_text_with_a_gap_is_put_before_nobody(running_site: RunningSite, world: World) -> None:
    person = with_a_place_kept(world)
    ConsentFacts.objects.filter(organisation=world.organisation).delete()
    noor = Visitor(running_site, person).open("/consent/")
    assert "still has gaps. Test House fills them in." in noor.text
    assert noor.open("/consent/full/").path == "/consent/" and noor.open("/consent/sign/").path == "/consent/"

    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/")
    assert "The consent text of your house has gaps" in ada.text
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/")
    assert "no group can take people in" in odile.text
    odile.follow("Fill them in")
    assert "For how long" in odile.text
    fields = [name for name in odile.form("Keep this version")[0].names if name not in ("has_study", "asks_again")]
    given: dict[str, str | bool] = {
        name: f"Words for {name}." for name in fields if name != "csrfmiddlewaretoken" and ":" not in name
    }
    odile.press("Keep this version", given | {"keep_for": ""})
    assert "There are still gaps" in odile.text and "Still empty: For how long" in odile.text
    odile.follow("See both as people read them")
    assert "[still to be filled in]" in odile.text
    odile.open("/organisation/consent/").press("Keep this version", {"keep_for": "ten years"})
    assert "Kept as version 2." in odile.text
    assert "ten years" in " ".join(
        page.extract_text()
        for page in PdfReader(io.BytesIO(odile.client.get("/organisation/consent/paper/").content)).pages
    )
    assert "On to the full page" in noor.open("/consent/").text
    # Once it is whole, no gap opens again; the words that were typed are still there.
    odile.press("Keep this version", {"keep_for": "", "contact": "Ask Zaunkoenig."})
    assert odile.status == 422 and "The one from before still stands." in odile.text
    assert "Ask Zaunkoenig." in odile.html


def test_getting_ready_and_who_sees_what_of_it(running_site: RunningSite, world: World) -> None:
    ines, ada = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    ines.open("/today/").follow("Getting ready").follow("What happens here")
    while any("Go on" in words for words, _to in ines.page.links):
        assert "____" not in ines.text
        ines.follow("Go on")
    ines.press("I have looked at this")
    assert ines.path == "/prepare/" and "looked at" in ines.text
    ines.follow("The right to pass")
    assert "Passing is a full way to take part." in ines.text
    ines.open("/prepare/").follow("When kindness stings")
    ines.open("/prepare/").follow("Try my device")
    assert "Is there a place where nobody hears you?" in ines.text
    ines.open("/prepare/").follow("My anchor, and how I practise")
    assert ines.path == "/how-i-practise/"

    # A plan is its writer's alone until they say otherwise.
    ines.open("/support-plan/").press("Keep my plan", {"my-signs": SIGNS, "my-people": PERSON})
    assert SIGNS in ines.html
    assert SIGNS.encode() not in bytes(SupportPlan.objects.get(person=world.member).sealed_lines)
    place = Membership.objects.get(user=world.member)
    assert ada.open(f"/desk/places/{place.code}/plan/").status == 404
    assert "Nobody shares one" in ada.open(f"/desk/groups/{world.group.code}/plans/").text
    ines.press("Those who lead may see it")
    ada.open(f"/desk/groups/{world.group.code}/").follow("1 support plan shared with you").follow("Ines")
    assert SIGNS in ada.text and PERSON in ada.text
    opened = AuditEntry.objects.filter(concerns=world.member.code, event=Event.SUPPORT_PLAN_OPENED)
    assert [entry.actor for entry in opened] == [world.facilitator.code]
    assert "Opened by Ada" in ines.open("/support-plan/").text
    words = PdfReader(io.BytesIO(ines.client.get("/support-plan/paper/").content)).pages[0].extract_text()
    assert SIGNS in " ".join(words.split())
    ines.press("Take it back, mine alone")
    assert ada.open(f"/desk/places/{place.code}/plan/").status == 404

    # A safe way to be reached: opened on record; whom to call only where that was agreed to in writing.
    ines.open("/safe-contact/").press("Keep this", {"way": WAY, "person": PERSON, "never": "My landlord."})
    ada.open(f"/desk/places/{place.code}/ready/").follow("Open it")
    assert WAY in ada.text and "My landlord." in ada.text and PERSON not in ada.html
    assert "They have not agreed that anybody else is called." in ada.text
    assert "Opened by Ada" in ines.open("/safe-contact/").text
    assert not SafeContact.objects.filter(person=world.members[1]).exists()

    # A talk before the group counts as getting ready, and as no meeting.
    ada.open(f"/desk/groups/{world.group.code}/")
    assert ada.text.count("own talk not yet") == 2
    ada.open(f"/desk/places/{place.code}/ready/").press(
        "Note this talk", {"how": "phone", "minutes": "900", "line": LINE}
    )
    assert ada.status == 422 and LINE in ada.html
    ada.press("Note this talk", {"how": "phone", "minutes": "25"})
    assert LINE in ada.text and "It counts as getting ready" in ada.text
    talk = OneToOne.objects.get(place=place)
    assert talk.minutes == 25 and LINE.encode() not in bytes(talk.sealed_line)
    assert not Attendance.objects.filter(user=world.member).exists()
    assert "own talk done" in ada.open(f"/desk/groups/{world.group.code}/").text
    ines.open("/prepare/")
    assert "by phone" in ines.text and LINE not in ines.html


def test_taken_back_in_the_middle_of_a_meeting(running_site: RunningSite, world: World) -> None:
    person = with_a_place_kept(world)
    noor = Visitor(running_site, person)
    signs(to_the_boxes(noor), "Noor", "may-write")
    assert wish_of(person).meetings
    noor.open("/journal/new/day/").press("Save", {"feelings": "A line of my own."})
    noor.open("/safe-contact/").press("Keep this", {"way": WAY, "person": PERSON})
    gathering, at = world.gathering, clock.now()
    live.open_gathering(gathering=gathering, online=False, by=world.actor(world.facilitator), at=at)
    assert noor.open(f"/gathering/{gathering.code}/").status == 200
    assert Attendance.objects.get(user=person).left_at is None

    # First what would happen, then one button and no question why.
    noor.open("/consent/").follow("Take my yes back")
    assert "You are no longer in Tuesday circle." in noor.text
    assert "The meeting that is on closes on your screen." in noor.text
    assert "Your journal and your letters stay yours" in noor.text
    assert Consent.objects.get(person=person).withdrawn_at is None
    _form, sent = noor.filled("Take my yes back")
    with Device(noor, gathering.code) as phone:
        noor.press("Take my yes back")
        assert noor.path == "/consent/" and "You took your yes back" in noor.text
        with pytest.raises(ConnectionClosed) as gone:
            phone.listen(5)
        assert gone.value.rcvd is not None and gone.value.rcvd.code == 4404

    assert Membership.objects.get(user=person).left_at is not None
    assert Attendance.objects.get(user=person).left_at is not None
    assert noor.open(f"/gathering/{gathering.code}/").status == 404
    assert noor.open(f"/gathering/{gathering.code}/events?after=0").status == 404
    noor.post(running_site.url + "/consent/withdraw/", sent)  # pressed twice
    assert noor.path == "/consent/"

    # Those who lead are told by a task, with the way to reach them and without a reason or a name to call.
    task = Task.objects.get(kind=Kind.CONSENT_WITHDRAWN, concerns=person)
    ada = Visitor(running_site, world.facilitator).open(f"/desk/tasks/{task.code}/")
    assert "Somebody took back their consent" in ada.text
    ada.follow("See how to reach them safely")
    assert WAY in ada.text and PERSON not in ada.html
    assert "They have left the group" in ada.text

    # Their own words stay with them.
    noor.open("/consent/").follow("My journal")
    assert noor.path == "/journal/" and "Three lines about today" not in noor.text
    noor.open(
        noor.page.links[[to.startswith("/journal/") and len(to) > 12 for _w, to in noor.page.links].index(True)][1]
    )
    assert "A line of my own." in noor.text

    # Back again only with a new decision, and a new yes.
    application = Application.objects.get(person=person)
    by = world.actor(world.facilitator)
    with pytest.raises(DecideAnew):
        groups.keep_place(application=application, group=world.group, by=by, at=clock.now())
    decide(world, application)
    groups.keep_place(application=application, group=world.group, by=by, at=clock.now())
    seat = Membership.objects.get(user=person).seat
    signs(to_the_boxes(noor), "Noor")
    assert Membership.objects.get(user=person, left_at=None).seat == seat
    assert Gathering.objects.get(pk=gathering.pk).state == Gathering.State.OPEN


def test_a_change_that_matters_asks_again_and_the_yes_from_before_stands(
    running_site: RunningSite, world: World
) -> None:
    ines, ada = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    assert "The page you say yes to" not in ines.open("/today/").text
    house_says(world, asks_again=False, contact="Ask at the front desc.")
    assert "The page you say yes to" not in ines.open("/today/").text
    house_says(world, keep_for="twelve years")
    assert "The page you say yes to" in ines.open("/today/").text
    assert Membership.objects.get(user=world.member).left_at is None

    ines.follow("The page you say yes to").press("Not now")
    assert "still holds" in ines.text and "The page you say yes to" not in ines.text
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/consent/")
    assert re.search(r"Tuesday circle 0 2 0", odile.text)
    assert seals.name_of(world.member) not in odile.text
    assert ada.open(f"/desk/groups/{world.group.code}/").text.count("consent asked again") == 2

    signs(to_the_boxes(ines), "Ines")
    first, second = Consent.objects.filter(person=world.member).order_by("pk")
    assert first.replaced_at is not None and second.replaced_at is None
    assert Membership.objects.get(user=world.member).consent == second
    assert ada.open(f"/desk/groups/{world.group.code}/").text.count("consent asked again") == 1

    # A newer text between reading and signing: that one is read first.
    tomas = to_the_boxes(Visitor(running_site, world.members[1]))
    house_says(world, keep_for="thirteen years")
    signs(tomas, "Tomas")
    assert tomas.status == 422 and "This text has a newer version." in tomas.text
    assert "thirteen years" in tomas.follow("Read it first").text
