"""The form before the talk, and the short one some weeks later: begun, kept while it is written, and sent.

What it means when somebody says yes to not being safe is seen to where it is kept: `rooms.measures.screening`.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.actions.applying import hold, record
from kindcircle.rooms.intake.errors import OpenElsewhere, SentBefore
from kindcircle.rooms.intake.models import Application, ScreeningForm
from kindcircle.rooms.intake.questions import LONGEST, NO, TALK, YES, questions_of

Answers = dict[str, dict[str, str]]
State = Application.State


def open_form(*, application: Application, by: Actor, at: datetime) -> ScreeningForm:
    """The form that is to be filled in now: the first, or the short one that was asked for later.

    Raises TakenBack, SentBefore.
    """
    require(by, Permission.APPLICATION_OWN, application)
    with transaction.atomic():
        held = hold(application, standing=True)
        waiting = held.forms.filter(sent_at=None).order_by("-pk").first()
        if waiting is not None:
            return waiting
        if held.forms.exists():
            raise SentBefore
        return ScreeningForm.objects.create(application=held, kind=ScreeningForm.Kind.FIRST, begun_at=at)


def ask_once_more(*, application: Application, at: datetime) -> ScreeningForm:
    """Put the short form before somebody, once. The site itself does, when a decision grows old."""
    with transaction.atomic():
        held = hold(application, standing=True)
        waiting = held.forms.filter(sent_at=None).first()
        return waiting or ScreeningForm.objects.create(application=held, kind=ScreeningForm.Kind.AGAIN, begun_at=at)


def keep(
    *, form: ScreeningForm, answers: Mapping[str, Mapping[str, str]], page: str, version: int, by: Actor, at: datetime
) -> ScreeningForm:
    """Keep what stands on one page of the form; other pages stay as they are. What is empty is not kept.

    page is the open page that saves (its form's key), version the form's version when that page was opened: two tabs
    never write over each other. The same words once more are nothing new: a box that saved itself while its page was
    being left makes no other page an old one. Raises OpenElsewhere, SentBefore, TakenBack.
    """
    require(by, Permission.APPLICATION_OWN, form)
    known = {question.id: question for question in questions_of(form.kind)}
    with transaction.atomic():
        hold(form.application, standing=True)
        held = _held(form)
        if held.sent_at is not None:
            raise SentBefore
        if held.page != page and held.version != version:
            raise OpenElsewhere
        before = opened(held)
        kept = dict(before)
        for name, given in answers.items():
            if name not in known:
                continue
            choice, words = given.get("choice", ""), given.get("words", "").replace("\0", "").strip()
            allowed = (YES, NO, TALK) if known[name].choice else (TALK,)
            answer = {"choice": choice if choice in allowed else "", "words": words[:LONGEST]}
            kept[name] = {part: said for part, said in answer.items() if said}
        kept = {name: answer for name, answer in kept.items() if answer}
        if kept == before:
            return held
        text = json.dumps(kept, ensure_ascii=False)
        held.sealed_answers = seals.SCREENING_FORM.seal(text, code=held.code, holder=held.application.person)
        held.version, held.page, held.saved_at = max(held.version + 1, milliseconds(at)), page, at
        held.save(update_fields=["sealed_answers", "version", "page", "saved_at"])
    return held


def keep_words(
    *, form: ScreeningForm, question: str, words: str, page: str, version: int, by: Actor, at: datetime
) -> None:
    """Keep one box while it is being written. Nobody else reads it before the form is sent."""
    choice = opened(form).get(question, {}).get("choice", "")
    keep(form=form, answers={question: {"choice": choice, "words": words}}, page=page, version=version, by=by, at=at)


def send(*, form: ScreeningForm, by: Actor, at: datetime) -> ScreeningForm:
    """From here on those who talk with people read it. Twice is once. Raises TakenBack."""
    require(by, Permission.APPLICATION_OWN, form)
    with transaction.atomic():
        application = hold(form.application, standing=True)
        held = _held(form)
        if held.sent_at is not None:
            return held
        held.sent_at = at
        held.save(update_fields=["sent_at"])
        if application.form_done_at is None:
            application.form_done_at = at
            if application.state == State.APPLIED:
                application.state = State.FORM_DONE
            application.save(update_fields=["form_done_at", "state"])
        record(Event.SCREENING_FORM_SENT, application=application, by=by, at=at, reason=held.kind)
    return held


def read_form(*, form: ScreeningForm, by: Actor, at: datetime) -> Answers:
    """What somebody wrote, for those who talk with them, once it is sent. Opening it leaves a trace."""
    require(by, Permission.APPLICATION_READ, form)
    if form.sent_at is None:
        return {}
    record(Event.APPLICATION_OPENED, application=form.application, by=by, at=at)
    return opened(form)


def own_answers(*, form: ScreeningForm, by: Actor) -> Answers:
    """What this person wrote themselves."""
    require(by, Permission.APPLICATION_OWN, form)
    return opened(form)


def opened(form: ScreeningForm) -> Answers:
    """The answers, for callers that have asked for the right already."""
    if not form.sealed_answers:
        return {}
    text = seals.SCREENING_FORM.open(form.sealed_answers, code=form.code, holder=form.application.person)
    answers: Answers = json.loads(text)
    return answers


def _held(form: ScreeningForm) -> ScreeningForm:
    rows = ScreeningForm.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("application__person", "application__intake__organisation").get(pk=form.pk)
