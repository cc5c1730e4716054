"""Keeping an offer, and the list of who asks to come: for those it is entrusted to. A lead sees counts alone."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, KindError, NotFound
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.intake_form import IntakeForm, as_it_is
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.weekly import slot_words
from kindcircle.rooms.forming import actions as forming
from kindcircle.rooms.forming.waitlist import (
    AFTER_DRAW,
    DRAW,
    JOINS,
    KEPT,
    LATER,
    OTHER,
    PLACED,
    TALK,
    Entry,
    Outlook,
    kept_apart,
    waitlist,
)
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.actions import offering
from kindcircle.rooms.intake.models import Application, Intake, KeepApart
from kindcircle.rooms.research.draw import running
from kindcircle.spec.programmes import load_programme

INTAKES = Intake.objects.select_related("organisation")
APPLICATIONS = Application.objects.select_related("intake__organisation", "person")

STANDS = {
    TALK: gettext_lazy("to talk with"),
    JOINS: gettext_lazy("may join"),
    DRAW: gettext_lazy("waits for the draw"),
    AFTER_DRAW: gettext_lazy("starts later, by the draw"),
    KEPT: gettext_lazy("a place is kept"),
    PLACED: gettext_lazy("has a place"),
    LATER: gettext_lazy("later"),
    OTHER: gettext_lazy("other help"),
}
STATES = {
    Application.State.APPLIED: gettext_lazy("form not sent yet"),
    Application.State.FORM_DONE: gettext_lazy("form sent, no talk booked"),
    Application.State.BOOKED: gettext_lazy("talk booked"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the page of the list."""

    entry: Entry
    name: str
    stands: str
    times: list[str]


