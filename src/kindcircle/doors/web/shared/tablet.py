"""The tablet that goes from hand to hand: names of those who are here, one person's page, and the lock after each."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sign_in.sessions import as_tablet, visit
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries, tablets

LENT = "lent"
"""Cookie of a tablet that somebody has in their hands. Whoever serves the ready-made help page knows it by this alone:
there it stands with the lock of the tablet (`kindcircle.asgi`). It opens nothing."""


@page(Permission.TABLET_USE, about=GATHERINGS)
def tablet(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Whose hands is it in? The names of those who are here, and nothing else about anybody."""
    place = queries.placed(gathering, at=clock.now())
    names, slot = queries.names_here(gathering), queries.slot_of(gathering, place)
    context = {"gathering": gathering, "names": names, "slot": slot}
    part = "_tablet_names" if request.headers.get("HX-Request") else "tablet"
    return render(request, f"doors/{part}.html", context)


@page(Permission.TABLET_USE, about=GATHERINGS, methods=("POST",))
def lend(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Somebody tapped their name: their own page of this meeting opens, and nothing that they said before."""
    held = tablets.tablet_by_code(request.session["tablet"])
    if held is None:
        raise NotFound
    by = request.actor  # type: ignore[attr-defined]
    user = actions.lend_tablet(tablet=held, member_code=request.POST.get("member", "")[:40], by=by, at=clock.now())
    visit(request, user, gathering)
    request.session["tablet"] = held.code
    _keep(request, held)
    response = redirect("member:gathering", code=gathering.code)
    response.set_cookie(LENT, "yes", httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


@page(Permission.DOOR_USE, methods=("POST",))
def back(request: HttpRequest) -> HttpResponse:
    """Done, hand it on: whoever had the tablet is signed out, and the names come back."""
    held = tablets.tablet_by_code(request.session.get("tablet", ""))
    if held is None:
        return redirect("home")
    return come_in(request, held)


def come_in(request: HttpRequest, held: tablets.Tablet) -> HttpResponse:
    """This device is the tablet, in nobody's hands: its letters were right, or it was handed on."""
    as_tablet(request, held)
    _keep(request, held)
    response = redirect("tablet", code=held.gathering.code)
    response.delete_cookie(LENT)
    return response


def _keep(request: HttpRequest, held: tablets.Tablet) -> None:
    request.session.save()
    actions.carry_on(tablet=held, session_key=request.session.session_key or "")
