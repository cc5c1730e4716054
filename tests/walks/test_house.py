"""A house gets ready for its month: its own words, its rooms, a group that finds its room taken, and who works here."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole
from kindcircle.rooms.groups.models import Gathering, Group
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_staff, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    at = clock.now().replace(second=0, microsecond=0)
    return make_world(at=at, first_at=at + timedelta(days=9), members=6)


def test_a_month_in_a_house(running_site: RunningSite, world: World) -> None:
    other = make_world()
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/")
    assert "Open now" in odile.text and "Finished means:" in odile.text

    # Words and colours, chosen and never typed.
    odile.follow("Words and colours")
    odile.press(
        "Keep this",
        {"says_group": "class", "says_facilitator": "teacher", "says_member": "participant", "says_meeting": "session"}
        | {"palette": "moss", "header_name": "Harbour House", "header_for": "inside"},
    )
    assert "each participant of your class can come to every session, and two teachers are there" in odile.text

    # A room, written down once.
    odile.open("/organisation/").follow("Rooms and video rooms").follow("Add a room")
    odile.press(
        "Keep it",
        {"name": "Blue room", "address": "3 Mill Lane", "way_in": "The green door.", "step_free": "yes", "holds": "9"},
    )
    assert "Blue room" in odile.text and "0 sessions to come" in odile.text

    # The next meeting of the class goes there; members read where, and how to get in.
    meeting = world.gatherings[0]
    odile.open(f"/calendar/meetings/{meeting.code}/move/")
    room = next(iter(odile.form("See what would change")[0].choices["room"] - {""}))
    odile.press("See what would change", {"room": room, "place": "", "video_link": "", "scope": "after"})
    assert "Blue room, 3 Mill Lane" in odile.text
    odile.press("Yes, move it")
    ines = Visitor(running_site, world.member).open("/today/")
    assert "Blue room, 3 Mill Lane" in ines.text and "The green door." in ines.text
    assert "Step-free all the way" in ines.text and "Harbour House" in ines.text and "session" in ines.text.lower()

    # A second class at the same hour is told that the room is taken, and what can be done; elsewhere it starts.
    pair = [make_staff(world.organisation, name, StaffRole.Role.FACILITATOR, at=world.at) for name in ("Kim", "Lee")]
    odile.open("/organisation/groups/start/").press(
        "See all dates",
        {"name": "Second circle", "programme": "kind-to-a-body-that-hurts/1", "zone": "UTC", "room": room}
        | {"first_at": f"{meeting.starts_at:%Y-%m-%dT%H:%M}", "owner": pair[0].code, "backup": pair[1].code},
    )
    assert "another class is in Blue room then" in odile.text and "choose another time or another room" in odile.text
    assert "holds 9 people" in odile.text
    assert not Group.objects.filter(organisation=world.organisation, name="Second circle").exists()

    # The house next door says what it always said, and knows of no Blue room.
    next_door = Visitor(running_site, other.organisation_lead).open("/organisation/")
    assert "Harbour House" not in next_door.text and "Groups" in next_door.text
    assert "Blue room" not in next_door.open("/organisation/rooms/").text

    # Somebody stops answering for safety.
    second = make_staff(world.organisation, "Sid", StaffRole.Role.SAFETY_LEAD, at=world.at)
    odile.open(f"/organisation/staff/{second.code}/").press("End this role")
    assert not StaffRole.objects.filter(user=second).exists() and "signed out everywhere" in odile.text
    assert Gathering.objects.filter(group=world.group, own_room__name="Blue room").count() == 4
