"""One word, one line, yes or no: as one member says it, passes, changes it or takes it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.live_words import words_shown
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries

LONGEST_SENT = 1000
PASS = "pass"


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def words(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """The part of a page about words, drawn anew when something changed; `seen` is what the page shows."""
    context = _context(request, thing, passed=request.GET.get("passed", "")[:30])
    if request.GET.get("seen") == context["words_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    return render(request, "member/gathering_words.html", context)


@page(Permission.GATHERING_JOIN, about=GATHERINGS, methods=("POST",))
def say(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """A word, a line, yes or no; or a pass, which is answered the same way and changes nothing anywhere."""
    asked = request.POST.get("words", "")[:30]
    passing = request.POST.get("what") == PASS
    sent = "" if passing else request.POST.get("text", "")[:LONGEST_SENT]
    why = ""
    try:
        if not passing:
            said = request.POST.get("what") or sent
            actions.say_word(gathering=thing, words=asked, text=said, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except NotFound:
        why = _("The meeting is not open now. What you wrote is still here.")
    except KindError as error:
        why = error.sentence
    if request.headers.get("HX-Request"):
        context = _context(request, thing, passed="" if why else asked)
        # The button that was pressed is gone: reading goes on at the answer.
        more = {"words_why": why, "words_typed": sent, "words_answered": True}
        return render(request, "member/gathering_words.html", context | more)
    if why:
        context = {"gathering": thing, "why": why, "typed": sent}
        return render(request, "member/gathering_words_kept.html", context, status=409)
    return SeeOther(f"{reverse('member:gathering', args=[thing.code])}?passed={asked}")


@page(Permission.GATHERING_JOIN, about=GATHERINGS, methods=("POST",))
def back(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """Take back what one said: gone at once, on every screen."""
    asked = request.POST.get("words", "")[:30]
    actions.take_word_back(gathering=thing, words=asked, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    if request.headers.get("HX-Request"):
        return render(request, "member/gathering_words.html", _context(request, thing, passed=""))
    messages.success(request, _("It is gone, on every screen."))
    return on_to("member:gathering", thing.code)


def _context(request: HttpRequest, thing: Gathering, *, passed: str) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    place = queries.placed(thing, at=clock.now())
    own = queries.own_place(thing, actor)
    return {
        "gathering": thing,
        "session": queries.session_of(thing),
        "own": own,
        "states": live_page.states(place, own.code if own else ""),
        **words_shown(thing, place, actor, passed=passed),
    }
