"""After the talk: what was noted, and the answer, which a person gives and signs."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.intake import actions, letters
from kindcircle.rooms.intake.actions import talks
from kindcircle.rooms.intake.actions.checklists import checklist_of
from kindcircle.rooms.intake.models import Application, Decision, TalkTime
from kindcircle.rooms.intake.queries import latest_decision
from kindcircle.rooms.safety.queries import help_lines
from kindcircle.spec.dates import instant, wall_clock

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")
Outcome = Decision.Outcome
TYPED = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


class TalkForm(forms.Form):
    """What came of a talk."""

    took_place = forms.ChoiceField(
        label=gettext_lazy("Did you talk?"),
        choices=[("yes", gettext_lazy("Yes, we talked")), ("no", gettext_lazy("No, it did not come about"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one of the two.")},
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How"), choices=TalkTime.How.choices, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose how.")},
    )  # fmt: skip
    happened_at = forms.DateTimeField(
        label=gettext_lazy("When"),
        input_formats=TYPED,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": gettext_lazy("Please give the day and the time."),
            "invalid": gettext_lazy("Please write the day and the time like this: 2027-03-01 14:30"),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("What you want to remember"),
        max_length=talks.NOTE_LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class DecideForm(forms.Form):
    """The answer. What is missing is asked for by the action, in one sentence."""

    plan = forms.CharField(
        label=gettext_lazy("The plan you agreed on"), max_length=4000, required=False,
        error_messages={"required": gettext_lazy("Please write what you agreed on with the person.")},
        help_text=gettext_lazy("The person reads it below the letter."), widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    ask_again_on = forms.DateField(
        label=gettext_lazy("Remind us to ask again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Please write the day like this: 2027-03-01")},
    )
    letter = forms.CharField(
        label=gettext_lazy("Your letter to the person"), max_length=6000,
        error_messages={"required": gettext_lazy("Please write a few warm words to the person.")},
        help_text=gettext_lazy("A draft of ours. Please make it your own, and fill in what stands as three dots."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Your reason, for the record"), max_length=4000,
        error_messages={"required": gettext_lazy("Please write why, in a line or two.")},
        help_text=gettext_lazy("The person does not read it, unless they ask for their records."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    signature = forms.CharField(
        label=gettext_lazy("Sign with your name"), max_length=60,
        error_messages={"required": gettext_lazy("Please sign with your own name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean_letter(self) -> str:
        letter: str = self.cleaned_data["letter"]
        if letters.GAP in letter:
            raise forms.ValidationError(_("Please put your own words where three dots stand."))
        return letter


@page(Permission.APPLICATION_DECIDE, about=APPLICATIONS, methods=("GET", "POST"))
def note_talk(request: HttpRequest, application: Application) -> HttpResponse:
    """Note a talk: at the time that was booked, or one that came about in another way."""
    at, zone = clock.now(), application.intake.zone
    booked = TalkTime.objects.filter(application=application).first()
    begins = {"happened_at": wall_clock(booked.starts_at if booked else at, zone), "how": booked.how if booked else ""}
    form = TalkForm(request.POST or None, initial=begins)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            talks.note_talk(
                application=application,
                took_place=given["took_place"] == "yes",
                how=given["how"],
                happened_at=instant(given["happened_at"].replace(tzinfo=None), zone),
                note=given["note"],
                client_key=key_of(request),
                by=request.actor,  # type: ignore[attr-defined]
                at=at,
            )
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("It is noted."))
            return on_to("facilitator:applicant", application.code)
    context = {"application": application, "form": form, "name": seals.name_of(application.person), "zone": zone}
    context["key"] = request.POST.get("key") or codes.new_code()
    return render(request, "facilitator/talk_note.html", context, status=422 if form.errors else 200)


@page(Permission.APPLICATION_DECIDE, about=APPLICATIONS, methods=("GET", "POST"))
def decide(request: HttpRequest, application: Application, outcome: str) -> HttpResponse:
    """Give one answer: the list gone through, the letter, the reason, and a name under it."""
    if outcome not in Outcome.values:
        raise NotFound
    at, person = clock.now(), application.person
    number, lines = checklist_of(application.intake.organisation)
    form = DecideForm(request.POST or None, initial={"letter": _draft(application, outcome, at)})
    form.fields["plan"].required = outcome == Outcome.JOIN_WITH_PLAN
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _decide(request, application, outcome, form.cleaned_data, number, lines, at)
            except KindError as error:
                form.add_error(None, error.sentence)
                status = error.status
            else:
                messages.success(request, _("Your answer is on its way: they get a mail that says nothing."))
                return on_to("facilitator:applicant", application.code)
    holds = latest_decision(application)
    me = User.objects.get(code=request.actor.code)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "outcome": outcome,
        "outcome_words": Outcome(outcome).label,
        "name": seals.name_of(person),
        "me": seals.name_of(me),
        "lines": [(name, words, *_noted(request, name)) for name, words in lines],
        "list_number": number,
        "seen": holds.code if holds else "",
        "key": request.POST.get("key") or codes.new_code(),
        "places": [f"{line.name}: {line.number}" for line in help_lines(application.intake.organisation, at=at)],
        "may_wait": outcome == Outcome.LATER,
    }
    return render(request, "facilitator/decide.html", context, status=status)


def _decide(
    request: HttpRequest,
    application: Application,
    outcome: str,
    given: dict[str, Any],
    number: int,
    lines: list[tuple[str, str]],
    at: datetime,
) -> None:
    noted = {}
    for name, _words in lines:
        ticked, note = _noted(request, name)
        if ticked or note:
            noted[name] = {"ticked": ticked, "note": note}
    ask_again_on: date | None = given["ask_again_on"]
    actions.decide(
        application=application,
        outcome=outcome,
        reason=given["reason"],
        letter=given["letter"],
        plan=given["plan"],
        checklist=noted,
        checklist_number=number,
        signature=given["signature"],
        ask_again_on=ask_again_on,
        seen=request.POST.get("seen", ""),
        client_key=key_of(request),
        by=request.actor,  # type: ignore[attr-defined]
        at=at,
    )


def _noted(request: HttpRequest, name: str) -> tuple[bool, str]:
    return f"tick-{name}" in request.POST, request.POST.get(f"note-{name}", "").replace("\0", "").strip()[:500]


def _draft(application: Application, outcome: str, at: datetime) -> str:
    places = [f"{line.name}: {line.number}" for line in help_lines(application.intake.organisation, at=at)]
    return letters.draft(outcome, name=seals.name_of(application.person), places=places)
