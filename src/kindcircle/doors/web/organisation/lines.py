"""The numbers people can call: written as dialled, dialled by two, shown for 180 days."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.help_page import write_help_page
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.safety import helplines
from kindcircle.rooms.safety.models import Helpline
from kindcircle.rooms.safety.queries import HELPLINE_LASTS
from kindcircle.spec.helplines import Number, emergency_number

LINES = Helpline.objects.select_related("organisation")


class LineForm(forms.Form):
    """One number."""

    name = forms.CharField(label=gettext_lazy("Name of the line"), max_length=80)
    number = forms.CharField(
        label=gettext_lazy("Number"), help_text=gettext_lazy("Exactly as people dial it here."), max_length=40
    )
    text_to = forms.CharField(label=gettext_lazy("How to reach it by text"), max_length=60, required=False)
    deaf = forms.CharField(label=gettext_lazy("How deaf people reach it"), max_length=200, required=False)
    hours = forms.CharField(
        label=gettext_lazy("When it answers"), help_text=gettext_lazy("In the time of its own place."), max_length=80
    )
    audience = forms.CharField(label=gettext_lazy("For whom, if not for everybody"), max_length=80, required=False)
    region = forms.CharField(label=gettext_lazy("Where, if not in the whole country"), max_length=80, required=False)
    languages = forms.CharField(label=gettext_lazy("Languages"), max_length=80, required=False)
    cost = forms.CharField(label=gettext_lazy("What a call costs"), max_length=80, required=False)
    source = forms.CharField(
        label=gettext_lazy("Where you confirmed it"),
        help_text=gettext_lazy("Such as the web site of the service."),
        max_length=200,
    )
    emergency = forms.BooleanField(label=gettext_lazy("This is the emergency number of the country"), required=False)


@page(Permission.HELPLINE_CHECK, methods=("GET", "POST"))
def lines(request: HttpRequest) -> HttpResponse:
    """All numbers of the house, with who dialled them when; and a form for a new one."""
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    house = house_of(request)
    keeps = can(actor, Permission.HELPLINE_KEEP, house)
    start = None if house.helplines.filter(emergency=True).exists() else emergency_number(house.country)
    form = LineForm(request.POST or None, initial=_begin_with(start))
    if request.method == "POST" and form.is_valid():
        helplines.add_helpline(organisation=house, by=actor, at=now, **form.cleaned_data)
        messages.success(request, _("Written down. It is shown once two people have dialled it."))
        return redirect("organisation:lines")
    rows = LINES.filter(organisation=house).prefetch_related("checks").order_by("-emergency", "order", "name")
    shown = []
    for line in rows:
        fresh = [check for check in line.checks.all() if check.at > now - HELPLINE_LASTS]
        mine = any(check.by_id == actor.user_id for check in fresh)
        shown.append(
            {
                "line": line,
                "more": [words for words in (line.audience, line.region, line.languages, line.cost) if words],
                "checks": len(fresh),
                "mine": mine,
                "until": min(c.at for c in fresh) + HELPLINE_LASTS if fresh else None,
            }
        )
    return render(
        request,
        "organisation/lines.html",
        {"lines": shown, "form": form, "keeps": keeps, "start": start},
        status=422 if form.errors else 200,
    )


def _begin_with(start: Number | None) -> dict[str, object]:
    """The form filled with a number that was confirmed on a public page, for the site to dial."""
    if start is None:
        return {}
    known = {"name": start.name, "number": start.number, "hours": start.hours, "cost": start.cost}
    return known | {"deaf": start.deaf, "source": start.source, "emergency": True}


@page(Permission.HELPLINE_CHECK, about=LINES, methods=("POST",))
def check(request: HttpRequest, line: Helpline) -> HttpResponse:
    """I have dialled it and it is right."""
    helplines.check_helpline(helpline=line, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    write_help_page()
    messages.success(request, _("Thank you. Your check is written down."))
    return redirect("organisation:lines")


@page(Permission.HELPLINE_KEEP, about=LINES, methods=("POST",))
def remove(request: HttpRequest, line: Helpline) -> HttpResponse:
    """Take a number away."""
    helplines.remove_helpline(helpline=line, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    write_help_page()
    messages.success(request, _("The number is gone."))
    return redirect("organisation:lines")