def show(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """A page in the frame of whoever keeps it: a facilitator's desk or the organisation's pages."""
    return render(request, template, context | {"base": base_for(request.actor)}, status=status)  # type: ignore[attr-defined]


@page(Permission.INTAKE_LIST)
def intakes(request: HttpRequest) -> HttpResponse:
    """What is offered, as far as it is entrusted to whoever asks."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = INTAKES.filter(organisation=actor.organisation_id).order_by("-created_at")
    mine = [one for one in rows if can(actor, Permission.INTAKE_KEEP, one)]
    # Each group without a page has an intake of its own; it is a list only once somebody stands on it.
    waiting = [(one, one.applications.filter(withdrawn_at=None).count()) for one in mine]
    shown = [
        (one, n, load_programme(one.programme, one.programme_version).title) for one, n in waiting if n or _own(one)
    ]
    may_start = can(actor, Permission.INTAKE_START, _house(request))
    return show(request, "facilitator/intakes.html", {"intakes": shown, "may_start": may_start})


@page(Permission.INTAKE_START, methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """Offer a programme. It is a draft first: nobody sees it until it is opened."""
    house = _house(request)
    form = IntakeForm(house, request.POST or None)
    if request.method == "POST" and form.is_valid():
        programme, version = form.cleaned_data["programme"].split("/")
        intake = actions.start_intake(
            organisation=house,
            programme=programme,
            programme_version=version,
            zone=house.zone,
            screeners=form.named,
            state=Intake.State.DRAFT,
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
            **form.columns,
        )
        offering.set_times(intake=intake, times=form.times, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        return on_to("facilitator:intake", intake.code)
    return show(request, "facilitator/intake_change.html", {"form": form}, status=422 if form.errors else 200)


@page(Permission.INTAKE_KEEP, about=INTAKES, methods=("GET", "POST"))
def change(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Change it. A time that somebody chose stays."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    leads = can(actor, Permission.INTAKE_START, intake.organisation)
    form = IntakeForm(
        intake.organisation, request.POST or None, intake=intake, names_people=leads, initial=as_it_is(intake)
    )
    if request.method == "POST" and form.is_valid():
        offering.change_intake(intake=intake, by=actor, at=at, **form.columns)
        stayed = offering.set_times(intake=intake, times=form.times, by=actor, at=at)
        if leads:
            offering.name_screeners(intake=intake, people=form.named, by=actor, at=at)
        messages.success(request, _("It is changed."))
        for slot, chosen in stayed:
            messages.warning(request, _stayed(slot_words(slot), chosen))
        return on_to("facilitator:intake", intake.code)
    return show(
        request, "facilitator/intake_change.html", {"form": form, "intake": intake}, status=422 if form.errors else 200
    )


@page(Permission.INTAKE_KEEP, about=INTAKES, methods=("POST",))
def move(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Open it or close it."""
    to = {"open": Intake.State.OPEN, "close": Intake.State.CLOSED}.get(request.POST.get("do", ""))
    if to is None:
        raise NotFound
    offering.move_intake(intake=intake, to=to, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(
        request, _("It is open.") if to == Intake.State.OPEN else _("It is closed. Whoever asked, stands.")
    )
    return on_to("facilitator:intake", intake.code)


@page(Permission.INTAKE_KEEP, about=INTAKES)
def intake(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The list: who asks, how each stands, when they can come, and what that makes."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    found = waitlist(intake, by=actor, at=at)
    reads = can(actor, Permission.APPLICATION_READ, intake)
    lines = lines_of(found.entries) if reads else []
    context = {
        "intake": intake,
        "found": found,
        "reads": reads,
        "lines": lines,
        "soon": [line for line in lines if line.entry in found.soon_too_old],
        "again": [line for line in lines if line.entry in found.too_old],
        "counts": [(STANDS[stands], len(found.standing(stands))) for stands in STANDS],
        "outlooks": [(one, slot_words(one.slot), outlook_words(one)) for one in found.outlooks],
        "address": request.build_absolute_uri(reverse("come", args=[intake.code])) if intake.public else "",
        "today": timezone.localdate(),
        "trial": running(intake),
    }
    return show(request, "facilitator/intake.html", context)


class ApartForm(forms.Form):
    """Two people, and why."""

    one = forms.ChoiceField(label=gettext_lazy("This person"))
    other = forms.ChoiceField(label=gettext_lazy("and this one"))
    why = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("A few words for your colleagues. The two never see this, nor that there is a rule."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, lines: list[Line], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("one", "other"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # declared above
            field.choices = [("", _("Please choose"))] + [(line.entry.code, line.name) for line in lines]


@page(Permission.GROUP_FORM, about=INTAKES, methods=("GET", "POST"))
def apart(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Who must not sit together. Only those who form groups see this page."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    entries = waitlist(intake, by=actor, at=at).entries
    lines = lines_of(entries)
    ends = request.method == "POST" and request.POST.get("do") == "end"
    form = ApartForm(lines, request.POST if request.method == "POST" and not ends else None)
    if ends:
        rule = (
            KeepApart.objects.select_related("organisation")
            .filter(code=request.POST.get("rule", "").replace("\0", ""))
            .first()
        )
        if rule is None:
            raise NotFound
        forming.end_apart(intake=intake, rule=rule, by=actor, at=at)
        return on_to("facilitator:intake-apart", intake.code)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        two = [line.entry.application for line in lines if line.entry.code in {given["one"], given["other"]}]
        try:
            forming.keep_apart(intake=intake, people=two, why=given["why"], by=actor, at=at)
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("They will not be put into one group."))
            return on_to("facilitator:intake-apart", intake.code)
    rules = kept_apart(entries)
    names = seals.names_of(list({person.pk: person for rule in rules for person in (rule.one, rule.other)}.values()))
    shown = [
        (rule, names[rule.one_id], names[rule.other_id], forming.why_apart(rule, intake=intake, by=actor))
        for rule in rules
    ]
    return show(
        request,
        "facilitator/intake_apart.html",
        {"intake": intake, "form": form, "rules": shown},
        status=422 if form.errors else 200,
    )


@page(Permission.APPLICATION_DECIDE, about=APPLICATIONS, methods=("GET", "POST"))
def link(request: HttpRequest, application: Application) -> HttpResponse:
    """A one-use link for somebody whom no mail reaches. It is shown once, to hand over in person."""
    made = ""
    if request.method == "POST":
        try:
            _invitation, secret = groups.link_for(application=application, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        except Conflict as error:
            messages.warning(request, error.sentence)
            return on_to("facilitator:applicant", application.code)
        made = request.build_absolute_uri(reverse("invitation", args=[secret]))
    name = seals.name_of(application.person)
    return show(request, "facilitator/application_link.html", {"application": application, "name": name, "link": made})


def lines_of(entries: tuple[Entry, ...]) -> list[Line]:
    """People of the list with their names and times in words."""
    names = seals.names_of([entry.application.person for entry in entries])
    return [
        Line(
            entry,
            names[entry.application.person_id],
            str(STATES.get(entry.application.state, STANDS[TALK]) if entry.stands == TALK else STANDS[entry.stands]),  # type: ignore[call-overload]
            [slot_words(slot) for slot in sorted(entry.application.slots.all(), key=lambda s: (s.weekday, s.starts))],
        )
        for entry in entries
    ]


def outlook_words(one: Outlook) -> str:
    """What one time of the week would make, in a sentence."""
    given = {"when": slot_words(one.slot), "n": one.joining, "short": one.short, "open": one.deciding}
    if one.good:
        return _("%(when)s works: %(n)s may join, so there are some to spare.") % given
    if not one.short:
        return _("%(when)s can begin with %(n)s. Some people stop, so one or two more would be good.") % given
    words = ngettext("%(short)s more and %(when)s works.", "%(short)s more and %(when)s works.", one.short) % given
    if not one.deciding:
        return words
    still = ngettext("%(open)s person is still to decide.", "%(open)s people are still to decide.", one.deciding)
    return f"{words} {still % given}"


def _stayed(when: str, chosen: int) -> str:
    if not chosen:
        return _("%(when)s stays: a proposed group stands on it.") % {"when": when}
    words = ngettext(
        "%(when)s stays: %(n)s person chose it, and that answer still counts.",
        "%(when)s stays: %(n)s people chose it, and their answers still count.",
        chosen,
    )
    return words % {"when": when, "n": chosen}


def _own(intake: Intake) -> bool:
    """It was offered by somebody, and not made along with a group."""
    return intake.public or intake.state != Intake.State.OPEN or not intake.groups.exists()


def _house(request: HttpRequest) -> Organisation:
    return Organisation.objects.get(pk=request.actor.organisation_id)  # type: ignore[attr-defined]
