"""How practices land in the whole house: counts alone, so that the programme is put right."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.landed_words import shown
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.backdraft import figures


@page(Permission.HOUSE_FIGURES_SEE)
def practices_land(request: HttpRequest) -> HttpResponse:
    """Each practice that can stir people up, in each version: exposures, what was asked, and how often it was a lot."""
    found = figures.of_house(house_of(request), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    return render(request, "organisation/practices_land.html", shown(found))
