"""What a session says about the person who opened it, and how long it may last. Asked by pages and sockets alike."""

from datetime import UTC, datetime, timedelta

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session

from kindcircle.base.people.models import User

OPENED, HEARD = "opened_at", "heard_at"  # whole seconds since the Unix epoch

# Pages cover themselves and end their session much sooner. This is for a lid that was closed and for browsers without
# script, and longer than any meeting, in which a page may ask for nothing while its socket is open.
SILENT = timedelta(hours=4)
# How long a sign-in counts as fresh, for what cannot be taken back.
FRESH = timedelta(minutes=30)
# Not at every request: each time is a write.
HEARD_EVERY = timedelta(minutes=10)


def is_strong(session: SessionBase) -> bool:
    """Whether this session was opened with a second factor, or by the demo's own door."""
    if session.get("demo_door") or session.get("factor_set_up"):
        return True
    return any(record.get("method") == "mfa" for record in session.get(AUTHENTICATION_METHODS_SESSION_KEY, []))


def is_fresh(session: SessionBase, *, at: datetime) -> bool:
    """Whether somebody signed in so lately that it is surely they who ask for all their words at once."""
    return OPENED in session and at - datetime.fromtimestamp(session[OPENED], UTC) <= FRESH


def begin(session: SessionBase, *, at: datetime) -> None:
    """Somebody has signed in: from here on the hours count."""
    session[OPENED] = session[HEARD] = int(at.timestamp())


def is_over(session: SessionBase, user: User, *, staff: bool, at: datetime) -> bool:
    """Whether this session has to end: open for too long, silent for too long, or ended from elsewhere.

    staff  whether the person works here; their hours are shorter. A session without a beginning is over.
    """
    if OPENED not in session:
        return True
    opened_at, heard_at = (datetime.fromtimestamp(session[name], UTC) for name in (OPENED, HEARD))
    longest = timedelta(hours=settings.STAFF_HOURS if staff else settings.MEMBER_HOURS)
    ended_from = user.sessions_valid_from
    return (
        at - opened_at >= longest
        or at - heard_at >= SILENT
        # The beginning is kept in whole seconds, so that the sign-in that follows within the same second counts.
        or (ended_from is not None and opened_at < ended_from.replace(microsecond=0))
    )


def hear(session: SessionBase, *, at: datetime) -> None:
    """Somebody asked for a page just now."""
    if at.timestamp() - session[HEARD] >= HEARD_EVERY.total_seconds():
        session[HEARD] = int(at.timestamp())


def sweep(*, at: datetime) -> int:
    """Remove what is left of sessions that ran out: who was signed in when is nobody's business afterwards."""
    removed, _ = Session.objects.filter(expire_date__lte=at).delete()
    return removed
