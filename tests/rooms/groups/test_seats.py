"""A place that is kept waits for a yes; it is free again when the request, the answer or the group says so."""

from datetime import timedelta
from functools import partial

import pytest

from kindcircle.rooms.ending import circles
from kindcircle.rooms.ending.errors import ConsentNeeded
from kindcircle.rooms.ending.models import CircleInvitation
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.actions.seats import OPEN_UNTIL_MEETING
from kindcircle.rooms.groups.errors import NoWayBack
from kindcircle.rooms.groups.models import Gathering, Group, KeptPlace, Membership
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.errors import HasAPlace
from kindcircle.rooms.intake.models import Application, KeepApart
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.rooms.together import at_the_same_moment
from tests.world import World, make_group, yes_to

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def una(world: World) -> Application:
    """Somebody who may come, for whom a place is kept, and who has not said yes."""
    by, at = world.actor(world.facilitator), world.at
    application, _ = actions.add_somebody(intake=world.group.intake, name="Una", by=by, at=at)
    intake.decide(application=application, outcome="join", reason="Fits.", letter="Welcome.", by=by, at=at)
    actions.keep_place(application=application, group=world.group, by=by, at=at)
    return application


def say_yes(world: World, una: Application) -> None:
    by = world.actor(una.person)
    actions.say_yes(person=una.person, by=by, at=world.at + 2 * HOUR, **yes_to(world.organisation))


def is_member(una: Application) -> bool:
    return Membership.objects.filter(user=una.person, left_at=None).exists()


def test_a_request_taken_back_frees_the_place_and_a_yes_brings_nobody_in(world: World, una: Application) -> None:
    free = actions.free_seats(world.group)
    intake.take_back(application=una, by=world.actor(una.person), at=world.at + HOUR)
    assert actions.free_seats(world.group) == free + 1
    say_yes(world, una)
    assert not is_member(una)
    una.refresh_from_db()
    assert una.state == Application.State.WITHDRAWN


@pytest.mark.parametrize("outcome", ["later", "other-help"])
def test_another_answer_frees_the_place(world: World, una: Application, outcome: str) -> None:
    free, by = actions.free_seats(world.group), world.actor(world.facilitator)
    intake.decide(application=una, outcome=outcome, reason="Not now.", letter="Later.", by=by, at=world.at + HOUR)
    assert actions.free_seats(world.group) == free + 1
    say_yes(world, una)
    assert not is_member(una)


def test_a_place_that_is_theirs_is_not_taken_back_with_the_request(world: World, una: Application) -> None:
    say_yes(world, una)
    with pytest.raises(HasAPlace):
        intake.take_back(application=una, by=world.actor(una.person), at=world.at + 3 * HOUR)
    assert is_member(una)


def test_a_yes_that_comes_too_late_brings_nobody_into_a_group_that_knows_one_another(
    world: World, una: Application
) -> None:
    over = Gathering.objects.filter(group=world.group, number__lte=OPEN_UNTIL_MEETING)
    over.update(state=Gathering.State.CLOSED, opened_at=world.at, closed_at=world.at)
    say_yes(world, una)
    assert not is_member(una) and current_consent(una.person) is not None
    assert KeptPlace.objects.get(application=una).given_up_at is not None


def test_nobody_comes_into_a_group_that_is_over(world: World, una: Application) -> None:
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    say_yes(world, una)
    assert not is_member(una)
    assert KeptPlace.objects.get(application=una).given_up_at is not None


def test_no_way_back_beside_somebody_they_must_not_meet(world: World) -> None:
    place = Membership.objects.select_related("group__organisation", "user").get(user=world.member)
    leaving = actions.leave_group(place=place, by=world.actor(world.member), at=world.at + HOUR)
    one, other = sorted(world.members[:2], key=lambda person: person.pk)
    KeepApart.objects.create(
        organisation=world.organisation, one=one, other=other, made_by=world.facilitator, made_at=world.at
    )
    with pytest.raises(NoWayBack) as refused:
        actions.undo_leaving(leaving=leaving, by=world.actor(world.facilitator), at=world.at + 2 * HOUR)
    assert not Membership.objects.filter(user=world.member, left_at=None).exists()
    # Those who lead learn nothing of who it is, or that there is such a rule.
    assert "apart" not in refused.value.sentence


def test_whoever_left_can_be_given_a_place_again_and_nobody_two_by_one_request(world: World, una: Application) -> None:
    say_yes(world, una)
    by, at = world.actor(world.facilitator), world.at + 3 * HOUR
    other, _ = make_group(world.organisation, world.facilitators, at=world.at, first_at=world.at + 60 * DAY)
    with pytest.raises(HasAPlace):
        actions.keep_place(application=una, group=other, by=by, at=at)
    place = Membership.objects.select_related("group__organisation", "user").get(user=una.person)
    actions.leave_group(place=place, by=world.actor(una.person), at=at)
    actions.keep_place(application=una, group=world.group, by=by, at=at + HOUR)
    assert Membership.objects.get(user=una.person).left_at is None
    assert KeptPlace.objects.filter(application=una, given_up_at=None).count() == 1


def test_a_note_about_a_miss_waits_no_more_once_the_yes_is_taken_back(world: World) -> None:
    by, at, gathering = world.actor(world.facilitator), world.at + HOUR, world.gathering
    actions.open_gathering(gathering=gathering, online=False, by=by, at=world.at)
    actions.start_closing(gathering=gathering, by=by, at=at)
    actions.close_gathering(gathering=gathering, by=by, at=at)
    waiting = Task.objects.filter(kind=Kind.ABSENCE_MESSAGE, concerns=world.member, done_at=None)
    assert waiting.count() == 1
    consent = current_consent(world.member)
    assert consent is not None
    actions.take_back_yes(consent=consent, by=world.actor(world.member), at=at + HOUR)
    assert not waiting.exists()


def test_a_yes_taken_back_while_a_circle_lets_somebody_in_leaves_nobody_inside_without_one(committed: World) -> None:
    leads = committed.facilitators
    circle, _ = make_group(committed.organisation, leads, at=committed.at, programme="circle-of-practice")
    for person in committed.members[:4]:
        row = CircleInvitation.objects.create(
            circle=circle, person=person, made_by=leads[0], made_at=committed.at, answer="yes", answered_at=committed.at
        )
        consent = current_consent(person)
        assert consent is not None
        lets_in = partial(circles.admit, invitation=row, by=committed.actor(leads[0]), at=committed.at + DAY)
        goes = partial(actions.take_back_yes, consent=consent, by=committed.actor(person), at=committed.at + DAY)
        results = at_the_same_moment([lets_in, goes])
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, ConsentNeeded)], (
            results
        )
        assert not Membership.objects.filter(user=person, left_at=None).exists()
