"""Somebody's own calendar: what it says, what it keeps to itself, and who can open it."""

from datetime import UTC, datetime, timedelta

import pytest
import vobject

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups import actions, calendars
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.spec.dates import instant, wall_clock
from kindcircle.spec.documents.calendar import calendar_file
from tests.world import World, make_world

on_the_clock = datetime.fromisoformat
AT = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> World:
    return make_world(at=AT, first_at=datetime(2027, 3, 18, 18, tzinfo=UTC), members=2)


def on(world: World, user=None) -> CalendarLink:
    user = user or world.member
    seen = calendars.stamp(calendars.calendar_of(user))
    return calendars.renew_link(user=user, seen=seen, by=world.actor(user), at=AT)


def events(link: CalendarLink, at: datetime = AT) -> dict:
    whole = vobject.readOne(calendar_file(calendars.entries_of(link, at=at), name="x").decode())
    return {one.uid.value: one for one in whole.contents.get("vevent", [])}


def test_the_secret_opens_it_and_is_kept_only_sealed_and_hashed(world):
    link = on(world)
    secret = calendars.secret_of(link)
    assert len(secret) == 43
    assert calendars.link_behind(secret) == link
    row = CalendarLink.objects.filter(pk=link.pk).values().get()
    assert secret.encode() not in b"".join(
        bytes(v) if isinstance(v, memoryview) else str(v).encode() for v in row.values()
    )


def test_renewing_ends_the_old_one_and_a_click_twice_makes_one(world):
    first = calendars.secret_of(on(world))
    seen = calendars.stamp(calendars.calendar_of(world.member))
    by = world.actor(world.member)
    later = AT + timedelta(minutes=1)
    made = [calendars.secret_of(calendars.renew_link(user=world.member, seen=seen, by=by, at=later)) for _ in range(2)]
    assert made[0] == made[1] != first
    assert calendars.link_behind(first) is None
    assert AuditEntry.objects.filter(event=Event.CALENDAR_LINK_MADE).count() == 2


def test_off_is_off_and_names_stay_when_it_is_on_again(world):
    link = on(world)
    secret, names = calendars.secret_of(link), set(events(link))
    for _ in range(2):
        calendars.end_link(user=world.member, by=world.actor(world.member), at=AT)
    assert calendars.link_behind(secret) is None
    assert calendars.secret_of(calendars.calendar_of(world.member)) == ""
    assert AuditEntry.objects.filter(event=Event.CALENDAR_LINK_ENDED).count() == 1
    again = on(world)
    assert calendars.secret_of(again) != secret and set(events(again)) == names


def test_a_closed_account_has_no_calendar(world):
    secret = calendars.secret_of(on(world))
    type(world.member).objects.filter(pk=world.member.pk).update(is_active=False)
    assert calendars.link_behind(secret) is None


def test_nobody_makes_or_ends_the_link_of_somebody_else(world):
    fellow = world.actor(world.members[1])
    for act in (
        lambda: calendars.renew_link(user=world.member, seen="off", by=fellow, at=AT),
        lambda: calendars.end_link(user=world.member, by=fellow, at=AT),
        lambda: calendars.choose_words(user=world.member, title="busy", says_where=True, by=fellow),
    ):
        with pytest.raises(NotFound):
            act()
    weak = world.actor(world.facilitator, strong=False)
    with pytest.raises(NotFound):
        calendars.renew_link(user=world.facilitator, seen="off", by=weak, at=AT)


def test_entries_say_when_and_nothing_of_the_group(world):
    text = calendar_file(calendars.entries_of(on(world), at=AT), name="Appointment").decode()
    assert text.count("BEGIN:VEVENT") == 4
    assert text.count("SUMMARY:Appointment") == 4
    group = world.group
    for never in (group.name, group.code, group.programme, group.place, "video", "Ines", "Ada", "kind", "circle",
                  world.organisation.name, world.member.code, *(one.code for one in world.gatherings)):  # fmt: skip
        assert never.casefold() not in text.casefold(), never


def test_two_people_of_one_group_cannot_be_matched_by_their_entries(world):
    mine, fellows = on(world), on(world, world.members[1])
    assert not set(events(mine)) & set(events(fellows))


def test_the_word_and_the_place_are_chosen(world):
    link = on(world)
    calendars.choose_words(user=world.member, title="time-for-me", says_where=True, by=world.actor(world.member))
    link.refresh_from_db()
    found = next(iter(events(link).values()))
    assert (found.summary.value, found.location.value) == ("Time for me", world.group.place)


def test_a_moved_meeting_keeps_its_name_and_rises(world):
    link = on(world)
    before = events(link)
    by, meeting = world.actor(world.facilitator), world.gatherings[1]
    wish = actions.Wish(
        on_the_clock("2027-03-29 19:00"), "UTC", world.group.place, world.group.video_link, all_after=True
    )
    seen = actions.preview_move(gathering=meeting, wish=wish, by=by, at=AT).seen
    actions.move_gathering(gathering=meeting, wish=wish, seen=seen, by=by, at=AT)
    after = events(link)
    assert set(after) == set(before)
    assert sorted(int(one.sequence.value) for one in after.values()) == [0, 1, 1, 1]
    moved = min((one for one in after.values() if one.sequence.value == "1"), key=lambda one: one.dtstart.value)
    assert moved.dtstart.value == datetime(2027, 3, 29, 19, tzinfo=UTC)
    assert moved.dtstamp.value == AT


def test_whoever_leaves_sees_what_was_to_come_called_off_for_a_while(world):
    link = on(world)
    before = events(link)
    left_at = datetime(2027, 3, 20, tzinfo=UTC)
    Membership.objects.filter(user=world.member).update(left_at=left_at)
    after = events(link, left_at)
    assert set(after) == set(before)
    assert [one.status.value for one in after.values()] == ["CONFIRMED", "CANCELLED", "CANCELLED", "CANCELLED"]
    assert all(int(after[uid].sequence.value) > int(before[uid].sequence.value)
               for uid in after if after[uid].status.value == "CANCELLED")  # fmt: skip
    Gathering.objects.filter(group=world.group, number=4).update(starts_at=left_at + timedelta(days=60))
    assert events(link, left_at + timedelta(days=40)) == {}


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Sydney"])
def test_times_are_right_across_the_clock_changes_of_a_year(db, zone):
    world = make_world(at=AT, zone=zone, members=1)
    group = world.group
    Gathering.objects.filter(group=group).delete()
    walls = [on_the_clock("2027-03-04 18:00") + timedelta(weeks=week) for week in range(52)]
    for number, wall in enumerate(walls, start=1):
        Gathering.objects.create(group=group, number=number, starts_at=instant(wall, zone), minutes=60)
    found = sorted(one.dtstart.value for one in events(on(world)).values())
    assert [wall_clock(one, zone) for one in found] == walls
    assert len({one.hour for one in found}) == 2


def test_my_meetings_are_those_to_come_of_my_groups(world):
    mine = calendars.meetings_of(world.actor(world.member), at=AT)
    assert [one.number for one in mine] == [1, 2, 3, 4]
    assert calendars.meetings_of(world.actor(world.stranger()), at=AT) == []
    with pytest.raises(NotFound):
        calendars.meetings_of(world.actor(world.facilitator, strong=False), at=AT)
