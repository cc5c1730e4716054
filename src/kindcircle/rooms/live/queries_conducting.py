"""How a meeting stands: its plan of today, when it ends, who guides, and afterwards what became of each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.standing_in import leading
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Presence
from kindcircle.spec import conducting, outcomes
from kindcircle.spec.conducting import Pace, Plan
from kindcircle.spec.outcomes import Happened
from kindcircle.spec.timeline import Placed

LINE_QUIET_AFTER = timedelta(seconds=30)
"""A page of somebody who leads gives a sign every few seconds. Silent for this long, their line has gone."""

ON_TIME = timedelta(minutes=30)
"""A meeting that opens within this of its time ends when it was said to; any other lasts as long as it was to last."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who leads this meeting. quiet: since when nothing was heard of their page, if it is long."""

    code: str
    name: str
    guides: bool
    came: bool
    quiet: timedelta | None


def plan_of(gathering: Gathering, place: Placed) -> Plan:
    """Minutes of each step today."""
    return conducting.today(queries.session_of(gathering).agenda, place.plan)


def ends_at(gathering: Gathering) -> datetime:
    """When people were told that it is over."""
    opened = gathering.opened_at
    if opened is not None and abs(opened - gathering.starts_at) > ON_TIME:
        return opened + timedelta(minutes=gathering.minutes)
    return gathering.starts_at + timedelta(minutes=gathering.minutes)


def pace_of(gathering: Gathering, place: Placed, *, at: datetime) -> Pace:
    """When it should be over, and when it would be at this rate."""
    agenda, plan = queries.session_of(gathering).agenda, plan_of(gathering, place)
    return conducting.pace(agenda, plan, place, now=milliseconds(at), ends=milliseconds(ends_at(gathering)))


def guide_of(gathering: Gathering, place: Placed) -> str | None:
    """The code of whoever guides now: who took over, or else who was to by the plan; None where that is nobody."""
    return place.lead or (gathering.guide.code if gathering.guide else None)


def leaders(gathering: Gathering, place: Placed, *, at: datetime) -> list[Leader]:
    """Everybody who leads this meeting, with who guides and whose line has gone quiet. For them alone."""
    people = leading(gathering.group, at=at)
    names, guide = seals.names_of(people), guide_of(gathering, place)
    heard = dict(Presence.objects.filter(gathering=gathering, user__in=people).values_list("user_id", "last_at"))
    return [
        Leader(
            code=one.code,
            name=names[one.pk],
            guides=one.code == guide,
            came=one.pk in heard,
            quiet=at - heard[one.pk] if one.pk in heard and at - heard[one.pk] >= LINE_QUIET_AFTER else None,
        )
        for one in people
    ]


def what_happened(gathering: Gathering) -> Sequence[Happened]:
    """Each step of the run-sheet as the timeline tells it: done, adapted and how, or skipped."""
    # Against the written one: what was made lighter beforehand is an adaptation, too.
    session = queries.written_session(gathering)
    return outcomes.what_happened(session.agenda, queries.events_of(gathering.pk), queries.cue_sheets(gathering))
