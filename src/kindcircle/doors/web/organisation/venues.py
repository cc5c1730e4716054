"""Where the house meets: its rooms with the way in, and its own video rooms. Kept once, chosen often."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import venues
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.venues import Facts

VENUES = Venue.objects.select_related("organisation")
NAME_IT = {"required": gettext_lazy("Please give it a name, such as Blue room.")}


class RoomForm(forms.Form):
    """One room."""

    name = forms.CharField(label=gettext_lazy("Name of the room"), max_length=50, error_messages=NAME_IT)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=100, required=False)
    way_in = forms.CharField(
        label=gettext_lazy("How to get in"),
        help_text=gettext_lazy("Which door, which bell, which floor. Everybody who comes reads it."),
        max_length=300,
        required=False,
    )
    step_free = forms.ChoiceField(
        label=gettext_lazy("With a wheelchair or a pram"),
        choices=Venue.StepFree.choices,
        initial=Venue.StepFree.UNKNOWN,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    holds = forms.IntegerField(
        label=gettext_lazy("How many people it holds"),
        min_value=1,
        max_value=1000,
        required=False,
        error_messages={
            "invalid": gettext_lazy("Please write a whole number."),
            "min_value": gettext_lazy("Please write a number from 1 to 1000."),
            "max_value": gettext_lazy("Please write a number from 1 to 1000."),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("Anything else for those who come"),
        help_text=gettext_lazy("Toilets, parking, light, sound."),
        max_length=300,
        required=False,
    )


class VideoForm(forms.Form):
    """One video room."""

    name = forms.CharField(label=gettext_lazy("Name for it"), max_length=50, error_messages=NAME_IT)
    link = forms.URLField(
        label=gettext_lazy("Its link"),
        max_length=500,
        assume_scheme="https",
        error_messages={
            "required": gettext_lazy("Please paste the link of the video room."),
            "invalid": gettext_lazy("This does not look like a link. Please paste it whole."),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("Anything that helps people in"),
        help_text=gettext_lazy("Such as a number to dial in by phone."),
        max_length=300,
        required=False,
    )


FORMS: dict[str, type[forms.Form]] = {Venue.Kind.ROOM: RoomForm, Venue.Kind.VIDEO: VideoForm}


@page(Permission.PLACE_KEEP)
def places(request: HttpRequest) -> HttpResponse:
    """All rooms and video rooms that can be chosen."""
    house = house_of(request)
    shown = {
        "rooms": [(one, venues.meetings_there(one)) for one in venues.offered(house, Venue.Kind.ROOM)],
        "video_rooms": [(one, venues.meetings_there(one)) for one in venues.offered(house, Venue.Kind.VIDEO)],
    }
    return render(request, "organisation/venues.html", shown)


@page(Permission.PLACE_KEEP, methods=("GET", "POST"))
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """One more."""
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts, by = Facts(**form.cleaned_data), request.actor  # type: ignore[attr-defined]
        try:
            venues.add_venue(organisation=house_of(request), kind=kind, facts=facts, by=by, at=clock.now())
        except KindError as error:
            form.add_error("name", error.sentence)
        else:
            messages.success(request, _("Kept. It can be chosen from now on."))
            return on_to("organisation:venues")
    return _page(request, form, kind)


@page(Permission.PLACE_KEEP, about=VENUES, methods=("GET", "POST"))
def change(request: HttpRequest, venue: Venue) -> HttpResponse:
    """Other facts about it, or no more use for it."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    begin = {name: getattr(venue, name) for name in FORMS[venue.kind].base_fields}
    ending = request.POST.get("do") == "end"
    form = FORMS[venue.kind](request.POST if request.method == "POST" and not ending else None, initial=begin)
    problem = ""
    try:
        if ending:
            venues.end_venue(venue=venue, by=by, at=at)
            messages.success(request, _("It is not offered any more."))
            return on_to("organisation:venues")
        if request.method == "POST" and form.is_valid():
            venues.change_venue(venue=venue, facts=Facts(**form.cleaned_data), by=by, at=at)
            messages.success(request, _("Kept. Meetings to come carry it."))
            return on_to("organisation:venues")
    except KindError as error:
        problem = error.sentence
    return _page(request, form, venue.kind, venue=venue, problem=problem, meetings=venues.meetings_there(venue))


def _page(request: HttpRequest, form: forms.Form, kind: str, *, problem: str = "", **more: Any) -> HttpResponse:
    context = {"form": form, "video": kind == Venue.Kind.VIDEO, "problem": problem} | more
    return render(request, "organisation/venue.html", context, status=422 if problem or form.errors else 200)
