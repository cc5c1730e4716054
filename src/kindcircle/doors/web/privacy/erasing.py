"""Erasing everything: what goes now, what stays and until when, and then once more the question."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict
from kindcircle.base.people import sessions
from kindcircle.doors.web.privacy.home import frame_of, me_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.ending import erasing, own_words
from kindcircle.rooms.ending.keeping import times_of


@page(Permission.OWN_WORDS_KEEP, methods=("GET", "POST"))
def erase(request: HttpRequest) -> HttpResponse:
    """A plain list first; a fresh sign-in and a tick, so that nobody else does it at a screen that was left open."""
    me, by, at = me_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    fresh = sessions.is_fresh(request.session, at=at)
    error, status = "", 200
    if request.method == "POST" and fresh:
        if request.POST.get("read") != "yes":
            error, status = "tick", 422
        else:
            try:
                erasing.erase_everything(person=me, by=by, at=at)
            except Conflict as refused:
                error, status = refused.sentence, refused.status
            else:
                logout(request)
                return _gone()
    context = {
        "base": frame_of(request),
        "fresh": fresh,
        "count": own_words.count_of(me),
        "stays": erasing.what_stays(me, by=by),
        "looked_after": erasing.is_looked_after(me),
        "times": times_of(me.organisation),
        "error": error,
        "works_here": bool(by.facilitates or by.roles),
    }
    return render(request, "privacy/erase.html", context, status=status)


@page(Permission.DOOR_USE)
def erased(request: HttpRequest) -> HttpResponse:
    """It is done. Nobody is signed in any more."""
    return render(request, "privacy/erased.html")


def _gone() -> SeeOther:
    answer = on_to("privacy:erased")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
