"""Getting one member ready: the talk of their own before the group, and how their yes and their plan stand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.plans import PLACES
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.groups.consents import stand_of
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.preparing import actions, queries
from kindcircle.rooms.preparing.models import LONGEST_TALK, OneToOne, SupportPlan

NOT_MINUTES = gettext_lazy("Please give whole minutes, such as 20. At most 240.")


class TalkForm(forms.Form):
    """One talk: when, how long, how, and a line if it helps."""

    held_on = forms.DateField(
        label=gettext_lazy("When was it?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=dict.fromkeys(("required", "invalid"), gettext_lazy("Please give a day, such as 2027-01-19.")),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes?"),
        min_value=1,
        max_value=LONGEST_TALK,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), NOT_MINUTES),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How?"),
        choices=OneToOne.How.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Please choose one.")),
    )
    line = forms.CharField(
        label=gettext_lazy("A line"),
        help_text=gettext_lazy("What matters for the first meeting."),
        max_length=actions.LONGEST_LINE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page(Permission.PREPARATION_SEE, about=PLACES, methods=("GET", "POST"))
def one_to_one(request: HttpRequest, place: Membership) -> HttpResponse:
    """What there is about getting this member ready, and a form for the talk that was had."""
    by, key = request.actor, codes.new_code()  # type: ignore[attr-defined]
    form = TalkForm(initial={"held_on": timezone.localdate(), "minutes": 20})
    if request.method == "POST":
        form, key = TalkForm(request.POST), key_of(request)
        if form.is_valid():
            given: dict[str, Any] = form.cleaned_data
            try:
                actions.note_talk(place=place, client_key=key, by=by, at=clock.now(), **given)
            except Invalid as error:
                form.add_error(None, error.sentence)
            else:
                messages.success(request, _("Noted. It counts as getting ready, and not as a meeting."))
                return on_to("facilitator:one-to-one", place.code)
    plan = SupportPlan.objects.filter(person=place.user_id).select_related("person").first()
    context = {
        "place": place,
        "group": place.group,
        "name": seals.name_of(place.user),
        "talks": queries.talks_of(place, by=by),
        "stand": "" if place.left_at else stand_of(place.user),
        "shares": can(by, Permission.SUPPORT_PLAN_OPEN, queries.plan_facts(place, plan)),
        "contact": bool(queries.has_contact([place.user_id])),
        "form": form,
        "key": key,
    }
    return render(request, "facilitator/one_to_one.html", context, status=422 if form.errors else 200)
