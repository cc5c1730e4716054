"""Somebody leaves early: written down for them, what the others may hear, what is still to be done, the way back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.leaving_form import asked, given_in
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.leavings import leavings, letter_to, lines_to_choose, way_back_closed, words_for_group
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.groups.models_absence import WAY_BACK, Leaving
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.queries import tasks

PLACES = Membership.objects.select_related("group__organisation", "user").filter(role=Membership.Role.MEMBER)


@page(Permission.LEAVING_KEEP, about=PLACES, methods=("GET", "POST"))
def write_down(request: HttpRequest, place: Membership) -> HttpResponse:
    """Somebody told those who lead, by phone or after a meeting, that they will not come any more."""
    error: KindError | None = None
    if request.method == "POST":
        try:
            by, at = request.actor, clock.now()  # type: ignore[attr-defined]
            leaving = actions.leave_group(place=place, by=by, at=at, **given_in(request))
        except KindError as problem:
            if not problem.sentence:
                raise
            error = problem
        else:
            messages.success(request, _("Written down. Their place is free, and their numbers stay in."))
            return on_to("facilitator:leaving", leaving.code)
    context = asked(request) | {
        "place": place,
        "group": place.group,
        "name": seals.name_of(place.user),
        "gone": place.left_at is not None,
        "sentence": error.sentence if error else "",
    }
    return render(request, "facilitator/leaving_new.html", context, status=error.status if error else 200)


@page(Permission.LEAVING_KEEP, about=leavings(), methods=("GET", "POST"))
def leaving(request: HttpRequest, leaving: Leaving) -> HttpResponse:
    """One leaving: what they said, what to do now, and for seven days the way back."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            if request.POST.get("step") == "undo":
                actions.undo_leaving(leaving=leaving, by=by, at=at)
                messages.success(request, _("They are back in their own seat."))
            else:
                actions.mark_group_told(leaving=leaving, by=by, at=at)
                messages.success(request, _("Noted. The group knows."))
        except KindError as error:
            if not error.sentence:
                raise
            messages.warning(request, error.sentence)
        return on_to("facilitator:leaving", leaving.code)
    return render(request, "facilitator/leaving.html", _shown(leaving, request))


def _shown(leaving: Leaving, request: HttpRequest) -> dict[str, Any]:
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    return {
        "leaving": leaving,
        "group": leaving.place.group,
        "name": seals.name_of(leaving.place.user),
        "written_by": seals.name_of(leaving.written_by) if leaving.written_by else "",
        "line": dict(lines_to_choose())[leaving.telling],
        "words": words_for_group(leaving, by=by, at=clock.now()),
        "told_by": seals.name_of(leaving.group_told_by) if leaving.group_told_by else "",
        # Whether the seat is free is asked when somebody does it.
        "way_back": leaving.undone_at is None and way_back_closed(leaving, free=1, at=at) is None,
        "way_back_until": leaving.left_at + WAY_BACK,
        "letter": as_html(letter_to(leaving, by=by), deeper=1),
        "task": tasks().filter(kind=Kind.LEAVING, about_code=leaving.code).first(),
    }
