"""A house keeps its rooms once, and no two groups are ever given the same one at the same hour."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.groups import actions, venues
from kindcircle.rooms.groups.errors import NotADate, VenueGone, VenueInUse, VenueKnown, VenueUnclear
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.series import lay_out
from kindcircle.rooms.groups.venues import Facts
from kindcircle.spec.programmes import load_programme
from tests.rooms.together import at_the_same_moment
from tests.world import PROGRAMME, VERSION, World, make_person, make_world

AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
FIRST = datetime.fromisoformat("2027-01-19 18:00")  # on the wall clock of UTC
LINK = "https://video.example.org/quiet-room"


@pytest.fixture
def world(db: None) -> World:
    return make_world(at=AT, first_at=AT + timedelta(days=60), members=3)


def keep(world: World, name: str = "Blue room", *, at: datetime = AT, kind: str = "room", **more) -> Venue:
    facts = Facts(name=name, **({"address": "3 Mill Lane", "holds": 12} | more if kind == "room" else more))
    by = world.actor(world.organisation_lead)
    return venues.add_venue(organisation=world.organisation, kind=kind, facts=facts, by=by, at=at)


def start(world: World, first: datetime = FIRST, *, at: datetime = AT, name: str = "A circle", **where) -> Group:
    pair = [make_person(world.organisation, name, at=at) for name in ("Kim", "Lee")]
    return actions.start_group(
        organisation=world.organisation,
        name=name,
        programme=PROGRAMME,
        programme_version=VERSION,
        zone="UTC",
        first_at=first.replace(tzinfo=UTC),
        walls=lay_out(load_programme(PROGRAMME, VERSION), first),
        owner=pair[0],
        backup=pair[1],
        by=world.actor(world.organisation_lead),
        at=at,
        **where,
    )


def move(world: World, gathering: Gathering, wall: datetime, **where) -> None:
    given = {"place": "", "video_link": ""} | where
    wish = actions.Wish(wall=wall, zone=gathering.group.zone, **given)
    by = world.actor(world.organisation_lead)
    seen = actions.preview_move(gathering=gathering, wish=wish, by=by, at=AT).seen
    actions.move_gathering(gathering=gathering, wish=wish, seen=seen, by=by, at=AT)


def test_a_group_carries_the_line_of_its_room(world):
    group = start(world, room=keep(world), video_room=keep(world, "Quiet", kind="video", link=LINK))
    assert (group.place, group.video_link) == ("Blue room, 3 Mill Lane", LINK)
    first = Gathering.objects.get(group=group, number=1)
    assert first.place == "Blue room, 3 Mill Lane" and first.room is not None and not first.online


def test_the_same_room_at_the_same_hour_is_refused_with_what_can_be_done(world):
    room = keep(world)
    start(world, room=room, name="First circle")
    for clash in (FIRST, FIRST + timedelta(minutes=30), FIRST - timedelta(minutes=30), FIRST + timedelta(weeks=1)):
        with pytest.raises(NotADate) as refused:
            start(world, clash, room=room)
        assert "another group is in Blue room then" in refused.value.sentence
        assert "choose another time or another room" in refused.value.sentence
        assert "First circle" not in refused.value.sentence
    start(world, FIRST + timedelta(hours=3), room=room)
    start(world, room=keep(world, "Green room"))


def test_one_video_link_is_one_room_however_it_came_there(world):
    room = keep(world, "Quiet", kind="video", link=LINK)
    start(world, video_room=room)
    for again in ({"video_link": LINK}, {"video_room": room}, {"place": "Elsewhere", "video_link": LINK}):
        with pytest.raises(NotADate, match="same video link"):
            start(world, **again)


def test_typed_addresses_may_hold_many_rooms(world):
    start(world, place="The library")
    assert start(world, place="The library").place == "The library"


def test_another_house_with_the_same_rooms_is_another_house(world):
    other = make_world(at=AT, first_at=AT + timedelta(days=60))
    ours, theirs = keep(world), keep(other)
    assert (ours.line, ours.organisation_id != theirs.organisation_id) == (theirs.line, True)
    keep(other, "Quiet", kind="video", link=LINK)
    start(world, room=ours, video_link=LINK)
    start(other, room=theirs, video_link=LINK)
    assert list(venues.offered(world.organisation, "room")) == [ours]
    with pytest.raises(VenueGone):
        start(world, FIRST + timedelta(days=1), room=theirs)
    for change in (
        lambda: venues.change_venue(
            venue=theirs, facts=Facts("Ours now"), by=world.actor(world.organisation_lead), at=AT
        ),
        lambda: venues.end_venue(venue=theirs, by=world.actor(world.organisation_lead), at=AT),
    ):
        with pytest.raises(NotFound):
            change()


def test_moving_into_a_room_that_is_taken_is_refused_and_into_a_free_one_is_not(world):
    room, free = keep(world), keep(world, "Green room")
    start(world, room=room)
    second = start(world, FIRST + timedelta(hours=3), place="The library")
    meeting = Gathering.objects.get(group=second, number=2)
    with pytest.raises(NotADate, match="another group is in Blue room"):
        move(world, meeting, FIRST + timedelta(weeks=1), room=room)
    move(world, meeting, FIRST + timedelta(weeks=1), room=free)
    meeting.refresh_from_db()
    assert meeting.place == "Green room, 3 Mill Lane" and meeting.own_room == free
    # Back to where the group always meets: then it follows the group again.
    move(world, meeting, FIRST + timedelta(weeks=1, hours=3), place="The library")
    meeting.refresh_from_db()
    assert not meeting.elsewhere and meeting.own_room is None


def test_only_another_time_may_clash_too(world):
    room = keep(world)
    start(world, room=room)
    later = start(world, FIRST + timedelta(hours=3), room=room)
    meeting = Gathering.objects.get(group=later, number=2)
    with pytest.raises(NotADate, match="Blue room"):
        move(world, meeting, FIRST + timedelta(weeks=1), room=room)


def test_a_changed_address_reaches_every_meeting_to_come_and_everybody_once(world):
    room = keep(world)
    group = start(world, room=room)
    held = Gathering.objects.get(group=group, number=1)
    Gathering.objects.filter(pk=held.pk).update(state="closed", opened_at=AT, closed_at=AT)
    by = world.actor(world.organisation_lead)
    Delivery.objects.all().delete()
    for _ in range(2):
        venues.change_venue(venue=room, facts=Facts("Blue room", address="9 Hill Road", holds=12), by=by, at=AT)
    group.refresh_from_db()
    assert group.place == "Blue room, 9 Hill Road"
    assert set(Gathering.objects.filter(group=group).values_list("revision", flat=True)) == {0, 1}
    assert Delivery.objects.filter(kind="new-time").count() == 2  # its two facilitators, once each
    # How to get in is no new place: nobody is written to.
    venues.change_venue(venue=room, facts=Facts("Blue room", address="9 Hill Road", way_in="Ring twice."), by=by, at=AT)
    assert Delivery.objects.filter(kind="new-time").count() == 2


def test_a_room_that_is_needed_stays_and_one_that_is_not_goes(world):
    room, by = keep(world), world.actor(world.organisation_lead)
    group = start(world, room=room)
    with pytest.raises(VenueInUse, match="4 meetings to come"):
        venues.end_venue(venue=room, by=by, at=AT)
    Gathering.objects.filter(group=group).update(state="closed", opened_at=AT, closed_at=AT)
    for _ in range(2):
        venues.end_venue(venue=room, by=by, at=AT)
    assert not venues.offered(world.organisation, "room")
    with pytest.raises(VenueGone):
        start(world, FIRST + timedelta(days=1), room=room)
    keep(world)  # the name is free again


def test_what_is_unclear_or_known_is_said(world):
    keep(world)
    keep(world, "Quiet", kind="video", link=LINK)
    with pytest.raises(VenueKnown):
        keep(world, " Blue  room ")
    with pytest.raises(VenueKnown):
        keep(world, "Loud", kind="video", link=LINK)
    with pytest.raises(VenueUnclear):
        keep(world, "  ")
    with pytest.raises(VenueUnclear):
        keep(world, "No link", kind="video")
    with pytest.raises(IntegrityError), transaction.atomic():
        Venue.objects.filter(kind="room").update(link="https://video.example.org/other")


def test_only_whoever_leads_the_house_keeps_its_rooms(world):
    for person in (world.facilitator, world.member, world.safety_lead):
        with pytest.raises(NotFound):
            venues.add_venue(
                organisation=world.organisation, kind="room", facts=Facts("Mine"), by=world.actor(person), at=AT
            )


def test_two_groups_that_start_at_once_do_not_get_the_same_room(committed: World) -> None:
    at = clock.now()
    first = (at + timedelta(days=40)).replace(hour=18, minute=0, second=0, microsecond=0, tzinfo=None)
    room = keep(committed, f"Room {committed.organisation.code}", at=at)
    for round_, where in enumerate(({"room": room}, {"video_link": f"https://video.example.org/{room.code}"}) * 2):
        begin = first + timedelta(days=round_)
        jobs = [lambda n=n, b=begin, w=where: start(committed, b, at=at, name=f"Circle {n}", **w) for n in range(4)]
        results = at_the_same_moment(jobs)
        assert [type(one) for one in results].count(Group) == 1, results
        assert [type(one) for one in results].count(NotADate) == 3, results


def test_two_moves_at_once_do_not_end_in_the_same_room(committed: World) -> None:
    at = clock.now()
    first = (at + timedelta(days=80)).replace(hour=18, minute=0, second=0, microsecond=0, tzinfo=None)
    room = keep(committed, f"Hall {committed.organisation.code}", at=at)
    groups = [start(committed, first + timedelta(hours=3 * n), at=at, place="The library") for n in range(3)]
    meetings = [Gathering.objects.select_related("group__organisation").get(group=one, number=2) for one in groups]
    wish = actions.Wish(wall=first + timedelta(weeks=1, days=1), zone="UTC", place="", video_link="", room=room)
    by = committed.actor(committed.organisation_lead)
    seen = [actions.preview_move(gathering=one, wish=wish, by=by, at=at).seen for one in meetings]

    def go(one: Gathering, mark: str) -> object:
        return actions.move_gathering(gathering=one, wish=wish, seen=mark, by=by, at=at)

    results = at_the_same_moment([lambda pair=pair: go(*pair) for pair in zip(meetings, seen, strict=True)])
    assert [type(one) for one in results].count(NotADate) == 2, results
    assert Gathering.objects.filter(own_room=room).count() == 1
