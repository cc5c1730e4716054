"""Taking a proposal to make the next meeting lighter, or leaving it as it is written. Those who lead decide."""

from collections.abc import Collection
from datetime import datetime

from kindcircle.base.access import Actor
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import BegunAlready, ChooseLighter
from kindcircle.rooms.live.models_lighter import LighterMeeting
from kindcircle.rooms.live.slowing_down import lighter
from kindcircle.spec import conducting, slowing


def take_lighter(*, gathering: Gathering, parts: Collection[str], by: Actor, at: datetime) -> None:
    """Make these parts of the next meeting lighter: its run-sheet, its plan of the day, and what is ready to be led.

    Said again, the last word counts. Raises ChooseLighter without a part, BegunAlready once people are together.
    """
    chosen = [part for part in slowing.PARTS if part in parts]
    if not chosen or set(parts) - set(slowing.PARTS):
        raise ChooseLighter
    _decide(gathering, by=by, at=at, parts=",".join(chosen))


def stay_as_written(*, gathering: Gathering, why: str, by: Actor, at: datetime) -> None:
    """The next meeting stays as it is written, with the reason; what had been made lighter goes back.

    Raises ChooseLighter without a reason of the list, BegunAlready once people are together.
    """
    if why not in LighterMeeting.Why.values:
        raise ChooseLighter
    _decide(gathering, by=by, at=at, why_not=why)


def _decide(gathering: Gathering, *, by: Actor, at: datetime, parts: str = "", why_not: str = "") -> None:
    with command(gathering, by=by, at=at) as now:
        if now.placed.phase != "planned":
            raise BegunAlready
        if lighter(now.gathering) is None:
            raise ChooseLighter
        before = queries.session_of(now.gathering).agenda
        row, _new = LighterMeeting.objects.update_or_create(
            gathering=now.gathering,
            defaults={
                "parts": parts,
                "why_not": why_not,
                "by_id": by.user_id,  # type: ignore[misc]  # nobody unsigned leads a group
                "at": at,
            },
        )
        now.gathering.lighter = row  # what this row was read for a moment ago is no longer so
        _plan_anew(now, conducting.whole(before))
        log.record(
            Event.LIGHTER_DECIDED,
            by=by,
            about=log.Ref("gathering", now.gathering.code),
            at=at,
            chain=now.gathering.group.organisation.code,
            reason=parts or why_not,
        )


def _plan_anew(now: Command, before: conducting.Plan) -> None:
    """The plan of the day has the new minutes, so that the notes know of it. Other plans stay where none changed."""
    after = conducting.whole(queries.session_of(now.gathering).agenda)
    if after != before:
        now.say("plan_set", {"minutes": list(after)})
