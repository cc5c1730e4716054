"""What every form on a member's own side has in common: its key, the draft it was filled from, the way on."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.lib import codes
from kindcircle.doors.web.shared.errors import words_back

LONGEST_KEY = 64
View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """Done; go and look there. Reloading that page sends nothing again."""

    status_code = 303


def on_to(name: str, *args: str) -> SeeOther:
    """The answer to a form that went through."""
    return SeeOther(reverse(name, args=args))


def key_of(request: HttpRequest) -> str:
    """The key that this form was made with: the same for every try. A form without one counts as new each time."""
    key = request.POST.get("key", "").strip()
    return key if 0 < len(key) <= LONGEST_KEY else codes.new_code()


def version_of(request: HttpRequest) -> int:
    """The version of the draft that this form was filled from; 0 for none."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0


def gives_words_back(*boxes: str) -> Callable[[View], View]:
    """Put above `@page`: words sent after the session ended are shown again, not swallowed by a sign-in page."""

    def declare(view: View) -> View:
        @wraps(view)
        def giving(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            words = [request.POST[box] for box in boxes if request.POST.get(box, "").strip()]
            if words and not request.actor.signed_in:  # type: ignore[attr-defined]
                return words_back(request, words, why=_("You were signed out before it reached us."), status=401)
            return view(request, **kwargs)

        return giving

    return declare
