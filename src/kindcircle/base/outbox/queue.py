"""Putting messages in, and claiming them to be sent. The worker leases a row, sends, then marks it.

A crash between sending and marking means a second message, never none.
"""

from datetime import datetime, timedelta

from django.db.models import Case, F, IntegerField, Q, Value, When

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User

LEASE = timedelta(minutes=2)
TRIES = 8


def enqueue(kind: str, *, to: User, about: Ref, once: str, at: datetime) -> None:
    """Have one message of this kind sent to this person, once per `once`, inside the caller's transaction.

    A person who wants no mail gets none; staff messages about safety are always sent.
    """
    message = MESSAGES[kind]
    if not (to.wants_mail or message.for_staff):
        return
    Delivery.objects.bulk_create(
        [
            Delivery(
                kind=kind,
                user=to,
                about_kind=about.kind,
                about_code=about.code,
                once_key=f"{kind}:{to.code}:{once}",
                due_at=at,
            )
        ],
        ignore_conflicts=True,
    )


def put_off(kind: str, *, about: Ref, at: datetime) -> None:
    """What is still to be sent of this kind about this thing is due at another time: the thing itself has moved."""
    waiting = Delivery.objects.filter(kind=kind, about_kind=about.kind, about_code=about.code)
    waiting.filter(sent_at=None, gave_up_at=None, leased_until=None).update(due_at=at)


def claim(at: datetime) -> Delivery | None:
    """Lease a delivery, or None: those to staff about safety first, then the longest-waiting.

    Two workers never hold the same one.
    """
    # With a slow mail server a hundred reminders would otherwise stand before an alert.
    urgent = [kind for kind, message in MESSAGES.items() if message.for_staff]
    turn = Case(When(kind__in=urgent, then=Value(0)), default=Value(1), output_field=IntegerField())
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    waiting = Delivery.objects.filter(free, sent_at=None, gave_up_at=None, due_at__lte=at)
    for first in waiting.order_by(turn, "due_at")[:5]:
        taken = waiting.filter(pk=first.pk).update(leased_until=at + LEASE, attempts=F("attempts") + 1)
        if taken:
            return Delivery.objects.select_related("user").get(pk=first.pk)
    return None


def mark_sent(delivery: Delivery, *, at: datetime) -> None:
    """It has left the house."""
    Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(sent_at=at, leased_until=None)


def put_back(delivery: Delivery, *, at: datetime) -> bool:
    """It could not be sent now: try again later, each wait twice the last. False when it was given up for good."""
    if delivery.attempts >= TRIES:
        give_up(delivery, at=at)
        return False
    wait = timedelta(seconds=30 * 2**delivery.attempts)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=at + wait, leased_until=None)
    return True


def give_up(delivery: Delivery, *, at: datetime) -> None:
    """It will never arrive: tried too often, or there is no address. The caller sees to it that somebody knows."""
    Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(gave_up_at=at, leased_until=None)
