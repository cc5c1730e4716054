"""Open circles for people whose groups are over: which there are, and whom to let know."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Invalid, KindError
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.ending import circles
from kindcircle.rooms.ending.errors import NotACircle


@page(Permission.CIRCLE_INVITE, methods=("GET", "POST"))
def invite(request: HttpRequest) -> HttpResponse:
    """Choose a circle and the groups whose members hear of it, each person once."""
    house, error = house_of(request), None
    there, over = circles.circles_of(house), circles.may_be_invited(house)
    chosen, circle_code = request.POST.getlist("group"), request.POST.get("circle", "")
    if request.method == "POST":
        try:
            circle = next((one for one in there if one.code == circle_code), None)
            if circle is None:
                raise NotACircle
            new = circles.invite(
                circle=circle,
                groups=[one for one in over if one.code in chosen],
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except Invalid as refused:
            error = refused
        else:
            words = ngettext("%(n)s person hears of it.", "%(n)s people hear of it.", new)
            messages.success(request, words % {"n": new})
            return on_to("organisation:circles")
    return _show(request, there, over, chosen, circle_code, error)


def _show(
    request: HttpRequest, there: list, over: list, chosen: list[str], circle_code: str, error: KindError | None
) -> HttpResponse:  # type: ignore[type-arg]
    context = {
        "circles": [(one.code, one.name, one.code == circle_code) for one in there],
        "groups": [(one.code, one.name, one.code in chosen) for one in over],
        "error": error.sentence if error else "",
    }
    return render(request, "organisation/circles.html", context, status=error.status if error else 200)
