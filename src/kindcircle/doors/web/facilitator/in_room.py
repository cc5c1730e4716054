"""Questions in the room: open a set that waits, and whoever came in by letters or holds the tablet can answer it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.doors.web.facilitator.lead import way_in
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import MEETING, Gathering
from kindcircle.rooms.measures.in_room import ask_here, offers, open_here
from kindcircle.rooms.measures.queries import askable


@page(Permission.MEASURE_ASSIGN, about=GATHERINGS, methods=("GET", "POST"))
def in_room(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """What waits for people of this group, and what is open in the room; how many have sent it, never what."""
    at, by = clock.now(), request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        instrument, occasion = request.POST.get("instrument", "")[:40], request.POST.get("occasion", "")[:10]
        try:
            if occasion:
                open_here(gathering=gathering, instrument=instrument, occasion=occasion, by=by, at=at)
            else:
                ask_here(gathering=gathering, instrument=instrument, by=by, at=at)
        except (Conflict, Invalid) as error:
            messages.warning(request, error.sentence)
        else:
            messages.success(request, _("It is open in the room. People find it on the page of the meeting."))
        return on_to("facilitator:in-room", gathering.code)
    found = offers(gathering, by=by, at=at)
    asked = {one.instrument for one in found}
    context = {
        "gathering": gathering,
        "offers": found,
        "askable": [(name, words) for name, words in askable(gathering.group) if name not in asked],
        "meets": gathering.state in MEETING,
        **way_in(gathering),
    }
    return render(request, "facilitator/in_room.html", context)
