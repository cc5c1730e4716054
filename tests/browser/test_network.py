"""What leaves a browser and what stays in it: nobody else is asked, pages are light, and leaving leaves nothing."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.browser.pages import arrive, stops
from tests.browser.scene import Scene
from tests.site import RunningSite

pytestmark = pytest.mark.browser

KB = 1024
SCRIPT, LIVE_SCRIPT, STYLE, ALL = 20 * KB, 40 * KB, 15 * KB, 40 * KB
ELSEWHERE = "<!doctype html><title>Encyclopaedia</title><h1>Encyclopaedia</h1>"


def test_no_page_asks_anybody_else_complains_or_keeps_anything(
    visits: Visits, running_site: RunningSite, scene: Scene
) -> None:
    """With the content policy as it is: nobody else is asked, the console is silent, the browser stores nothing."""
    found: list[str] = []
    host = f"127.0.0.1:{running_site.port}"
    for who in dict.fromkeys(stop.who for stop in stops()):
        context = visits.context(**DESK)
        page = visits.page(context)
        seen, user = visits.seen[page], visits.who(scene, who)
        if user is not None:
            page.goto(running_site.entry_path(user))
        for stop in [stop for stop in stops() if stop.who == who]:
            if stop.steps is not None and user is None:
                context.clear_cookies()
            seen.forget()
            lost = arrive(page, stop, scene)
            found += [lost] if lost else []
            found += [f"{stop.id}: asked {url}" for url in seen.strangers(host)]
            # A browser reports a page that is honestly not there, or not accepted; that is the page's own status.
            found += [
                f"{stop.id}: {said}" for said in seen.complaints if not re.match("Failed to load.* 4[02][24]", said)
            ]
            kept = page.evaluate(
                """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
                  (await caches.keys()).length, (await navigator.serviceWorker?.getRegistrations() ?? []).length]"""
            )
            found += [f"{stop.id}: keeps {kept}"] if any(kept) else []
        found += [f"{who}: {what}" for what in loose_cookies(context)]
        context.close()
    assert not found, "\n".join(found)


def loose_cookies(context: BrowserContext) -> list[str]:
    """Cookies that scripts could read, that are not ours, or that outlive the day."""
    known = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    return [
        f"cookie {cookie.get('name')}"
        for cookie in context.cookies()
        if cookie.get("name") not in known or not cookie.get("httpOnly") or cookie.get("sameSite") != "Lax"
    ]


@pytest.mark.parametrize("live", [False, True], ids=["at-home", "live"])
def test_member_pages_are_light(visits: Visits, running_site: RunningSite, scene: Scene, live: bool) -> None:
    """Everything that a phone has to fetch for one page with nothing in its cache, as it comes over the line."""
    found: list[str] = []
    for who in dict.fromkeys(stop.who for stop in stops() if stop.name.startswith("member:")):
        context = visits.context(**PHONE)
        page = visits.page(context)
        user = visits.who(scene, who)
        assert user is not None
        page.goto(running_site.entry_path(user))
        line = Scales(context, page)
        for stop in [stop for stop in stops() if stop.who == who and stop.name.startswith("member:")]:
            if (stop.name == "member:gathering") != live or stop.steps is not None:
                continue
            line.empty()
            page.goto(stop.path(scene))
            page.wait_for_timeout(300 if live else 50)
            weight = line.weight
            limits = (
                {"script": LIVE_SCRIPT, "stylesheet": STYLE}
                if live
                else {"script": SCRIPT, "stylesheet": STYLE, "all": ALL}
            )
            found += [
                f"{stop.id}: {kind} {weight[kind] / KB:.1f} KB, at most {limit / KB:.0f}"
                for kind, limit in limits.items()
                if weight[kind] > limit
            ]
            assert weight["script"] > 0 and weight["stylesheet"] > 0, "nothing was weighed"
        context.close()
    assert not found, "\n".join(found)


class Scales:
    """Bytes of the answers' bodies as they come over the line, by kind. The cache is off: every page is a first one."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.weight: dict[str, int] = {}
        self._begun: dict[str, tuple[str, int]] = {}
        self.empty()
        line = context.new_cdp_session(page)
        line.on("Network.responseReceived", self._begins)
        line.on("Network.loadingFinished", self._arrived)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def empty(self) -> None:
        self.weight = {"script": 0, "stylesheet": 0, "all": 0}

    def _begins(self, told: dict[str, Any]) -> None:
        self._begun[told["requestId"]] = (told["type"].lower(), int(told["response"]["encodedDataLength"]))

    def _arrived(self, told: dict[str, Any]) -> None:
        kind, headers = self._begun.pop(told["requestId"], ("", 0))
        size = int(told["encodedDataLength"]) - headers
        self.weight["all"] += size
        if kind in self.weight:
            self.weight[kind] += size


