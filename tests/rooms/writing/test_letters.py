"""Letters to oneself: sealed, brought on their day where the writer lives, readable by nobody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.audit import log
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.vault import seals
from kindcircle.rooms.writing import actions, delivery, queries
from kindcircle.rooms.writing.errors import DayHasPassed, NothingWritten, TooLong
from kindcircle.rooms.writing.models import Letter
from tests.world import World

WORDS = "Dear me, CANARY-LETTER, you did what you could."
AT = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)


def write(
    world: World, *, on: date = date(2026, 3, 29), at: datetime = AT, key: str = "k", text: str = WORDS
) -> Letter:
    author = world.member
    return actions.write_letter(text=text, deliver_on=on, client_key=key, author=author, by=world.actor(author), at=at)


def test_a_letter_waits_for_its_day_and_is_then_opened_by_its_writer_alone(world):
    letter = write(world)
    with pytest.raises(NotFound):
        actions.open_letter(letter=letter, by=world.actor(world.member), at=AT)
    assert delivery.deliver_due(at=AT + timedelta(days=1)) == 0
    arrival = datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
    assert delivery.deliver_due(at=arrival) == 1
    letter.refresh_from_db()
    assert actions.open_letter(letter=letter, by=world.actor(world.member), at=arrival) == WORDS
    for other in (world.members[1], world.facilitator, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            actions.open_letter(letter=letter, by=world.actor(other), at=AT)


def test_a_clock_that_was_set_back_does_not_keep_a_letter_shut(world):
    letter = write(world)
    delivery.deliver_due(at=datetime(2026, 3, 29, 8, 0, tzinfo=UTC))
    letter.refresh_from_db()
    earlier = datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert actions.open_letter(letter=letter, by=world.actor(world.member), at=earlier) == WORDS
    letter.refresh_from_db()
    assert letter.opened_at == letter.delivered_at


@pytest.mark.parametrize(
    ("zone", "too_early", "due"),
    [
        ("Pacific/Auckland", datetime(2026, 3, 28, 18, 59, tzinfo=UTC), datetime(2026, 3, 28, 19, 0, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 3, 29, 14, 59, tzinfo=UTC), datetime(2026, 3, 29, 15, 0, tzinfo=UTC)),
        # The clocks go forward in London on this very morning.
        ("Europe/London", datetime(2026, 3, 29, 6, 59, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
    ],
)
def test_it_arrives_at_eight_in_the_morning_of_the_writers_own_day(world, zone, too_early, due):
    world.member.zone = zone
    world.member.save()
    write(world)
    assert delivery.deliver_due(at=too_early) == 0
    assert delivery.deliver_due(at=due) == 1


def test_it_arrives_once_and_the_mail_carries_no_word_of_it(world):
    letter = write(world)
    later = AT + timedelta(days=9)
    assert [delivery.deliver_due(at=later), delivery.deliver_due(at=later)] == [1, 0]
    message = Delivery.objects.get(about_code=letter.code)
    assert "CANARY" not in str(Delivery.objects.filter(pk=message.pk).values())


def test_somebody_who_wants_no_mail_gets_the_letter_and_no_mail(world):
    world.member.wants_mail = False
    world.member.save()
    write(world)
    later = AT + timedelta(days=9)
    assert delivery.deliver_due(at=later) == 1
    assert queue.claim(later) is None
    assert Delivery.objects.get().why == "no-mail"


def test_a_letter_that_was_opened_needs_no_mail_any_more(world):
    letter = write(world)
    later = AT + timedelta(days=9)
    delivery.deliver_due(at=later)
    letter.refresh_from_db()
    actions.open_letter(letter=letter, by=world.actor(world.member), at=later)
    assert queue.claim(later) is None
    assert Delivery.objects.get().why == "no-longer"


def test_sending_twice_keeps_one_letter(world):
    assert write(world).pk == write(world, text="another try").pk
    assert Letter.objects.count() == 1


def test_a_letter_is_taken_back_only_before_it_arrives(world):
    letter = write(world)
    actions.withdraw_letter(letter=letter, by=world.actor(world.member), at=AT)
    assert not Letter.objects.exists()
    late = write(world, key="late")
    delivery.deliver_due(at=AT + timedelta(days=9))
    with pytest.raises(actions.AlreadyOnItsWay):
        actions.withdraw_letter(letter=late, by=world.actor(world.member), at=AT)


@pytest.mark.parametrize("on", [date(2026, 3, 27), date(2020, 1, 1), date(2040, 1, 1)])
def test_a_day_that_cannot_be_is_answered_kindly(world, on):
    with pytest.raises(DayHasPassed):
        write(world, on=on)


def test_empty_and_endless_letters_are_answered_kindly(world):
    with pytest.raises(NothingWritten):
        write(world, text="  \n ")
    with pytest.raises(TooLong):
        write(world, text="a" * 20_001)


def test_nobody_writes_in_somebody_elses_name(world):
    with pytest.raises(NotFound):
        actions.write_letter(
            text=WORDS,
            deliver_on=date(2026, 4, 1),
            client_key="k",
            author=world.member,
            by=world.actor(world.members[1]),
            at=AT,
        )


def test_sealing_a_letter_leaves_a_trace_without_words(world):
    write(world)
    assert list(log.verify()) == []


def test_the_list_begins_with_what_arrived_and_goes_on_with_what_is_nearest(world):
    arrived, far, near = (
        write(world, key=key, on=date(2026, 3, day)) for key, day in (("a", 28), ("b", 31), ("c", 30))
    )
    delivery.deliver_due(at=datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert list(queries.letters_of(world.actor(world.member))) == [arrived, near, far]
    assert list(queries.letters_arrived(world.actor(world.member))) == [arrived]


# One person for all examples: nothing that an example does changes them.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=600).filter(str.strip))
def test_any_words_come_back_as_they_were(world, text):
    sealed = seals.LETTER.seal(text, code="c" * 22, holder=world.member)
    assert seals.LETTER.open(sealed, code="c" * 22, holder=world.member) == text


def test_one_letter_that_cannot_be_brought_holds_up_no_other(world):
    lost = world.members[1]
    write(world)
    actions.write_letter(
        text=WORDS, deliver_on=date(2026, 3, 28), client_key="x", author=lost, by=world.actor(lost), at=AT
    )
    lost.zone = "Nowhere/Atlantis"
    lost.save()
    with pytest.raises(LookupError):
        delivery.deliver_due(at=AT + timedelta(days=9))
    assert Letter.objects.get(author=world.member).delivered_at is not None
