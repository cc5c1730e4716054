"""Opening and closing sessions by our own doors: an invitation, a pass, the demo, and leaving."""

import logging

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.signals import authenticator_added
from django.contrib.auth import login, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest

from kindcircle.base.access import Actor
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.outbox import queue
from kindcircle.base.people import devices, sessions
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live.models_tablet import Tablet

trouble = logging.getLogger("kindcircle.doors")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(request: HttpRequest, user: User) -> None:
    """A whole session for this person; anybody signed in before in this browser is signed out first."""
    logout(request)
    login(request, user, backend=BACKEND)
    # So that allauth does not ask somebody who came in this minute to prove it again.
    record_authentication(request, user, method="invited")


def visit(request: HttpRequest, user: User, gathering: Gathering) -> None:
    """A session that opens this one gathering and nothing else."""
    request.is_visit = True  # type: ignore[attr-defined]
    sign_in(request, user)
    request.session["only_gathering"] = gathering.pk


def as_tablet(request: HttpRequest, tablet: Tablet) -> None:
    """A session of nobody, on the shared tablet of one gathering. Whoever was signed in here is signed out."""
    logout(request)
    request.session["tablet"] = tablet.code


@receiver(user_logged_in)
def signed_in(request: HttpRequest, **kwargs: object) -> None:
    """Through whichever door somebody came in, their hours count from now."""
    sessions.begin(request.session, at=clock.now())


@receiver(authenticator_added)
def factor_set_up(request: HttpRequest, **kwargs: object) -> None:
    """Somebody who has just set up a second factor has used it; asking again at once would be a puzzle."""
    request.session["factor_set_up"] = True
    # This runs at commit, which may come after the session was written for the answer.
    request.session.save()


@receiver(user_logged_in)
def came_in(user: User, **kwargs: object) -> None:
    """Every sign-in leaves a trace, by whichever door."""
    _record(Event.SIGNED_IN, user)


@receiver(user_logged_in)
def noted_device(request: HttpRequest, user: User, **kwargs: object) -> None:
    """What kind of device it is, so that a new one is told to whoever owns the account: here, and by a bare mail."""
    at = clock.now()
    row = devices.note(
        user=user,
        session_key=request.session.session_key or "",
        agent=request.headers.get("User-Agent", ""),
        visit=getattr(request, "is_visit", False),
        at=at,
    )
    if row.is_new:
        queue.enqueue("new-sign-in", to=user, about=log.Ref("person", user.code), once=row.code, at=at)


@receiver(user_logged_out)
def went_out(user: User | None, request: HttpRequest | None = None, **kwargs: object) -> None:
    """Every sign-out too, also when a page was left alone. A session ends even where its trace cannot be written."""
    if user is None:
        return
    try:
        devices.over(request.session.session_key if request is not None else None)
        _record(Event.SIGNED_OUT, user)
    except DatabaseError:
        trouble.error("a sign-out could not be recorded")


def _record(event: Event, user: User) -> None:
    by = Actor(user_id=user.pk, code=user.code, organisation_id=user.organisation_id)
    log.record(event, by=by, about=log.Ref("person", user.code), at=clock.now(), chain=user.organisation.code)
