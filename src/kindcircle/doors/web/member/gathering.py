"""A member in the meeting: what we are doing now, one's own private taps, one's turn in a round, the way out."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.member import lobby
from kindcircle.doors.web.member.landing import asked_in
from kindcircle.doors.web.member.pairs import pairs_shown
from kindcircle.doors.web.member.steadying import help_for
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.live_round import round_of
from kindcircle.doors.web.shared.live_words import words_shown
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import OpenSheet, open_assignments
from kindcircle.rooms.practice.own_way import AS_WRITTEN, Choice, own_way
from kindcircle.spec.practices import newest_practice

GROUNDING = "p22-soles-of-the-feet"
WAYS = [
    ("eyes_open", gettext_lazy("With my eyes open")),
    ("no_breath", gettext_lazy("Without the breath")),
    ("no_touch", gettext_lazy("Without touch")),
    ("seated", gettext_lazy("Sitting down")),
    ("low_literacy", gettext_lazy("Without writing")),
]


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def gathering(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """The one page of a meeting: waiting, taking part, and leaving. Whole without script; alive with it."""
    at, actor = clock.now(), request.actor  # type: ignore[attr-defined]
    if lobby.waits(thing, actor):
        return on_to("member:lobby", thing.code)
    actions.arrive(gathering=thing, by=actor, at=at)
    if queries.waits_outside(thing, actor, at=at):
        return _outside(request, thing)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})  # let in meanwhile: the whole page comes
    place = queries.placed(thing, at=at)
    own = queries.own_place(thing, actor)
    at_home = own is not None and actor.only_gathering is None  # a visit by short code opens this meeting only
    sheets = Assignment.objects.filter(member_id=actor.user_id, gathering=thing)
    waiting = open_assignments(actor, at)
    # Several sheets may belong to one moment: it is told once all of them are.
    told = set(sheets.filter(response__isnull=False).values_list("occasion", flat=True)) - {
        sheet.occasion for sheet in waiting if sheet.gathering_id == thing.pk
    }
    context = live_page.page_context(thing, place, own.code if own else "") | {
        "own": own,
        "agreement": live_page.agreement_shown(thing, actor, link="member:agreement" if at_home else ""),
        "starts_at": thing.starts_at.astimezone(ZoneInfo(thing.group.zone)),
        "grounding": [step.say for step in newest_practice(GROUNDING).shortest.steps],
        "choice": _own_way(request),
        "ways": WAYS,
        "tapped": request.GET.get("tapped", ""),
        **(help_for(request, thing, at) if own else {}),
        "leads": _leads(thing) if place.phase == "planned" else "",
        "arrival": sheets.filter(occasion=Assignment.Occasion.ARRIVAL, response=None).exists(),
        "in_room": _in_room(waiting, thing) if own else None,
        "told_arriving": Assignment.Occasion.ARRIVAL in told,
        "told_how_it_was": Assignment.Occasion.LEAVING in told,
        "idle_minutes": live_page.idle_minutes(thing, settings.MEMBER_IDLE_MINUTES),
        **asked_in(thing, own),
        **lobby.step(thing, actor, at),
        **words_shown(thing, place, actor, passed=request.GET.get("passed", "")[:30]),
        **pairs_shown(thing, place, own.code if own else "", actor),
    }
    return render(request, "member/gathering.html", context)


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def in_room(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """Questions that were opened in the room, as a part of the meeting's page that looks again by itself."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    own = queries.own_place(thing, actor)
    context = {
        "gathering": thing,
        "in_room": _in_room(open_assignments(actor, at), thing) if own else None,
        "states": live_page.states(queries.placed(thing, at=at), own.code if own else ""),
    }
    return render(request, "member/gathering_sheets.html", context)


def _in_room(waiting: list[OpenSheet], thing: Gathering) -> OpenSheet | None:
    """The first of what was opened in the room and is not sent yet; the others follow one after the other."""
    return next((sheet for sheet in waiting if sheet.room_id == thing.pk), None)


def _leads(thing: Gathering) -> str:
    """Who will be there, so that nobody is met by a stranger: the two of this meeting, or whoever steps in."""
    people = [person for person in (thing.guide, thing.holder) if person is not None and person.is_active]
    return " · ".join(seals.names_of(people)[person.pk] for person in people)


