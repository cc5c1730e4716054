"""The organisation's own page: what is still to do, who works here, which groups there are. No member's matter."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation, StaffRole
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.task_words import shown
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import Group, Invitation
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.safety.queries import help_lines, may_start_groups
from kindcircle.rooms.tasks.queries import waiting_for

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
            "tasks": shown(waiting_for(request.actor).filter(group=None), at=clock.now()),  # type: ignore[attr-defined]
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


def house_of(request: HttpRequest) -> Organisation:
    """The organisation of whoever asks."""
    return Organisation.objects.get(pk=request.actor.organisation_id)  # type: ignore[attr-defined]
