"""Somebody asks for a person: by a low number, a tick, a tap or a questionnaire. One alert each, and never lost.

The help is on the same screen at once, the facilitators' queue shows it, time passes, the next person is told, and at
last somebody sees it, acts, and says why it can be closed. What leaves the house by mail says nothing.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.safety.models import Alert, AlertStep, Helpline, HelplineCheck
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world

REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).parents[3] / "shared" / "reference"))
DICTIONARY = REFERENCE / "interop" / "redcap" / "bridge2ai-phq9-gad7.dictionary.csv"
NUMBER = "0300 555 0100"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WORDS = "Zaunkoenig kept me awake"
NOTE = "We walked to the tram together; Zaunkoenig again."


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """The first meeting is about to begin, and there is a number that two people have dialled."""
    world = make_world(members=3, first_at=clock.now() + 5 * MINUTE)
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Night line", number=NUMBER, hours="Day and night",
        source="dialled",
    )  # fmt: skip
    for person in world.facilitators:
        HelplineCheck.objects.create(helpline=line, by=person, at=world.at)
    return world


def the_alert(world: World) -> Alert:
    """The one alert of this house."""
    return Alert.objects.get(group=world.group)


def open_meeting(site: RunningSite, world: World) -> Visitor:
    return (
        Visitor(site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/").press("Open in person")
    )


# --- four ways to ask for a person ---


def arrives_unsteady(site: RunningSite, world: World, phone: Visitor) -> None:
    """Before the round: 3 out of 10."""
    open_meeting(site, world)
    phone.open(f"/gathering/{world.gathering.code}/").follow("How are you arriving?")
    send_and_send_again(phone, {"steadiness": "3", "for_facilitator": WORDS})


def ticks_contact(site: RunningSite, world: World, phone: Visitor) -> None:
    """On the way out: steady enough, and would like a call."""
    ada = open_meeting(site, world)
    ada.press("Begin the closing")
    phone.open(f"/gathering/{world.gathering.code}/").follow("How was today for you?")
    send_and_send_again(phone, {"ease": "7", "steadiness": "6", "contact": True, "to_know": WORDS})


def ticks_contact_and_is_unsteady(site: RunningSite, world: World, phone: Visitor) -> None:
    """Two rules speak at once; it is still one person and one alert."""
    ada = open_meeting(site, world)
    ada.press("Begin the closing")
    phone.open(f"/gathering/{world.gathering.code}/").follow("How was today for you?")
    send_and_send_again(phone, {"steadiness": "0", "contact": True, "to_know": WORDS})


def taps_please_come(site: RunningSite, world: World, phone: Visitor) -> None:
    """In the middle of a practice, without a word."""
    open_meeting(site, world)
    phone.open(f"/gathering/{world.gathering.code}/").press("Please come")
    assert "Your facilitators have been called. One of them will come to you." in phone.text
    assert "Who I can call" in phone.text
    phone.open(f"/gathering/{world.gathering.code}/")
    with Device(phone, world.gathering.code) as live:
        key = live.tap("come")
        live.tap("come", key)
    assert Signal.objects.filter(gathering=world.gathering).count() == 2
    assert NUMBER in phone.open("/help/").text


def answers_item_nine(site: RunningSite, world: World, phone: Visitor) -> None:
    """In the questionnaire for the beginning, in the words of the file that the house brought in."""
    lead = Visitor(site, world.organisation_lead).open("/organisation/wordings/")
    lead.hand_in("Show me what is in it", "file", (DICTIONARY.name, DICTIONARY.read_bytes()))
    assert "What we found in the file" in lead.text
    to_confirm = {"confirmed": ["order_taken_from_file", "safety_item_to_check"]}
    form, sent = lead.filled("Bring in PHQ-9", {"terms": True})
    lead.post(form.action, sent | to_confirm)
    assert "PHQ-9 is here now." in lead.text
    tick(at=clock.now())
    assert Assignment.objects.filter(member=world.member, instrument="phq-9", occasion="baseline").exists()
    sheet = Assignment.objects.get(member=world.member, instrument="phq-9")
    assert f"/check/{sheet.code}/" in phone.open("/today/").html
    phone.open(f"/check/{sheet.code}/")
    assert "If an answer says that you may want a person, they are told at once" in phone.text
    send_and_send_again(phone, {f"phq9_{number}": "1" if number in (2, 9) else "0" for number in range(1, 10)})
    assert Score.objects.get(response__assignment=sheet, scale="total").value == 2


def send_and_send_again(phone: Visitor, fill: dict[str, str | bool]) -> None:
    """Six thumbs at once, then a second tab, then the same again an hour later: one sheet is kept."""
    form, sent = phone.filled("Send", fill)
    action = str(phone.answer.url.join(form.action))
    headers = {"Origin": phone.site.url, "Cookie": "; ".join(f"{k}={v}" for k, v in phone.client.cookies.items())}
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda _: phone.site.client().post(action, data=sent, headers=headers).status_code, range(6))
        )
    assert set(answers) == {200}, answers
    phone.post(action, sent)
    assert phone.path.endswith("/done/")
    saved = phone.text
    second_tab = phone.post(action, sent | {"key": [codes.new_code()]})
    assert second_tab.status == 409
    assert "You have sent this sheet before. We kept the first one" in second_tab.text
    assert "We heard them all the same" in second_tab.text and NUMBER in second_tab.text
    assert Response.objects.filter(assignment__member__organisation=phone_house(phone, action)).count() == 1
    # What the person reads at once: thanks, who is told and by when, a number, no label and no verdict.
    phone.open(action + "done/")
    assert phone.text == saved
    for words in ("Thank you", "Ada and Bo", "Help now", "Night line", NUMBER):
        assert words in saved
    for never in ("risk", "score", "severe", "alert", "PHQ"):
        assert never not in saved


def phone_house(phone: Visitor, action: str) -> int:
    """The organisation whose sheet this is."""
    code = action.rstrip("/").rpartition("/")[2]
    return Assignment.objects.get(code=code).group.organisation_id


Way = Callable[[RunningSite, World, Visitor], None]
WAYS = [
    pytest.param(arrives_unsteady, "contact", "steadiness_low", id="unsteady"),
    pytest.param(ticks_contact, "contact", "contact_asked", id="contact"),
    pytest.param(ticks_contact_and_is_unsteady, "contact", "contact_asked,steadiness_low", id="both"),
    pytest.param(taps_please_come, "contact", "live-please-come", id="please-come"),
    pytest.param(
        answers_item_nine,
        "concern",
        "item_9",
        id="item-nine",
        marks=pytest.mark.skipif(not REFERENCE.is_dir(), reason="the folder with reference files is not here"),
    ),
]


@pytest.mark.parametrize(("way", "level", "rules"), WAYS)
def test_from_asking_to_a_closed_alert(
    running_site: RunningSite, world: World, way: Way, level: str, rules: str
) -> None:
    ines = Visitor(running_site, world.member)
    way(running_site, world, ines)

    # One alert, in the transaction that kept the answer; one message for Ada, and for nobody else yet.
    alert = the_alert(world)
    assert (alert.level, set(alert.rules.split(","))) == (level, set(rules.split(",")))
    assert alert.member == world.member
    assert told(alert) == [world.facilitators[0].pk]

    # Ada's desk shows it. She does not look (a desk is not the queue), so after two staffed hours Bo is told, after
    # four Selma; every step once, however often the worker goes round.
    ada = Visitor(running_site, world.facilitators[0]).open("/desk/")
    assert "1 person may need you" in ada.text
    tick(at=alert.raised_at + 2 * HOUR - MINUTE, sheets=False)
    assert the_alert(world).with_person == Alert.Person.OWNER
    for _ in range(2):
        tick(at=alert.raised_at + 2 * HOUR + MINUTE, sheets=False)
    assert the_alert(world).with_person == Alert.Person.BACKUP
    for _ in range(2):
        tick(at=alert.raised_at + 4 * HOUR + MINUTE, sheets=False)
    assert the_alert(world).with_person == Alert.Person.LEAD
    assert told(alert) == [*(person.pk for person in world.facilitators), world.safety_lead.pk]

    # Selma looks. The queue names the person; the alert's page says what was said and what to do, no private word.
    selma = Visitor(running_site, world.safety_lead).open("/desk/alerts/")
    assert "Ines" in selma.text and "Please look today" in selma.text
    selma.follow("Ines")
    assert "What was said" in selma.text and "Somebody has looked" in selma.text
    assert "Zaunkoenig" not in selma.html
    seen = the_alert(world)
    assert seen.state == Alert.State.SEEN and seen.seen_at is not None

    # Ada gets there first; Selma's older page learns it kindly, and nothing is written twice.
    ada.open(f"/desk/alerts/{alert.code}/").press("I am on it")
    selma.press("I am on it")
    assert selma.status == 409 and the_alert(world).state == Alert.State.ACTING
    ada.press("I could not reach them").press("I reached them", {"note": NOTE})
    assert the_alert(world).state == Alert.State.CONTACTED

    # Closing needs a reason and a line; without them what was typed stays.
    ada.press("Close", {"note": NOTE})
    assert ada.status == 422 and NOTE in ada.html and the_alert(world).closed_at is None
    ada.press("Close", {"reason": "plan-agreed", "note": " "})
    assert ada.status == 422 and the_alert(world).closed_at is None
    ada.press("Close", {"reason": "plan-agreed", "note": NOTE})
    closed = the_alert(world)
    assert (closed.state, closed.close_reason) == (Alert.State.CLOSED, "plan-agreed")
    assert closed.escalate_at is None
    tick(at=alert.raised_at + 48 * HOUR, sheets=False)
    assert told(alert) == [*(person.pk for person in world.facilitators), world.safety_lead.pk]
    assert "Nobody is waiting" in selma.open("/desk/alerts/").text

    # The record: who did what, in order, and no word of what was written. The notes are sealed.
    rows = AuditEntry.objects.filter(about_kind="alert", about_code=alert.code).order_by("number")
    events = [row.event for row in rows if row.event != Event.ALERT_OPENED]  # a look stands beside the steps
    assert events[0] == Event.ALERT_RAISED and events[-1] == Event.ALERT_CLOSED
    assert events.count(Event.ALERT_RAISED) == events.count(Event.ALERT_DELIVERED) == 1
    assert [row.reason for row in rows if row.event == Event.ALERT_ESCALATED] == ["backup", "lead"]
    done = [(row.actor, row.reason) for row in rows if row.event in (Event.ALERT_SEEN, Event.ALERT_MOVED)]
    first, lead = world.facilitators[0].code, world.safety_lead.code
    assert done == [(lead, ""), (first, "acting"), (first, "not-reached"), (first, "contacted")]
    assert not list(log.verify())
    assert {row.concerns for row in rows} == {world.member.code}
    for step in AlertStep.objects.filter(alert=alert):
        assert b"Zaunkoenig" not in bytes(step.sealed_note)

    # Every mail that went out says the same few words, and a lock screen learns nothing from them.
    for person in (*world.facilitators, world.safety_lead):
        mails = mails_for(running_site, person)
        assert [mail["Subject"] for mail in mails] == ["Please look today"]
        said = words_of(mails[0]).casefold()
        for never in ("ines", "ada", "tuesday", "circle", "zaunkoenig", "test house", "steady", "phq", alert.code):
            assert never.casefold() not in said
    assert not mails_for(running_site, world.member)


def told(alert: Alert) -> list[int]:
    """Whom a message was prepared for, in order."""
    rows = Delivery.objects.filter(about_kind="alert", about_code=alert.code).order_by("pk")
    return list(rows.values_list("user_id", flat=True))


def test_the_queue_belongs_to_those_who_answer_for_it(running_site: RunningSite, world: World) -> None:
    """Another house, another group's facilitator, the organisation lead, members: for them there is no such page."""
    open_meeting(running_site, world)
    Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/").press("Please come")
    alert = the_alert(world)
    elsewhere = make_world(members=1)
    strangers = (
        elsewhere.facilitator,
        elsewhere.safety_lead,
        world.organisation_lead,
        world.member,
        world.members[1],
        world.stranger(),
    )
    for person in strangers:
        visitor = Visitor(running_site, person).open(f"/desk/alerts/{alert.code}/")
        assert visitor.status == 404
        assert "Ines" not in visitor.text
    assert the_alert(world).seen_at is None


def test_steady_answers_and_a_lot_raise_nothing(running_site: RunningSite, world: World) -> None:
    """4 out of 10 is no alert, and "a lot" is a word to the facilitators, not a call."""
    open_meeting(running_site, world)
    phone = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    phone.follow("How are you arriving?").press("Send", {"steadiness": "4", "for_facilitator": WORDS})
    assert "Saved" in phone.text and NUMBER not in phone.text
    phone.follow("Back to the meeting").press("A lot")
    assert "You can stop now" in phone.text
    assert not Alert.objects.filter(group=world.group).exists()
    # What Ines wrote to her facilitators waits for them, sealed.
    kept = Response.objects.get(assignment__member=world.member)
    assert b"Zaunkoenig" not in bytes(kept.sealed_answers)
    assert WORDS in seals.ANSWERS.open(kept.sealed_answers, code=kept.code, holder=world.member)
