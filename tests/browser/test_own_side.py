"""One's own side in a real browser: words that survive, two tabs, the player and its log, and everything by hand."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser


def enter(browser: Browser, site: RunningSite, world: World, **more: object) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site.url, **more)
    page = context.new_page()
    page.goto(site.entry_path(world.member))
    expect(page.get_by_role("heading", name="Hello, Ines")).to_be_visible()
    return context, page


@pytest.fixture
def visit(browser: Browser, running_site: RunningSite, group: World) -> Iterator[tuple[BrowserContext, Page]]:
    context, page = enter(browser, running_site, group)
    yield context, page
    context.close()


def test_words_outlive_the_session(visit, running_site, group):
    _, page = visit
    page.goto("/journal/new/day/")
    page.get_by_label("How did it feel?").fill("Tired, and cross about it.")
    state = page.locator("#feelings-state")
    expect(state).to_have_text("Kept as a draft.")
    Session.objects.all().delete()
    page.get_by_label("How did it feel?").press_sequentially(" More.")
    expect(state).to_have_text("Not kept yet. Your words are still here.")
    expect(page.get_by_label("How did it feel?")).to_have_value("Tired, and cross about it. More.")
    page.goto(running_site.entry_path(group.member))
    page.goto("/journal/new/day/")
    expect(page.get_by_text("You began this before.")).to_be_visible()
    expect(page.get_by_label("How did it feel?")).to_have_value("Tired, and cross about it.")


def test_two_tabs_are_told_and_neither_loses_a_word(visit, group):
    context, first = visit
    first.goto("/letters/new/")
    second = context.new_page()
    second.goto("/letters/new/")
    box = "What would a wise and warm friend write to you?"
    first.get_by_label(box).fill("From the first tab.")
    expect(first.locator("#text-state")).to_have_text("Kept as a draft.")
    second.get_by_label(box).fill("From the second tab.")
    expect(second.locator("#text-state")).to_contain_text("open on another page")
    first.get_by_label(box).press_sequentially(" And on.")
    expect(first.locator("#text-state")).to_have_text("Kept as a draft.")
    second.get_by_text("In a month").click()
    second.get_by_role("button", name="Seal the letter").click()
    expect(second.get_by_text("Sealed. Your letter comes back on")).to_be_visible()
    assert Letter.objects.filter(author=group.member).count() == 1
    first.reload()
    expect(first.get_by_label(box)).to_have_value("From the first tab. And on.")


def test_sealing_leaves_no_draft_behind(visit, group):
    _, page = visit
    page.goto("/journal/new/day/")
    page.get_by_label("How did it feel?").fill("A little lighter.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    page.wait_for_timeout(500)  # the page's last save on leaving comes by itself, perhaps after the form
    assert JournalEntry.objects.filter(author=group.member).count() == 1
    assert not Draft.objects.filter(author=group.member).exists()


def test_the_log_fills_itself(visit, group):
    _, page = visit
    page.goto("/practice/p03-comforting-contact/?seconds=20")
    page.get_by_role("button", name="Begin").click()
    # The voice is made first, which takes its time beside other work.
    expect(page.locator("[data-live=cue]")).to_have_text(
        "Choose a hold that feels kind. Or hold a thing.", timeout=40_000
    )
    page.wait_for_timeout(1_500)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Resting. It waits for you.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Stop here").click()
    expect(page.get_by_role("link", name="Back to my page")).to_be_visible()
    page.get_by_role("link", name="Back to my page").click()
    expect(page.get_by_role("heading", name="Hello, Ines")).to_be_visible()
    play = Play.objects.get(member=group.member)
    assert (play.practice, play.seconds_planned, play.finished_at) == ("p03-comforting-contact", 20, None)
    assert 1 <= play.seconds_played < 20


def test_all_of_it_works_without_script(browser, running_site, group):
    context, page = enter(browser, running_site, group, java_script_enabled=False)
    page.goto("/practice/p22-soles-of-the-feet/?seconds=60")
    expect(page.locator("noscript p")).to_be_visible()  # texts in there are unknown to get_by_text
    expect(page.get_by_role("button", name="Begin")).to_be_hidden()
    page.get_by_text("The words, to read at your own pace").click()
    expect(page.locator("#words").get_by_text("Let your feet meet the floor.")).to_be_visible()
    page.goto("/journal/new/day/")
    page.get_by_label("How did it feel?").fill("Quiet.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    page.goto("/letters/new/")
    page.get_by_label("What would a wise and warm friend write to you?").fill("Dear me.")
    page.get_by_label("On a day I choose").check()
    page.get_by_label("The day you choose").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    page.get_by_role("button", name="Seal the letter").click()
    expect(page.get_by_text("Sealed. Your letter comes back on")).to_be_visible()
    page.get_by_role("link", name="Take back the letter").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The letter is gone.")).to_be_visible()
    context.close()
