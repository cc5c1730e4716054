"""A year in fifty houses, each with hours, holidays, leave and a rota of its own: who asks, who looks, who forgets."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from kindcircle.base.access import Actor
from kindcircle.base.audit.log import Ref
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety import states
from kindcircle.rooms.safety.models import Alert, ClosedDay
from kindcircle.rooms.safety.models_rota import Away, Duty
from kindcircle.rooms.safety.raising import administration
from kindcircle.spec.safety import SafetyHit
from tests.world import make_group, make_organisation, make_person, make_staff

BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ZONES = (
    "Europe/London", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Pacific/Chatham",
)  # fmt: skip
QUARTER, MINUTE, HOUR, DAY = timedelta(minutes=15), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROUND = 60
"""Seconds that may go by until the worker comes round."""

HIT = SafetyHit(rule="item_9", level="concern", item=9, item_id="phq9_9", instrument="phq-9@1.0.0", answer=1)


@dataclass
class Clinic:
    """One house and its calendar, said a second time in plain sets so that the code's own is not asked."""

    group: Group
    days: set[int]
    opens: time
    closes: time
    closed: set[date]
    members: list[User]
    staff: list[Actor]
    shifts: list[tuple[datetime, datetime]] = field(default_factory=list)

    def look_at_every_quarter(self) -> None:
        """The staffed stretches of the year, found by asking each quarter of an hour whether somebody is there."""
        zone, at, current = ZoneInfo(self.group.organisation.zone), BEGINS - 2 * DAY, None
        while at < ENDS + 40 * DAY:
            day = self._shift_of(at.astimezone(zone))
            if day is not None and day == current:
                self.shifts[-1] = (self.shifts[-1][0], at + QUARTER)
            elif day is not None:
                self.shifts.append((at, at + QUARTER))
            current = day
            at += QUARTER

    def after_staffed(self, since: datetime, wait: timedelta) -> datetime:
        """When this much staffed time has gone by."""
        left = wait
        for starts, ends in self.shifts:
            begins = max(starts, since)
            if ends > begins:
                if ends - begins >= left:
                    return begins + left
                left -= ends - begins
        raise AssertionError("the calendar is too short")

    def end_of_next(self, since: datetime) -> datetime:
        """The end of the first working day that begins after this moment."""
        return next(ends for starts, ends in self.shifts if starts > since)

    def _shift_of(self, local: datetime) -> date | None:
        before = local.date() - DAY
        if self.closes > self.opens:
            return local.date() if self._on(local.date()) and self.opens <= local.time() < self.closes else None
        if self._on(local.date()) and local.time() >= self.opens:
            return local.date()
        return before if self._on(before) and local.time() < self.closes else None

    def _on(self, day: date) -> bool:
        return day.isoweekday() in self.days and day not in self.closed


def found_clinic(number: int, dice: Random) -> Clinic:
    """A house with a group of eight, two or three who lead it, and one or two safety leads."""
    house = make_organisation(at=BEGINS, name=f"House {number}", zone=ZONES[number % len(ZONES)])
    days = set(dice.sample(range(1, 8), dice.randint(2, 7)))
    opens = time(dice.choice((5, 6, 7, 8, 9, 12, 20, 22)), dice.choice((0, 15, 30)))
    closes = dice.choice((time(13), time(16, 30), time(18), time(21, 45), time(6), opens))
    closed = {BEGINS.date() + timedelta(days=dice.randrange(365)) for _ in range(dice.randrange(12))}
    holiday = BEGINS.date() + timedelta(days=dice.randrange(330))
    closed |= {holiday + timedelta(days=n) for n in range(dice.choice((0, 7, 16)))}
    house.staffed_days = "".join(str(day) for day in sorted(days))
    house.staffed_from, house.staffed_until = opens, closes
    house.save()
    ClosedDay.objects.bulk_create([ClosedDay(organisation=house, on=day) for day in closed])
    leading = [
        make_staff(house, f"Guide {n}", StaffRole.Role.FACILITATOR, at=BEGINS) for n in range(dice.choice((2, 3)))
    ]
    leads = [make_staff(house, f"Lead {n}", StaffRole.Role.SAFETY_LEAD, at=BEGINS) for n in range(dice.choice((1, 2)))]
    group, _dates = make_group(house, leading, at=BEGINS, gatherings=1)
    for person in leading:
        # A rota with gaps: some are on it on some days, some never; and each is away for a while.
        for day in dice.sample(range(1, 8), dice.randrange(5)):
            Duty.objects.create(organisation=house, person=person, weekday=day, since=time(9), until=time(17))
        leaves = BEGINS.date() + timedelta(days=dice.randrange(330))
        Away.objects.create(organisation=house, person=person, first_on=leaves, last_on=leaves + timedelta(days=20))
    clinic = Clinic(
        group=group, days=days, opens=opens, closes=closes, closed=closed,
        members=[make_person(house, f"Member {n}", at=BEGINS) for n in range(8)],
        staff=[actor_for(person, strong=True) for person in (*leading, *leads)],
    )  # fmt: skip
    clinic.look_at_every_quarter()
    return clinic


