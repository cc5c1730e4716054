"""On a phone that keeps the site: signing out happens, whatever the line does, and what is said of words is true."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import entries, kept_here, say_yes, waiting, write
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser


def never(route: Route) -> None:
    """Asked, and no answer ever comes."""


def breaks(route: Route) -> None:
    """Cut off in the middle."""
    route.abort()


def sign_out(page: Page, home: str) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(home, timeout=9_000)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


@pytest.mark.parametrize("what", ["**/phone/settle*.js", "**/phone/send*.js", "**/phone/box/", "**/phone/parts/"])
@pytest.mark.parametrize("how", [never, breaks], ids=["never answers", "breaks off"])
def test_nothing_holds_a_sign_out_up(
    visits: Visits, running_site: RunningSite, group: World, what: str, how: Callable[[Route], None]
) -> None:
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        write(page, "Amsel")
        page.route(what, how)
        page.context.route(what, how)
        if "parts" in what:  # the pages are a day old
            page.evaluate(
                """() => new Promise((go) => {
                  const asked = indexedDB.open("kindcircle");
                  asked.onsuccess = () => {
                    const box = asked.result.transaction("box", "readwrite").objectStore("box");
                    box.get("mine").onsuccess = ({ target }) => {
                      box.put({ ...target.result, fetched: 1 }).onsuccess = () => go(asked.result.close());
                    };
                  };
                })"""
            )
        line.mend()
        page.goto("/today/", wait_until="commit")
        sign_out(page, f"{line.url}/")
        page.context.unroute(what)
        page.unroute(what)
        assert kept_here(page)[0] == 0
        if waiting(page):  # else they went in time, and the last line finds them
            page.goto(running_site.entry_path(group.member))
            page.goto("/today/")
            wait_until(lambda: waiting(page) == 0, page, what="the words to come")
        assert [one["feelings"] for one in entries(group.member, group)] == ["Amsel"]


def test_without_a_line_it_is_said_once_where_the_words_are(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    """Whoever listens is told a change and no more, however often it is tried again."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        page.goto("/letters/new/")
        page.wait_for_load_state("networkidle")
        line.cut()
        page.locator("#text").fill("Dear me")
        page.evaluate(
            """() => {
              const state = document.querySelector("#text-state");
              window.heard = [];
              new MutationObserver(() => window.heard.push(state.dataset.state)).observe(state, { childList: true });
            }"""
        )
        page.wait_for_timeout(20_000)
        assert page.evaluate("window.heard") == ["phone"]
        # What this phone cannot keep any more is said at once.
        page.evaluate("new Promise((go) => (indexedDB.deleteDatabase('kindcircle').onsuccess = go))")
        page.wait_for_timeout(9_000)
        assert page.evaluate("window.heard") == ["phone", "unsaved"]
