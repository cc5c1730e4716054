"""How I am towards the others: a page for research that a member may fill in, in parts, or leave alone."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.ending import Notice
from kindcircle.doors.web.member.waiting import Waiting
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.alliance import ratings
from kindcircle.rooms.alliance.errors import RateInTens
from kindcircle.rooms.alliance.ratings import ASKED, Values
from kindcircle.rooms.groups.models import Group

GROUPS = Group.objects.select_related("organisation")


@page(Permission.RATINGS_GIVE, about=GROUPS, methods=("GET", "POST"))
def each_other(request: HttpRequest, group: Group) -> HttpResponse:
    """Two lines for each of the others. Nothing here is asked twice, and blank is a full answer."""
    member, by = request.user, request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _show(request, group, ratings.own_ratings(group, member=member, by=by))  # type: ignore[arg-type]
    places = [place.code for place in ratings.others(group, member)]  # type: ignore[arg-type]
    try:
        ratings.rate(
            group=group,
            given={code: _given(request.POST, code) for code in places},
            agreed="agreed" in request.POST,
            member=member,  # type: ignore[arg-type]
            by=by,
            at=clock.now(),
        )
    except KindError as error:
        typed = {code: {name: request.POST.get(f"{code}-{name}", "") for name in ASKED} for code in places}
        return _show(request, group, typed, error=error)
    messages.success(request, _("Kept, and locked. Nobody here can open it. You can change it or blank it out."))
    return on_to("member:each-other", group.code)


def on_today(group: Group, request: HttpRequest, there: Waiting) -> list[Notice]:
    """The way to it from one's own page, for whoever said yes to research where it is switched on."""
    if not (there.rated and ratings.open_to(group, request.user)):  # type: ignore[arg-type]
        return []
    return [
        Notice(_("How I am towards the others"), reverse("member:each-other", args=[group.code]), _("for research"))
    ]


def _show(
    request: HttpRequest, group: Group, own: Mapping[str, Mapping[str, Any]], error: KindError | None = None
) -> HttpResponse:
    others = ratings.others(group, request.user)  # type: ignore[arg-type]
    names = seals.names_of([place.user for place in others])
    context = {
        "group": group,
        "error": error,
        "is_open": ratings.open_to(group, request.user),  # type: ignore[arg-type]
        "kept": bool(own) and error is None,
        "people": [
            {
                "name": names[place.user_id],
                "warm": (f"{place.code}-warm", own.get(place.code, {}).get("warm")),
                "understood": (f"{place.code}-understood", own.get(place.code, {}).get("understood")),
            }
            for place in others
        ],
    }
    return render(request, "member/each_other.html", context, status=error.status if error else 200)


def _given(sent: Mapping[str, str], code: str) -> Values:
    """What was picked for one person; left blank is None."""
    values: Values = {}
    for name in ASKED:
        text = sent.get(f"{code}-{name}", "")
        if text and not (text.isascii() and text.isdecimal() and len(text) < 3):
            raise RateInTens
        values[name] = int(text) if text else None
    return values
