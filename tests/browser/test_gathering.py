"""A meeting in four real browsers at once: Ada at a desk, Ines, Tomas and Wren with their phones.

All of them run on one machine, so the moment at which each device shows a cue can be compared to the millisecond.
Ines reloads in the middle, Tomas sits behind a slow line that is cut for a while, Wren comes late.
"""

import statistics
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.safety.models import Alert
from tests.browser.helpers import DESK, PHONE, Line, Visits, wait_until
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

JITTER = 0.1  # seconds, up to which Tomas's line delays everything, in both directions
MOST_SKEW = 250  # ms between the first and the last device, p99
LANDING, GROUND, LEAVING = "Arriving together", "Soles of the feet", "Leaving gently"

# Writes down when a cue's words, the state of the practice or the turn of the breath appear, by the machine's clock.
WATCH = """
window.seenAt = [];
document.addEventListener("DOMContentLoaded", () => {
  const keep = (what) => window.seenAt.push([what, Date.now()]);
  const text = (name) => {
    const part = document.querySelector(`#room [data-live="${name}"]`);
    if (part) new MutationObserver(() => part.textContent && keep(`${name}: ${part.textContent}`))
      .observe(part, { childList: true, characterData: true, subtree: true });
  };
  text("cue");
  const breath = document.querySelector('#room [data-live="breath"] .breath-word');
  if (breath) new MutationObserver(() => keep(`breath: ${breath.textContent}`))
    .observe(breath, { childList: true, characterData: true, subtree: true });
  const room = document.getElementById("room");
  if (room) new MutationObserver(() => keep(`state: ${room.dataset.practiceState}`))
    .observe(room, { attributes: true, attributeFilter: ["data-practice-state"] });
});
"""


class Cues:
    """When each moment of the meeting was shown on each device."""

    def __init__(self) -> None:
        self.skews: list[float] = []
        self.late: list[float] = []

    def compare(self, pages: list[Page], what: str, *, due: float | None = None) -> None:
        """Every device has shown this by now: how far apart were the first and the last, and how late each?"""
        shown = [[at for words, at in page.evaluate("window.seenAt") if words == what] for page in pages]
        assert all(shown), f"{what!r} was not shown on every device: {shown}"
        moments = [at[-1] for at in shown]
        self.skews.append(max(moments) - min(moments))
        if due is not None:
            self.late += [at - due for at in moments]

    def told(self) -> str:
        """The figures, for docs/reference/measurements.md."""
        return (
            f"cue skew over {len(self.skews)} cues: p50 {statistics.median(self.skews):.0f} ms, "
            f"p99 (the largest) {max(self.skews):.0f} ms; from the moment due, over {len(self.late)} showings: "
            f"p50 {statistics.median(self.late):+.0f} ms, from {min(self.late):+.0f} to {max(self.late):+.0f} ms"
        )


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=3, first_at=clock.now() + timedelta(minutes=5))


def left(page: Page) -> int:
    """Seconds left of the practice, as this device shows them."""
    minutes, _, seconds = str(page.locator('#room [data-live="practice-left"]').text_content()).strip().partition(":")
    return int(minutes) * 60 + int(seconds)


def left_by_the_server(world: World) -> float:
    """Seconds left of the practice, as the timeline and the machine's clock say."""
    practice = queries.placed(world.gathering, at=clock.now()).practice
    assert practice is not None and practice.total_ms is not None
    return (practice.total_ms - practice.position_ms) / 1000


def at_the_right_second(page: Page, world: World) -> None:
    """Within a second of being there, the device shows what the timeline says, rounded up to a second."""
    expect(page.locator('#room [data-live="practice-left"]')).to_contain_text(":")

    def right() -> bool:
        before, shown, after = left_by_the_server(world), left(page), left_by_the_server(world)
        return after - 0.1 <= shown <= before + 1.1

    wait_until(right, page, what="the right second", within=1)


def press(page: Page, name: str, **more: Any) -> None:
    page.get_by_role("button", name=name, **more).first.click()


def start_moment(world: World) -> float:
    """When the practice that was told of last begins, in ms: due is due for everyone."""
    return max(event.at for event in queries.events_of(world.gathering.pk) if event.kind.startswith("practice_"))


