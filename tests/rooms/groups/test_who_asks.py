"""Who somebody is here: their places and what they do for the house, in one question, and no other person's."""

from typing import Any

import pytest

from kindcircle.base.access import NOBODY
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.groups.queries_actors import known
from tests.world import World, join, make_group, make_staff, make_world

pytestmark = pytest.mark.django_db
Role = StaffRole.Role


@pytest.fixture
def fay() -> User:
    """She leads one group, is a member of another, has left a third, and does two things for the house."""
    world = make_world(members=2)
    person = make_staff(world.organisation, "Fay", Role.FACILITATOR, at=world.at)
    StaffRole.objects.create(user=person, role=Role.ORGANISATION_LEAD, given_at=world.at)
    make_group(world.organisation, [person, world.facilitator], at=world.at)
    join(world.group, person, Membership.Role.MEMBER, at=world.at)
    left, _dates = make_group(world.organisation, world.facilitators, at=world.at)
    Membership.objects.filter(pk=join(left, person, Membership.Role.FACILITATOR, at=world.at).pk).update(
        left_at=world.at
    )
    return person


def places_of(person: User, role: str) -> set[int]:
    return set(person.memberships.filter(left_at=None, role=role).values_list("group_id", flat=True))


def test_places_and_roles_are_told_apart(fay: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        actor = actor_for(fay, strong=True)
    assert actor.roles == {Role.FACILITATOR, Role.ORGANISATION_LEAD}
    assert actor.facilitates == places_of(fay, Membership.Role.FACILITATOR) and len(actor.facilitates) == 1
    assert actor.member_of == places_of(fay, Membership.Role.MEMBER) and len(actor.member_of) == 1
    assert not actor.facilitates & actor.member_of


def test_a_role_in_the_house_is_no_place_in_a_group_and_a_place_no_role() -> None:
    world: World = make_world(members=1)
    assert actor_for(world.organisation_lead).facilitates == actor_for(world.organisation_lead).member_of == frozenset()
    assert actor_for(make_staff(world.organisation, "Cleo", Role.FACILITATOR, at=world.at)).facilitates == frozenset()
    assert actor_for(world.member).roles == frozenset()


def test_nobody_is_told_from_somebody_whose_account_is_closed(fay: User) -> None:
    fay.is_active = False
    assert actor_for(fay) == actor_for(None) == NOBODY


def test_pages_and_doors_to_meetings_know_the_same_of_somebody(fay: User) -> None:
    people = list(User.objects.filter(organisation=fay.organisation))
    by_the_door = known({one.pk for one in people})
    assert len(people) > 5
    for one in people:
        assert actor_for(one, strong=True) == by_the_door[one.pk].actor(strong=True)
