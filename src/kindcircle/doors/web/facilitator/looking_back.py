"""Once a week: every alert that was closed, what was late, and a line with which a safety lead signs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.alerts import close_reason
from kindcircle.doors.web.facilitator.level_words import level
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.safety import looking_back as room

WEEKS_SHOWN = 7


@page(Permission.ALERTS_REVIEW, methods=("GET", "POST"))
def looking_back(request: HttpRequest) -> HttpResponse:
    """All of the house together; each name leads to what was done. Signing takes them off this list."""
    by, at, error = request.actor, clock.now(), None  # type: ignore[attr-defined]
    house = User.objects.select_related("organisation").get(code=by.code).organisation
    if house is None:
        return redirect("facilitator:alerts")
    if request.method == "POST":
        try:
            room.sign(organisation=house, line=request.POST.get("line", ""), by=by, at=at)
            return on_to("facilitator:alerts-review")
        except KindError as problem:
            if not problem.sentence:
                raise
            error = problem
    lines = room.to_look_back_on(house, by=by, at=at)
    names = seals.names_of([line.alert.member for line in lines])
    last = room.last_review(house)
    since = last.until if last else min([line.alert.raised_at for line in lines], default=at)
    context = {
        "zone": house.zone,
        "lines": [
            (line, names[line.alert.member_id], close_reason(line.alert.close_reason), level(line.rung))
            for line in lines
        ],
        "late": sum(line.late for line in lines),
        "trials": room.trials_of(house, since=since, at=at),
        "last": last,
        "last_by": seals.name_of(last.by) if last else "",
        "last_line": room.line_of(last, by=by) if last else "",
        "sentence": error.sentence if error else "",
        "line": request.POST.get("line", ""),
    }
    return render(request, "facilitator/alerts_review.html", context, status=error.status if error else 200)
