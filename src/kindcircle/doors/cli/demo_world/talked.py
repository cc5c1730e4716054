"""What a cohort told after its meetings was talked about: by those who lead, as members say, and with what came of it.

One of the four results was not talked about, as happens.
"""

from collections.abc import Mapping
from datetime import timedelta

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.feedback import actions as feedback
from kindcircle.rooms.feedback import queries
from kindcircle.rooms.feedback.models import MemberSaid
from kindcircle.rooms.groups.models import Gathering

MINUTE = timedelta(minutes=1)
Answer = MemberSaid.Answer

HEARD = {
    1: ("There was little time to speak.", "We make two short rounds."),
    3: ("The second practice was a lot for some.", "We keep it half as long, and eyes may stay open."),
}
"""You said, we did, by the number of the meeting."""

TALKED = (1, 3)
"""Meetings of which those who lead say that it was talked about at the one after."""

SAID = {"Keiko": Answer.DO_NOT_KNOW, "Lucia": Answer.NO}
"""What members say to it, where it is not a yes."""

SILENT = ("Oskar",)


def tell_group(house: House, held: Gathering) -> None:
    """On the evening of a meeting those who lead write what they heard, and what they do."""
    if held.number in HEARD:
        heard, doing = HEARD[held.number]
        feedback.tell_group(
            gathering=held, heard=heard, doing=doing, agreed=False, client_key=codes.new_code(), by=house.guide,
            at=held.ends_at + 30 * MINUTE,
        )  # fmt: skip


def look_back(house: House, held: Gathering, before: Gathering | None, present: Mapping[str, User]) -> None:
    """After a meeting: was what was told after the one before talked about?"""
    if before is None:
        return
    at = held.ends_at + 20 * MINUTE
    if before.number in TALKED:
        feedback.say_talked(gathering=before, by=house.guide, at=at)
    for number, (name, member) in enumerate(present.items()):
        moment = at + number * MINUTE
        if queries.to_ask(held.group, member=member, at=moment) == before:
            feedback.ask(before, member=member, at=moment)
            if name not in SILENT:
                answer = SAID.get(name, Answer.YES if before.number in TALKED else Answer.NO)
                feedback.say(gathering=before, answer=answer, member=member, by=house.acting(member), at=moment)


def ring(house: House, held: Gathering, member: User) -> None:
    """Whoever found it less well is rung on the day after, and that was what was to be done."""
    feedback.say_talked(gathering=held, member=member, by=house.guide, at=held.ends_at + timedelta(days=1))
