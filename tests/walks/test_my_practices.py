"""Ines's own shelf: what helps her, something else this week, a hard day noted, and her days as a branch."""

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.practice.actions import record_played, start_play
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.spec.practices import newest_practice
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World

FEET, SCAN, PAUSE = "Soles of the feet", "Scan and name", "Three-part pause"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return mid_course(clock.now())


def helping(visitor: Visitor) -> list[str]:
    """What stands on somebody's page as helping them."""
    _before, *after = visitor.open("/today/").text.split("What helps me ")
    return [next(name for name in ("Human too", FEET) if words.startswith(name)) for words in after]


def played(world: World, name: str) -> None:
    by, at = world.actor(world.member), clock.now()
    play = start_play(
        practice=newest_practice(name), seconds=60, client_key=name, member=world.member, group=None, by=by, at=at
    )
    record_played(play=play, seconds=60, by=by, at=at)


def test_her_own_shelf(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/today/").follow("My practices")
    assert "Only you can see this page." in ines.text
    assert "There is no goal, and no leaf is missing." in ines.text

    ines.press(f"This helps me : {FEET}").press("This helps me : Human too")
    ines.press("Further up : Human too")
    assert helping(ines) == ["Human too", FEET], "in her order, on her page"
    ines.open("/my-practices/").press(f"Take away : {FEET}")
    assert helping(ines) == ["Human too"]

    # From the page of a practice, too, and back there.
    ines.open("/practice/p22-soles-of-the-feet/").press("This helps me")
    assert ines.path == "/practice/p22-soles-of-the-feet/" and "It stands on your page" in ines.text
    assert "It stands on your page" not in ines.press("Take away").text

    played(world, "p22-soles-of-the-feet")
    ines.open("/my-practices/")
    assert "A branch with a leaf for each day you practised" in ines.html
    assert "The same in words" in ines.text
    ines.press("Put the picture away")
    assert '<svg class="branch"' not in ines.html
    assert '<svg class="branch"' in ines.press("Show the picture").html


def test_something_else_this_week(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/today/")
    ines.follow(f"Something else : {SCAN}")
    assert "You need no reason, and nobody is told." in ines.text
    ines.press(f"Take this : {PAUSE}")
    assert ines.path == "/today/" and "chosen by you" in ines.text and PAUSE in ines.text
    ines.follow(f"Something else : {PAUSE}").press("Leave it out this week")
    assert f"You leave out {SCAN} this week." in ines.text
    ines.press("Put it back")
    assert "You leave out" not in ines.text and f"Something else : {SCAN}" in ines.text

    # Another member's week is as it was, and those who lead see nothing of it anywhere.
    assert "chosen by you" not in Visitor(running_site, world.members[1]).open("/today/").text
    assert Visitor(running_site, world.member).open("/practice/p37-care-for-an-older-hurt/instead/").status == 404


def test_a_hard_day(running_site: RunningSite, world: World) -> None:
    preparing.keep_plan(
        person=world.member,
        lines={"my-anchor": "The blue cup.", "please-do": "Sit with me.", "my-people": "Noor, 0161 000"},
        by=world.actor(world.member),
        at=clock.now(),
    )
    ines = Visitor(running_site, world.member).open("/today/").follow("Hard day")
    assert "The blue cup." in ines.text and "Noor, 0161 000" in ines.text
    assert "Sit with me." not in ines.text, "that line is for a meeting"
    ines.press("Note this day for myself")
    assert ines.path == "/hard-day/" and "Noted, for you alone." in ines.text
    ines.open("/my-practices/")
    assert "You noted it as a hard day." in ines.text
    for other in (world.members[1], world.facilitator):
        assert "hard day" not in Visitor(running_site, other).open("/my-practices/").text
    form = next(one for one in ines.page.forms if any(button.value == "forget" for button in one.buttons))
    ines.press(next(button.words for button in form.buttons if button.value == "forget"))
    assert "The note is gone." in ines.text and "You noted it as a hard day." not in ines.text
