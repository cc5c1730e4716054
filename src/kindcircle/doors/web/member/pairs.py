"""Talking in pairs, as one member sees it: being asked, with whom, coming back, and a list that is theirs alone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.models_pairs import PairsAnswer
from kindcircle.rooms.live.pairs import Talk, known_to, own_wish, talk_of
from kindcircle.spec.timeline import Placed

Said = PairsAnswer.Said


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def pairs(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """The part of one's page about pairs, drawn anew when something changed; `seen` is what the page shows."""
    context = _context(request, thing)
    if request.GET.get("seen") == context["pairs_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    return render(request, "member/gathering_pairs.html", context)


@page(Permission.GATHERING_JOIN, about=GATHERINGS, methods=("POST",))
def answer(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """Yes, stay, back to the room, or a pair after all. Sent with script, the part of the page comes back at once."""
    talk, said = request.POST.get("pairs", "")[:30], request.POST.get("said", "")[:10]
    why = ""
    try:
        actions.answer_pairs(gathering=thing, talk=talk, said=said, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except NotFound:
        why = _("The meeting is not open now.")
    except KindError as error:
        why = error.sentence
    if request.headers.get("HX-Request"):
        context = _context(request, thing, answered=not why)
        return render(request, "member/gathering_pairs.html", context | {"pairs_why": why})
    if why:
        messages.warning(request, why)
    return on_to("member:gathering", thing.code)


@page(Permission.PAIRS_WISH, about=GATHERINGS, methods=("GET", "POST"))
def apart(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """With whom one would rather not be in a pair. Nobody else can open this."""
    by = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        chosen = request.POST.getlist("who")[:80]
        actions.wish_apart(gathering=thing, others=chosen, by=by, at=clock.now())
        messages.success(request, _("Saved. The pairs keep it from now on, and nobody is told."))
        return on_to("member:gathering", thing.code)
    place = queries.own_place(thing, by)
    known = known_to(thing, place) if place is not None else {}
    chosen = own_wish(thing, by=by)
    people = [{"code": code, "name": name, "chosen": code in chosen} for code, name in known.items()]
    return render(request, "member/pairs_apart.html", {"gathering": thing, "people": people})


def pairs_shown(thing: Gathering, place: Placed, own_code: str, by: Actor, *, answered: bool = False) -> dict[str, Any]:
    """What a member's page says about pairs, and the mark by which it asks whether anything is new.

    On a tablet that goes from hand to hand an answer stands only on the page that takes it: `answered`.
    """
    talk = talk_of(thing, place)
    shown = None if talk is None or own_code not in talk.here else _shown(talk, own_code)
    if shown and shown["state"] == "asked" and by.tablet_of is not None and not answered:
        shown["said"] = ""
    return {
        "pairs": shown,
        "pairs_seen": live_page.mark([shown, place.pairs is not None and place.pairs.state], whose=by.code),
        "may_wish": by.only_gathering is None,
    }


def _context(request: HttpRequest, thing: Gathering, *, answered: bool = False) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    own = queries.own_place(thing, actor)
    place = queries.placed(thing, at=clock.now())
    code = own.code if own else ""
    shown = pairs_shown(thing, place, code, actor, answered=answered)
    session = queries.session_of(thing)
    return {"gathering": thing, "session": session, "own": own, "states": live_page.states(place, code), **shown}


def _shown(talk: Talk, me: str) -> dict[str, Any]:
    prompt = queries.session_of(talk.gathering).slot(talk.pairs.prompt).prompt
    number = talk.number_of(me)
    group = talk.groups[number] if number is not None else ()
    began = next((one for one in talk.pairs.groups if me in one), ())
    partners = [talk.names[who] for who in group if who != me]
    return {
        "code": talk.pairs.pairs,
        "state": talk.pairs.state,
        "prompt": prompt.text if prompt else "",
        "depth": prompt.depth if prompt else 0,
        "said": talk.said_by(me),
        "first": me in talk.new,
        "partners": _and(partners),
        "alone": number is not None and not partners,
        # As it began, the turns go by the clock. When somebody left or came, they share the time as they like.
        "as_begun": number is not None and group == talk.pairs.groups[number],
        "own_pair": bool(began) and any(who in talk.here and talk.said_by(who) == Said.YES for who in began),
    }


def _and(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}
