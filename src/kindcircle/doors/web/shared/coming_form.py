"""The form by which somebody asks to come. Short, and everything but a name and an age may stay empty."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.doors.web.shared.weekly import grid
from kindcircle.rooms.intake.asking import LONGEST, WAYS
from kindcircle.rooms.intake.models import Intake, WeeklySlot
from kindcircle.spec.dates import wall_clock

ADULT = 18
OLDEST = 120
EVERY_TIME = "any"


def _box(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": gettext_lazy("That is a little long. The rest can wait for the talk.")},
    )


class ComingForm(forms.Form):
    """What we need to answer somebody, and no more."""

    name = forms.CharField(
        label=gettext_lazy("What shall we call you?"),
        help_text=gettext_lazy("A first name, or any name you like."),
        max_length=60,
        error_messages={
            "required": gettext_lazy("Please give any name you like, so that we can talk to you."),
            "max_length": gettext_lazy("That is a little long. A short name is enough."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    age = forms.CharField(
        label=gettext_lazy("How old are you?"),
        help_text=gettext_lazy("Your age in years, or the year you were born. We do not keep it."),
        max_length=4,
        error_messages={"max_length": gettext_lazy("Please write your age, such as 43, or a year, such as 1983.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("For codes to come back in. Our mails never say what this is about."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        error_messages={"max_length": gettext_lazy("That is long for a phone number. Please check it.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("Which ways are safe for you?"),
        help_text=gettext_lazy("With none of these, we can give you a link by hand."),
        choices=WAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Please pick from these ways.")},
    )
    safe = _box(
        gettext_lazy("When may we reach you, and what should we not do?"),
        gettext_lazy("Such as: only in the morning, never leave a message."),
    )
    access = _box(
        gettext_lazy("What makes it easier for you to take part?"),
        gettext_lazy("Such as a chair with arms, large print, no stairs, someone who signs."),
    )
    hopes = _box(gettext_lazy("What do you hope for?"), gettext_lazy("A few words are plenty."))

    def __init__(self, intake: Intake, *args: Any, at: datetime, has_account: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = wall_clock(at, intake.zone).year
        self.offered = list(WeeklySlot.objects.filter(intake=intake))
        self.too_young = False
        self.slots_error = ""
        if has_account:
            del self.fields["name"], self.fields["email"]

    @property
    def chosen(self) -> set[str]:
        """The times that are ticked, as far as they are offered."""
        given = set(self.data.getlist("slot")) if self.is_bound else set()  # type: ignore[attr-defined]
        return {slot.code for slot in self.offered if slot.code in given}

    @property
    def every_time(self) -> bool:
        return self.is_bound and self.data.get("slots") == EVERY_TIME

    @property
    def slots(self) -> list[WeeklySlot]:
        """The times at which they can come."""
        return [slot for slot in self.offered if self.every_time or slot.code in self.chosen]

    @property
    def hours(self) -> list[str]:
        return grid(self.offered, self.chosen)[0]

    @property
    def days(self) -> list[Any]:
        return grid(self.offered, self.chosen)[1]

    def clean_age(self) -> str:
        """Only whether they are grown up is looked at. A birth year that leaves it open asks for the age itself."""
        typed = str(self.cleaned_data["age"]).strip()
        number = int(typed) if typed.isascii() and typed.isdigit() else -1
        born = self.year - OLDEST <= number <= self.year
        years = self.year - number if born else number
        if not 0 <= years <= OLDEST:
            raise forms.ValidationError(_("Please write your age, such as 43, or a year, such as 1983."))
        if born and years == ADULT:
            raise forms.ValidationError(_("Please write your age in years. From the year alone we cannot tell."))
        self.too_young = years < ADULT
        return typed

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.offered and not self.slots:
            self.slots_error = _("Please tick when you could come, or that any of these times would do.")
            self.add_error(None, self.slots_error)
        ways = given.get("ways", [])
        if "mail" in ways and "email" in self.fields and "email" not in self.errors and not given.get("email"):
            self.add_error("email", _("You ticked that mail is safe. Please add your address, or untick it."))
        if {"phone", "text"} & set(ways) and "phone" not in self.errors and not given.get("phone"):
            self.add_error("phone", _("You ticked that ringing or texting is safe. Please add your number."))
        return given

    @property
    def answers(self) -> dict[str, Any]:
        """What is kept of it, by question; what is empty is left out. The age is not kept."""
        kept = {name: self.cleaned_data[name] for name in ("hopes", "access", "phone", "ways", "safe")}
        return {name: given for name, given in kept.items() if given}
