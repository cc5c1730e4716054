"""Practices as staff look them up: found by what they train, how long they take and what they ask, and read whole."""

from django.http import HttpRequest, HttpResponse

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.practice_search import PracticeSearch
from kindcircle.doors.web.shared.printed import paper
from kindcircle.doors.web.words.frame import found, show
from kindcircle.paper import words
from kindcircle.spec.practices import Practice, all_practices, load_practice, newest_practice
from kindcircle.spec.texts import ContentError


@page(Permission.WORDS_SEE)
def practices(request: HttpRequest) -> HttpResponse:
    """The catalogue, or what fits the question in the address, each with a reason."""
    form = PracticeSearch(request.GET)
    suggestions = form.among(all_practices())
    return show(
        request, "words/practices.html", {"form": form, "suggestions": suggestions, "searched": bool(request.GET)}
    )


@page(Permission.WORDS_SEE)
def practice(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """One practice in every length, with every other way, and what to watch for."""
    one = _practice(name, version)
    easier = found(newest_practice, one.easier.practice) if one.easier.practice else None
    sheet = words.script(one)["script"]
    return show(
        request,
        "words/practice.html",
        {"one": one, "sheet": sheet, "easier": easier, "guide": as_html(one.guide), "newest": newest_practice(one.id)},
    )


@page(Permission.WORDS_SEE)
def script(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """The same as PDF."""
    one = _practice(name, version)
    return paper("script", words.script(one), one.title)


def _practice(name: str, version: str) -> Practice:
    try:
        return load_practice(name, version)
    except ContentError:
        raise NotFound from None
