"""The first-run wizard of an empty site: whose house this is, who leads it, and which numbers people can call."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import SYSTEM, Permission
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.links import set_up_token_holds
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.doors.web.shared import site_state
from kindcircle.doors.web.shared.help_page import write_help_page
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sign_in.sessions import sign_in
from kindcircle.rooms.groups.actions import make_person
from kindcircle.rooms.safety.models import Helpline


class SetUpForm(forms.Form):
    """Three short parts on one page."""

    organisation = forms.CharField(label=gettext_lazy("Name of your organisation"), max_length=120)
    country = forms.RegexField(
        label=gettext_lazy("Country, in two letters"),
        help_text=gettext_lazy("Such as GB, IE, NL or NZ."),
        regex=r"^[A-Za-z]{2}$",
        error_messages={"invalid": gettext_lazy("Please write two letters, such as GB.")},
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones())]
    )
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("You lead this site. You invite your facilitators from inside."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    emergency_number = forms.CharField(
        label=gettext_lazy("Emergency number"),
        help_text=gettext_lazy(
            "Exactly as people dial it where you are. Please dial-check it with a second person later."
        ),
        max_length=40,
    )
    line_name = forms.CharField(label=gettext_lazy("A help line people can call"), max_length=80)
    line_number = forms.CharField(
        label=gettext_lazy("Its number"), help_text=gettext_lazy("Exactly as dialled."), max_length=40
    )
    line_hours = forms.CharField(label=gettext_lazy("When it answers"), max_length=80)
    line_source = forms.CharField(
        label=gettext_lazy("Where you confirmed it"),
        help_text=gettext_lazy("Such as the web site of the service."),
        max_length=200,
    )


@page(Permission.SITE_SET_UP, about=site_state.new_site, methods=("GET", "POST"))
def first_run(request: HttpRequest, secret: str) -> HttpResponse:
    """Set the site up once. Afterwards this page is gone."""
    _check(secret)
    form = SetUpForm(request.POST or None, initial={"zone": "Europe/London"})
    if request.method == "POST" and form.is_valid():
        user = _set_up(form.cleaned_data)
        write_help_page()
        sign_in(request, user)
        return redirect("mfa_index")
    mail = {"host": settings.EMAIL_HOST, "from": settings.DEFAULT_FROM_EMAIL}
    return render(request, "doors/first_run.html", {"form": form, "mail": mail}, status=422 if form.errors else 200)


def _check(secret: str) -> None:
    if not set_up_token_holds(secret):
        raise NotFound(_("This set-up link is not open any more. Please run kindcircle init again for a new one."))


def _set_up(given: dict[str, str]) -> User:
    now = clock.now()
    country = given["country"].upper()
    with transaction.atomic():
        # The site's own record is written first: whoever sends this at the same moment waits for it, and then
        # finds the house that is there.
        log.record(Event.SITE_SET_UP, by=SYSTEM, about=log.Ref("site", "site"), at=now, chain=log.SITE)
        if Organisation.objects.exists():
            raise NotFound(_("This site has been set up already. Please sign in."))
        organisation = Organisation.objects.create(
            name=given["organisation"], country=country, zone=given["zone"], created_at=now
        )
        user = make_person(organisation=organisation, name=given["name"], email=given["email"], at=now)
        StaffRole.objects.create(user=user, role=StaffRole.Role.ORGANISATION_LEAD, given_at=now)
        shared = {"organisation": organisation, "country": country}
        Helpline.objects.create(
            **shared,
            name=_("Emergency services"),
            number=given["emergency_number"],
            hours=_("Day and night"),
            source=_("Entered at set-up"),
            emergency=True,
            order=0,
        )
        Helpline.objects.create(
            **shared,
            name=given["line_name"],
            number=given["line_number"],
            hours=given["line_hours"],
            source=given["line_source"],
        )
    return user
