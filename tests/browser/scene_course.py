"""A member whose answers over time have a gap, a sheet that was not filled in to its end, and a harder end."""

from datetime import timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import clock, codes
from kindcircle.rooms.measures import actions, asking
from kindcircle.spec.instruments import load_instrument
from tests.rooms.measures.course_sheets import adding_up
from tests.world import World

DAY = timedelta(days=1)
SERIES = {
    "gad-7": ((60, 8), (42, 9), (30, None), (16, 11), (9, 14)),
    "phq-9": ((60, 9),),
    "illness-burden": ((60, 7), (30, 6), (9, 4)),
}
"""By form: how many days ago each sheet was asked, and what it came to; None was not filled in."""


def course_of(world: World) -> None:
    """Told through the same doors as any sheet."""
    occasions = ("baseline", "asked", "settling", "after", "follow-up")
    for instrument, sheets in SERIES.items():
        one = load_instrument(instrument)
        for (days, total), occasion in zip(sheets, occasions, strict=False):
            opens_at = clock.now() - days * DAY
            asked = asking.assign(
                member=world.member, group=world.group, instrument=instrument, occasion=occasion, opens_at=opens_at,
                closes_at=opens_at + 5 * DAY, by=SYSTEM,
            )  # fmt: skip
            if total is None:
                continue
            answers = adding_up(instrument, total)
            if days == 42:
                answers.pop(one.scored_items[-1].id)
            actions.submit_response(
                assignment=asked, answers=answers, client_key=codes.new_code(), by=world.actor(world.member),
                at=opens_at + DAY,
            )  # fmt: skip
