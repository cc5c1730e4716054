"""A talk in pairs on two real phones: the question comes by itself, turns change with light, who is left is told."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions, pairs, queries
from kindcircle.rooms.live.models import Event
from tests.browser.helpers import PHONE, Visits
from tests.rooms.live.stage import Stage
from tests.site import RunningSite
from tests.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEARLY_HALF = 117_000  # ms of a talk of four minutes


def go_on(stage: Stage, ms: int, *phones: Page) -> None:
    """The whole meeting lies so much further back than it did."""
    Event.objects.filter(gathering=stage.gathering).update(at_ms=F("at_ms") - ms)
    for phone in phones:
        phone.reload()


def test_two_phones_talk_in_a_pair(running_site: RunningSite, visits: Visits) -> None:
    stage = Stage.second(make_world(members=2, at=clock.now() - timedelta(minutes=1)))
    stage.open()
    room = f"/gathering/{stage.code}/"
    ines, tomas = (visits.enter(member, room, **PHONE) for member in stage.world.members)
    expect(ines.get_by_role("button", name="Please come")).to_be_visible()

    led = {"gathering": stage.gathering, "by": stage.guide}
    asked = actions.ask_pairs(**led, prompt="checkin", at=clock.now()).pairs
    assert asked is not None
    for phone in (ines, tomas):
        expect(phone.get_by_role("heading", name="Shall we talk in pairs?")).to_be_visible()
        phone.get_by_role("button", name="Yes, in a pair").click()
        expect(phone.get_by_text("When we begin, you see here who you talk with.")).to_be_visible()
        expect(phone.locator("#pairs-yes")).to_be_focused()
    talk = pairs.talk_of(stage.gathering, queries.placed(stage.gathering, at=clock.now()))
    assert talk is not None
    seen = pairs.proposal(talk).print
    actions.start_pairs(**led, talk=asked.pairs, minutes=4, seen=seen, at=clock.now())
    expect(ines.get_by_role("heading", name="You talk with Tomas")).to_be_visible()
    expect(tomas.get_by_role("heading", name="You talk with Ines")).to_be_visible()

    # Half of the time has nearly gone by: it is in a soft colour, then the phones shine, and the other one speaks.
    go_on(stage, NEARLY_HALF, ines, tomas)
    mine = re.compile("You speak now|speaks now")
    before = {phone: phone.locator('[data-live="pairs-turn"]') for phone in (ines, tomas)}
    for phone, line in before.items():
        expect(line).to_have_text(mine)
        expect(phone.locator('[data-live="pairs-turn-left"]')).to_have_attribute("data-near", "")
    speaks = "You speak" in (before[ines].text_content() or "")
    for phone in (ines, tomas):
        expect(phone.locator("#room")).to_have_class(re.compile("bell-rings"))
    expect(before[ines]).to_contain_text("Tomas speaks now" if speaks else "You speak now")

    # Tomas goes back to the room. Ines reads it without a touch, and that it is not about her.
    tomas.get_by_role("button", name="Back to the room now").click()
    expect(tomas.get_by_role("heading", name="The others talk in pairs")).to_be_visible()
    expect(ines.get_by_text("It has nothing to do with you.")).to_be_visible(timeout=15_000)
    tomas.get_by_role("button", name="Go back to my pair").click()
    expect(ines.get_by_role("heading", name="You talk with Tomas")).to_be_visible(timeout=15_000)

    go_on(stage, NEARLY_HALF, ines)
    expect(ines.get_by_role("heading", name="Time to come back")).to_be_visible()
    assert [visits.seen[phone].complaints for phone in (ines, tomas)] == [[], []]
