"""What every template may rely on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kindcircle.base.access import NOBODY
from kindcircle.doors.web.shared.language import wants_few_words
from kindcircle.doors.web.shared.look import look_for


def idle_minutes(user: object, *, staff: bool) -> int:
    """How long a page of theirs may be left alone: as the site does it, or sooner where they said so."""
    most = settings.STAFF_IDLE_MINUTES if staff else settings.MEMBER_IDLE_MINUTES
    return min(most, getattr(user, "idle_minutes", None) or most)


def site(request: HttpRequest) -> dict[str, Any]:
    """Who asks, where quick exit leads, how long a page may stay idle, whether this is a demo, the look, few words."""
    actor = getattr(request, "actor", NOBODY)
    staff = bool(actor.facilitates or actor.roles)
    return {
        "actor": actor,
        "leave_to": settings.LEAVE_TO,
        "idle_minutes": idle_minutes(getattr(request, "user", None), staff=staff),
        "demo": settings.DEMO,
        "house_look": look_for(request),
        "few_words": wants_few_words(request),
    }
