"""The framework's own words on forms, in ours: what is still needed, said kindly."""

from django.core.validators import EmailValidator, URLValidator
from django.forms import fields
from django.utils.translation import gettext_lazy as _


def speak_kindly() -> None:
    """Give every form field our words. A field with words of its own keeps them."""
    fields.Field.default_error_messages["required"] = _("Please fill this in.")
    fields.ChoiceField.default_error_messages["invalid_choice"] = _("Please choose one of these.")
    fields.DateField.default_error_messages["invalid"] = _("Please give a day, such as 2027-01-19.")
    fields.DateTimeField.default_error_messages["invalid"] = _("Please give a day and a time.")
    fields.IntegerField.default_error_messages["invalid"] = _("Please write a whole number.")
    fields.URLField.default_error_messages["invalid"] = _(
        "Please write a whole link, such as https://example.org/room."
    )
    URLValidator.message = fields.URLField.default_error_messages["invalid"]
    EmailValidator.message = _("This does not look like an e-mail address. Please check it.")
    # Django made its own validators before we could speak.
    vars(fields.EmailField.default_validators[0])["message"] = EmailValidator.message
