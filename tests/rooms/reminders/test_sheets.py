"""One reminder of a set of sheets: half-way, at one's own hour, none twice, none once it is answered."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import codes
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.wishes import Wish, keep_wish
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures import actions, asking
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.reminders.sheets import due_at, remind_of_sheets
from tests.world import World, make_world

AT = datetime(2027, 3, 1, 6, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OWN = ("wcc-6", "illness-burden")


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, first_at=AT + 14 * DAY, members=3)


def give(world: World, member: User, instrument: str = "wcc-6", *, occasion: str = "baseline", days: int = 14, **more):
    return asking.assign(
        member=member, group=world.group, instrument=instrument, occasion=occasion, opens_at=AT,
        closes_at=AT + days * DAY, by=SYSTEM, **more,
    )  # fmt: skip


def answer(world: World, sheet: Assignment, at: datetime) -> None:
    by = world.actor(sheet.member)
    actions.submit_response(assignment=sheet, answers={}, client_key=codes.new_code(), by=by, at=at)


def go_on(days: int, start: datetime = AT) -> list[tuple[datetime, User]]:
    """Every message that leaves, hour by hour: everything here is due on the hour."""
    found, at = [], start
    while at < start + days * DAY:
        remind_of_sheets(at=at)
        while (one := queue.claim(at)) is not None:
            queue.mark_sent(one, at=at)
            found.append((at, one.user))
        at += HOUR
    return found


def test_a_set_of_several_sheets_is_one_message_half_way_at_their_own_hour(world: World) -> None:
    for name in OWN:
        give(world, world.member, name)
    keep_wish(Wish(hour=9), user=world.member, zone="UTC", by=world.actor(world.member), at=AT)
    assert go_on(20) == [(AT.replace(hour=9) + 7 * DAY, world.member)]


def test_it_says_only_that_something_waits(world: World) -> None:
    give(world, world.member)
    go_on(10)
    row = Delivery.objects.get(user=world.member)
    said = f"{MESSAGES[row.kind].subject} {MESSAGES[row.kind].body}"
    assert "Something is waiting for you" in said
    assert all(word not in said for word in ("question", "sheet", "group", "compassion", "week"))


def test_whoever_has_answered_all_of_it_hears_nothing(world: World) -> None:
    first, second = (give(world, world.member, name) for name in OWN)
    answer(world, first, AT + DAY)
    answer(world, second, AT + DAY)
    assert go_on(20) == []


def test_what_is_half_answered_is_still_reminded_of_once(world: World) -> None:
    first, _second = (give(world, world.member, name) for name in OWN)
    answer(world, first, AT + DAY)
    assert len(go_on(20)) == 1


def test_what_waits_for_the_morning_is_taken_back_when_they_answer_at_night(world: World) -> None:
    sheet = give(world, world.member)
    late = AT.replace(hour=17) + 7 * DAY
    keep_wish(
        Wish(hour=17, paused_until=late + DAY), user=world.member, zone="UTC", by=world.actor(world.member), at=AT
    )
    remind_of_sheets(at=late)
    assert queue.claim(late) is None
    row = Delivery.objects.get(user=world.member)
    assert (row.sent_at, row.gave_up_at) == (None, None)
    answer(world, sheet, late + timedelta(hours=4))
    row.refresh_from_db()
    assert (row.why, row.gave_up_at) == (Delivery.Why.NO_LONGER, late + timedelta(hours=4))
    assert go_on(6, start=late + timedelta(hours=5)) == []


def test_whoever_left_hears_nothing(world: World) -> None:
    give(world, world.member)
    world.member.memberships.update(left_at=AT + DAY)
    assert go_on(20) == []


def test_what_waited_for_somebody_who_leaves_is_taken_back(world: World) -> None:
    give(world, world.member)
    middle = AT.replace(hour=17) + 7 * DAY
    remind_of_sheets(at=middle)
    world.member.memberships.update(left_at=middle)
    remind_of_sheets(at=middle + HOUR)
    assert Delivery.objects.get(user=world.member).why == Delivery.Why.NO_LONGER


def test_a_sheet_for_a_meeting_and_words_that_are_not_here_are_no_reason_to_write(world: World) -> None:
    give(world, world.member, "after-session", occasion="leaving", days=1, gathering=world.gathering)
    give(world, world.members[1], "phq-9")
    assert go_on(20) == []


def test_the_week_and_what_was_asked_besides_are_two_sets(world: World) -> None:
    Gathering.objects.filter(pk=world.gathering.pk).update(starts_at=AT - DAY)
    for occasion in ("weekly", "asked"):
        give(world, world.member, occasion=occasion, days=7, gathering=world.gathering)
    week = Assignment.objects.get(occasion="weekly")
    answer(world, week, AT + DAY)
    assert len(go_on(9)) == 1


@pytest.mark.parametrize("zone", ["UTC", "Australia/Sydney", "America/Lima"])
@pytest.mark.parametrize("days", [1, 2, 3, 7, 14, 60])
@pytest.mark.parametrize("hour", [0, 7, 23])
def test_it_never_comes_before_the_sheet_or_too_late(zone: str, days: int, hour: int) -> None:
    due = due_at(AT, AT + days * DAY, hour=hour, zone=zone)
    assert (due is None) == (days < 2)
    if due is not None:
        assert AT < due <= AT + min(days * DAY - timedelta(hours=12), 8 * DAY)
