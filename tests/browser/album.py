"""People in a long story at real browsers: every page they come to is looked at once, as it is.

axe finds nothing, nothing runs off the side of a phone or a desk, and a picture may be kept for people to look at.

KINDCIRCLE_SCREENSHOTS   a folder for the pictures; without it none are made
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import Page

from kindcircle.base.people.models import User
from tests.browser.axe import found_by_axe
from tests.browser.helpers import DESK, PHONE, Visits

WIDTHS = {"phone": PHONE["viewport"], "desk": DESK["viewport"]}
IN_THE_DARK = re.compile("today|lead|consent-sign|application$|after|intake")
# How far the page can be pushed aside, and what reaches out furthest.
SIDEWAYS = """
() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return "";
  const wide = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return `${over} px too wide: ${wide.slice(-1)[0]?.outerHTML.slice(0, 120)}`;
}
"""


class Album:
    """What was seen on every page of a story. `found` is empty at the end, or says what to mend and where."""

    def __init__(self) -> None:
        folder = os.environ.get("KINDCIRCLE_SCREENSHOTS")
        self.folder = Path(folder) if folder else None
        self.names: list[str] = []
        self.found: list[str] = []

    def look(self, page: Page, name: str) -> None:
        """Look at this page on a phone and at a desk; a page of this name is looked at once."""
        if name in self.names:
            return
        own = page.viewport_size
        assert own is not None
        self.names.append(name)
        self.found += [f"{name}: {what}" for what in sorted(found_by_axe(page))]
        for screen, size in WIDTHS.items():
            page.set_viewport_size(size)
            if over := page.evaluate(SIDEWAYS):
                self.found.append(f"{name} on a {screen}: {over}")
            for scheme in ("light", "dark") if IN_THE_DARK.search(name) else ("light",):
                self._keep(page, f"{len(self.names):02}-{name}-{screen}-{scheme}", scheme)
        page.set_viewport_size(own)

    def keep(self, page: Page, name: str) -> None:
        """Only a picture, of a page that is looked at elsewhere."""
        self._keep(page, f"{len(self.names):02}-{name}", "light")

    def _keep(self, page: Page, name: str, scheme: str) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)
        page.emulate_media(color_scheme="light")


class Person:
    """Somebody at a browser of their own, in verbs. Every new page goes into the album."""

    def __init__(self, visits: Visits, album: Album, screen: dict[str, Any], user: User | None = None) -> None:
        # The content policy refuses axe as it refuses every stranger; only here it may come in.
        self.page = visits.page(visits.context(bypass_csp=True, reduced_motion="reduce", **screen))
        self.album = album
        if user is not None:
            self.open(visits.site.entry_path(user))

    @property
    def text(self) -> str:
        """The words in the main part of the page, in one line."""
        return " ".join(self.page.locator("main").inner_text().split())

    def open(self, path: str) -> "Person":
        self.page.goto(path)
        return self.arrived()

    def follow(self, words: str | re.Pattern[str]) -> "Person":
        """Follow the first link that says this."""
        self.page.get_by_role("link", name=words).first.click()
        return self.arrived()

    def press(self, words: str) -> "Person":
        """Press the first button in sight that says this."""
        self.page.get_by_role("button", name=words).locator("visible=true").first.click()
        return self.arrived()

    def unfold(self, words: str) -> "Person":
        self.page.locator("summary", has_text=words).first.click()
        return self

    def fill(self, **fields: str | bool) -> "Person":
        """Fill in by the names of the fields; two underscores stand for a hyphen."""
        for field, given in fields.items():
            name = field.replace("__", "-")
            boxes = self.page.locator(f"main [name='{name}']")
            kind = boxes.first.evaluate("one => one.type")
            if kind == "radio":
                self.page.locator(f"main [name='{name}'][value='{given}']").check()
            elif given is True:
                for box in boxes.all():
                    box.check()
            elif kind.startswith("select"):
                boxes.first.select_option(str(given))
            else:
                boxes.first.fill(str(given))
        return self

    def sees(self, *words: str) -> "Person":
        """These words stand in the main part of the page."""
        text = self.text
        for one in words:
            assert one in text, f"{one!r} is not on {self.page.url}; there is: {text[:1500]}"
        return self

    def arrived(self, what: str = "") -> "Person":
        """Look at where this led. what: tells states of one page apart."""
        self.page.wait_for_load_state()
        name = resolve(urlsplit(self.page.url).path).view_name.replace(":", "-")
        self.album.look(self.page, f"{name}-{what}" if what else name)
        return self
