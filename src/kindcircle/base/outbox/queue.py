"""Putting messages in, and claiming them to be sent. The worker leases a row, sends, then marks it.

A crash between sending and marking means a second message, never none. Whether a message may go at this moment is
asked when it is claimed (`rule`), one message of a person at a time, so that two workers never send one too many.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox.messages import MESSAGES, Occasion
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.rule import LOOK_AHEAD, WEEK_DAYS, Reader, day_of, judge
from kindcircle.base.outbox.wishes import is_returned, wish_of
from kindcircle.base.people.models import User

LEASE = timedelta(minutes=2)
TRIES = 8

# Of the channels by which something may reach a person there is one: mail.
CHANNEL = "mail"
Why = Delivery.Why

WAITING = Q(sent_at=None, gave_up_at=None)
NUDGES = [kind for kind, message in MESSAGES.items() if message.occasion == Occasion.NUDGE]
REMINDERS = [kind for kind, message in MESSAGES.items() if message.occasion == Occasion.MEETING]
UNCOUNTED = [kind for kind, message in MESSAGES.items() if message.occasion in (Occasion.SAFETY, Occasion.ACCOUNT)]


def enqueue(kind: str, *, to: User, about: Ref, once: str, at: datetime, useful_until: datetime | None = None) -> None:
    """Have one message of this kind sent to this person, once per `once`, inside the caller's transaction.

    It is written down whatever they chose: the rule decides when it is due, and the row says why it waits or never
    goes. useful_until: from then on it would be of no use, such as when the meeting it is about begins.
    """
    Delivery.objects.bulk_create(
        [planned(kind, to=to, about=about, once=once, at=at, useful_until=useful_until)], ignore_conflicts=True
    )


def planned(
    kind: str, *, to: User, about: Ref, once: str, at: datetime, useful_until: datetime | None = None
) -> Delivery:
    """The row of such a message, not written yet."""
    return Delivery(
        kind=kind,
        user=to,
        about_kind=about.kind,
        about_code=about.code,
        once_key=f"{CHANNEL}:{kind}:{to.code}:{once}",
        due_at=at,
        planned_at=at,
        useful_until=useful_until,
    )


def put_off(kind: str, *, about: Ref, at: datetime, useful_until: datetime) -> None:
    """What is still to be sent of this kind about this thing is due at another time: the thing itself has moved."""
    waiting = Delivery.objects.filter(WAITING, kind=kind, about_kind=about.kind, about_code=about.code)
    waiting.filter(leased_until=None).update(due_at=at, planned_at=at, useful_until=useful_until, why="")


def take_back(kind: str, *, to: User, about: Ref, at: datetime) -> None:
    """They have seen what it is about: a message that still waits to say so is not sent any more."""
    waiting = Delivery.objects.filter(WAITING, kind=kind, user=to, about_kind=about.kind, about_code=about.code)
    waiting.filter(leased_until=None).update(gave_up_at=at, why=Why.NO_LONGER)


def claim(at: datetime) -> Delivery | None:
    """Lease a delivery, or None: those to staff about safety first, then the longest-waiting.

    Two workers never hold the same one. What may not go now is put off or given up on the way, by the rule.
    """
    # With a slow mail server a hundred reminders would otherwise stand before an alert.
    urgent = [kind for kind, message in MESSAGES.items() if message.for_staff]
    turn = Case(When(kind__in=urgent, then=Value(0)), default=Value(1), output_field=IntegerField())
    while True:
        first = _due(at).order_by(turn, "due_at").values_list("pk", "user_id").first()
        if first is None:
            return None
        taken = _take(*first, at=at)
        if taken is not None:
            return taken


def _due(at: datetime) -> QuerySet[Delivery]:
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    return Delivery.objects.filter(free, WAITING, due_at__lte=at)


def _take(pk: int, user_id: int, *, at: datetime) -> Delivery | None:
    with transaction.atomic():
        reader = User.objects.select_for_update(no_key=True).get(pk=user_id)
        row = _due(at).filter(pk=pk).first()
        if row is None:
            return None  # another worker has it
        verdict = judge(row.kind, _reader(reader, row, at), useful_until=row.useful_until, at=at)
        if verdict.go:
            row.leased_until, row.attempts, row.why = at + LEASE, row.attempts + 1, ""
            row.save(update_fields=["leased_until", "attempts", "why"])
            row.user = reader
            return row
        row.why = verdict.why
        if verdict.until is None:
            row.gave_up_at = at
        else:
            row.due_at = verdict.until
        row.save(update_fields=["why", "gave_up_at", "due_at"])
    return None


def _reader(user: User, row: Delivery, at: datetime) -> Reader:
    others = Delivery.objects.filter(user=user).exclude(pk=row.pk)
    lately = Q(sent_at__gte=at - timedelta(days=WEEK_DAYS + 1)) | Q(sent_at=None, leased_until__gte=at)
    had = [
        (kind, day_of(sent_at or at, user.zone))
        for kind, sent_at in others.filter(lately).exclude(kind__in=UNCOUNTED).values_list("kind", "sent_at")
    ]
    ahead = others.filter(WAITING, leased_until=None, kind__in=REMINDERS)
    ahead = ahead.filter(due_at__lt=at + timedelta(days=LOOK_AHEAD + WEEK_DAYS))
    wish = wish_of(user)
    reserved = ahead.values_list("due_at", flat=True) if wish.meetings else ()
    return Reader(
        wish=wish,
        zone=user.zone,
        had=[day for kind, day in had if kind not in NUDGES],
        nudged=[day for kind, day in had if kind in NUDGES],
        reserved=[day_of(max(due_at, at), user.zone) for due_at in reserved],
        returned=is_returned(user),
    )


def mark_sent(delivery: Delivery, *, at: datetime) -> None:
    """It has left the house."""
    Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(sent_at=at, leased_until=None)


def put_back(delivery: Delivery, *, at: datetime) -> bool:
    """It could not be sent now: try again later, each wait twice the last. False when it was given up for good."""
    if delivery.attempts >= TRIES:
        give_up(delivery, why=Why.TRIED, at=at)
        return False
    wait = timedelta(seconds=30 * 2**delivery.attempts)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=at + wait, leased_until=None)
    return True


def give_up(delivery: Delivery, *, why: str, at: datetime) -> None:
    """It will never arrive, and this is why. The caller sees to it that somebody knows."""
    Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(gave_up_at=at, leased_until=None, why=why)
