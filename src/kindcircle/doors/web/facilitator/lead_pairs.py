"""Leading a talk in pairs: who said what, the pairs as they would begin, and the pairs while they talk."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.facilitator.lead_form import Form, Verb
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, pairs, queries
from kindcircle.rooms.live.actions.pairs import LENGTHS
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.live.models_pairs import PairsAnswer
from kindcircle.rooms.live.pairs import Talk
from kindcircle.rooms.live.queries_steadying import stories
from kindcircle.spec.timeline import Placed

Said = PairsAnswer.Said


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def part(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The pairs on the desk, drawn anew when something changed; `seen` is what the page shows."""
    context = _context(gathering)
    if request.GET.get("seen") == context["pairs_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    return render(request, "facilitator/lead_pairs_now.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def wall(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """For the projector: who talks with whom, of those who are in a pair. Nothing else about anybody."""
    place = queries.placed(gathering, at=clock.now())
    context = {"gathering": gathering, "states": live_page.states(place), **on_the_wall(gathering, place)}
    if request.GET.get("seen") == context["pairs_seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    return render(request, "facilitator/lead_wall_pairs.html", context)


def pairs_shown(gathering: Gathering, place: Placed) -> dict[str, Any]:
    """What the desk says about pairs, and the mark by which it asks whether anything is new."""
    talk = pairs.talk_of(gathering, place)
    if talk is None:
        return _marked(None)
    return _marked(_asked(talk) if talk.pairs.state == "asked" else _running(talk))


def on_the_wall(gathering: Gathering, place: Placed) -> dict[str, Any]:
    """The same for a projector: the names of those who are in a pair, and of nobody else."""
    talk = pairs.talk_of(gathering, place)
    if talk is None:
        return _marked(None)
    groups = [[talk.names[who] for who in group] for group in talk.groups if len(group) > 1]
    return _marked({"state": talk.pairs.state, "prompt": _prompt(talk), "groups": groups})


def _marked(shown: dict[str, Any] | None) -> dict[str, Any]:
    return {"pairs": shown, "pairs_seen": live_page.mark(shown)}


def _context(gathering: Gathering) -> dict[str, Any]:
    place = queries.placed(gathering, at=clock.now())
    return {"gathering": gathering, "states": live_page.states(place), **pairs_shown(gathering, place)}


def _asked(talk: Talk) -> dict[str, Any]:
    """Who said what, and the pairs as they would begin now."""
    seen = pairs.proposal(talk)
    return _head(talk) | {
        "open": _named(talk, [who for who in talk.here if not talk.said_by(who) and who not in talk.new]),
        "stay": _named(talk, [who for who in talk.here if talk.said_by(who) == Said.STAY]),
        "yes": sum(talk.said_by(who) == Said.YES for who in talk.here),
        "kept": _named(talk, seen.stays),
        "groups": [_named(talk, group) for group in seen.groups],
        "placed": _named(talk, [who for who in talk.here for group in seen.groups if who in group]),
        "short": seen.short,
        "may_stay": _named(talk, seen.may_stay),
        "print": seen.print,
        "lengths": LENGTHS,
        "minutes": _usual_minutes(talk),
    }


def _running(talk: Talk) -> dict[str, Any]:
    """Who is with whom now, who called, who has no pair and where there is room for them."""
    began = talk.pairs.started_at
    called = {
        story.place
        for story in stories(talk.gathering)
        if story.kind == Signal.Kind.COME and story.looked_after is None and clock.milliseconds(story.at) >= began
    }
    apart = pairs.kept_apart(talk.gathering) if talk.waiting else frozenset()
    groups: list[dict[str, Any]] = [
        {"number": number, "names": [talk.names[who] for who in group], "calls": bool(called & set(group))}
        for number, group in enumerate(talk.groups)
    ]
    inside = {who for group in talk.groups if len(group) > 1 for who in group}
    return _head(talk) | {
        "groups": [group for group in groups if len(group["names"]) > 1],
        "waiting": [
            {**one, "rooms": [groups[number] for number in talk.places_for(one["code"], apart)]}
            for one in _named(talk, talk.waiting)
        ],
        "with_you": [talk.names[who] for who in talk.here if who not in inside and who not in talk.waiting],
    }


def _head(talk: Talk) -> dict[str, Any]:
    facts = {"code": talk.pairs.pairs, "state": talk.pairs.state, "prompt": _prompt(talk)}
    return facts | {"new": _named(talk, [who for who in talk.here if who in talk.new])}


def _prompt(talk: Talk) -> str:
    prompt = queries.session_of(talk.gathering).slot(talk.pairs.prompt).prompt
    return prompt.text if prompt is not None else ""


def _named(talk: Talk, codes: Any) -> list[dict[str, str]]:
    return [{"code": who, "name": talk.names[who]} for who in codes]


def _usual_minutes(talk: Talk) -> int:
    """Half of the step, so that the circle has time for a line each."""
    half = queries.session_of(talk.gathering).slot(talk.pairs.prompt).minutes / 2
    return max((length for length in LENGTHS if length <= half), default=LENGTHS[0])


def _answer(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.mark_answer(
        gathering=gathering,
        talk=form.word("pairs"),
        member_code=form.word("member"),
        said=form.word("said"),
        by=by,
        at=at,
    )


def _swap(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    one, other = form.word("one"), form.word("other")
    actions.swap_in_pairs(gathering=gathering, talk=form.word("pairs"), one=one, other=other, by=by, at=at)


def _keep(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    member, stays = form.word("member"), form.word("stays") != "no"
    actions.keep_from_pairs(gathering=gathering, talk=form.word("pairs"), member_code=member, stays=stays, by=by, at=at)


def _start(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.start_pairs(
        gathering=gathering,
        talk=form.word("pairs"),
        minutes=form.number("minutes"),
        seen=form.word("seen"),
        by=by,
        at=at,
    )


def _bring(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.bring_to_pair(
        gathering=gathering,
        talk=form.word("pairs"),
        member_code=form.word("member"),
        number=form.number("number"),
        by=by,
        at=at,
    )


VERBS: dict[str, Verb] = {
    "ask-pairs": lambda g, f, by, at: actions.ask_pairs(gathering=g, prompt=f.word("prompt"), by=by, at=at),
    "pairs-answer": _answer,
    "pairs-swap": _swap,
    "pairs-keep": _keep,
    "start-pairs": _start,
    "longer-pairs": lambda g, f, by, at: actions.lengthen_pairs(gathering=g, talk=f.word("pairs"), by=by, at=at),
    "pairs-bring": _bring,
    "end-pairs": lambda g, f, by, at: actions.end_pairs(gathering=g, talk=f.word("pairs"), by=by, at=at),
}
