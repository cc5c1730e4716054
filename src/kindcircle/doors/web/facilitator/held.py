"""Saying afterwards that a meeting was held without its page, and when its closing was."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live.actions.afterwards import say_held

TIME = {"required": gettext_lazy("Please give a time, such as 18:30."), "invalid": gettext_lazy("Such as 18:30.")}


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, error_messages=TIME)


class HeldForm(forms.Form):
    """From when to when, and that the closing was held."""

    began = _time(gettext_lazy("We began at"))
    closed = _time(gettext_lazy("We closed at"))
    closing_held = forms.BooleanField(label=gettext_lazy("We held the closing together"), required=False)


def held(request: HttpRequest, gathering: Gathering, at: datetime) -> HttpResponse:
    """For the page after a meeting that nobody has closed, once its time is over."""
    zone = ZoneInfo(gathering.group.zone)
    members = [place.user for place in queries.present_places(gathering.group)]
    here = queries.attendances(gathering)
    begins = (gathering.opened_at or gathering.starts_at).astimezone(zone)
    form = HeldForm(request.POST or None, initial={"began": begins.time()})
    if gathering.opened_at is not None:
        form.fields["began"].disabled = True
    if form.is_valid():
        began = begins if gathering.opened_at else datetime.combine(begins.date(), form.cleaned_data["began"], zone)
        closed = datetime.combine(began.date(), form.cleaned_data["closed"], zone)
        if closed < began.replace(second=0, microsecond=0):
            closed += timedelta(days=1)  # past midnight
        try:
            say_held(
                gathering=gathering,
                began_at=began,
                closed_at=max(closed, began),
                closing_held=form.cleaned_data["closing_held"],
                came=[user for user in members if f"came-{user.code}" in request.POST],
                by=request.actor,  # type: ignore[attr-defined]
                at=at,
            )
        except KindError as error:
            if not error.sentence:
                raise
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Kept, with your name. Now the notes, and ten minutes for the two of you."))
            return on_to("facilitator:after", gathering.code)
    names = seals.names_of(members)
    sent = request.method == "POST"
    context = {
        "gathering": gathering,
        "group": gathering.group,
        "meeting": queries.meeting_name(gathering),
        "form": form,
        "people": [
            (user, names[user.pk], f"came-{user.code}" in request.POST if sent else user.pk in here) for user in members
        ],
    }
    return render(request, "facilitator/held.html", context, status=422 if form.errors else 200)
