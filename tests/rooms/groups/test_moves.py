"""Moving a meeting: what it does across clock changes, what it refuses, and who hears of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import DatesChanged, HeldAlready, NotADate
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.public_days import public_day
from kindcircle.spec.dates import instant, wall_clock
from tests.world import World, join, make_group, make_world

LONDON = "Europe/London"
on_the_clock = datetime.fromisoformat
AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
FIRST = datetime(2027, 3, 18, 18, tzinfo=UTC)  # the clocks go forward on 28 March, between the second and the third


@pytest.fixture
def world(db: None) -> World:
    return spring()


def spring(first: datetime = FIRST, at: datetime = AT) -> World:
    """Four meetings at six in the evening in London, around a clock change."""
    world = make_world(at=at, first_at=first, zone=LONDON, members=3)
    wall = wall_clock(first, LONDON)
    for week, one in enumerate(world.gatherings):
        one.starts_at = instant(wall + timedelta(weeks=week), LONDON)
        one.save()
    return world


def wish(wall: datetime, **other) -> actions.Wish:
    given = {"zone": LONDON, "place": "Room 2, first floor", "video_link": "https://video.example.org/circle"}
    return actions.Wish(wall=wall, **given | other)


def move(world: World, number: int, to: actions.Wish, *, at: datetime = AT) -> actions.Preview:
    by, gathering = world.actor(world.facilitator), Gathering.objects.get(group=world.group, number=number)
    seen = actions.preview_move(gathering=gathering, wish=to, by=by, at=at).seen
    return actions.move_gathering(gathering=gathering, wish=to, seen=seen, by=by, at=at)


def walls(world: World, zone: str = LONDON) -> list[str]:
    rows = Gathering.objects.filter(group=world.group).order_by("number")
    return [f"{wall_clock(one.starts_at, zone):%m-%d %H:%M}" for one in rows]


def test_only_this_one(world):
    move(world, 2, wish(on_the_clock("2027-03-26 19:30")))
    assert walls(world) == ["03-18 18:00", "03-26 19:30", "04-01 18:00", "04-08 18:00"]


def test_this_and_all_after_keep_their_hour_over_the_spring_change(world):
    move(world, 2, wish(on_the_clock("2027-03-27 17:00"), all_after=True))
    assert walls(world) == ["03-18 18:00", "03-27 17:00", "04-03 17:00", "04-10 17:00"]
    utc = list(Gathering.objects.filter(group=world.group, number__gt=1).order_by("number").values_list("starts_at"))
    assert [one.hour for (one,) in utc] == [17, 16, 16]


def test_and_over_the_autumn_change(db):
    at = datetime(2027, 10, 1, 9, tzinfo=UTC)
    world = spring(datetime(2027, 10, 21, 17, tzinfo=UTC), at)
    move(world, 1, wish(on_the_clock("2027-10-25 18:00"), all_after=True), at=at)
    assert walls(world) == ["10-25 18:00", "11-01 18:00", "11-08 18:00", "11-15 18:00"]
    starts = Gathering.objects.filter(group=world.group).order_by("number").values_list("starts_at", flat=True)
    assert [one.hour for one in starts] == [17, 18, 18, 18]


def test_a_preview_changes_nothing(world):
    by = world.actor(world.facilitator)
    found = actions.preview_move(
        gathering=world.gatherings[1], wish=wish(on_the_clock("2027-03-26 18:00"), all_after=True), by=by, at=AT
    )
    assert [change.to.number for change in found.changes if change.any] == [2, 3, 4]
    # Good Friday 2027 is the day the second one would come to.
    assert (found.changes[0].to.public, found.changes[0].to.everywhere) == ("Good Friday", True)
    assert found.people == 4
    assert walls(world) == ["03-18 18:00", "03-25 18:00", "04-01 18:00", "04-08 18:00"]
    assert not Delivery.objects.filter(kind="new-time").exists()


@pytest.mark.parametrize(
    ("number", "wall", "said"),
    [
        (2, on_the_clock("2027-02-28 18:00"), "would be in the past"),
        (2, on_the_clock("2027-03-18 18:30"), "would begin before Meeting 1 is over"),
        (2, on_the_clock("2027-03-11 18:00"), "would begin before Meeting 1 is over"),
        (2, on_the_clock("2027-04-01 17:30"), "would still go on when Meeting 3 begins"),
        (2, on_the_clock("2027-04-09 18:00"), "would still go on when Meeting 3 begins"),
        (2, on_the_clock("2027-03-28 01:30"), "this hour is left out"),
        (4, on_the_clock("2029-09-01 18:00"), "more than two years from now"),
        (4, on_the_clock("9999-12-31 23:59"), "more than two years from now"),
        (1, on_the_clock("0001-01-01 00:00"), "would be in the past"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(world, number, wall, said):
    before = walls(world)
    with pytest.raises(NotADate) as refused:
        move(world, number, wish(wall))
    assert said in refused.value.sentence
    assert walls(world) == before


def test_all_after_cannot_fall_into_the_hour_left_out_either(world):
    # The third would come to the night on which the clocks go forward.
    with pytest.raises(NotADate, match="Meeting 3"):
        move(world, 2, wish(on_the_clock("2027-03-21 01:30"), all_after=True))


@pytest.mark.parametrize("state", ["open", "closing", "closed"])
def test_what_was_held_stays(world, state):
    Gathering.objects.filter(pk=world.gathering.pk).update(
        state=state, opened_at=FIRST, closed_at=FIRST + timedelta(hours=1) if state == "closed" else None
    )
    with pytest.raises(HeldAlready):
        move(world, 1, wish(on_the_clock("2027-03-19 18:00")))
    with pytest.raises(NotADate, match="Meeting 1 is over"):
        move(world, 2, wish(on_the_clock("2027-03-18 18:30")))


def test_a_facilitator_is_not_booked_twice_and_is_named_with_the_time(world):
    other, _ = make_group(
        world.organisation,
        [world.stranger("Cleo"), world.facilitators[1]],
        at=AT,
        first_at=datetime(2027, 3, 24, 18, tzinfo=UTC),
    )
    with pytest.raises(NotADate) as refused:
        move(world, 2, wish(on_the_clock("2027-03-24 18:30")))
    assert "Bo leads another group then (Wednesday 24 March 2027, 18:00)" in refused.value.sentence
    assert other.name not in refused.value.sentence.replace("another group", "")
    # One minute after the other is over is fine; so is a group that one left, or only belongs to as a member.
    move(world, 2, wish(on_the_clock("2027-03-24 19:00")))
    Membership.objects.filter(group=other, user=world.facilitators[1]).update(left_at=AT)
    move(world, 2, wish(on_the_clock("2027-03-24 18:30")))


def test_being_a_member_elsewhere_is_nobodys_business(world):
    other, _ = make_group(
        world.organisation,
        [world.stranger("Cleo"), world.stranger("Dan")],
        at=AT,
        first_at=datetime(2027, 3, 24, 18, tzinfo=UTC),
    )
    join(other, world.facilitators[1], Membership.Role.MEMBER, at=AT)
    move(world, 2, wish(on_the_clock("2027-03-24 18:30")))


def test_everybody_hears_once_and_the_same_move_twice_is_one(world):
    by, gathering, to = world.actor(world.facilitator), world.gatherings[1], wish(on_the_clock("2027-03-26 18:00"))
    seen = actions.preview_move(gathering=gathering, wish=to, by=by, at=AT).seen
    for _ in range(2):
        actions.move_gathering(gathering=gathering, wish=to, seen=seen, by=by, at=AT)
    told = Delivery.objects.filter(kind="new-time")
    # Members and the other facilitator; whoever moved it knows.
    assert {row.user for row in told} == {*world.members, world.facilitators[1]}
    assert told.count() == 4
    assert Gathering.objects.get(pk=gathering.pk).revision == 1
    assert AuditEntry.objects.filter(event=Event.GATHERING_MOVED, about_code=gathering.code).count() == 1
    # Moved on, and back again: another message each time.
    move(world, 2, wish(on_the_clock("2027-03-27 18:00")))
    move(world, 2, wish(on_the_clock("2027-03-26 18:00")))
    assert told.all().count() == 12
    assert Gathering.objects.get(pk=gathering.pk).revision == 3


def test_whoever_wants_no_mail_and_whoever_left_hear_nothing(world):
    quiet, gone = world.members[:2]
    type(quiet).objects.filter(pk=quiet.pk).update(wants_mail=False)
    Membership.objects.filter(user=gone).update(left_at=AT)
    move(world, 2, wish(on_the_clock("2027-03-26 18:00")))
    told = [one.user for one in iter(lambda: queue.claim(AT), None)]
    assert quiet not in told and gone not in told and len(told) == 2
    assert Delivery.objects.get(kind="new-time", user=quiet).why == "no-mail"


def test_a_preview_that_a_colleague_overtook_is_shown_anew(world):
    by, gathering, to = world.actor(world.facilitator), world.gatherings[1], wish(on_the_clock("2027-03-26 18:00"))
    seen = actions.preview_move(gathering=gathering, wish=to, by=by, at=AT).seen
    move(world, 2, wish(on_the_clock("2027-03-24 18:00")))
    with pytest.raises(DatesChanged):
        actions.move_gathering(gathering=gathering, wish=to, seen=seen, by=by, at=AT)


def test_a_reminder_that_waits_goes_with_its_meeting(world):
    meeting = world.gatherings[1]
    about = Ref("gathering", meeting.code)
    due_at = meeting.starts_at - timedelta(days=1)
    queue.enqueue("next-meeting", to=world.member, about=about, once=meeting.code, at=due_at)
    move(world, 2, wish(on_the_clock("2027-03-29 18:00")))
    row = Delivery.objects.get(kind="next-meeting")
    starts_at = datetime(2027, 3, 29, 17, tzinfo=UTC)
    assert (row.due_at, row.useful_until) == (starts_at - timedelta(days=1), starts_at)


def test_another_room_only_this_time_and_back(world):
    wall = on_the_clock("2027-03-25 18:00")
    move(world, 2, wish(wall, place="The garden house", video_link=""))
    row = Gathering.objects.select_related("group").get(pk=world.gatherings[1].pk)
    assert (row.place, row.video_link, row.elsewhere) == ("The garden house", "", True)
    others = Gathering.objects.select_related("group").filter(group=world.group).exclude(pk=row.pk)
    assert {one.place for one in others} == {"Room 2, first floor"}
    # A later move of time leaves the room of each as it is.
    move(world, 1, wish(on_the_clock("2027-03-19 18:00"), all_after=True))
    row.refresh_from_db()
    assert row.place == "The garden house"
    move(world, 2, wish(on_the_clock("2027-03-26 18:00")))
    row.refresh_from_db()
    assert (row.elsewhere, row.own_place, row.place) == (False, "", "Room 2, first floor")
    with pytest.raises(NotADate, match="where the group meets"):
        move(world, 2, wish(wall, place="", video_link=""))


def test_another_clock_in_the_middle_of_a_course(world):
    """The group goes on from Lisbon's clock to Berlin's: the same hour on the wall, another moment."""
    with pytest.raises(NotADate, match="One meeting alone"):
        move(world, 3, wish(on_the_clock("2027-04-01 18:00"), zone="Europe/Berlin"))
    move(world, 3, wish(on_the_clock("2027-04-01 18:00"), zone="Europe/Berlin", all_after=True))
    assert Group.objects.get(pk=world.group.pk).zone == "Europe/Berlin"
    rows = Gathering.objects.filter(group=world.group).order_by("number")
    assert [one.starts_at.hour for one in rows] == [18, 18, 16, 16]
    assert [one.revision for one in rows] == [0, 0, 1, 1]


def test_only_those_who_lead_it_or_the_house_may_move(world):
    to = wish(on_the_clock("2027-03-26 18:00"))
    other = make_world(at=AT)
    for person in (world.member, world.safety_lead, other.organisation_lead, other.facilitator):
        with pytest.raises(NotFound):
            actions.preview_move(gathering=world.gatherings[1], wish=to, by=world.actor(person), at=AT)
    with pytest.raises(NotFound):
        weak = world.actor(world.facilitator, strong=False)
        actions.preview_move(gathering=world.gatherings[1], wish=to, by=weak, at=AT)
    lead = world.actor(world.organisation_lead)
    assert actions.preview_move(gathering=world.gatherings[1], wish=to, by=lead, at=AT).people == 5


@pytest.mark.parametrize(
    ("on", "country", "found"),
    [
        (date(2027, 12, 25), "GB", ("Christmas Day", True)),
        (date(2027, 3, 29), "GB", ("Easter Monday", False)),  # not in Scotland
        (date(2027, 10, 3), "DE", ("German Unity Day", True)),
        (date(2027, 6, 9), "GB", ("", False)),
        (date(2027, 12, 25), "ZZ", ("", False)),
        (date(2027, 12, 25), "", ("", False)),
    ],
)
def test_public_holidays(on, country, found):
    assert public_day(on, country) == found
