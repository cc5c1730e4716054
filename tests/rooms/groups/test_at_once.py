"""Seats, when several people reach for them at the very same moment."""

from functools import partial

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import GroupFull
from kindcircle.rooms.groups.models import KeptPlace, Membership
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.models import Application
from kindcircle.spec.programmes import load_programme
from tests.rooms.together import at_the_same_moment
from tests.world import World, yes_to


def decided(world: World) -> Application:
    """Somebody who was talked with and may come."""
    by, at = world.actor(world.facilitator), clock.now()
    application, secret = actions.add_somebody(intake=world.group.intake, name="Ada", by=by, at=at)
    actions.accept_invitation(secret=secret, name="Ada", email=f"{codes.new_code()}@example.org", at=at)
    intake.decide(application=application, outcome="join", reason="Fits.", letter="Welcome.", by=by, at=at)
    return application


def keep(world: World, application: Application) -> object:
    return actions.keep_place(
        application=application, group=world.group, by=world.actor(world.facilitator), at=clock.now()
    )


def say_yes(world: World, person: User) -> object:
    return actions.say_yes(person=person, by=world.actor(person), at=clock.now(), **yes_to(world.organisation, "Ada"))


def test_people_who_take_their_places_at_once_each_get_a_seat_of_their_own(committed: World) -> None:
    coming = [decided(committed) for _ in range(6)]
    for application in coming:
        keep(committed, application)
    results = at_the_same_moment([lambda one=one: say_yes(committed, one.person) for one in coming])
    assert not [result for result in results if isinstance(result, Exception)]
    seats = Membership.objects.filter(group=committed.group, role="member").values_list("seat", flat=True)
    assert sorted(seats) == list(range(1, 9))


def test_two_who_keep_places_at_once_do_not_promise_the_same_seat(committed: World) -> None:
    group = committed.group
    free = load_programme(group.programme, group.programme_version).size.max - 2
    coming = [decided(committed) for _ in range(free + 4)]
    results = at_the_same_moment([lambda one=one: keep(committed, one) for one in coming])
    assert KeptPlace.objects.filter(group=group).count() == free
    assert [type(result) for result in results if isinstance(result, Exception)] == [GroupFull] * 4


def test_yes_and_a_kept_place_at_the_same_moment_make_one_member(committed: World) -> None:
    for _ in range(5):
        application = decided(committed)
        person = application.person
        results = at_the_same_moment([partial(keep, committed, application), partial(say_yes, committed, person)])
        assert not [result for result in results if isinstance(result, Exception)]
        assert Membership.objects.filter(user=person, left_at=None).count() == 1
        actions.take_back_yes(consent=person.consents.get(replaced_at=None), by=committed.actor(person), at=clock.now())
