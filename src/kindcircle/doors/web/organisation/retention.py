"""How long the house keeps what, which groups have words that will go, and holding them back for a reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.ending import keeping
from kindcircle.rooms.ending.models import Ending, Hold
from kindcircle.rooms.groups.models import Group

GROUPS = Group.objects.select_related("organisation")
HOLDS = Hold.objects.select_related("group__organisation")


@page(Permission.KEEPING_SET, methods=("GET", "POST"))
def times(request: HttpRequest) -> HttpResponse:
    """The four times, and below them every group that is over with what goes when."""
    house, by, at = house_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    error: KindError | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in keeping.RANGES}
        wanted = {name: int(one) if one.isdecimal() and len(one) < 6 else -1 for name, one in typed.items()}
        try:
            keeping.set_times(organisation=house, by=by, at=at, **wanted)
        except Invalid as refused:
            error = refused
        else:
            messages.success(request, _("Kept. What was announced to people keeps its two weeks."))
            return on_to("organisation:keeping")
    now = keeping.times_of(house)
    labels = {
        "group_days": (_("What a group wrote together"), _("days after its last meeting")),
        "writing_days": (
            _("Journals and letters of people who do nothing"),
            _("days after the end or their last words"),
        ),
        "draft_days": (_("Drafts that nobody touched"), _("days")),
        "record_years": (_("The record: answers, scores, notes, alerts, messages"), _("years after the end")),
    }
    rows = [
        (name, label, unit, request.POST.get(name, getattr(now, name)), *keeping.RANGES[name])
        for name, (label, unit) in labels.items()
    ]
    endings = Ending.objects.filter(group__organisation=house).select_related("group__organisation").order_by("-pk")
    context = {
        "rows": rows,
        "own": now.own,
        "endings": [
            {
                "group": one.group,
                "gone_at": one.space_gone_at,
                "goes_at": keeping.space_goes_at(one),
                "records_at": one.records_gone_at or keeping.records_go_at(one),
                "records_gone": one.records_gone_at is not None,
                "hold": keeping.held(one.group),
            }
            for one in endings
        ],
        "error": error.sentence if error else "",
    }
    return render(request, "organisation/keeping.html", context, status=error.status if error else 200)


@page(Permission.KEEPING_SET, about=GROUPS, methods=("GET", "POST"))
def hold(request: HttpRequest, group: Group) -> HttpResponse:
    """Hold the words of one group back, with a reason and until a day. Nobody reads more because of it."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    standing, error = keeping.held(group), None
    typed = {name: request.POST.get(name, "") for name in ("reason", "until")}
    if request.method == "POST":
        try:
            until = parse_date(typed["until"].strip())
        except ValueError:  # such as 31 February
            until = None
        try:
            keeping.place_hold(group=group, reason=typed["reason"], until=until, by=by, at=at)
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("Held. Members see on their page that it is so, and until when."))
            return on_to("organisation:hold", group.code)
    context = {
        "group": group,
        "standing": standing,
        "reason": keeping.reason_of(standing, by=by) if standing else "",
        "typed": typed,
        "error": error.sentence if error else "",
    }
    return render(request, "organisation/hold.html", context, status=error.status if error else 200)


@page(Permission.KEEPING_SET, about=HOLDS, methods=("POST",))
def lift(request: HttpRequest, hold: Hold) -> SeeOther:
    """The clocks go on."""
    keeping.lift_hold(hold=hold, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Lifted. People are told again, two weeks before anything goes."))
    return on_to("organisation:keeping")
