"""No form speaks the framework's language."""

import pytest
from django import forms


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        (forms.CharField(), "", "Please fill this in."),
        (forms.EmailField(), "ann", "This does not look like an e-mail address. Please check it."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "Please choose one of these."),
        (forms.DateField(), "soon", "Please give a day, such as 2027-01-19."),
        (forms.IntegerField(), "many", "Please write a whole number."),
        (
            forms.URLField(assume_scheme="https"),
            "nowhere at all",
            "Please write a whole link, such as https://example.org/room.",
        ),
        (forms.CharField(error_messages={"required": "Own words."}), "", "Own words."),
    ],
)
def test_what_is_needed_is_said_kindly(field, given, said):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(given)
    assert refused.value.messages == [said]
