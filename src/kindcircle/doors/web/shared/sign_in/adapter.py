"""How allauth meets our house: sign-up only by invitation, addresses kept blind, secrets kept sealed."""

import logging
import threading
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from kindcircle.base.people.language import spoken
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.keys import SITE

log = logging.getLogger("kindcircle.errors")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by accepting an invitation. Mail goes to the sealed address behind the blind one."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the sign-in code, and nothing else that allauth would like to say."""
        if template_prefix != "account/email/login_code":
            return
        user = User.objects.filter(email=email).first()
        address = seals.address_of(user) if user else None
        if user is None or address is None:
            return
        with translation.override(spoken(user.language)):
            send_code(context["code"], to=address)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Account notices are shown inside the site; a mail about them would tell others of the account."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """allauth's own messages quote addresses and names; our pages say what happened themselves."""


def send_code(code: str, *, to: str) -> None:
    """Send a code that opens one thing for ten minutes: signing in, or another address."""
    body = _("Your code: %(code)s\n\nIt works for ten minutes. If you did not ask for it, you can delete this.\n")
    send_at_once(_("Your code"), body % {"code": code}, to=to)


def send_at_once(subject: str, body: str, *, to: str) -> None:
    """Sent from a thread, so that a page takes as long where no mail goes as where one does."""
    threading.Thread(target=_send, args=(subject, body, to), name="mail at once", daemon=True).start()


def _send(subject: str, body: str, address: str) -> None:
    """Whoever gets no code asks again. The text of an error may hold the address, so only its type is logged."""
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
    except Exception as error:
        log.warning("a sign-in code could not be sent: %s", type(error).__name__)


class SecondFactorAdapter(DefaultMFAAdapter):
    """One-time-code seeds are sealed under the site's key; authenticator apps see no address."""

    def encrypt(self, text: str) -> str:
        return seals.SECOND_FACTOR.seal(text, code="seed", holder=SITE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return seals.SECOND_FACTOR.open(bytes.fromhex(encrypted_text), code="seed", holder=SITE)

    def _get_user_identifier(self, user: User) -> str:
        return seals.name_of(user)

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        # The handle is the one allauth looks people up by when they come with nothing but a passkey.
        name = seals.name_of(user)
        return {"id": user_pk_to_url_str(user).encode(), "display_name": name, "name": name}
