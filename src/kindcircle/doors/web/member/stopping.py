"""A quiet page for somebody who would like to stop: nothing has to be said, and it counts at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.leaving_form import asked, given_in
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.conversations.queries import conversation_of, member_places
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.leavings import leavings, lines_to_choose, words_for_group
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.safety.queries import help_lines


@page(Permission.ACCOUNT_USE)
def choose(request: HttpRequest) -> HttpResponse:
    """From one's own page: straight to the one group somebody is in, or a choice of them. Who left sees their last."""
    mine = member_places().filter(user__code=request.actor.code)  # type: ignore[attr-defined]
    present = list(mine.filter(left_at=None).exclude(group__state=Group.State.FINISHED).order_by("pk"))
    only = present[0] if len(present) == 1 else None if present else mine.order_by("left_at").last()
    if only is not None:
        return on_to("member:stop", only.code)
    return render(request, "member/stop_choice.html", {"places": present})


@gives_words_back("words")
@page(Permission.PLACE_LEAVE, about=member_places(), methods=("GET", "POST"))
def stop(request: HttpRequest, place: Membership) -> HttpResponse:
    """Leave this group; afterwards, what was said and what stays one's own."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if place.left_at is not None:
        if request.method == "POST":
            return on_to("member:stop", place.code)
        return _gone(request, place)
    error: KindError | None = None
    if request.method == "POST":
        try:
            actions.leave_group(place=place, by=by, at=at, **given_in(request))
        except KindError as problem:
            if not problem.sentence:
                raise
            error = problem
        else:
            return on_to("member:stop", place.code)
    context = asked(request) | {
        "place": place,
        "over": place.group.state == Group.State.FINISHED,
        "sentence": error.sentence if error else "",
    }
    return render(request, "member/stop.html", context, status=error.status if error else 200)


def _gone(request: HttpRequest, place: Membership) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    last = leavings().filter(place=place, undone_at=None).order_by("left_at").last()
    # Whoever left in another way, such as by taking back their consent, has said nothing here.
    leaving = last if last is not None and last.left_at == place.left_at else None
    context = {
        "place": place,
        "name": seals.name_of(place.user),
        "leaving": leaving,
        "line": dict(lines_to_choose())[leaving.telling] if leaving else "",
        "words": words_for_group(leaving, by=by, at=clock.now()) if leaving else "",
        "wrote": conversation_of(place) is not None,
        "lines": help_lines(place.group.organisation, at=clock.now()),
    }
    return render(request, "member/stopped.html", context)
