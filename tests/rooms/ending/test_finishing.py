"""The end of a group, and the one meeting after it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.ending import finishing
from kindcircle.rooms.ending.errors import AlreadyDated, NotFinished, NotNow, StillMeeting
from kindcircle.rooms.ending.models import Ending
from kindcircle.rooms.groups.errors import NotADate
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import meeting_name
from kindcircle.rooms.live.models_pairs import PairWish
from kindcircle.rooms.live.queries import session_of
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.asking import assign_due
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec import dates
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 9, 1, 16, 0, tzinfo=UTC)
"""A Tuesday at five in London; the clocks go back in October."""


@pytest.fixture
def over() -> World:
    """A group whose four meetings are closed and which nobody has finished."""
    world = make_world(at=FIRST, members=3, zone="Europe/London")
    for number in (1, 2, 3, 4):
        close(world, number)
    return world


def close(world: World, number: int) -> None:
    row = Gathering.objects.get(group=world.group, number=number)
    row.state, row.opened_at, row.closed_at = Gathering.State.CLOSED, row.starts_at, row.ends_at
    row.save()


def last_end(world: World) -> datetime:
    return Gathering.objects.get(group=world.group, number=4).ends_at


def finish(world: World, at: datetime | None = None) -> Ending:
    at = at or last_end(world)
    ending = finishing.finish_group(group=world.group, by=world.actor(world.facilitator), at=at)
    world.group.refresh_from_db()
    return ending


def test_the_end_is_named_from_the_third_last_meeting_on() -> None:
    world = make_world(at=FIRST, members=1)
    said = [finishing.meetings_left(world.group)]
    for number in (1, 2, 3, 4):
        close(world, number)
        said.append(finishing.meetings_left(world.group))
    assert said == [None, 3, 2, 1, None]


def test_a_group_with_a_meeting_to_come_is_not_over() -> None:
    world = make_world(at=FIRST, members=1)
    with pytest.raises(StillMeeting):
        finish(world, FIRST)
    assert not Ending.objects.exists()


def test_finishing_says_so_once_and_asks_for_a_date(over: World) -> None:
    PairWish.objects.create(group=over.group, member=over.member, sealed_apart=b"sealed")
    first = finish(over)
    assert not PairWish.objects.exists(), "with whom not to be in a pair: there are none any more"
    assert over.group.state == Group.State.FINISHED
    assert finish(over, last_end(over) + timedelta(days=1)) == first
    task = Task.objects.get(kind="follow-up-meeting")
    assert (task.group_id, task.about_code) == (over.group.pk, over.group.code)
    with pytest.raises(NotFound):
        finishing.finish_group(group=over.group, by=over.actor(over.member), at=FIRST)


def test_nobody_has_to_say_it_for_the_clocks_to_run(over: World) -> None:
    assert finishing.finish_due(at=last_end(over) + timedelta(days=6)) == 0
    assert finishing.finish_due(at=last_end(over) + timedelta(days=7, hours=1)) == 1
    assert finishing.finish_due(at=last_end(over) + timedelta(days=8)) == 0
    assert Ending.objects.get().finished_by_id is None


def test_three_months_on_is_the_same_weekday_and_hour_and_no_holiday(over: World) -> None:
    finish(over)
    wall = finishing.proposed_date(over.group)
    assert (wall.hour, wall.weekday()) == (17, 1)
    # 22 September and thirteen weeks would be 22 December: no holiday, and an hour of winter time apart in UTC.
    assert wall.isoformat() == "2026-12-22T17:00:00"
    assert dates.instant(wall, "Europe/London").hour == 17
    Gathering.objects.filter(group=over.group, number=4).update(starts_at=datetime(2026, 9, 25, 16, tzinfo=UTC))
    assert finishing.proposed_date(over.group).date() == date(2027, 1, 8)  # not Christmas, not New Year


def test_the_meeting_months_later_has_its_own_words_and_everybody_hears_once(over: World) -> None:
    by = over.actor(over.facilitator)
    wall = finishing.proposed_date(over.group)
    with pytest.raises(NotFinished):
        finishing.set_months_on(group=over.group, wall=wall, by=by, at=last_end(over))
    finish(over)
    with pytest.raises(NotADate):
        finishing.set_months_on(group=over.group, wall=wall - timedelta(days=150), by=by, at=last_end(over))
    with pytest.raises(NotADate):
        finishing.set_months_on(group=over.group, wall=wall.replace(year=2999), by=by, at=last_end(over))
    gathering = finishing.set_months_on(group=over.group, wall=wall, by=by, at=last_end(over))
    assert (gathering.number, gathering.minutes, meeting_name(gathering)) == (5, 60, "Three months on")
    session = session_of(gathering)
    assert (session.number, session.theme, len(session.agenda)) == (5, "How it has been", 8)
    assert Task.objects.get(kind="follow-up-meeting").outcome == "settled"
    assert Delivery.objects.filter(about_code=gathering.code).count() == 3
    with pytest.raises(AlreadyDated):
        finishing.set_months_on(group=over.group, wall=wall, by=by, at=last_end(over))


def test_coming_or_not_is_said_and_unsaid(over: World) -> None:
    finish(over)
    gathering = finishing.set_months_on(
        group=over.group, wall=finishing.proposed_date(over.group), by=over.actor(over.facilitator), at=last_end(over)
    )
    for member, comes in zip(over.members[:2], (True, True), strict=True):
        finishing.say_coming(gathering=gathering, comes=comes, member=member, by=over.actor(member), at=last_end(over))
    finishing.say_coming(
        gathering=gathering, comes=False, member=over.member, by=over.actor(over.member), at=last_end(over)
    )
    later = finishing.months_on(over.group)
    assert later is not None
    assert (later.comes, later.stays_away) == ({over.members[1].pk}, {over.member.pk})
    with pytest.raises(NotNow):
        finishing.say_coming(
            gathering=over.gathering, comes=True, member=over.member, by=over.actor(over.member), at=FIRST
        )


def test_the_questions_of_the_end_and_months_later_come_once_also_beside_the_extra_meeting(over: World) -> None:
    Group.objects.filter(pk=over.group.pk).update(programme_version="2")  # the one that asks months later
    finish(over)
    finishing.set_months_on(
        group=over.group, wall=finishing.proposed_date(over.group), by=over.actor(over.facilitator), at=last_end(over)
    )
    assert assign_due(at=last_end(over) + timedelta(days=1)) > 0
    assert set(Assignment.objects.values_list("occasion", flat=True)) == {"after"}
    assert assign_due(at=last_end(over) + timedelta(days=2)) == 0
    assert assign_due(at=last_end(over) + timedelta(days=8)) == 0
    at = last_end(over) + timedelta(days=90, hours=1)
    assert assign_due(at=at) > 0
    assert assign_due(at=at + timedelta(days=1)) == 0
    asked = Assignment.objects.filter(occasion="follow-up")
    assert asked.values("member").distinct().count() == 3

    # Once, once more a week later for whoever has not begun, and then silence.
    begun = asked.get(member=over.member, instrument="wcc-6")
    finishing.tell_of_questions(at=at)
    finishing.tell_of_questions(at=at + timedelta(hours=5))
    assert Delivery.objects.filter(once_key__contains="months-on-ask").count() == 3
    submit_response(
        assignment=begun, answers={}, client_key="k" * 22, by=over.actor(over.member), at=at + timedelta(days=1)
    )
    for day in range(7, 14):
        finishing.tell_of_questions(at=at + timedelta(days=day))
    told = [row.user_id for row in Delivery.objects.filter(once_key__contains="months-on-ask-again")]
    assert sorted(told) == sorted(member.pk for member in over.members[1:])
    finishing.tell_of_questions(at=at + timedelta(days=30))
    assert Delivery.objects.filter(once_key__contains="months-on-ask").count() == 5
