"""How the house's pages speak and look: a word for each of four ideas, a palette, a name at the top."""

from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.house import Chosen, keep_look
from kindcircle.base.people.models import HeaderFor, Organisation, Palette
from kindcircle.base.people.terms import FacilitatorWord, GroupWord, MeetingWord, MemberWord
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page

ONE_OF_THESE = {
    "required": gettext_lazy("Please choose one."),
    "invalid_choice": gettext_lazy("Please choose one of these."),
}


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=ONE_OF_THESE)


class LookForm(forms.Form):
    """Everything that is chosen, and nothing to type but the name."""

    says_group = _choice(gettext_lazy("People who go through a programme together are a"), GroupWord.choices)
    says_member = _choice(gettext_lazy("Each of them is a"), MemberWord.choices)
    says_facilitator = _choice(gettext_lazy("Whoever leads them is a"), FacilitatorWord.choices)
    says_meeting = _choice(gettext_lazy("The hour when they meet is a"), MeetingWord.choices)
    palette = _choice(gettext_lazy("Colours"), Palette.choices)
    header_name = forms.CharField(
        label=gettext_lazy("Name at the top of each page"),
        help_text=gettext_lazy(
            "Leave it empty for “Kindcircle”. The title in the browser and the small icon stay plain."
        ),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("Please use 40 letters or fewer, so that it fits on a phone.")},
    )
    header_for = _choice(gettext_lazy("Who sees the name and the colours"), HeaderFor.choices)

    def chosen(self) -> Chosen:
        return Chosen(**self.cleaned_data)


@page(Permission.LOOK_KEEP, methods=("GET", "POST"))
def look(request: HttpRequest) -> HttpResponse:
    """Choose, save, and the very next page speaks and looks like it."""
    house = house_of(request)
    form = LookForm(request.POST or None, initial=_now(house))
    if request.method == "POST" and form.is_valid():
        try:
            keep_look(organisation=house, chosen=form.chosen(), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Kept. All pages of the house follow from now on."))
            return redirect("organisation:look")
    alone = Organisation.objects.count() == 1
    context = {"form": form, "alone": alone}
    return render(request, "organisation/look.html", context, status=422 if form.errors else 200)


def _now(house: Organisation) -> dict[str, str]:
    names = [field.name for field in fields(Chosen)]
    return asdict(Chosen(**{name: getattr(house, name) for name in names}))
