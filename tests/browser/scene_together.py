"""How groups are together, for pages to look at: what one group said, what another heard came of it, and ratings."""

from datetime import timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.alliance import actions as alliance
from kindcircle.rooms.alliance import ratings
from kindcircle.rooms.alliance.levels import LEVELS, PULSE
from kindcircle.rooms.feedback.actions import tell_group
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import gatherings_of, present_places
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.measures import asking
from tests.rooms.measures.sheets import send
from tests.world import World

HOUR = timedelta(hours=1)
# Two lines at each of four levels: well, low, in between, good.
SAID = [8, 8, 3, 4, 5, 5, 7, 7]


def asked_together(world: World, group: Group) -> None:
    """An earlier group said how it was together: one of those who lead guessed, and chose a step."""
    second = gatherings_of(group).get(number=2)
    opens = clock.now() - 30 * HOUR
    for number, place in enumerate(present_places(group)):
        given = asking.assign(
            member=place.user, group=group, instrument=PULSE, occasion="weekly", gathering=second, opens_at=opens,
            closes_at=opens + 24 * HOUR, by=SYSTEM,
        )  # fmt: skip
        lines = [3, 3, *SAID[2:]] if number == 0 else SAID
        names = ("understood", "may_differ", "warmth", "learning", "fair", "frame", "belonging", "direction")
        send(world, given, dict(zip(names, lines, strict=True)), at=opens + HOUR)
    staff, at = world.facilitator, clock.now()
    points = dict.fromkeys(LEVELS, 7)
    alliance.guess(gathering=second, points=points, staff=staff, by=world.actor(staff), at=at)
    alliance.read_now(gathering=second, by=world.actor(staff), at=at)
    alliance.choose(
        gathering=second, level="member_group", what="goal-review", staff=staff, by=world.actor(staff), at=at
    )


def heard(world: World, over: Gathering) -> None:
    """The group reads what came of its first meeting."""
    over.refresh_from_db()
    tell_group(
        gathering=over, heard="It was cold near the window.", doing="We heat before anybody comes.", agreed=True,
        client_key=codes.new_code(), by=world.actor(world.facilitator), at=clock.now(),
    )  # fmt: skip


def rates_others(world: World, member: User) -> User:
    """Somebody who said yes to research, where members may say how they are towards one another."""
    lead, at = world.organisation_lead, clock.now()
    ratings.switch(group=world.group, on=True, staff=lead, by=world.actor(lead), at=at)
    yes = Consent(person=member, kind=Consent.Kind.RESEARCH, text="consent-full@1", signed_at=at)
    yes.sealed_signature = seals.SIGNATURE.seal("Yes", code=yes.code, holder=member)
    yes.save()
    return member
