"""Conducting: what each step is given today, the core of a session or the whole of it, and who guides.

The plan is one list of minutes, said anew whenever it changes, so that everything can be taken back by saying the one
before. What is given is the minutes a step is to have, never a difference: a second tap changes nothing.
"""

from datetime import datetime
from math import ceil

from kindcircle.base.access import Actor
from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.standing_in import leading
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import LeadsNotHere, NothingToCut, NotInThisSession, NotLeftOut, TooShort
from kindcircle.rooms.live.queries_conducting import ends_at, guide_of
from kindcircle.spec import conducting
from kindcircle.spec.conducting import MINUTE, Plan
from kindcircle.spec.programmes import Slot
from kindcircle.spec.timeline import Placed

LONGEST = 240


def set_minutes(*, gathering: Gathering, step: int, minutes: int, by: Actor, at: datetime) -> Placed:
    """Give a step so many minutes today; 0 leaves it out.

    Raises TooShort where a practice would be cut, and NotLeftOut for what a meeting never goes without.
    """
    with command(gathering, by=by, at=at) as now:
        agenda, plan = _plan(now)
        if not 0 <= step < len(agenda) or not 0 <= minutes <= LONGEST:
            raise NotInThisSession
        slot = agenda[step]
        here = now.placed.step is not None and now.placed.step.index == step
        if minutes == 0 and (here or not conducting.may_fall(agenda, step)):
            raise NotLeftOut(slot.title, locked=slot.locked, here=here)
        fewest = conducting.floor_now(agenda, plan, now.placed, step)
        if 0 < minutes < min(fewest, plan[step] or fewest):
            running = here and conducting.practice_left(now.placed) > 0
            raise TooShort(slot.title, fewest, running=running)
        _say(now, (*plan[:step], minutes, *plan[step + 1 :]))
    return now.placed


def take_core(*, gathering: Gathering, by: Actor, at: datetime) -> Placed:
    """The core of the session: before the meeting in three quarters of its time, during it so that it ends in time.

    Raises NothingToCut where it would end in time anyway.
    """
    with command(gathering, by=by, at=at) as now:
        agenda, plan = _plan(now)
        if now.placed.phase == "planned":
            new = conducting.core(agenda)
        else:
            new = _to_the_end(now, plan, milliseconds(ends_at(now.gathering)) - milliseconds(at))
        if new == plan:
            raise NothingToCut
        _say(now, new)
    return now.placed


def take_whole(*, gathering: Gathering, by: Actor, at: datetime) -> Placed:
    """Back to the whole plan: every step as the run-sheet has it."""
    with command(gathering, by=by, at=at) as now:
        _say(now, conducting.whole(queries.session_of(now.gathering).agenda))
    return now.placed


def move_lead(*, gathering: Gathering, to: str, by: Actor, at: datetime) -> Placed:
    """Somebody guides from here on: oneself, or whom one hands it to. Nobody has to be waited for.

    Raises LeadsNotHere for anybody who does not lead this group just now.
    """
    with command(gathering, by=by, at=at) as now:
        if to not in {person.code for person in leading(now.gathering.group, at=at)}:
            raise LeadsNotHere
        if guide_of(now.gathering, now.placed) != to:
            now.say("lead_moved", {"to": to})
    return now.placed


def _plan(now: Command) -> tuple[tuple[Slot, ...], Plan]:
    agenda = queries.session_of(now.gathering).agenda
    return agenda, conducting.today(agenda, now.placed.plan)


def _to_the_end(now: Command, plan: Plan, left: int) -> Plan:
    """What is still to come, brought into the `left` ms; then the present step gives what it has not used."""
    agenda, place = queries.session_of(now.gathering).agenda, now.placed
    if place.step is None:
        return conducting.fit(agenda, plan, left // MINUTE)
    step = place.step.index
    pace = conducting.pace(agenda, plan, place, now=0, ends=left)
    follows = sum(plan[step + 1 :])
    new = conducting.fit(agenda, plan, follows - ceil((pace.heading - left) / MINUTE), first=step + 1)
    still = ceil((pace.heading - left) / MINUTE) - (follows - sum(new[step + 1 :]))
    if still <= 0 or agenda[step].locked:
        return new
    fewest = min(plan[step], conducting.floor_now(agenda, plan, place, step))
    return (*new[:step], max(fewest, plan[step] - still), *new[step + 1 :])


def _say(now: Command, new: Plan) -> None:
    if new != _plan(now)[1]:
        now.say("plan_set", {"minutes": list(new)})
