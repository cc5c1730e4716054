"""Before a meeting by screen: where I am today, under a minute, told to those who lead and to nobody else."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import whereabouts
from kindcircle.rooms.live.queries import own_place
from kindcircle.rooms.live.whereabouts import LINES, How
from kindcircle.rooms.preparing.queries import opened_by_others, own_contact


@page(Permission.LOBBY_USE, about=GATHERINGS, methods=("GET", "POST"))
def lobby(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """A short form; or, for whoever is not alone or still on the way, a kind place to wait."""
    by, at, error = request.actor, clock.now(), None  # type: ignore[attr-defined]
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in LINES}
    if request.method == "POST":
        how = How.NOT_TODAY if "not-today" in request.POST else request.POST.get("how", "")
        try:
            row = whereabouts.tell(gathering=thing, how=how, lines=typed, by=by, at=at)
        except KindError as problem:
            if not problem.sentence:
                raise
            error = problem
        else:
            if row.waits:
                return on_to("member:lobby", thing.code)
            messages.success(request, _("Thank you. That is all we need."))
            return on_to("member:gathering", thing.code)
    if error is None and not whereabouts.lobby_is_open(thing, at=at):
        return on_to("member:gathering", thing.code)
    found = whereabouts.own(thing, by=by)
    if error is None and found and found[0].how in whereabouts.WAITING and "again" not in request.GET:
        return render(request, "member/lobby_wait.html", {"gathering": thing, "how": found[0].how})
    context = _first(request, thing) | (found[1] if found and by.only_gathering is None else {})
    if error:
        context |= typed | {"how": request.POST.get("how", "")}
    context |= {"gathering": thing, "error": error.sentence if error else "", "longest": whereabouts.LONGEST}
    return render(request, "member/lobby.html", context, status=error.status if error else 200)


def step(thing: Gathering, by: Actor, at: Any) -> dict[str, Any]:
    """For the page of the meeting: whether the lobby is open to this person, and whether they went through it."""
    if own_place(thing, by) is None or not whereabouts.lobby_is_open(thing, at=at):
        return {"lobby": False}
    told = whereabouts.own(thing, by=by) is not None
    # Where there is a room too, most people come to it, and how they arrive is the one thing to ask.
    return {"lobby": True, "told_where": told, "lobby_first": not told and not thing.place}


def waits(thing: Gathering, by: Actor) -> bool:
    """Whether this person said that they cannot come in just now."""
    return by.user_id in whereabouts.waits_in_lobby(thing)


def _first(request: HttpRequest, thing: Gathering) -> dict[str, Any]:
    """What the form begins with: the way to be reached that the person once wrote down themselves, and who opened it.

    A device that opens this one meeting only is told nothing of what belongs to somebody.
    """
    by = request.actor  # type: ignore[attr-defined]
    if by.only_gathering is not None:
        return {}
    person = person_of(request)
    lines = own_contact(person, by=by).lines
    return {
        "number": whereabouts.number_in(lines.get("way", "")),
        "has_contact": bool(lines.get("person")),
        "opened": opened_by_others(person, Event.WHEREABOUTS_OPENED, by=by)[:5],
    }
