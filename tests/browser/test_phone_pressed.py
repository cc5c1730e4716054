"""Taking it off a phone, with a press too many, on a page that is old, or beside another: only what is meant goes."""

import pytest
from playwright.sync_api import Page, Route, expect

from kindcircle.rooms.ending.taking import take_writing
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import (
    ASKED,
    GONE,
    MINE,
    OTHERS,
    comes,
    entries,
    kept_here,
    live,
    own_key_on,
    press,
    put_in_journal,
    say_yes,
    signs_in,
    told,
    waiting,
    without_a_line,
    write,
)
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

SEEN = "document.dispatchEvent(new Event('visibilitychange'))"
# As a browser does that could put the page beside the other apps.
OFFERED = """() => window.dispatchEvent(
  Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt: () => {} })
)"""


def open_while_words_wait(page: Page, line: Line, visits: Visits) -> None:
    """The page says that some words wait, and could be put beside the other apps."""
    without_a_line(page, line, visits)
    press(page, "Change nothing")
    page.evaluate(OFFERED)
    expect(page.get_by_role("button", name="Put it beside my other apps")).to_be_visible()
    expect(page.get_by_text(MINE)).to_be_visible()
    page.wait_for_timeout(1_200)


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
        page.evaluate(SEEN)
        expect(page.get_by_text(OTHERS)).to_be_visible()
        expect(page.get_by_text(MINE)).to_be_hidden()


OPEN = "Some of your words are on a page that is still open."


def begun(tab: Page, words: str) -> None:
    """Somebody writes on the page without a line, and leaves it open."""
    tab.goto("/phone/write/")
    tab.locator("#feelings").fill(words)
    told(tab, "kept")


def test_words_on_a_page_that_is_open_are_not_taken_from_under_it(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        tab = visits.page(page.context)
        begun(tab, "Amsel")
        press(page, "Take it off this phone")
        expect(live(page, "phone-said")).to_contain_text(OPEN)
        expect(page.get_by_role("button", name="Take my words away too")).to_be_hidden()
        assert waiting(page) == 1
        tab.close()
        press(page, "Take it off this phone")
        expect(live(page, "phone-said")).to_contain_text(ASKED)
        # Begun on again while the question stands.
        begun(visits.page(page.context), "Drossel")
        press(page, "Take my words away too")
        expect(live(page, "phone-said")).to_contain_text(OPEN)
        assert waiting(page) == 2


def test_a_page_to_write_on_says_when_its_words_were_taken_off(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    say_yes(page)
    begun(page, "Amsel")
    page.evaluate("new Promise((go) => (indexedDB.deleteDatabase('kindcircle').onsuccess = go))")
    page.evaluate(SEEN)
    told(page, "not")
    expect(page.locator("#feelings")).to_have_value("Amsel")


def test_a_page_to_write_on_never_seals_for_somebody_else(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    me, other = group.members[:2]
    with Line(running_site) as line:
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        begun(page, "Amsel")
        tab = visits.page(page.context)
        signs_in(tab, other, line, running_site)
        say_yes(tab)
        page.evaluate(SEEN)
        told(page, "not")
        page.goto("about:blank")
        tab.goto("/today/")
        tab.wait_for_load_state("networkidle")
        assert waiting(tab) == 1


def test_that_words_are_lost_is_told_until_it_is_read(visits: Visits, running_site: RunningSite, group: World) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        without_a_line(page, line, visits)
        press(page, "Change nothing")
        take_writing(group.member)
        line.mend()
        press(page, "Take it off this phone")
        expect(live(page, "phone-said")).to_have_text("It is off this phone.")
        expect(live(page, "phone-gone")).to_be_focused()
        expect(page.get_by_text(GONE)).to_be_in_viewport()
        page.reload()
        expect(page.get_by_text(GONE)).to_be_visible()
        page.wait_for_load_state("networkidle")
        press(page, "I have read it")
        expect(page.get_by_text(GONE)).to_be_hidden()
        wait_until(lambda: kept_here(page) == [0, 0, 0], page, what="all to be gone")


def test_words_that_go_leave_the_practices(visits: Visits, running_site: RunningSite, group: World) -> None:
    """The pages are off already; somebody keeps a practice, and then lets go of what waits."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        write(page, "Amsel")
        page.goto("about:blank")
        own_key_on(group.member, group)  # the words cannot go, with a line either
        line.mend()
        page.goto("/phone/")
        press(page, "Take it off this phone")
        press(page, "Let my words wait here")
        expect(live(page, "phone-said")).to_have_text("It is off this phone.")
        page.goto("/practice/p22-soles-of-the-feet/?seconds=60")
        press(page, "Keep on this phone")
        expect(live(page, "keep-said")).to_contain_text("It is kept here", timeout=20_000)
        page.goto("/phone/")
        press(page, "Send what waits, or take it away")
        press(page, "Take my words away too")
        expect(live(page, "phone-said")).to_contain_text("The practices that you kept are still here.")
        assert kept_here(page) == [1, 0, 1]
        line.cut()
        page.goto("/practice/p22-soles-of-the-feet/?seconds=60")
        expect(page.locator("h1")).to_be_visible()


def test_whoever_writes_on_while_words_are_sent_keeps_the_cursor(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    """A slow line answers many seconds later. By then the next words are typed, and none may go nowhere."""
    held: list[Route] = []
    page = visits.enter(group.member, "/today/", **PHONE)
    say_yes(page)
    page.goto("/phone/write/")
    page.wait_for_load_state("networkidle")
    page.route("**/phone/box/", lambda route: held.append(route))
    put_in_journal(page, "Amsel")
    expect(page.locator("form[data-kind=journal] .draft-state")).to_be_focused()
    wait_until(lambda: bool(held), page, what="the sending to begin")
    page.locator("#letter-text").focus()
    for one in held:
        one.abort()
    page.wait_for_timeout(500)
    page.keyboard.type("Dear me")
    expect(page.locator("#letter-text")).to_have_value("Dear me")
