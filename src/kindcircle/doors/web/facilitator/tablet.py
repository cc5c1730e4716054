"""A tablet for the room: letters that let it in, and ending it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.facilitator.lead import way_in
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups.models import MEETING, Gathering
from kindcircle.rooms.live import actions, tablets


@page(Permission.GATHERING_LEAD, about=GATHERINGS, methods=("GET", "POST"))
def tablet(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Make letters for a tablet (shown once, on the very answer), or see the tablets that go round."""
    letters = ""
    if request.method == "POST" and gathering.state in MEETING:
        letters = actions.make_tablet(gathering=gathering, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    context = {
        "gathering": gathering,
        "letters": letters,
        "meets": gathering.state in MEETING,
        "tablets": tablets.tablets_of(gathering),
        **way_in(gathering),
    }
    return render(request, "facilitator/tablet.html", context)


@page(Permission.GATHERING_LEAD, about=tablets.TABLETS, methods=("POST",))
def end(request: HttpRequest, held: tablets.Tablet) -> HttpResponse:
    """This tablet is not needed any more, or is not where it should be."""
    actions.end_tablet(tablet=held, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    return redirect("facilitator:tablet", code=held.gathering.code)
