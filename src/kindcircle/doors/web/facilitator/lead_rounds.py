"""Leading a round: what each button of it does, who comes when, and how the talking is shared."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.facilitator.lead_form import Form, Verb
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.live_round import round_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.actions.rounds import Where
from kindcircle.rooms.live.errors import NotInThisSession
from kindcircle.rooms.live.queries_rounds import voices_in
from kindcircle.spec.voices import shares

PLACES = ("up", "first", "last", "out")
BARS = {
    "little": ("▮▯▯", gettext_lazy("little or nothing so far")),
    "some": ("▮▮▯", gettext_lazy("a share like most")),
    "much": ("▮▮▮", gettext_lazy("a larger share")),
}


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def turns(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The ring of a round, and who comes when: drawn anew when a round begins and when the piece moves."""
    found = round_of(gathering, queries.placed(gathering, at=clock.now()), "")
    return render(request, "facilitator/lead_turns.html", {"gathering": gathering, "round": found})


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def voices(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """How the talking is shared, worked out whenever somebody who leads looks."""
    return render(request, "facilitator/lead_voices.html", voices_shown(gathering, clock.now()))


def voices_shown(gathering: Gathering, at: datetime) -> dict[str, Any]:
    """Shares in words for the people who are here, in the order of the seats."""
    spoken, names = voices_in(gathering, at=at), queries.names_here(gathering)
    found = shares(list(spoken), spoken)
    people = [(names[who], *BARS[share]) for who, share in found.shares]
    return {"voices": {"shared": found.shared, "little": found.little, "people": people}}


def _round(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    way = form.word("way") or "seats"
    actions.start_round(gathering=gathering, prompt=form.word("prompt"), way=way, by=by, at=at)


def _move(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    holder = form.word("holder") or None
    actions.move_piece(gathering=gathering, turns=form.word("round"), holder=holder, to=form.word("to"), by=by, at=at)


def _order(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    where, _, who = form.word("order").partition(" ")
    if where not in PLACES:
        raise NotInThisSession
    actions.set_order(gathering=gathering, turns=form.word("round"), who=who, where=cast(Where, where), by=by, at=at)


def _longer(seconds: int) -> Verb:
    def longer(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
        holder = form.word("holder") or None
        actions.lengthen_turn(
            gathering=gathering, turns=form.word("round"), holder=holder, seconds=seconds, by=by, at=at
        )

    return longer


VERBS: dict[str, Verb] = {
    "round": _round,
    "move": _move,
    "later": lambda g, f, by, at: actions.defer_piece(
        gathering=g, turns=f.word("round"), who=f.word("holder"), by=by, at=at
    ),
    "order": _order,
    "add": lambda g, f, by, at: actions.add_to_round(
        gathering=g, turns=f.word("round"), who=f.word("who"), by=by, at=at
    ),
    "half-minute": _longer(30),
    "minute": _longer(60),
    "end-round": lambda g, f, by, at: actions.end_round(gathering=g, turns=f.word("round"), by=by, at=at),
}
