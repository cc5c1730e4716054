"""A private tap in real browsers: how long until both who lead see it, with sockets and with none getting through."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions as live
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser

# A network that lets requests through and no socket: every try to open one is closed at once.
NO_SOCKET = """
window.WebSocket = class extends EventTarget {
  static OPEN = 1;
  readyState = 3;
  constructor() {
    super();
    setTimeout(() => this.dispatchEvent(new Event("close")), 1);
  }
  send() {}
  close() {}
};
"""
# When these words first stood among the private taps, by the machine's clock, which all pages share.
SEEN = """
(words) => new Promise((done) => {
  const look = () => document.getElementById("taps").textContent.includes(words) && (done(Date.now()), true);
  if (!look()) new MutationObserver((_, watch) => look() && watch.disconnect())
    .observe(document.getElementById("taps"), { childList: true, subtree: true });
})
"""
TAPS = [("A lot", "Ines finds it a lot"), ("I step out", "Ines has stepped out"), ("Fine", ", back "),
        ("Please come", "Ines asks you to come")]  # fmt: skip


@pytest.mark.parametrize("sockets", [True, False], ids=["sockets", "requests only"])
def test_both_who_lead_see_a_tap_within_two_seconds(
    visits: Visits, running_site: RunningSite, sockets: bool, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_site.database():
        world = make_world(members=3, at=clock.now() - timedelta(minutes=5))
        ada = world.actor(world.facilitator)
        live.open_gathering(gathering=world.gathering, online=False, by=ada, at=world.at)
    desk = f"/desk/gatherings/{world.gathering.code}/"
    init = "" if sockets else NO_SOCKET
    guide = visits.enter(world.facilitators[0], f"{desk}lead/", init=init, **DESK)
    holder = visits.enter(world.facilitators[1], f"{desk}holder/", init=init, **DESK)
    phone = visits.enter(world.member, f"/gathering/{world.gathering.code}/", init=init, **PHONE)
    other = visits.enter(world.members[1], f"/gathering/{world.gathering.code}/", init=init, **PHONE)
    for page in (guide, holder):
        expect(page.locator("#taps")).to_be_attached()
    took: list[float] = []
    for button, words in TAPS:
        for page in (guide, holder):
            page.evaluate(f"(words) => {{ window.seen = ({SEEN})(words); }}", words)
        began = float(phone.evaluate(_press(button)))
        took += [float(page.evaluate("window.seen")) - began for page in (guide, holder)]
        expect(phone.locator('[data-live="tap-said"]')).not_to_have_text("Sending …")
    told = f"private tap to both who lead, {len(took)} times: slowest {max(took):.0f} ms"
    record_property("private tap", told)
    with capsys.disabled():
        print(f"\n{'sockets' if sockets else 'requests only'}: {told}")
    assert max(took) < 2000
    assert "Ines" not in str(other.locator("#room").text_content())


def _press(button: str) -> str:
    return f"""() => {{
      const found = [...document.querySelectorAll("button.tap")].find((one) => one.textContent.trim() === "{button}");
      const at = Date.now();
      found.click();
      return at;
    }}"""


def test_help_is_there_before_the_line_is(visits: Visits, running_site: RunningSite) -> None:
    """The phone has no line at all. What helps stands there at once; and the tap goes out when the line is back."""
    with running_site.database():
        world = make_world(members=3, at=clock.now() - timedelta(minutes=5))
        ada = world.actor(world.facilitator)
        live.open_gathering(gathering=world.gathering, online=False, by=ada, at=world.at)
    phone: Page = visits.enter(world.member, f"/gathering/{world.gathering.code}/", **PHONE)
    holder = visits.enter(world.facilitators[1], f"/desk/gatherings/{world.gathering.code}/holder/", **DESK)
    expect(phone.get_by_role("heading", name="You can stop now")).to_be_hidden()
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Please come").click()
    expect(phone.get_by_role("heading", name="You can stop now")).to_be_visible(timeout=500)
    phone.get_by_text("Who I can call").click()
    expect(phone.get_by_role("link", name="999")).to_be_visible()
    expect(holder.get_by_text("asks you to come")).to_have_count(0)
    phone.context.set_offline(False)
    expect(holder.get_by_text("asks you to come")).to_be_visible(timeout=15_000)
