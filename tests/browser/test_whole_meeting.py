"""A whole meeting of an hour in eleven windows: seven phones, a tablet for the eighth, two who lead, and the wall.

It is the second hour of "Kind to a body that hurts", from the open door to the close, with everything that a circle
does in it. Time is real; where nothing happens for minutes the server's clock is set forward, and every device finds
its place again by itself. Each view is looked at in each state, with axe, for sideways scrolling, and as a picture.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.live.models_words import Word
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.safety.models import Alert
from tests.browser.album import SIDEWAYS
from tests.browser.axe import found_by_axe
from tests.browser.helpers import PHONE, Visits, wait_until
from tests.conftest import HOME
from tests.site import ClockedSite, RunningSite
from tests.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INES, TOMAS, WREN, OLUWA, MEI, FARID, GRETA, SANI = range(8)
SMALL = PHONE | {"viewport": {"width": 320, "height": 640}}
TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
SIZES: dict[str, Any] = {
    one: way["viewport"] for one, way in {"phone": PHONE, "tablet": TABLET, "wall": PROJECTOR}.items()
}
# How often the bell was seen to begin.
BELLS = """
window.bells = 0;
document.addEventListener("DOMContentLoaded", () => {
  const room = document.getElementById("room");
  let rang = false;
  if (room) new MutationObserver(() => {
    const rings = room.classList.contains("bell-rings");
    if (rings && !rang) window.bells += 1;
    rang = rings;
  }).observe(room, { attributes: true, attributeFilter: ["class"] });
});
"""


@pytest.fixture
def site(running_site: RunningSite) -> Any:
    clocked = ClockedSite(home=HOME, database_access=running_site._access)
    clocked.start()
    yield clocked
    clocked.stop()


@pytest.fixture
def world(site: ClockedSite) -> World:
    """Eight people who have met once, a week ago. Their second hour begins in two minutes."""
    world = make_world(members=8, at=clock.now() - timedelta(days=7) + timedelta(minutes=2))
    first, ada = world.gathering, world.actor(world.facilitator)
    live.open_gathering(gathering=first, online=False, by=ada, at=world.at)
    first.refresh_from_db()
    for member in world.members:
        live.arrive(gathering=first, by=world.actor(member), at=world.at)
    live.start_closing(gathering=first, by=ada, at=world.at + timedelta(minutes=50))
    live.start_practice(gathering=first, **_closing_practice(first), by=ada, at=world.at + timedelta(minutes=51))
    live.close(gathering=first, by=ada, at=world.at + timedelta(minutes=60))
    Gathering.objects.filter(group=world.group).update(guide=world.facilitators[0], holder=world.facilitators[1])
    return world


def _closing_practice(gathering: Gathering) -> dict[str, Any]:
    use = queries.session_of(gathering).agenda[-1].practice
    assert use is not None
    return {"practice": use.practice, "seconds": use.seconds}


class Room:
    """All windows of the meeting."""

    def __init__(self, visits: Visits, site: ClockedSite, world: World) -> None:
        self.visits, self.site, self.world = visits, site, world
        self.gathering = world.gatherings[1]
        self.here = f"/gathering/{self.gathering.code}/"
        self.desk = f"/desk/gatherings/{self.gathering.code}"
        self.found: list[str] = []
        self.pictures = 0
        self.phones: list[Page] = []
        self.ada = self._enter(world.facilitators[0], f"{self.desk}/lead/", DESK)
        self.bo = self._enter(world.facilitators[1], f"{self.desk}/holder/", TABLET)
        self.wall = self._enter(world.facilitators[1], f"{self.desk}/wall/", PROJECTOR, reduced_motion="reduce")

    def _enter(self, user: Any, path: str, screen: dict[str, Any], **more: Any) -> Page:
        # The content policy refuses axe as it refuses every stranger; only here it may come in.
        return self.visits.enter(user, path, init=BELLS, bypass_csp=True, **{**screen, **more})

    def come_in(self) -> None:
        ways: list[dict[str, Any]] = [{}, {"reduced_motion": "reduce"}, {"color_scheme": "dark"}, {}, {}, {}, SMALL]
        for number, way in enumerate(ways):
            self.phones.append(self._enter(self.world.members[number], self.here, PHONE, **way))

    @property
    def everyone(self) -> list[Page]:
        return [self.ada, self.bo, self.wall, *self.phones]

    def look(self, state: str, *, tablet: Page | None = None, sizes: bool = False) -> None:
        """Each kind of window in this state; with `sizes`, each also as large as a phone, a tablet and a wall."""
        views = {"lead": self.ada, "holder": self.bo, "wall": self.wall, "phone": self.phones[INES]}
        views |= {"dark-phone": self.phones[WREN], "small-phone": self.phones[GRETA]}
        for view, page in (views | ({"tablet": tablet} if tablet is not None else {})).items():
            self._look_at(page, f"{state}-{view}")
            own = page.viewport_size
            for name, size in (SIZES if sizes else {}).items():
                page.set_viewport_size(size)
                self._look_at(page, f"{state}-{view}-{name}-size")
            page.set_viewport_size(own)  # type: ignore[arg-type]

    def _look_at(self, page: Page, name: str) -> None:
        self.found += [f"{name}: {fault}" for fault in sorted(found_by_axe(page))]
        if over := page.evaluate(SIDEWAYS):
            self.found.append(f"{name}: {over}")
        if folder := _folder():
            self.pictures += 1
            page.screenshot(path=folder / f"{name}.png", full_page=True)

    def time_goes_by(self, seconds: float) -> None:
        """So long nothing happens. Every device is at the same second again, shortly."""
        self.site.go_on(seconds)
        wait_until(self.agreed, self.ada, what="all devices at one moment", within=12)

    def agreed(self) -> bool:
        """Whether every window shows the practice (or the step) at the second that the server would."""
        left = self.left()
        return all(abs(_seconds(_shown(page, "practice-left")) - left) <= 1.6 for page in self.everyone)

    def left(self) -> float:
        """Seconds left of the practice, by the server's clock; -1 when none goes on, as the windows then show none."""
        practice = queries.placed(self.gathering, at=self.site.now()).practice
        if practice is None or practice.finished or practice.total_ms is None:
            return -1
        return (practice.total_ms - practice.position_ms) / 1000

    def bells(self) -> int:
        """How often the bell of the practice that goes on sounds at its two ends: always last, and mostly first."""
        practice = queries.placed(self.gathering, at=self.site.now()).practice
        assert practice is not None
        return 1 + (queries.cues_of(self.gathering)[practice.practice][practice.variant][0]["kind"] == "bell")


