"""A phone tells how long its line is, in a real browser, so that the next practice begins early enough for it."""

import json
from typing import Any

import pytest
from playwright.sync_api import WebSocket

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions
from kindcircle.rooms.live.lead_time import SHORTEST, lead_for
from kindcircle.rooms.live.models import Presence
from tests.browser.helpers import PHONE, Visits, wait_until
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser


def test_a_phone_tells_how_long_its_line_is(visits: Visits, running_site: RunningSite) -> None:
    with running_site.database():
        world = make_world(members=2)
        gathering = world.gathering
        actions.open_gathering(gathering=gathering, online=False, by=world.actor(world.facilitator), at=world.at)
    page = visits.enter(world.member, "/today/", **PHONE)
    said: list[dict[str, Any]] = []
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: said.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: heard.append(json.loads(frame)["t"]))

    page.on("websocket", listen)
    page.goto(f"/gathering/{gathering.code}/")
    wait_until(lambda: any(one["t"] == "line" for one in said), page, what="its line", within=15)
    line = next(one for one in said if one["t"] == "line")
    assert 0 <= line["rtt"] < 1000 and 0 <= line["error"] < 1000
    before = said[: said.index(line)]
    assert sum(one["t"] == "clock" for one in before) >= 16, "told before it was known"
    told = Presence.objects.filter(gathering=gathering, user=world.member).exclude(lead_ms=None)
    wait_until(told.exists, page, what="the line to be noted", within=15)
    assert "refused" not in heard
    assert lead_for(gathering, at=clock.now()) >= SHORTEST
