"""A person decides, and signs. Scores only sort the queue."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.actions.applying import hold, let_kept_place_go, record
from kindcircle.rooms.intake.errors import DecidedMeanwhile, SayWhy, SignWithYourName
from kindcircle.rooms.intake.models import Application, Decision
from kindcircle.rooms.intake.queries import latest_decision
from kindcircle.rooms.tasks.actions import settle
from kindcircle.rooms.tasks.kinds import Kind

Outcome, State = Decision.Outcome, Application.State


def decide(
    *,
    application: Application,
    outcome: str,
    reason: str,
    letter: str,
    by: Actor,
    at: datetime,
    plan: str = "",
    checklist: Mapping[str, object] | None = None,
    checklist_number: int = 0,
    signature: str = "",
    ask_again_on: date | None = None,
    seen: str | None = None,
    client_key: str | None = None,
) -> Decision:
    """Join, join with a plan, later, or other help: with a reason for the record and warm words to the person.

    The latest decision holds.

    checklist   what was gone through, by the id of the line
    seen        the code of the decision that held when the form was opened ("" for none); None: whatever holds
    client_key  made with the form: sent twice, it is one decision
    Raises SayWhy, SignWithYourName, DecidedMeanwhile, TakenBack.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    if outcome not in Outcome.values or not reason.strip() or not letter.strip():
        raise SayWhy
    if outcome == Outcome.JOIN_WITH_PLAN and not plan.strip():
        raise SayWhy
    if signature and not _is_name_of(by, signature):
        raise SignWithYourName
    with transaction.atomic():
        held = hold(application, standing=True)
        sent = held.decisions.filter(client_key=client_key).first() if client_key else None
        if sent is not None:
            return sent
        holds = latest_decision(held)
        if seen is not None and seen != (holds.code if holds else ""):
            raise DecidedMeanwhile
        person = held.person
        decision = Decision(
            application=held,
            outcome=outcome,
            checklist_number=checklist_number,
            decided_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may decide
            decided_at=at,
            ask_again_on=ask_again_on if outcome == Outcome.LATER else None,
            client_key=client_key,
        )
        code = decision.code
        decision.sealed_reason = seals.DECISION.seal(reason.strip(), code=f"{code}:reason", holder=person)
        decision.sealed_letter = seals.DECISION.seal(letter.strip(), code=f"{code}:letter", holder=person)
        if plan.strip():
            decision.sealed_plan = seals.DECISION.seal(plan.strip(), code=f"{code}:plan", holder=person)
        if signature:
            decision.sealed_signature = seals.SIGNATURE.seal(signature.strip(), code=code, holder=person)
        if checklist:
            noted = json.dumps(checklist, ensure_ascii=False)
            decision.sealed_checklist = seals.SCREENING_NOTE.seal(noted, code=code, holder=person)
        decision.save(force_insert=True)
        if not decision.opens_a_place:
            let_kept_place_go(held, at=at)
        if held.state != State.PLACED:
            Application.objects.filter(pk=held.pk).update(state=State.DECIDED)
        for kind in (Kind.SCREEN_AGAIN, Kind.ASK_LATER):
            settle(kind, about=Ref("application", held.code), at=at)
        queue.enqueue("something-waiting", to=person, about=Ref("decision", code), once=code, at=at)
        record(Event.DECIDED, application=held, by=by, at=at, reason=outcome)
    return decision


def open_letter(*, decision: Decision, by: Actor, at: datetime) -> str:
    """The written answer, read by the person it was written to. The first opening is remembered."""
    require(by, Permission.APPLICATION_OWN, decision)
    words = seals.DECISION.open(
        decision.sealed_letter, code=f"{decision.code}:letter", holder=decision.application.person
    )
    Decision.objects.filter(pk=decision.pk, letter_opened_at=None).update(letter_opened_at=max(at, decision.decided_at))
    return words


def _is_name_of(by: Actor, signature: str) -> bool:
    name = seals.name_of(User.objects.get(code=by.code))
    return " ".join(signature.split()).casefold() == " ".join(name.split()).casefold()
