"""Sheets as people fill them in: begun here and finished there, one line at a time, in the room, and in how long."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.drafts import forget_due
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.measures.queries import answers_of
from kindcircle.rooms.safety.models import Alert
from tests.minutes import Measured
from tests.rooms.measures.sheets import sheet
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEK_OF_MEASURES = 3
"""At most so many minutes a week (docs/how-to/ask-people.md)."""


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=4, at=clock.now() - 20 * MINUTE, first_at=clock.now() - 5 * MINUTE)


def given(world: World, instrument: str = "after-session") -> Assignment:
    return sheet(world, instrument, occasion="weekly", closes_at=clock.now() + DAY)


def test_a_sheet_is_begun_on_a_phone_and_finished_on_another_device(running_site: RunningSite, world: World) -> None:
    one = given(world)
    phone = Visitor(running_site, world.member)
    phone.open("/today/").follow("Before you go")
    phone.press("Keep for later", {"ease": "7", "to_know": "Slowly, please."})
    assert "You can go on with it on any device until" in phone.text
    assert "begun" in phone.open("/today/").text
    stale = Visitor(running_site, world.member).open(f"/check/{one.code}/")

    laptop = Visitor(running_site, world.member).open(f"/check/{one.code}/")
    assert "1 of 3 answered" in laptop.text and "Slowly, please." in laptop.html
    laptop.press("Keep for later", {"fit": "4", "steadiness": "8"})

    # A page that was open all along does not send over what it never showed.
    stale.press("Send", {"steadiness": "9", "fit": ""})
    assert "You answered some lines on another page" in stale.text and not Response.objects.filter(assignment=one)
    stale.press("Send")
    assert "Saved" in stale.text
    mine = answers_of(Response.objects.get(assignment=one), by=world.actor(world.member), at=clock.now())
    assert mine == {"ease": 7, "fit": 4, "steadiness": 8, "to_know": "Slowly, please.", "contact": 0}
    assert not AnswerDraft.objects.filter(assignment=one).exists()
    assert Visitor(running_site, world.member).open(f"/check/{one.code}/").path.endswith("/done/")


def test_one_question_at_a_time_is_a_wish_that_goes_along(running_site: RunningSite, world: World) -> None:
    one = given(world)
    phone = Visitor(running_site, world.member).open(f"/check/{one.code}/")
    phone.press("One question at a time")
    assert "Question 1 of 5" in phone.text
    phone.press("Next", {"ease": "7"})
    assert "Question 2 of 5" in phone.text
    phone.press("Leave this blank")

    other = Visitor(running_site, world.member).open(f"/check/{one.code}/")
    assert "Question 3 of 5" in other.text, "another device goes on where the first stopped, in the same way"
    other.press("Next", {"steadiness": "2"})
    assert "We heard this" in other.text and "Question 4 of 5" in other.text
    alert = Alert.objects.get(member=world.member)
    other.press("Back").press("Next", {"steadiness": "8"}).press("Next", {"to_know": "Thank you."})
    other.press("Next", {"contact": False})
    assert "2 of 3 answered." in other.text
    other.press("Send")
    assert "Saved" in other.text and Response.objects.filter(assignment=one).exists()
    assert Alert.objects.get(member=world.member) == alert, "what was said was said, once"


def test_questions_opened_in_the_room_need_no_signing_in(running_site: RunningSite, world: World) -> None:
    ines, tomas, _wren, _oluwa = world.members
    gathering = world.gathering
    for person in (ines, tomas):
        sheet(world, "wcc-6", member=person, occasion="baseline", closes_at=clock.now() + DAY)
    ada = Visitor(running_site, world.facilitator)
    desk = f"/desk/gatherings/{gathering.code}"
    assert "Questions can be opened while the meeting is on." in ada.open(f"{desk}/in-room/").text
    ada.open(f"{desk}/lead/").press("Open in person")
    ada.open(f"{desk}/lead/").press("Entry letters", which={"member": seat(world, ines.pk)})
    gathering.refresh_from_db()
    letters = ada.html.split('class="short-code">')[-1].partition("<")[0]

    phone = Visitor(running_site).open(f"/join/{gathering.short_code}/").press("Go in", {"letters": letters})
    assert phone.path == f"/gathering/{gathering.code}/" and "a few questions for you" not in phone.text
    mine = Assignment.objects.get(member=ines, instrument="wcc-6")
    assert phone.open(f"/check/{mine.code}/").status == 404, "a set that was not opened is not there"

    ada.open(f"{desk}/lead/").follow("Questions in the room").press("Open", which={"occasion": "baseline"})
    assert "0 of 2 have sent it." in ada.text and "open in the room" in ada.text
    part = phone.open(f"/gathering/{gathering.code}/sheets/")
    assert part.status == 200 and "a few questions for you" in part.html, "a page that was open already looks again"
    phone.open(f"/gathering/{gathering.code}/").follow("1 minute")
    assert "You are answering as Ines" in phone.text
    phone.press("Send", {f"wcc_{number}": "2" for number in range(1, 7)})
    assert "Saved" in phone.text and "1 of 2 have sent it." in ada.open(f"{desk}/in-room/").text
    other = Assignment.objects.get(member=tomas, instrument="wcc-6")
    assert phone.open(f"/check/{other.code}/").status == 404
    assert phone.open("/today/").status == 404, "nor anything else of hers"

    # On the tablet that goes round, too, and it shows nothing that was begun on somebody's own phone.
    own = Visitor(running_site, tomas).open(f"/check/{other.code}/").press("Keep for later", {"wcc_1": "4"})
    assert "Kept." in own.text
    ada.open(f"{desk}/lead/").press("Is here", which={"member": seat(world, tomas.pk)})
    ada.open(f"{desk}/tablet/").press("Show letters for a tablet")
    tablet = Visitor(running_site).open(f"/join/{gathering.short_code}/")
    tablet.press("Go in", {"letters": ada.text.partition("Then these letters:")[2].split()[0]}).press("Tomas")
    tablet.follow("1 minute")
    assert "checked" not in tablet.html
    tablet.press("Send", {f"wcc_{number}": "1" for number in range(1, 7)})
    assert "Saved" in tablet.text and Response.objects.filter(assignment=other).exists()

    # With the meeting its door closes; the sheet stays its owner's.
    Gathering.objects.filter(pk=gathering.pk).update(state="closed", closed_at=clock.now(), short_code=None)
    assert phone.open(f"/check/{mine.code}/").status in (403, 404) or "/account/login/" in phone.path


def test_what_nobody_sent_is_gone_when_the_sheet_closes(running_site: RunningSite, world: World) -> None:
    one = given(world)
    Visitor(running_site, world.member).open(f"/check/{one.code}/").press("Keep for later", {"ease": "7"})
    forget_due(at=clock.now())
    assert AnswerDraft.objects.filter(assignment=one).exists()
    Assignment.objects.filter(pk=one.pk).update(closes_at=clock.now())
    forget_due(at=clock.now() + MINUTE)
    assert not AnswerDraft.objects.filter(assignment=one).exists()


def test_a_weeks_questions_take_less_than_three_minutes(running_site: RunningSite, world: World) -> None:
    """By hands and eyes as in the facilitator's week, with everything on the pages read for the first time."""
    ada, gathering = world.actor(world.facilitator), world.gathering
    live.open_gathering(gathering=gathering, online=False, by=ada, at=clock.now())
    ines = Measured(running_site, world.member)
    ines.open(f"/gathering/{gathering.code}/")
    with ines.step("arriving"):
        ines.follow("How are you arriving?").press("Send", {"steadiness": "6"})
    live.start_closing(gathering=gathering, by=ada, at=clock.now())
    ines.open(f"/gathering/{gathering.code}/")
    with ines.step("leaving"):
        ines.follow("How was today for you?").press("Send", {"ease": "7", "fit": "6", "steadiness": "7"})
    live.close(gathering=gathering, by=ada, at=clock.now())
    asking.assign_for_group(group=world.group, occasion="weekly", at=clock.now())
    ines.open("/today/")
    with ines.step("the week"):
        ines.follow("Have a look").press("Send", {f"wcc_{number}": "2" for number in range(1, 7)})
    print(f"\n{ines.table()}\n\n{ines.minutes:.2f} minutes of {WEEK_OF_MEASURES}")
    assert Response.objects.filter(assignment__member=world.member).count() == 3
    assert all(step.choices for step in ines.steps)
    assert ines.minutes <= WEEK_OF_MEASURES


def seat(world: World, user_id: int) -> str:
    return Membership.objects.get(group=world.group, user_id=user_id).code
