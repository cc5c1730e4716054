"""Any practice of the library in a real browser: begun from the meeting's page, in step on a phone."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.live import actions, queries, queries_library
from kindcircle.rooms.live.models import Event
from kindcircle.spec.practices import cues
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAMPLE = 14  # of the library, spread over all of it
PARTS = (0.02, 0.37, 0.81, 1.0)


def began_at(world: World, moment: datetime) -> None:
    """The last start lies at this moment, and all that came before it as much earlier."""
    events = list(Event.objects.filter(gathering=world.gathering).order_by("n"))
    back = events[-1].at_ms - clock.milliseconds(moment)
    for event in events:
        event.at_ms -= back
        event.save()


def test_another_practice_is_there_before_its_first_moment(running_site: RunningSite, visits: Visits) -> None:
    with running_site.database():
        world = make_world(members=2, first_at=clock.now())
        by = world.actor(world.facilitator)
        actions.open_gathering(gathering=world.gathering, online=False, by=by, at=clock.now())
    desk = visits.enter(world.facilitators[0], f"/desk/gatherings/{world.gathering.code}/lead/", **DESK)
    phone = visits.enter(world.member, f"/gathering/{world.gathering.code}/", **PHONE)
    desk.locator("summary", has_text="Another practice").click()
    found = desk.get_by_role("button", name="Start 3 minutes : Ordinary minute")
    desk.get_by_label("Words in its name or purpose").fill("ordinary")
    desk.get_by_role("button", name="Find").click()
    expect(desk.get_by_text("1 practice that your group may do today.")).to_be_visible()
    found.click()
    first = "Ordinary minute"
    expect(phone.locator('[data-live="practice-title"]').first).to_have_text(first)
    with running_site.database():
        words = queries.practices_of(world.gathering)["p46-ordinary-minute", "180"]
    expect(phone.locator('[data-live="cue"]').first).to_have_text(cues(words, 180)[0]["text"], timeout=4000)
    expect(desk.locator('[data-live="cue"]').first).to_have_text(cues(words, 180)[0]["text"])
    # One tap for what helps everybody, and the page offers it by itself.
    expect(desk.get_by_role("button", name="End it")).to_be_visible()
    desk.get_by_role("button", name="End it").click()
    expect(desk.get_by_role("button", name="Next: Arriving together")).to_be_visible()


def test_the_library_is_where_it_should_be_at_any_moment(running_site: RunningSite, visits: Visits) -> None:
    with running_site.database():
        world = make_world(members=2, first_at=clock.now())
        by = world.actor(world.facilitator)
        actions.open_gathering(gathering=world.gathering, online=False, by=by, at=clock.now())
        every = [
            (practice, length)
            for practice in queries_library.repertoire(world.gathering)
            for length, _word in queries_library.lengths_today(world.gathering, practice)
        ]
    phone = visits.enter(world.member, f"/gathering/{world.gathering.code}/", **PHONE)
    for number, (practice, length) in enumerate(every[:: len(every) // SAMPLE]):
        part = PARTS[number % len(PARTS)]
        gone = round(length.seconds * part)
        with running_site.database():
            actions.start_practice(
                gathering=world.gathering, practice=practice.id, seconds=length.seconds, by=by, at=clock.now()
            )
            began_at(world, clock.now() - timedelta(seconds=gone))
        phone.reload()
        state = "finished" if part == 1 else "running"
        expect(phone.locator("#room")).to_have_attribute("data-practice-state", state)
        if part < 1:
            expect(phone.locator('[data-live="practice-title"]').first).to_have_text(practice.title)
            sheet = cues(practice, length.seconds)
            shown = phone.locator('[data-live="cue"]').first.text_content()
            near = [one["text"] for one in sheet if abs(one["at"] / 1000 - gone) < 4]
            now = [one["text"] for one in sheet if one["at"] <= gone * 1000][-1]
            assert shown in (now, *near), f"{practice.id} {length.seconds} at {gone}"