def test_four_people_meet(
    running_site: RunningSite, visits: Visits, world: World, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ines_user, tomas_user, wren_user = world.members
    room, cues = f"/gathering/{world.gathering.code}/", Cues()
    with Line(running_site, jitter=JITTER) as line:
        ada = visits.enter(world.facilitator, f"/desk/gatherings/{world.gathering.code}/lead/", init=WATCH, **DESK)
        ines = visits.enter(ines_user, room, init=WATCH, **PHONE)
        tomas = visits.enter(tomas_user, room, url=line.url, init=WATCH, reduced_motion="reduce", **PHONE)
        expect(ines.get_by_text("This page opens by itself when we begin.")).to_be_visible()

        # The door opens, on the phones too, without a touch.
        press(ada, "Open in person")
        expect(ada.locator(".short-code").first).to_be_visible()
        for phone in (ines, tomas):
            expect(phone.get_by_role("heading", name="Welcome")).to_be_visible()
            expect(phone.get_by_role("button", name="Please come")).to_be_visible()

        # The landing practice. The bell is seen on every screen; the words appear everywhere at one moment.
        press(ada, f"Next: {LANDING}")
        ada.wait_for_timeout(2000)  # both clocks have been asked often enough
        press(ada, f"Start for everyone: {LANDING}, 4 min")
        for page in (ada, ines, tomas):
            expect(page.locator("#room")).to_have_class("bell-rings" if page is ada else "live bell-rings")
            expect(page.get_by_text("The bell is sounding")).to_be_visible()
        here = [ada, ines, tomas]
        cues.compare(here, "state: running", due=start_moment(world))
        first_words = str(ines.locator('#room [data-live="cue"]').text_content())
        cues.compare(here, f"cue: {first_words}", due=start_moment(world))

        # Ines reloads; Wren comes late, by the letters on the wall. Both are at the right second at once.
        ines.reload()
        at_the_right_second(ines, world)
        wren = visits.enter(wren_user, "/join/", init=WATCH, color_scheme="dark", **PHONE)
        letters = Gathering.objects.get(pk=world.gathering.pk).short_code
        wren.get_by_label("The six letters").fill(str(letters).lower())
        press(wren, "Go in")
        expect(wren.locator('#room [data-live="cue"]')).to_have_text(first_words)
        at_the_right_second(wren, world)
        here = [ada, ines, tomas, wren]
        assert max(left(page) for page in here) - min(left(page) for page in here) <= 1

        # A pause reaches all, and going on too, two seconds later and together.
        press(ada, "Pause")
        for phone in (ines, tomas, wren):
            expect(phone.get_by_text("We are resting for a moment")).to_be_visible()
        assert len({left(page) for page in here}) == 1
        ada.wait_for_timeout(1500)
        press(ada, "Go on")
        for phone in (ines, tomas, wren):
            expect(phone.get_by_text("All of us together")).to_be_visible()
        cues.compare(here, "state: running", due=start_moment(world))

        # Tomas goes through a tunnel. Meanwhile Ada pauses and goes on; he is told when he comes out.
        tomas.context.set_offline(True)
        line.cut()
        expect(tomas.get_by_text("No connection right now.", exact=False)).to_be_visible(timeout=15_000)
        press(ada, "Pause")
        ada.wait_for_timeout(2500)
        press(ada, "Go on")
        expect(ines.get_by_text("All of us together")).to_be_visible()
        ada.wait_for_timeout(2500)
        assert abs(left(tomas) - left_by_the_server(world)) > 1.5, "in the tunnel he cannot know of the pause"
        line.mend()
        tomas.context.set_offline(False)
        expect(tomas.get_by_text("No connection right now.", exact=False)).to_be_hidden(timeout=15_000)
        wait_until(lambda: abs(left(tomas) - left(ines)) <= 1, tomas, what="the right second", within=3)
        at_the_right_second(tomas, world)
        press(ada, "End it")
        expect(tomas.get_by_text("The practice has come to its end")).to_be_visible()

        # The ground, for everyone, again and again in place of the landing: each beginning is a cue.
        for number, name in enumerate((f"Ground everyone: {GROUND}", f"Start for everyone: {LANDING}, 4 min") * 3):
            if number:
                press(ada, "End it")
            press(ada, name)
            expect(ada.get_by_text("is running")).to_be_visible()
            cue = ada.locator('#room [data-live="cue"]')
            expect(cue).not_to_be_empty()
            words = str(cue.text_content())
            for page in here:
                expect(page.locator('#room [data-live="cue"]')).to_have_text(words)
            cues.compare(here, f"cue: {words}", due=start_moment(world))
        press(ada, "End it")

        # The ground once more, and this time it goes on. After some seconds it is too much for Ines.
        press(ada, f"Ground everyone: {GROUND}")
        expect(ines.get_by_text("All of us together")).to_be_visible()
        begun = start_moment(world)
        press(ines, "Please come")
        expect(ines.get_by_role("heading", name="You can stop now")).to_be_visible(timeout=500)
        expect(ada.get_by_text("asks you to come")).to_be_visible(timeout=2000)
        expect(ines.get_by_text("One of them will come to you.")).to_be_visible()
        alert = Alert.objects.get(group=world.group)
        assert (alert.member, alert.rules) == (ines_user, "live-please-come")
        for phone in (tomas, wren):
            said = phone.content() + str(phone.evaluate("document.body.innerText"))
            assert "asks you to come" not in said and alert.code not in said
            expect(phone.locator('#room [data-live="tap-said"]')).to_be_empty()
        for second in (10,):
            ada.wait_for_timeout(max(0, begun + second * 1000 + 600 - clock.milliseconds(clock.now())))
            cue = ada.locator('#room [data-live="cue"]')
            expect(cue).not_to_be_empty()
            words = str(cue.text_content())
            cues.compare(here, f"cue: {words}", due=begun + second * 1000)
        press(ada, "End it")

        # A round: the ring with everybody's name, one lit; a pass is a tap, and nobody is asked why.
        press(ada, "Next: Names and how we treat each other")
        press(ada, "Start the round")
        for phone in (ines, tomas, wren):
            expect(phone.locator(".ring-place text", has_text="Wren")).to_be_visible()
        expect(ines.get_by_text("You have the piece. Speak, or pass.", exact=False)).to_be_visible()
        expect(tomas.get_by_text("Ines has the piece. We listen.")).to_be_visible()
        press(ines, "I have finished")
        expect(tomas.get_by_text("You have the piece.", exact=False)).to_be_visible()
        press(tomas, "Pass", exact=True)
        expect(wren.get_by_text("You have the piece.", exact=False)).to_be_visible()
        expect(ines.get_by_text("Wren has the piece. We listen.")).to_be_visible()
        press(ada, "Pass it on")
        press(ada, "End the round")
        for phone in (ines, tomas, wren):
            expect(phone.locator("#round")).to_be_hidden()

        # The closing practice has a breath in it. It moves for Ines; for Tomas, who asked for stillness, only words.
        press(ada, "Begin the closing")
        press(ada, f"Start for everyone: {LEAVING}, 4 min")
        expect(wren.get_by_text("All of us together")).to_be_visible()
        begun = start_moment(world)
        ada.wait_for_timeout(max(0, begun + 30_500 - clock.milliseconds(clock.now())))
        for page in (ines, wren):
            expect(page.locator(".breath")).to_have_attribute("data-phase", "in")
        expect(tomas.locator(".breath")).to_be_visible()
        assert tomas.locator(".breath").get_attribute("data-phase") is None
        assert moving(ines) and not moving(tomas)
        assert moments_of_stillness(tomas)
        for word, second in (("Out, slowly", 34), ("In", 40)):
            ada.wait_for_timeout(max(0, begun + second * 1000 + 500 - clock.milliseconds(clock.now())))
            cues.compare([ines, tomas, wren], f"breath: {word}", due=begun + second * 1000)
        press(ada, "End it")

        # The way out: four questions on the phone, of which Ines answers one, then the door closes.
        ines.get_by_role("link", name="How was today for you?").click()
        expect(ines.get_by_role("heading", name="Before you go")).to_be_visible()
        ines.get_by_role("group", name="How steady do you feel right now?").get_by_role(
            "radio", name="6", exact=True
        ).check()
        press(ines, "Send", exact=True)
        expect(ines.get_by_text("2 lines are still empty. That is fine", exact=False)).to_be_visible()
        press(ines, "Send it as it is")
        expect(ines.get_by_role("heading", name="Saved")).to_be_visible()
        assert Response.objects.get(assignment__member=ines_user).assignment.occasion == "leaving"
        press(ada, "Close the meeting")
        for phone in (tomas, wren):
            expect(phone.get_by_text("Thank you for being here. Go gently.")).to_be_visible()
            expect(phone.get_by_role("button", name="Please come")).to_be_hidden()
        ada.get_by_role("link", name="Write the notes").click()
        expect(ada.get_by_text("3 of 3 were here.", exact=False)).to_be_visible()

    with capsys.disabled():
        print(f"\n{cues.told()}")
    record_property("cue skew", cues.told())
    assert len(cues.skews) >= 12
    assert max(cues.skews) <= MOST_SKEW
    for person in (ada, ines, wren):
        assert visits.seen[person].complaints == []


def moving(page: Page) -> bool:
    """Whether the shape to breathe with is in motion just now, or may be."""
    return bool(
        page.evaluate(
            """() => [...document.querySelectorAll(".breath svg, .breath-glow")].some((shape) => {
              const style = getComputedStyle(shape);
              return style.transitionDuration.split(",").some((time) => parseFloat(time) > 0.01)
                && style.transitionProperty !== "none" && style.transform !== "none";
            })"""
        )
    )


def moments_of_stillness(page: Page) -> bool:
    """Whether nothing on the page is animated, and the shape has the same size three times in a row."""
    assert page.evaluate("document.getAnimations().length") == 0
    sizes = []
    for _ in range(3):
        sizes.append(page.locator(".breath svg").bounding_box())
        page.wait_for_timeout(250)
    return all(one == other for one, other in pairwise(sizes))
