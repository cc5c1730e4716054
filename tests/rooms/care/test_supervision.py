"""Supervision: one's own log, and how much of it there was beside how many meetings."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.vault import seals
from kindcircle.rooms.care import supervision
from kindcircle.rooms.care.errors import NotALength, NotYetHeld, WithWhom
from kindcircle.rooms.care.models import Supervision
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.safety.models import Alert
from tests.world import World, make_group, make_staff, make_world

WEEK = timedelta(weeks=1)


@pytest.fixture
def world(db) -> World:
    return make_world(members=2, at=clock.now() - 8 * WEEK)


def note(world: World, seat: int = 0, **more: object) -> Supervision:
    given = {"held_on": timezone.localdate(), "minutes": 60, "with_whom": "Kim", "taken": "", "same_day": False}
    given |= {"client_key": codes.new_code(), "by": world.actor(world.facilitators[seat]), "at": clock.now()} | more
    return supervision.note_supervision(**given)  # type: ignore[arg-type]


def hold(gathering: Gathering, at: datetime) -> None:
    Gathering.objects.filter(pk=gathering.pk).update(
        starts_at=at, opened_at=at, closed_at=at + timedelta(hours=1), state=Gathering.State.CLOSED
    )


def test_an_entry_is_sealed_and_its_writers_alone(world: World) -> None:
    row = note(world, taken="How to slow down.")
    assert b"Kim" not in bytes(row.sealed_with) and b"slow" not in bytes(row.sealed_taken)
    held = supervision.supervision(row, by=world.actor(world.facilitator))
    assert (held.with_whom, held.taken) == ("Kim", "How to slow down.")
    for other in (world.facilitators[1], world.organisation_lead, world.safety_lead, world.member):
        with pytest.raises(NotFound):
            supervision.supervision(row, by=world.actor(other))
    with pytest.raises(NotFound):
        supervision.supervision(row, by=world.actor(world.facilitator, strong=False))
    assert [one.row.pk for one in supervision.own_supervisions(by=world.actor(world.facilitator))] == [row.pk]
    assert supervision.own_supervisions(by=world.actor(world.facilitators[1])) == []


def test_the_same_form_twice_is_one_entry_and_another_person_has_their_own(world: World) -> None:
    assert note(world, client_key="k").pk == note(world, client_key="k", minutes=5).pk
    assert note(world, seat=1, client_key="k").facilitator_id == world.facilitators[1].pk
    assert Supervision.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"minutes": 0}, NotALength),
        ({"minutes": 601}, NotALength),
        ({"with_whom": " "}, WithWhom),
        ({"held_on": date(2999, 1, 1)}, NotYetHeld),
    ],
)
def test_what_cannot_be_is_refused_kindly(world: World, wrong: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        note(world, **wrong)
    assert not Supervision.objects.exists()


def test_the_database_keeps_a_real_length(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Supervision.objects.create(
            facilitator=world.facilitator, held_on=date(2026, 1, 1), minutes=0, sealed_with=b"x", client_key="z",
            written_at=world.at,
        )  # fmt: skip


def test_an_entry_can_be_put_right(world: World) -> None:
    row, by = note(world), world.actor(world.facilitator)
    supervision.mend_supervision(
        supervision=row, held_on=row.held_on, minutes=90, with_whom="Kim", taken="More.", same_day=True, by=by,
        at=clock.now(),
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.minutes, row.same_day, supervision.supervision(row, by=by).taken) == (90, True, "More.")


def test_one_hour_for_four_meetings_within_twelve_weeks(world: World) -> None:
    now, ada = clock.now(), world.facilitator
    for number, gathering in enumerate(world.gatherings):
        hold(gathering, now - (number + 1) * WEEK)
    note(world, minutes=45)
    note(world, minutes=30, held_on=timezone.localdate(now - 13 * WEEK))  # long ago
    by = world.actor(ada)
    figure = supervision.figure_of(ada, by=by, at=now)
    assert (figure.meetings, figure.minutes, figure.suggested, figure.weeks) == (4, 45, 60, 0)
    # Meetings before somebody began to lead, or after they stopped, are not theirs.
    hold(world.gatherings[3], now - 13 * WEEK)
    Membership.objects.filter(user=ada).update(left_at=now - WEEK - timedelta(days=1))
    assert supervision.figure_of(ada, by=by, at=now).meetings == 2


def test_where_only_clinicians_lead_it_is_weekly(world: World) -> None:
    now, ada = clock.now(), world.facilitator
    _group, planned = make_group(
        world.organisation, world.facilitators, at=world.at, programme="compassionate-mind-group", gatherings=3
    )
    for number, gathering in enumerate(planned):
        hold(gathering, now - (number + 1) * WEEK)
    note(world, held_on=timezone.localdate(now - WEEK))
    figure = supervision.figure_of(ada, by=world.actor(ada), at=now)
    assert (figure.meetings, figure.suggested, figure.weeks, figure.weeks_held) == (3, 0, 3, 1)


def test_the_organisation_lead_sees_minutes_of_their_own_house_only(world: World) -> None:
    waiting = make_staff(world.organisation, "Cleo", "facilitator", at=world.at)
    note(world, minutes=45, taken="Something.")
    other = make_world(members=1)
    lead = world.actor(world.organisation_lead)
    found = supervision.figures_of_house(world.organisation, by=lead, at=clock.now())
    assert {person.pk: figure.minutes for person, figure in found} == {
        world.facilitators[0].pk: 45, world.facilitators[1].pk: 0, waiting.pk: 0,
    }  # fmt: skip
    for by in (other.actor(other.organisation_lead), world.actor(world.safety_lead), world.actor(world.facilitator)):
        with pytest.raises(NotFound):
            supervision.figures_of_house(world.organisation, by=by, at=clock.now())
    with pytest.raises(NotFound):
        supervision.figure_of(world.facilitator, by=world.actor(world.facilitators[1]), at=clock.now())


def test_a_day_of_concern_waits_until_it_was_talked_through(world: World) -> None:
    now, by = clock.now(), world.actor(world.facilitator)
    raised = {"group": world.group, "member": world.member, "source_kind": "response", "rules": "r"}
    Alert.objects.create(level="contact", source_code="a", raised_at=now, **raised)
    assert supervision.days_to_talk_through(by=by, at=now) == []
    Alert.objects.create(level="concern", source_code="b", raised_at=now - timedelta(days=2), **raised)
    day = timezone.localdate(now - timedelta(days=2))
    assert supervision.days_to_talk_through(by=by, at=now) == [day]
    note(world, held_on=timezone.localdate(now))  # about something else
    assert supervision.days_to_talk_through(by=by, at=now) == [day]
    note(world, held_on=day, same_day=True)
    assert supervision.days_to_talk_through(by=by, at=now) == []
    assert supervision.days_to_talk_through(by=world.actor(world.facilitators[1]), at=now) == [day]


def test_members_of_ones_groups_are_found_by_name(world: World) -> None:
    by = world.actor(world.facilitator)
    name = seals.name_of(world.member)
    assert [one.words for one in supervision.member_names_in(f"How {name} left.", by=by)] == [name]
    other = make_world(members=1)
    assert supervision.member_names_in("How Zelda left.", by=other.actor(other.facilitator)) == []
