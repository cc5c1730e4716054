"""axe-core finds nothing to mend: on every page, as everybody who sees it, by phone and desk, by day and night.

The whole set of rules runs on phone and desk by day; by night the rules about colour run again, as nothing else can
differ. axe finds about half of what hinders people, so this is a floor; the keyboard is in test_keyboard.py.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.axe import found_by_axe, found_by_night
from tests.browser.helpers import DESK, PHONE, Visits
from tests.browser.pages import NOT_PAGES, Stop, addresses, arrive, stops
from tests.browser.scene import Scene
from tests.site import RunningSite

pytestmark = pytest.mark.browser

TWICE = """
() => {
  const names = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return [...new Set(names.filter((name, n) => names.indexOf(name) !== n))];
}
"""


def test_every_page_of_the_site_has_its_place_here() -> None:
    """Addresses that only take what is sent to them show no page of their own."""
    pages = {name for name, methods in addresses().items() if "GET" in methods}
    visited = {stop.name for stop in stops()}
    assert not visited & set(NOT_PAGES), "a page is either visited or not one"
    assert pages - visited - set(NOT_PAGES) == set(), "these pages have no place in pages.py"
    assert (visited | set(NOT_PAGES)) - set(addresses()) == set(), "these are no more"


def test_axe_would_find_something(visits: Visits) -> None:
    """Grey on grey, a picture without words, a field without a name: what a finding looks like."""
    page = visits.page(visits.context(bypass_csp=True))
    page.goto("/help/")
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML("beforeend",
        '<p id="pale">pale words</p><img src="/static/img/icon.svg"><input name="x">')"""
    )
    page.add_style_tag(content="#pale { color: #ccc; background: #ddd }")
    found = found_by_axe(page)
    assert {what.partition(":")[0] for what in found} >= {"color-contrast", "image-alt", "label"}


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_axe_finds_nothing(visits: Visits, running_site: RunningSite, scene: Scene, screen: str) -> None:
    """One browser per person walks through all their pages, so that each page costs a page, not a browser."""
    found: list[str] = []
    looked = 0
    for who in dict.fromkeys(stop.who for stop in stops()):
        options = PHONE if screen == "phone" else DESK
        # The content policy refuses axe as it refuses every stranger; only here it may come in.
        context = visits.context(bypass_csp=True, reduced_motion="reduce", **options)
        page = visits.page(context)
        user = visits.who(scene, who)
        if user is not None:
            page.goto(running_site.entry_path(user))
        for stop in [stop for stop in stops() if stop.who == who]:
            if stop.steps is not None and user is None:
                context.clear_cookies()
            found += look(page, stop, scene)
            looked += 1
        context.close()
    assert not found, f"{len(found)} things to mend on {looked} pages:\n" + "\n".join(found)


def look(page: Page, stop: Stop, scene: Scene) -> list[str]:
    """What axe finds on one page, by day and by night."""
    page.emulate_media(color_scheme="light")
    lost = arrive(page, stop, scene)
    if lost:
        return [lost]
    found = found_by_axe(page)
    # axe looks only at ids that a label or a description names; a link or a script takes the first of two as well.
    found |= {f"two things have the id {name!r}" for name in page.evaluate(TWICE)}
    found |= found_by_night(page)
    return [f"{stop.id}: {what}" for what in sorted(found)]