def _folder() -> Path | None:
    import os

    found = os.environ.get("KINDCIRCLE_SCREENSHOTS")
    if not found:
        return None
    folder = Path(found) / "meeting"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _shown(page: Page, name: str) -> str:
    return str(
        page.evaluate(f"""() => {{
      const part = [...document.querySelectorAll('#room [data-live="{name}"]')].find((one) => one.offsetParent);
      return part ? part.textContent.trim() : "";
    }}""")
    )


def _seconds(text: str) -> int:
    minutes, _, seconds = text.partition(":")
    return int(minutes) * 60 + int(seconds) if seconds else -1


def press(page: Page, name: str | re.Pattern[str], **more: Any) -> None:
    page.get_by_role("button", name=name, **more).locator("visible=true").first.click()


def unfold(page: Page, words: str) -> None:
    page.locator("summary", has_text=words).locator("visible=true").first.click()


def test_a_whole_meeting(browser: Browser, site: ClockedSite, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    visits = Visits(browser, site)
    try:
        room = Room(visits, site, world)
        _meeting(room)
    finally:
        visits.leave()
    with capsys.disabled():
        events = Event.objects.filter(gathering=room.gathering).count()
        print(f"\n{site.ahead / 60:.0f} minutes set forward, {events} events, {room.pictures} pictures")
    assert room.found == []
    for page in (room.ada, room.bo, room.wall, *room.phones):
        assert visits.seen[page].complaints == []


def _meeting(room: Room) -> None:
    ada, bo, world = room.ada, room.bo, room.world
    room.come_in()
    phones = room.phones
    expect(phones[INES].get_by_text("This page opens by itself when we begin.")).to_be_visible()
    room.look("1-before")

    # The door opens. Sani's phone stays in the bag: the tablet comes in by letters, and shows who is here.
    press(ada, "Open in person")
    for phone in phones:
        expect(phone.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(ada.get_by_role("heading", name="7 of 8 are here")).to_be_visible(timeout=15_000)
    row = ada.locator("#people li", has_text="Sani")
    row.get_by_role("button", name="Is here").click()
    expect(ada.get_by_role("heading", name="8 of 8 are here")).to_be_visible(timeout=15_000)
    tablet = _tablet(room)
    room.look("2-arriving", tablet=tablet)
    tablet.get_by_role("button", name="Sani").click()
    tablet.get_by_role("link", name="How are you arriving?").click()
    tablet.get_by_role("radio", name="7", exact=True).first.check()
    press(tablet, "Send")
    expect(tablet.get_by_role("heading", name="Saved")).to_be_visible()
    press(tablet, "Done, hand it on")
    expect(tablet.get_by_role("heading", name="Who has the tablet?")).to_be_visible()

    # Arriving together: one beginning, one end, one bell each.
    press(ada, "Next: Arriving together")
    _practice(room, "Arriving together", look="3-practice")

    # A round: in order, with a pass, a turn put off, a sign of being with somebody, and more time.
    press(ada, re.compile("^Next: How was the week"))
    press(ada, "Start the round")
    mine = "You have the piece."
    expect(phones[INES].get_by_text(mine, exact=False)).to_be_visible()
    press(phones[TOMAS], "I am with you")
    expect(phones[INES].get_by_text("Somebody is with you.")).to_be_visible()
    press(ada, "+30 s")
    room.look("4-round", tablet=tablet, sizes=True)
    press(phones[INES], "I have finished")
    expect(phones[TOMAS].get_by_text(mine, exact=False)).to_be_visible()
    press(phones[TOMAS], "Come back to me")
    expect(phones[WREN].get_by_text(mine, exact=False)).to_be_visible()
    press(phones[WREN], "Pass", exact=True)
    for number in (OLUWA, MEI, FARID, GRETA):
        expect(phones[number].get_by_text(mine, exact=False)).to_be_visible()
        press(phones[number], "I have finished")
    expect(ada.locator('#room [data-live="holder"]')).to_have_text("Sani")
    press(ada, "Pass it on")  # Sani has spoken
    expect(phones[TOMAS].get_by_text(mine, exact=False)).to_be_visible()
    press(phones[TOMAS], "I have finished")
    press(ada, "End the round")

    # The talk, then the long practice. It is a lot for Mei, and Farid steps out. Wren reloads in the middle.
    press(ada, "Next: Opening, closing and the second hurt")
    room.time_goes_by(7 * 60)
    press(ada, "Next: Scan and name")
    press(ada, re.compile("^Start for everyone: Scan and name"))
    expect(phones[INES].get_by_text("All of us together")).to_be_visible(timeout=10_000)
    room.time_goes_by(room.left() / 3)
    press(phones[MEI], "A lot")
    expect(phones[MEI].get_by_role("heading", name="You can stop now")).to_be_visible()
    press(phones[FARID], "I step out")
    for page in (ada, bo):
        expect(page.get_by_text("Mei finds it a lot", exact=False)).to_be_visible(timeout=2500)
        expect(page.get_by_text("Farid has stepped out", exact=False)).to_be_visible(timeout=2500)
    phones[WREN].reload()
    wait_until(room.agreed, ada, what="Wren at the right second", within=3)
    room.look("5-a-lot")
    for page in (*phones[:MEI], phones[GRETA], room.wall):
        assert "finds it a lot" not in page.content() and "has stepped out" not in page.content()
    room.time_goes_by(room.left() - 8)
    expect(phones[INES].get_by_text("The practice has come to its end")).to_be_visible(timeout=20_000)
    press(phones[FARID], "Fine")

    # In pairs: everybody is asked, nobody has to. Oluwa would rather stay.
    press(ada, re.compile("^Next: What did you notice"))
    unfold(ada, "Another way")
    press(ada, "Ask: in pairs?")
    for number, phone in enumerate(phones):
        expect(phone.get_by_role("heading", name="Shall we talk in pairs?")).to_be_visible()
        press(phone, "I would rather stay with a facilitator" if number == OLUWA else "Yes, in a pair")
    expect(ada.get_by_text("These would talk together")).to_be_visible(timeout=10_000)
    room.look("6-pairs-asked")
    press(ada, "Begin the pairs")
    for number, phone in enumerate(phones):
        words = "The others talk in pairs" if number == OLUWA else re.compile("^You talk with")
        expect(phone.get_by_role("heading", name=words)).to_be_visible()
    room.look("7-in-pairs", sizes=True)
    room.site.go_on(15 * 60)
    expect(phones[INES].get_by_role("heading", name="Time to come back")).to_be_visible(timeout=15_000)
    press(ada, "Everybody back in the circle")
    press(ada, "One line each")
    expect(phones[INES].get_by_text(mine, exact=False)).to_be_visible()
    press(ada, "End the round")

    # Hands: two go up, one is given the piece.
    press(ada, "Next: Comforting contact")
    _practice(room, "Comforting contact")
    press(ada, "Ask for hands")
    for number in (GRETA, INES):
        press(phones[number], "I would like to speak")
        expect(phones[number].get_by_role("button", name="Take my hand down")).to_be_visible()
    press(ada, "Give it to the next")
    expect(phones[GRETA].get_by_text(mine, exact=False)).to_be_visible()
    room.look("8-hands")
    press(phones[GRETA], "I have finished")
    press(ada, "End the round")

    # One word each: nothing is seen of them before those who lead have read them, and then all at once.
    unfold(ada, "Words without names")
    press(ada, "One word: how are you here?")
    said = ["soft", "tired", "lighter", "here", "open"]
    for phone, word in zip(phones, said, strict=False):
        phone.locator("#words input[type=text], #words input:not([type])").first.fill(word)
        press(phone.locator("#words"), "Send")  # type: ignore[arg-type]
        expect(phone.get_by_text("Thank you. You can put your phone down.")).to_be_visible()
    expect(ada.get_by_text("5 are in.", exact=False)).to_be_visible(timeout=10_000)
    assert Word.objects.filter(asked__gathering=room.gathering).count() == 5
    assert "lighter" not in room.wall.content() + phones[TOMAS].content()
    press(ada, "Read them first")
    expect(ada.get_by_text("lighter")).to_be_visible()
    room.look("9-words-read")
    press(ada, "Show them to everybody")
    for page in (room.wall, phones[INES], phones[GRETA]):
        expect(page.get_by_text("lighter").first).to_be_visible(timeout=10_000)
    room.look("10-words-shown")
    press(ada, "Put them away")

    # Home, and the close. It cannot be left out.
    press(ada, "Next: This week at home")
    # "Begin the closing" stands there before and after: pressed too soon, it would overtake the step.
    expect(ada.get_by_role("button", name="Next: This week at home")).to_have_count(0)
    press(ada, "Begin the closing")
    expect(ada.get_by_role("button", name=re.compile("^Start for everyone: Leaving gently"))).to_be_visible()
    _practice(room, "Leaving gently")
    # Both say how steady they are. Tomas says that the rest stays blank; Ines is asked once, and sends it as it is.
    for phone in (phones[INES], phones[TOMAS]):
        phone.get_by_role("link", name="How was today for you?").click()
        line = phone.get_by_role("group", name="How steady do you feel right now?")
        line.get_by_role("radio", name="7", exact=True).check()
    for name in ("How much could you be yourself here today?", "How well did today fit what you need?"):
        phones[TOMAS].get_by_role("group", name=name).get_by_role("radio", name="Leave blank").check()
    press(phones[INES], "Send")
    press(phones[INES], "Send it as it is")
    press(phones[TOMAS], "Send")
    for phone in (phones[INES], phones[TOMAS]):
        expect(phone.get_by_role("heading", name="Saved")).to_be_visible()
    press(ada, "Close the meeting")
    for phone in phones[WREN:]:
        expect(phone.get_by_text("Thank you for being here. Go gently.")).to_be_visible()
    expect(ada.get_by_role("heading", name="The meeting is over")).to_be_visible()
    room.look("11-closed")

    # What is kept agrees with what was done.
    gathering = Gathering.objects.get(pk=room.gathering.pk)
    assert gathering.state == Gathering.State.CLOSED
    assert Attendance.objects.filter(gathering=gathering).count() == 8
    answers = Response.objects.filter(assignment__gathering=gathering)
    assert {(one.assignment.member_id, one.assignment.occasion) for one in answers} == {
        (world.members[SANI].pk, "arrival"),
        (world.members[INES].pk, "leaving"),
        (world.members[TOMAS].pk, "leaving"),
    }
    kinds = list(Signal.objects.filter(gathering=gathering).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["lot", "step_out", "fine"]
    assert not Alert.objects.filter(group=world.group).exists()
    numbers = list(Event.objects.filter(gathering=gathering).order_by("n").values_list("n", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def _tablet(room: Room) -> Page:
    page = room.visits.enter(room.world.facilitators[0], f"{room.desk}/tablet/", **DESK)
    press(page, "Show letters for a tablet")
    wall, own = page.locator(".short-code").all_inner_texts()
    page.context.close()
    tablet = room.visits.page(room.visits.context(bypass_csp=True, **TABLET))
    tablet.goto("/join/")
    tablet.get_by_label("The six letters").fill(wall)
    press(tablet, "Go in")
    tablet.get_by_label("My own six letters").fill(own)
    press(tablet, "Go in")
    expect(tablet.get_by_role("button", name="Sani")).to_be_visible()
    return tablet


def _practice(room: Room, title: str, *, look: str = "") -> None:
    """Begin it for everybody, go through its middle, and hear it end: one bell at each end on each device."""
    before = {page: page.evaluate("window.bells") for page in room.everyone}
    press(room.ada, re.compile(f"^Start for everyone: {title}"))
    for page in room.phones:
        expect(page.get_by_text("All of us together")).to_be_visible(timeout=10_000)
    wait_until(room.agreed, room.ada, what="one moment on all devices", within=5)
    bells = room.bells()
    if look:
        room.look(look)
    room.time_goes_by(room.left() - 12)
    for page in room.phones:
        expect(page.get_by_text("The practice has come to its end")).to_be_visible(timeout=20_000)
    room.ada.wait_for_timeout(4500)  # the last bell is seen for four seconds
    rung = {page: page.evaluate("window.bells") - before[page] for page in room.everyone}
    assert set(rung.values()) == {bells}, f"{title}: bells seen {sorted(rung.values())}, not {bells}"
