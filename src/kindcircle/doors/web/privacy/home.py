"""My privacy: who sees what, where I am signed in, and what I can do with my words. Calm, and on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.outbox.wishes import wish_of
from kindcircle.base.people.devices import unseen
from kindcircle.base.people.models import User
from kindcircle.doors.web.privacy.words import as_lines
from kindcircle.doors.web.shared.frame import OWN, base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.ending.person_holds import told_hold_on
from kindcircle.rooms.ending.who_saw import openings_of


@page(Permission.OWN_PRIVACY_SEE)
def home(request: HttpRequest) -> HttpResponse:
    """Three groups of things to see and to do. Nothing on it is urgent."""
    me, by = me_of(request), request.actor  # type: ignore[attr-defined]
    latest = as_lines(openings_of(me, by=by).rows[:1])
    context = {
        "base": frame_of(request),
        "latest": latest[0] if latest else None,
        "wish": wish_of(me),
        "hold": told_hold_on(me),
        "new_sign_in": unseen(me).exists(),
    }
    return render(request, "privacy/home.html", context)


@page(Permission.OWN_PRIVACY_SEE)
def safe_device(request: HttpRequest) -> HttpResponse:
    """Plain words about a phone that others use, somebody who may look, and what no site can hide."""
    return render(request, "privacy/safe_device.html", {"base": frame_of(request)})


def frame_of(request: HttpRequest) -> str:
    """The pages somebody knows: a member's own, or those of whoever works here."""
    base = base_for(request.actor)  # type: ignore[attr-defined]
    return "member/own_page.html" if base == OWN else base


def me_of(request: HttpRequest) -> User:
    """Whoever asks, with their house."""
    return User.objects.select_related("organisation").get(pk=request.actor.user_id)  # type: ignore[attr-defined]
