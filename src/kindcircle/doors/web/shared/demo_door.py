"""How the made-up people of a demo site walk in: a signed link, printed on the console. No demo, no door."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people import links
from kindcircle.doors.web.shared import site_state
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sign_in.sessions import sign_in


@page(Permission.DEMO_ENTER, about=site_state.demo)
def enter(request: HttpRequest, *, token: str) -> HttpResponse:
    """Sign in as the made-up person this link was made for, with the demo's stand-in for a second factor."""
    user = links.person_of_demo_token(token)
    if user is None:
        raise NotFound
    sign_in(request, user)
    request.session["demo_door"] = True
    return redirect("home")