def _outside(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """Somebody who came late: that it is fine, and when they can come in. The page asks again by itself."""
    context = {"gathering": thing, "practice": queries.practice_goes_on(thing, at=clock.now())}
    return render(request, "member/gathering_late.html", context)


def _own_way(request: HttpRequest) -> Choice:
    """How this person likes to practise. A visit by short code opens nothing that is theirs, this neither."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.only_gathering is not None:
        return AS_WRITTEN
    return own_way(request.user, by=actor)  # type: ignore[arg-type]


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def events(request: HttpRequest, thing: Gathering) -> JsonResponse:
    """What happened after event `after`, for devices whose socket is closed. Asking is also a sign of life."""
    after = request.GET.get("after", "0")
    known = int(after) if after.isdecimal() and len(after) < 10 else 0
    by = request.actor  # type: ignore[attr-defined]
    if by.tablet_of is None:
        actions.keep_alive(gathering=thing, user_ids={by.user_id}, at=clock.now())
    found = queries.messages_of(thing.pk, after=known)
    return JsonResponse({"events": found, "now": live_page.now_ms()})


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def facts(request: HttpRequest, thing: Gathering) -> JsonResponse:
    """Names and words for devices that meet somebody or something new."""
    return JsonResponse(live_page.facts(thing))


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def ring(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """The ring of a round and who is still to come, drawn anew when a round begins and when the piece moves."""
    own = queries.own_place(thing, request.actor)  # type: ignore[attr-defined]
    place = queries.placed(thing, at=clock.now())
    found = round_of(thing, place, own.code if own else "")
    return render(request, "member/ring.html", {"own": own, "round": found})


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def check(request: HttpRequest, thing: Gathering, occasion: str) -> HttpResponse:
    """Straight to one's own sheet for arriving or for leaving."""
    by = request.actor  # type: ignore[attr-defined]
    sheets = [sheet for sheet in open_assignments(by, clock.now()) if sheet.gathering_id == thing.pk]
    for sheet in sheets:
        if sheet.occasion == occasion:
            return redirect("member:check", code=sheet.code)
    return _answer(request, thing, why=_("There is nothing to fill in right now."))


@page(Permission.GATHERING_JOIN, about=GATHERINGS, methods=("POST",))
def signal(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """A private tap, by form or by script when the socket is closed."""
    kind = request.POST.get("kind", "")
    try:
        actions.send_signal(
            gathering=thing,
            kind=kind,
            client_key=request.POST.get("key", ""),
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        why = error.sentence or _("The meeting is not open now, so nobody would see this. Help now is always here.")
        return _answer(request, thing, why=why, status=error.status)
    if not live_page.by_script(request):
        if kind == Signal.Kind.LEAVE:
            return on_to("member:left", thing.code)
        messages.success(request, _thanks_for(kind))
    return _answer(request, thing, more=f"?tapped={kind}")


@page(Permission.GATHERING_JOIN, about=GATHERINGS, methods=("POST",))
def piece(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """One's part in a round. Handing on after speaking and passing are the same act; or "come back to me", a hand up
    or down, and the one sign for the one who speaks."""
    turns, what = request.POST.get("round", "")[:80], request.POST.get("what", "")
    told: dict[str, Any] = {"gathering": thing, "turns": turns, "by": request.actor, "at": clock.now()}  # type: ignore[attr-defined]
    try:
        if what in ("done", "pass", "later"):
            actions.take_turn(**told, later=what == "later")
        elif what == "up":
            actions.raise_hand(**told)
        elif what == "down":
            actions.lower_hand(**told)
        elif what == "with":
            actions.be_with(**told, holder=request.POST.get("holder", "")[:80])
    except NotFound as error:
        return _answer(request, thing, why=_("The meeting is not open now."), status=error.status)
    except KindError as error:
        return _answer(request, thing, why=error.sentence, status=error.status)
    return _answer(request, thing)


def _thanks_for(kind: str) -> str:
    return {
        Signal.Kind.FINE: _("Thank you. Your facilitators can see that you are fine."),
        Signal.Kind.LOT: _("Thank you for saying so. Your facilitators can see it. You can stop at any time."),
        Signal.Kind.COME: _("Your facilitators have been called. One of them will come to you."),
        Signal.Kind.STEP_OUT: _("That is fine. Your facilitators know. Your seat is kept for you."),
    }[Signal.Kind(kind)]


def _answer(
    request: HttpRequest, thing: Gathering, *, why: str = "", status: int = 409, more: str = ""
) -> HttpResponse:
    """To a script: done, or why not. To everybody else: the page again, with the sentence on top."""
    if live_page.by_script(request):
        return live_page.not_done(why, status) if why else live_page.done()
    if why:
        messages.warning(request, why)
    response = HttpResponseRedirect(reverse("member:gathering", args=[thing.code]) + more)
    response.status_code = 303
    return response
