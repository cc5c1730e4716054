"""The people who lead: what each brings, what the house asks for, and ending a place so that nothing is lost."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import fetch
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.papers import PaperForm
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.safety import leaving
from kindcircle.rooms.team import credentials
from kindcircle.rooms.team.credentials import Held
from kindcircle.rooms.team.models import Credential, HouseAsks

COLLEAGUES = User.objects.select_related("organisation").filter(
    is_active=True, staff_roles__role=StaffRole.Role.FACILITATOR
)
PAPERS = Credential.objects.select_related("person__organisation")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One line of the page."""

    code: str
    name: str
    missing: list[Held]
    soon: list[Held]
    unseen: int


class AskForm(forms.Form):
    """Something of the house's own."""

    label = forms.CharField(
        label=gettext_lazy("Your house also asks for"),
        max_length=120,
        error_messages={"required": gettext_lazy("Please write what people should have.")},
    )


@page(Permission.TEAM_KEEP, methods=("GET", "POST"))
def team(request: HttpRequest) -> HttpResponse:
    """Everybody who leads groups, and the list that holds for all of them."""
    by, at, house = request.actor, clock.now(), house_of(request)  # type: ignore[attr-defined]
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = AskForm(request.POST if do == "ask" else None)
    if do == "ask" and form.is_valid():
        credentials.ask_for(organisation=house, label=form.cleaned_data["label"], by=by, at=at)
    if do == "no-more":
        rows = HouseAsks.objects.filter(organisation=house).select_related("organisation")
        row = rows.filter(code=request.POST.get("line", "").replace("\0", "")).first()
        if row is not None:
            credentials.ask_no_more(asks=row, by=by, at=at)
    if do == "strict":
        credentials.be_strict(organisation=house, strict=request.POST.get("strict") == "on", by=by, at=at)
    if do and not form.errors:
        messages.success(request, _("Kept."))
        return on_to("organisation:team")
    context = {
        "people": _colleagues(house, request),
        "everybody": list(credentials.EVERYBODY.values()),
        "own": HouseAsks.objects.filter(organisation=house, ended_at=None).order_by("added_at", "pk"),
        "form": form,
        "strict": credentials.is_strict(house),
    }
    return render(request, "organisation/team.html", context, status=422 if form.errors else 200)


@page(Permission.TEAM_KEEP, about=COLLEAGUES, methods=("GET", "POST"))
def colleague(request: HttpRequest, person: User) -> HttpResponse:
    """What one person brings; seen, added and taken away."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form, trouble = PaperForm(person.organisation, request.POST if do == "keep" else None), ""
    try:
        if do == "keep" and form.is_valid():
            credentials.keep(person=person, by=by, at=at, **form.cleaned_data)
        elif do in {"see", "away"}:
            rows = PAPERS.filter(person=person)
            row = fetch(rows, request.POST.get("paper", ""), by=by, to=Permission.CREDENTIAL_KEEP)
            change = credentials.see if do == "see" else credentials.take_away
            change(credential=row, by=by, at=at)
    except KindError as error:
        if error.status == 404:
            raise
        trouble = error.sentence
        form.add_error(None, trouble) if do == "keep" else None
    if do and not trouble and not form.errors:
        messages.success(request, _("Kept."))
        return on_to("organisation:colleague", person.code)
    context = {
        "name": seals.name_of(person),
        "person": person,
        "held": credentials.held_by(person, by=by, at=at),
        "form": form,
        "may_see": person.pk != by.user_id,
        "trouble": "" if do == "keep" else trouble,
    }
    return render(request, "organisation/colleague.html", context, status=422 if trouble or form.errors else 200)


class EndForm(forms.Form):
    """Who takes over what, before somebody stops."""

    close_account = forms.BooleanField(
        label=gettext_lazy("Close the account too: they cannot sign in any more"), required=False
    )

    def __init__(self, found: leaving.Leaving, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = {person.code: person for one in found.open for person in one.may}
        names = seals.names_of(list(people.values()))
        self.people, self.keys = people, [one.key for one in found.open]
        for one in found.open:
            words = (
                _("Answers for the alerts of %(group)s") if one.kind == "group" else _("Talks with people of %(group)s")
            )
            self.fields[one.key] = forms.ChoiceField(
                label=words % {"group": one.name},
                choices=[("", _("Please choose")), *((person.code, names[person.pk]) for person in one.may)],
                error_messages={"required": _("Please choose who takes over. Nothing was changed.")},
            )

    def takes_over(self) -> dict[str, User]:
        return {key: self.people[self.cleaned_data[key]] for key in self.keys}


@page(Permission.TEAM_KEEP, about=COLLEAGUES, methods=("GET", "POST"))
def end(request: HttpRequest, person: User) -> HttpResponse:
    """Somebody leads no more groups here: what passes on, what becomes a task, then done in one step."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    found = leaving.what_it_means(person, by=by, at=at)
    form = EndForm(found, request.POST if request.method == "POST" else None)
    name = seals.name_of(person)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.end_place(
                person=person,
                takes_over=form.takes_over(),
                close_account=form.cleaned_data["close_account"],
                by=by,
                at=at,
            )
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("%(name)s leads no more groups here.") % {"name": name})
            return on_to("organisation:team")
    context = {"name": name, "person": person, "found": found, "form": form}
    return render(request, "organisation/colleague_end.html", context, status=422 if form.errors else 200)


def _colleagues(house: Organisation, request: HttpRequest) -> list[Colleague]:
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    people = credentials.facilitators_of(house)
    names = seals.names_of(people)
    found = []
    for person in people:
        held = credentials.held_by(person, by=by, at=at)
        found.append(
            Colleague(
                person.code,
                names[person.pk],
                [one for one in held if one.missing],
                [one for one in held if one.ends_soon],
                sum(one.row is not None and one.row.seen_at is None for one in held),
            )
        )
    return sorted(found, key=lambda one: one.name.casefold())
