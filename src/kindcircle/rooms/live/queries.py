"""Reading a gathering: what it is doing, what comes next on the run-sheet, who is here, which signals came."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import Max

from kindcircle.base.access import Actor
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import MEETING, Attendance, Gathering, Membership
from kindcircle.rooms.groups.queries import present_places, programme_of, session_for
from kindcircle.rooms.live.models import Event, Presence, Signal
from kindcircle.rooms.live.models_lighter import LighterMeeting
from kindcircle.rooms.live.models_steadying import Steadying
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec import playing, slowing, timeline
from kindcircle.spec.practices import Cue, Practice, cues, load_practice
from kindcircle.spec.programmes import PracticeUse, Session, Slot
from kindcircle.spec.texts import ContentError

QUIET_AFTER = timedelta(seconds=45)
"""A device that says nothing for this long has dropped off: asleep, out of reach, or closed."""

SIGNALS_SHOWN = 40

LATE_AFTER = timedelta(minutes=10)
"""So long after the beginning anybody may still come in quietly; after that somebody who leads lets them in."""

Being = Literal["here", "quiet", "left", "waits", "away"]


@dataclass(frozen=True, slots=True)
class Person:
    """A member's place in the room, as facilitators see it.

    code   the membership's code, which is also the name by which a round knows them
    being  here; quiet (arrived, but the device has said nothing for QUIET_AFTER); left; waits (came late, and is not
           let in yet); away (never came)
    device when a device was last heard, or None for somebody whose arrival was marked by hand
    """

    code: str
    user_id: int
    name: str
    seat: int
    being: Being
    arrived_at: datetime | None
    device: datetime | None


@dataclass(frozen=True, slots=True)
class Tap:
    """A private signal, as facilitators see it. `alert` is the code of the alert it raised, if it did.

    looked_after  since when one of those who lead looks after this person; None while nobody does
    """

    code: str
    kind: str
    name: str
    at: datetime
    alert: str | None
    looked_after: datetime | None


@dataclass(frozen=True, slots=True)
class Newest:
    """How far a gathering has come: the last event's number and the last signal's row."""

    n: int
    signal: int


def session_of(gathering: Gathering) -> Session:
    """Today's session: as it is written, or made lighter where those who lead decided so."""
    written = written_session(gathering)
    parts = lighter_parts(gathering)
    if not parts:
        return written
    return slowing.lighten(written, session_for(programme_of(gathering.group), gathering.number - 1), parts)


def written_session(gathering: Gathering) -> Session:
    """The session as the programme has it, in the version that the group pinned."""
    return session_for(programme_of(gathering.group), gathering.number)


def lighter_parts(gathering: Gathering) -> tuple[str, ...]:
    """What those who lead decided to make lighter in this meeting; empty where it stays as written."""
    row: LighterMeeting | None = getattr(gathering, "lighter", None)
    return tuple(row.parts.split(",")) if row is not None and row.parts else ()


def planned_practices(gathering: Gathering) -> dict[tuple[str, str], PracticeUse]:
    """Every practice of today's run-sheet, planned or kept ready, by id and length in seconds."""
    return {(use.practice, str(use.seconds)): use for use in _uses(session_of(gathering))}


def practices_of(gathering: Gathering) -> dict[tuple[str, str], Practice]:
    """Every practice that may be led today or was chosen from the library, by id and length in seconds.

    What was chosen stays in the version that its start names, so that it is the same on all devices for ever.
    """
    found = {key: use.load() for key, use in planned_practices(gathering).items()}
    starts = Event.objects.filter(gathering=gathering, kind="practice_started").order_by("n")
    for data in starts.values_list("data", flat=True):
        key = (data["practice"], data["variant"])
        if key not in found and "version" in data:
            with suppress(ContentError, LookupError):  # gone from its shelf: it counts up without words
                practice = load_practice(data["practice"], data["version"])
                practice.length(int(data["variant"]))
                found[key] = practice
    return found


def cue_sheets(gathering: Gathering) -> playing.Practices:
    """When each cue of these practices comes."""
    return {
        (practice, seconds): playing.cue_sheet(cues(words, int(seconds)))
        for (practice, seconds), words in practices_of(gathering).items()
    }


def cues_of(gathering: Gathering) -> dict[str, dict[str, list[Cue]]]:
    """Words and moments of these practices, by id and then by length in seconds, for the pages that play them."""
    sheets: dict[str, dict[str, list[Cue]]] = {}
    for (practice, seconds), words in practices_of(gathering).items():
        sheets.setdefault(practice, {})[seconds] = cues(words, int(seconds))
    return sheets


def events_of(gathering_id: int, *, after: int = 0) -> list[timeline.Event]:
    """What happened after number `after`, in order."""
    rows = Event.objects.filter(gathering_id=gathering_id, n__gt=after).order_by("n")
    return [timeline.Event(n, kind, at, data) for n, kind, at, data in rows.values_list("n", "kind", "at_ms", "data")]


