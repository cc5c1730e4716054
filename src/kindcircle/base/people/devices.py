"""The devices somebody is signed in on: noticed at each sign-in, shown to them alone, ended by one tap.

A device is known by its kind and its browser and by nothing else: no mark is left on it, so nobody who looks through a
phone finds one. Two phones with the same browser are alike to us; the list shows each sign-in all the same.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.base.people.models_sign_in import SignIn
from kindcircle.base.people.sessions import HEARD, is_over

KNOWN_FOR = timedelta(days=90)
"""How long a kind of device is no news."""

BROWSERS = (
    (r"\b(Edg|EdgA|EdgiOS)/", SignIn.Browser.EDGE),
    (r"\b(OPR|OPX)/", SignIn.Browser.OPERA),
    (r"\bSamsungBrowser/", SignIn.Browser.SAMSUNG),
    (r"\b(Firefox|FxiOS)/", SignIn.Browser.FIREFOX),
    (r"(Chrome|Chromium|CriOS)/", SignIn.Browser.CHROME),
    (r"\bSafari/", SignIn.Browser.SAFARI),
)
KINDS = (
    (r"iPad|Tablet|Android(?!.*Mobile)", SignIn.Kind.TABLET),
    (r"iPhone|Mobile|Android", SignIn.Kind.PHONE),
    (r"Windows|Macintosh|X11|Linux|CrOS", SignIn.Kind.COMPUTER),
)


@dataclass(frozen=True, slots=True)
class Device:
    """One place where somebody is signed in now. `heard` is when it was used last, to within some minutes."""

    sign_in: SignIn
    heard: datetime
    here: bool


def look_of(agent: str) -> tuple[str, str]:
    """Which kind of device and which browser this is, by what it says of itself; empty where that says nothing."""
    kind = next((kind for pattern, kind in KINDS if re.search(pattern, agent[:400])), SignIn.Kind.UNKNOWN)
    browser = next((one for pattern, one in BROWSERS if re.search(pattern, agent[:400])), SignIn.Browser.UNKNOWN)
    return str(kind), str(browser)


def note(*, user: User, session_key: str, agent: str, visit: bool, at: datetime) -> SignIn:
    """Somebody has signed in. `is_new` where they had not used this kind of device here lately, and had used another.

    A visit to one meeting is never news: it is at a tablet of the house, or by a code that somebody just typed.
    """
    kind, browser = look_of(agent)
    with transaction.atomic():
        before = SignIn.objects.filter(user=user, visit=False, at__gt=at - KNOWN_FOR)
        new = not visit and before.exists() and not before.filter(kind=kind, browser=browser).exists()
        # A session that was taken over by a newer sign-in names no row any more.
        SignIn.objects.filter(session_key=session_key).update(session_key="")
        return SignIn.objects.create(
            user=user, session_key=session_key, kind=kind, browser=browser, at=at, visit=visit, is_new=new
        )


def over(session_key: str | None) -> None:
    """This session has ended, by whichever door."""
    if session_key:
        SignIn.objects.filter(session_key=session_key).update(session_key="")


def devices_of(user: User, *, here: str | None, staff: bool, by: Actor, at: datetime) -> list[Device]:
    """Where this person is signed in now, this device first, then the one used last. For themselves alone."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, user)
    rows = {row.session_key: row for row in SignIn.objects.filter(user=user).exclude(session_key="")}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = []
    for session in Session.objects.filter(session_key__in=rows, expire_date__gt=at):
        opened = store(session.session_key)
        opened.update(opened.decode(session.session_data))
        if HEARD in opened and not is_over(opened, user, staff=staff, at=at):
            heard = datetime.fromtimestamp(opened[HEARD], UTC)
            found.append(Device(rows[session.session_key], heard, session.session_key == here))
    return sorted(found, key=lambda one: (not one.here, -one.heard.timestamp()))


def unseen(user: User) -> QuerySet[SignIn]:
    """Sign-ins on a kind of device that was new, which this person has not been shown yet. The newest first."""
    return SignIn.objects.filter(user=user, is_new=True, looked_at=None).order_by("-at")


def end(*, sign_in: SignIn, by: Actor, at: datetime) -> None:
    """That device is signed out now, meetings included, and is news again if it comes back."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, sign_in)
    _end([sign_in], sign_in.user, by=by, at=at)


def end_others(*, user: User, here: str | None, by: Actor, at: datetime) -> int:
    """Every other device is signed out now. Returns how many."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, user)
    rows = list(SignIn.objects.filter(user=user).exclude(session_key="").exclude(session_key=here or ""))
    _end(rows, user, by=by, at=at)
    return len(rows)


def was_me(*, user: User, by: Actor, at: datetime) -> None:
    """They have looked, and it was they themselves."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, user)
    SignIn.objects.filter(user=user, is_new=True, looked_at=None).update(looked_at=at)


def forget_old(*, at: datetime) -> int:
    """Sign-ins of long ago are nobody's business. Returns how many went."""
    return SignIn.objects.filter(at__lte=at - KNOWN_FOR).delete()[0]


def _end(rows: list[SignIn], user: User, *, by: Actor, at: datetime) -> None:
    if not rows:
        return
    with transaction.atomic():
        Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
        SignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()
        about, chain = log.Ref("person", user.code), user.organisation.code
        log.record(Event.SESSIONS_ENDED, by=by, about=about, at=at, chain=chain, concerns=user.code)
