"""The organisation's own page, and inviting somebody to work here. No member's matter."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.people.models import Organisation, StaffRole
from kindcircle.doors.web.organisation.due import due_in
from kindcircle.doors.web.organisation.feedback import of_house
from kindcircle.doors.web.organisation.open_items import open_items
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.task_words import shown
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import Group, Invitation
from kindcircle.rooms.intake.consent_texts import is_ready
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.practice.queries import times_practised
from kindcircle.rooms.research.house import house_figures, year_before
from kindcircle.rooms.safety.queries import help_lines, may_start_groups
from kindcircle.rooms.tasks.queries import waiting_for

ROLES = [
    (Invitation.Role.FACILITATOR, gettext_lazy("leads groups")),
    (Invitation.Role.SAFETY_LEAD, gettext_lazy("answers for safety in the whole house")),
    (Invitation.Role.ORGANISATION_LEAD, gettext_lazy("leads this organisation")),
]


@page(Permission.ORGANISATION_SEE)
def home(request: HttpRequest) -> HttpResponse:
    """A quarter of an hour a month: what waits, what comes due, seats, and what was unwanted. No member's matter."""
    house, actor, at = house_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    staff = StaffRole.objects.filter(user__organisation=house, user__is_active=True)
    groups = Group.objects.filter(organisation=house)
    context = {
        "house": house,
        "any_groups": groups.exists(),
        "facilitators": staff.filter(role=StaffRole.Role.FACILITATOR).count(),
        "staff": staff.values("user_id").distinct().count(),
        "lines": len(help_lines(house, at=at)),
        "may_start": may_start_groups(house, at=at),
        "tasks": shown(waiting_for(actor).filter(group=None), at=at),
        "consent_ready": is_ready(house),
        "wordings": Wording.objects.filter(organisation=house).count(),
    }
    if can(actor, Permission.HOUSE_FIGURES_SEE, house):
        since, until = year_before(house, at=at)
        context |= {
            "open": open_items(house, at=at),
            "due": due_in(house, at=at),
            "figures": house_figures(organisation=house, by=actor, at=at),
            "practised": times_practised(house, since=since, until=until),
            **of_house(house, by=actor, at=at),
        }
    return render(request, "organisation/home.html", context)


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
