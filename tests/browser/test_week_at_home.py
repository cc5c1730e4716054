"""A week of Ines's own, on her phone: every page she comes to is looked at, and a day of it is without a line.

The days go by on the server's clock. Each day she signs in anew, as after a night; on Saturday with another phone.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.writing.models import JournalEntry, Letter
from tests.browser.album import Album, Person
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import entries, in_clear, say_yes
from tests.conftest import HOME
from tests.doors.web.member.people import mid_course
from tests.site import ClockedSite, RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

DAY = 24 * 3600
LETTER = "You got through this week. Have some soup."
OFFLINE = "A robin sat on the fence."


@pytest.fixture
def site(running_site: RunningSite) -> Iterator[ClockedSite]:
    clocked = ClockedSite(home=HOME, database_access=running_site._access)
    clocked.start()
    yield clocked
    clocked.stop()


@pytest.fixture
def world(site: ClockedSite) -> World:
    """A group that meets again in nine days: a whole week lies between."""
    return mid_course(clock.now() + timedelta(days=6))


def test_a_week_of_ones_own(visits: Visits, site: ClockedSite, world: World) -> None:
    album, me = Album(), world.member
    with Line(site) as line:
        visits.site = site
        ines = Person(visits, album, PHONE)
        ines.page.goto(line.url + site.entry_path(me))
        here = lambda path: ines.open(line.url + path)  # noqa: E731 (said often, and only here)

        # Monday: the small one, and it is put with what helps.
        here("/today/").sees("This week at home", "Something else", "Not today", "Hard day")
        ines.follow(re.compile("1 minute"))
        ines.press("This helps me").sees("It stands on your page")
        ines.page.get_by_role("button", name="Begin").click()
        ines.page.wait_for_timeout(2_500)
        ines.page.get_by_role("button", name="Stop here").click()
        wait_until(lambda: Play.objects.filter(member=me).exists(), ines.page, what="the log")
        here("/my-practices/").sees("What helps me", "My days")

        # Tuesday: three lines, and one line more the same evening.
        next_day(ines, site, world, line)
        here("/journal/new/")
        here("/journal/new/day/")
        ines.fill(feelings="Cross, and tired of being cross.", kind="It is a lot just now.").press("Save")
        here("/journal/").sees("around")

        # Wednesday: something else instead; nobody asks why.
        next_day(ines, site, world, line)
        here("/today/").page.get_by_role("link", name=re.compile("Something else")).nth(1).click()
        ines.arrived().page.get_by_role("button", name="Take this").first.click()
        ines.arrived("swapped").sees("chosen by you")
        ines.press("Not today").sees("Resting is fine.")

        # Thursday: the phone is to work where there is no line. Then there is none.
        next_day(ines, site, world, line)
        here("/phone/")
        # A browser that lets axe in past our policy has no workers: this page is one as people have it.
        page = visits.enter(me, "/today/", url=line.url, **PHONE)
        say_yes(page)
        line.cut()
        page.goto("/hard-day/")
        expect(page.get_by_role("heading", name="A hard day")).to_be_visible()
        page.goto("/journal/new/day/")
        page.locator("#feelings").fill(OFFLINE)
        page.get_by_role("button", name="Put it in my journal").click()
        expect(page.get_by_text("It comes to your journal when there is a line.").first).to_be_visible()
        album.keep(page, "without-a-line")
        assert in_clear(page, OFFLINE, "Ines", me.code) == []
        line.mend()
        page.goto("/today/")
        wait_until(
            lambda: JournalEntry.objects.filter(author=me).count() == 2, page, what="Thursday's lines", within=20
        )
        page.context.close()

        # Friday is hard: help first, a note for herself, and a letter for next time.
        next_day(ines, site, world, line)
        here("/today/").follow("Hard day").sees("Find the ground", "People you can call")
        ines.press("Note this day for myself").sees("Noted, for you alone.")
        here("/letters/").follow(re.compile("[Ff]rom a wise friend"))
        ines.page.locator("main textarea").first.fill(LETTER)
        ines.page.locator("main [name=when]").first.check()
        ines.press("Seal the letter").arrived("sealed")

        # Saturday: this phone is lost. Another one knows nothing, and she is in after signing in.
        ines.page.context.close()
        site.go_on(DAY)
        ines = Person(visits, album, PHONE)
        ines.page.goto(line.url + site.entry_path(me))
        here("/privacy/devices/").sees("My devices")
        here("/my-practices/").unfold("The same in words").sees("You noted it as a hard day.")

        # Two weeks later the letter is there, on the phone that never saw it.
        site.go_on(15 * DAY)
        tick(at=site.now())
        ines.page.goto(line.url + site.entry_path(me))
        here("/today/").sees("A letter has arrived")
        ines.follow("Open it")
        ines.sees(LETTER)

    assert [one.get("feelings") for one in entries(me, world)] == ["Cross, and tired of being cross.", OFFLINE]
    assert Letter.objects.get(author=me).opened_at is not None
    assert album.found == []
    print(f"\n{len(album.names)} pages looked at: {', '.join(album.names)}")


def next_day(ines: Person, site: ClockedSite, world: World, line: Line) -> None:
    """A night goes by; in the morning she signs in again."""
    site.go_on(DAY)
    ines.page.goto(line.url + site.entry_path(world.member))
