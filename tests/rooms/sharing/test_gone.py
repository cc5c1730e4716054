"""What goes by itself was read all the same: another copy of its page, in another group, covers nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kindcircle.rooms.ending import taking
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.sharing import actions, gone, handfuls
from kindcircle.rooms.sharing.models import Share
from kindcircle.spec.ladder import Step
from tests.rooms.sharing.test_sharing import DAY, LATER, NOON, put
from tests.world import World, join, make_group, make_world

pytestmark = pytest.mark.django_db


def by_taking_it_back(world: World, named: Share) -> None:
    actions.take_back(share=named, by=world.actor(world.member), at=LATER)


def by_leaving(world: World, named: Share) -> None:
    Membership.objects.filter(group=world.group, user=world.member).update(left_at=LATER)
    assert gone.leave_due(at=LATER) == 1


def with_the_words_of_the_group(world: World, named: Share) -> None:
    taking.take_space(world.group)


@pytest.mark.parametrize("goes", [by_taking_it_back, by_leaving, with_the_words_of_the_group])
@pytest.mark.parametrize("step", [Step.NAMED, Step.UNNAMED])
def test_a_page_that_was_read_by_name_in_one_group_hides_nobody_in_another(
    goes: Callable[[World, Share], None], step: Step
) -> None:
    world = make_world(at=NOON - DAY, members=4, first_at=NOON + 5 * DAY)
    group, gatherings = make_group(world.organisation, world.facilitators, at=NOON - DAY, first_at=NOON + 5 * DAY)
    for who in world.members:
        join(group, who, Membership.Role.MEMBER, at=NOON - DAY)
    other = replace(world, group=group, gatherings=gatherings)
    named = put(world, world.member, step, source="page")
    for number, who in enumerate(other.members):
        put(other, who, Step.UNNAMED, f"Amsel {number}", source="page" if number == 0 else "")
    goes(world, named)
    assert not Share.objects.filter(group=world.group).exists()
    assert Share.objects.filter(group=group, known=True).count() == (step == Step.NAMED)
    # Those who lead both groups would know three of four, and so the fourth.
    assert handfuls.gather_due(at=NOON + DAY) == (step == Step.UNNAMED)
