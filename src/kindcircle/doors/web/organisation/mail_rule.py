"""How this house writes: which reminders go before a meeting, and what holds for whoever chose nothing."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import MOST_A_WEEK, USUAL_NUDGES
from kindcircle.base.outbox.wishes import House, keep_house
from kindcircle.base.outbox.wishes import house_of as mail_of
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to

NOT_A_TIME = {"invalid": gettext_lazy("Please write a time such as 21:00."), "required": gettext_lazy("Please add it.")}
REMINDERS = [
    ("two_days_before", gettext_lazy("two days before")),
    ("day_before", gettext_lazy("the day before")),
    ("same_day", gettext_lazy("in the morning of the day")),
]


class MailRuleForm(forms.Form):
    """The house's usual. People may choose otherwise for themselves."""

    use_required_attribute = False

    reminders = forms.MultipleChoiceField(
        label=gettext_lazy("Remind members of a meeting"),
        choices=REMINDERS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("One is enough for most. Each counts toward the week."),
    )
    usual_messages = forms.TypedChoiceField(
        label=gettext_lazy("Messages a week, at most, for whoever chose nothing"),
        choices=[(number, number) for number in range(1, MOST_A_WEEK + 1)],
        coerce=int,
    )
    most_nudges = forms.TypedChoiceField(
        label=gettext_lazy("Nudges a week, at most, for whoever asked for them"),
        choices=[(number, number) for number in range(USUAL_NUDGES + 1)],
        coerce=int,
        help_text=gettext_lazy("With 0 there are none in this house."),
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("On each reader's own clock."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )

    @staticmethod
    def initial_of(now: House) -> dict[str, Any]:
        """The form as it holds now."""
        said = asdict(now)
        return said | {"reminders": [name for name, _words in REMINDERS if said[name]]}

    def house(self) -> House:
        """What was chosen."""
        told: dict[str, Any] = dict(self.cleaned_data)
        chosen = told.pop("reminders")
        told |= {name: name in chosen for name, _words in REMINDERS}
        return House(**told)


@page(Permission.MAIL_RULE_KEEP, methods=("GET", "POST"))
def mail_rule(request: HttpRequest) -> HttpResponse:
    """See it and change it. Nothing that was sent comes back, and what people chose stays theirs."""
    house = house_of(request)
    form = MailRuleForm(request.POST or None, initial=MailRuleForm.initial_of(mail_of(house)))
    if request.method == "POST" and form.is_valid():
        keep_house(form.house(), organisation=house, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        messages.success(request, _("Kept. It holds from now on."))
        return on_to("organisation:mail-rule")
    return render(request, "organisation/mail_rule.html", {"form": form}, status=422 if form.errors else 200)
