"""Asking for a sign-in code. The typed address becomes blind before allauth looks for anybody."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from kindcircle.base.vault import seals


class AskForCodeForm(RequestLoginCodeForm):
    """One field: the e-mail address. Nothing in the answer says whether anybody has it."""

    def clean_email(self) -> str:
        self.cleaned_data["email"] = seals.blind_address(self.cleaned_data["email"])
        return super().clean_email()


class SignInForm(LoginForm):
    """The sign-in page: an address to send a code to; the page also offers a passkey."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Your e-mail address")
        self.fields["login"].widget.attrs = {"autocomplete": "email", "inputmode": "email"}

    def clean_login(self) -> str:
        return seals.blind_address(super().clean_login())


class AddPasskeyForm(AddWebAuthnForm):
    """A name for the device. What it keeps can always sign in by itself: a key that cannot would be no passkey."""

    # allauth's script reads this box; there is nothing to choose.
    passwordless = forms.BooleanField(
        required=False, initial=True, widget=forms.CheckboxInput(attrs={"hidden": True, "checked": True})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["name"] = _("My device")
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("A name for this device")
        self.fields["name"].help_text = _("So that you know it again, such as: my phone.")

    def clean_passwordless(self) -> bool:
        return True


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name for a device."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("A name for this device")
        self.fields["name"].error_messages["required"] = _("Please write a name.")
