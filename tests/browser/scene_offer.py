"""An offer with a crowd of people who asked: some may join, some wait, two are kept apart, one group is proposed."""

from dataclasses import dataclass
from datetime import time, timedelta

from kindcircle.base.lib import clock
from kindcircle.rooms.forming import actions as forming
from kindcircle.rooms.forming.models import ProposedGroup
from kindcircle.rooms.intake.actions import apply, decide
from kindcircle.rooms.intake.models import Application, Intake, WeeklySlot
from tests.world import World, make_intake, make_person


@dataclass
class Offer:
    """The offer, one request that waits for a talk, and the group that is proposed."""

    intake: Intake
    waiting: Application
    proposed: ProposedGroup

    @property
    def code(self) -> str:
        return self.intake.code


def offered(world: World) -> Offer:
    at, guide = clock.now() - timedelta(days=2), world.actor(world.facilitator)
    intake = make_intake(world.organisation, world.facilitators, at=at, public=True, version="2")
    Intake.objects.filter(pk=intake.pk).update(name="Evenings in spring", place="Room 3", welcome="Come as you are.")
    intake.refresh_from_db()
    slots = [WeeklySlot.objects.create(intake=intake, weekday=day, starts=time(18)) for day in (2, 4)]
    asked = []
    for number in range(12):
        person = make_person(world.organisation, f"Asker {number + 1}", at=at)
        asked.append(
            apply(
                intake=intake,
                person=person,
                answers={},
                source="page",
                slots=slots[number // 10 :],
                by=world.actor(person),
                at=at + timedelta(minutes=number),
            )
        )
    for application in asked[:-2]:
        decide(application=application, outcome="join", reason="So.", letter="Welcome.", by=guide, at=at)
    forming.keep_apart(intake=intake, people=asked[:2], why="They were a couple.", by=guide, at=clock.now())
    (proposed,) = forming.propose(intake=intake, fewest=7, by=guide, at=clock.now())
    return Offer(intake, asked[-1], proposed)
