"""Coming late in a real browser: the page in front of the door opens by itself once somebody lets them in."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions as live
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser


def test_the_door_opens_by_itself(visits: Visits, running_site: RunningSite) -> None:
    with running_site.database():
        world = make_world(members=2, at=clock.now() - timedelta(minutes=20))
        ada = world.actor(world.facilitator)
        live.open_gathering(gathering=world.gathering, online=True, by=ada, at=world.at)
        world.gathering.refresh_from_db()
        live.arrive(gathering=world.gathering, by=world.actor(world.member), at=world.at)
    room, lead = f"/gathering/{world.gathering.code}/", f"/desk/gatherings/{world.gathering.code}/lead/"
    desk = visits.enter(world.facilitator, lead, **DESK)
    phone = visits.enter(world.members[1], room, **PHONE)
    expect(phone.get_by_role("heading", level=1)).to_have_text("It is good that you are here")
    # The desk hears of it without being reloaded, and one tap is enough.
    expect(desk.get_by_text("Tomas has come late and waits outside.")).to_be_visible(timeout=15_000)
    desk.get_by_role("button", name="Let them in").click()
    expect(desk.get_by_text("waits outside")).to_have_count(0, timeout=15_000)
    expect(phone.locator("#room")).to_be_visible(timeout=40_000)
