"""Who is on duty when: the week, single days, who is away, where there is a gap, and how much may come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can, fetch, require
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.hours import DAYS, NOT_A_TIME
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.safety import rota as actions
from kindcircle.rooms.safety.duty import Rota, forecast
from kindcircle.rooms.safety.models_rota import Away, Duty, DutyDay
from kindcircle.rooms.safety.queries import staffed_hours

NOT_A_DAY = {
    "required": gettext_lazy("Please pick a day."),
    "invalid": gettext_lazy("Please pick a day such as 2027-01-19."),
}
KINDS: dict[str, type[Duty | DutyDay | Away]] = {"duty": Duty, "day": DutyDay, "away": Away}


def _time(label: Any, hint: Any = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        help_text=hint,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), error_messages=NOT_A_DAY)


class _WhoForm(forms.Form):
    """Somebody who may be on duty here."""

    person = forms.ChoiceField(label=gettext_lazy("Who"))

    def __init__(self, house: Organisation, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.people = {person.code: person for person in actions.may_be_on_duty(house)}
        names = seals.names_of(list(self.people.values()))
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = [("", _("Please choose")), *((code, names[one.pk]) for code, one in self.people.items())]

    def given(self) -> dict[str, Any]:
        return self.cleaned_data | {"person": self.people[self.cleaned_data["person"]]}


class WeekForm(_WhoForm):
    """Each week on these days."""

    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"),
        choices=DAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please pick at least one day.")},
    )
    since = _time(gettext_lazy("From"))
    until = _time(gettext_lazy("Until"), gettext_lazy("The same time in both means day and night."))


class DayForm(_WhoForm):
    """On one day besides."""

    on = _day(gettext_lazy("On"))
    since = _time(gettext_lazy("From"))
    until = _time(gettext_lazy("Until"))


class AwayForm(_WhoForm):
    """Away from one day to another."""

    first_on = _day(gettext_lazy("First day away"))
    last_on = _day(gettext_lazy("Last day away"))


FORMS: dict[str, type[_WhoForm]] = {"week": WeekForm, "day": DayForm, "away": AwayForm}
KEEP: dict[str, Callable[..., None]] = {
    "week": actions.put_on,
    "day": actions.put_on_day,
    "away": actions.note_away,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the rota."""

    kind: str
    code: str
    who: str
    words: str


@page(Permission.ROTA_SEE, methods=("GET", "POST"))
def rota(request: HttpRequest) -> HttpResponse:
    """The rota, its gaps, and three small forms for whoever keeps it."""
    by, at, house = request.actor, clock.now(), house_of(request)  # type: ignore[attr-defined]
    keeps = can(by, Permission.ROTA_KEEP, house)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if request.method == "POST":
        require(by, Permission.ROTA_KEEP, house)
    shown = {name: form(house, request.POST if do == name else None, prefix=name) for name, form in FORMS.items()}
    if do in KEEP and shown[do].is_valid():
        try:
            KEEP[do](organisation=house, by=by, at=at, **shown[do].given())
        except KindError as error:
            shown[do].add_error(None, error.sentence)
        else:
            return _kept(request)
    if do.partition("-")[0] == "off":
        _take_off(do, request.POST.get("line", ""), by, at)
        return _kept(request)
    zone = ZoneInfo(house.zone)
    today = at.astimezone(zone).date()
    plan = Rota(house)
    context = {
        "house": house,
        "keeps": keeps,
        "forms": shown,
        "week": _week(house),
        "days": _days(house, today),
        "away": _away(house, today),
        "now": _names(User.objects.filter(pk__in=plan.on_duty(at))),
        "gaps": [
            (gap.starts.astimezone(zone), gap.ends.astimezone(zone)) for gap in plan.gaps(staffed_hours(house), at=at)
        ],
        "forecast": forecast(house, at=at),
    }
    return render(request, "organisation/rota.html", context, status=422 if do else 200)


def _kept(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Kept. New alerts follow it from now on."))
    return on_to("organisation:rota")


def _take_off(do: str, code: str, by: Actor, at: datetime) -> None:
    model: Any = KINDS.get(do.partition("-")[2], Duty)
    entry: Duty | DutyDay | Away = fetch(
        model.objects.select_related("organisation"), code, by=by, to=Permission.ROTA_KEEP
    )
    actions.take_off(entry=entry, by=by, at=at)


def _week(house: Organisation) -> list[tuple[str, list[Line]]]:
    """The usual week, day by day."""
    rows = list(_of(house, Duty).order_by("weekday", "since", "pk"))
    names = seals.names_of([row.person for row in rows])
    return [
        (
            str(WEEKDAYS[number - 1]),
            [
                Line("duty", row.code, names[row.person_id], _hours(row.since, row.until))
                for row in rows
                if row.weekday == number
            ],
        )
        for number in range(1, 8)
    ]


def _days(house: Organisation, today: date) -> list[tuple[date, Line]]:
    rows = list(_of(house, DutyDay).filter(on__gte=today).order_by("on", "since", "pk"))
    names = seals.names_of([row.person for row in rows])
    return [(row.on, Line("day", row.code, names[row.person_id], _hours(row.since, row.until))) for row in rows]


def _away(house: Organisation, today: date) -> list[tuple[date, date, Line]]:
    rows = list(_of(house, Away).filter(last_on__gte=today).order_by("first_on", "pk"))
    names = seals.names_of([row.person for row in rows])
    return [(row.first_on, row.last_on, Line("away", row.code, names[row.person_id], "")) for row in rows]


def _of(house: Organisation, model: Any) -> Any:
    return model.objects.filter(organisation=house, person__is_active=True).select_related("person")


def _hours(since: time, until: time) -> str:
    if since == until:
        return _("day and night")
    return _("%(since)s to %(until)s") % {"since": f"{since:%H:%M}", "until": f"{until:%H:%M}"}


def _names(people: Any) -> list[str]:
    return sorted(seals.names_of(list(people)).values())
