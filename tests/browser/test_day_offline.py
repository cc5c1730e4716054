"""A day without a line: somebody keeps the site on their phone, goes where there is no net, writes, and comes home."""

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.writing.models import Draft, JournalEntry
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import draft, entries, in_clear, kept_here, live, say_yes
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

LINES, LETTER, PLAN = "Amsel on the roof", "Dear me, it was a long day", "Zaunkoenig helps me"
WORD = "seven green boats"


def test_a_day_without_a_line(visits: Visits, running_site: RunningSite, group: World) -> None:
    me, by = group.member, group.actor(group.member)
    preparing.keep_plan(person=me, lines={"my-anchor": PLAN}, by=by, at=clock.now())
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        # In the morning, with a line: nothing is here before a yes.
        assert kept_here(page) == [0, 0, 0]
        page.get_by_role("link", name="Keep this on my phone").click()
        assert page.locator("link[rel=manifest]").count() == 0
        say_yes(page)
        assert page.locator("link[rel=manifest]").count() == 1
        page.goto("/practice/p22-soles-of-the-feet/?seconds=60")
        page.get_by_role("button", name="Keep on this phone").click()
        expect(live(page, "keep-said")).to_contain_text("It is kept here", timeout=30_000)
        page.goto("/support-plan/")
        page.get_by_label("Your word, eight letters or more").fill(WORD)
        page.get_by_role("button", name="Keep it on this phone").click()
        expect(live(page, "plan-said")).to_have_text("It is on this phone, sealed.", timeout=20_000)

        # Out of reach: the app is opened from its icon.
        line.cut()
        page.goto("/")
        expect(page.get_by_role("heading", name="Kept on this phone")).to_be_visible()
        page.goto("/hard-day/")
        expect(page.get_by_role("heading", name="A hard day")).to_be_visible()
        expect(page.get_by_text("Checked on").first).to_be_visible()
        page.goto("/help/")
        expect(page.get_by_role("heading", name="People you can call")).to_be_visible()
        page.goto("/practice/p22-soles-of-the-feet/")
        expect(page.get_by_role("button", name="Begin")).to_be_visible()
        page.goto("/support-plan/")
        page.get_by_label("The word you chose").fill("not this one")
        page.get_by_role("button", name="Open my plan").click()
        expect(live(page, "plan-said")).to_contain_text("does not open it", timeout=20_000)
        page.get_by_label("The word you chose").fill(WORD)
        page.get_by_role("button", name="Open my plan").click()
        expect(page.get_by_text(PLAN)).to_be_visible(timeout=20_000)

        # Three lines are finished; a letter is begun, and the page is closed in the middle of it.
        page.goto("/journal/new/day/")
        page.locator("#feelings").fill(LINES)
        page.get_by_role("button", name="Put it in my journal").click()
        expect(page.get_by_text("sealed. It comes to your journal when there is a line.")).to_be_visible()
        page.locator("#letter-text").press_sequentially(LETTER)
        expect(page.get_by_text("It comes to your letters as a draft when this page is closed")).to_be_visible()
        assert not JournalEntry.objects.filter(author=me).exists()
        assert page.evaluate("document.querySelector('#letter-text').value") == LETTER
        tab = visits.page(page.context)
        page.close()
        tab.goto("/practice/kept/")
        assert in_clear(tab, LINES, LETTER, PLAN, WORD, "Ines", me.code) == []

        # In the evening there is a line again.
        line.mend()
        tab.goto("/today/")
        wait_until(lambda: bool(draft(me, group, "letter")), tab, what="the letter to come", within=20)
        assert entries(me, group) == [{"feelings": LINES}]
        assert draft(me, group, "letter") == {"text": LETTER}
        tab.goto("/letters/new/")
        expect(tab.locator("#text")).to_have_value(LETTER)
        tab.goto("/today/")
        tab.wait_for_timeout(500)
        assert tab.evaluate("indexedDB.databases().then((all) => all.length)") == 1
        assert in_clear(tab, LINES, LETTER, PLAN, WORD, "Ines", me.code) == []
        assert (JournalEntry.objects.filter(author=me).count(), Draft.objects.filter(author=me).count()) == (1, 1)
