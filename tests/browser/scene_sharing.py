"""Something of everything that a member can share: for those who lead, by name, without one, and to be read first."""

from datetime import timedelta

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.sharing import actions, handfuls, looking, review
from kindcircle.rooms.sharing.models import Share
from kindcircle.spec.ladder import Step
from tests.world import World


def let_others_read(world: World) -> Share:
    """What the first member shares with those who lead; the rest beside it."""
    shown = _put(world, world.member, Step.LEADERS, "For those who lead.")
    _put(world, world.members[1], Step.NAMED, "By name.")
    for who in world.members[:4]:
        _put(world, who, Step.UNNAMED, "Without one.")
    handfuls.gather_due(at=clock.now() + timedelta(days=1, minutes=30))
    review.set_reviews(group=world.group, reviews=True, by=world.actor(world.facilitator), at=clock.now())
    _put(world, world.members[2], Step.NAMED, "To be read first.")
    for who in world.members[:4]:
        _put(world, who, Step.UNNAMED, "To be read first, without a name.")
    handfuls.gather_due(at=clock.now() + timedelta(days=1, minutes=30))
    return shown


def _put(world: World, who: User, step: Step, words: str) -> Share:
    key, at = codes.new_code(), clock.now()
    row = actions.share(
        words=words,
        step=step,
        source=Ref("journal", key),
        group=world.group,
        author=who,
        client_key=key,
        looked=looking.proof(words=words, step=step, group=world.group, author=who, key=key, at=at),
        by=world.actor(who),
        at=at,
    )
    Share.objects.filter(pk=row.pk).update(seen_from=at)
    return row
