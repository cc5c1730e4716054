"""A heart at rest before and after a practice at home, made up beat by beat."""

import math
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.resonance import actions

MINUTES = 5


def sit(house: House, member: User, practice: str, *, at: datetime) -> None:
    """Five quiet minutes on each side of a practice."""
    by = house.acting(member)
    actions.turn_on(member=member, by=by, at=at)
    when = actions.When(practice, at.astimezone(ZoneInfo(member.zone)).date())
    sitting = actions.keep_first(
        data=_beats(7, middle=862), part="before", when=when, client_key=codes.new_code(), member=member,
        by=by, at=at,
    )  # fmt: skip
    actions.keep_other(sitting=sitting, data=_beats(8, middle=884), part="after", by=by, at=at)


def _beats(seed: int, *, middle: float) -> bytes:
    """Breath that wanders, slow waves, a little noise, and one missed beat, as an app would save them."""
    chance = Random(seed)  # noqa: S311 - the same heart in every demo
    rate, slow, phase, beats = 0.23, 0.0, 0.0, [middle]
    while sum(beats) < MINUTES * 60_000:
        rate = 0.23 + 0.85 * (rate - 0.23) + chance.gauss(0, 0.01)
        slow = 0.95 * slow + chance.gauss(0, 6)
        beats.append(middle + slow + 24 * math.sin(phase) + chance.gauss(0, 7))
        phase += 2 * math.pi * rate * beats[-1] / 1000
    beats[len(beats) // 2] *= 2
    return "\n".join(f"{one:.0f}" for one in beats).encode()
