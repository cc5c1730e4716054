"""Little data in a real browser: what a practice asks for before a tap, by choice, by the device, and without."""

import pytest
from playwright.sync_api import Page, expect

from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.practice.own_way import Choice, keep_own_way
from tests.browser.helpers import PHONE, Visits, wait_until
from tests.browser.test_network import KB, Scales
from tests.browser.test_practice import live, ready
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

FEET = "/practice/p22-soles-of-the-feet/?seconds=60"
FIRST = "Let your feet meet the floor."
SPARES = {"Save-Data": "on"}


def sounds_asked(visits: Visits, page: Page) -> list[str]:
    return [url for url in visits.seen[page].requests if "/sound/" in url]


def offered(page: Page) -> None:
    """Words and bells are ready, and the voice waits with its size."""
    expect(page.get_by_role("button", name="Hear the voice, 0.")).to_be_visible()
    expect(live(page, "voice-state")).to_have_text("With words and bells only. Please leave the screen on.")


def test_without_a_tap_no_sound_is_asked_for_and_fewer_bytes_come(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    # As usual: the page asks at once whether the voice is there, and its sound comes with Begin.
    page = visits.enter(group.member, FEET, **PHONE)
    ready(page)  # made once; from here on both ways find it there
    line = Scales(page.context, page)
    visits.seen[page].forget()
    page.goto(FEET)
    ready(page)
    usual = line.weight["all"]
    assert sounds_asked(visits, page), "otherwise nothing is measured here"
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text(FIRST, timeout=8_000)
    wait_until(lambda: line.weight["all"] > usual + 100 * KB, page, what="the sound")
    usual_begun = line.weight["all"]

    # With little data: the same practice in words and bells.
    keep_own_way(Choice(data="little"), member=group.member, by=group.actor(group.member))
    visits.seen[page].forget()
    line.empty()
    page.goto(FEET)
    offered(page)
    page.wait_for_timeout(500)
    little = line.weight["all"]
    expect(page.get_by_text("You asked for little data.")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text(FIRST, timeout=8_000)
    page.wait_for_timeout(500)
    little_begun = line.weight["all"]
    assert sounds_asked(visits, page) == []
    sizes = [f"{size / KB:.1f}" for size in (usual, little, usual_begun, little_begun)]
    print(f"\npage {sizes[0]} KB, with little data {sizes[1]}; begun {sizes[2]} KB and {sizes[3]}")
    # The page itself is as light either way; packed, its length differs by up to a hundred random bytes.
    assert little < usual + 200 and little_begun < usual_begun - 100 * KB
    assert visits.seen[page].complaints == []


def test_one_tap_brings_the_voice_and_begins(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, FEET, extra_http_headers=SPARES, **PHONE)
    offered(page)
    expect(page.get_by_text("This device asks for little data.")).to_be_visible()
    assert sounds_asked(visits, page) == []
    page.get_by_role("button", name="Hear the voice").click()
    expect(live(page, "cue")).to_contain_text(FIRST, timeout=20_000)
    assert sounds_asked(visits, page)
    assert page.evaluate("document.activeElement.dataset.does") == "pause"
    page.get_by_role("button", name="Pause").click()
    expect(live(page, "voice-state")).to_contain_text("It goes on when the screen is off")
    wait_until(lambda: Play.objects.filter(member=group.member).exists(), page, what="the log")


def test_by_tap_it_is_chosen_and_by_tap_it_is_off_again(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, FEET, extra_http_headers=SPARES, **PHONE)
    offered(page)
    page.get_by_role("link", name="Change how much data").click()
    expect(page.get_by_text("This device asks for little data now.")).to_be_visible()
    page.get_by_label("As much as it takes").check()
    page.get_by_role("button", name="Remember this").click()
    expect(page.get_by_text("Remembered. Only you can see this.")).to_be_visible()
    ready(page)
    expect(page.get_by_role("button", name="Hear the voice")).to_have_count(0)
    expect(page.get_by_text("It comes only once you press Begin.")).to_be_visible()


def test_what_only_the_script_can_learn_counts_too(visits: Visits, running_site: RunningSite, group: World) -> None:
    """`prefers-reduced-data` is not sent along; the page's own script asks the browser for it."""
    wish = """
      const real = window.matchMedia.bind(window);
      window.matchMedia = (asked) => asked.includes("reduced-data") ? { matches: true } : real(asked);
    """
    page = visits.enter(group.member, FEET, init=wish, **PHONE)
    offered(page)
    expect(page.get_by_text("This device asks for little data.")).to_be_visible()
    assert sounds_asked(visits, page) == []
