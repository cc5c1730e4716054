"""Saying yes in writing: the short page, the whole page, three plain questions, then the lines to tick and a name."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.consent_questions import looked_at, questions
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.shared.consent_text import Filled, text_for
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.paper import personal
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.consents import Stand, last_withdrawn, stand_of
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.consent_texts import HAS_STUDY, RESEARCH_ITEM, is_ready, newest_facts
from kindcircle.rooms.intake.errors import NoSuchText
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.spec.texts import pinned_handout

READERS = "who-can-read-my-words@1"
TO_SIGN = {Stand.ASKED, Stand.NEWER}
CHECKED, NOT_NOW = "consent_looked_at", "consent_not_now_on"
"""What the session remembers: that the three questions were on the screen, and the day on which it was put off."""


@page(Permission.ACCOUNT_USE)
def consent(request: HttpRequest) -> HttpResponse:
    """Where I am with my yes: the short page to begin with, or what I said yes to and how to take it back."""
    person = person_of(request)
    stand = stand_of(person)
    context: dict[str, Any] = {"stand": stand, "yes": _yes(current_consent(person)), "research": _research(person)}
    context |= {"taken": last_withdrawn(person), "ready": is_ready(person.organisation), "house": person.organisation}
    if stand in TO_SIGN and context["ready"]:
        context |= {"text": text_for(person), "readers": as_html(pinned_handout(READERS).text)}
    return render(request, "member/consent.html", context)


@page(Permission.ACCOUNT_USE)
def full(request: HttpRequest) -> HttpResponse:
    """The whole text, one step from the short one."""
    text = _text(person_of(request))
    return on_to("member:consent") if text is None else render(request, "member/consent_full.html", {"text": text})


@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def check(request: HttpRequest) -> HttpResponse:
    """Three plain questions. No answer is wrong to have given, none is kept, and each gets its words."""
    if _text(person_of(request)) is None:
        return on_to("member:consent")
    asked = questions()
    if request.method == "POST":
        asked = looked_at(asked, {one.id: request.POST.get(one.id, "") for one in asked})
        request.session[CHECKED] = True
    context = {"questions": asked, "answered": request.method == "POST"}
    return render(request, "member/consent_questions.html", context)


@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def sign(request: HttpRequest) -> HttpResponse:
    """The lines to tick, all empty, and a name. Then the place that was kept is theirs."""
    person = person_of(request)
    text = _text(person)
    if text is None:
        return on_to("member:consent")
    if request.method == "GET" and not request.session.get(CHECKED):
        return on_to("member:consent-questions")
    ticked, name, error, newer = set(request.POST.getlist("items")), request.POST.get("name", ""), "", False
    if request.method == "POST":
        try:
            groups.say_yes(
                person=person,
                text=request.POST.get("text", ""),
                facts_number=_number(request),
                items=ticked & {item.id for item in (*text.needed, *text.free)},
                signature=name.replace("\0", ""),
                shown=text.shown,
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except KindError as problem:
            error, newer = problem.sentence, isinstance(problem, NoSuchText)
            ticked = set() if newer else ticked
        else:
            return _signed(request, text)
    lines = [(one, one in text.needed, one.id in ticked) for one in (*text.needed, *text.free)]
    context = {"text": text, "lines": lines, "name": name, "error": error, "newer": newer}
    return render(request, "member/consent_sign.html", context, status=422 if error else 200)


@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def research(request: HttpRequest) -> HttpResponse:
    """A separate question that starts as a no. Yes, no, and no longer are all fine, and change nothing else."""
    person, error = person_of(request), ""
    current = current_consent(person, Consent.Kind.RESEARCH)
    if (current_consent(person) is None and current is None) or not is_ready(person.organisation):
        return on_to("member:consent")
    text = text_for(person)
    if request.method == "POST":
        by, at = request.actor, clock.now()  # type: ignore[attr-defined]
        if "take-back" in request.POST and current is not None:
            intake.withdraw(consent=current, by=by, at=at)
            messages.success(request, _("It is a no again. Nothing else has changed."))
            return on_to("member:consent-research")
        try:
            intake.sign(
                person=person, kind=Consent.Kind.RESEARCH, text=text.name, facts_number=text.number,
                items={*request.POST.getlist("items")} & {RESEARCH_ITEM},
                signature=request.POST.get("name", "").replace("\0", ""),
                shown=text.shown, by=by, at=at,
            )  # fmt: skip
        except KindError as problem:
            error = problem.sentence
        else:
            messages.success(request, _("Thank you. You can take it back here at any time."))
            return on_to("member:prepare")
    context = {"text": text, "current": current, "error": error, "name": request.POST.get("name", "")}
    newest = newest_facts(person.organisation)
    context["study"] = newest.facts.get("research_study", "") if newest else ""
    return render(request, "member/consent_research.html", context, status=422 if error else 200)


@page(Permission.ACCOUNT_USE, methods=("POST",))
def later(request: HttpRequest) -> SeeOther:
    """Not now. The yes from before stands, and the question is back tomorrow."""
    request.session[NOT_NOW] = timezone.localdate().isoformat()
    messages.success(request, _("That is fine. What you said yes to before still holds."))
    return on_to("member:today")


@page(Permission.ACCOUNT_USE)
def mine(request: HttpRequest) -> HttpResponse:
    """What I said yes to, word for word as it stood there."""
    person = person_of(request)
    yes = current_consent(person) or last_withdrawn(person)
    if yes is None:
        return on_to("member:consent")
    words = _copy(yes)
    lines = [words[item] for item in yes.copy.items if item in words] if words else []
    context = {"yes": yes, "name": _signature(yes), "lines": lines}
    context |= {"short": as_html(words.get("short", ""), deeper=1), "full": as_html(words.get("full", ""), deeper=1)}
    return render(request, "member/consent_mine.html", context)


@page(Permission.ACCOUNT_USE)
def paper(request: HttpRequest) -> HttpResponse:
    """Both layers as PDF, to take home and read in peace."""
    person = person_of(request)
    yes = current_consent(person)
    to_sign = _text(person)
    words = to_sign.shown if to_sign else _copy(yes) if yes else {}
    if not words:
        return on_to("member:consent")
    text = to_sign or text_for(person)
    lines = [words[item.id] for item in (*text.needed, *text.free, text.research) if item.id in words]
    pages = [(text.short_title, words["short"]), (text.full_title, words["full"])]
    return on_paper("handout", personal.consent(pages, lines), _("before you say yes"), keep=False)


def _signed(request: HttpRequest, text: Filled) -> SeeOther:
    """On to what comes next: the separate question if there is one, else getting ready."""
    request.session.pop(CHECKED, None)
    request.session.pop(NOT_NOW, None)
    messages.success(request, _("Thank you. Your yes is kept, and you can take it back at any time."))
    return on_to("member:consent-research" if text.has_study else "member:prepare")


def _text(person: User) -> Filled | None:
    """The text, for somebody who is asked for a yes; while it has gaps it is put before nobody."""
    asked = stand_of(person) in TO_SIGN and is_ready(person.organisation)
    return text_for(person) if asked else None


def _number(request: HttpRequest) -> int:
    number = request.POST.get("number", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0


def _yes(consent: Consent | None) -> dict[str, Any] | None:
    return (
        None
        if consent is None
        else {"row": consent, "day": date_format(timezone.localtime(consent.signed_at), "j F Y")}
    )


def _research(person: User) -> dict[str, Any]:
    newest = newest_facts(person.organisation)
    return {
        "yes": current_consent(person, Consent.Kind.RESEARCH),
        "asked": newest is not None and bool(newest.facts.get(HAS_STUDY)),
    }


def _copy(consent: Consent) -> dict[str, str]:
    """The words as they stood there; nothing for a yes from before they were kept."""
    if not hasattr(consent, "copy"):
        return {}
    return dict(
        json.loads(seals.CONSENT_COPY.open(consent.copy.sealed_words, code=consent.code, holder=consent.person))
    )


def _signature(consent: Consent) -> str:
    return seals.SIGNATURE.open(consent.sealed_signature, code=consent.code, holder=consent.person)
