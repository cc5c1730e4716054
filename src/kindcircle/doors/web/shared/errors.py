"""Pages for when something could not be done: one calm layout, one sentence, a way on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import KindError, NotFound


def kind_page(request: HttpRequest, error: KindError) -> HttpResponse:
    """The page for one of our own errors."""
    sentence = error.sentence
    if isinstance(error, NotFound) and not sentence:
        sentence = _("This page is not here, or it is not open to you. Your own page is one tap away.")
    return render(request, "error.html", {"status": error.status, "sentence": sentence}, status=error.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No page at this address."""
    return kind_page(request, NotFound())


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong on our side. Uses nothing that could be broken too."""
    sentence = _("Something went wrong on our side. Nothing you saved is lost. Please go back and try once more.")
    return render(None, "error_plain.html", {"status": 500, "sentence": sentence}, status=500)  # type: ignore[arg-type]


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's safety mark no longer fits: signed out meanwhile, or opened long ago."""
    return kind_page(
        request,
        KindError(
            _("This page was open for a long time. Go back, copy your words if you wrote some, and send them again.")
        ),
    )
