"""Sheets of a studied form with a wanted sum, one after the other."""

from datetime import timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.rooms.measures import actions, asking
from kindcircle.rooms.measures.models import Assignment
from kindcircle.spec.instruments import load_instrument
from tests.world import World

DAY = timedelta(days=1)
OCCASIONS = (("baseline", -3), ("asked", 10), ("after", 30), ("follow-up", 90))
"""What is asked and how many days after the world began."""


def adding_up(instrument: str, total: int) -> dict[str, int]:
    """Answers to every line that add up to this total."""
    one = load_instrument(instrument)
    answers: dict[str, int] = {}
    for item in one.scored_items:
        answers[item.id] = min(one.span(item)[1], total)
        total -= answers[item.id]
    return answers


def asked(world: World, occasion: str, instrument: str = "gad-7", *, member: User | None = None) -> Assignment:
    day = dict(OCCASIONS)[occasion]
    return asking.assign(
        member=member or world.member, group=world.group, instrument=instrument, occasion=occasion,
        opens_at=world.at + day * DAY, closes_at=world.at + (day + 7) * DAY, by=SYSTEM,
    )  # fmt: skip


def answered(
    world: World, occasion: str, total: int, instrument: str = "gad-7", *, member: User | None = None
) -> Assignment:
    """The sheet, sent on the day after it was opened."""
    sheet = asked(world, occasion, instrument, member=member)
    actions.submit_response(
        assignment=sheet, answers=adding_up(instrument, total), client_key=codes.new_code(),
        by=world.actor(sheet.member), at=sheet.opens_at + DAY,
    )  # fmt: skip
    return sheet
