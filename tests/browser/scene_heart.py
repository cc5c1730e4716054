"""A member with a heart recording before and after a practice."""

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.resonance import actions
from kindcircle.rooms.resonance.models import Sitting
from tests.stats.hearts import as_list, resting
from tests.world import World


def sat(world: World) -> Sitting:
    """Five quiet minutes on each side, today."""
    by, at = world.actor(world.member), clock.now()
    actions.turn_on(member=world.member, by=by, at=at)
    when = actions.When("p01-three-part-pause", at.date())
    sitting = actions.keep_first(
        data=as_list(resting(1)),
        part="before",
        when=when,
        client_key=codes.new_code(),
        member=world.member,
        by=by,
        at=at,
    )
    actions.keep_other(sitting=sitting, data=as_list(resting(2)), part="after", by=by, at=at)
    return sitting
