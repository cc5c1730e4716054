"""Every mail that left the house, whether the server's own worker sent it or a round of it in the test."""

import email
import email.policy
import time
from email.message import EmailMessage
from pathlib import Path

from django.core import mail

from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.measures.sets import ABOUT, REMINDER
from tests.site import RunningSite


def mails_to(site: RunningSite, address: str) -> list[EmailMessage]:
    """What was sent to this address: by rounds in this test first, then by the server, oldest first."""
    raw = [one.message().as_bytes() for one in getattr(mail, "outbox", [])]
    for file in sorted(Path(site.home / "mail").glob("*.log"), key=lambda one: one.stat().st_mtime):
        raw += [part.lstrip() for part in file.read_bytes().split(b"-" * 79) if part.strip()]
    found = [email.message_from_bytes(one, policy=email.policy.default) for one in raw]
    return [one for one in found if address.casefold() in str(one["To"]).casefold()]  # type: ignore[misc]


def mails_for(site: RunningSite, person: User) -> list[EmailMessage]:
    """What was sent to this person, besides reminders of sheets."""
    return besides_sheets(mails_to(site, str(seals.address_of(person))), person)


def besides_sheets(mails: list[EmailMessage], person: User) -> list[EmailMessage]:
    """Without the reminders that sheets wait: they come at somebody's own hour, so on some runs and not on others.

    Such a mail is in the same words as any other thing that waits, so as many are left out as there were reminders.
    """
    said = MESSAGES[REMINDER].subject
    sent = Delivery.objects.filter(user=person, about_kind__startswith=ABOUT, sent_at__isnull=False).count()
    alike = [mail for mail in mails if mail["Subject"] == said]
    out = {id(mail) for mail in alike[:sent]}
    return [mail for mail in mails if id(mail) not in out]


def words_of(message: EmailMessage) -> str:
    """Everything a lock screen could show: subject, sender and body."""
    return f"{message['Subject']}\n{message['From']}\n{message.get_content()}"


def wait_for_mail(site: RunningSite, address: str, *, more_than: int = 0) -> EmailMessage:
    """The newest mail to this address, once there are more than so many."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = mails_to(site, address)
        if len(found) > more_than:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError("no mail came")
