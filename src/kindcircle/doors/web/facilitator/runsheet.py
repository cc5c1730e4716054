"""The run-sheet of one meeting: minutes, words, materials, gentler ways, and the talk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sheet import sheet_of
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import meeting_name
from kindcircle.rooms.live.queries import session_of

GATHERINGS = Gathering.objects.select_related("group__organisation")


@page(Permission.GATHERING_RECORD, about=GATHERINGS)
def runsheet(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Everything that is needed to lead this meeting, on one page that also prints well."""
    session = session_of(gathering)
    context = {
        "gathering": gathering,
        "meeting": meeting_name(gathering),
        "group": gathering.group,
        "session": session,
        "sheet": sheet_of(session, gathering.starts_at),
        "talk": as_html(session.talk.script, deeper=1),
        "handout": as_html(session.talk.handout, deeper=1),
    }
    return render(request, "facilitator/runsheet.html", context)
