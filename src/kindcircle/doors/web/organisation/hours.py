"""When somebody is there: the hours that alerts wait for, and the days on which the house is closed."""

from datetime import date, time
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.safety.hours import close_day, keep_hours, open_day
from kindcircle.rooms.safety.models import ClosedDay

DAYS = [
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
]
NOT_A_TIME = {"invalid": gettext_lazy("Please write a time such as 09:00."), "required": gettext_lazy("Please add it.")}


class HoursForm(forms.Form):
    """The week."""

    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days when somebody is there"),
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Please pick at least one day."),
            "invalid_choice": gettext_lazy("Please pick from these days."),
        },
    )
    opens = forms.TimeField(
        label=gettext_lazy("From"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )
    closes = forms.TimeField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("The same time in both means day and night."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )


class DayForm(forms.Form):
    """One day off."""

    on = forms.DateField(
        label=gettext_lazy("A day when nobody is there"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Please pick a day."),
            "invalid": gettext_lazy("Please pick a day such as 2027-12-25."),
        },
    )


@page(Permission.STAFFED_HOURS_KEEP, methods=("GET", "POST"))
def hours(request: HttpRequest) -> HttpResponse:
    """The week, the days off, and what follows from them."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    house = house_of(request)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    week = HoursForm(request.POST if what == "week" else None, initial=_now(house))
    day = DayForm(request.POST if what in {"close", "open"} else None)
    if what == "week" and week.is_valid():
        given = week.cleaned_data
        keep_hours(
            organisation=house,
            days=[int(number) for number in given["days"]],
            opens=given["opens"],
            closes=given["closes"],
            by=actor,
            at=at,
        )
        messages.success(request, _("Kept. Open alerts follow the new hours from now on."))
        return redirect("organisation:hours")
    if what in {"close", "open"} and day.is_valid():
        change = close_day if what == "close" else open_day
        change(organisation=house, on=day.cleaned_data["on"], by=actor, at=at)
        messages.success(request, _("Kept."))
        return redirect("organisation:hours")
    today: date = at.astimezone(ZoneInfo(house.zone)).date()
    context = {
        "house": house,
        "week": week,
        "day": day,
        "closed": ClosedDay.objects.filter(organisation=house, on__gte=today).order_by("on"),
    }
    return render(request, "organisation/hours.html", context, status=422 if what else 200)


def _now(house: Organisation) -> dict[str, list[str] | time]:
    return {"days": list(house.staffed_days), "opens": house.staffed_from, "closes": house.staffed_until}
