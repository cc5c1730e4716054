"""The log of supervision: when, how long, with whom and what was taken there. For the one who writes it alone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Invalid
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.care import supervision as log
from kindcircle.rooms.care.models import LONGEST_SUPERVISION, Supervision
from kindcircle.spec.naming import without_names

ROWS = Supervision.objects.select_related("facilitator__organisation")
LONGEST_WITH, LONGEST_TAKEN = 120, 4000


class SupervisionForm(forms.Form):
    """One time of supervision."""

    held_on = forms.DateField(
        label=gettext_lazy("When was it?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Please give a day. A guess is fine."),
            "invalid": gettext_lazy("Please give a day, such as 2027-01-19."),
        },
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes?"),
        min_value=1,
        max_value=LONGEST_SUPERVISION,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Please give whole minutes, such as 60. At most 600."),
        ),
    )
    with_whom = forms.CharField(
        label=gettext_lazy("With whom?"),
        help_text=gettext_lazy("A first name or a role is enough."),
        max_length=LONGEST_WITH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Please write with whom. A first name or a role is enough.")},
    )
    taken = forms.CharField(
        label=gettext_lazy("What did you take there?"),
        help_text=gettext_lazy("A few words for yourself. Please name no member."),
        max_length=LONGEST_TAKEN,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    same_day = forms.BooleanField(
        label=gettext_lazy("It was about somebody who needed a person that same day"), required=False
    )


@page(Permission.OWN_CARE_SEE, methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """Note a time of supervision."""
    by, key = request.actor, codes.new_code()  # type: ignore[attr-defined]
    form = SupervisionForm(initial={"held_on": timezone.localdate(), "minutes": 60})
    if request.method == "POST":
        form, key = SupervisionForm(request.POST), key_of(request)
        if form.is_valid():
            try:
                row = log.note_supervision(client_key=key, by=by, at=clock.now(), **form.cleaned_data)
            except Invalid as error:
                form.add_error(None, error.sentence)
            else:
                return _saved(request, row)
    context = {"form": form, "key": key, "look": ""}
    return render(request, "facilitator/supervision.html", context, status=422 if form.errors else 200)


@page(Permission.SUPERVISION_KEEP, about=ROWS, methods=("GET", "POST"))
def one(request: HttpRequest, row: Supervision) -> HttpResponse:
    """Look at an entry of one's own again, and put it right."""
    by = request.actor  # type: ignore[attr-defined]
    held = log.supervision(row, by=by)
    form = SupervisionForm(
        initial={
            "held_on": row.held_on,
            "minutes": row.minutes,
            "with_whom": held.with_whom,
            "taken": held.taken,
            "same_day": row.same_day,
        }
    )
    if request.method == "POST":
        form = SupervisionForm(request.POST)
        if form.is_valid():
            given: dict[str, Any] = form.cleaned_data
            if "instead" in request.POST:
                found = log.member_names_in(given["taken"], by=by)
                given["taken"] = without_names(given["taken"], found, _("a member"))
            try:
                log.mend_supervision(supervision=row, by=by, at=clock.now(), **given)
            except Invalid as error:
                form.add_error(None, error.sentence)
            else:
                return _saved(request, row)
    look = "”, “".join(dict.fromkeys(found.words for found in log.member_names_in(held.taken, by=by)))
    context = {"form": form, "row": row, "look": look}
    return render(request, "facilitator/supervision.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, row: Supervision) -> HttpResponse:
    """On to one's own page; or back to the entry, if a member may be named in it."""
    by = request.actor  # type: ignore[attr-defined]
    row.refresh_from_db()
    if log.member_names_in(log.supervision(row, by=by).taken, by=by) and "fine" not in request.POST:
        messages.success(request, _("Saved. A member may be named in it: please look below."))
        return on_to("facilitator:supervision", row.code)
    messages.success(request, _("Saved. It is good that you do not carry this alone."))
    return on_to("facilitator:care")
