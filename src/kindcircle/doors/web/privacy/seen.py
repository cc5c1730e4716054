"""Who looked at what of mine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.doors.web.privacy.home import frame_of, me_of
from kindcircle.doors.web.privacy.words import as_lines
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.ending.who_saw import openings_of


@page(Permission.OWN_PRIVACY_SEE)
def who_looked(request: HttpRequest) -> HttpResponse:
    """Every time somebody else opened something of one's own, the newest first. Nothing about anybody else."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    found = openings_of(me_of(request), number=number, by=request.actor)  # type: ignore[attr-defined]
    context = {"base": frame_of(request), "lines": as_lines(found.rows), "found": found}
    return render(request, "privacy/who_looked.html", context)
