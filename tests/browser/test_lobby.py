"""Where somebody is, in real browsers: told on a phone, opened beside the people without leaving the page."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.live import actions as live
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser


def test_told_on_a_phone_and_opened_beside_the_people(visits: Visits, running_site: RunningSite) -> None:
    with running_site.database():
        world = make_world(members=2, first_at=clock.now() + timedelta(minutes=5))
        Group.objects.filter(pk=world.group.pk).update(place="")
    lead = f"/desk/gatherings/{world.gathering.code}/lead/"
    phone = visits.enter(world.member, f"/gathering/{world.gathering.code}/", **PHONE)
    desk = visits.enter(world.facilitator, lead, **DESK)
    expect(desk.get_by_text("where: not told")).to_have_count(2)

    phone.get_by_role("link", name="Say where I am").click()
    phone.get_by_label("Yes, I am alone").check()
    phone.get_by_label("Where you are").fill("14 Amber Lane, Leeds")
    phone.get_by_label("A number to call back").fill("07700 900 455")
    phone.get_by_role("button", name="Tell those who lead").click()
    expect(phone.get_by_text("Thank you. That is all we need.")).to_be_visible()

    # The desk hears of it by itself; the place comes only with a tap, and the page stays where it is.
    expect(desk.get_by_text("alone, told where")).to_be_visible(timeout=15_000)
    expect(desk.get_by_text("14 Amber Lane")).to_have_count(0)
    desk.get_by_role("link", name="Where, and the number").click()
    expect(desk.locator("#where-card").get_by_text("14 Amber Lane, Leeds")).to_be_visible()
    expect(desk.get_by_role("link", name="07700 900 455")).to_have_attribute("href", "tel:07700900455")
    assert desk.url.endswith(lead)
    # Somebody comes: the list is drawn anew, and the card stays open.
    with running_site.database():
        gathering = Gathering.objects.select_related("group__organisation").get(pk=world.gathering.pk)
        live.arrive(gathering=gathering, by=world.actor(world.members[1]), at=clock.now())
        live.open_gathering(gathering=gathering, online=True, by=world.actor(world.facilitator), at=clock.now())
    expect(phone.get_by_role("heading", name="Welcome")).to_be_visible(timeout=15_000)
    expect(desk.locator("#where-card").get_by_text("14 Amber Lane, Leeds")).to_be_visible()
