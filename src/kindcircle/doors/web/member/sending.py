"""What forms on a member's own side have beyond a key and a way on: the draft they came from, words given back."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kindcircle.doors.web.shared.errors import words_back

View = Callable[..., HttpResponse]


def version_of(request: HttpRequest) -> int:
    """The version of the draft that this form was filled from; 0 for none."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0


def gives_words_back(*boxes: str, also: Callable[[], Iterable[str]] = tuple) -> Callable[[View], View]:
    """Put above `@page`: words sent after the session ended are shown again, not swallowed by a sign-in page.

    also names boxes that are known only once the content is there.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def giving(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            words = [request.POST[box] for box in (*boxes, *also()) if request.POST.get(box, "").strip()]
            if words and not request.actor.signed_in:  # type: ignore[attr-defined]
                return words_back(request, words, why=_("You were signed out before it reached us."), status=401)
            return view(request, **kwargs)

        return giving

    return declare
