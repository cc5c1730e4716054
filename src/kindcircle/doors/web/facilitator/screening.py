"""Those who asked to come, for whoever talks with them: who waits, what they wrote, and everything said since."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.placing import about_place
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.intake import asking
from kindcircle.rooms.intake.actions import screening, talks
from kindcircle.rooms.intake.actions.checklists import checklist_of
from kindcircle.rooms.intake.models import Application, Decision, Intake, ScreeningForm, Talk, TalkTime
from kindcircle.rooms.intake.queries import answers_of
from kindcircle.rooms.intake.questions import Question, questions_of
from kindcircle.rooms.measures.models import Score
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.measures.screening import screening_scores
from kindcircle.rooms.safety.models import Alert

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")
State = Application.State


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the queue, with what they wait for."""

    application: Application
    name: str
    waits_for: str
    talk: TalkTime | None
    alert: str
    scores: list[str]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as those who talk with the person read it."""

    question: Question
    choice: str
    words: str


@page(Permission.TASK_LIST)
def queue(request: HttpRequest) -> HttpResponse:
    """Everybody who asked to come and waits for something from us. Numbers only put them in order."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    intakes = list(_mine(actor).order_by("name", "pk"))
    rows = list(
        APPLICATIONS.filter(intake__in=intakes, withdrawn_at=None)
        .exclude(state=State.PLACED)
        .order_by("form_done_at", "applied_at", "pk")
    )
    lines = _lines(rows)
    times = list(
        TalkTime.objects.filter(screener=actor.user_id, starts_at__gt=at, intake__in=intakes)
        .select_related("intake", "application__person")
        .order_by("starts_at")[:40]
    )
    names = seals.names_of([one.application.person for one in times if one.application])
    with_people = {row.intake_id for row in rows if row.state != State.DECIDED}
    context = {
        # An offer that is over, and that nobody waits for, needs no times.
        "intakes": [one for one in intakes if one.pk in with_people or (one.public and one.state == Intake.State.OPEN)],
        "waiting": [line for line in lines if line.application.state != State.DECIDED],
        "answered": [line for line in lines if line.application.state == State.DECIDED],
        "times": [(one, names.get(one.application.person_id, "") if one.application else "") for one in times],
    }
    return render(request, "facilitator/screening.html", context)


@page(Permission.APPLICATION_READ, about=APPLICATIONS)
def applicant(request: HttpRequest, application: Application) -> HttpResponse:
    """One person: what they wrote, the talks, and what was decided. Opening it leaves a trace that they can see."""
    return render(request, "facilitator/applicant.html", about(request, application, clock.now()))


def about(request: HttpRequest, application: Application, at: datetime) -> dict[str, Any]:
    """Everything that stands on the page of one person."""
    by = request.actor  # type: ignore[attr-defined]
    forms = list(application.forms.order_by("-pk"))
    read = [(form, _said(form, screening.read_form(form=form, by=by, at=at))) for form in forms if form.sent_at]
    noted = talks.notes_of(application, by=by)
    decided = list(application.decisions.select_related("decided_by").order_by("-decided_at", "-pk"))
    staff = seals.names_of(list({talk.noted_by for talk, _ in noted} | {one.decided_by for one in decided}))
    return {
        "application": application,
        "name": seals.name_of(application.person),
        "zone": application.intake.zone,
        "first": asking.told(answers_of(application, by=by)),
        "forms": read,
        "form_open": any(form.sent_at is None for form in forms),
        "talks": [(talk, note, staff[talk.noted_by_id]) for talk, note in noted],
        "booked": TalkTime.objects.filter(application=application).select_related("screener").first(),
        "decisions": [_decided(one, application, staff[one.decided_by_id]) for one in decided],
        "scores": [_in_words(score) for score in screening_scores([application]).get(application.pk, [])],
        "alerts": Alert.objects.filter(member=application.person, intake=application.intake, closed_at=None),
        "outcomes": Decision.Outcome.choices,
        **about_place(application),
    }


def _mine(actor: Any) -> Any:
    return Intake.objects.filter(screeners__user=actor.user_id, organisation_id=actor.organisation_id)


def _lines(rows: list[Application]) -> list[Line]:
    """In the order in which people should be looked at: whoever said that they are not safe, then the rest."""
    names = seals.names_of([row.person for row in rows])
    talk_times = {one.application_id: one for one in TalkTime.objects.filter(application__in=rows)}
    scores = screening_scores(rows)
    people = [row.person_id for row in rows]
    alerts = {
        (one.member_id, one.intake_id): one.code
        for one in Alert.objects.filter(member__in=people, intake__isnull=False, closed_at=None)
    }
    decided = {
        one.application_id: one for one in Decision.objects.filter(application__in=rows).order_by("decided_at", "pk")
    }
    talked = set(Talk.objects.filter(application__in=rows, took_place=True).values_list("application_id", flat=True))
    lines = [
        Line(
            row,
            names[row.person_id],
            _waits_for(row, talk_times.get(row.pk), decided.get(row.pk), row.pk in talked),
            talk_times.get(row.pk),
            alerts.get((row.person_id, row.intake_id), ""),
            [_in_words(score) for score in scores.get(row.pk, [])],
        )
        for row in rows
    ]
    weight = {pk: sum(score.value or 0 for score in found) for pk, found in scores.items()}
    return sorted(lines, key=lambda line: (not line.alert, -weight.get(line.application.pk, 0)))


def _waits_for(row: Application, talk: TalkTime | None, decision: Decision | None, talked: bool) -> str:
    if decision is not None:
        return str(decision.get_outcome_display())
    if talked:
        return _("an answer")
    if talk is not None:
        return _("a talk, booked")
    return _("a time for the talk") if row.form_done_at else _("the form")


def _said(form: ScreeningForm, answers: screening.Answers) -> list[Said]:
    return [
        Said(question, answers[question.id].get("choice", ""), answers[question.id].get("words", ""))
        for question in questions_of(form.kind)
        if question.id in answers
    ]


def _in_words(score: Score) -> str:
    """A sum with its instrument's plain words; what it means is for the talk."""
    asked = score.response.assignment
    one = definition(asked.instrument, asked.version)
    span = next((rule.range for rule in one.scores if rule.id == score.scale), None)
    value = f"{score.value:g}" if score.value is not None else "-"
    if span is None:
        return f"{one.name}: {value}"
    low, high = span
    return _("%(name)s: %(value)s, on a scale from %(low)g to %(high)g") % {
        "name": one.name, "value": value, "low": low, "high": high,
    }  # fmt: skip


def _decided(one: Decision, application: Application, who: str) -> dict[str, Any]:
    person, code = application.person, one.code
    ticked = {}
    if one.sealed_checklist:
        ticked = json.loads(seals.SCREENING_NOTE.open(one.sealed_checklist, code=code, holder=person))
    _number, lines = checklist_of(application.intake.organisation, one.checklist_number)
    return {
        "decision": one,
        "who": who,
        "reason": seals.DECISION.open(one.sealed_reason, code=f"{code}:reason", holder=person)
        if one.sealed_reason
        else "",
        "letter": seals.DECISION.open(one.sealed_letter, code=f"{code}:letter", holder=person)
        if one.sealed_letter
        else "",
        "plan": seals.DECISION.open(one.sealed_plan, code=f"{code}:plan", holder=person) if one.sealed_plan else "",
        "checklist": [(words, ticked[name]) for name, words in lines if name in ticked],
    }
