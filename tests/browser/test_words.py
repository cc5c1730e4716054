"""Words in a real browser: writing and passing look the same, and what somebody is typing survives every change."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models_words import Asked
from tests.browser.axe import found_by_axe
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser
SOON = 20_000


@pytest.fixture
def world(running_site: RunningSite) -> Iterator[World]:
    """An open meeting; five people are here."""
    with running_site.database():
        world = make_world(members=5, first_at=clock.now())
        ada = world.actor(world.facilitator)
        live.open_gathering(gathering=world.gathering, online=False, by=ada, at=clock.now())
        world.gathering.refresh_from_db()
        for member in world.members:
            live.arrive(gathering=world.gathering, by=world.actor(member), at=clock.now())
    yield world


def test_a_word_a_pass_and_a_word_that_came_too_late(visits: Visits, running_site: RunningSite, world: World) -> None:
    room = f"/gathering/{world.gathering.code}/"
    desk = visits.enter(world.facilitator, f"/desk/gatherings/{world.gathering.code}/lead/", bypass_csp=True, **DESK)
    wall = visits.enter(world.facilitators[1], f"/desk/gatherings/{world.gathering.code}/wall/", bypass_csp=True)
    ines, tomas, mei = (
        visits.enter(world.members[seat], room, bypass_csp=True, reduced_motion="reduce", **PHONE) for seat in (0, 1, 4)
    )
    desk.get_by_text("Words without names").click()
    desk.get_by_role("button", name="One word: how are you here?").click()
    for phone in (ines, tomas, mei):
        expect(phone.get_by_label("One word for how you are here")).to_be_visible(timeout=SOON)
    assert found_by_axe(ines) == set()

    ines.get_by_label("One word for how you are here").fill("heron")
    ines.locator("#words-send").click()
    tomas.locator("#words-pass").click()
    for phone in (ines, tomas):
        expect(phone.get_by_text("Thank you. You can put your phone down.")).to_be_visible(timeout=SOON)
        expect(phone.locator("#words [role=status]")).to_be_focused()
    assert ines.locator("#words").inner_text() == tomas.locator("#words").inner_text()

    with running_site.database():
        asked = Asked.objects.get(gathering=world.gathering)
        for seat, word in ((1, "moss"), (2, "lantern"), (3, "tide")):
            by = world.actor(world.members[seat])
            live.say_word(gathering=world.gathering, words=asked.code, text=word, by=by, at=clock.now())
    mei.get_by_label("One word for how you are here").press_sequentially("gra")
    expect(desk.get_by_text("4 are in.")).to_be_visible(timeout=SOON)
    desk.get_by_role("button", name="Read them first").click()
    expect(desk.locator("#lead-words .list")).to_contain_text("lantern", timeout=SOON)
    assert found_by_axe(desk) == set()
    expect(mei.get_by_text("The words of this round are gathered.")).to_be_visible(timeout=SOON)
    expect(mei.get_by_label("One word for how you are here")).to_have_value("gra")
    assert "heron" not in wall.locator("body").inner_text()

    desk.get_by_role("button", name="Show them to everybody").click()
    for page in (wall, ines, tomas, mei):
        expect(page.locator(".words")).to_contain_text("heron", timeout=SOON)
    expect(mei.get_by_label("One word for how you are here")).to_have_value("gra")
    assert found_by_axe(wall) == set() and found_by_axe(mei) == set()

    # Taken back, it is gone from every screen without anybody pressing anything.
    ines.get_by_role("button", name="Take mine back").click()
    for page in (wall, ines, tomas, mei, desk):
        expect(page.get_by_text("heron", exact=True)).to_have_count(0, timeout=SOON)
    expect(wall.locator(".words")).to_contain_text("tide")
