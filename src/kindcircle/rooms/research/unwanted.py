"""What was unwanted in a house, over what could have been told: for its safety leads, and for a board outside.

Somebody who was never asked cannot say that nothing was. So "not asked" stands apart from "nothing", everywhere.
"""

import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.measures.harm_check import HARM_CHECK, WORSE, moments
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.research.leaving import as_csv, coded
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.stopping import SERIOUS
from kindcircle.rooms.safety.unwanted import LINKED
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.rates import Rate

MOMENTS = (("mid", Assignment.Occasion.WEEKLY), ("end", Assignment.Occasion.AFTER))


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the two times at which everybody is asked whether anything became worse.

    due       people who were still in their group when that time came; asked, answered, yes: of them
    not_asked  of those due; nothing at all is known of them
    silent    asked, and did not answer
    """

    due: int
    asked: int
    answered: int
    yes: int

    @property
    def not_asked(self) -> int:
        return self.due - self.asked

    @property
    def silent(self) -> int:
        return self.asked - self.answered

    @property
    def none(self) -> int:
        return self.answered - self.yes


@dataclass(frozen=True, slots=True)
class Figures:
    """What was written down in a house, and over how much."""

    mid: Asked
    end: Asked
    people: Proportion  # with an event, of everybody who began
    serious: Proportion  # with a serious one
    events: int
    linked: int  # possibly, probably or surely from the programme
    still_on: int
    unreviewed: int
    per_person: Rate
    per_attendance: Rate
    by_category: tuple[tuple[str, int], ...]
    by_severity: tuple[tuple[int, int], ...]


def figures(organisation: Organisation, *, by: Actor) -> Figures:
    """For whoever answers for safety in the whole house; they may read each event anyway."""
    require(by, Permission.ADVERSE_EVENTS_EXPORT, organisation)
    events = list(_events(organisation))
    began = _began(organisation)
    came = Attendance.objects.filter(gathering__group__organisation=organisation, user__in=began.values("user")).count()
    people = began.values("user").distinct().count()
    mid, end = (_asked(organisation, occasion) for _name, occasion in MOMENTS)
    return Figures(
        mid=mid,
        end=end,
        people=Proportion(len({event.member_id for event in events}), people),
        serious=Proportion(len({event.member_id for event in events if event.severity >= SERIOUS}), people),
        events=len(events),
        linked=sum(event.related in LINKED for event in events),
        still_on=sum(event.resolved_on is None for event in events),
        unreviewed=sum(event.reviewed_at is None for event in events),
        per_person=Rate(len(events), people),
        per_attendance=Rate(len(events), came),
        by_category=tuple(sorted(Counter(event.category for event in events).items())),
        by_severity=tuple(sorted(Counter(event.severity for event in events).items())),
    )


CODEBOOK: tuple[tuple[str, str], ...] = (
    ("event", "A code of this event. The same event has the same code in every export of this house."),
    ("person", "A code of the person. It is the same in every export of this house, and leads to no name."),
    ("group", "A code of the group, likewise."),
    ("programme", "The programme and its version."),
    ("meeting", "The number of the meeting it belongs to; empty when it belongs to none, or nobody said."),
    ("practice", "The id of the practice it belongs to; empty when it belongs to none, or nobody said."),
    ("happened_on", "The day, year-month-day; a guess where nobody knows better."),
    ("recorded_at", "When it was written down, in universal time."),
    ("reporter", "member: told on a sheet when everybody was asked. staff: learned by those who lead."),
    ("category", f"One of: {', '.join(AdverseEvent.Category.values)}."),
    ("severity", "1 mild, passed by itself; 2 hard, daily life went on; 3 daily life suffered; 4 serious, needed "
     "urgent care; 5 life was in danger, or death."),
    ("duration", "day: a day or less; days; week: a week or more; still: goes on; empty: nobody said."),
    ("impact", "On daily life: 0 none, 1 a little, 2 a lot, 3 it could not be done; empty: nobody said."),
    ("related", "Whether it has to do with the programme: no, unlikely, possible, probable, definite."),
    ("expected", "yes: the programme's own notes name it as something that may happen; no; empty: nobody said."),
    ("done", f"What was done first: {', '.join(AdverseEvent.Done.values)}; empty: nobody said."),
    ("outcome", f"How it ended: {', '.join(AdverseEvent.Outcome.values)}; empty: nobody said."),
    ("over_on", "The day on which it was over; empty while it goes on."),
    ("term", f"What it is called once judged: {', '.join(AdverseEvent.Term.values)}; empty: not judged yet."),
    ("reviewed_at", "When somebody who answers for safety judged it, in universal time; empty: not yet."),
    ("stop_review", "After a serious event: go-on, pause, change, open; empty: not serious."),
)  # fmt: skip
"""Every column, in order. What people wrote is in none of them: words could name somebody."""


def export(organisation: Organisation, *, by: Actor, at: datetime) -> bytes:
    """A zip for a safety board: events as CSV and JSON, the codebook, and the figures that belong beside them.

    People, groups and events have codes made with a key of this site. Who took it and when stands in the record.
    """
    require(by, Permission.ADVERSE_EVENTS_EXPORT, organisation)
    rows = [_row(event, organisation) for event in _events(organisation)]
    found = figures(organisation, by=by)
    about = {
        "made_at": at.isoformat(timespec="seconds"),
        "people_who_began": found.people.n,
        "meetings_attended": found.per_attendance.exposure,
        **{
            f"asked_at_{name}": {
                "due": one.due, "not_asked": one.not_asked, "asked": one.asked, "no_answer": one.silent,
                "answered_no": one.none, "answered_yes": one.yes,
            }
            for name, one in (("mid", found.mid), ("end", found.end))
        },
    }  # fmt: skip
    book = [{"name": name, "means": means} for name, means in CODEBOOK]
    whole = {"about": about, "codebook": book, "events": rows}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events.csv", as_csv([name for name, _means in CODEBOOK], rows))
        archive.writestr("events.json", json.dumps(whole, ensure_ascii=False, indent=2))
        archive.writestr("codebook.csv", as_csv(["name", "means"], book))
    log.record(
        Event.ADVERSE_EVENTS_EXPORTED, by=by, about=log.Ref("organisation", organisation.code), at=at,
        chain=organisation.code,
    )  # fmt: skip
    return held.getvalue()


def _asked(organisation: Organisation, occasion: str) -> Asked:
    """Of everybody whose group has passed this time while they were in it."""
    sheets = Assignment.objects.filter(group__organisation=organisation, instrument=HARM_CHECK, occasion=occasion)
    said = Score.objects.filter(response__assignment__in=sheets, scale=WORSE, value__isnull=False)
    who = ("response__assignment__member_id", "response__assignment__group_id")
    asked = set(sheets.values_list("member_id", "group_id"))
    answered, yes = set(said.values_list(*who)), set(said.filter(value__gt=0).values_list(*who))
    return Asked(len(asked | _due(organisation, occasion)), len(asked), len(answered), len(yes))


def _due(organisation: Organisation, occasion: str) -> set[tuple[int, int]]:
    """Who was in a group when its time to be asked came, whether or not anybody asked them."""
    found, known = set(), {}
    for place in _began(organisation).select_related("group"):
        if place.group_id not in known:
            known[place.group_id] = moments(place.group).get(occasion)
        moment = known[place.group_id]
        if moment is not None and place.joined_at <= moment and (place.left_at is None or place.left_at > moment):
            found.add((place.user_id, place.group_id))
    return found


def _began(organisation: Organisation) -> QuerySet[Membership]:
    return Membership.objects.filter(group__organisation=organisation, role=Membership.Role.MEMBER)


def _events(organisation: Organisation) -> QuerySet[AdverseEvent]:
    rows = AdverseEvent.objects.filter(group__organisation=organisation)
    return rows.select_related("group", "member", "gathering", "stop_review").order_by("happened_on", "pk")


def _row(event: AdverseEvent, organisation: Organisation) -> dict[str, Any]:
    stop = getattr(event, "stop_review", None)
    return {
        "event": _coded("event", event.code),
        "person": _coded("person", event.member.code),
        "group": _coded("group", event.group.code),
        "programme": f"{event.group.programme}/{event.group.programme_version}",
        "meeting": event.gathering.number if event.gathering else None,
        "practice": event.practice,
        "happened_on": event.happened_on.isoformat(),
        "recorded_at": event.recorded_at.isoformat(timespec="seconds"),
        "reporter": "member" if event.told_code else "staff",
        "category": event.category,
        "severity": event.severity,
        "duration": event.duration,
        "impact": event.impact,
        "related": event.related,
        "expected": event.expected,
        "done": event.done,
        "outcome": event.outcome,
        "over_on": event.resolved_on.isoformat() if event.resolved_on else None,
        "term": event.term,
        "reviewed_at": event.reviewed_at.isoformat(timespec="seconds") if event.reviewed_at else None,
        "stop_review": (stop.outcome or "open") if stop else "",
    }


def _coded(what: str, code: str) -> str:
    """The same in every export of this site."""
    return coded("unwanted-export", what, code, length=10)
