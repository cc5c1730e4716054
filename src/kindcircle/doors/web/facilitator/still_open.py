"""What is still to be done about one meeting, each with the page where it is done."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.access import Actor
from kindcircle.base.vault import seals
from kindcircle.rooms.feedback.queries import to_reach
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import debrief
from kindcircle.rooms.live.debrief import Line, Part
from kindcircle.rooms.measures.paper import Occasion, people_of
from kindcircle.rooms.safety.models import Alert


@dataclass(frozen=True, slots=True)
class StillOpen:
    """One thing, and where."""

    words: str
    url: str


def still_open(gathering: Gathering, *, by: Actor) -> list[StillOpen]:
    """People first, then paper, then words."""
    lines = debrief.lines_of(gathering, by=by)
    return [
        *_people(gathering),
        *_to_reach(gathering, by),
        *_contacts(gathering, lines),
        *_sheets(gathering, by),
        *_words(gathering, lines),
    ]


def task_day(line: Line, gathering: Gathering) -> date | None:
    """The day of a line about getting in touch, on the group's own calendar."""
    if line.task is None:
        return None
    # A task is due when its day is over.
    return (line.task.due_at.astimezone(ZoneInfo(gathering.group.zone)) - timedelta(minutes=1)).date()


def _people(gathering: Gathering) -> list[StillOpen]:
    alerts = Alert.objects.filter(gathering=gathering, closed_at=None).select_related("member").order_by("raised_at")
    return [
        StillOpen(
            _("%(name)s asks for somebody") % {"name": seals.name_of(alert.member)},
            reverse("facilitator:alert", args=[alert.code]),
        )
        for alert in alerts
    ]


def _to_reach(gathering: Gathering, by: Actor) -> list[StillOpen]:
    return [
        StillOpen(
            _("Reach out to %(name)s") % {"name": seals.name_of(one.user)},
            reverse("facilitator:feedback", args=[gathering.code]),
        )
        for one in to_reach(gathering, by=by)
        if one.task is not None and one.task.done_at is None
    ]


def _contacts(gathering: Gathering, lines: list[Line]) -> list[StillOpen]:
    found = []
    for line in lines:
        day = task_day(line, gathering)
        if line.task is not None and line.task.done_at is None and day is not None:
            words = _("Get in touch with %(name)s by %(day)s") % {"name": line.about, "day": date_format(day, "l j F")}
            found.append(StillOpen(words, reverse("facilitator:task", args=[line.task.code])))
    return found


def _sheets(gathering: Gathering, by: Actor) -> list[StillOpen]:
    missing = sum(one.came and not one.answered(Occasion.LEAVING) for one in people_of(gathering, by=by))
    if not missing:
        return []
    words = ngettext(
        "%(n)s person who came has not answered the questions at the end",
        "%(n)s people who came have not answered the questions at the end",
        missing,
    )
    return [StillOpen(words % {"n": missing}, reverse("facilitator:paper", args=[gathering.code]))]


def _words(gathering: Gathering, lines: list[Line]) -> list[StillOpen]:
    found = []
    if gathering.recorded_at is None:
        found.append(StillOpen(_("The notes are not saved yet"), reverse("facilitator:after", args=[gathering.code])))
    if not any(line.row.part == Part.SAW for line in lines):
        here = reverse("facilitator:debrief", args=[gathering.code])
        found.append(StillOpen(_("Nobody has written what we saw"), here))
    return found
