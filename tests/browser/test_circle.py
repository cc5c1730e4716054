"""A circle in real browsers: what the server draws follows the piece by itself, and nobody's page is loaded anew."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions as live
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).locator("visible=true").first.click()


def test_order_sign_and_sorting_follow_by_themselves(visits: Visits, running_site: RunningSite) -> None:
    with running_site.database():
        world = make_world(members=3, first_at=clock.now() + timedelta(minutes=5))
        ada = world.actor(world.facilitator)
        live.open_gathering(gathering=world.gathering, online=False, by=ada, at=world.at)
        world.gathering.refresh_from_db()
        for member in world.members:
            live.arrive(gathering=world.gathering, by=world.actor(member), at=world.at)
        live.start_step(gathering=world.gathering, step=1, by=ada, at=world.at)
    room, lead = f"/gathering/{world.gathering.code}/", f"/desk/gatherings/{world.gathering.code}/lead/"
    desk = visits.enter(world.facilitator, lead, **DESK)
    ines, tomas, wren = (visits.enter(member, room, **PHONE) for member in world.members)
    for page in (ines, tomas, wren):
        page.evaluate("window.stayed = true")

    press(desk, "Start the round")
    expect(tomas.get_by_text("After Ines it is you, if you like.")).to_be_visible()
    expect(wren.get_by_text("One more after this, Tomas, and then you, if you like.")).to_be_visible()
    expect(wren.get_by_text("How deep: Here and now.")).to_be_visible()
    expect(wren.get_by_text("Still to come: Tomas · you")).to_be_visible()

    # One sign: the ring glows for everybody, the one who speaks reads it, and a second one changes nothing.
    for page in (tomas, wren):
        press(page, "I am with you")
        expect(ines.get_by_text("Somebody is with you.")).to_be_visible()
        expect(page.locator(".mark[data-with]")).to_have_count(1)

    # Ada sorts with the keyboard: the button that was pressed keeps the focus when the list is drawn anew.
    desk.get_by_text("Who comes when, and who else").click()
    button = desk.get_by_role("button", name="Earlier").and_(desk.locator("[value^='up ']")).last
    button.focus()
    desk.keyboard.press("Enter")
    expect(tomas.get_by_text("Still to come: Wren · you")).to_be_visible()
    expect(desk.locator("#round-order li").first).to_contain_text("Wren")
    assert str(desk.evaluate("document.activeElement.value")).startswith("up ")

    # Ines passes. Her own page says it as it would after speaking, and the sign is gone with the turn.
    press(ines, "Pass")
    expect(ines.get_by_text("Wren has the piece. We listen.")).to_be_visible()
    expect(tomas.get_by_text("After Wren it is you, if you like.")).to_be_visible()
    expect(tomas.locator(".mark[data-with]")).to_have_count(0)
    expect(tomas.locator(".mark[data-state=speaking] title")).to_have_text("Wren")
    press(desk, "End the round")
    expect(wren.get_by_text("One breath together", exact=False)).to_be_visible()
    assert all(page.evaluate("window.stayed") for page in (ines, tomas, wren))
