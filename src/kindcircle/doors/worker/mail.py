"""Sending what is due by e-mail: fixed words, a neutral sender, and a link that names nothing."""

import logging
import smtplib
import time
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import translation

from kindcircle.base.outbox import queue
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.language import spoken
from kindcircle.base.vault import seals
from kindcircle.rooms.reminders import reaching
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety import trials
from kindcircle.rooms.safety.models import Alert

log = logging.getLogger("kindcircle.worker")

# A round stops claiming well before its first lease ends, so that no slow mail server makes two workers send the same.
LONGEST_ROUND = 60.0
Why = Delivery.Why

# The server does not know us, or wants us to sign in: that is for whoever runs the site, and says nothing of a reader.
OUR_OWN_FAULT = {530, 534, 535, 538}


def send_due(*, at: datetime) -> int:
    """Send what is due, alerts first. Returns how many messages left the house."""
    sent = 0
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_ROUND and (delivery := queue.claim(at)) is not None:
        sent += _deliver(delivery, at=at)
    return sent


def _deliver(delivery: Delivery, *, at: datetime) -> bool:
    """Send one message and only then mark it: a crash in between means a second message, never none."""
    if not delivery.user.is_active:
        _give_up(delivery, why=Why.GONE, at=at)
        return False
    if delivery.about_kind == trials.TRIAL:
        return _try_out(delivery, at=at)
    try:
        address = seals.address_of(delivery.user)
        if address is None:
            _give_up(delivery, why=Why.NO_ADDRESS, at=at)
            return False
        _message(delivery, address).send()
    except smtplib.SMTPRecipientsRefused as error:
        if not _for_good(error):
            _try_later(delivery, error, at=at)
            return False
        log.warning("a message came back for good")
        reaching.came_back(delivery.user, at=at)
        _give_up(delivery, why=Why.RETURNED, at=at)
        return False
    except Exception as error:
        # Whatever stands in the way of one message, the others go on. The error's text may hold the address.
        _try_later(delivery, error, at=at)
        return False
    # Both or neither: a worker that dies in between would leave an alert that looks as if nobody had been written to.
    with transaction.atomic():
        queue.mark_sent(delivery, at=at)
        if delivery.about_kind == "alert":
            for alert in Alert.objects.filter(code=delivery.about_code):
                safety.mark_delivered(alert=alert, at=at)
    return True


def _try_out(delivery: Delivery, *, at: datetime) -> bool:
    """A trial asks the mail server whether it takes mail, as a message would, and writes none."""
    try:
        with get_connection():
            pass
    except Exception as error:
        _try_later(delivery, error, at=at)
        return False
    with transaction.atomic():
        queue.mark_sent(delivery, at=at)
        trials.came_through(code=delivery.about_code, at=at)
    return False


def _message(delivery: Delivery, address: str) -> EmailMessage:
    words = MESSAGES[delivery.kind]
    with translation.override(spoken(delivery.user.language)):
        return EmailMessage(
            subject=str(words.subject),
            body=str(words.body).format(link=f"{settings.ORIGIN}/"),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[address],
            # No answering machine answers us, and no mailing list shows us.
            headers={"Auto-Submitted": "auto-generated"},
        )


def _for_good(error: smtplib.SMTPRecipientsRefused) -> bool:
    """The server will never take mail for this address (5xx); anything else may be different in an hour."""
    answers = [answer for answer, _said in error.recipients.values()]
    return all(500 <= answer < 600 and answer not in OUR_OWN_FAULT for answer in answers)


def _try_later(delivery: Delivery, error: Exception, *, at: datetime) -> None:
    log.warning("a message could not be sent: %s", type(error).__name__)
    if not queue.put_back(delivery, at=at):
        _tell_of_failure(delivery, at=at)


def _give_up(delivery: Delivery, *, why: str, at: datetime) -> None:
    queue.give_up(delivery, why=why, at=at)
    _tell_of_failure(delivery, at=at)


def _tell_of_failure(delivery: Delivery, *, at: datetime) -> None:
    """A message that will never arrive. About an alert, the next person is told in its place."""
    if delivery.about_kind == "alert":
        safety.delivery_failed(alert_code=delivery.about_code, to=delivery.user, at=at)
