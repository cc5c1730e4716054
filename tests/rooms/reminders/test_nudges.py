"""Kind nudges: only who asked, at their hour, so many a week, never after practice, and over with one tap."""

from datetime import UTC, datetime, time, timedelta

import pytest

from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery, MailRule, MailWish
from kindcircle.base.outbox.wishes import Wish, keep_wish, pause, stop_nudges, wish_of
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.reminders.nudges import nudge_due
from kindcircle.spec import dates
from tests.world import World, make_world

SYDNEY = "Australia/Sydney"  # clocks go back there on 4 April 2027
AT = datetime(2027, 3, 22, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, first_at=AT - 3 * DAY + timedelta(hours=18), members=2)


def ask(world: World, member: User, **more) -> None:
    usual = {"nudges": True, "hour": 7, "quiet_from": time(21), "quiet_until": time(7), "most_nudges": 2}
    keep_wish(Wish(**usual | more), user=member, zone=SYDNEY, by=world.actor(member), at=AT)


def go_on(days: int, start: datetime = AT) -> list[tuple[datetime, User]]:
    found, at = [], start
    while at < start + days * DAY:
        nudge_due(at=at)
        while (one := queue.claim(at)) is not None:
            queue.mark_sent(one, at=at)
            found.append((at, one.user))
        at += HOUR
    return found


def test_nobody_is_nudged_who_did_not_ask(world: World) -> None:
    assert not wish_of(world.member).nudges
    assert go_on(10) == []


@pytest.mark.parametrize(("most", "in_four_weeks"), [(1, 4), (2, 8), (3, 12)])
def test_at_their_own_hour_across_the_clock_change_and_never_more_than_asked(world: World, most, in_four_weeks) -> None:
    Gathering.objects.update(starts_at=AT - 300 * DAY)
    ask(world, world.member, most_nudges=most)
    sent = go_on(28)
    assert {user for _, user in sent} == {world.member}
    walls = [dates.wall_clock(at, SYDNEY) for at, _ in sent]
    assert {(wall.hour, wall.minute) for wall in walls} == {(7, 0)}
    assert len(walls) >= in_four_weeks - 1
    for first in walls:
        assert sum(first.date() <= wall.date() < first.date() + 7 * DAY for wall in walls) <= most


def test_none_on_a_day_when_they_practised_or_meet(world: World) -> None:
    ask(world, world.member, most_nudges=3)
    Gathering.objects.update(starts_at=AT - 300 * DAY)
    # In Sydney it is seven in the morning of the next day at 20:00 UTC.
    for number in range(7):
        morning = AT + number * DAY + timedelta(hours=19)
        if number == 3:
            Gathering.objects.filter(pk=world.gathering.pk).update(starts_at=morning + timedelta(hours=10))
            continue
        Play.objects.create(
            member=world.member, practice="p22-soles-of-the-feet", practice_version="1", seconds_planned=60,
            client_key=codes.new_code(), started_at=morning,
        )  # fmt: skip
    assert go_on(7) == []
    assert len(go_on(1, AT + 7 * DAY)) == 1, "and the next day, when nothing was done, one comes"


def test_one_tap_and_it_is_over_and_a_pause_is_a_pause(world: World) -> None:
    ask(world, world.member, most_nudges=3)
    ask(world, world.members[1], most_nudges=3)
    stop_nudges(user=world.member, by=world.actor(world.member), at=AT)
    pause(user=world.members[1], until=(AT + 9 * DAY).date(), by=world.actor(world.members[1]), at=AT)
    world.members[1].refresh_from_db()
    sent = go_on(14)
    assert {user for _, user in sent} == {world.members[1]}
    assert min(at for at, _ in sent) >= dates.instant(datetime.combine((AT + 9 * DAY).date(), time()), SYDNEY)
    assert wish_of(world.member).hour == 7, "all else stays as it was"


def test_nobody_chooses_for_somebody_else(world: World) -> None:
    with pytest.raises(NotFound):
        stop_nudges(user=world.member, by=world.actor(world.facilitator), at=AT)
    with pytest.raises(NotFound):
        keep_wish(Wish(), user=world.member, zone="UTC", by=world.actor(world.members[1]), at=AT)
    assert not MailWish.objects.exists()


def test_a_house_may_lower_it_or_send_none(world: World) -> None:
    Gathering.objects.update(starts_at=AT - 300 * DAY)
    ask(world, world.member, most_nudges=3)
    MailRule.objects.update(most_nudges=1)
    assert len(go_on(13)) == 2
    MailRule.objects.update(most_nudges=0)
    assert go_on(14, AT + 20 * DAY) == []


def test_when_all_is_over_and_after_a_night_without_a_worker_none_comes(world: World) -> None:
    ask(world, world.member)
    late = AT + timedelta(hours=20) + timedelta(hours=3)  # three hours past their seven in the morning
    nudge_due(at=late)
    assert not Delivery.objects.exists()
    Group.objects.update(state=Group.State.FINISHED)
    assert go_on(10) == []
