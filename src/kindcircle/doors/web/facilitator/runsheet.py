"""The run-sheet of one meeting: minutes, words, materials, gentler ways, and the talk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.facilitator.alliance import on_runsheet
from kindcircle.doors.web.facilitator.ending import on_the_sheet
from kindcircle.doors.web.facilitator.feedback import to_begin_with
from kindcircle.doors.web.facilitator.pace import lighter_shown, paces_shown
from kindcircle.doors.web.facilitator.roles import led_by
from kindcircle.doors.web.facilitator.steadying import because
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sheet import sheet_of
from kindcircle.rooms.groups.leavings import to_tell
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.models_absence import Leaving
from kindcircle.rooms.groups.queries import meeting_name
from kindcircle.rooms.live import slowing_down
from kindcircle.rooms.live.debrief import to_change
from kindcircle.rooms.live.queries import session_of

GATHERINGS = Gathering.objects.select_related("group__organisation")


@page(Permission.GATHERING_RECORD, about=GATHERINGS)
def runsheet(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Everything that is needed to lead this meeting, on one page that also prints well."""
    session = session_of(gathering)
    lighter = slowing_down.lighter(gathering)
    context = {
        "gathering": gathering,
        "meeting": meeting_name(gathering),
        "group": gathering.group,
        "session": session,
        "sheet": sheet_of(session, gathering.starts_at),
        "talk": as_html(session.talk.script, deeper=1),
        "handout": as_html(session.talk.handout, deeper=1),
        "led_by": led_by(gathering),
        "to_tell": _to_tell(request, gathering),
        "to_change": to_change(gathering, by=request.actor),  # type: ignore[attr-defined]
        "lighter": lighter,
        "lighter_because": because(lighter.reasons) if lighter else (),
        **(lighter_shown(gathering) if lighter else {}),
        "paces": paces_shown(gathering.group),
        **to_begin_with(gathering, by=request.actor),  # type: ignore[attr-defined]
        **on_the_sheet(gathering),
        **on_runsheet(request, gathering),
    }
    return render(request, "facilitator/runsheet.html", context)


def _to_tell(request: HttpRequest, gathering: Gathering) -> list[tuple[Leaving, str]]:
    """What the group is to hear at its next meeting about somebody who has left: only there, and no more than that."""
    earlier = Gathering.objects.filter(group=gathering.group_id, number__lt=gathering.number)
    over = gathering.state == Gathering.State.CLOSED
    if over or earlier.exclude(state=Gathering.State.CLOSED).exists():
        return []
    return to_tell(gathering.group, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
