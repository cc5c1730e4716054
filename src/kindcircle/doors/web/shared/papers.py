"""The form for what somebody who leads brings: on their own page, and on the house's page about them."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from kindcircle.base.people.models import Organisation
from kindcircle.rooms.team.credentials import asked_of
from kindcircle.rooms.team.errors import LONGEST

NOT_A_DAY = {
    "required": gettext_lazy("Please pick a day."),
    "invalid": gettext_lazy("Please pick a day such as 2027-01-19."),
}


class PaperForm(forms.Form):
    """One line of the list: what, since when, until when, and which."""

    kind = forms.ChoiceField(label=gettext_lazy("What"))
    held_on = forms.DateField(
        label=gettext_lazy("Since, or on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=NOT_A_DAY,
    )
    until = forms.DateField(
        label=gettext_lazy("Holds until"),
        help_text=gettext_lazy("Leave it empty where there is no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        error_messages=NOT_A_DAY,
    )
    words = forms.CharField(label=gettext_lazy("Which one, with whom, where"), max_length=LONGEST, required=False)

    def __init__(self, house: Organisation, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = list(asked_of(house).items())
