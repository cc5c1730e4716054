"""Reminders stand ready by themselves, at each reader's own hour; they follow the meeting, and go once."""

from datetime import UTC, datetime, time, timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery, MailRule, MailWish
from kindcircle.base.outbox.wishes import House, Wish, keep_wish
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.reminders.schedule import slots, stand_ready
from kindcircle.spec import dates
from tests.world import World, join, make_person, make_world

LONDON = "Europe/London"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A Monday; the first meeting is on the Thursday after at six in the evening, and clocks go forward on the Sunday.
AT = datetime(2027, 3, 22, 9, tzinfo=UTC)
FIRST = datetime(2027, 3, 25, 18, tzinfo=UTC)
Why = Delivery.Why


@pytest.fixture
def world(db) -> World:
    world = make_world(at=AT, first_at=FIRST, members=2, zone=LONDON)
    User.objects.filter(organisation=world.organisation).update(zone=LONDON)
    # The second meeting at six by the clock, an hour earlier in UTC.
    Gathering.objects.filter(pk=world.gatherings[1].pk).update(starts_at=FIRST + 7 * DAY - HOUR)
    MailRule.objects.filter(organisation=world.organisation).update(quiet_from="21:00", quiet_until="08:00")
    return world


def rows(gathering: Gathering, **more) -> list[Delivery]:
    return list(Delivery.objects.filter(kind="next-meeting", about_code=gathering.code, **more).order_by("pk"))


def wish(world: World, member: User, zone: str = LONDON, **more) -> None:
    quiet = {"quiet_from": time(21), "quiet_until": time(8)}
    keep_wish(Wish(**quiet | more), user=member, zone=zone, by=world.actor(member), at=AT)


def go_on(start: datetime, end: datetime, step: timedelta = HOUR) -> list[tuple[datetime, str, str]]:
    """Let the worker go round from one moment to another. Returns what left, when, and to whom."""
    sent = []
    while start < end:
        stand_ready(at=start)
        while (one := queue.claim(start)) is not None:
            queue.mark_sent(one, at=start)
            sent.append((start, one.kind, one.user.code))
        start += step
    return sent


def test_one_reminder_for_each_the_day_before_at_their_own_hour(world: World) -> None:
    wish(world, world.member, hour=10)
    assert stand_ready(at=AT) == 2
    assert stand_ready(at=AT) == 0
    first = world.gatherings[0]
    assert [row.due_at for row in rows(first)] == [
        datetime(2027, 3, 24, 10, tzinfo=UTC),
        datetime(2027, 3, 24, 17, tzinfo=UTC),
    ]
    assert not rows(world.gatherings[2]), "nothing stands ready for what is weeks away"


def test_a_month_of_meetings_across_the_clock_change_and_each_hears_once_before_each(world: World) -> None:
    wish(world, world.member, hour=10)
    abroad = world.members[1]
    wish(world, abroad, zone="Pacific/Auckland", hour=9)
    sent = go_on(AT, AT + 25 * DAY)
    assert (
        len(sent) == len({(who, Delivery.objects.filter(sent_at=at).count()) and (at, who) for at, _, who in sent}) == 8
    )
    mine = [dates.wall_clock(at, LONDON) for at, _, who in sent if who == world.member.code]
    assert [(one.isoweekday(), one.hour) for one in mine] == [(3, 10)] * 4, "Wednesdays at ten, also in summer time"
    # Six on a Thursday evening in London is Friday morning there: the reminder comes on Thursday at nine.
    theirs = [dates.wall_clock(at, "Pacific/Auckland") for at, _, who in sent if who == abroad.code]
    assert [(one.isoweekday(), one.hour) for one in theirs] == [(4, 9)] * 4


@pytest.mark.parametrize("night", ["2027-03-28", "2027-10-31"])
def test_a_meeting_on_the_day_the_clocks_change(night) -> None:
    day = datetime.fromisoformat(night)
    starts = dates.instant(day.replace(hour=11), LONDON)
    (one,) = slots(starts, Wish(hour=17), House(), LONDON)
    assert dates.wall_clock(one.due_at, LONDON) == day - DAY + timedelta(hours=17)
    # Somebody whose hour is the one that is left out, or comes twice, gets one all the same.
    every = House(two_days_before=True, same_day=True)
    night_owl = Wish(hour=1, quiet_from=time(8), quiet_until=time(8))
    found = slots(dates.instant((day + DAY).replace(hour=11), LONDON), night_owl, every, LONDON)
    assert [slot.name for slot in found] == ["two-days", "day-before", "same-day"]
    assert [a.useful_until for a in found[:-1]] == [b.due_at for b in found[1:]]


