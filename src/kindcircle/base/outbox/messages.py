"""Every message that may leave the house. Fixed words: no name, no programme, no clinic, no excerpt, no code.

A message says only that something is waiting; reading it means signing in. Anyone may see the lock screen it lands on.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Message:
    """The fixed words of one kind of message. `{link}` becomes the site's sign-in address."""

    subject: str | Promise
    body: str | Promise
    for_staff: bool = False


MESSAGES: dict[str, Message] = {
    "something-waiting": Message(
        subject=_("Something is waiting for you"),
        body=_("Something is waiting for you.\n\nWhen you have a quiet moment, you can look here:\n{link}\n"),
    ),
    "next-meeting": Message(
        subject=_("A reminder"),
        body=_("Something you planned is coming up.\n\nTime and place are here:\n{link}\n"),
    ),
    "new-time": Message(
        subject=_("A change of time or place"),
        body=_("Something you planned has a new time or place.\n\nWhen and where is here:\n{link}\n"),
    ),
    "staff-please-look": Message(
        subject=_("Please look today"),
        body=_("Something needs a person to look at it today.\n\nPlease sign in:\n{link}\n"),
        for_staff=True,
    ),
}
