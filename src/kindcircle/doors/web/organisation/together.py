"""How groups are together, for the house: counts alone, and whether members of a group may rate one another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import fetch
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.alliance import queries, ratings
from kindcircle.rooms.alliance.models import RatingRound
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.intake.consent_texts import HAS_STUDY, newest_facts


@page(Permission.HOUSE_FIGURES_SEE, methods=("GET", "POST"))
def together(request: HttpRequest) -> HttpResponse:
    """How often groups were asked, guessed about, and something was done; and the switch for research."""
    house, by = house_of(request), request.actor  # type: ignore[attr-defined]
    groups = Group.objects.filter(organisation=house).exclude(state=Group.State.FINISHED).order_by("name", "pk")
    if request.method == "POST":
        group = fetch(groups, request.POST.get("group", ""), by=by, to=Permission.RATINGS_SWITCH)
        on = request.POST.get("do") == "on" and _has_study(house)
        ratings.switch(group=group, on=on, staff=request.user, by=by, at=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("Switched on.") if on else _("Switched off."))
        return on_to("organisation:together")
    switched = set(RatingRound.objects.filter(group__in=groups, on=True).values_list("group", flat=True))
    context = {
        "counted": queries.counted(house, by=by),
        "has_study": _has_study(house),
        "groups": [(group, group.pk in switched) for group in groups],
    }
    return render(request, "organisation/together.html", context)


def _has_study(house: Organisation) -> bool:
    """Whether the house's consent text names a study that people can say yes to."""
    newest = newest_facts(house)
    return bool(newest and newest.facts.get(HAS_STUDY))
