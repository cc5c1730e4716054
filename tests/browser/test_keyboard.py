"""Nobody needs a mouse or a touch: whole errands by Tab, Enter, Space and arrows, with the focus always in sight."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.writing.models import Letter
from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.rooms.measures.sheets import sheet
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser

# What has the focus: its words, and what is wrong with how it is seen (empty when nothing is).
FOCUS = """
() => {
  const at = document.activeElement;
  if (!at || at === document.body) return { words: "", role: "", wrong: "" };
  const labels = [...(at.labels ?? [])];
  const said = labels.map((one) => one.innerText).join(" ");
  const words = at.getAttribute("aria-label") || said || at.innerText || at.value;
  const marks = [at, at.nextElementSibling, ...labels, at.closest("label")].filter(Boolean);
  const marked = marks.some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  });
  const seen = [at, ...labels].map((one) => one.getBoundingClientRect()).find((box) => box.width > 1 && box.height > 1);
  let wrong = marked ? "" : "no mark of focus";
  if (!seen) wrong = "has no size";
  else {
    const x = Math.min(Math.max(seen.left + seen.width / 2, 1), innerWidth - 1);
    const y = Math.min(Math.max(seen.top + Math.min(seen.height / 2, 20), 1), innerHeight - 1);
    const off = seen.bottom < 0 || seen.top > innerHeight || seen.right < 0 || seen.left > innerWidth;
    const there = document.elementFromPoint(x, y);
    const own = [at, ...labels].some((one) => one.contains(there) || there?.contains(one));
    if (off) wrong = "off the screen";
    else if (!own) wrong = `hidden by ${there?.outerHTML.slice(0, 80)}`;
  }
  return { words: (words ?? "").replace(/\\s+/g, " ").trim(), role: at.tagName.toLowerCase(), wrong };
}
"""


class Keys:
    """Somebody's hands on a keyboard. Every stop of the focus is looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops: list[str] = []
        self._on_the_way = False
        page.on("request", self._sets_out)
        page.on("domcontentloaded", self._is_there)

    def _sets_out(self, request: Request) -> None:
        if request.is_navigation_request():
            self._on_the_way = True

    def _is_there(self, _: Page) -> None:
        self._on_the_way = False

    def to(self, words: str, *, most: int = 120) -> "Keys":
        """Press Tab until the thing that says this has the focus."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUS)
            assert at["wrong"] == "", f"{at['words']!r} ({at['role']}) on {self.page.url}: {at['wrong']}"
            passed.append(at["words"])
            self.stops.append(at["words"])
            if re.search(words, at["words"]):
                return self
        raise AssertionError(f"Tab never came to {words!r} on {self.page.url}; it passed {passed}")

    def press(self, words: str, key: str = "Enter") -> "Keys":
        """Go to a link or button and press it."""
        self.to(words).page.keyboard.press(key)
        self.page.wait_for_timeout(150)  # a press may lead to another page, which a busy machine brings late
        wait_until(lambda: not self._on_the_way, self.page, what=f"the page behind {words!r}")
        self.page.wait_for_load_state()
        return self

    def type(self, words: str, text: str) -> "Keys":
        """Go to a box and write."""
        self.to(words).page.keyboard.type(text)
        return self


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=3, first_at=clock.now() + timedelta(minutes=5))


def test_a_member_answers_a_check(visits: Visits, world: World) -> None:
    one = sheet(world, "after-session", member=world.member)
    page = visits.enter(world.member, "/today/", **PHONE)
    page.goto(f"/check/{one.code}/")
    keys = Keys(page)
    keys.to("^0$")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    keys.to("^0$").page.keyboard.press("Space")
    keys.to("Is there anything we could change").page.keyboard.type("A warmer room")
    keys.press("^Send$")
    expect(page.get_by_role("alert")).to_contain_text("1 line is still empty. That is fine")
    assert not Response.objects.filter(assignment=one).exists(), "asked once, before anything is sent"
    keys.press("^Send it as it is$")
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    kept = Response.objects.get(assignment=one)
    assert dict(Score.objects.filter(response=kept).values_list("scale", "value")) == {
        "ease": 7, "fit": 0, "steadiness": None,
    }  # fmt: skip


def test_a_member_writes_and_seals_a_letter(visits: Visits, world: World) -> None:
    page = visits.enter(world.member, "/today/", **DESK)
    keys = Keys(page)
    keys.press("^My letters$").press("^From a wise friend$")
    expect(page.get_by_role("heading", name="A letter to myself")).to_be_visible()
    page.get_by_role("textbox").first.wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type("Dear me, rest now.")
    keys.to("In two weeks").page.keyboard.press("Space")
    keys.press("Seal the letter")
    expect(page.get_by_text("Sealed. Your letter comes back on", exact=False)).to_be_visible()
    assert Letter.objects.filter(author=world.member).count() == 1


def test_a_member_plays_and_stops_a_practice(visits: Visits, world: World) -> None:
    page = visits.enter(world.member, "/practice/p22-soles-of-the-feet/", **PHONE)
    keys = Keys(page)
    keys.press("^Begin$")
    expect(page.get_by_text("Under way")).to_be_visible(timeout=20_000)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Resting. It waits for you.")).to_be_visible()
    assert re.search("Go on", page.evaluate(FOCUS)["words"]), "the focus stays where the hand is"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Under way")).to_be_visible(timeout=20_000)
    keys.press("^Stop here$")
    expect(page.get_by_role("heading", name="That was a good choice.")).to_be_visible()
    wait_until(lambda: Play.objects.filter(member=world.member).exists(), page, what="the log that fills itself")


def test_help_is_two_stops_away_and_leaving_needs_no_mouse(visits: Visits, world: World) -> None:
    for path in ("/today/", "/journal/new/day/", f"/gathering/{world.gathering.code}/"):
        page = visits.enter(world.member, path, **PHONE)
        page.context.route(
            "https://**", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html")
        )
        keys = Keys(page)
        keys.press("^Help now$")
        assert len(keys.stops) <= 5, keys.stops
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.url.endswith("/help/")
        page.go_back()
        Keys(page).press("^Leave this page$")
        expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()


def test_a_facilitator_opens_a_meeting_and_starts_a_practice(visits: Visits, world: World) -> None:
    page = visits.enter(world.facilitator, "/desk/", **DESK)
    keys = Keys(page)
    keys.press("Tuesday circle").press("^Meeting 1: Illness is hard")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"/desk/gatherings/{world.gathering.code}/lead/")
    keys.press("^Open in person$")
    expect(page.locator(".short-code").first).to_be_visible()
    assert Gathering.objects.get(pk=world.gathering.pk).state == Gathering.State.OPEN
    keys.press("^Next: Arriving together")
    # What belongs to this step takes the place of the old buttons: who works by keyboard waits for it, as others do.
    expect(page.get_by_role("button", name="Start for everyone: Arriving together")).to_be_visible()
    keys.press("^Start for everyone: Arriving together")
    expect(page.get_by_text("is running")).to_be_visible(timeout=8000)
    keys.press("^Pause$")
    expect(page.get_by_text("is paused")).to_be_visible()
    wait_until(lambda: "Go on" in page.evaluate(FOCUS)["words"], page, what="the focus to stay in its group")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is running")).to_be_visible(timeout=8000)


def test_a_facilitator_answers_a_call(visits: Visits, world: World) -> None:
    guide = world.actor(world.facilitator)
    live.open_gathering(gathering=world.gathering, online=False, by=guide, at=clock.now())
    world.gathering.refresh_from_db()
    live.send_signal(
        gathering=world.gathering, kind="come", client_key="k" * 22, by=world.actor(world.member), at=clock.now()
    )
    page = visits.enter(world.facilitator, "/desk/", **DESK)
    keys = Keys(page)
    keys.press("1 person may need you")
    expect(page.get_by_role("heading", name="Ines")).to_be_visible()
    keys.press("^I am on it$")
    expect(page.get_by_text("Somebody is on it")).to_be_visible()
    keys.press("^I reached them$")
    keys.type("A line for those who read on", "We spoke.").to("We talked and agreed").page.keyboard.press("Space")
    keys.press("^Close$")
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()
    assert Alert.objects.get(group=world.group).state == Alert.State.CLOSED
