"""Pages for when something could not be done: one calm layout, one sentence, a way on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
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
    """The form's safety mark no longer fits: signed in again meanwhile, or opened long ago. Its words are given back.

    Only to a form of our own pages: a form on another site must not put words on ours.
    """
    own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    # What people wrote has more than one word; keys, codes and choices have not.
    words = [text for text in map(str, request.POST.values()) if len(text.split()) > 1]
    why = _("This page was open for a long time, so we could not take it.")
    if own and words:
        return words_back(request, words, why=why, status=400)
    return kind_page(request, KindError(why + " " + _("Please open it again.")))


def words_back(request: HttpRequest, words: list[str], *, why: str, status: int) -> HttpResponse:
    """Words that were sent and could not be taken, for their sender to copy, with the way back to their page."""
    match = request.resolver_match
    methods = getattr(match.func, "methods", ()) if match else ()
    again = request.path if "GET" in methods else reverse("home")
    return render(request, "words_back.html", {"why": why, "words": words, "again": again}, status=status)
