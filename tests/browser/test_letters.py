"""Letters in a browser: sealed once by an impatient hand, opened on a hard day, read aloud, and one line kept near."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.writing import actions, again
from kindcircle.rooms.writing.models import Letter
from tests.browser.helpers import PHONE, Visits
from tests.browser.pages import stops
from tests.browser.scene import Scene
from tests.browser.test_axe import look
from tests.world import World

WORDS = "I know this kind of day.\n\nMake tea first. Then call Sam."
VOICE = """
  window.said = [];
  const own = { name: "Own", lang: "en-GB", localService: true, default: true, voiceURI: "own" };
  Object.defineProperty(speechSynthesis, "getVoices", { value: () => [own] });
  Object.defineProperty(speechSynthesis, "speak", { value: (one) => window.said.push(one.text) });
  Object.defineProperty(speechSynthesis, "cancel", { value: () => window.said.push("hush") });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; this.addEventListener = () => {}; };
"""


def test_a_letter_is_sealed_once_opened_on_the_hard_day_and_keeps_one_line_near(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, "/letters/", init=VOICE, **PHONE)
    page.get_by_role("link", name="For a hard day").click()
    page.get_by_label("What would you like to hear on a hard day?").fill(WORDS)
    page.get_by_role("button", name="Seal the letter").dblclick()
    expect(page.get_by_text("It waits until you need it.")).to_be_visible()
    assert Letter.objects.filter(author=group.member).count() == 1
    page.go_back()  # and seals the same page once more
    if page.get_by_role("button", name="Seal the letter").is_visible():
        page.get_by_label("What would you like to hear on a hard day?").fill(WORDS)
        page.get_by_role("button", name="Seal the letter").click()
        expect(page.get_by_text("It waits until you need it.")).to_be_visible()
    assert Letter.objects.filter(author=group.member).count() == 1

    page.goto("/hard-day/")
    page.get_by_role("button", name="Open my letter").click()
    expect(page.get_by_text("Make tea first. Then call Sam.")).to_be_visible()

    # The device reads it in its own voice, the letter and nothing else, and stops at the second press.
    aloud = page.get_by_role("button", name="Read it to me")
    aloud.click()
    aloud.click()
    said = page.evaluate("window.said")
    assert "I know this kind of day. Make tea first. Then call Sam." in said
    assert said[-1] == "hush"

    page.get_by_role("link", name="Choose a line").click()
    page.get_by_label("Make tea first.").check()
    page.get_by_role("button", name="Keep this line in view").click()
    expect(page.locator("blockquote")).to_have_text("Make tea first.")
    page.goto("/hard-day/")
    expect(page.locator("blockquote")).to_have_text("Make tea first.")


def test_without_a_voice_on_the_device_there_is_no_button_for_it(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, here(group), **PHONE)
    expect(page.get_by_role("heading", name="A letter from you to you")).to_be_visible()
    expect(page.get_by_role("button", name="Read it to me")).to_be_hidden()


def test_a_long_letter_with_long_words_fits_a_narrow_screen(visits: Visits, group: World) -> None:
    text = "Dear me. " + "Donaudampfschifffahrtsgesellschaft" * 6 + " And on."
    address = here(group, text)
    page = visits.enter(group.member, address, viewport={"width": 320, "height": 640})
    for path in (address, f"{address}line/", "/letters/", "/letters/new/hard-day/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_axe_finds_nothing_on_the_pages_of_letters(visits: Visits, scene: Scene) -> None:
    page: Page = visits.enter(scene.world.member, "/letters/", bypass_csp=True, reduced_motion="reduce", **PHONE)
    mine = [
        stop for stop in stops() if stop.who == "member" and ("letter" in stop.name or stop.name == "member:hard-day")
    ]
    assert len(mine) >= 9
    assert [found for stop in mine for found in look(page, stop, scene)] == []


def here(group: World, text: str = WORDS) -> str:
    """The address of a letter of the first member that was opened on a hard day."""
    by, at = group.actor(group.member), clock.now() - timedelta(days=1)
    letter = actions.write_letter(text=text, deliver_on=None, client_key="k", author=group.member, by=by, at=at)
    again.open_needed(letter=letter, by=by, at=at)
    return f"/letters/{letter.code}/"
