"""Guessing gets slow. Only what was wrong counts: a whole group may come in from one room and one address."""

# The public module of the same name never counts a GET, and a link can be guessed with nothing else.
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from kindcircle.base.lib.errors import TooMany

APP = "allauth.account"  # whose limits ours stand beside: settings.ACCOUNT_RATE_LIMITS


def stop_guessing(request: HttpRequest, action: str, sentence: str) -> None:
    """Go on unless there were too many wrong tries from this address. Raises TooMany with this sentence."""
    if not ratelimit.consume(request, app=APP, action=action, dry_run=True, limit_get=True):
        raise TooMany(sentence)


def count_wrong(request: HttpRequest, action: str) -> None:
    """One more wrong try."""
    ratelimit.consume(request, app=APP, action=action, limit_get=True)


def stop_asking(request: HttpRequest, action: str, sentence: str, *, key: str) -> None:
    """One more time that this was asked for, right or wrong. Raises TooMany when it was too often."""
    if not ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True):
        raise TooMany(sentence)
