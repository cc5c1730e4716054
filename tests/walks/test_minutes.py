"""How many minutes a week the site takes of somebody who leads: one ideal week, after one that was just like it."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from tests.meetings import back, begins
from tests.minutes import Measured
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

BUDGET = 25
WEEK, MINUTE = timedelta(weeks=1), timedelta(minutes=1)
LINES = [
    "Quiet today. Stayed to the end.",
    "Spoke of work. Breathed more slowly.",
    "The body scan was a lot; feet helped.",
    "At ease. Helped to put the chairs away.",
    "Came late, from the clinic. Tired.",
    "Tried the pause at home three times.",
    "Passed in the round. Smiled at the end.",
    "",
]
NOTE = (
    "A warm meeting. The round took longer than planned, so we left out the second practice. People asked for the "
    "shorter pause at home. Next time begin with it, and leave more room for questions."
)
ANSWER = "Thank you for telling us. It is fine to come a little late. The door is open for you, and we keep your seat."
OWN = ("how", "pace", "relating", "presence", "guiding", "asking", "holding", "choice", "warmth", "alike", "slowing")


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=8, at=clock.now() - 4 * WEEK, first_at=clock.now() + 3 * WEEK)


def test_a_week_of_leading_fits_into_twenty_five_minutes(running_site: RunningSite, world: World) -> None:
    ada = Measured(running_site, world.facilitator)
    for number in (1, 2):
        ada.forget_counts()
        a_week(running_site, world, ada, number)
    print(f"\n{ada.table()}\n\n{ada.minutes:.1f} minutes of {BUDGET}")
    assert {step.name for step in ada.steps if step.loads == 0} == set()
    assert sum(step.letters for step in ada.steps) > 500
    assert ada.minutes <= BUDGET


def a_week(site: RunningSite, world: World, ada: Measured, number: int) -> None:
    gathering = Gathering.objects.get(group=world.group, number=number)
    begins(world.group, number, clock.now() + 5 * MINUTE)
    meeting = f"Meeting {number}:"
    with ada.step("the reminder"):
        ada.open("/desk/").follow("Confirm the reminder").press("Confirm")
    with ada.step("before you meet"):
        ada.follow(world.group.name).follow(meeting)
        ada.follow("Get the room ready").follow("Support plans")
    with ada.step("opening the room"):
        ada.open(f"/desk/gatherings/{gathering.code}/lead/").press("Open in person")
        gathering.refresh_from_db()
        for member in world.members[:7]:
            live.arrive(gathering=gathering, by=world.actor(member), at=clock.now())
    ada.open(f"/desk/gatherings/{gathering.code}/lead/")
    with ada.step("the close"):
        ada.press("Begin the closing").press("Close the meeting")
    with ada.step("notes for eight"):
        ada.follow("Write the notes")
        lines = {f"line-{person.code}": line for person, line in zip(world.members, LINES, strict=True) if line}
        ada.press("Save these notes", lines | {"note": NOTE, "step-practice-b": "skipped", "why-practice-b": "no time"})
    with ada.step("my own check"):
        ada.follow("How am I?").press("Save for me alone", dict.fromkeys(OWN, "5"))
    with ada.step("a note to somebody who was not there"):
        ada.open("/desk/").follow("Look over a note to somebody who was not there").follow("Read the draft")
        draft = dict(ada.form("Send it")[0].fields)["text"]
        ada.press("Send it", {"text": f"{draft}\n\nWe thought of you in the round."})
    raise_task(
        Kind.MISS_AFTER_LOW, organisation=world.organisation, about=Ref("group", world.group.code), once=f"{number}",
        due_at=clock.now() + WEEK, group_id=world.group.pk, concerns=world.members[7], at=clock.now(),
    )  # fmt: skip
    with ada.step("something to do"):
        ada.open("/desk/tasks/").follow("Ring somebody")
        ada.press("Off the list", {"outcome": "reached", "note": "Back next week."})
    Visitor(site, world.member).open("/messages/").press("Send", {"text": "The bus is late on Tuesdays. Is that fine?"})
    with ada.step("one message"):
        ada.open("/desk/").follow("1 message to answer").follow("Ines").press("Send", {"text": ANSWER})
    with ada.step("supervision, noted"):
        ada.open("/desk/care/").follow("Note supervision")
        ada.press("Save", {"minutes": "60", "with_whom": "Kim", "taken": "How much to hold, and when to let be."})
    back(gathering, WEEK)
