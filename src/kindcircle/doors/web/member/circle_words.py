"""The circle of words: what members of a group let one another read, and what they have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.shared_words import circle_shown
from kindcircle.doors.web.shared.wall import wall_of
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import queries, warmth

GROUPS = Group.objects.select_related("organisation")


@page(Permission.CIRCLE_WORDS_READ, about=GROUPS)
def circle_words(request: HttpRequest, group: Group) -> HttpResponse:
    """What one may read now. The page asks every few seconds, so that what is taken back goes from it too."""
    context = _context(request, group)
    if not request.headers.get("HX-Request"):
        by = request.actor  # type: ignore[attr-defined]
        return render(request, "member/circle_words.html", context | {"wall": wall_of(group, by)})
    if request.GET.get("seen") == context["circle_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    return render(request, "shared/_circle.html", context)


@page(Permission.CIRCLE_WORDS_READ, about=GROUPS, methods=("POST",))
def sign(request: HttpRequest, group: Group) -> HttpResponse:
    """A sign for somebody's words; the same one again takes it away."""
    by, share, sent = request.actor, request.POST.get("share", "")[:30], request.POST.get("sign", "")[:20]  # type: ignore[attr-defined]
    warmth.send(group=group, share=share, sign=sent, by=by, at=clock.now())
    if request.headers.get("HX-Request"):
        return render(request, "shared/_circle.html", _context(request, group))
    return on_to("member:circle-words", group.code)


def _context(request: HttpRequest, group: Group) -> dict[str, Any]:
    by = request.actor  # type: ignore[attr-defined]
    found = queries.circle(group, by=by, at=clock.now())
    return {"group": group, "asks": "member:circle-words", "sends": "member:circle-sign", **circle_shown(found)}
