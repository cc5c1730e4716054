"""Leading words that appear together: asking, reading first, leaving one out, showing, putting away."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.facilitator.lead_form import Form, Verb
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.live_words import words_led, words_on_wall
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.errors import NotInThisSession


@page(Permission.GATHERING_LEAD, about=GATHERINGS, methods=("GET", "POST"))
def words(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """What is being gathered: how many are in, the words once they are read. Drawn anew when something changed."""
    why = ""
    if request.method == "POST":
        try:
            verb = ON_WORDS.get(request.POST.get("do", ""))
            if verb is None:
                raise NotInThisSession
            verb(gathering, Form(request), request.actor, clock.now())  # type: ignore[attr-defined]
        except KindError as error:
            why = error.sentence
        if not request.headers.get("HX-Request"):
            if why:
                messages.warning(request, why)
            return on_to("facilitator:lead", gathering.code)
    place = queries.placed(gathering, at=clock.now())
    context = {"gathering": gathering, "states": live_page.states(place), **words_led(gathering, place)}
    if request.method == "GET" and request.GET.get("seen") == context["words_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    typed = request.POST.get("text", "") if why else ""
    more = {"words_why": why, "words_typed": typed, "words_key": codes.new_code(), "answers": request.method == "POST"}
    return render(request, "facilitator/lead_words.html", context | more)


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def wall(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The part of the wall about words: what is asked, and what everybody sees."""
    place = queries.placed(gathering, at=clock.now())
    context = {"gathering": gathering, "states": live_page.states(place), **words_on_wall(gathering, place)}
    if request.GET.get("seen") == context["words_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    return render(request, "facilitator/wall_words.html", context)


def _ask(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.ask_words(gathering=gathering, kind=form.word("kind"), prompt=form.word("prompt"), by=by, at=at)


def _add(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    text, key = form.line("text"), form.word("key")
    actions.add_word(gathering=gathering, words=form.word("words"), text=text, key=key, by=by, at=at)


VERBS: dict[str, Verb] = {"ask-words": _ask}
"""What stands among the other buttons of a step."""

ON_WORDS: dict[str, Verb] = {
    "add": _add,
    "read": lambda g, f, by, at: actions.read_words(gathering=g, words=f.word("words"), by=by, at=at),
    "show": lambda g, f, by, at: actions.show_words(gathering=g, words=f.word("words"), by=by, at=at),
    "end": lambda g, f, by, at: actions.end_words(gathering=g, words=f.word("words"), by=by, at=at),
    "out": lambda g, f, by, at: actions.leave_word_out(gathering=g, word=f.word("word"), out=True, by=by, at=at),
    "in": lambda g, f, by, at: actions.leave_word_out(gathering=g, word=f.word("word"), out=False, by=by, at=at),
    "care": lambda g, f, by, at: actions.look_after_author(gathering=g, word=f.word("word"), by=by, at=at),
}
"""What is done with the words that are being gathered."""
