"""Sheets filled in together in a meeting: those who lead open a set, and whoever came in by letters can answer it.

A set that is not opened stays with its own time: a phone that came in by letters, or a tablet that goes round, shows
nothing of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.rooms.groups.models import MEETING, Gathering
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.measures.asking import ask_now
from kindcircle.rooms.measures.errors import NotMeeting
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import definition, sheets, words_for

Occasion = Assignment.Occasion
ITS_OWN = (Occasion.ARRIVAL, Occasion.LEAVING, Occasion.SETTLING)
"""What belongs to a meeting itself stands on its page anyway."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One questionnaire that waits for people of this meeting's group, and for how many of them."""

    instrument: str
    occasion: str
    name: str
    minutes: int | float
    asked: int
    answered: int
    here: bool


def offers(gathering: Gathering, *, by: Actor, at: datetime) -> list[Offer]:
    """What could be answered in the room now, or is. It counts sheets that were sent and opens none."""
    require(by, Permission.MEASURE_ASSIGN, gathering.group)
    found: dict[tuple[str, str], list[Assignment]] = {}
    for sheet in _open(gathering, at).select_related("response"):
        found.setdefault((sheet.occasion, sheet.given_out[0]), []).append(sheet)
    return [
        Offer(
            instrument=instrument,
            occasion=occasion,
            name=definition(instrument, rows[0].version).name,
            minutes=definition(instrument, rows[0].version).administration.minutes,
            asked=len(rows),
            answered=sum(hasattr(row, "response") for row in rows),
            here=any(row.room_id == gathering.pk for row in rows),
        )
        for (occasion, instrument), rows in found.items()
        if words_for(gathering.group.organisation, definition(instrument, rows[0].version), rows[0].member.language)
    ]


def open_here(*, gathering: Gathering, instrument: str, occasion: str, by: Actor, at: datetime) -> int:
    """Let this questionnaire be answered in the room, on any phone or tablet that came in by letters.

    Returns for how many it still waits. Opening it twice changes nothing. Raises NotMeeting.
    """
    require(by, Permission.MEASURE_ASSIGN, gathering.group)
    with transaction.atomic():
        held = Gathering.objects.select_for_update(no_key=True).get(pk=gathering.pk)
        if held.state not in MEETING:
            raise NotMeeting
        waiting = _open(gathering, at).filter(instrument=instrument, occasion=occasion, response=None)
        return Assignment.objects.filter(pk__in=waiting.values("pk")).update(room=gathering)


def ask_here(*, gathering: Gathering, instrument: str, by: Actor, at: datetime) -> int:
    """Ask everybody for one of the programme's questionnaires besides its own times, and open it in the room at once.

    Raises NotMeeting, NotInProgramme.
    """
    with transaction.atomic():
        ask_now(group=gathering.group, instrument=instrument, by=by, at=at)
        return open_here(gathering=gathering, instrument=instrument, occasion=Occasion.ASKED, by=by, at=at)


def _open(gathering: Gathering, at: datetime) -> QuerySet[Assignment]:
    members = present_places(gathering.group).values("user")
    rows = sheets().filter(group=gathering.group, member__in=members, opens_at__lte=at, closes_at__gt=at)
    return rows.filter(paper=None).exclude(occasion__in=ITS_OWN).order_by("occasion", "pk")
