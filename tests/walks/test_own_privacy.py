"""Privacy that a person can see: who looked, where they are signed in, and what becomes of their words."""

import pytest

from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world()


def test_somebody_sees_who_looked_at_what_of_theirs(running_site: RunningSite, world: World) -> None:
    """Ines shares her support plan. Ada opens it. Ines reads that in plain words; Tomas reads nothing of it."""
    ines = Visitor(running_site, world.member).open("/support-plan/")
    ines.press("Keep my plan", {"my-signs": "I go quiet"}).press("Those who lead may see it")
    ines.open("/today/").follow("My privacy")
    assert "Nobody has opened anything of yours so far." in ines.text

    ada = Visitor(running_site, world.facilitator)
    place = world.member.memberships.get().code
    ada.open(f"/desk/places/{place}/plan/")
    assert ada.status == 200 and "I go quiet" in ada.text
    ines.open("/privacy/")
    assert "The last time: Ada opened your support plan" in ines.text
    ines.follow("Who looked at what of mine")
    assert ines.text.count("Ada opened your support plan") == 1
    ada.open(f"/desk/places/{place}/plan/")
    assert ines.open("/privacy/who-looked/").text.count("Ada opened your support plan") == 2

    # Each sees what is theirs and nothing else. One's own looking is no news.
    tomas = Visitor(running_site, world.members[1]).open("/privacy/who-looked/")
    assert "Ada" not in tomas.text
    assert "Ines" not in ines.open("/privacy/who-looked/").text
    assert Visitor(running_site).open("/privacy/who-looked/").path == "/account/login/"


def test_what_no_page_can_hide_is_said_plainly(running_site: RunningSite, world: World) -> None:
    """Linked from getting ready, so that it is read before there is anything to hide."""
    ines = Visitor(running_site, world.member).open("/prepare/").follow("Is this device safe?")
    assert "The list of pages your browser keeps." in ines.text
    assert "Help lines" in ines.text
