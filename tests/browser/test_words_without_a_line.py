"""Somebody writes two hundred times while everything goes wrong: each line that was said to be kept is there, once.

A real browser, a real server, and a line between them that is cut in the middle of a sending or lets no answer back.
Tabs crash, buttons are pressed twice, the server is killed. Seeded, so that the same story can be told again.
"""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from kindcircle.base.lib import clock
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.helpers import visits as open_visits
from tests.browser.phone import how_often, in_clear, say_yes, waiting
from tests.doors.sockets.feeds import Server, own_server
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROUNDS, SEED = 200, 20_261_123
PATIENCE = 400  # seconds in all, on a busy machine; 110 on a free one


@pytest.fixture
def server(running_site: RunningSite) -> Iterator[Server]:
    yield from own_server(running_site, "writing")


@pytest.fixture
def visits(browser: Browser, server: Server) -> Iterator[Visits]:
    """Browsers whose house is that server."""
    yield from open_visits(browser, server)


@dataclass
class Story:
    """One person, their phone, and the chance by which things go wrong."""

    visits: Visits
    line: Line
    server: Server
    page: Page
    chance: random.Random
    promised: set[str] = field(default_factory=set)
    met: Counter[str] = field(default_factory=Counter)
    up: threading.Thread | None = None

    def again(self) -> None:
        """A new tab, as after a crash."""
        self.page = self.visits.page(self.page.context)
        self.page.goto("/phone/write/")

    def told(self, form: str, *states: str) -> None:
        state = self.page.locator(f"form[data-kind={form}] .draft-state")
        wanted = [state.get_attribute(f"data-say-{one}") or "" for one in states]
        wait_until(lambda: state.text_content() in wanted, self.page, what=f"one of {states}")

    def trouble(self) -> None:
        """Something happens to the line or the server, now or in a moment."""
        kind = self.chance.choices(
            ("none", "cut", "deaf", "cut soon", "deaf soon", "mended", "flaps", "killed"), (3, 3, 3, 4, 4, 6, 2, 0.35)
        )[0]
        self.met[kind] += 1
        soon = self.chance.random() * 0.06
        match kind:
            case "cut":
                self.line.cut()
            case "deaf":
                self.line.deafen()
            case "cut soon":
                threading.Timer(soon, self.line.cut).start()
            case "deaf soon":
                threading.Timer(soon, self.line.deafen).start()
            case "mended":
                self.line.mend()
            case "flaps":
                for number, does in enumerate((self.line.cut, self.line.mend) * 3):
                    threading.Timer(number * 0.02, does).start()
            case "killed" if self.up is None or not self.up.is_alive():
                self.server.kill()
                self.up = threading.Thread(target=self.server.start)
                self.up.start()

    def lines(self, word: str) -> None:
        """Three lines on the page without a line, with one press or two."""
        self.page.locator("#feelings").fill(word)
        self.trouble()
        button = self.page.get_by_role("button", name="Put it in my journal")
        if self.chance.random() < 0.3:
            self.met["pressed twice"] += 1
            button.dblclick()
        else:
            button.click()
        self.told("journal", "put", "sent")
        self.promised.add(word)

    def crash(self, word: str, form: str, box: str) -> None:
        """The tab dies as soon as the page has said that it keeps the words."""
        self.page.locator(box).fill(word)
        self.trouble()
        self.told(form, "kept")
        self.promised.add(word)
        self.met["tab killed"] += 1
        if self.chance.random() < 0.3:
            self.page.close()
        else:
            with contextlib.suppress(Error):
                self.page.goto("chrome://crash", timeout=2_000)
            self.page.close()
        self.again()

    def form(self, word: str) -> None:
        """The journal's own page, and the line goes while its form is on the way."""
        self.line.mend()
        if self.up is not None:
            self.up.join()
        self.page.goto("/journal/new/day/")
        with contextlib.suppress(AssertionError):
            wait_until(lambda: waiting(self.page) == 0, self.page, what="what waits to come first", within=3)
        if waiting(self.page) or not self.page.get_by_role("button", name="Save", exact=True).count():
            self.again()  # the line went before the page came
            self.lines(word)
            return
        try:
            self.page.goto("/journal/new/day/")  # as it is now
        except Error:  # the page was just filling itself anew with what had waited
            self.page.goto("/journal/new/day/")
        box = self.page.locator("#feelings")
        box.fill(f"{box.input_value()} {word}")  # what was begun before stands there
        self.trouble()
        self.page.get_by_role("button", name="Save", exact=True).click()
        either = self.page.get_by_text("Saved. Only you can read it.").or_(
            self.page.get_by_text("There was no line. Your words are kept on this phone")
        )
        with contextlib.suppress(AssertionError):
            expect(either).to_be_visible(timeout=4_000)
            self.promised.add(word)
        self.met["form on its way"] += 1
        self.again()


def test_every_line_is_there_once(visits: Visits, server: Server) -> None:
    group, began = mid_course(clock.now()), time.monotonic()
    with Line(server) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        page.goto("/phone/write/")
        story = Story(visits, line, server, page, random.Random(SEED))
        words = [f"word{number:03}" for number in range(ROUNDS)]
        for number, word in enumerate(words):
            assert time.monotonic() - began < PATIENCE, f"only {number} rounds"
            what = story.chance.choices(("lines", "begun", "letter", "form"), (15, 2, 1, 2))[0]
            if what == "lines":
                story.lines(word)
            elif what == "form":
                story.form(word)
            else:
                form, box = ("journal", "#feelings") if what == "begun" else ("letter", "#letter-text")
                story.crash(word, form, box)
            if number % 50 == 25:
                assert in_clear(story.page, *words) == []
        time.sleep(0.2)  # what was to happen soon has happened
        line.mend()
        if story.up is not None:
            story.up.join()
        story.page.goto("/today/")
        wait_until(lambda: waiting(story.page) == 0, story.page, what="all of it to come", within=60)
        assert in_clear(story.page, *words) == []
    found = how_often(group.member, group)
    took = time.monotonic() - began
    print(f"\n{ROUNDS} rounds, {len(story.promised)} promised, {dict(story.met)}; {took:.0f} s")
    assert {word: found[word] for word in story.promised if found[word] != 1} == {}
    assert {word: found[word] for word in words if found[word] > 1} == {}
    assert len(story.promised) >= ROUNDS * 0.95
