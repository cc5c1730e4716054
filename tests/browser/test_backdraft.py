"""After a practice in a real browser: the question comes by itself when it is over, by keyboard too, never before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kindcircle.base.lib import clock
from kindcircle.rooms.backdraft import actions
from kindcircle.rooms.backdraft.models import Landing, SlowerPace
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import actions as live
from tests.browser.axe import found_by_axe
from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser
SOON = 20_000
PAUSE = "p01-three-part-pause"


def test_at_home_the_question_stands_at_the_end_and_is_answered_by_keyboard(
    visits: Visits, running_site: RunningSite
) -> None:
    with running_site.database():
        world = mid_course(clock.now())
    page = visits.enter(
        world.member, "/practice/p03-comforting-contact/?seconds=20", bypass_csp=True, reduced_motion="reduce", **PHONE
    )
    question = page.get_by_role("group", name="How are you after this practice?")
    expect(question).to_be_hidden()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_timeout(1_000)
    expect(question).to_be_hidden()
    assert not _of(running_site, world)
    page.get_by_role("button", name="Stop here").click()
    expect(question).to_be_visible()
    assert found_by_axe(page) == set()
    wait_until(lambda: len(_of(running_site, world)) == 1, page, what="that it was asked")
    assert _of(running_site, world)[0].answered_at is None

    page.get_by_role("button", name="This was too much").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Closing can be wise")).to_be_visible()
    assert found_by_axe(page) == set()
    [row] = _of(running_site, world)
    assert row.too_much_at is not None, "the very row that was asked, and no second play"
    page.get_by_label("It has passed").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Closing can be wise")).to_be_visible()

    # Those who lead: a note that they were allowed, and what is proposed.
    with running_site.database():
        by = world.actor(world.member)
        actions.set_may_tell(member=world.member, yes=True, by=by, at=clock.now())
        place = Membership.objects.get(group=world.group, user=world.member)
        pace = SlowerPace.objects.create(place=place, reasons="a-lot", raised_at=clock.now())
    desk = visits.enter(world.facilitator, f"/desk/after-practice/{row.code}/", bypass_csp=True, **DESK)
    expect(desk.get_by_text("This was too much")).to_be_visible()
    assert found_by_axe(desk) == set()
    desk.goto(f"/desk/pace/{pace.code}/")
    assert found_by_axe(desk) == set()
    desk.get_by_role("button", name="Go more slowly").press("Enter")
    expect(desk.get_by_role("heading", name="They go more slowly now")).to_be_visible()
    assert found_by_axe(desk) == set()
    page.goto("/practice/p19-scan-and-name/")
    expect(page.get_by_text("This one rests for a while")).to_be_visible()
    assert found_by_axe(page) == set()


@pytest.fixture
def meeting(running_site: RunningSite) -> Iterator[World]:
    """An open meeting in which a practice that can stir people up is being led; two people are here."""
    with running_site.database():
        world = make_world(at=clock.now() - timedelta(hours=1), members=3, first_at=clock.now())
        ada, at = world.actor(world.facilitator), clock.now() - timedelta(minutes=3)
        live.open_gathering(gathering=world.gathering, online=False, by=ada, at=at)
        world.gathering.refresh_from_db()
        for member in world.members[:2]:
            live.arrive(gathering=world.gathering, by=world.actor(member), at=at)
        live.start_practice(gathering=world.gathering, practice=PAUSE, seconds=180, by=ada, at=clock.now())
    yield world


def test_in_a_meeting_it_comes_when_the_practice_is_over_and_is_answered_in_place(
    visits: Visits, running_site: RunningSite, meeting: World
) -> None:
    room = f"/gathering/{meeting.gathering.code}/"
    ines, tomas = (
        visits.enter(meeting.members[seat], room, bypass_csp=True, reduced_motion="reduce", **PHONE) for seat in (0, 1)
    )
    for phone in (ines, tomas):
        expect(phone.get_by_text("All of us together")).to_be_visible(timeout=SOON)
        expect(phone.get_by_text("How are you after this practice?")).to_be_hidden()
    desk = visits.enter(meeting.facilitator, f"/desk/gatherings/{meeting.gathering.code}/lead/", **DESK)
    desk.get_by_role("button", name="End it").first.click()
    for phone in (ines, tomas):
        expect(phone.get_by_text("How are you after this practice?")).to_be_visible(timeout=SOON)
    assert found_by_axe(ines) == set()
    ines.locator("#landing").get_by_role("button", name="A lot opened up").press("Enter")
    expect(ines.locator("#landing").get_by_role("heading", name="Something opened")).to_be_visible(timeout=SOON)
    assert ines.url.endswith(room), "nobody is led away from the meeting"
    assert found_by_axe(ines) == set()
    tomas.reload()
    expect(tomas.get_by_text("How are you after this practice?")).to_be_visible(timeout=SOON)
    tomas.locator("#landing").get_by_role("button", name="I am fine").click()
    expect(tomas.get_by_text("Good. Thank you for telling us.")).to_be_visible(timeout=SOON)
    with running_site.database():
        rows = Landing.objects.filter(gathering=meeting.gathering).order_by("member_id")
        assert sorted(rows.values_list("how", flat=True)) == [0, 1]


def _of(site: RunningSite, world: World) -> list[Landing]:
    with site.database():
        return list(Landing.objects.filter(member=world.member))
