"""Times for talks: in rows, around everything else, to one person each, and on the clock of the place."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.talk_times import offer_times
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.actions import talks
from kindcircle.rooms.intake.errors import NoTimesFit, TakenBack, TimeOver, TimeTaken
from kindcircle.rooms.intake.models import Application, Intake, TalkTime
from tests.rooms.together import at_the_same_moment
from tests.world import World, make_world

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)
DAY = date(2026, 10, 6)


@pytest.fixture
def house(db: None) -> World:
    """A house in London whose group meets on Tuesdays at ten."""
    return make_world(at=AT, first_at=datetime(2026, 10, 6, 9, tzinfo=UTC), zone="Europe/London", members=2)


def asked(world: World, name: str = "Una", at: datetime = AT) -> Application:
    by = world.actor(world.facilitator)
    return groups.add_somebody(intake=world.group.intake, name=name, by=by, at=at)[0]


def offer(
    world: World, *, day: date = DAY, starts: str = "13:00", until: str = "15:00", **more: object
) -> list[TalkTime]:
    about: dict[str, object] = {"minutes": 30, "how": "here", "where": "Room 2", "at": AT}
    about |= {"intake": world.group.intake, "by": world.actor(world.facilitator)} | more
    hours = {"starts": time.fromisoformat(starts), "until": time.fromisoformat(until)}
    return offer_times(day=day, **hours, **about).times  # type: ignore[arg-type]


def book(world: World, application: Application, one: TalkTime, at: datetime = AT) -> TalkTime:
    return talks.book(application=application, talk_time=one, by=world.actor(application.person), at=at)


def walls(times: list[TalkTime]) -> list[str]:
    return [f"{one.starts_at:%H:%M}" for one in times]


def test_a_row_of_times_stands_on_the_clock_of_the_place(house: World) -> None:
    assert walls(offer(house)) == ["12:00", "12:30", "13:00", "13:30"]  # one o'clock in London, in summer
    assert len(offer(house, starts="16:00", until="17:05", minutes=20)) == 3


def test_what_a_screener_has_besides_is_left_out(house: World) -> None:
    # The group meets at ten, for an hour.
    times = offer(house, starts="09:00", until="12:00")
    assert walls(times) == ["08:00", "08:30", "10:00", "10:30"]
    with pytest.raises(NoTimesFit):
        offer(house, starts="09:15", until="09:50")
    # The other screener has the same meeting, and no times of hers.
    other = offer(house, starts="13:00", until="14:00", by=house.actor(house.facilitators[1]))
    assert len(other) == 2


def test_a_clock_change_between_booking_and_talk_moves_nothing_on_the_wall(house: World) -> None:
    sunday = date(2026, 10, 25)  # an hour comes twice in London
    assert walls(offer(house, day=sunday + timedelta(days=1), starts="09:00", until="10:00")) == ["09:00", "09:30"]
    assert walls(offer(house, day=sunday - timedelta(days=1), starts="09:00", until="10:00")) == ["08:00", "08:30"]
    twice = offer(house, day=sunday, starts="00:30", until="03:00")
    assert walls(twice) == ["23:30", "00:00", "00:30", "02:00", "02:30"]
    gone = offer(house, day=date(2027, 3, 28), starts="00:30", until="03:00")  # an hour is left out
    assert walls(gone) == ["00:30", "01:00", "01:30"]
    assert len({one.starts_at for one in gone}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": "15:00", "until": "13:00"}, {"until": "13:20"}, {"minutes": 0}, {"minutes": 200}, {"how": "smoke"},
        {"day": date(2026, 9, 30)}, {"day": date(2029, 1, 1)},
        {"day": date.min}, {"day": date.max},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused_in_a_kind_sentence(house: World, wrong: dict[str, object]) -> None:
    with pytest.raises(NoTimesFit) as error:
        offer(house, **wrong)  # type: ignore[arg-type]
    assert error.value.sentence
    assert not TalkTime.objects.filter(intake=house.group.intake).exists()


def test_one_time_is_for_one_person_and_one_person_has_one_time(house: World) -> None:
    first, second, *_ = offer(house)
    una, vera = asked(house), asked(house, "Vera")
    book(house, una, first)
    with pytest.raises(TimeTaken):
        book(house, vera, first)
    book(house, una, second)
    book(house, una, second)
    book(house, vera, first)
    assert TalkTime.objects.get(application=una) == second
    assert Application.objects.get(pk=una.pk).state == "booked"
    with pytest.raises(TimeOver):
        book(house, vera, offer(house, day=DAY + timedelta(days=1))[0], at=AT + timedelta(days=30))


def test_nobody_books_in_another_intake_or_for_somebody_else(house: World) -> None:
    one, *_ = offer(house)
    una, vera = asked(house), asked(house, "Vera")
    with pytest.raises(NotFound):
        talks.book(application=una, talk_time=one, by=house.actor(vera.person), at=AT)
    other = make_world(at=AT)
    theirs = asked(other)
    with pytest.raises(TimeTaken):
        book(other, theirs, one)
    actions.take_back(application=una, by=house.actor(una.person), at=AT)
    with pytest.raises(TakenBack):
        book(house, una, one)


def test_a_time_taken_back_tells_whoever_had_it_and_lets_them_choose_again(house: World) -> None:
    one, *_ = offer(house)
    una = asked(house)
    book(house, una, one)
    by = house.actor(house.facilitator)
    for _ in range(2):
        talks.withdraw_time(talk_time=one, by=by, at=AT)
    assert not TalkTime.objects.filter(pk=one.pk).exists()
    assert Application.objects.get(pk=una.pk).state == "applied"
    assert Delivery.objects.filter(user=una.person, kind="new-time").count() == 1


def test_people_who_wait_are_told_once_a_day_however_many_rows_there_are(house: World) -> None:
    una = asked(house)
    offer(house)
    offer(house, day=DAY + timedelta(days=1))
    assert Delivery.objects.filter(user=una.person, kind="something-waiting").count() == 1


def test_a_talk_that_did_not_come_about_opens_another_time(house: World) -> None:
    one, other, *_ = offer(house)
    una = asked(house)
    book(house, una, one)
    key = codes.new_code()
    about = {"application": una, "how": "here", "happened_at": AT, "by": house.actor(house.facilitator), "at": AT}
    for _ in range(2):
        talks.note_talk(took_place=False, note="Snow.", client_key=key, **about)
    assert una.talks.count() == 1
    assert Application.objects.get(pk=una.pk).state == "applied"
    book(house, una, other)
    # By phone, without any time: noted all the same.
    talks.note_talk(took_place=True, note="Rang me.", client_key=codes.new_code(), **about | {"how": "phone"})
    noted = talks.notes_of(una, by=house.actor(house.facilitator))
    assert [note for _talk, note in noted] == ["Rang me.", "Snow."]
    with pytest.raises(NotFound):
        talks.notes_of(una, by=house.actor(una.person))
    with pytest.raises(NoTimesFit):
        talks.note_talk(
            took_place=True, note="", client_key=codes.new_code(), **about | {"happened_at": AT + timedelta(days=2)}
        )


def test_many_who_reach_for_one_time_at_once_make_one_talk(committed: World) -> None:
    at = clock.now()
    intake: Intake = committed.group.intake
    one = TalkTime.objects.create(
        intake=intake, screener=committed.facilitator, starts_at=at + timedelta(days=3), how="phone"
    )
    people = [asked(committed, name, at) for name in ("Una", "Vera", "Wim", "Xia")]
    results = at_the_same_moment([lambda who=who: book(committed, who, one, at) for who in people])
    assert [type(result) for result in results if isinstance(result, Exception)] == [TimeTaken] * 3
    assert Application.objects.filter(pk__in=[who.pk for who in people], state="booked").count() == 1
    assert TalkTime.objects.get(pk=one.pk).application in people
