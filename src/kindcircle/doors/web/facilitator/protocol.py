"""What the house does at each level, kept by those who answer for safety: their words stand beside ours."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.level_words import LEVELS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.safety import protocol as room


@page(Permission.PROTOCOL_KEEP, methods=("GET", "POST"))
def protocol(request: HttpRequest) -> HttpResponse:
    """One box for what always holds, and one for each level, below what comes with the software."""
    house = Organisation.objects.filter(pk=request.actor.organisation_id).first()  # type: ignore[attr-defined]
    if house is None:
        return redirect("facilitator:alerts")
    number, words = room.protocol_of(house)
    error, status = "", 200
    if request.method == "POST":
        words = {part: request.POST.get(part, "").replace("\0", "") for part in room.PARTS}
        seen = request.POST.get("seen", "")
        try:
            room.keep_protocol(
                organisation=house,
                words=words,
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1,
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except KindError as problem:
            if not problem.sentence:
                raise
            error, status = problem.sentence, problem.status
        else:
            messages.success(request, _("Kept. It stands on the page of every alert from now on."))
            return on_to("facilitator:protocol")
    last = room.last_kept(house)
    context = {
        "number": number,
        "always": words.get(room.ALWAYS, ""),
        "levels": [(one, str(one.number), words.get(str(one.number), "")) for one in LEVELS],
        "last": last,
        "last_by": seals.name_of(last.kept_by) if last else "",
        "zone": house.zone,
        "error": error,
    }
    return render(request, "facilitator/protocol.html", context, status=status)
