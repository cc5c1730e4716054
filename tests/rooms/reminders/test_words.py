"""The words before a meeting: a draft that follows its meeting, shown once looked over, never sent by saving it."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.reminders.errors import MeetingBegan, WordsChanged
from kindcircle.rooms.reminders.models import Reminder
from kindcircle.rooms.reminders.schedule import stand_ready
from kindcircle.rooms.reminders.words import draft_of, keep_words, to_look_over, words_for
from tests.world import World, make_world

AT = datetime(2027, 3, 22, 9, tzinfo=UTC)
FIRST = datetime(2027, 3, 25, 18, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, first_at=FIRST, members=2)


def keep(world: World, words: str, *, show: bool = True, seen: str | None = None, at: datetime = AT) -> Reminder:
    gathering = Gathering.objects.select_related("group__organisation").get(pk=world.gathering.pk)
    by = world.actor(world.facilitator)
    seen = draft_of(gathering, by=by).seen if seen is None else seen
    return keep_words(gathering=gathering, words=words, show=show, seen=seen, by=by, at=at)


def now(world: World) -> Gathering:
    return Gathering.objects.select_related("group__organisation").get(pk=world.gathering.pk)


def move(world: World, wall: datetime, at: datetime) -> None:
    by, gathering = world.actor(world.facilitator), now(world)
    to = groups.Wish(wall=wall, zone="UTC", place="Room 2", video_link="")
    seen = groups.preview_move(gathering=gathering, wish=to, by=by, at=at).seen
    groups.move_gathering(gathering=gathering, wish=to, seen=seen, by=by, at=at)


def test_a_draft_waits_on_the_desk_from_six_days_before_until_it_is_confirmed(world: World) -> None:
    assert to_look_over([now(world)], at=FIRST - 6 * DAY - timedelta(minutes=1)) == []
    assert to_look_over([now(world)], at=AT) == [world.gathering]
    assert words_for(now(world)) == ""
    draft = draft_of(now(world), by=world.actor(world.facilitator))
    assert "Tuesday circle meets on Thursday 25 March at 18:00" in draft.words and "Your seat is kept." in draft.words
    keep(world, draft.words)
    assert to_look_over([now(world)], at=AT) == []
    assert words_for(now(world)) == draft.words
    assert AuditEntry.objects.filter(event=Event.REMINDER_CONFIRMED).count() == 1


def test_the_usual_words_follow_the_meeting_and_own_words_wait_to_be_read_again(world: World) -> None:
    keep(world, draft_of(now(world), by=world.actor(world.facilitator)).words)
    assert Reminder.objects.get().sealed_words == b""
    move(world, datetime.fromisoformat("2027-03-26 17:00"), AT + timedelta(hours=1))
    assert "Friday 26 March at 17:00" in words_for(now(world))
    assert to_look_over([now(world)], at=AT) == []
    keep(world, "On Friday we meet in the garden.", at=AT + timedelta(hours=2))
    assert words_for(now(world)) == "On Friday we meet in the garden."
    move(world, datetime.fromisoformat("2027-03-27 17:00"), AT + timedelta(hours=3))
    assert words_for(now(world)) == "", "they might name the wrong day"
    assert draft_of(now(world), by=world.actor(world.facilitator)).stale
    assert to_look_over([now(world)], at=AT) == [world.gathering]


def test_saving_words_moves_no_date_and_sends_nothing(world: World) -> None:
    stand_ready(at=AT)
    before = list(Delivery.objects.order_by("pk").values())
    for words in ("One", "Two", "Three"):
        keep(world, words)
    keep(world, "Three", show=False)
    stand_ready(at=AT)
    assert list(Delivery.objects.order_by("pk").values()) == before
    assert words_for(now(world)) == ""


def test_words_are_sealed_and_two_who_write_at_once_lose_nothing(world: World) -> None:
    keep(world, "Bring the Zaunkoenig.")
    assert b"Zaunkoenig" not in bytes(Reminder.objects.get().sealed_words)
    with pytest.raises(WordsChanged):
        keep(world, "Mine", seen="")
    assert words_for(now(world)) == "Bring the Zaunkoenig."


def test_only_those_who_lead_and_only_before_it_begins(world: World) -> None:
    for person in (world.member, world.organisation_lead, make_world(members=1).facilitator):
        with pytest.raises(NotFound):
            draft_of(now(world), by=world.actor(person))
        with pytest.raises(NotFound):
            keep_words(gathering=now(world), words="x", show=True, seen="", by=world.actor(person), at=AT)
    Gathering.objects.update(state=Gathering.State.OPEN, opened_at=FIRST)
    with pytest.raises(MeetingBegan):
        keep(world, "too late", at=FIRST)
