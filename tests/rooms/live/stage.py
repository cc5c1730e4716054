"""A gathering to try things on: short words for what tests do often."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kindcircle.base.access import Actor
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import actions, queries
from kindcircle.spec.timeline import Placed
from tests.world import World


def later(at: datetime, seconds: float) -> datetime:
    """So many seconds after (or before) an instant."""
    return at + timedelta(seconds=seconds)


@dataclass
class Stage:
    """The first gathering of a world, its two facilitators and its members."""

    world: World

    @classmethod
    def second(cls, world: World) -> "Stage":
        """The second meeting of this world, today; the first was held a week ago."""
        ago = timedelta(days=7)
        held = {"state": Gathering.State.CLOSED, "opened_at": world.at - ago, "closed_at": world.at - ago}
        Gathering.objects.filter(pk=world.gatherings[0].pk).update(**held)
        Gathering.objects.filter(pk=world.gatherings[1].pk).update(starts_at=world.at)
        return cls(replace(world, gatherings=world.gatherings[1:]))

    @property
    def at(self) -> datetime:
        return self.world.at

    @property
    def code(self) -> str:
        """The gathering's code, without asking the database."""
        return self.world.gathering.code

    @property
    def gathering(self) -> Gathering:
        """As it stands now."""
        return Gathering.objects.select_related("group__organisation").get(pk=self.world.gathering.pk)

    @property
    def guide(self) -> Actor:
        return self.world.actor(self.world.facilitators[0])

    @property
    def holder(self) -> Actor:
        return self.world.actor(self.world.facilitators[1])

    def member(self, seat: int) -> Actor:
        """The member in this seat, counted from 0."""
        return self.world.actor(self.world.members[seat])

    def open(self, *, online: bool = False) -> Placed:
        return actions.open_gathering(gathering=self.gathering, online=online, by=self.guide, at=self.at)

    def step(self, step: int, at: datetime | None = None) -> Placed:
        return actions.start_step(gathering=self.gathering, step=step, by=self.guide, at=at or self.at)

    def come(self, *seats: int) -> list[str]:
        """These members arrive now. Answers with the codes by which a round knows them."""
        for seat in seats:
            actions.arrive(gathering=self.gathering, by=self.member(seat), at=self.at)
        codes = dict(Membership.objects.filter(group=self.world.group).values_list("user_id", "code"))
        return [codes[self.world.members[seat].pk] for seat in seats]

    def round(self) -> str:
        """Start the check-in round; its id."""
        placed = actions.start_round(gathering=self.gathering, prompt="checkin", by=self.guide, at=self.at)
        assert placed.round is not None
        return placed.round.round

    def practice_a(self) -> dict[str, Any]:
        """What starts the core practice of today."""
        slot = queries.session_of(self.gathering).slot("practice-a")
        assert slot.practice is not None
        return {"gathering": self.gathering, "practice": slot.practice.practice, "seconds": slot.practice.seconds}
