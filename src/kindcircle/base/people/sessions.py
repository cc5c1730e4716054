"""What a session says about the person who opened it. Asked by pages and sockets alike."""

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase


def is_strong(session: SessionBase) -> bool:
    """Whether this session was opened with a second factor, or by the demo's own door."""
    if session.get("demo_door") or session.get("factor_set_up"):
        return True
    return any(record.get("method") == "mfa" for record in session.get(AUTHENTICATION_METHODS_SESSION_KEY, []))
