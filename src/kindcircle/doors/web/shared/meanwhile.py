"""Something kind to do while waiting, for everybody: two short practices to read along, and three pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.spec.library import load_library
from kindcircle.spec.practices import USUAL, newest_practice

PRACTICES = ("p22-soles-of-the-feet", "p46-ordinary-minute")
"""Nobody has talked with these people yet, so nothing here stirs up much: both are led in open circles too."""
PAGES = ("why-a-group", "what-it-is-not", "it-does-not-always-feel-good")


@page(Permission.DOOR_USE)
def meanwhile(request: HttpRequest, name: str) -> HttpResponse:
    """One of them, whole, without sign-in and without script."""
    if name in PRACTICES:
        practice = newest_practice(name)
        length = next(one for one in practice.durations if one.open_circle)
        context = {
            "practice": practice,
            "length": length_in_words(length.seconds),
            "steps": [(step.seconds, USUAL.words(step)) for step in length.steps],
        }
    elif name in PAGES:
        one = load_library(name)
        context = {"one": one, "text": as_html(one.text)}
    else:
        raise NotFound
    return render(request, "doors/meanwhile.html", context)
