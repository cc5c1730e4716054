"""What a group agreed on opens its meeting: it stands there for its seconds, folds away, and opens again by a tap."""

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.agreements import starter
from kindcircle.rooms.live import actions as live
from tests.browser.helpers import PHONE, Visits
from tests.world import make_world

pytestmark = pytest.mark.browser


def test_it_folds_away_once_seen_and_a_tap_keeps_it_open(visits: Visits) -> None:
    world = make_world(members=2)
    guide, second = world.actor(world.facilitator), world.gatherings[1]
    groups.confirm_agreement(group=world.group, lines=starter(), taken_up=(), seen=0, by=guide, at=clock.now())
    live.open_gathering(gathering=second, online=False, by=guide, at=clock.now())
    ines, tomas = (visits.enter(member, f"/gathering/{second.code}/", **PHONE) for member in world.members)
    # Twenty seconds are a long time for a test; the number itself stands in the page.
    for page in (ines, tomas):
        expect(page.locator(".agreement")).to_have_attribute("data-folds-after", "20")
        page.evaluate("document.querySelector('.agreement').dataset.foldsAfter = '2'")
    last = starter()[-1].text
    ines.wait_for_timeout(3000)
    expect(ines.get_by_text(last)).to_be_visible()  # while people arrive it stays

    live.start_step(gathering=second, step=0, by=guide, at=clock.now())
    expect(ines.get_by_text(last)).to_be_hidden()
    expect(tomas.get_by_text(last)).to_be_hidden()
    ines.get_by_text("How we treat each other").click()
    ines.wait_for_timeout(3000)
    expect(ines.get_by_text(last)).to_be_visible()

    live.start_step(gathering=second, step=1, by=guide, at=clock.now())
    expect(ines.locator(".agreement")).to_be_hidden()  # the opening is over
    assert not [said for page in (ines, tomas) for said in visits.seen[page].complaints]
