"""Leading a meeting: one tap for each thing a facilitator does, who is here, and the wall."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator import conducting, lead_pairs, lead_rounds, lead_words
from kindcircle.doors.web.facilitator.lead_form import Form, Verb
from kindcircle.doors.web.facilitator.roles import led_by
from kindcircle.doors.web.facilitator.steadying import slower_shown, taps_shown
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.live_words import words_led, words_on_wall
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.feedback.queries import lines_to_begin_with
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import meeting_name, present_places
from kindcircle.rooms.live import actions, queries, whereabouts
from kindcircle.rooms.live.actions.afterwards import may_say_held
from kindcircle.rooms.live.actions.presence import GONE_AFTER
from kindcircle.rooms.live.errors import NotInThisSession
from kindcircle.rooms.live.pairs import may_talk_in_pairs
from kindcircle.rooms.live.queries import Person
from kindcircle.rooms.safety.gate import SAYS, lacking


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def lead(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The run-sheet as a conductor's desk, with the people and their private taps beside it."""
    at = clock.now()
    actions.arrive(gathering=gathering, by=request.actor, at=at)  # type: ignore[attr-defined]
    place = queries.placed(gathering, at=at)
    context = live_page.page_context(gathering, place) | {
        "meeting": meeting_name(gathering),
        "led_by": led_by(gathering),
        "lacking": _lacking(gathering, at),
        "steps": _steps(gathering),
        "agreement": _agreement(request, gathering),
        "starts_at": gathering.starts_at.astimezone(ZoneInfo(gathering.group.zone)),
        "idle_minutes": live_page.idle_minutes(gathering, settings.STAFF_IDLE_MINUTES),
        "may_say_held": may_say_held(gathering, at=at),
        **people_shown(gathering, at),
        **taps_shown(gathering, at),
        **lead_pairs.pairs_shown(gathering, place),
        **words_led(gathering, place),
        "words_key": codes.new_code(),
        "pairs_open": may_talk_in_pairs(gathering),
        **slower_shown(gathering),
        **lead_rounds.voices_shown(gathering, at),
        **conducting.desk_shown(gathering, request.actor, at),  # type: ignore[attr-defined]
        **conducting.sheet_shown(gathering, place),
        **way_in(gathering),
    }
    return render(request, "facilitator/lead.html", context)


