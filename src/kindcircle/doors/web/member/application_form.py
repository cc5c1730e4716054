"""The form before the talk: in parts that fit a phone, kept while it is written, and answered at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.check_words import hours_of, moment_of
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, key_of, on_to
from kindcircle.rooms.intake.actions import screening
from kindcircle.rooms.intake.errors import OpenElsewhere, SentBefore
from kindcircle.rooms.intake.models import Application, ScreeningForm
from kindcircle.rooms.intake.queries import opened_answers, screeners_of
from kindcircle.rooms.intake.questions import AGAIN, FIRST, Part, Question, parts_of
from kindcircle.rooms.measures.screening import alerts_of, keep_part
from kindcircle.rooms.safety.queries import help_lines, promise_before

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")
FORMS = ScreeningForm.objects.select_related("application__intake__organisation", "application__person")
SAID_BEFORE = ("hopes", "access", "phone", "safe")
"""What the first few questions asked already, by the same names: it stands there and can be changed."""
BOXES = tuple(question.id for parts in (FIRST, AGAIN) for part in parts for question in part.questions)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what was answered so far."""

    question: Question
    choice: str
    words: str


@gives_words_back(*BOXES)
@page(Permission.APPLICATION_OWN, about=APPLICATIONS, methods=("GET", "POST"))
def form(request: HttpRequest, application: Application) -> HttpResponse:
    """One part of the form at a time. Each is kept when it is left, and the last one hands the whole in."""
    at, by = clock.now(), request.actor  # type: ignore[attr-defined]
    try:
        kept = screening.open_form(application=application, by=by, at=at)
    except SentBefore:
        return redirect("application")
    parts = parts_of(kept.kind)
    number = _number(request, len(parts))
    part, last = parts[number - 1], number == len(parts)
    if request.method != "POST":
        return _show(request, kept, number, screening.own_answers(form=kept, by=by))
    typed = _typed(part, request.POST)
    # A press of the return key is no way to hand a form in by mistake: only the button says so.
    send = last and request.POST.get("do") == "send"
    told = {alert.code for alert in alerts_of(kept)}
    try:
        kept = keep_part(
            form=kept, answers=typed, page=key_of(request), version=version_of(request), send=send, by=by, at=at
        )
    except (OpenElsewhere, SentBefore) as error:
        return _show(request, FORMS.get(pk=kept.pk), number, typed, error=error)
    if send or any(alert.code not in told for alert in alerts_of(kept)):
        return on_to("application-told", kept.code)
    return SeeOther(f"{request.path}?part={number - 1 if request.POST.get('do') == 'back' else number + 1}")


@page(Permission.APPLICATION_OWN, about=APPLICATIONS, methods=("POST",))
def draft(request: HttpRequest, application: Application) -> HttpResponse:
    """Keep one box, as static/js/draft.js sends it: 204 when it is safe, 409 when another open page was later."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    box = next((name for name in BOXES if name in request.POST), None)
    if box is None:
        raise NotFound
    try:
        kept = screening.open_form(application=application, by=by, at=at)
        screening.keep_words(
            form=kept,
            question=box,
            words=request.POST[box],
            page=key_of(request),
            version=version_of(request),
            by=by,
            at=at,
        )
    except KindError as error:
        return HttpResponse(error.sentence, status=error.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@page(Permission.APPLICATION_OWN, about=FORMS)
def told(request: HttpRequest, form: ScreeningForm) -> HttpResponse:
    """Kept: said only of what is in the database. After a yes that matters, help and a promise stand here at once."""
    at, intake = clock.now(), form.application.intake
    alerts = alerts_of(form)
    context: dict[str, Any] = {"form": form, "alerts": alerts, "application": form.application}
    if alerts:
        promised = promise_before(intake, at=alerts[0].raised_at)
        context |= {
            "who": ", ".join(promised.who),
            "by": moment_of(promised.by, promised.zone),
            "hours": hours_of(promise_before(intake, at=at)),
            "lines": help_lines(intake.organisation, at=at),
        }
    return render(request, "member/application_told.html", context)


def _show(
    request: HttpRequest,
    kept: ScreeningForm,
    number: int,
    answers: Mapping[str, Mapping[str, str]],
    *,
    error: KindError | None = None,
) -> HttpResponse:
    at, application = clock.now(), kept.application
    parts = parts_of(kept.kind)
    part = parts[number - 1]
    before = opened_answers(application) if kept.kind == ScreeningForm.Kind.FIRST else {}
    names = seals.names_of(screeners_of(application.intake))
    context = {
        "application": application,
        "part": part,
        "number": number,
        "parts": len(parts),
        "asked": [_asked(question, answers, before) for question in part.questions],
        "who": ", ".join(names.values()) or _("those who lead the groups"),
        "hours": hours_of(promise_before(application.intake, at=at)) if part.asks_about_safety else "",
        "lines": help_lines(application.intake.organisation, at=at) if part.asks_about_safety else [],
        "error": error.sentence if error else "",
        "key": request.POST.get("key") or codes.new_code(),
        "version": kept.version,
    }
    return render(request, "member/application_form.html", context, status=error.status if error else 200)


def _asked(question: Question, answers: Mapping[str, Mapping[str, str]], before: Mapping[str, Any]) -> Asked:
    given = answers.get(question.id, {})
    words = given.get("words", "")
    if question.id not in answers and question.id in SAID_BEFORE:
        words = str(before.get(question.id, ""))
    return Asked(question, given.get("choice", ""), words)


def _typed(part: Part, sent: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        question.id: {"choice": sent.get(f"{question.id}-choice", ""), "words": sent.get(question.id, "")}
        for question in part.questions
    }


def _number(request: HttpRequest, parts: int) -> int:
    part = request.GET.get("part", "1")
    return min(max(int(part), 1), parts) if part.isascii() and part.isdigit() and len(part) < 4 else 1
