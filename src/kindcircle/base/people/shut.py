"""Doors of an account that were closed, on the list that an old copy of the database is told again (base/lib/erased).

A role that ended, an account that was closed, an address that somebody gave up, a key of theirs that was taken away.
"""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models.signals import pre_delete

from kindcircle.base.lib import clock, codes, erased
from kindcircle.base.people.models import User
from kindcircle.base.people.models_sign_in import SignIn

ROLE, ACCOUNT = "people.StaffRole", "people.User"
ADDRESS, MAIL = "people.User.email", "people.User.wants_mail"
KEY = "mfa.Authenticator"
SECOND_KEYS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second key; spare codes alone do not."""


def note_role_ended(person: str, role: str, *, at: datetime) -> None:
    """Somebody of this code has this role no more."""
    erased.note_left(ROLE, person=person, code=role, at=at)


def note_role_taken(person: str, role: str, *, at: datetime) -> None:
    """They have it, perhaps again."""
    erased.note_back(ROLE, person=person, code=role, at=at)


def note_account_closed(person: str, *, at: datetime) -> None:
    """Nobody signs in with this account any more."""
    erased.note(erased.WITHDRAWN, label=ACCOUNT, code=person, at=at)


def note_moved(person: str, *, old: str, new: str, at: datetime) -> None:
    """Codes to sign in go to another address from now on, and never again to the old one. Both are blind."""
    erased.note_left(ADDRESS, person=person, code=address_mark(person, old), at=at)
    erased.note_back(ADDRESS, person=person, code=address_mark(person, new), at=at)


def address_mark(person: str, blind: str) -> str:
    """Stands for one address of one person and tells nothing of either."""
    return codes.digest(f"{person}:{blind}")


def key_mark(key: Authenticator) -> str:
    """Stands for one passkey, app or set of spare codes: they have no code of their own, and a number comes again."""
    return codes.digest(f"{key.user.code}:{key.type}:{key.created_at.isoformat()}")


def take_key_again(person: User, mark: str) -> bool:
    """After an old copy of the database came back: this key opens nothing. False: it is not there."""
    keys = Authenticator.objects.filter(user=person).select_related("user")
    return any(bool(key.delete()) for key in keys if key_mark(key) == mark)


def sign_everybody_out() -> None:
    """After an old copy came back: nobody is signed in by it. Who signed out since, and where, it does not know."""
    Session.objects.all().delete()
    SignIn.objects.exclude(session_key="").update(session_key="")


def has_second_key(person: User) -> bool:
    """Whether a code by mail alone does not let anybody in here."""
    return Authenticator.objects.filter(user=person, type__in=SECOND_KEYS).exists()


def listen() -> None:
    """Hear of every key of an account that is taken away, by whichever page."""
    pre_delete.connect(_key_goes, sender=Authenticator, dispatch_uid="shut")


def _key_goes(instance: Authenticator, **kwargs: Any) -> None:
    if not erased.is_again():
        at = clock.now()
        erased.note(erased.WITHDRAWN, label=KEY, person=instance.user.code, code=key_mark(instance), at=at)
