"""Taking it off a phone by mistake: a double tap, a page that somebody else left open, a second page with words."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import comes, entries, kept_here, live, say_yes, waiting, write
from tests.browser.test_phone_off import ASKED, MINE, OTHERS, press, without_a_line
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

# As a browser does that could put the page beside the other apps.
OFFERED = """() => window.dispatchEvent(
  Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt: () => {} })
)"""


@pytest.fixture
def group(running_site: RunningSite) -> World:
    return mid_course(clock.now())


def open_while_words_wait(page: Page, line: Line, visits: Visits) -> None:
    """The page says that some words wait, and could be put beside the other apps."""
    without_a_line(page, line, visits)
    press(page, "Change nothing")
    page.evaluate(OFFERED)
    expect(page.get_by_role("button", name="Put it beside my other apps")).to_be_visible()
    expect(page.get_by_text(MINE)).to_be_visible()
    page.wait_for_timeout(1_200)


def signs_in(tab: Page, other: User, line: Line, site: RunningSite) -> None:
    """The session of whoever was here ends; somebody else comes, in another tab of the same browser."""
    Session.objects.all().delete()
    line.mend()
    tab.goto(site.entry_path(other))
    tab.goto("/today/")
    wait_until(lambda: kept_here(tab)[0] == 0, tab, what="the pages to go")


@pytest.mark.parametrize("pause", [120, 300])
def test_a_second_tap_takes_nothing_away(visits: Visits, running_site: RunningSite, group: World, pause: int) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        open_while_words_wait(page, line, visits)
        button = page.get_by_role("button", name="Take it off this phone")
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        where = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.click(*where)
        page.wait_for_timeout(pause)
        page.mouse.click(*where)
        expect(live(page, "phone-said")).to_contain_text(ASKED)
        page.wait_for_timeout(1_500)
        # The question still stands, and what cannot be undone comes last.
        expect(live(page, "phone-said")).to_contain_text(ASKED)
        assert waiting(page) == 1
        offered = page.locator("#phone button:visible").all_inner_texts()
        assert offered == ["Let my words wait here", "Change nothing", "Take my words away too"]

        # By keyboard too, wherever the focus is by then.
        press(page, "Change nothing")
        expect(button).to_be_enabled()
        button.focus()
        page.keyboard.press("Enter")
        expect(live(page, "phone-said")).to_contain_text(ASKED)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1_500)
        expect(live(page, "phone-said")).to_contain_text(ASKED)
        assert waiting(page) == 1
        # What is pressed after that counts.
        press(page, "Take my words away too")
        expect(live(page, "phone-said")).to_contain_text("Nothing of it is left here.")
        assert kept_here(page) == [0, 0, 0]


@pytest.mark.parametrize("button", ["Take it off this phone", "Take my words away too"])
def test_a_page_that_somebody_left_open_takes_none_of_their_words(
    visits: Visits, running_site: RunningSite, group: World, button: str
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        page.goto("/phone/")
        page.wait_for_load_state("networkidle")
        line.cut()
        tab = visits.page(page.context)
        write(tab, "Amsel")
        if button == "Take my words away too":
            press(page, "Take it off this phone")
            expect(live(page, "phone-said")).to_contain_text(ASKED)
        signs_in(tab, other, line, running_site)

        press(page, button)
        expect(page.get_by_text(OTHERS)).to_be_visible()
        expect(page.get_by_text(MINE)).to_be_hidden()
        expect(live(page, "phone-said")).to_have_text("It is not kept on this phone.")
        assert waiting(page) == 1 and entries(other, group) == []
        comes(page, me, group, way_in=running_site.entry_path(me))


def test_without_a_line_a_page_of_somebody_else_takes_nothing_either(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        without_a_line(page, line, visits)
        tab = visits.page(page.context)
        signs_in(tab, other, line, running_site)
        say_yes(tab)
        line.cut()
        press(page, "Take my words away too")
        expect(page.get_by_role("button", name="Take my words away too")).to_be_hidden()
        page.wait_for_load_state()
        assert waiting(tab) == 1 and kept_here(tab)[0] == 1


def test_whoever_comes_back_to_such_a_page_reads_their_own(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        open_while_words_wait(page, line, visits)
        signs_in(visits.page(page.context), other, line, running_site)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_text(OTHERS)).to_be_visible()
        expect(page.get_by_text(MINE)).to_be_hidden()
