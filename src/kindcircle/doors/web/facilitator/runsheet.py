"""The run-sheet of one meeting: minutes, words, materials, gentler ways, and the talk."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live.queries import session_of
from kindcircle.spec.programmes import PracticeUse, Session, Slot
from kindcircle.spec.texts import load_handout

GATHERINGS = Gathering.objects.select_related("group__organisation")


@page(Permission.GATHERING_RECORD, about=GATHERINGS)
def runsheet(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Everything that is needed to lead this meeting, on one page that also prints well."""
    session = session_of(gathering)
    return render(
        request,
        "facilitator/runsheet.html",
        {
            "gathering": gathering,
            "group": gathering.group,
            "session": session,
            "steps": steps_of(session, gathering),
            "materials": sorted({thing for slot in session.agenda for thing in slot.materials}),
            "talk": as_html(session.talk.script),
            "handout": as_html(session.talk.handout),
            "home": [(option, option.practice.load()) for option in session.home.usual],
            "minimum": (session.home.minimum, session.home.minimum.practice.load()),
            "people": queries.present_places(gathering.group).count(),
        },
    )


def steps_of(session: Session, gathering: Gathering) -> list[dict[str, Any]]:
    """The agenda with the clock beside it: when each step begins and ends, and its practices opened."""
    steps, minute = [], 0
    for slot in session.agenda:
        steps.append(
            {
                "slot": slot,
                "begins": gathering.starts_at + timedelta(minutes=minute),
                "from": minute,
                "until": minute + slot.minutes,
                "practice": _practice(slot.practice),
                "gentler": _practice(slot.gentler),
                "ground_first": _practice(slot.ground_first),
                "then": _practice(slot.then),
                "handouts": [load_handout(name) for name in slot.handouts],
                "script": paragraphs(slot),
            }
        )
        minute += slot.minutes
    return steps


def paragraphs(slot: Slot) -> list[list[str]]:
    """The facilitator's words: paragraphs of lines, as they are spoken."""
    return [block.splitlines() for block in slot.script.strip().split("\n\n")]


def _practice(use: PracticeUse | None) -> dict[str, Any] | None:
    if use is None:
        return None
    words = use.load()
    return {"use": use, "practice": words, "steps": words.length(use.seconds).steps}
