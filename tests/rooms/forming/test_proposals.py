"""Groups from people who may join: nobody without a decision, nobody beside somebody they are kept apart from."""

from collections.abc import Sequence
from datetime import time, timedelta

import pytest

from kindcircle.base.access import Actor
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.forming import actions
from kindcircle.rooms.forming.errors import NobodyToSeat, NotToMove, TwoDifferentPeople
from kindcircle.rooms.forming.models import ProposedGroup, ProposedSeat
from kindcircle.rooms.forming.waitlist import JOINS, KEPT, LATER, TALK, waitlist
from kindcircle.rooms.groups.errors import GroupFull, KeptApartFrom
from kindcircle.rooms.groups.models import Group, KeptPlace
from kindcircle.rooms.intake.actions import apply, decide, offering, take_back
from kindcircle.rooms.intake.errors import TooManyTimes
from kindcircle.rooms.intake.models import Application, Intake, KeepApart, WeeklySlot
from tests.world import World, dial_emergency, make_intake, make_person

SIX_WEEKS = timedelta(weeks=6)


@pytest.fixture
def intake(world: World) -> Intake:
    made = make_intake(world.organisation, world.facilitators, at=world.at, public=True, version="2")
    for day in (2, 4):
        WeeklySlot.objects.create(intake=made, weekday=day, starts=time(18))
    return made


@pytest.fixture
def ada(world: World) -> Actor:
    return world.actor(world.facilitator)


def asks(world: World, intake: Intake, ada: Actor, days: Sequence[int], outcome: str = "join") -> Application:
    """Somebody who asked, and what was decided; "" for nothing yet."""
    number = Application.objects.filter(intake=intake).count()
    at = world.at + timedelta(minutes=number)
    person = make_person(world.organisation, f"Person{number}", at=at)
    application = apply(
        intake=intake, person=person, answers={}, source="page", by=world.actor(person), at=at,
        slots=intake.slots.filter(weekday__in=days),
    )  # fmt: skip
    if outcome:
        decide(application=application, outcome=outcome, reason="So.", letter="Warmly.", by=ada, at=at)
    return application


def crowd(world: World, intake: Intake, ada: Actor, tuesday: int, thursday: int) -> list[Application]:
    return [asks(world, intake, ada, [2]) for _ in range(tuesday)] + [
        asks(world, intake, ada, [4]) for _ in range(thursday)
    ]


def soon(world: World):
    return world.at + timedelta(days=1)


def test_the_list_says_how_everybody_stands(world, intake, ada):
    for outcome in ("join", "", "later", "other-help"):
        asks(world, intake, ada, [2], outcome)
    gone = asks(world, intake, ada, [2])
    take_back(application=gone, by=world.actor(gone.person), at=soon(world))
    found = waitlist(intake, by=ada, at=soon(world))
    assert [one.stands for one in found.entries] == [JOINS, TALK, LATER, "other-help"]
    assert found.taken_back == 1
    tuesday, thursday = found.outlooks
    assert (tuesday.joining, tuesday.deciding, tuesday.short) == (1, 1, 5)
    assert (thursday.joining, thursday.deciding, thursday.short) == (0, 0, 6)


def test_a_decision_gets_old(world, intake, ada):
    asks(world, intake, ada, [2])
    late = world.at + SIX_WEEKS
    assert [one.code for one in waitlist(intake, by=ada, at=late - timedelta(days=3)).soon_too_old]
    found = waitlist(intake, by=ada, at=late + timedelta(days=1))
    assert not found.joining and len(found.too_old) == 1
    assert (found.outlooks[0].joining, found.outlooks[0].deciding) == (0, 1)


def test_nobody_without_a_decision_is_proposed(world, intake, ada):
    undecided = [asks(world, intake, ada, [2, 4], "") for _ in range(9)]
    with pytest.raises(NobodyToSeat):
        actions.propose(intake=intake, fewest=6, by=ada, at=soon(world))
    crowd(world, intake, ada, 7, 0)
    actions.propose(intake=intake, fewest=6, by=ada, at=soon(world))
    assert not ProposedSeat.objects.filter(application__in=undecided).exists()
    with pytest.raises(NotToMove):
        to = ProposedGroup.objects.get(intake=intake)
        actions.move(application=undecided[0], to=to, by=ada, at=soon(world))


def test_a_proposal_is_changed_by_hand_within_what_must_hold(world, intake, ada):
    people = crowd(world, intake, ada, 10, 7)
    first, second = actions.propose(intake=intake, fewest=6, by=ada, at=soon(world))
    with pytest.raises(GroupFull):
        actions.move(application=people[-1], to=first, by=ada, at=soon(world))
    actions.keep_apart(intake=intake, people=[people[0], people[-1]], why="A divorce.", by=ada, at=soon(world))
    with pytest.raises(KeptApartFrom):
        actions.move(application=people[0], to=second, by=ada, at=soon(world))
    actions.move(application=people[1], to=second, by=ada, at=soon(world))
    actions.move(application=people[1], to=second, by=ada, at=soon(world))
    assert (first.seats.count(), second.seats.count()) == (9, 8)
    actions.move(application=people[1], to=None, by=ada, at=soon(world))
    assert not ProposedSeat.objects.filter(application=people[1]).exists()
    # Proposed anew, they are never put together, and the lot is the same for the same word.
    drawn = [actions.propose(intake=intake, fewest=6, seed="moss", by=ada, at=soon(world)) for _ in range(2)][-1]
    together = [{seat.application_id for seat in one.seats.all()} for one in drawn]
    assert not any({people[0].pk, people[-1].pk} <= inside for inside in together)
    assert ProposedGroup.objects.filter(intake=intake).count() == 2