def test_a_meeting_that_moves_takes_its_reminder_along(world: World) -> None:
    stand_ready(at=AT)
    by, first = world.actor(world.facilitator), world.gatherings[0]
    to = groups.Wish(wall=datetime.fromisoformat("2027-03-26 18:00"), zone=LONDON, place="Room 2", video_link="")
    seen = groups.preview_move(gathering=first, wish=to, by=by, at=AT).seen
    groups.move_gathering(gathering=first, wish=to, seen=seen, by=by, at=AT)
    stand_ready(at=AT)
    assert {row.due_at for row in rows(first)} == {datetime(2027, 3, 25, 17, tzinfo=UTC)}
    sent = [kind for _, kind, who in go_on(AT, AT + 5 * DAY) if who == world.member.code]
    assert sent == ["new-time", "next-meeting"]


def test_one_moved_far_ahead_and_near_again_is_reminded_of_once(world: World) -> None:
    first = world.gatherings[0]
    stand_ready(at=AT)
    Gathering.objects.filter(pk=first.pk).update(starts_at=FIRST + 90 * DAY)
    queue.put_off(
        "next-meeting", about=Ref("gathering", first.code), at=FIRST + 89 * DAY, useful_until=FIRST + 90 * DAY
    )
    go_on(AT, AT + 3 * DAY)
    assert len(rows(first, sent_at=None, gave_up_at=None)) == 2
    Gathering.objects.filter(pk=first.pk).update(starts_at=FIRST + DAY)
    sent = go_on(AT + 3 * DAY, AT + 6 * DAY)
    assert [kind for _, kind, _ in sent] == ["next-meeting"] * 2


def test_where_nothing_will_meet_nothing_goes(world: World) -> None:
    stand_ready(at=AT)
    first = world.gatherings[0]
    Membership.objects.filter(user=world.members[1]).update(left_at=AT + HOUR)
    Gathering.objects.filter(pk=first.pk).update(state=Gathering.State.OPEN, opened_at=AT)
    assert go_on(AT + HOUR, AT + 3 * DAY) == []
    assert {row.why for row in rows(first)} == {Why.NO_LONGER}
    Group.objects.update(state=Group.State.FINISHED)
    assert go_on(AT + 3 * DAY, AT + 30 * DAY) == []


def test_whoever_joins_late_is_reminded_all_the_same_but_never_in_the_last_hour(world: World) -> None:
    go_on(AT, FIRST - 5 * HOUR)
    late, very_late = (make_person(world.organisation, name, at=AT) for name in ("Late", "Later"))
    join(world.group, late, Membership.Role.MEMBER, at=FIRST - 5 * HOUR)
    assert [who for _, _, who in go_on(FIRST - 5 * HOUR, FIRST - 4 * HOUR)] == [late.code]
    join(world.group, very_late, Membership.Role.MEMBER, at=FIRST - HOUR / 2)
    assert go_on(FIRST - HOUR / 2, FIRST + HOUR, HOUR / 4) == []


def test_after_a_fault_of_a_day_one_reminder_goes_and_not_two(world: World) -> None:
    MailRule.objects.update(two_days_before=True, same_day=True)
    stand_ready(at=AT)
    assert len(rows(world.gatherings[0])) == 6
    # It is night; at eight the reminder for the morning is due, and those before it are of no use any more.
    sent = go_on(FIRST - 20 * HOUR, FIRST)
    assert len(sent) == 2 and {at for at, _, _ in sent} == {FIRST - 10 * HOUR}
    assert {row.why for row in rows(world.gatherings[0], sent_at=None)} == {Why.TOO_LATE, Why.QUIET}


def test_a_house_may_remind_twice_or_not_at_all(world: World) -> None:
    MailRule.objects.update(two_days_before=True)
    assert len(go_on(AT, FIRST)) == 4
    MailRule.objects.update(two_days_before=False, day_before=False)
    assert go_on(FIRST, FIRST + 6 * DAY) == []


def test_a_new_hour_is_kept_at_once_and_off_means_off(world: World) -> None:
    stand_ready(at=AT)
    wish(world, world.member, hour=11)
    wish(world, world.members[1], meetings=False)
    sent = go_on(AT, FIRST)
    assert [(dates.wall_clock(at, LONDON).hour, who) for at, _, who in sent] == [(11, world.member.code)]
    assert rows(world.gatherings[0], user=world.members[1])[0].why == Why.NOT_WANTED


def test_one_query_more_or_less_whether_two_are_reminded_or_ten(world: World, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(14):
        stand_ready(at=AT)
    for number in range(8):
        join(world.group, make_person(world.organisation, f"M{number}", at=AT), Membership.Role.MEMBER, at=AT)
    with django_assert_max_num_queries(14):
        assert stand_ready(at=AT) == 8
    assert MailWish.objects.count() == 0
