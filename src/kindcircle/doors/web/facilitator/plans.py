"""Support plans that members share, one tap away; and how to reach somebody safely. Each opening leaves a trace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.plan_words import asks
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import attendances, gatherings_of
from kindcircle.rooms.preparing import queries

GROUPS = Group.objects.select_related("organisation")
PLACES = Membership.objects.select_related("group__organisation", "user__organisation").filter(
    role=Membership.Role.MEMBER
)


@page(Permission.PREPARATION_SEE, about=GROUPS)
def plans(request: HttpRequest, group: Group) -> HttpResponse:
    """Who shares a plan: those who are in the room first, while the group meets. None of them is opened here."""
    shared = queries.shared_in(group, by=request.actor)  # type: ignore[attr-defined]
    names = seals.names_of([place.user for place in shared])
    meeting = gatherings_of(group).filter(state__in=(Gathering.State.OPEN, Gathering.State.CLOSING)).last()
    came = attendances(meeting) if meeting else {}
    here = {pk for pk, row in came.items() if row.left_at is None}
    people = [(names[place.user_id], place, place.user_id in here) for place in shared]
    context = {"group": group, "people": sorted(people, key=lambda one: not one[2]), "meeting": meeting}
    return render(request, "facilitator/plans.html", context)


@page(Permission.PREPARATION_SEE, about=PLACES)
def plan(request: HttpRequest, place: Membership) -> HttpResponse:
    """One plan, opened: what helps this person, in their own words. They see that it was opened, by whom and when."""
    found = queries.open_plan(place, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    lines = [(one.ask, found.lines[one.id]) for one in asks() if one.id in found.lines]
    context = {"place": place, "name": seals.name_of(place.user), "lines": lines, "plan": found}
    return render(request, "facilitator/plan.html", context)


@page(Permission.SAFE_CONTACT_OPEN, about=PLACES)
def contact(request: HttpRequest, place: Membership) -> HttpResponse:
    """How to reach one person without harm, opened. They see that it was opened, by whom and when."""
    found = queries.open_contact(place, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    context = {"place": place, "name": seals.name_of(place.user), "contact": found, "lines": found.lines}
    context["call_me"] = found.lines.get("call-me", "")
    return render(request, "facilitator/contact.html", context)