class Year:
    """Everything that happens, in order of its moment."""

    def __init__(self, clinics: list[Clinic], *, each: int, dice: Random) -> None:
        self.dice, self._numbers = dice, count()
        self._coming: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.answers: list[tuple[Clinic, str, datetime]] = []
        """Clinic, code of the alert, moment: one for every positive answer."""
        for clinic in clinics:
            for _ in range(each):
                at = BEGINS + dice.random() * (ENDS - BEGINS)
                member = dice.choice(clinic.members)
                self._plan(at, lambda at, c=clinic, m=member: self._answer(c, m, at))
                if dice.random() < 0.15:  # and another sheet in the same hours
                    self._plan(at + dice.random() * 5 * HOUR, lambda at, c=clinic, m=member: self._answer(c, m, at))

    def go_by(self) -> None:
        while self._coming:
            at, _number, happens = heapq.heappop(self._coming)
            happens(at)

    def _plan(self, at: datetime, happens: Callable[[datetime], None]) -> None:
        heapq.heappush(self._coming, (at, next(self._numbers), happens))

    def _answer(self, clinic: Clinic, member: User, at: datetime) -> None:
        alert = safety.screen(
            hits=[HIT],
            member=member,
            group=clinic.group,
            gathering=None,
            source=Ref("assignment", f"sheet-{len(self.answers)}"),
            administration=administration(clinic.group.organisation, at=at),
            at=at,
        )
        assert alert is not None
        self.answers.append((clinic, alert.code, at))
        self._worker_comes(alert)
        luck = self.dice.random()
        if luck < 0.8:
            wait = self.dice.random() * 3 * HOUR if luck < 0.55 else self.dice.random() * 90 * HOUR
            self._plan(at + wait, lambda at, c=clinic, a=alert: self._look(c, a, at))

    def _worker_comes(self, alert: Alert) -> None:
        due = Alert.objects.values_list("escalate_at", flat=True).get(pk=alert.pk)
        if due is not None:
            self._plan(due + timedelta(seconds=self.dice.random() * ROUND), lambda at, a=alert: self._round(a, at))

    def _round(self, alert: Alert, at: datetime) -> None:
        safety.escalate_due(at=at)
        self._worker_comes(alert)  # for its next step, whichever round took this one

    def _look(self, clinic: Clinic, alert: Alert, at: datetime) -> None:
        by = self.dice.choice(clinic.staff)
        row = safety.see(alert=alert, by=by, at=at)
        self._worker_comes(alert)
        luck = self.dice.random()
        if luck < 0.8 and states.may(row.state, Alert.State.ACTING):
            safety.act(alert=alert, by=by, at=at)
            self._plan(
                at + self.dice.random() * (30 if luck < 0.6 else 100) * HOUR, lambda at: self._ring(by, alert, at)
            )

    def _ring(self, by: Actor, alert: Alert, at: datetime) -> None:
        row = Alert.objects.get(pk=alert.pk)
        if not states.may(row.state, Alert.State.CONTACTED):
            return  # another answer came in, and somebody looks again
        if states.may(row.state, Alert.State.NOT_REACHED) and self.dice.random() < 0.2:
            safety.not_reached(alert=alert, by=by, at=at)
            self._plan(at + self.dice.random() * 40 * HOUR, lambda at: self._ring(by, alert, at))
            return
        safety.contacted(alert=alert, by=by, at=at)
        if self.dice.random() < 0.8:
            safety.close(alert=alert, by=by, at=at, reason="plan-agreed", note="We spoke.")
