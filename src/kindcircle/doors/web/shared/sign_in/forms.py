"""Asking for a sign-in code. The typed address becomes blind before allauth looks for anybody."""

from allauth.account.forms import LoginForm, RequestLoginCodeForm
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
