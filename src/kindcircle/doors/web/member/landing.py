"""After a practice that can stir people up: one question, what helps at once, and who may hear of it.

At home it stands where the player ends; in a meeting the page asks for it once the practice is over. Leaving it is an
answer, too: nobody is reminded.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.member.check_words import hours_of, moment_of
from kindcircle.doors.web.member.comforts import comforts
from kindcircle.doors.web.member.playing import number, offer_of
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.plan_words import asks
from kindcircle.doors.web.shared.questions import question, read
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.backdraft import actions, queries
from kindcircle.rooms.backdraft.exposures import led_in
from kindcircle.rooms.backdraft.models import Landing
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.practice.actions import start_play
from kindcircle.rooms.practice.courses import courses_of, offered
from kindcircle.rooms.preparing.queries import own_plan
from kindcircle.rooms.safety.queries import help_lines, promise
from kindcircle.spec.backdraft import INSTRUMENT, is_evocative
from kindcircle.spec.practices import Practice
from kindcircle.spec.wording import included_wording

LANDINGS = queries.landings()
FIRST, THEN = ("how",), ("lasting", "in_the_way", "contact")


def asked_after(words: Practice, language: str) -> dict[str, Any]:
    """The question for the end of the player; nothing for a practice that stirs nobody."""
    if not is_evocative(words.backdraft):
        return {}
    return {"ask_after": _asked(Landing(), language, FIRST)}


def asked_in(thing: Gathering, own: object) -> dict[str, Any]:
    """Whether the page of a meeting has something to ask about as it is opened."""
    return {"landing_due": own is not None and bool(led_in([thing])[thing.pk])}


@page(Permission.PRACTICE_PLAY, methods=("POST",))
def after_home(request: HttpRequest, practice_id: str) -> HttpResponse:
    """An answer from the end of the player, under the key of that play: whatever was told before it arrives once."""
    offer, at, by = offer_of(request, practice_id), clock.now(), request.actor  # type: ignore[attr-defined]
    seconds = number(request.POST.get("seconds", ""))
    play = start_play(
        practice=offer.practice,
        seconds=seconds if seconds in offer.lengths else offer.usual,
        client_key=key_of(request),
        member=request.user,  # type: ignore[arg-type]
        group=offer.group,
        by=by,
        at=at,
    )
    row = actions.ask_at_home(play=play, by=by, at=at)
    if row is None:
        return on_to("member:today")
    return _say(request, row, at)


@page(Permission.GATHERING_JOIN, about=GATHERINGS, methods=("POST",))
def after_meeting(request: HttpRequest, thing: Gathering) -> HttpResponse:
    """The question as a part of the page of a meeting, once a practice is over; empty while there is none."""
    at, by = clock.now(), request.actor  # type: ignore[attr-defined]
    row = actions.ask_in_meeting(gathering=thing, by=by, at=at)
    if not request.headers.get("HX-Request"):
        return on_to("member:gathering", thing.code) if row is None else on_to("member:landing", row.code)
    context = _shown(request, row, at) if row else {}
    return render(request, "member/gathering_landing.html", context | {"gathering": thing})


@page(Permission.LANDING_OWN, about=LANDINGS, methods=("GET", "POST"))
def landing(request: HttpRequest, row: Landing) -> HttpResponse:
    """How it was, and what helps now: first the one question, then choices at once."""
    at = clock.now()
    if request.method == "POST":
        return _say(request, row, at)
    return render(request, "member/landing.html", _shown(request, row, at))


@page(Permission.TODAY_SEE, methods=("GET", "POST"))
def may_tell(request: HttpRequest) -> HttpResponse:
    """Whether those who lead may hear that a practice was a lot: asked once at its place, and changed here."""
    member, by = request.user, request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        yes = {"yes": True, "no": False}.get(request.POST.get("tell", ""))
        if yes is not None:
            actions.set_may_tell(member=member, yes=yes, by=by, at=clock.now())  # type: ignore[arg-type]
            messages.success(request, _thanks_for_telling(yes=yes))
        back = LANDINGS.filter(code=request.POST.get("back", "")[:22], member=member).first()  # type: ignore[misc]
        return on_to("member:landing", back.code) if back else on_to("member:may-tell")
    return render(request, "member/may_tell.html", {"may_tell": queries.may_tell(member)})  # type: ignore[arg-type]


def _thanks_for_telling(*, yes: bool) -> str:
    if yes:
        return _("Thank you. When a practice is a lot, those who lead your group hear of it.")
    return _("That is fine. It stays with you. You can change this at any time.")


def _say(request: HttpRequest, row: Landing, at: datetime) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    typed = {name: request.POST.get(name, "")[:20] for name in request.POST}
    errors: dict[str, str] = {}
    sentence = ""
    try:
        if "over" in typed:
            actions.say_over(landing=row, over=typed["over"], by=by, at=at)
            messages.success(request, _("Thank you for telling us."))
            return on_to("member:today")
        if "much" in typed:
            actions.say_too_much(landing=row, by=by, at=at)
        one = queries.asked_with(row)
        answers, errors = read(one, {item: typed[item] for item in (*FIRST, *THEN) if item in typed})
        if not errors and any(answers.get(item) not in (None, "") for item in (*FIRST, *THEN)):
            actions.say_how(landing=row, answers=answers, by=by, at=at)
    except KindError as error:
        if not error.sentence:
            raise
        sentence = error.sentence
    if sentence or errors:
        context = _shown(request, row, at, typed, errors) | {"sentence": sentence or next(iter(errors.values()))}
        return render(request, "member/landing.html", context, status=422)
    row.refresh_from_db()
    if request.headers.get("HX-Request"):
        context = _shown(request, row, at) | {"gathering": row.gathering, "answered": True}
        return render(request, "member/gathering_landing.html", context)
    if "contact" in typed and typed["contact"] == "1":
        told = _("Those who lead have been told. One of them will get in touch with you.")
        if row.group is not None:
            promised = promise(row.group, at=at)
            told = _("Those who lead have been told. One of them will get in touch with you by %(when)s. %(hours)s") % {
                "when": moment_of(promised.by, promised.zone),
                "hours": hours_of(promised),
            }
        messages.success(request, told.strip())
    elif "lasting" in typed or "in_the_way" in typed:
        messages.success(request, _("Thank you for telling us."))
    return on_to("member:landing", row.code)


def _shown(
    request: HttpRequest,
    row: Landing,
    at: datetime,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> dict[str, Any]:
    by, language = request.actor, request.user.language  # type: ignore[attr-defined, union-attr]
    said = {name: str(getattr(row, name)) for name in ("lasting", "in_the_way") if getattr(row, name) is not None}
    practice = queries.practice_of(row)
    at_home = by.only_gathering is None
    house = row.member.organisation
    promised = promise(row.group, at=at) if row.group is not None else None
    lines: list[tuple[str, str]] = []
    if at_home:
        plan = own_plan(row.member, by=by)
        lines = [(one.ask, plan.lines[one.id]) for one in asks() if one.id in plan.lines]
    return {
        "landing": row,
        "practice": practice,
        "ask_after": _asked(row, language, FIRST, typed, errors),
        "then": _asked(row, language, THEN, said | (typed or {}), errors)["questions"],
        "then_said": len(said) == len(THEN) - 1,
        "kind": _kind(row),
        "at_home": at_home,
        "asks_to_tell": at_home and queries.asks_to_tell(row),
        "meeting": row.gathering if row.gathering and can(by, Permission.GATHERING_JOIN, row.gathering) else None,
        "easier": _open_to(request, practice.easier.practice) if at_home else None,
        "again": _open_to(request, practice.id) if at_home else None,
        "plan_lines": lines,
        "in_touch_by": moment_of(promised.by, promised.zone) if promised else "",
        "hours": hours_of(promised) if promised else "",
        "lines": help_lines(house, at=at),  # type: ignore[arg-type]
        "sentence": "",
        **comforts(),
    }


def _kind(row: Landing) -> str:
    """Which choices stand first: closing, opening, or none because it was fine. Empty while nothing was said."""
    if row.too_much_at is not None or row.how == 2:
        return "closing"
    return {None: "", 0: "fine", 1: "opening"}[row.how]


def _asked(
    row: Landing,
    language: str,
    items: tuple[str, ...],
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> dict[str, Any]:
    one = queries.asked_with(row) if row.pk else definition(INSTRUMENT)
    words = included_wording(one, language.partition("-")[0])
    found = [question(one, item, words, typed or {}, errors or {}) for item in one.items if item.id in items]
    return {"instruction": words.instruction, "first": found[0], "questions": found}


def _open_to(request: HttpRequest, practice_id: str | None) -> Practice | None:
    """This practice, where it is open to the person at home just now."""
    actor = request.actor  # type: ignore[attr-defined]
    offer = offered(courses_of(actor), practice_id) if practice_id else None
    return offer.practice if offer and not queries.rests(offer, queries.goes_slowly(actor.user_id)) else None


def still_there(request: HttpRequest) -> dict[str, Any]:
    """What was still there some time ago, to ask once if it is over; nothing for most people on most days."""
    row = queries.asks_if_over(request.actor, at=clock.now())  # type: ignore[attr-defined]
    return {"still_there": row, "still_practice": queries.practice_of(row)} if row else {}
