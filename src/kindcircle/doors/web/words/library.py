"""The library: short pages about kindness to oneself, for everybody who is signed in."""

from django.http import HttpRequest, HttpResponse

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.words.frame import show
from kindcircle.paper import words
from kindcircle.spec.library import Page, all_library, load_library
from kindcircle.spec.practices import newest_practice
from kindcircle.spec.texts import ContentError


@page(Permission.LIBRARY_READ)
def library(request: HttpRequest) -> HttpResponse:
    """What there is to read, in a good order."""
    return show(request, "words/library.html", {"pages": all_library()})


@page(Permission.LIBRARY_READ)
def read(request: HttpRequest, name: str) -> HttpResponse:
    """One page, with how sure each claim is and where it comes from."""
    one = _page(name)
    context = {
        "one": one,
        "text": as_html(one.text),
        "claims": [
            {"text": claim.text, "strength": words.STRENGTHS[claim.strength], "sources": claim.sources}
            for claim in one.claims
        ],
        "practices": [newest_practice(practice) for practice in one.practices],
        "related": [load_library(other) for other in one.related],
    }
    return show(request, "words/read.html", context)


@page(Permission.LIBRARY_READ)
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """The same page as PDF."""
    one = _page(name)
    return on_paper("handout", words.library_page(one), one.title)


def _page(name: str) -> Page:
    try:
        return load_library(name)
    except ContentError:
        raise NotFound from None
