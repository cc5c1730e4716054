"""The form by which a programme is offered: its words, its times of the week, and who talks with people."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.weekly import clock_words, weekday
from kindcircle.rooms.intake.actions.offering import MOST_TIMES
from kindcircle.rooms.intake.errors import TooManyTimes
from kindcircle.rooms.intake.models import Intake
from kindcircle.spec.catalogue import startable

COLUMNS = ("name", "welcome", "place", "online", "starts_about", "closes_on", "public", "listed")
DAY = "day_"


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class IntakeForm(forms.Form):
    """Everything about one offer. The programme is chosen once: people ask to come to just that one."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    name = forms.CharField(
        label=gettext_lazy("What you call it"),
        help_text=gettext_lazy("For those who work here, such as: evenings in spring."),
        max_length=80,
    )
    welcome = forms.CharField(
        label=gettext_lazy("Your own words of welcome"),
        help_text=gettext_lazy("They stand at the top of the page. Name those who lead only if they agree."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    place = forms.CharField(label=gettext_lazy("Room or address"), max_length=160, required=False)
    online = forms.BooleanField(label=gettext_lazy("It meets online"), required=False)
    starts_about = _day(
        gettext_lazy("Begins about"), gettext_lazy("Groups begin when there are enough people.")
    )  # fmt: skip
    closes_on = _day(gettext_lazy("Last day to ask"), gettext_lazy("Without a day it stays open until you close it."))
    public = forms.BooleanField(
        label=gettext_lazy("It has a page that anybody may open"),
        help_text=gettext_lazy("Otherwise those who talk with people add them by hand."),
        required=False,
    )
    listed = forms.BooleanField(
        label=gettext_lazy("Search engines may show the page"),
        help_text=gettext_lazy("Only if you wish to be found by strangers."),
        required=False,
    )
    screeners = forms.MultipleChoiceField(
        label=gettext_lazy("Who talks with the people who ask"),
        help_text=gettext_lazy("They read what people wrote, decide and answer. Nobody else does."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Please name at least one person, or nobody can answer."),
            "invalid_choice": gettext_lazy("Please pick from these people."),
        },
    )

    def __init__(
        self, house: Organisation, *args: Any, intake: Intake | None = None, names_people: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        here = User.objects.filter(organisation=house, is_active=True, staff_roles__role=StaffRole.Role.FACILITATOR)
        self.people = {person.code: person for person in here}
        names = seals.names_of(list(self.people.values()))
        if intake is not None:
            del self.fields["programme"]
        else:
            newest = {plan.id: plan for plan in startable()}
            self._offer("programme", [(f"{plan.id}/{plan.version}", plan.title) for plan in newest.values()])
        if names_people:
            self._offer("screeners", [(code, names[person.pk]) for code, person in self.people.items()])
        else:
            del self.fields["screeners"]
        for number in range(1, 8):
            self.fields[f"{DAY}{number}"] = forms.CharField(
                label=weekday(number),
                max_length=80,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = choices

    @property
    def week(self) -> list[forms.BoundField]:
        """One box for each day."""
        return [self[f"{DAY}{number}"] for number in range(1, 8)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("listed") and not given.get("public"):
            self.add_error("listed", _("Search engines can only show a page that there is. Tick that it has one."))
        if not given.get("place") and not given.get("online"):
            self.add_error("place", _("Please say where it meets, or tick that it meets online."))
        self.times = list(self._times(given))
        if len(self.times) > MOST_TIMES:
            self.add_error(None, TooManyTimes(MOST_TIMES).sentence)
        return given

    def _times(self, given: dict[str, Any]) -> Iterable[tuple[int, time]]:
        for number in range(1, 8):
            name = f"{DAY}{number}"
            for typed in str(given.get(name) or "").replace(",", " ").replace(";", " ").split():
                try:
                    yield number, datetime.strptime(typed, "%H:%M").time()  # noqa: DTZ007  a time of day has no zone
                except ValueError:
                    self.add_error(name, _("Please write times such as 10:00 or 18:30, with a space between two."))
                    return

    @property
    def columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in COLUMNS}

    @property
    def named(self) -> list[User]:
        return [self.people[code] for code in self.cleaned_data["screeners"]]


def as_it_is(intake: Intake) -> dict[str, Any]:
    """The form filled in with how an offer stands now."""
    days: dict[str, list[str]] = {}
    for slot in intake.slots.all():
        days.setdefault(f"{DAY}{slot.weekday}", []).append(clock_words(slot.starts))
    values: dict[str, str | bool | date | None] = {name: getattr(intake, name) for name in COLUMNS}
    people = list(intake.screeners.values_list("user__code", flat=True))
    return values | {name: " ".join(times) for name, times in days.items()} | {"screeners": people}