def _lacking(gathering: Gathering, at: datetime) -> list[Any]:
    """What stands in the way of the first door of a group; empty once it has met."""
    if Gathering.objects.filter(group=gathering.group_id, opened_at__isnull=False).exists():
        return []
    return [SAYS[one] for one in lacking(gathering.group.organisation, at=at, group=gathering.group)]


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def people(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Who is here, drawn anew whenever somebody comes, goes or falls silent."""
    context = {"gathering": gathering, "holding": "holding" in request.GET, **people_shown(gathering, clock.now())}
    return render(request, "facilitator/lead_people.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def wall(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """For a projector: the way in, what we are doing, the bell and the breath. Nothing private ever reaches it."""
    place = queries.placed(gathering, at=clock.now())
    context = live_page.page_context(gathering, place, wall=True) | {
        "agreement": live_page.agreement_shown(gathering, request.actor),  # type: ignore[attr-defined]
        **lead_pairs.on_the_wall(gathering, place),
        **words_on_wall(gathering, place),
        "idle_minutes": live_page.idle_minutes(gathering, settings.STAFF_IDLE_MINUTES),
        "did": lines_to_begin_with(gathering),
        **way_in(gathering),
    }
    return render(request, "facilitator/lead_wall.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS, methods=("POST",))
def do(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """One tap. What it does is named by `do`; a second tap on the same changes nothing."""
    verb = VERBS.get(request.POST.get("do", ""))
    try:
        if verb is None:
            raise NotInThisSession
        verb(gathering, Form(request), request.actor, clock.now())  # type: ignore[attr-defined]
    except KindError as error:
        if live_page.by_script(request):
            return live_page.not_done(error.sentence, error.status)
        messages.warning(request, error.sentence)
    if live_page.by_script(request) and not request.POST.get("reload"):
        return live_page.done()
    response = HttpResponseRedirect(reverse("facilitator:lead", args=[gathering.code]))
    response.status_code = 303
    return response


@page(Permission.GATHERING_LEAD, about=GATHERINGS, methods=("POST",))
def entry_pass(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Six letters for one member who cannot get in: shown once, on this very page, and stored only as a hash."""
    by = request.actor  # type: ignore[attr-defined]
    place = present_places(gathering.group).filter(code=Form(request).word("member")).first()
    if place is None:
        raise NotInThisSession
    letters = groups.make_entry_pass(gathering=gathering, member=place.user, by=by, at=clock.now())
    context = {"gathering": gathering, "name": seals.name_of(place.user), "letters": letters, **way_in(gathering)}
    return render(request, "facilitator/lead_pass.html", context)


def _open(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.open_gathering(gathering=gathering, online=form.word("how") == "online", by=by, at=at)


def _step(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.start_step(gathering=gathering, step=form.number("step"), by=by, at=at)


def _practice(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    practice, seconds = form.word("practice"), form.number("seconds")
    sure = form.word("sure") == "yes"
    actions.start_practice(gathering=gathering, practice=practice, seconds=seconds, sure=sure, by=by, at=at)


VERBS: dict[str, Verb] = {
    "open": _open,
    "step": _step,
    "practice": _practice,
    "pause": lambda g, f, by, at: actions.pause_practice(gathering=g, play=f.word("play"), by=by, at=at),
    "resume": lambda g, f, by, at: actions.resume_practice(gathering=g, play=f.word("play"), by=by, at=at),
    "end": lambda g, f, by, at: actions.end_practice(gathering=g, play=f.word("play"), by=by, at=at),
    "closing": lambda g, f, by, at: actions.start_closing(gathering=g, by=by, at=at),
    "close": lambda g, f, by, at: actions.close(gathering=g, by=by, at=at),
    "here": lambda g, f, by, at: actions.mark_here(gathering=g, member_code=f.word("member"), by=by, at=at),
    "let-in": lambda g, f, by, at: actions.let_in_late(gathering=g, member_code=f.word("member"), by=by, at=at),
    "left": lambda g, f, by, at: actions.mark_left(gathering=g, member_code=f.word("member"), by=by, at=at),
    **conducting.VERBS,
    **lead_rounds.VERBS,
    **lead_pairs.VERBS,
    **lead_words.VERBS,
}


def _steps(gathering: Gathering) -> list[dict[str, Any]]:
    """What may be said in each step of the run-sheet."""
    return [
        {
            "index": index,
            "slot": slot,
            "script": [block.splitlines() for block in slot.script.strip().split("\n\n")],
        }
        for index, slot in enumerate(queries.session_of(gathering).agenda)
    ]


def _agreement(request: HttpRequest, gathering: Gathering) -> dict[str, Any]:
    by = request.actor  # type: ignore[attr-defined]
    return live_page.agreement_shown(gathering, by, link="facilitator:agreement")


def people_shown(gathering: Gathering, at: datetime) -> dict[str, Any]:
    """Everybody of the group, as those who lead see them now."""
    everyone = queries.people(gathering, at=at)
    zone = ZoneInfo(gathering.group.zone)
    over = gathering.state == Gathering.State.CLOSED
    screen = whereabouts.is_by_screen(gathering)
    told = whereabouts.told_in(gathering, at=at) if screen else {}
    came = [one for one in everyone if one.being in ("here", "quiet") or (over and one.being == "left")]
    return {
        "people": [
            {
                "who": one,
                "since": one.arrived_at.astimezone(zone) if one.arrived_at else None,
                "minutes_quiet": _quiet(one, at),
                "told": told.get(one.user_id),
                "dropped": screen and one.being == "quiet" and one.device is not None and at - one.device >= GONE_AFTER,
            }
            for one in everyone
        ],
        "by_screen": screen,
        "holder": seals.name_of(gathering.holder) if screen and gathering.holder else "",
        "waiting": [one for one in everyone if one.being == "waits"],
        "came": len(came),
        "expected": len(everyone),
        "seats": [_mark(one, here=one in came) for one in everyone],
    }


def _mark(one: Person, *, here: bool) -> dict[str, str]:
    state = "attend" if one.being == "quiet" else "here" if here else "kept"
    return {"code": one.code, "label": one.name, "short": one.name, "state": state}


def _quiet(one: Person, at: datetime) -> int | None:
    """Whole minutes since a device of somebody who dropped off was heard, at least 1; None for everybody else."""
    if one.being != "quiet" or one.device is None:
        return None
    return max(1, int((at - one.device).total_seconds() // 60))


def way_in(gathering: Gathering) -> dict[str, Any]:
    """The letters and the address by which a device finds this meeting."""
    letters = gathering.short_code
    if not letters:
        return {"letters_shown": "", "join_link": "", "join_address": ""}
    return {
        "letters_shown": f"{letters[:3]} {letters[3:]}",
        "join_link": settings.ORIGIN + reverse("join-code", args=[letters]),
        "join_address": settings.ORIGIN.partition("://")[2] + reverse("join"),
    }