# --- leaving ---


def phone_of(visits: Visits, scene: Scene, running_site: RunningSite, **options: Any) -> Page:
    """A member's phone that has seen some pages, where the neutral page stands in for the one out there."""
    page = visits.enter(scene.world.member, "/today/", **PHONE | options)
    page.context.route(f"{settings.LEAVE_TO}**", lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"))
    page.goto(f"/journal/{scene.entry.code}/")
    expect(page.get_by_text("A long day.")).to_be_visible()
    return page


def session_of(page: Page) -> str:
    return next(str(one.get("value")) for one in page.context.cookies() if one.get("name") == "session")


def is_gone(page: Page, session: str) -> None:
    """Somewhere else; the session is over on the server; and going back shows nothing of ours."""
    expect(page.get_by_role("heading", name="Encyclopaedia")).to_be_visible()
    for _ in range(50):
        if not Session.objects.filter(session_key=session).exists():
            break
        page.wait_for_timeout(50)
    assert not Session.objects.filter(session_key=session).exists()
    for _ in range(3):
        page.go_back()
        page.wait_for_timeout(150)
        shown = str(page.evaluate("document.body.innerText"))
        assert "A long day." not in shown and "Ines" not in shown
        assert "/journal/" not in page.url or "next=" in page.url


@pytest.mark.parametrize("how", ["the button", "shift three times", "the skip link"])
def test_leaving_hides_at_once_and_nothing_comes_back(
    visits: Visits, running_site: RunningSite, scene: Scene, how: str
) -> None:
    page = phone_of(visits, scene, running_site)
    session = session_of(page)
    if how == "the button":
        page.get_by_role("navigation", name="Always here").get_by_role("link", name="Leave this page").click()
    elif how == "the skip link":
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    is_gone(page, session)


def test_leaving_takes_the_other_tabs_along(visits: Visits, running_site: RunningSite, scene: Scene) -> None:
    page = phone_of(visits, scene, running_site)
    other = page.context.new_page()
    other.goto("/letters/")
    session = session_of(page)
    page.get_by_role("navigation", name="Always here").get_by_role("link", name="Leave this page").click()
    expect(other.get_by_role("heading", name="Encyclopaedia")).to_be_visible()
    is_gone(page, session)


def test_leaving_works_without_scripts_and_from_a_page_that_is_not_there(
    visits: Visits, running_site: RunningSite, scene: Scene
) -> None:
    for path in (None, "/nowhere/", "/help/"):
        page = phone_of(visits, scene, running_site, java_script_enabled=False)
        session = session_of(page)
        if path:
            page.goto(path)
        page.get_by_role("navigation", name="Always here").get_by_role("link", name="Leave this page").click()
        expect(page.get_by_role("heading", name="Encyclopaedia")).to_be_visible()
        assert not Session.objects.filter(session_key=session).exists()
        page.goto(f"/journal/{scene.entry.code}/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_leaving_is_covered_within_a_tenth_of_a_second(visits: Visits, running_site: RunningSite, scene: Scene) -> None:
    """From the press to a page that shows nothing, while the neutral page has not even begun to come."""
    page = phone_of(visits, scene, running_site)
    held: list[Route] = []
    page.context.unroute_all()
    page.context.route(f"{settings.LEAVE_TO}**", lambda route: held.append(route))  # the neutral page takes its time
    told = page.evaluate(
        """() => {
          const begun = performance.now();
          document.querySelector("[data-leave]").click();
          const main = document.querySelector("main");
          const seen = main.checkVisibility({ opacityProperty: true, visibilityProperty: true });
          return { ms: performance.now() - begun, title: document.title, seen };
        }"""
    )
    assert told["seen"] is False
    assert told["title"] == "New page"
    assert told["ms"] < 100
    wait_until(lambda: bool(held), page, what="the way out")
    held[0].fulfill(body=ELSEWHERE, content_type="text/html")
    expect(page.get_by_role("heading", name="Encyclopaedia")).to_be_visible()
