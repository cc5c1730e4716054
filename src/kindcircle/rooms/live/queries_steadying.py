"""What those who lead see of the people for whom it may be a lot: taps told as stories, and who is looked after."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.live.models_steadying import Steadying
from kindcircle.rooms.safety.models import Alert

Kind = Signal.Kind


@dataclass(slots=True)
class Story:
    """One thing that somebody tapped, as it went on. `back_at` is when who stepped out said that they are fine."""

    code: str
    kind: str
    user_id: int
    at: datetime
    back_at: datetime | None = None
    times: int = 1
    name: str = ""
    place: str = ""
    alert: str = ""
    looked_after: "Panel | None" = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One time that somebody was looked after: the steps that are done, when and by whom, and what they answered."""

    code: str
    user_id: int
    who: str
    begun_at: datetime
    ended_at: datetime | None
    done: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def stories(gathering: Gathering) -> list[Story]:
    """All private taps of this meeting, newest first. Stepping out and coming back are one story.

    For those who lead only. The same tap again, with nothing between, is the same story too.
    """
    rows = list(Signal.objects.filter(gathering=gathering).order_by("at", "pk"))
    told = _told(rows)
    members = {place.user_id: place for place in places(gathering.group)}
    names = seals.names_of([members[one].user for one in {story.user_id for story in told}])
    calls = Alert.objects.filter(source_kind="signal", gathering=gathering)
    alerts = dict(calls.values_list("source_code", "code"))
    cared = looked_after(gathering)
    for story in told:
        story.name, story.place = names[story.user_id], members[story.user_id].code
        story.alert = alerts.get(story.code, "")
        panel = cared.get(story.user_id)
        story.looked_after = panel if panel and (panel.ended_at is None or panel.ended_at >= story.at) else None
    return told[::-1]


def step_outs(gathering: Gathering) -> int:
    """How often somebody stepped out of this meeting."""
    rows = Signal.objects.filter(gathering=gathering).order_by("at", "pk")
    return sum(story.kind == Kind.STEP_OUT for story in _told(rows))


def asked_to_be_rung(gathering: Gathering, by: Actor) -> bool:
    """Whether this person went home early from this meeting and asked for a call."""
    return Signal.objects.filter(gathering=gathering, user=by.user_id, kind=Kind.LEAVE).exists()


def looked_after(gathering: Gathering) -> dict[int, Panel]:
    """Who is or was looked after in this meeting, by user id: the latest time, without what was answered."""
    rows = list(Steadying.objects.filter(gathering=gathering).select_related("begun_by").order_by("begun_at", "pk"))
    names = seals.names_of(list({row.begun_by_id: row.begun_by for row in rows}.values()))
    return {
        row.member_id: Panel(row.code, row.member_id, names[row.begun_by_id], row.begun_at, row.ended_at)
        for row in rows
    }


def panel_of(gathering: Gathering, place: Membership, *, by: Actor) -> Panel | None:
    """The time that somebody is looked after now, or else was last, with all that was noted."""
    require(by, Permission.STEADYING_KEEP, gathering)
    rows = Steadying.objects.filter(gathering=gathering, member=place.user_id).select_related("begun_by", "member")
    row = rows.order_by("begun_at", "pk").last()
    if row is None:
        return None
    steps = list(row.steps.select_related("by").order_by("at", "pk"))
    names = seals.names_of(list({one.pk: one for one in (row.begun_by, *(step.by for step in steps))}.values()))
    done = {step.step: (step.at, names[step.by_id]) for step in steps}
    return Panel(row.code, row.member_id, names[row.begun_by_id], row.begun_at, row.ended_at, done, said_of(row))


def looked_after_in(place: Membership, *, by: Actor) -> set[int]:
    """The meetings of their group, by id, in which this person was looked after."""
    require(by, Permission.STEADYING_KEEP, place)
    rows = Steadying.objects.filter(member=place.user_id, gathering__group=place.group_id)
    return set(rows.values_list("gathering_id", flat=True))


def said_of(row: Steadying) -> dict[str, str]:
    """What was answered and written, opened."""
    if not row.sealed_said:
        return {}
    return dict(json.loads(seals.STEADYING.open(row.sealed_said, code=row.code, holder=row.member)))


def _told(rows: Iterable[Signal]) -> list[Story]:
    """Taps in the order they came, each with what became of it."""
    told: list[Story] = []
    last: dict[int, Story] = {}
    for row in rows:
        before = last.get(row.user_id)
        out = before is not None and before.kind == Kind.STEP_OUT and before.back_at is None
        if before is not None and out and row.kind == Kind.FINE:
            before.back_at = row.at
        elif before is not None and before.kind == row.kind and before.back_at is None and row.kind not in CALLS:
            before.times += 1
        else:
            last[row.user_id] = Story(row.code, row.kind, row.user_id, row.at)
            told.append(last[row.user_id])
    return told


CALLS = (Kind.COME, Kind.LEAVE)
"""Each of these may have raised an alert of its own, so none of them is folded into another."""
