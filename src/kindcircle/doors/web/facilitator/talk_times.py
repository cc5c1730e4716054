"""Offering times for talks: a row of them in one go, and taking one back."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.talk_times import offer_times
from kindcircle.rooms.intake.actions import talks
from kindcircle.rooms.intake.models import Intake, TalkTime

INTAKES = Intake.objects.select_related("organisation")
TIMES = TalkTime.objects.select_related("intake__organisation", "application__person")
CLOCK = {"invalid": gettext_lazy("Please write the time like this: 14:30")}


class TimesForm(forms.Form):
    """A row of times on one day."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Please choose a day."),
            "invalid": gettext_lazy("Please write the day like this: 2027-03-01"),
        },
    )
    starts = forms.TimeField(
        label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Please say from when.")} | CLOCK,
    )  # fmt: skip
    until = forms.TimeField(
        label=gettext_lazy("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Please say until when.")} | CLOCK,
    )  # fmt: skip
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Each takes"),
        choices=[(20, gettext_lazy("20 minutes")), (25, gettext_lazy("25 minutes")), (30, gettext_lazy("30 minutes"))],
        coerce=int,
        initial=30,
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How"), choices=TalkTime.How.choices, initial=TalkTime.How.HERE, widget=forms.RadioSelect
    )
    where = forms.CharField(
        label=gettext_lazy("Room or link"),
        help_text=gettext_lazy("For the phone it may stay empty: you ring them."),
        max_length=200,
        required=False,
    )


@page(Permission.APPLICATION_DECIDE, about=INTAKES, methods=("GET", "POST"))
def offer(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Your times for this offer: those that are there, and a row of new ones."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    form = TimesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = offer_times(intake=intake, by=by, at=at, **form.cleaned_data)
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            words = ngettext("%(n)s time is offered.", "%(n)s times are offered.", len(made.times))
            said = words % {"n": len(made.times)}
            if made.left_out:
                said += " " + _("%(n)s left out: you have something else then.") % {"n": made.left_out}
            messages.success(request, said)
            return on_to("facilitator:talk-times", intake.code)
    times = list(TIMES.filter(intake=intake, screener=by.user_id, starts_at__gt=at).order_by("starts_at"))
    names = seals.names_of([one.application.person for one in times if one.application])
    context = {
        "intake": intake,
        "form": form,
        "times": [(one, names.get(one.application.person_id, "") if one.application else "") for one in times],
        "zone": intake.zone,
    }
    return render(request, "facilitator/talk_times.html", context, status=422 if form.errors else 200)


@page(Permission.APPLICATION_DECIDE, about=TIMES, methods=("POST",))
def withdraw(request: HttpRequest, talk_time: TalkTime) -> HttpResponse:
    """Take a time back. Whoever had it gets a mail that says nothing, and finds another."""
    talks.withdraw_time(talk_time=talk_time, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("The time is taken back."))
    return on_to("facilitator:talk-times", talk_time.intake.code)
