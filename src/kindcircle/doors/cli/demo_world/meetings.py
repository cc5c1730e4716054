"""A gathering as it went: who came and went, what they said as they arrived and left, what was noted after."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.actions.gatherings import StepNote
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import gatherings_of
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.debrief import write_line
from kindcircle.rooms.live.queries import session_of
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.reminders.words import keep_words

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class After:
    """What the facilitators wrote, also for the next time. steps: by slot id, outcome and why; others were done.

    saw, change  a line of each of the two, from when they talked it over
    """

    note: str
    reminder: str = ""
    steps: Mapping[str, StepNote] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    saw: str = ""
    change: str = ""


def hold(
    house: House,
    gathering: Gathering,
    present: Mapping[str, User],
    *,
    after: After,
    left_early: Mapping[str, int],
    asked: str = "",
    less_well: Mapping[str, Mapping[str, int]] | None = None,
    meanwhile: Callable[[Gathering], None] | None = None,
) -> Gathering:
    """Open the door, let these people in and out, close it, and fill in the after-page.

    left_early  minutes before the end, by name
    asked       name of somebody who asks at the end to be contacted
    less_well   what somebody answers at the end who found it less well, by name
    meanwhile   what happens between the arrivals and the closing
    """
    starts, guide, chance = gathering.starts_at, house.guide, house.chance
    live.open_gathering(gathering=gathering, online=False, by=guide, at=starts - 10 * MINUTE)
    gathering.refresh_from_db()
    came = {}
    for name, member in present.items():
        came[name] = starts + chance.randint(-9, 4) * MINUTE
        groups.record_arrival(gathering=gathering, user=member, at=came[name])
        _say(house, gathering, member, Assignment.Occasion.ARRIVAL, _arriving(chance), at=came[name] + MINUTE)
    if meanwhile is not None:
        meanwhile(gathering)
    closing = gathering.ends_at - 4 * MINUTE
    for name, minutes in left_early.items():
        groups.record_leaving(gathering=gathering, user=present[name], at=gathering.ends_at - minutes * MINUTE)
    live.start_closing(gathering=gathering, by=guide, at=closing)
    for name, member in present.items():
        if name not in left_early:
            answers = (
                _leaving(chance) | ({"contact": 1} if name == asked else {}) | dict((less_well or {}).get(name, {}))
            )
            _say(house, gathering, member, Assignment.Occasion.LEAVING, answers, at=closing + 3 * MINUTE)
    live.close(gathering=gathering, by=guide, at=gathering.ends_at + MINUTE)
    gathering.refresh_from_db()
    done = {slot.id: StepNote("done") for slot in session_of(gathering).agenda}
    recorded = groups.record_after(
        gathering=gathering,
        steps=done | dict(after.steps),
        note=after.note,
        lines={present[name]: line for name, line in after.lines.items()},
        by=guide,
        at=gathering.ends_at + 12 * MINUTE,
    )
    for part, words, who in (("saw", after.saw, guide), ("change", after.change, house.acting(house.facilitators[1]))):
        if words:
            at = gathering.ends_at + 15 * MINUTE
            write_line(gathering=gathering, part=part, words=words, client_key=codes.new_code(), by=who, at=at)
    following = gatherings_of(gathering.group).filter(number=gathering.number + 1).first()
    if after.reminder and following is not None:
        at = gathering.ends_at + 13 * MINUTE
        keep_words(gathering=following, words=after.reminder, show=True, seen="", by=guide, at=at)
    return recorded


def _say(
    house: House, gathering: Gathering, member: User, occasion: str, answers: dict[str, int | str], *, at: object
) -> None:
    sheets = Assignment.objects.filter(gathering=gathering, member=member, occasion=occasion)
    for sheet in sheets.select_related("group__organisation", "member"):
        house.answer(sheet, dict(answers), at=at, on_paper=False)  # type: ignore[arg-type]


def _arriving(chance: random.Random) -> dict[str, int | str]:
    return {"steadiness": chance.randint(4, 8)}


def _leaving(chance: random.Random) -> dict[str, int | str]:
    return {"ease": chance.randint(6, 9), "fit": chance.randint(6, 10), "steadiness": chance.randint(5, 9)}
