"""What was written to somebody lately, what waits, and what was not sent and why. For their own eyes only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kindcircle.base.outbox.messages import MESSAGES, Occasion
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.rooms.safety.trials import TRIAL

FORTNIGHT = timedelta(days=14)
MOST = 30
Why = Delivery.Why

WHAT: dict[Occasion, str | Promise] = {
    Occasion.MEETING: _("Before a meeting"),
    Occasion.NEWS: _("Something new waits"),
    Occasion.NUDGE: _("A kind nudge"),
    Occasion.CHANGE: _("Another time or place"),
    Occasion.ACCOUNT: _("Your way in"),
    Occasion.SAFETY: _("Please look today"),
}
NOT_SENT: dict[str, str | Promise] = {
    Why.NO_MAIL: _("not sent: you chose no mail"),
    Why.NOT_WANTED: _("not sent: you switched this off"),
    Why.PAUSED: _("not sent: your mail was resting"),
    Why.LIMIT: _("not sent: it was enough for one week"),
    Why.QUIET: _("not sent: only quiet hours were left"),
    Why.TOO_LATE: _("not sent: it would have come too late"),
    Why.NO_LONGER: _("not sent: it was no longer needed"),
    Why.RETURNED: _("not sent: mail to your address comes back"),
    Why.NO_ADDRESS: _("not sent: we have no address"),
    Why.GONE: _("not sent"),
    Why.TRIED: _("not sent: the mail server did not take it"),
}
WAITS: dict[str, str | Promise] = {
    Why.QUIET: _("after your quiet hours"),
    Why.LIMIT: _("enough for one week, so later"),
    Why.PAUSED: _("your mail is resting"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message: for what, when, and what became of it. state: sent, waits or not-sent."""

    what: str | Promise
    at: datetime
    state: str
    why: str | Promise = ""


def lately(user: User, *, at: datetime) -> list[Line]:
    """The last two weeks and what is to come, the newest first."""
    rows = Delivery.objects.filter(user=user, due_at__gte=at - FORTNIGHT).exclude(about_kind=TRIAL)
    return [_line(row) for row in rows.order_by("-due_at", "-pk")[:MOST] if row.kind in MESSAGES]


def _line(row: Delivery) -> Line:
    what = WHAT[MESSAGES[row.kind].occasion]
    if row.sent_at is not None:
        return Line(what, row.sent_at, "sent")
    if row.gave_up_at is not None:
        return Line(what, row.gave_up_at, "not-sent", NOT_SENT.get(row.why, NOT_SENT[Why.GONE]))
    return Line(what, row.due_at, "waits", WAITS.get(row.why, ""))
