"""What a house may know of its groups: right where it is shown, and never a count that would be somebody."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import StaffRole
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.research.house import Finished, HouseFigures, house_figures, year_before
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.stats.disclosure import Suppressed
from tests.world import NAMES, World, join, make_group, make_person, make_staff, make_world

AT = datetime(2027, 6, 15, 9, tzinfo=UTC)
BEGAN = datetime(2027, 3, 2, 18, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> World:
    """A house whose first group of eight is over; seven came to all four meetings, one only to the first."""
    world = make_world(at=BEGAN, members=8)
    hold(world.group, world.members, came=[4, 4, 4, 4, 4, 4, 4, 1])
    return world


def hold(group: Group, members: list, *, came: list[int]) -> None:
    """All four meetings were held; each member came to the first so many."""
    for row in Gathering.objects.filter(group=group).order_by("number"):
        row.state, row.opened_at, row.closed_at = "closed", row.starts_at, row.ends_at
        row.save()
        for member, times in zip(members, came, strict=True):
            if row.number <= times:
                Attendance.objects.create(gathering=row, user=member, arrived_at=row.starts_at)
    Group.objects.filter(pk=group.pk).update(state="finished")


def another(world: World, came: list[int]) -> Group:
    pair = [make_staff(world.organisation, name, StaffRole.Role.FACILITATOR, at=BEGAN) for name in ("Cleo", "Dan")]
    group, _ = make_group(world.organisation, pair, at=BEGAN, first_at=BEGAN)
    members = [make_person(world.organisation, NAMES[n], at=BEGAN) for n in range(len(came))]
    for member in members:
        join(group, member, Membership.Role.MEMBER, at=BEGAN)
    hold(group, members, came=came)
    return group


def figures(world: World, at: datetime = AT) -> HouseFigures:
    by = world.actor(world.organisation_lead)
    return house_figures(organisation=world.organisation, by=by, at=at)


def line(world: World, group: Group):
    return next(one for lines in figures(world).programmes for one in lines.groups if one.group.pk == group.pk)


def test_one_person_who_did_not_finish_hides_the_whole_figure(world):
    one = line(world, world.group)
    assert (one.filled, one.finished, one.came, one.kept_away) == (8, Suppressed(), Suppressed(), Suppressed())
    assert figures(world).finished == Suppressed()  # alone in the house: the sum would be the same figure
    assert figures(world).programmes[0].rule == programme_of(world.group).completion.words


def test_a_group_with_enough_on_both_sides_is_shown_with_its_rule(world):
    group = another(world, came=[4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1])
    one = line(world, group)
    assert one.finished == Finished(6, 11)
    assert (one.came, one.kept_away) == (24 + 5, 44 - 29)
    # The other group is the only one that is hidden, so no sum may be shown beside this one.
    assert figures(world).programmes[0].finished == Suppressed()


def test_sums_come_back_once_they_give_nobody_away(world):
    another(world, came=[4, 4, 4, 4, 4, 1, 1, 1])
    another(world, came=[4, 4, 4, 4, 4, 4, 1, 1, 1, 1])
    both = figures(world)
    assert both.programmes[0].finished == Finished(7 + 5 + 6, 8 + 8 + 10)
    assert both.filled == 26 and both.seats == sum(lines.seats for lines in both.programmes)


def test_a_running_group_is_not_counted_yet_and_a_small_one_never(world):
    Group.objects.filter(pk=world.group.pk).update(state="running")
    one = line(world, world.group)
    assert one.filled == 8 and (one.finished, one.came, one.kept_away) == (None, None, None)
    small = another(world, came=[4, 4, 4])
    found = line(world, small)
    assert (found.filled, found.finished, found.came) == (Suppressed(), Suppressed(), Suppressed())
    assert isinstance(figures(world).filled, Suppressed)  # eleven less eight would be three


def test_who_left_stays_in_the_figures_and_a_meeting_months_later_does_not(world):
    group = another(world, came=[4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1])
    Membership.objects.filter(group=group, seat=11).update(left_at=AT)
    last = Gathering.objects.filter(group=group).last()
    late = Gathering.objects.create(
        group=group, number=9, starts_at=AT - timedelta(days=2), minutes=60, state="closed",
        opened_at=AT - timedelta(days=2), closed_at=AT - timedelta(days=2, hours=-1), guide=last.guide,
    )  # fmt: skip
    for place in Membership.objects.filter(group=group, role="member"):
        Attendance.objects.create(gathering=late, user=place.user, arrived_at=late.starts_at)
    assert line(world, group).finished == Finished(6, 11)


def test_a_group_that_ended_more_than_a_year_ago_is_left_out(world):
    assert figures(world).programmes
    assert not figures(world, AT + timedelta(days=400)).programmes


def test_exposure_counts_what_was_met_with_and_changes_once_a_month(world):
    since, until = year_before(world.organisation, at=AT)
    assert (since, until) == (datetime(2026, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC))
    event = {"group": world.group, "category": "sleep", "severity": 2, "related": "no", "recorded_at": AT}
    for member, day in ((world.members[0], "2027-03-10"), (world.members[1], "2027-06-10")):
        AdverseEvent.objects.create(member=member, happened_on=day, recorded_by=world.facilitator, **event)
    found = figures(world).exposure
    assert found and (found.people, found.meetings, found.events) == (8, 29, 1)
    assert (found.asked, found.answered) == (0, 0)


def test_below_five_people_nothing_at_all_is_told(db):
    world = make_world(at=BEGAN, members=4)
    hold(world.group, world.members, came=[4, 4, 4, 4])
    assert figures(world).exposure == Suppressed()
    assert figures(world).filled == Suppressed()


def test_another_house_with_the_same_groups_counts_its_own_alone(world):
    other = make_world(at=BEGAN, members=6)
    hold(other.group, other.members, came=[4] * 6)
    assert line(other, other.group).finished == Finished(6, 6)
    assert [one.group.pk for lines in figures(world).programmes for one in lines.groups] == [world.group.pk]
    with pytest.raises(NotFound):
        house_figures(organisation=other.organisation, by=world.actor(world.organisation_lead), at=AT)
    for person in (world.facilitator, world.safety_lead, world.member):
        with pytest.raises(NotFound):
            house_figures(organisation=world.organisation, by=world.actor(person), at=AT)
