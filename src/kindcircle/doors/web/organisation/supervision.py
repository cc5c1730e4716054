"""How much supervision those who lead groups have: hours beside meetings, never with whom or what about."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.care.supervision import figures_of_house


@page(Permission.SUPERVISION_HOURS_SEE)
def supervision(request: HttpRequest) -> HttpResponse:
    """Everybody who leads groups here, with the last twelve weeks."""
    by = request.actor  # type: ignore[attr-defined]
    house = Organisation.objects.get(pk=by.organisation_id)
    found = figures_of_house(house, by=by, at=clock.now())
    names = seals.names_of([person for person, _figure in found])
    rows = sorted(((names[person.pk], figure) for person, figure in found), key=lambda row: row[0].casefold())
    return render(request, "organisation/supervision.html", {"rows": rows})
