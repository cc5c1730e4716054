"""Writing down something unwanted, whatever its cause, and saying when it is over. Asking is how one learns of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.actions import record_adverse_event
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.unwanted import adverse_events, end_adverse_event

GROUPS = Group.objects.select_related("organisation")
EVENTS = AdverseEvent.objects.select_related("group__organisation", "member")

KIND = AdverseEvent.Category
CATEGORIES = [
    (KIND.DISTRESS, gettext_lazy("distress for more than a day")),
    (KIND.SLEEP, gettext_lazy("sleep")),
    (KIND.PANIC, gettext_lazy("panic")),
    (KIND.DISSOCIATION, gettext_lazy("feeling far away, or old scenes coming back")),
    (KIND.SELF_HARM, gettext_lazy("self-harm or thoughts of it")),
    (KIND.MOOD_OR_MIND, gettext_lazy("very high mood, or losing touch with what is real")),
    (KIND.PAIN_OR_BODY, gettext_lazy("pain or body")),
    (KIND.EATING, gettext_lazy("eating")),
    (KIND.SUBSTANCES, gettext_lazy("alcohol or drugs")),
    (KIND.RELATIONSHIPS, gettext_lazy("strain with people close by")),
    (KIND.CONFIDENTIALITY, gettext_lazy("something private got out")),
    (KIND.GROUP, gettext_lazy("conflict in the group, or feeling left out")),
    (KIND.DEPENDENCY, gettext_lazy("leaning too much on the group")),
    (KIND.FACILITATION, gettext_lazy("something we did")),
    (KIND.TECHNICAL, gettext_lazy("technical trouble")),
]
SEVERITIES = [
    (1, gettext_lazy("1 – mild, passed by itself")),
    (2, gettext_lazy("2 – hard, but daily life went on")),
    (3, gettext_lazy("3 – daily life suffered")),
    (4, gettext_lazy("4 – serious: needed urgent care")),
    (5, gettext_lazy("5 – life was in danger")),
]
LINK = AdverseEvent.Related
RELATED = [
    (LINK.NO, gettext_lazy("no")),
    (LINK.UNLIKELY, gettext_lazy("hardly")),
    (LINK.POSSIBLE, gettext_lazy("perhaps")),
    (LINK.PROBABLE, gettext_lazy("probably")),
    (LINK.DEFINITE, gettext_lazy("surely")),
]
CHOOSE = {"required": gettext_lazy("Please choose one.")}


class EventForm(forms.Form):
    """What happened, to whom, how hard it was, and whether it may have to do with us."""

    member = forms.ChoiceField(label=gettext_lazy("Who"), error_messages=CHOOSE)
    category = forms.ChoiceField(label=gettext_lazy("What kind of thing"), choices=CATEGORIES, error_messages=CHOOSE)
    severity = forms.TypedChoiceField(
        label=gettext_lazy("How hard it was"),
        choices=SEVERITIES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    related = forms.ChoiceField(
        label=gettext_lazy("Does it have to do with the programme? A guess is fine."),
        choices=RELATED,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    happened_on = forms.DateField(
        label=gettext_lazy("On which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Please give a day. A guess is fine."),
            "invalid": gettext_lazy("Please give a day, such as 2027-01-19."),
        },
    )
    what = forms.CharField(
        label=gettext_lazy("What happened, and what was done"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, group: Group, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [place.user for place in queries.places(group)]
        names = seals.names_of(people)
        self.people = {user.code: user for user in people}
        member = self.fields["member"]
        assert isinstance(member, forms.ChoiceField)  # declared above
        member.choices = [("", _("Please choose"))] + [(user.code, names[user.pk]) for user in people]


@page(Permission.ADVERSE_EVENT_RECORD, about=GROUPS, methods=("GET", "POST"))
def unwanted(request: HttpRequest, group: Group) -> HttpResponse:
    """What was written down in this group, and a form for more."""
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    form = EventForm(group, request.POST) if request.method == "POST" else EventForm(group)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_adverse_event(group=group, by=actor, at=now, **(given | {"member": form.people[given["member"]]}))
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved. Thank you for writing it down."))
            return redirect("facilitator:unwanted", code=group.code)
    labels = dict(CATEGORIES)
    shown = [(event, labels[KIND(event.category)]) for event in adverse_events(group, by=actor, at=now)]
    return render(
        request,
        "facilitator/unwanted.html",
        {"group": group, "form": form, "events": shown},
        status=422 if form.errors else 200,
    )


@page(Permission.ADVERSE_EVENT_RECORD, about=EVENTS, methods=("POST",))
def over(request: HttpRequest, event: AdverseEvent) -> HttpResponse:
    """It is over since today."""
    end_adverse_event(event=event, on=timezone.localdate(), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Saved. It is marked as over."))
    return redirect("facilitator:unwanted", code=event.group.code)
