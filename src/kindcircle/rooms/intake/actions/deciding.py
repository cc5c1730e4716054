"""A person decides, and signs. Scores only sort the queue."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.actions.applying import hold, record
from kindcircle.rooms.intake.errors import SayWhy
from kindcircle.rooms.intake.models import Application, Decision


def decide(
    *,
    application: Application,
    outcome: str,
    reason: str,
    letter: str,
    by: Actor,
    at: datetime,
    plan: str = "",
    checklist: Mapping[str, str] | None = None,
    checklist_number: int = 0,
) -> Decision:
    """Join, join with a plan, later, or other help: with a reason for the record and warm words to the person.

    The latest decision holds. Raises SayWhy, TakenBack.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    if not reason.strip() or not letter.strip() or (outcome == Decision.Outcome.JOIN_WITH_PLAN and not plan.strip()):
        raise SayWhy
    with transaction.atomic():
        held = hold(application, standing=True)
        person = held.person
        decision = Decision(
            application=held,
            outcome=outcome,
            checklist_number=checklist_number,
            decided_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may decide
            decided_at=at,
        )
        code = decision.code
        decision.sealed_reason = seals.DECISION.seal(reason.strip(), code=f"{code}:reason", holder=person)
        decision.sealed_letter = seals.DECISION.seal(letter.strip(), code=f"{code}:letter", holder=person)
        if plan.strip():
            decision.sealed_plan = seals.DECISION.seal(plan.strip(), code=f"{code}:plan", holder=person)
        if checklist:
            noted = json.dumps(checklist)
            decision.sealed_checklist = seals.SCREENING_NOTE.seal(noted, code=code, holder=person)
        decision.save(force_insert=True)
        if held.state != Application.State.PLACED:
            Application.objects.filter(pk=held.pk).update(state=Application.State.DECIDED)
        queue.enqueue("something-waiting", to=person, about=Ref("decision", code), once=code, at=at)
        record(Event.DECIDED, application=held, by=by, at=at, reason=outcome)
    return decision
