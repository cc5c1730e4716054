"""The review in the middle, as those who lead see it: brought together once, and answered in up to three lines."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.ending import reviews
from kindcircle.rooms.ending.models import Review
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import programme_of, session_name
from kindcircle.stats.disclosure import SMALLEST_SHOWN

GROUPS = Group.objects.select_related("organisation")
BOXES = [f"line-{number}" for number in range(1, reviews.LINES + 1)]


@page(Permission.REVIEW_KEEP, about=GROUPS, methods=("GET", "POST"))
def review(request: HttpRequest, group: Group) -> HttpResponse:
    """Before: what it is and when. Then one button. After: the words, and the lines that members will read."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method != "POST":
        return _show(request, group)
    try:
        if request.POST.get("do") == "gather":
            found = reviews.gather(group=group, by=by, at=at)
            if found.heard == Review.Heard.SOME:
                messages.success(request, _("We heard from some. Too few wrote to show words. Ask in the room."))
        else:
            reviews.answer(group=group, lines=[request.POST.get(box, "") for box in BOXES], by=by, at=at)
            messages.success(request, _("Kept. Every member reads these lines on their own page."))
    except (Conflict, Invalid) as error:
        return _show(request, group, error=error)
    return on_to("facilitator:review", group.code)


def _show(request: HttpRequest, group: Group, error: KindError | None = None) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    plan = programme_of(group)
    middle = reviews.middle_of(plan)
    said = reviews.said_by(group, by=by)
    titles = {one.id: one.title for one in reviews.practices_so_far(group)}
    answered = reviews.answer_to(group, by=by)
    lines = [request.POST.get(box, "") for box in BOXES] if error else answered
    context = {
        "group": group,
        "middle": session_name(plan, middle) if middle else "",
        "review": Review.objects.filter(group=group).first(),
        "may_gather": reviews.may_gather(group),
        "columns": said and [(_("Keep"), said.keep), (_("Change"), said.change), (_("Need"), said.need)],
        "more": [titles.get(one, one) for one in said.more] if said else [],
        "less": [titles.get(one, one) for one in said.less] if said else [],
        "boxes": [(box, lines[number] if number < len(lines) else "") for number, box in enumerate(BOXES)],
        "longest": reviews.LONGEST_ANSWER,
        "answered": bool(answered),
        "smallest": SMALLEST_SHOWN,
        "error": error.sentence if error else "",
    }
    return render(request, "facilitator/review.html", context, status=error.status if error else 200)
