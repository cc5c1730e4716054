"""Holding one person's words back: one of those who lead the house asks, a second person confirms."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.base.people.models import StaffRole
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.ending import person_holds as rooms
from kindcircle.rooms.ending.errors import NotNow
from kindcircle.rooms.ending.models_privacy import PersonHold

HOLDS = rooms.holds()


@page(Permission.PERSON_HOLD_SEE, methods=("GET", "POST"))
def person_holds(request: HttpRequest) -> HttpResponse:
    """What stands and what waits for a second person; and asking for one. Nobody is listed to choose from."""
    house, by, at = house_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    typed = {name: request.POST.get(name, "").strip() for name in ("address", "reason", "until", "untold")}
    error = None
    if request.method == "POST":
        try:
            person = rooms.find_person(typed["address"], organisation=house, by=by)
            if person is None:
                raise NotNow(_("Nobody here has this address. Please look at it once more."))
            hold = rooms.ask(
                person=person,
                reason=typed["reason"],
                until=_day(typed["until"]),
                untold=typed["untold"] == "yes",
                by=by,
                at=at,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("Asked. Nothing is held before a second person has said yes."))
            return on_to("organisation:person-hold", hold.code)
    rows = list(HOLDS.all().filter(organisation=house, ended_at=None).order_by("asked_at"))
    context = {
        "base": base_for(by),
        "rows": [(row, _name(row, by)) for row in rows],
        "may_ask": can(by, Permission.PERSON_HOLD_ASK, house),
        "typed": typed,
        "error": error.sentence if error else "",
    }
    return render(request, "organisation/person_holds.html", context, status=error.status if error else 200)


@page(Permission.PERSON_HOLD_SEE, about=HOLDS, methods=("GET", "POST"))
def person_hold(request: HttpRequest, hold: PersonHold) -> HttpResponse:
    """One of them, with its reason: confirm it, say no, or lift it."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        return _decide(request, hold)
    context = {
        "base": base_for(by),
        "hold": hold,
        "name": _name(hold, by),
        "asked_by": seals.name_of(hold.asked_by),
        "confirmed_by": seals.name_of(hold.confirmed_by) if hold.confirmed_by else "",
        "reason": rooms.reason_of(hold, by=by),
        "may_confirm": by.user_id not in (hold.asked_by_id, hold.person_id),
        "now": at,
    }
    return render(request, "organisation/person_hold.html", context)


def _name(hold: PersonHold, by: Actor) -> str:
    """Whose words it is about. Whoever leads the house sees no member's name here either: they typed an address."""
    return seals.name_of(hold.person) if StaffRole.Role.SAFETY_LEAD in by.roles else _("One person")


def _decide(request: HttpRequest, hold: PersonHold) -> SeeOther:
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        if request.POST.get("do") == "confirm":
            rooms.confirm(hold=hold, by=by, at=at)
            messages.success(request, _("Held. It ends by itself on its day."))
        elif request.POST.get("do") == "end":
            rooms.lift(hold=hold, by=by, at=at)
            messages.success(request, _("It is not held, or not any more."))
    except Conflict as error:
        messages.warning(request, error.sentence)
    return on_to("organisation:person-hold", hold.code)


def _day(text: str):  # type: ignore[no-untyped-def]
    try:
        return parse_date(text)
    except ValueError:  # such as 31 February
        return None
