"""The front door, and the way out."""

import logging

from allauth.account import views as account
from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kindcircle.base.access import Actor, Permission
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups.leavings import has_left
from kindcircle.rooms.groups.models import Gathering

trouble = logging.getLogger("kindcircle.doors")


@page(Permission.DOOR_USE)
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the page that matters for this person; a plain welcome for everybody else."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.signed_in:
        if actor.tablet_of is not None:
            return redirect("tablet", code=Gathering.objects.get(pk=actor.tablet_of).code)
        return render(request, "doors/welcome.html")
    if actor.only_gathering is not None:
        gathering = Gathering.objects.get(pk=actor.only_gathering)
        return redirect("member:gathering", code=gathering.code)
    if actor.facilitates or actor.roles & {"safety-lead", "facilitator"}:
        return redirect("facilitator:home")
    if actor.roles & {"organisation-lead", "operator"}:
        return redirect("organisation:home")
    if actor.member_of:
        return redirect("member:today")
    return redirect("member:stopping" if has_left(actor) else "application")


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def leave(request: HttpRequest) -> HttpResponse:
    """Leave at once: the session ends on the server and the browser goes somewhere neutral.

    It is also a plain link, so that it works before any script has loaded and when scripts are off.
    """
    actor = request.actor  # type: ignore[attr-defined]
    try:
        if actor.signed_in:
            _trace(actor)
        logout(request)
    except DatabaseError:
        # Somebody has to get away now, and without the database no session is worth anything either.
        trouble.error("a session could not be ended in the database")
    response = redirect(settings.LEAVE_TO)
    response.delete_cookie(settings.SESSION_COOKIE_NAME)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _trace(actor: Actor) -> None:
    user = User.objects.select_related("organisation").get(code=actor.code)
    about = log.Ref("person", user.code)
    try:
        log.record(Event.LEFT_QUICKLY, by=actor, about=about, at=clock.now(), chain=user.organisation.code)
    except DatabaseError:
        trouble.error("leaving could not be recorded")


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, and leave nothing of the pages behind in the browser.

    Where sealed words could not be sent, because the session had ended already or the line is too poor, they stay for
    their writer; phone/settle.js has taken away all that can be read.
    """
    was_here = request.actor.signed_in and not request.GET.get("words-wait")  # type: ignore[attr-defined]
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"' if was_here else '"cache"'
    return response


@page(Permission.DOOR_USE, methods=("POST",))
def lock(request: HttpRequest) -> HttpResponse:
    """End the session of a page that was left alone. What was typed stays in the covered page and in its draft."""
    logout(request)
    return HttpResponse(status=204, headers={"Clear-Site-Data": '"cache"'})
