"""Letters that wait to be needed, that are met again some days apart, and of which one line stays in view."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.vault.seals import Seal
from kindcircle.rooms.writing import actions, again, delivery, queries, words
from kindcircle.rooms.writing.errors import LineUnknown, NotReadYet
from kindcircle.rooms.writing.models import Draft, Letter
from tests.world import World

WORDS = "Dear me, CANARY-LETTER.\nYou did what you could. Rest now, and call Sam."
AT = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def write(world: World, *, on: date | None = None, at: datetime = AT, key: str = "k", **more: object) -> Letter:
    author = world.member
    own = {"author": author, "by": world.actor(author), "at": at}
    return actions.write_letter(**({"text": WORDS, "deliver_on": on, "client_key": key} | own | more))  # type: ignore[arg-type]


def read(world: World, letter: Letter, *, at: datetime = AT) -> str:
    letter.refresh_from_db()
    return actions.open_letter(letter=letter, by=world.actor(world.member), at=at)


def needed(world: World, **more: object) -> Letter:
    """A letter that was opened on a hard day."""
    letter = write(world, **more)  # type: ignore[arg-type]
    again.open_needed(letter=letter, by=world.actor(world.member), at=AT)
    read(world, letter)
    return letter


def events_of(thing: Model) -> list[str]:
    return list(AuditEntry.objects.filter(about_code=thing.code).order_by("number").values_list("event", flat=True))  # type: ignore[attr-defined]


def test_a_letter_for_need_waits_sealed_until_its_writer_opens_it(world: World) -> None:
    by = world.actor(world.member)
    letter = write(world, kind=Letter.Kind.HARD_DAY)
    assert delivery.deliver_due(at=AT + 1500 * DAY) == 0
    with pytest.raises(NotFound):
        read(world, letter)
    for other in (world.members[1], world.facilitator, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            again.open_needed(letter=letter, by=world.actor(other), at=AT)
    for _twice in (1, 2):  # somebody with shaking hands presses twice
        again.open_needed(letter=letter, by=by, at=AT)
    assert read(world, letter) == WORDS
    assert not Delivery.objects.exists(), "they opened it themselves: nobody needs to write to them"
    assert events_of(letter) == [Event.LETTER_SEALED, Event.LETTER_DELIVERED, Event.LETTER_OPENED]


def test_a_letter_with_a_day_is_not_opened_before_it(world: World) -> None:
    letter = write(world, on=date(2026, 4, 1))
    with pytest.raises(NotFound):
        again.open_needed(letter=letter, by=world.actor(world.member), at=AT)


def test_a_letter_that_was_never_needed_comes_by_itself_and_is_not_lost(world: World) -> None:
    letter = write(world)
    assert delivery.deliver_due(at=AT + actions.FURTHEST) == 1
    assert read(world, letter, at=AT + actions.FURTHEST) == WORDS


def test_a_letter_for_need_can_be_taken_back_unread(world: World) -> None:
    actions.withdraw_letter(letter=write(world), by=world.actor(world.member), at=AT)
    assert not Letter.objects.exists()


def test_the_list_for_a_hard_day_has_what_is_sealed_first(world: World) -> None:
    by = world.actor(world.member)
    write(world, on=date(2026, 4, 1), key="dated")
    opened = needed(world, key="opened", text="One")
    friend, hard = write(world, key="friend", text="Two"), write(world, key="hard", kind=Letter.Kind.HARD_DAY)
    assert list(queries.letters_for_need(by)) == [hard, friend, opened]
    assert not queries.letters_for_need(world.actor(world.members[1]))


def test_the_same_words_from_two_tabs_are_one_letter_and_other_words_are_two(world: World) -> None:
    first = write(world, key="tab one")
    assert write(world, key="tab two").pk == first.pk
    assert write(world, key="other words", text="Dear me.").pk != first.pk
    assert write(world, key="other day", on=date(2026, 5, 1)).pk != first.pk
    assert write(world, key="much later", at=AT + 2 * DAY).pk != first.pk
    assert Letter.objects.count() == 4


def test_each_kind_keeps_a_draft_of_its_own(world: World) -> None:
    own = {"author": world.member, "by": world.actor(world.member), "at": AT}
    for kind in actions.LETTER_DRAFTS.values():
        actions.save_draft(kind=kind, box="text", text=kind, page=f"page of {kind}", version=0, **own)  # type: ignore[arg-type]
    write(world, kind=Letter.Kind.FUTURE, key="page of letter-future")
    assert set(Draft.objects.values_list("kind", flat=True)) == {"letter", "letter-hard"}


def test_it_comes_again_in_a_week_then_in_a_month_and_the_mail_says_only_that_something_waits(world: World) -> None:
    by = world.actor(world.member)
    letter = needed(world)
    again.meet_again(letter=letter, when="week", by=by, at=AT)
    early, due = AT + 7 * DAY - timedelta(hours=5), AT + 7 * DAY
    assert delivery.deliver_due(at=early) == 0
    assert [delivery.deliver_due(at=due), delivery.deliver_due(at=due)] == [1, 0]
    assert [one.pk for one in queries.letters_arrived(by)] == [letter.pk]
    (mail,) = Delivery.objects.all()
    assert (mail.kind, mail.about_code) == ("something-waiting", letter.code)
    assert "CANARY" not in str(Delivery.objects.values())

    assert read(world, letter, at=due) == WORDS
    letter.refresh_from_db()
    assert (letter.times_again, letter.came_again_at, letter.again_on) == (1, None, None)
    assert queue.claim(due) is None, "it was read: nobody need be told of it"
    again.meet_again(letter=letter, when="month", by=by, at=due)
    assert delivery.deliver_due(at=due + 29 * DAY) == 0
    assert delivery.deliver_due(at=due + 30 * DAY) == 1
    assert Delivery.objects.count() == 2
    assert events_of(letter).count(Event.LETTER_CAME_AGAIN) == 2


@pytest.mark.parametrize(("when", "never"), [("", False), ("never", True), ("yesterday", False)])
def test_no_is_taken_for_an_answer(world: World, when: str, never: bool) -> None:
    by, letter = world.actor(world.member), needed(world)
    again.meet_again(letter=letter, when="week", by=by, at=AT)
    again.meet_again(letter=letter, when=when, by=by, at=AT)
    letter.refresh_from_db()
    assert (letter.again_on, letter.not_again) == (None, never)
    assert delivery.deliver_due(at=AT + 90 * DAY) == 0


def test_a_letter_nobody_has_read_yet_is_not_brought_again(world: World) -> None:
    letter = write(world, on=date(2026, 3, 28))
    by = world.actor(world.member)
    with pytest.raises(NotFound):
        again.meet_again(letter=letter, when="week", by=by, at=AT)
    delivery.deliver_due(at=AT + DAY)
    letter.refresh_from_db()
    with pytest.raises(NotReadYet):
        again.meet_again(letter=letter, when="week", by=by, at=AT)


def test_a_marked_line_is_sealed_and_in_view_until_it_is_taken_away(world: World) -> None:
    by = world.actor(world.member)
    letter = needed(world)
    lines = again.lines_to_mark(letter=letter, by=by)
    assert lines == ["Dear me, CANARY-LETTER.", "You did what you could.", "Rest now, and call Sam."]
    for line in lines[:2]:
        again.mark_line(letter=letter, line=line, by=by, at=AT)
    (kept,) = queries.letters_with_a_line(by)
    assert words.letter_line(kept) == "You did what you could."
    assert b"could" not in bytes(kept.sealed_line)
    with pytest.raises(LineUnknown):
        again.mark_line(letter=letter, line="You are doomed.", by=by, at=AT)
    for other in (world.members[1], world.facilitator, world.safety_lead):
        with pytest.raises(NotFound):
            again.lines_to_mark(letter=letter, by=world.actor(other))
    for _twice in (1, 2):
        again.unmark_line(letter=letter, by=by, at=AT)
    assert not queries.letters_with_a_line(by)
    assert words.letter_line(Letter.objects.get()) == ""
    assert events_of(letter).count(Event.LETTER_LINE_UNMARKED) == 1


def test_a_sealed_letter_shows_no_line(world: World) -> None:
    with pytest.raises(NotFound):
        again.lines_to_mark(letter=write(world), by=world.actor(world.member))


def test_bringing_a_letter_opens_no_word_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    again.meet_again(letter=needed(world), when="week", by=world.actor(world.member), at=AT)
    write(world, on=date(2026, 4, 1), key="first time")

    def never(*_args: object, **_more: object) -> str:
        raise AssertionError("a word was opened")

    monkeypatch.setattr(Seal, "open", never)
    with CaptureQueriesContext(connection) as asked:
        assert delivery.deliver_due(at=AT + 9 * DAY) == 2
    assert not [one for one in asked if "sealed_body" in one["sql"] and "SELECT" in one["sql"]]


def test_a_letter_locked_with_its_writers_own_key_has_no_line_to_mark(world: World) -> None:
    by = world.actor(world.member)
    letter = needed(world)
    again.mark_line(letter=letter, line="You did what you could.", by=by, at=AT)
    Letter.objects.update(own_key=True)
    letter.refresh_from_db()
    assert again.lines_to_mark(letter=letter, by=by) == []
    with pytest.raises(LineUnknown):
        again.mark_line(letter=letter, line="You did what you could.", by=by, at=AT)


@pytest.mark.parametrize(
    ("zone", "on", "too_early", "due"),  # the last two by the clock of UTC
    [
        # 29 February comes, where the day begins long before the server's.
        (
            "Pacific/Auckland",
            date(2028, 2, 29),
            datetime(2028, 2, 28, 18, 59, tzinfo=UTC),
            datetime(2028, 2, 28, 19, 0, tzinfo=UTC),
        ),
        # The clocks go back in London on this very morning: seven o'clock comes once, eight once.
        (
            "Europe/London",
            date(2026, 10, 25),
            datetime(2026, 10, 25, 7, 59, tzinfo=UTC),
            datetime(2026, 10, 25, 8, 0, tzinfo=UTC),
        ),
        # A zone that skipped a whole day never had it: the letter comes on the day after.
        (
            "Pacific/Apia",
            date(2011, 12, 30),
            datetime(2011, 12, 30, 9, 59, tzinfo=UTC),
            datetime(2011, 12, 30, 10, 0, tzinfo=UTC),
        ),
    ],
)
def test_odd_days_bring_it_once(world: World, zone: str, on: date, too_early: datetime, due: datetime) -> None:
    world.member.zone = zone
    world.member.save()
    write(world, on=on, at=datetime.combine(on, datetime.min.time(), UTC) - 9 * DAY)
    for moment, arrived in ((too_early, 0), (due, 1), (due, 0), (due - timedelta(hours=1), 0)):
        assert delivery.deliver_due(at=moment) == arrived, moment


def test_two_hundred_letters_of_one_morning_all_come_once(world: World) -> None:
    """Every one of them, with one message each, though a worker stops in the middle and begins anew."""
    for number in range(200):
        author = world.members[number % len(world.members)]
        write(
            world, on=date(2026, 4, 1), key=str(number), text=f"Letter {number}", author=author, by=world.actor(author)
        )
    morning = datetime(2026, 4, 1, 8, tzinfo=ZoneInfo(world.member.zone))
    delivered: list[str] = []

    def stops_at_the_hundredth(letter: Letter, at: datetime) -> int:
        if len(delivered) == 100:
            raise ConnectionError("the machine went down")
        delivered.append(letter.code)
        return usual(letter, at)

    usual = delivery._deliver
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "_deliver", stops_at_the_hundredth)
        with pytest.raises(ConnectionError):
            delivery.deliver_due(at=morning)
    assert Letter.objects.filter(delivered_at__isnull=False).count() == 100
    assert delivery.deliver_due(at=morning + timedelta(minutes=1)) == 100
    assert delivery.deliver_due(at=morning + timedelta(minutes=2)) == 0
    assert Delivery.objects.values("about_code").distinct().count() == Delivery.objects.count() == 200