def test_starting_keeps_a_place_for_each_and_the_rest_keep_theirs_in_the_queue(world, intake, ada):
    dial_emergency(world.organisation, world.facilitators, at=world.at)
    people = crowd(world, intake, ada, 12, 0)
    (proposed,) = actions.propose(intake=intake, fewest=8, by=ada, at=soon(world))
    inside = [seat.application for seat in proposed.seats.all()]
    assert {one.pk for one in inside} == {one.pk for one in people[:10]}, "who asked first comes first"
    # One was decided for otherwise in the meantime.
    decide(application=inside[3], outcome="later", reason="So.", letter="Warmly.", by=ada, at=soon(world))
    group, kept, left = actions.start(
        proposed=proposed, name="Tuesdays", programme=intake.programme, programme_version="2", zone="UTC",
        first_at=world.at + timedelta(days=9), owner=world.facilitators[0], backup=world.facilitators[1],
        place="Room 3", by=ada, at=soon(world),
    )  # fmt: skip
    assert group.intake == intake and len(kept) == 9
    assert [application for application, _why in left] == [inside[3]]
    assert KeptPlace.objects.filter(group=group).count() == 9
    assert not ProposedGroup.objects.filter(intake=intake).exists()
    found = waitlist(intake, by=ada, at=soon(world))
    assert [len(found.standing(stands)) for stands in (KEPT, LATER, JOINS)] == [9, 1, 2]


def test_only_who_is_entrusted_with_it_forms_groups(world, intake, ada):
    crowd(world, intake, ada, 8, 0)
    for person in (world.organisation_lead, world.safety_lead, world.member):
        with pytest.raises(NotFound):
            actions.propose(intake=intake, fewest=6, by=world.actor(person), at=soon(world))
    with pytest.raises(NotFound):
        waitlist(intake, by=world.actor(world.safety_lead), at=soon(world))
    assert waitlist(intake, by=world.actor(world.organisation_lead), at=soon(world)).entries
    assert Group.objects.filter(intake=intake).count() == 0


def test_a_rule_is_sealed_made_once_and_ended(world, intake, ada):
    one, other = crowd(world, intake, ada, 2, 0)
    with pytest.raises(TwoDifferentPeople):
        actions.keep_apart(intake=intake, people=[one, one], why="Same.", by=ada, at=soon(world))
    with pytest.raises(TwoDifferentPeople):
        actions.keep_apart(intake=intake, people=[one, other], why="  ", by=ada, at=soon(world))
    for pair in ([one, other], [other, one]):
        actions.keep_apart(intake=intake, people=pair, why="Canary reason.", by=ada, at=soon(world))
    rule = KeepApart.objects.get(organisation=world.organisation)
    assert b"Canary" not in bytes(rule.sealed_why)
    assert actions.why_apart(rule, intake=intake, by=ada) == "Canary reason."
    actions.end_apart(intake=intake, rule=rule, by=ada, at=soon(world))
    actions.keep_apart(intake=intake, people=[one, other], why="Again.", by=ada, at=soon(world))
    assert KeepApart.objects.filter(ended_at=None).count() == 1


def test_a_time_that_somebody_chose_stays(world, intake, ada):
    asks(world, intake, ada, [2], "")
    lead = world.actor(world.organisation_lead)
    stayed = offering.set_times(intake=intake, times=[(6, time(10))], by=lead, at=soon(world))
    assert [(slot.weekday, chosen) for slot, chosen in stayed] == [(2, 1)]
    assert list(intake.slots.values_list("weekday", flat=True)) == [2, 6]
    with pytest.raises(TooManyTimes):
        offering.set_times(intake=intake, times=[(1, time(hour)) for hour in range(15)], by=lead, at=soon(world))


def test_only_the_lead_names_who_talks_with_people(world, intake, ada):
    with pytest.raises(NotFound):
        offering.name_screeners(intake=intake, people=[world.facilitators[0]], by=ada, at=soon(world))
    lead = world.actor(world.organisation_lead)
    offering.name_screeners(intake=intake, people=[world.facilitators[0]], by=lead, at=soon(world))
    assert list(intake.screeners.values_list("user", flat=True)) == [world.facilitators[0].pk]
    with pytest.raises(NotFound):
        waitlist(intake, by=world.actor(world.facilitators[1]), at=soon(world))
