"""The house writes its rooms down once; they are chosen, told to members, and never given away twice."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kindcircle.base.lib import clock
from kindcircle.rooms.groups import venues
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.venues import Facts
from tests.doors.web.organisation.test_house import enter
from tests.world import World, make_person, make_world

ROOM = {
    "name": "Blue room",
    "address": "3 Mill Lane",
    "way_in": "The green door. Ring twice.",
    "step_free": "yes",
    "holds": "12",
    "note": "Low light on request.",
}


@pytest.fixture
def lead(client, world: World) -> Client:
    return enter(client, world.organisation_lead)


def keep(world: World, **facts) -> Venue:
    by = world.actor(world.organisation_lead)
    kind = "video" if "link" in facts else "room"
    return venues.add_venue(organisation=world.organisation, kind=kind, facts=Facts(**facts), by=by, at=clock.now())


def group(world: World, **where: str) -> dict[str, str]:
    first = (clock.now() + timedelta(days=40)).replace(hour=18, minute=0)
    return {
        "name": "Winter circle",
        "programme": "kind-to-a-body-that-hurts/1",
        "first_at": f"{first:%Y-%m-%dT%H:%M}",
        "zone": "UTC",
        "owner": world.facilitators[0].code,
        "backup": world.facilitators[1].code,
    } | where


def test_a_room_is_written_down_changed_and_taken_away(lead, world):
    assert lead.post("/organisation/rooms/new/room/", ROOM).status_code == 303
    page = lead.get("/organisation/rooms/").content.decode()
    assert "Blue room" in page and "3 Mill Lane" in page and "Step-free all the way" in page and "holds 12" in page
    one = Venue.objects.get()
    assert lead.post(f"/organisation/rooms/{one.code}/", ROOM | {"holds": "9"}).status_code == 303
    one.refresh_from_db()
    assert (one.holds, one.way_in) == (9, "The green door. Ring twice.")
    assert lead.post(f"/organisation/rooms/{one.code}/", {"do": "end"}).status_code == 303
    assert "Blue room" not in lead.get("/organisation/rooms/").content.decode()


def test_a_video_room_needs_its_link_and_nothing_typed_is_lost(lead, world):
    answer = lead.post("/organisation/rooms/new/video/", {"name": "Quiet", "note": "Dial 12 to come in by phone."})
    assert answer.status_code == 422
    assert "paste the link" in answer.content.decode() and "Dial 12" in answer.content.decode()
    assert lead.post("/organisation/rooms/new/cellar/", ROOM).status_code == 404
    assert lead.post("/organisation/rooms/new/room/", ROOM).status_code == 303
    again = lead.post("/organisation/rooms/new/room/", ROOM)
    assert again.status_code == 422 and "has one with this name" in again.content.decode()


def test_a_room_with_meetings_is_not_taken_away(lead, world):
    one = keep(world, name="Blue room")
    Group.objects.filter(pk=world.group.pk).update(room=one, place=one.line)
    answer = lead.post(f"/organisation/rooms/{one.code}/", {"do": "end"})
    assert answer.status_code == 422 and "4 meetings to come are still there" in answer.content.decode()


def test_a_group_starts_in_a_room_of_the_house_and_members_read_how_to_get_in(lead, world):
    one = keep(world, name="Blue room", address="3 Mill Lane", way_in="The green door.", step_free="yes", holds=6)
    page = lead.get("/organisation/groups/start/").content.decode()
    assert "Blue room, 3 Mill Lane (holds 6)" in page
    seen = lead.post("/organisation/groups/start/", group(world, room=one.code)).content.decode()
    assert "holds 6 people" in seen  # fewer than a full group, said before anybody is invited
    Group.objects.filter(pk=world.group.pk).update(room=one, place=one.line)
    mine = enter(Client(), world.member).get("/today/").content.decode()
    assert "Blue room, 3 Mill Lane" in mine and "The green door." in mine and "Step-free all the way" in mine


def test_the_page_of_all_dates_says_that_a_room_is_taken(lead, world):
    one = keep(world, name="Blue room")
    given = group(world, room=one.code)
    there = Gathering.objects.get(group=world.group, number=1)
    Group.objects.filter(pk=world.group.pk).update(room=one)
    Gathering.objects.filter(pk=there.pk).update(starts_at=given["first_at"] + ":00Z")
    other = [make_person(world.organisation, name, at=world.at) for name in ("Kim", "Lee")]
    for person in other:
        person.staff_roles.create(role="facilitator", given_at=world.at)
    given |= {"owner": other[0].code, "backup": other[1].code}
    page = lead.post("/organisation/groups/start/", given).content.decode()
    assert "another group is in Blue room then" in page
    assert 'value="start"' not in page  # it cannot be started like this
    free = keep(world, name="Green room")
    assert 'value="start"' in lead.post("/organisation/groups/start/", given | {"room": free.code}).content.decode()


def test_choosing_and_writing_another_is_asked_about(lead, world):
    one = keep(world, name="Blue room")
    answer = lead.post("/organisation/groups/start/", group(world, room=one.code, place="The library"))
    assert answer.status_code == 422 and "Please keep one of them" in answer.content.decode()
    assert "The library" in answer.content.decode()
    nowhere = lead.post("/organisation/groups/start/", group(world))
    assert nowhere.status_code == 422 and "say where the group meets" in nowhere.content.decode()


def test_a_meeting_moves_into_a_room_of_the_house(lead, world):
    one = keep(world, name="Blue room", address="3 Mill Lane")
    meeting = world.gatherings[2]
    wall = f"{meeting.starts_at:%Y-%m-%dT%H:%M}"
    given = {"wall": wall, "scope": "one", "room": one.code, "place": "", "video_link": "", "zone": "UTC"}
    move = reverse("calendar:move", args=[meeting.code])
    said = lead.post(move, given | {"do": "look"}).content.decode()
    assert "Blue room, 3 Mill Lane" in said
    seen = said.split('name="seen" value="')[1].split('"')[0]
    assert lead.post(move, given | {"do": "move", "seen": seen}).status_code == 303
    meeting.refresh_from_db()
    assert meeting.own_room == one and meeting.place == "Blue room, 3 Mill Lane"
    # The form starts from where it is now.
    assert f'value="{one.code}" selected' in lead.get(move).content.decode()


def test_another_house_with_the_same_room_sees_its_own_alone(lead, world):
    other = make_world()
    ours, theirs = (
        keep(world, name="Blue room", note="Ours alone."),
        keep(other, name="Blue room", note="Theirs alone."),
    )
    assert "Theirs" not in lead.get(f"/organisation/rooms/{ours.code}/").content.decode()
    assert lead.get(f"/organisation/rooms/{theirs.code}/").status_code == 404
    assert theirs.code not in lead.get("/organisation/rooms/").content.decode()
    page = lead.get("/organisation/groups/start/").content.decode()
    assert ours.code in page and theirs.code not in page
    answer = lead.post("/organisation/groups/start/", group(world, room=theirs.code))
    assert answer.status_code == 422 and "choose again" in answer.content.decode()
