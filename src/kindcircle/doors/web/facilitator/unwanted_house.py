"""All that was unwanted in a house, for whoever answers for its safety: what has to be decided, and honest figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.unwanted_form import CATEGORIES, SEVERITIES
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.research import unwanted as research
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.stopping import open_reviews
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.rates import Rate
from kindcircle.stats.results import Undefined


@page(Permission.ADVERSE_EVENTS_EXPORT)
def house(request: HttpRequest) -> HttpResponse:
    """What has to be decided first, then what nobody has judged, then the figures. No name stands on this page."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    organisation = _house_of(request)
    found = research.figures(organisation, by=actor)
    reviews = list(open_reviews(by=actor))
    names = seals.names_of(list({row.owner_id: row.owner for row in reviews}.values()))
    unjudged = AdverseEvent.objects.filter(group__organisation=organisation, reviewed_at=None)
    kinds, hard = dict(CATEGORIES), dict(SEVERITIES)
    context = {
        "reviews": [
            {
                "event": row.event,
                "kind": kinds[row.event.category],
                "owner": names[row.owner_id],
                "due_at": row.due_at,
                "late": row.due_at < at,
            }
            for row in reviews
        ],
        "unjudged": [
            (row, kinds[row.category], hard[row.severity])
            for row in unjudged.select_related("group").order_by("-severity", "happened_on", "pk")
        ],
        "figures": found,
        "asked": [(_("Halfway"), found.mid), (_("At the end"), found.end)],
        "people": _share(found.people),
        "serious": _share(found.serious),
        "per_person": _rate(found.per_person, 1),
        "per_attendance": _rate(found.per_attendance, 100),
        "kinds": [(kinds[name], count) for name, count in found.by_category],
        "hard": [(hard[grade], count) for grade, count in found.by_severity],
        "zone": organisation.zone,
    }
    return render(request, "facilitator/unwanted_house.html", context)


@page(Permission.ADVERSE_EVENTS_EXPORT, methods=("POST",))
def export(request: HttpRequest) -> HttpResponse:
    """A zip with CSV, JSON and codebook. That it was taken, by whom and when, stands in the record."""
    at = clock.now()
    data = research.export(_house_of(request), by=request.actor, at=at)  # type: ignore[attr-defined]
    name = f"unwanted-events-{timezone.localdate(at):%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type="application/zip", headers=headers)


def _house_of(request: HttpRequest) -> Organisation:
    return Organisation.objects.get(pk=request.actor.organisation_id)  # type: ignore[attr-defined]


def _share(found: Proportion) -> str:
    """So many of so many, with what is plausible: never a share alone."""
    limits = found.exact_interval()
    if isinstance(limits, Undefined):
        return _("nobody yet")
    share = _("%(count)s of %(n)s") % {"count": found.count, "n": found.n}
    return _("%(share)s (plausible: %(low)s to %(high)s in a hundred)") % {
        "share": share,
        "low": f"{100 * limits.low:.0f}",
        "high": f"{100 * limits.high:.0f}",
    }


def _rate(found: Rate, unit: int) -> str:
    estimate, limits = found.per(unit), found.exact_interval(unit)
    if isinstance(estimate, Undefined) or isinstance(limits, Undefined):
        return _("nobody yet")
    return _("%(rate)s (plausible: %(low)s to %(high)s)") % {
        "rate": f"{estimate:.2f}",
        "low": f"{limits.low:.2f}",
        "high": f"{limits.high:.2f}",
    }
