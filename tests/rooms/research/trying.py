"""A trial in a made-up house: an offer, people who may join, a plan that two people locked, and a draw."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.intake.actions import apply, decide
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research import draw, trials
from tests.world import NAMES, World, make_intake, make_person

Occasion = Assignment.Occasion
SOON = timedelta(hours=1)
TIME_IS_UP = timedelta(days=9)
"""From the beginning to a moment at which nobody can choose any more, in every zone."""
ITEM = "burden"


def design(at: datetime, **other: Any) -> trials.Design:
    """Twelve seats now, the others after eight weeks and the two to answer."""
    usual: dict[str, Any] = {
        "title": "Kind spring", "way": "seats", "seats": 12, "ratio_now": None, "ratio_later": None,
        "strata": "none", "cut": None, "answer_by": (at + timedelta(days=7)).date(),
        "later_on": (at + timedelta(weeks=12)).date(), "words": "We would like to know whether our circles help.",
        "instrument": "illness-burden", "scale": "burden", "weeks": 8, "margin": 2.0, "attend": 3,
        "df": "satterthwaite", "more": "",
    }  # fmt: skip
    return trials.Design(**usual | other)


def offer(world: World) -> Intake:
    made = make_intake(world.organisation, world.facilitators, at=world.at, public=True, version="2")
    made.name = "Evenings in spring"
    made.save(update_fields=["name"])
    return made


def may_join(world: World, intake: Intake, many: int, outcome: str = "join") -> list[Application]:
    """People who asked to come and whom somebody decided to take in."""
    found = []
    ada = world.actor(world.facilitator)
    for number in range(many):
        at = world.at + timedelta(seconds=number)
        person = make_person(world.organisation, NAMES[number % len(NAMES)], at=at)
        application = apply(
            intake=intake, person=person, answers={}, source="page", by=world.actor(person), at=at
        )  # fmt: skip
        plan = "Two breaks." if outcome == "join-with-plan" else ""
        decide(application=application, outcome=outcome, reason="So.", letter="Warmly.", plan=plan, by=ada, at=at)
        found.append(Application.objects.select_related("intake__organisation", "person").get(pk=application.pk))
    return found


def locked_before(trial: Trial, model: str) -> None:
    """As if this plan had been locked while plans named this model: its mark and the line on record are of then."""
    written = json.dumps(trials.plan(trial) | {"model": model}, sort_keys=True, separators=(",", ":"))
    trial.plan_mark = hashlib.sha256(written.encode()).hexdigest()
    trial.save(update_fields=["plan_mark"])
    assert trial.decided_by is not None and trial.decided_at is not None
    by = actor_for(trial.decided_by, strong=True)
    trials.record(Event.TRIAL_LOCKED, trial, by=by, at=trial.decided_at + SOON / 60, mark=trial.plan_mark)


def asked_for(world: World, intake: Intake, **other: Any) -> Trial:
    return trials.set_up(
        intake=intake, design=design(world.at, **other), colleague=world.safety_lead.code,
        staff=world.organisation_lead, client_key=codes.new_code(), by=world.actor(world.organisation_lead),
        at=world.at + SOON,
    )  # fmt: skip


def locked(world: World, intake: Intake, **other: Any) -> Trial:
    return trials.decide(
        trial=asked_for(world, intake, **other), lock=True, staff=world.safety_lead,
        by=world.actor(world.safety_lead), at=world.at + 2 * SOON,
    )  # fmt: skip


def agrees(world: World, application: Application, *, total: int | None = 6) -> None:
    """They say yes, and fill in the questionnaire unless `total` is None."""
    person, at = world.actor(application.person), world.at + 3 * SOON
    draw.answer(application=application, yes=True, by=person, at=at)
    if total is not None:
        answers(world, application, Occasion.BEFORE_DRAW, total, at=at)


def answers(world: World, application: Application, occasion: str, total: int, *, at: datetime) -> None:
    sheet = Assignment.objects.get(member=application.person, intake=application.intake, occasion=occasion)
    submit_response(
        assignment=sheet, answers={ITEM: total}, client_key=codes.new_code(),
        by=world.actor(application.person), at=at,
    )  # fmt: skip


def drawn(world: World, trial: Trial, *, after: timedelta = 4 * SOON) -> Trial:
    return draw.draw(trial=trial, by=world.actor(world.organisation_lead), at=world.at + after)
