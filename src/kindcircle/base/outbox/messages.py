"""Every message that may leave the house. Fixed words: no name, no programme, no clinic, no excerpt, no code.

A message says only that something is waiting; reading it means signing in. Anyone may see the lock screen it lands on.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Occasion(StrEnum):
    """What a message is for, as people choose it on their own page."""

    MEETING = "meeting"  # before a meeting
    NEWS = "news"  # something new waits
    NUDGE = "nudge"  # to practise at home; only for those who asked for it
    CHANGE = "change"  # another time or place
    ACCOUNT = "account"  # one's own way in has changed
    SAFETY = "safety"  # to staff: always, at once


@dataclass(frozen=True, slots=True)
class Message:
    """The fixed words of one kind of message. `{link}` becomes the site's sign-in address."""

    subject: str | Promise
    body: str | Promise
    occasion: Occasion = Occasion.NEWS

    @property
    def for_staff(self) -> bool:
        """About somebody's safety, and so sent whatever anybody chose."""
        return self.occasion == Occasion.SAFETY


MESSAGES: dict[str, Message] = {
    "something-waiting": Message(
        subject=_("Something is waiting for you"),
        body=_("Something is waiting for you.\n\nWhen you have a quiet moment, you can look here:\n{link}\n"),
    ),
    "next-meeting": Message(
        subject=_("A reminder"),
        body=_("Something you planned is coming up.\n\nTime and place are here:\n{link}\n"),
        occasion=Occasion.MEETING,
    ),
    "new-time": Message(
        subject=_("A change of time or place"),
        body=_("Something you planned has a new time or place.\n\nWhen and where is here:\n{link}\n"),
        occasion=Occasion.CHANGE,
    ),
    "quiet-moment": Message(
        subject=_("A quiet moment"),
        body=_(
            "You asked for a few words at this hour. Here they are.\n\n"
            "If it fits today, look here. If not, that is fine too:\n{link}\n"
        ),
        occasion=Occasion.NUDGE,
    ),
    "new-address": Message(
        subject=_("A change of your address"),
        body=_(
            "Your messages will go to another address from now on.\n\n"
            "If that was not you, please write to somebody you know there, or look here:\n{link}\n"
        ),
        occasion=Occasion.ACCOUNT,
    ),
    "new-sign-in": Message(
        subject=_("A new sign-in"),
        body=_(
            "Somebody signed in with your address on a device that is new to us.\n\n"
            "If it was you, there is nothing to do. If not, you can look here:\n{link}\n"
        ),
        occasion=Occasion.ACCOUNT,
    ),
    "staff-please-look": Message(
        subject=_("Please look today"),
        body=_("Something needs a person to look at it today.\n\nPlease sign in:\n{link}\n"),
        occasion=Occasion.SAFETY,
    ),
}
