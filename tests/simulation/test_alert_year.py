"""Hazard H01: over a year of calendars nothing waits past its time without the next person being told.

What the code decides is held against a calendar that was found quarter by quarter, without the code's own.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.safety.models import Alert, AlertStep
from kindcircle.rooms.safety.models_answers import AlertAnswer
from tests.simulation.alert_year import HOUR, ROUND, Clinic, Year, found_clinic

CLINICS, EACH = 50, 23
SLACK = timedelta(seconds=ROUND + 1)
HIGHER = {"backup": 1, "lead": 2, "everyone": 3}


@pytest.mark.slow
def test_a_year_of_nights_holidays_and_leave(db: None) -> None:
    dice = Random(20261122)
    clinics = [found_clinic(number, dice) for number in range(CLINICS)]
    year = Year(clinics, each=EACH, dice=dice)
    year.go_by()

    told = Told()
    kept = past = 0
    for clinic, code, at in year.answers:
        for limit, by, rung in told.limits(clinic, code, at):
            if told.done(code, rung, since=at, by=by):
                kept += 1
            else:
                past += 1
                assert told.passed_on(code, rung, since=at, by=by + SLACK), (clinic.group.organisation.name, limit, at)
    alerts = Alert.objects.filter(code__in={code for _clinic, code, _at in year.answers})
    assert AlertAnswer.objects.filter(alert__in=alerts).count() == len(year.answers)
    assert alerts.count() == Alert.objects.count() > 1_000
    # The simulation is worth something only where people forget, and where they do not.
    assert past > 500 and kept > 500
    # Whoever is told next is somebody else. Only where everybody else is away does it begin with the safety lead.
    people = defaultdict(set)
    for about, user in Delivery.objects.filter(about_kind="alert").values_list("about_code", "user"):
        people[about].add(user)
    began = {code: at for _clinic, code, at in reversed(year.answers)}
    later = {code for code, steps in told.escalated.items() if any(at > began[code] for at, _rung in steps)}
    assert [code for code in later if len(people[code]) < 2] == []
    print(
        f"\n{len(clinics)} calendars, {alerts.count()} alerts from {len(year.answers)} answers: {kept} limits kept, "
        f"{past} run out, all of them passed on; 0 past their limit without escalation"
    )


class Told:
    """What happened with each alert, from the record and from the steps people took."""

    def __init__(self) -> None:
        self.escalated: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        for code, at, reason in AuditEntry.objects.filter(event="alert escalated").values_list(
            "about_code", "at", "reason"
        ):
            self.escalated[code].append((at, HIGHER[reason]))
        self.looked: dict[str, list[datetime]] = defaultdict(list)
        self.reached: dict[str, list[datetime]] = defaultdict(list)
        for code, state, at in AlertStep.objects.values_list("alert__code", "state", "at"):
            if state == "seen":
                self.looked[code].append(at)
            if state == "contacted":
                self.reached[code].append(at)

    def limits(self, clinic: Clinic, code: str, at: datetime):
        """What has to have happened by when after an answer: looked at in two staffed hours and in four, reached."""
        yield "the backup is told", clinic.after_staffed(at, 2 * HOUR), 1
        yield "the safety leads are told", clinic.after_staffed(at, 4 * HOUR), 2
        yield "everybody is told once more", clinic.end_of_next(at), 3

    def done(self, code: str, rung: int, *, since: datetime, by: datetime) -> bool:
        """Somebody looked, or for the last limit talked with them, after the answer and in time."""
        times = self.reached[code] if rung == 3 else self.looked[code]
        return any(since <= at <= by for at in times)

    def passed_on(self, code: str, rung: int, *, since: datetime, by: datetime) -> bool:
        """The next one was told in time, in the same time of waiting."""
        waiting_since = max((at for at in self.looked[code] if at < since), default=None) if rung < 3 else None
        return any(
            step >= rung and at <= by and (waiting_since is None or at > waiting_since)
            for at, step in self.escalated[code]
        )
