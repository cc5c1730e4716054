"""Ines looks at her answers over time: it became harder. She reads it kindly, says it does not fit, and is heard."""

import pytest

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.conversations.models import Conversation
from kindcircle.rooms.groups.models import Membership
from tests.doors.web.member.people import mid_course
from tests.rooms.measures.course_sheets import answered, asked
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World

NEVER = ("better than", "worse than", "others in", "severe", "risk", "disorder", "depress", "well done", "failed")


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return mid_course(clock.now())


def test_harder_is_told_kindly_and_whom_it_does_not_fit_is_heard(running_site: RunningSite, world: World) -> None:
    answered(world, "baseline", 8)
    answered(world, "asked", 14)
    answered(world, "asked", 12, "wcc-6")
    answered(world, "baseline", 3, member=world.members[1])

    # From her own page; nothing is counted and nobody else is in it.
    ines = Visitor(running_site, world.member).open("/today/").follow("My answers over time")
    assert ines.path == "/my-course/" and "You are set beside nobody else." in ines.text
    assert "Clearly more than you usually vary. It is harder than at first." in ines.text
    ines.follow("GAD-7")
    for said in (
        "it is not your fault",
        "leave out what is too much",
        "Write to those who lead",
        "Leave something out",
        "Help now",
        "Here, lower is easier.",
        "move by up to about 3.9 points",
        "5,030 people in Germany (Loewe 2008)",
        "your first",
    ):
        assert said in ines.text, said
    assert not [word for word in NEVER if word in ines.text.casefold()]

    # What research found stands there only when she asks for it, with its source, and goes again.
    assert "the average of women" not in ines.text
    ines.follow("Show women in Germany")
    assert "the average of women in Germany was 3.2. That was in 2006. 5,030 people took part." in ines.text
    assert "no line between well and ill" in ines.text
    ines.follow("Take it away again")
    assert "the average of women" not in ines.text

    # It does not fit her: sent twice, those who lead hear it once, as her words.
    mark = f"It was the week of the move {codes.new_code()}"
    ines.press("Tell those who lead", {"text": mark})
    assert "Sent. Those who lead can read it" in ines.text
    row = Conversation.objects.get(group=world.group, member=world.member)
    assert row.waiting_since is not None and row.messages.count() == 1
    ada = Visitor(running_site, world.facilitator).open(f"/desk/messages/{row.code}/")
    assert "this does not fit me" in ada.text and mark in ada.text
    # All the letters of a message are hers; the line above them is ours.
    for letters, status in ((5_001, 422), (5_000, 200)):
        ines.press("Tell those who lead", {"text": "y" * letters})
        assert ines.status == status
    assert row.messages.count() == 2 and "y" * 5_000 in ada.open(f"/desk/messages/{row.code}/").html

    # Ada has one talk to do, with a day. It names no form, no number and no grade.
    ada.open("/desk/tasks/")
    assert "Worth a talk with somebody" in ada.text
    ada.follow("Worth a talk with somebody")
    assert "Ines" in ada.text and "can be chance" in ada.text
    assert not [word for word in ("gad-7", "points", "severe", "risk") if word in ada.text.casefold()]


def test_our_own_questions_get_a_line_and_no_verdict(running_site: RunningSite, world: World) -> None:
    answered(world, "baseline", 20, "wcc-6")
    answered(world, "asked", 3, "wcc-6")
    ines = Visitor(running_site, world.member).open("/my-course/").follow("Weekly compassion check-in")
    assert "These are your values, as they were." in ines.text
    for never in ("usually vary", "research", "easier", "harder", "higher is", "lower is"):
        assert never not in ines.text, never


def test_one_value_none_and_a_gap(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/my-course/")
    assert "Nothing to see yet" in ines.text
    answered(world, "baseline", 8)
    ines.open("/my-course/").follow("GAD-7")
    assert "There is no second time yet." in ines.text
    asked(world, "asked")
    ines.open(ines.path)
    ines.open("/my-course/").follow("GAD-7")
    assert "not filled in" in ines.text and "dotted upright line is a time without a number" in ines.text


def test_nobody_else_finds_it(running_site: RunningSite, world: World) -> None:
    answered(world, "baseline", 8)
    place = Membership.objects.get(group=world.group, user=world.member)
    for person in (world.members[1], world.facilitator, world.safety_lead, world.organisation_lead):
        visitor = Visitor(running_site, person)
        visitor.open(f"/my-course/{place.code}/?measure=gad-7.total")
        assert visitor.status == 404
