"""A meeting moves: Ada looks, moves it and all after it; Ines finds it in her own calendar, told by one plain mail."""

from datetime import timedelta

import httpx
import pytest
import vobject

from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Gathering
from tests.site import RunningSite
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    at = clock.now().replace(second=0, microsecond=0)
    return make_world(at=at, first_at=at + timedelta(days=9), members=2)


def events(path: str) -> dict[str, vobject.base.Component]:
    """What a calendar fetches that holds nothing but the link."""
    answer = httpx.get(path)
    assert answer.status_code == 200
    return {one.uid.value: one for one in vobject.readOne(answer.text).contents["vevent"]}


def test_a_moved_meeting_reaches_a_members_own_calendar(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/today/").follow("My calendar")
    ines.press("Make my link")
    link = dict(ines.form("Switch it off")[0].fields)
    assert link
    address = next(part for part in ines.html.split('"') if part.startswith("http") and part.endswith(".ics"))
    before = events(address)
    assert {one.summary.value for one in before.values()} == {"Appointment"}
    ines.press("Keep this", {"title": "time-for-me"})

    ada = Visitor(running_site, world.facilitator).open("/desk/").follow(world.group.name).follow("Dates and places")
    second = world.gatherings[1]
    ada.open(f"/calendar/meetings/{second.code}/move/")
    wall = (second.starts_at + timedelta(days=2)).strftime("%Y-%m-%dT19:15")
    ada.press("See what would change", {"wall": wall, "scope": "after"})
    assert "What would change" in ada.text and "3 people each get one short message" in ada.text
    assert Gathering.objects.get(pk=second.pk).starts_at == second.starts_at, "nothing is written by looking"
    _form, sent = ada.filled("Yes, move it")
    for _ in range(2):
        ada.post(ada.path, sent)
        assert ada.path == f"/calendar/groups/{world.group.code}/"

    after = events(address)
    assert set(after) == set(before)
    assert {one.summary.value for one in after.values()} == {"Time for me"}
    assert sorted(int(one.sequence.value) for one in after.values()) == [0, 1, 1, 1]
    assert "19:15" in ines.open("/calendar/").text

    for _ in range(3):
        tick(at=clock.now())
    mails = [mail for mail in mails_for(running_site, world.member) if "new time" in mail.get_content()]
    assert len(mails) == 1
    for never in ("circle", "ines", "meeting", "group", "test house", "ada", "19:15", "room"):
        assert never not in words_of(mails[0]).casefold(), never

    # Her phone is lost: a new link, and the old one opens nothing.
    ines.press("Make a new link")
    assert httpx.get(address).status_code == 404
    newer = next(part for part in ines.html.split('"') if part.startswith("http") and part.endswith(".ics"))
    assert set(events(newer)) == set(before)
    ines.press("Switch it off")
    assert httpx.get(newer).status_code == 404
