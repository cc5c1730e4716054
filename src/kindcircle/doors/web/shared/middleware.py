"""What happens around every page: who is asking, which headers leave, and how errors become kind sentences."""

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from allauth.core.exceptions import ImmediateHttpResponse, RateLimited, ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from kindcircle.base.access import NOBODY
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people import sessions
from kindcircle.base.people.language import spoken
from kindcircle.base.people.terms import speaking
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.doors.web.shared.errors import kind_page
from kindcircle.doors.web.shared.language import remember
from kindcircle.doors.web.shared.look import look_of
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.live.tablets import holder_of, tablet_by_code
from kindcircle.rooms.tasks.not_opening import tell_of_it

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("kindcircle.errors")

# Nothing in this product needs a camera, a place or a motion sensor.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "browsing-topics",
    )
)  # fmt: skip


# Raised by allauth to answer from deep inside; its own middleware turns them into pages.
ALLAUTH_ANSWERS = (ImmediateHttpResponse, ReauthenticationRequired, RateLimited)


class HeadersMiddleware:
    """Headers that every answer carries. Signed-in pages are never kept by any cache.

    A part of a page that was asked for under a session that ended meanwhile takes no cookie away: by the time its
    answer is there, this browser may have the next session, as on a tablet that is handed on.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            response.headers["Cache-Control"] = "no-store"
        session = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if session is not None and session["max-age"] == 0 and request.headers.get("HX-Request"):
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


class ActorMiddleware:
    """Puts `request.actor` there: who is asking, from the rows as they stand at this request. Shows their own time.

    Their language, and their house's own words and colours, hold for this request too. A visitor's language is the
    one of their cookie or of their browser (Django's own `LocaleMiddleware`).

    A session that has to end (`sessions.is_over`, or on a tablet that serves no more) ends here, and the person goes
    on as a visitor.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        timezone.deactivate()
        request.actor = NOBODY  # type: ignore[attr-defined]
        if user is None:
            return self.get_response(request)
        held = tablet_by_code(request.session["tablet"]) if "tablet" in request.session else None
        if not user.is_authenticated:
            if held is not None:
                request.actor = holder_of(held)  # type: ignore[attr-defined]
            return self.get_response(request)
        now = clock.now()
        actor = actor_for(
            user,
            strong=sessions.is_strong(request.session),
            only_gathering=request.session.get("only_gathering"),
            tablet_of=None if held is None else held.gathering_id,
            at=now,
        )
        lent = "tablet" in request.session
        over = sessions.is_over(request.session, user, staff=bool(actor.facilitates or actor.roles), at=now)
        if over or (lent and held is None):
            logout(request)
            return self.get_response(request)
        sessions.hear(request.session, at=now)
        timezone.activate(ZoneInfo(user.zone))
        request.actor = actor  # type: ignore[attr-defined]
        request.look = look_of(user.organisation)  # type: ignore[attr-defined]
        language = spoken(user.language)
        with translation.override(language), speaking(request.look.terms):  # type: ignore[attr-defined]
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        # The next page that comes without a session, such as the one for signing in, speaks as theirs do.
        if language != spoken(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")):
            remember(response, language)
        return response


class KindErrorMiddleware:
    """Turns our own errors into a page that says what to do. Anything else is logged by type and place only."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CannotOpen):
            tell_of_it(exception, request.actor, at=clock.now())  # type: ignore[attr-defined]
        if isinstance(exception, KindError):
            return kind_page(request, exception)
        if isinstance(exception, ALLAUTH_ANSWERS):
            return None
        last = exception.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        place = f"{last.tb_frame.f_code.co_filename.rpartition('kindcircle/')[2]}:{last.tb_lineno}" if last else "?"
        # The message of an exception may quote what somebody typed; its type and place never do.
        log.error("unexpected %s at %s", type(exception).__name__, place)
        return None
