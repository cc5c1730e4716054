"""Reading the way in: how an application stands, and what was decided and agreed."""

import json
from datetime import datetime
from typing import Any

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.consent_texts import given
from kindcircle.rooms.intake.models import Application, Consent, Decision, Intake
from kindcircle.spec.dates import wall_clock


def answers_of(application: Application, *, by: Actor) -> dict[str, Any]:
    """What somebody wrote when they asked to come, by question."""
    require(by, Permission.APPLICATION_READ, application)
    return opened_answers(application)


def opened_answers(application: Application) -> dict[str, Any]:
    """The same, for callers that have asked for the right already."""
    if not application.sealed_answers:
        return {}
    text = seals.APPLICATION.open(application.sealed_answers, code=application.code, holder=application.person)
    return dict(json.loads(text))


def screeners_of(intake: Intake) -> list[User]:
    """Who talks with the people who ask to come here, the longest first. Somebody who has left is nobody."""
    rows = intake.screeners.filter(user__is_active=True).select_related("user").order_by("since", "pk")
    return [row.user for row in rows]


def latest_decision(application: Application) -> Decision | None:
    """The decision that holds: the newest."""
    return application.decisions.order_by("decided_at", "pk").last()


def current_consent(person: User, kind: str = Consent.Kind.TAKING_PART) -> Consent | None:
    """The yes of this kind that holds now, if any."""
    return given(person, kind).first()


def takes_requests(intake: Intake, *, at: datetime) -> bool:
    """Whether somebody may ask to come now: it is open, and its last day is not over on its own clock."""
    over = intake.closes_on is not None and wall_clock(at, intake.zone).date() > intake.closes_on
    return intake.state == Intake.State.OPEN and not over