def messages_of(gathering_id: int, *, after: int = 0) -> list[dict[str, object]]:
    """The same, in the shape that devices read."""
    # Asked for every cue: written out, it takes a tenth of the processor (bench/room.py).
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, kind, at_ms, data FROM live_event WHERE gathering_id = %s AND n > %s ORDER BY n",
            [gathering_id, after],
        )
        rows = cursor.fetchall()
    return [{"n": n, "kind": kind, "at": at, "data": json.loads(data)} for n, kind, at, data in rows]


def placed(gathering: Gathering, *, at: datetime) -> timeline.Placed:
    """What the group is doing at this moment."""
    return timeline.position(events_of(gathering.pk), milliseconds(at), cue_sheets(gathering))


def slot_of(gathering: Gathering, place: timeline.Placed) -> Slot | None:
    """The run-sheet step the group is in, or None before the first."""
    return None if place.step is None else session_of(gathering).agenda[place.step.index]


def here(gathering: Gathering) -> list[Membership]:
    """Members who arrived and have not left, in seat order."""
    came = Attendance.objects.filter(gathering=gathering, left_at=None).values("user_id")
    return list(present_places(gathering.group).filter(user_id__in=came))


def names_here(gathering: Gathering) -> dict[str, str]:
    """What the members who are here like to be called, by membership code, in seat order."""
    members = here(gathering)
    names = seals.names_of([place.user for place in members])
    return {place.code: names[place.user_id] for place in members}


def own_place(gathering: Gathering, by: Actor) -> Membership | None:
    """This person's own seat as a member, or None."""
    if by.user_id is None:
        return None
    return present_places(gathering.group).filter(user_id=by.user_id).first()


def people(gathering: Gathering, *, at: datetime) -> list[Person]:
    """Every member of the group with how they are in the room now, in seat order. For facilitators only."""
    members = list(present_places(gathering.group))
    names = seals.names_of([place.user for place in members])
    came = {row.user_id: row for row in Attendance.objects.filter(gathering=gathering)}
    heard = dict(Presence.objects.filter(gathering=gathering).values_list("user_id", "last_at"))
    quiet_doors = gathering.state != Gathering.State.CLOSED and doors_are_quiet(gathering, at=at)
    return [
        Person(
            code=place.code,
            user_id=place.user_id,
            name=names[place.user_id],
            seat=place.seat,
            being=_being(came.get(place.user_id), heard.get(place.user_id), at, quiet_doors=quiet_doors),
            arrived_at=came[place.user_id].arrived_at if place.user_id in came else None,
            device=heard.get(place.user_id),
        )
        for place in members
    ]


def doors_are_quiet(gathering: Gathering, *, at: datetime) -> bool:
    """Whether it has been going on for a while, so that nobody comes in by themselves any more."""
    began = max(gathering.starts_at, gathering.opened_at or gathering.starts_at)
    return gathering.state != Gathering.State.PLANNED and at > began + LATE_AFTER


def waits_outside(gathering: Gathering, by: Actor, *, at: datetime) -> bool:
    """Whether this member has come late and is not let in yet."""
    if gathering.state not in MEETING or own_place(gathering, by) is None:
        return False
    came = Attendance.objects.filter(gathering=gathering, user__code=by.code)
    return doors_are_quiet(gathering, at=at) and not came.exists()


def practice_goes_on(gathering: Gathering, *, at: datetime) -> bool:
    """Whether people are in the middle of a practice, and nobody should come in."""
    practice = placed(gathering, at=at).practice
    return practice is not None and not practice.finished


def taps(gathering: Gathering) -> list[Tap]:
    """The private signals of this gathering, newest first. For facilitators only."""
    rows = list(
        Signal.objects.filter(gathering=gathering).select_related("user").order_by("-at", "-pk")[:SIGNALS_SHOWN]
    )
    names = seals.names_of(list({row.user_id: row.user for row in rows}.values()))
    raised = Alert.objects.filter(source_kind="signal", source_code__in=[row.code for row in rows])
    alerts = dict(raised.values_list("source_code", "code"))
    cared = dict(Steadying.objects.filter(gathering=gathering, ended_at=None).values_list("member_id", "begun_at"))
    return [
        Tap(row.code, row.kind, names[row.user_id], row.at, alerts.get(row.code), cared.get(row.user_id))
        for row in rows
    ]


def newest(gathering_ids: Iterable[int]) -> dict[int, Newest]:
    """How far each of these gatherings has come, in two queries for all of them."""
    ids = list(gathering_ids)
    events = dict(Event.objects.filter(gathering_id__in=ids).values_list("gathering_id").annotate(Max("n")))
    signals = dict(Signal.objects.filter(gathering_id__in=ids).values_list("gathering_id").annotate(Max("pk")))
    return {one: Newest(events.get(one, 0), signals.get(one, 0)) for one in ids}


def _uses(session: Session) -> list[PracticeUse]:
    uses = [use for slot in session.agenda for use in slot.uses]
    return uses + ([session.home.at_need] if session.home.at_need else [])


def _being(came: Attendance | None, heard: datetime | None, at: datetime, *, quiet_doors: bool) -> Being:
    if came is None:
        waits = quiet_doors and heard is not None and at - heard <= QUIET_AFTER
        return "waits" if waits else "away"
    if came.left_at is not None:
        return "left"
    return "quiet" if heard is not None and at - heard > QUIET_AFTER else "here"
