"""The library: short pages about kindness to oneself, for everybody who is signed in; a draft only for staff."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.words.frame import found, show
from kindcircle.paper import words
from kindcircle.spec.library import Page, all_library, pages_for_members
from kindcircle.spec.practices import newest_practice


@page(Permission.LIBRARY_READ)
def library(request: HttpRequest) -> HttpResponse:
    """What there is to read, in a good order."""
    out = set(pages_for_members())
    return show(request, "words/library.html", {"pages": [(one, one not in out) for one in _pages(request)]})


@page(Permission.LIBRARY_READ)
def read(request: HttpRequest, name: str) -> HttpResponse:
    """One page, with how sure each claim is and where it comes from."""
    pages = {one.id: one for one in _pages(request)}
    one = _page(request, name)
    context = {
        "one": one,
        "text": as_html(one.text),
        "claims": [
            {"text": claim.text, "strength": _(words.STRENGTHS[claim.strength]), "sources": claim.sources}
            for claim in one.claims
        ],
        "practices": [practice for name in one.practices if (practice := found(newest_practice, name))],
        "related": [pages[other] for other in one.related if other in pages],
    }
    return show(request, "words/read.html", context)


@page(Permission.LIBRARY_READ)
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """The same page as PDF."""
    one = _page(request, name)
    return on_paper("handout", words.library_page(one), one.title)


def _pages(request: HttpRequest) -> tuple[Page, ...]:
    reads_drafts = can(request.actor, Permission.WORDS_SEE)  # type: ignore[attr-defined]
    return all_library() if reads_drafts else pages_for_members()


def _page(request: HttpRequest, name: str) -> Page:
    one = next((one for one in _pages(request) if one.id == name), None)
    if one is None:
        raise NotFound
    return one
