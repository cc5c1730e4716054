"""Who guides and who holds, who steps in and for how long, and what becomes of a meeting that nobody leads."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.base.access import NOBODY
from kindcircle.base.access.gate import can
from kindcircle.base.access.permissions import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.groups import calendars, hand_over
from kindcircle.rooms.groups.actions import roles
from kindcircle.rooms.groups.errors import (
    HandOverChanged,
    LeadsNotHere,
    MeetingBegun,
    NotADate,
    NotToStandIn,
    PlanChanged,
    TakesPart,
    TwoRolesOnePerson,
)
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.groups.standing_in import ends_at, leading, opens_at
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, join, make_group, make_staff, make_world

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)  # a Monday; the clocks of London go forward on the 29th
DAY = timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, members=2, first_at=AT + 10 * DAY, zone="Europe/London")


@pytest.fixture
def cleo(world: World) -> User:
    return make_staff(world.organisation, "Cleo", StaffRole.Role.FACILITATOR, at=AT)


def plan(world: World, by: User | None = None, **pairs) -> list[roles.Turn]:
    turns = roles.plan_of(world.group)
    return roles.plan_roles(
        group=world.group, pairs=pairs["pairs"], seen=pairs.get("seen", roles.stamp(turns)),
        by=world.actor(by or world.facilitator), at=AT,
    )  # fmt: skip


def who(turns: list[roles.Turn]) -> list[tuple[int | None, int | None]]:
    return [(turn.guide and turn.guide.pk, turn.holder and turn.holder.pk) for turn in turns]


def step_in(world: World, cleo: User, *numbers: int, at: datetime = AT):
    days = [one for one in world.gatherings if one.number in numbers]
    return roles.name_stand_in(
        gatherings=days, away=world.facilitators[1], stand_in=cleo, by=world.actor(world.facilitators[1]), at=at
    )


def sees(world: World, person: User, at: datetime) -> bool:
    return can(actor_for(person, strong=True, at=at), Permission.GROUP_SEE, world.group)


# --- the plan ---


def test_two_swap_from_meeting_to_meeting_with_one_tap(world: World):
    ada, bo = world.facilitators
    turns = plan(world, pairs=roles.alternate(world.group, first=ada, second=bo))
    assert who(turns) == [(ada.pk, bo.pk), (bo.pk, ada.pk)] * 2


def test_what_was_held_stays_and_the_swap_begins_at_the_next(world: World):
    ada, bo = world.facilitators
    Gathering.objects.filter(pk=world.gathering.pk).update(state="closed", opened_at=AT, closed_at=AT)
    turns = plan(world, pairs=roles.alternate(world.group, first=bo, second=ada) | {1: (bo, ada)})
    assert who(turns) == [(ada.pk, bo.pk), (bo.pk, ada.pk), (ada.pk, bo.pk), (bo.pk, ada.pk)]


def test_each_meeting_can_be_set_by_itself_by_whoever_leads_the_house_too(world: World):
    ada, bo = world.facilitators
    turns = plan(world, by=world.organisation_lead, pairs={2: (bo, ada), 3: (None, ada)})
    assert who(turns) == [(ada.pk, bo.pk), (bo.pk, ada.pk), (None, ada.pk), (ada.pk, bo.pk)]


def test_a_plan_that_cannot_be_is_refused_whole(world: World, cleo: User):
    ada, bo = world.facilitators
    before = who(roles.plan_of(world.group))
    for pairs, error in (
        ({1: (bo, ada), 2: (ada, ada)}, TwoRolesOnePerson),
        ({1: (bo, ada), 2: (cleo, ada)}, LeadsNotHere),
        ({1: (world.member, ada)}, LeadsNotHere),
    ):
        with pytest.raises(error):
            plan(world, pairs=pairs)
        assert who(roles.plan_of(world.group)) == before


def test_two_who_plan_at_once_do_not_write_over_each_other(world: World):
    ada, bo = world.facilitators
    seen = roles.stamp(roles.plan_of(world.group))
    plan(world, pairs={1: (bo, ada)}, seen=seen)
    with pytest.raises(PlanChanged):
        plan(world, pairs={2: (bo, ada)}, seen=seen)


def test_nobody_else_plans(world: World, cleo: User):
    for person in (world.member, cleo, world.safety_lead, make_world(members=1).facilitator):
        with pytest.raises(NotFound):
            plan(world, by=person, pairs={})


# --- stepping in ---


def test_a_stand_in_takes_the_place_and_is_told_that_something_waits(world: World, cleo: User):
    ada, bo = world.facilitators
    step_in(world, cleo, 2, 3)
    assert who(roles.plan_of(world.group)) == [
        (ada.pk, bo.pk), (ada.pk, cleo.pk), (ada.pk, cleo.pk), (ada.pk, bo.pk),
    ]  # fmt: skip
    assert Delivery.objects.filter(user=cleo, kind="something-waiting").count() == 2
    step_in(world, cleo, 2)
    assert Delivery.objects.filter(user=cleo).count() == 2, "named twice is named once"


def test_the_group_is_open_to_them_only_around_the_meeting(world: World, cleo: User):
    step_in(world, cleo, 2)
    meeting = world.gatherings[1]
    opens, ends = opens_at(meeting), ends_at(meeting)
    assert opens == meeting.starts_at - 3 * DAY
    assert ends == datetime(2026, 3, 21, 0, tzinfo=UTC)
    moments = {opens - timedelta(seconds=1): False, opens: True, meeting.starts_at: True,
               ends - timedelta(seconds=1): True, ends: False}  # fmt: skip
    for moment, open_ in moments.items():
        assert sees(world, cleo, moment) is open_, moment
        assert (cleo in leading(world.group, at=moment)) is open_, moment
    assert not can(actor_for(cleo, strong=True), Permission.GROUP_SEE, world.group), "nobody says when"
    assert not can(actor_for(cleo, strong=False, at=opens), Permission.GROUP_SEE, world.group)


def test_the_end_of_the_day_after_follows_the_clock_of_the_group(world: World, cleo: User):
    Gathering.objects.filter(pk=world.gatherings[1].pk).update(starts_at=datetime(2026, 3, 28, 18, tzinfo=UTC))
    meeting = Gathering.objects.select_related("group").get(pk=world.gatherings[1].pk)
    # Midnight after the day of the change is one hour earlier in UTC.
    assert ends_at(meeting) == datetime(2026, 3, 29, 23, tzinfo=UTC)


def test_a_meeting_that_moves_takes_its_stand_in_along(world: World, cleo: User):
    step_in(world, cleo, 2)
    starts_at = world.gatherings[1].starts_at
    Gathering.objects.filter(pk=world.gatherings[1].pk).update(starts_at=starts_at + 20 * DAY)
    assert not sees(world, cleo, starts_at)
    assert sees(world, cleo, starts_at + 20 * DAY)


@pytest.mark.parametrize("gone", ["role", "account", "taken back"])
def test_whoever_leaves_the_house_stands_in_no_more(world: World, cleo: User, gone: str):
    (row,) = step_in(world, cleo, 2)
    during = world.gatherings[1].starts_at
    assert sees(world, cleo, during)
    if gone == "role":
        StaffRole.objects.filter(user=cleo).delete()
    elif gone == "account":
        User.objects.filter(pk=cleo.pk).update(is_active=False)
        cleo.refresh_from_db()
        assert actor_for(cleo, strong=True, at=during) == NOBODY
    else:
        roles.end_stand_in(stand_in=row, by=world.actor(world.facilitator), at=AT)
        roles.end_stand_in(stand_in=row, by=world.actor(world.facilitator), at=AT)
        assert who(roles.plan_of(world.group))[1] == (world.facilitator.pk, world.facilitators[1].pk)
    assert not sees(world, cleo, during)


def test_who_cannot_step_in(world: World, cleo: User):
    other = make_world(members=1)
    busy = make_staff(world.organisation, "Dov", StaffRole.Role.FACILITATOR, at=AT)
    make_group(world.organisation, [busy, cleo], at=AT, first_at=world.gatherings[1].starts_at + timedelta(minutes=30))
    member = make_staff(world.organisation, "Eli", StaffRole.Role.FACILITATOR, at=AT)
    join(world.group, member, Membership.Role.MEMBER, at=AT)
    for person, error in (
        (world.safety_lead, NotToStandIn),
        (world.facilitator, NotToStandIn),
        (other.facilitator, NotToStandIn),
        (member, TakesPart),
        (busy, NotADate),
    ):
        with pytest.raises(error):
            step_in(world, person, 2)
    Gathering.objects.filter(pk=world.gatherings[1].pk).update(state="open", opened_at=AT)
    with pytest.raises(MeetingBegun):
        step_in(world, make_staff(world.organisation, "Fay", StaffRole.Role.FACILITATOR, at=AT), 2)


def test_a_stand_in_who_cannot_come_either_is_followed_by_the_next(world: World, cleo: User):
    step_in(world, cleo, 2)
    dov = make_staff(world.organisation, "Dov", StaffRole.Role.FACILITATOR, at=AT)
    (row,) = roles.name_stand_in(
        gatherings=[world.gatherings[1]], away=cleo, stand_in=dov, by=world.actor(world.organisation_lead), at=AT
    )
    assert row.in_for == world.facilitators[1]
    assert not sees(world, cleo, world.gatherings[1].starts_at)
    roles.end_stand_in(stand_in=row, by=world.actor(world.organisation_lead), at=AT)
    assert who(roles.plan_of(world.group))[1] == (world.facilitator.pk, world.facilitators[1].pk)


def test_their_calendar_holds_the_one_meeting_and_no_other(world: World, cleo: User):
    step_in(world, cleo, 2)
    for at in (AT, world.gatherings[1].starts_at - DAY):
        found = calendars.meetings_of(actor_for(cleo, strong=True, at=at), at=at)
        assert [one.number for one in found] == [2]
    assert len(calendars.entries_of(calendars.calendar_of(cleo), at=AT)) == 1


def test_the_swap_keeps_a_stand_in_in_the_place_they_were_asked_for(world: World, cleo: User):
    ada, bo = world.facilitators
    step_in(world, cleo, 2)
    turns = plan(world, pairs=roles.alternate(world.group, first=ada, second=bo))
    assert who(turns) == [(ada.pk, bo.pk), (cleo.pk, ada.pk), (ada.pk, bo.pk), (bo.pk, ada.pk)]


# --- nobody there ---


def test_a_meeting_without_one_of_the_two_is_a_task_once_and_settles_when_it_is_mended(world: World):
    bo = world.facilitators[1]
    assert roles.find_gaps(at=AT) == 0
    User.objects.filter(pk=bo.pk).update(is_active=False)
    for _ in range(3):
        roles.find_gaps(at=AT)
    tasks = Task.objects.filter(kind=Kind.NOBODY_LEADS)
    assert tasks.count() == 4 and set(tasks.values_list("group", "owner")) == {(None, None)}
    assert tasks.order_by("due_at")[0].due_at == world.gathering.starts_at - DAY
    User.objects.filter(pk=bo.pk).update(is_active=True)
    roles.find_gaps(at=AT)
    assert not tasks.filter(done_at=None).exists()
    User.objects.filter(pk=bo.pk).update(is_active=False)
    roles.find_gaps(at=AT)
    assert tasks.filter(done_at=None).count() == 4, "a gap that opens again is told again"


def test_a_gap_that_somebody_set_aside_is_not_raised_again(world: World):
    Gathering.objects.filter(pk=world.gathering.pk).update(holder=None)
    roles.find_gaps(at=AT)
    Task.objects.update(done_at=AT, outcome="not-needed")
    roles.find_gaps(at=AT + timedelta(hours=1))
    assert Task.objects.count() == 1


def test_the_plan_settles_it_at_once(world: World):
    ada, bo = world.facilitators
    plan(world, pairs={2: (ada, None)})
    assert Task.objects.filter(kind=Kind.NOBODY_LEADS, done_at=None).count() == 1
    plan(world, pairs={2: (ada, bo)})
    assert not Task.objects.filter(done_at=None).exists()


# --- the page for whoever comes next ---


def test_the_hand_over_is_read_by_those_who_lead_and_a_stand_in_while_it_lasts(world: World, cleo: User):
    by = world.actor(world.facilitator)
    hand_over.write(group=world.group, words={"mood": "Warm, a bit shy."}, seen_at=None, by=by, at=AT)
    step_in(world, cleo, 2)
    during = world.gatherings[1].starts_at
    words, _at = hand_over.written_for(world.group, by=actor_for(cleo, strong=True, at=during))
    assert words["mood"] == "Warm, a bit shy." and words["promised"] == ""
    for actor in (actor_for(cleo, strong=True, at=AT), world.actor(world.organisation_lead), world.actor(world.member)):
        with pytest.raises(NotFound):
            hand_over.written_for(world.group, by=actor)


def test_nobody_writes_over_a_colleagues_hand_over(world: World):
    by = world.actor(world.facilitator)
    hand_over.write(group=world.group, words={"mood": "One"}, seen_at=None, by=by, at=AT)
    with pytest.raises(HandOverChanged):
        hand_over.write(group=world.group, words={"mood": "Two"}, seen_at=None, by=by, at=AT + DAY)
    words, seen_at = hand_over.written_for(world.group, by=by)
    hand_over.write(group=world.group, words=words | {"mood": "Two"}, seen_at=seen_at, by=by, at=AT + DAY)
    assert hand_over.written_for(world.group, by=by)[0]["mood"] == "Two"
