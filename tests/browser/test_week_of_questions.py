"""A member's week of questions as the programme asks them, at real browsers: by thumb on a phone, and by keys alone.

How long it takes a person is counted, not clocked: every tap, push of the page, key and visible word is counted in the
browser, and tests/minutes.py says how many seconds each takes. It is the first week: each line in the main part of a
sheet is read in full, and known when the same line comes again. What stands on the member's own page and on that of the
meeting is no part of it.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.measures.asking import assign_for_group
from kindcircle.rooms.measures.models import Assignment, Response
from tests.browser.helpers import DESK, PHONE, Visits
from tests.browser.test_keyboard import Keys
from tests.minutes import WORD, Step
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser

MINUTES_A_WEEK = 3
PUSH = 0.6 * PHONE["viewport"]["height"]
"""So far a thumb moves a page at once."""


class Hands:
    """Somebody who answers sheets, and what that takes of them."""

    def __init__(self, page: Page) -> None:
        self.page, self.step = page, Step("a week")
        self.script = 0.0
        """Seconds that the machine took meanwhile, the site's answers among them."""
        self._read: set[str] = set()

    @contextmanager
    def _pressing(self) -> Iterator[None]:
        """A link or button leads to another page, which is read."""
        before = self.page.url
        yield
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()
        self.step.presses += 1
        if "/check/" in self.page.url:
            lines = set(self.page.locator("main").inner_text().splitlines())
            self.step.words += sum(len(WORD.findall(line)) for line in lines - self._read)
            self._read |= lines

    def answer(self, sheet: list[tuple[str, str]]) -> None:
        """Choose these, each a question's name and a value, and send."""
        began = time.monotonic()
        for name, value in sheet:
            self.choose(self.page.locator(f"[name={name}][value='{value}']"), value)
            self.step.choices += 1
        expect(self.page.locator("#kept")).to_contain_text("Kept.")
        self.press("Send")
        expect(self.page.get_by_role("heading", name="Saved")).to_be_visible()
        self.script += time.monotonic() - began

    def choose(self, mark: Locator, value: str) -> None:
        raise NotImplementedError

    def press(self, words: str) -> None:
        raise NotImplementedError


class Thumb(Hands):
    """On a phone: push the page until it is in sight, and tap."""

    def choose(self, mark: Locator, value: str) -> None:
        self._tap(mark.locator("xpath=.."))
        expect(mark).to_be_checked()

    def press(self, words: str) -> None:
        with self._pressing():
            self._tap(self.page.get_by_role("button" if words == "Send" else "link", name=words).first)

    def _tap(self, what: Locator) -> None:
        before = self.page.evaluate("scrollY")
        what.scroll_into_view_if_needed()
        self.step.pushes += math.ceil(abs(self.page.evaluate("scrollY") - before) / PUSH)
        what.tap()


class Fingers(Hands):
    """On a keyboard: Tab from question to question, one key for the answer, Enter to go on."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.keys = Keys(page)

    def choose(self, mark: Locator, value: str) -> None:
        group = mark.get_attribute("name")
        for _stop in range(20):
            self.page.keyboard.press("Tab")
            self.step.stops += 1
            if self.page.evaluate("document.activeElement.name") == group:
                break
        self.page.keyboard.press(value)
        expect(mark).to_be_checked()

    def press(self, words: str) -> None:
        gone = len(self.keys.stops)
        self.keys.to(f"^{words}")
        self.step.stops += len(self.keys.stops) - gone
        with self._pressing():
            self.page.keyboard.press("Enter")


ARRIVING = [("steadiness", "6")]
LEAVING = [("ease", "7"), ("fit", "6"), ("steadiness", "7")]
WEEK = [(f"wcc_{number}", "2") for number in range(1, 7)]


def test_a_weeks_questions_by_thumb_and_by_keys_take_less_than_three_minutes(
    visits: Visits, running_site: RunningSite
) -> None:
    # The hour of the meeting is over: what the site asks before a first meeting by itself has closed.
    with running_site.database():
        world = make_world(members=3, at=clock.now() - timedelta(hours=4), first_at=clock.now() - timedelta(hours=3))
    hands: list[Hands] = [
        Thumb(visits.enter(world.members[0], **PHONE)),
        Fingers(visits.enter(world.members[1], **DESK)),
    ]
    meeting = f"/gathering/{world.gathering.code}/"
    for ask, words, sheet in (
        (open_it, "How are you arriving?", ARRIVING),
        (close_it, "How was today for you?", LEAVING),
        (week_after, "Have a look", WEEK),
    ):
        with running_site.database():
            ask(world)
        for one in hands:
            one.page.goto(meeting if sheet is not WEEK else "/today/")
            one.press(words)
            one.answer(sheet)
    with running_site.database():
        for one, member in zip(hands, world.members, strict=False):
            assert answered(member) == {"arrival-check", "after-session", "wcc-6"}
            print(f"\n{type(one).__name__}: {told(one)}")
    for one in hands:
        assert one.step.choices == 10 and one.step.presses == 6 and one.step.words > 250
        assert one.step.seconds <= MINUTES_A_WEEK * 60, told(one)
        assert visits.seen[one.page].complaints == []


def open_it(world: World) -> None:
    live.open_gathering(gathering=world.gathering, online=False, by=world.actor(world.facilitator), at=clock.now())


def close_it(world: World) -> None:
    live.start_closing(gathering=world.gathering, by=world.actor(world.facilitator), at=clock.now())


def week_after(world: World) -> None:
    live.close(gathering=world.gathering, by=world.actor(world.facilitator), at=clock.now())
    assign_for_group(group=world.group, occasion="weekly", at=clock.now())


def answered(member: User) -> set[str]:
    given = Assignment.objects.filter(member=member, response__isnull=False)
    assert Response.objects.filter(assignment__member=member, by_staff__isnull=False).count() == 0
    return set(given.values_list("instrument", flat=True))


def told(one: Hands) -> str:
    step = one.step
    return (
        f"{step.choices} answers, {step.presses} presses, {step.pushes} pushes, {step.stops} keys to get about, "
        f"{step.words} words; {step.hands:.0f} s of hands, {step.eyes:.0f} s of reading, {step.seconds / 60:.2f} "
        f"minutes; the script took {one.script:.1f} s"
    )
