"""The organisation's own page: what is still to do, who works here, which groups there are. No member's matter."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import Group, Invitation
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.safety import cohorts
from kindcircle.rooms.safety.queries import help_lines, may_start_groups
from kindcircle.spec.catalogue import startable

ROLES = [
    (Invitation.Role.FACILITATOR, gettext_lazy("leads groups")),
    (Invitation.Role.SAFETY_LEAD, gettext_lazy("answers for safety in the whole house")),
    (Invitation.Role.ORGANISATION_LEAD, gettext_lazy("leads this organisation")),
]


@page(Permission.ORGANISATION_SEE)
def home(request: HttpRequest) -> HttpResponse:
    """What is still to do before a group can start, and what there is."""
    house = house_of(request)
    staff = list(StaffRole.objects.filter(user__organisation=house).select_related("user").order_by("pk"))
    names = seals.names_of(list({role.user_id: role.user for role in staff}.values()))
    people: dict[str, list[str]] = {}
    labels = {str(role): label for role, label in ROLES}
    for role in staff:
        people.setdefault(names[role.user_id], []).append(str(labels.get(role.role, role.role)))
    groups = Group.objects.filter(organisation=house).order_by("-created_at")
    return render(
        request,
        "organisation/home.html",
        {
            "house": house,
            "people": sorted(people.items()),
            "groups": groups,
            "facilitators": sum(role.role == StaffRole.Role.FACILITATOR for role in staff),
            "lines": len(help_lines(house, at=clock.now())),
            "may_start": may_start_groups(house, at=clock.now()),
            "wordings": Wording.objects.filter(organisation=house).count(),
        },
    )


class StaffForm(forms.Form):
    """Who, and as what."""

    name = forms.CharField(
        label=gettext_lazy("Name of the person"),
        max_length=60,
        error_messages={"required": gettext_lazy("Please write a name, so that you know whose link this is.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("This person"),
        choices=ROLES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one.")},
    )


@page(Permission.STAFF_INVITE, methods=("GET", "POST"))
def invite(request: HttpRequest) -> HttpResponse:
    """Make a one-use link for somebody who will work here."""
    form, link = StaffForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _invitation, secret = actions.invite(
            role=form.cleaned_data["role"],
            organisation=house_of(request),
            name=form.cleaned_data["name"],
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        link = request.build_absolute_uri(reverse("invitation", args=[secret]))
    return render(request, "organisation/invite.html", {"form": form, "link": link}, status=422 if form.errors else 200)


class GroupForm(forms.Form):
    """A new group: what, when, where, and the two people who answer for it."""

    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=80)
    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    first_at = forms.DateTimeField(
        label=gettext_lazy("First meeting"),
        help_text=gettext_lazy("Date and time on the clock of the place. The others follow weekly."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": gettext_lazy("Please give a date and a time, such as 2027-01-19 18:00.")},
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones())]
    )
    place = forms.CharField(label=gettext_lazy("Room or address"), max_length=160, required=False)
    video_link = forms.URLField(
        label=gettext_lazy("Your own video link"),
        help_text=gettext_lazy("If the group meets online. It opens beside our page."),
        max_length=500,
        required=False,
        assume_scheme="https",
    )
    owner = forms.ChoiceField(label=gettext_lazy("Leads it, and sees alerts first"))
    backup = forms.ChoiceField(label=gettext_lazy("Leads it too, and sees alerts next"))

    def __init__(self, house: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("programme", _programmes())
        here = User.objects.filter(organisation=house, is_active=True)
        people = list(here.filter(staff_roles__role=StaffRole.Role.FACILITATOR))
        names = seals.names_of(people)
        choices = [("", _("Please choose"))] + [(user.code, names[user.pk]) for user in people]
        self._offer("owner", choices)
        self._offer("backup", choices)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = choices

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if not given.get("place") and not given.get("video_link"):
            self.add_error("place", _("Please say where the group meets: a room, or your own video link."))
        return given


def _programmes() -> list[tuple[str, str]]:
    """The programmes a group may start with, each in its newest version first."""
    plans = startable()
    newest = {plan.id: plan.version for plan in plans}
    older = _("{title} (earlier version {version})")
    fresh = [(f"{plan.id}/{plan.version}", plan.title) for plan in plans if newest[plan.id] == plan.version]
    return fresh + [
        (f"{plan.id}/{plan.version}", older.format(title=plan.title, version=plan.version))
        for plan in plans
        if newest[plan.id] != plan.version
    ]


@page(Permission.GROUP_START, methods=("GET", "POST"))
def start_group(request: HttpRequest) -> HttpResponse:
    """Start a group with all its meetings."""
    house = house_of(request)
    form = GroupForm(house, request.POST or None, initial={"zone": house.zone})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            group = cohorts.start_group(
                organisation=house,
                name=given["name"],
                programme=given["programme"].partition("/")[0],
                programme_version=given["programme"].partition("/")[2],
                zone=given["zone"],
                first_at=_on_the_clock_of(given["zone"], given["first_at"]),
                owner=User.objects.get(code=given["owner"], organisation=house),
                backup=User.objects.get(code=given["backup"], organisation=house),
                place=given["place"],
                video_link=given["video_link"],
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(
                request, _("%(name)s is ready. Its facilitators can invite people now.") % {"name": group.name}
            )
            return redirect("organisation:home")
    context = {"form": form, "may_start": may_start_groups(house, at=clock.now())}
    return render(request, "organisation/start_group.html", context, status=422 if form.errors else 200)


def _on_the_clock_of(zone: str, typed: datetime) -> datetime:
    """What was typed is the wall clock of the place, wherever the person who types it may be."""
    return typed.replace(tzinfo=ZoneInfo(zone))


def house_of(request: HttpRequest) -> Organisation:
    """The organisation of whoever asks."""
    return Organisation.objects.get(pk=request.actor.organisation_id)  # type: ignore[attr-defined]
