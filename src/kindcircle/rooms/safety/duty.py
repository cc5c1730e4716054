"""Who is on duty at a moment, which staffed hours nobody covers, and how much may come in a week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from django.db.models import Q

from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_rota import Away, Duty, DutyDay
from kindcircle.rooms.safety.staffed import DAY, StaffedHours
from kindcircle.spec.capacity import LEAST, MOST

ANSWERS = (StaffRole.Role.FACILITATOR, StaffRole.Role.SAFETY_LEAD)
"""Whose role lets them handle an alert at all."""

LOOK_AHEAD = timedelta(days=14)
"""So far ahead a gap in the rota is looked for."""

LATELY = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody is on duty from one instant to another."""

    person_id: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Staffed time to come with nobody on duty."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Forecast:
    """What may come in a week from the groups that run, and what came in each of the last eight, on average."""

    groups: int
    people: int
    least: int
    most: int
    lately: float


class Rota:
    """One house's rota, read once. People who left, or may no longer answer an alert, are on nobody's list."""

    def __init__(self, organisation: Organisation) -> None:
        self.zone = ZoneInfo(organisation.zone)
        answer = StaffRole.objects.filter(role__in=ANSWERS, user__organisation=organisation, user__is_active=True)
        here = {"organisation": organisation, "person__in": answer.values("user")}
        self.week = list(Duty.objects.filter(**here))
        self.days = list(DutyDay.objects.filter(**here))
        self.leave = list(Away.objects.filter(**here))

    def stretches(self, since: datetime, until: datetime) -> Iterator[Stretch]:
        """All duties that touch this time."""
        # A night shift that is still going on belongs to the day before.
        day, last = since.astimezone(self.zone).date() - DAY, until.astimezone(self.zone).date()
        while day <= last:
            rows: list[Duty | DutyDay] = [row for row in self.week if row.weekday == day.isoweekday()]
            for row in [*rows, *(one for one in self.days if one.on == day)]:
                if self.is_away(row.person_id, day):
                    continue
                starts, ends = self._instants(day, row.since, row.until)
                if ends > since and starts < until:
                    yield Stretch(row.person_id, starts, ends)
            day += DAY

    def on_duty(self, at: datetime) -> set[int]:
        """Who answers at this moment, by id."""
        return {one.person_id for one in self.stretches(at, at + timedelta(microseconds=1)) if one.starts <= at}

    def is_away(self, person_id: int, on: date) -> bool:
        """Whether somebody is not there on this day."""
        return any(row.person_id == person_id and row.first_on <= on <= row.last_on for row in self.leave)

    def away_at(self, person: User, at: datetime) -> bool:
        """Whether somebody is not there at this moment."""
        return self.is_away(person.pk, at.astimezone(self.zone).date())

    def covered_from(self, since: datetime, until: datetime, people: list[User]) -> datetime | None:
        """From when somebody answers within this time; None where nobody does.

        people  who answers where the house keeps no rota at all, as long as one of them is not away
        """
        if not self.week and not self.days:
            away = people and all(self.away_at(person, since) for person in people)
            return None if away else since
        begins = [one.starts for one in self.stretches(since, until)]
        return max(since, min(begins)) if begins else None

    def gaps(self, hours: StaffedHours, *, at: datetime) -> list[Gap]:
        """Staffed hours of the next fourteen days in which nobody is on duty, in order."""
        end = at + LOOK_AHEAD
        # The last shift may go on after the end.
        covered = sorted(self.stretches(at, end + 2 * DAY), key=lambda one: one.starts)
        found = []
        for starts, ends in hours.shifts(at):
            if starts >= end:
                break
            begins = max(starts, at)
            for one in covered:
                if one.starts > begins and one.starts < ends:
                    found.append(Gap(begins, one.starts))
                if one.starts < ends:
                    begins = max(begins, one.ends)
                if begins >= ends:
                    break
            if begins < ends:
                found.append(Gap(begins, ends))
        return found

    def _instants(self, day: date, since: time, until: time) -> tuple[datetime, datetime]:
        starts = datetime.combine(day, since, self.zone).astimezone(UTC)
        last = day if until > since else day + DAY
        return starts, datetime.combine(last, until, self.zone).astimezone(UTC)


def forecast(organisation: Organisation, *, at: datetime) -> Forecast:
    """How many people may ask for somebody in a week. A range for planning, and the house's own figure beside it."""
    running = Group.objects.filter(organisation=organisation, state=Group.State.RUNNING)
    people = Membership.objects.filter(group__in=running, role=Membership.Role.MEMBER, left_at=None).count()
    here = Q(group__organisation=organisation) | Q(intake__organisation=organisation)
    came = Alert.objects.filter(here, raised_at__gt=at - LATELY, raised_at__lte=at).count()
    return Forecast(
        groups=running.count(),
        people=people,
        least=floor(people * LEAST),
        most=ceil(people * MOST),
        lately=round(came / (LATELY.days / 7), 1),
    )
