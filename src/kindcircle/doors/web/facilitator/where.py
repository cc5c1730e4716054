"""Where one person is during a meeting by screen, and the number to call back: one tap, and the tap is on record."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import whereabouts
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.safety.queries import help_lines

TOLD = Whereabouts.objects.select_related("gathering__group__organisation", "person__organisation")


@page(Permission.WHEREABOUTS_OPEN, about=TOLD)
def where(request: HttpRequest, row: Whereabouts) -> HttpResponse:
    """A card beside the list of people, or a page of its own without script. The person sees that it was opened."""
    at = clock.now()
    told, lines = whereabouts.opened(row, by=request.actor, at=at)  # type: ignore[attr-defined]
    house = row.gathering.group.organisation
    place = Membership.objects.get(group=row.gathering.group_id, user=row.person_id)
    context = {
        "gathering": row.gathering,
        "name": seals.name_of(row.person),
        "told": told,
        "lines": lines,
        "place": place,
        "tel": whereabouts.number_in(lines.get("number", "")),
        "emergency": next((line for line in help_lines(house, at=at) if line.emergency), None),
    }
    part = request.headers.get("HX-Request")
    return render(request, "facilitator/_where_card.html" if part else "facilitator/where.html", context)
