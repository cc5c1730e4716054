"""Before a group opens: how many may need a talk the same day, beside the hours in which somebody is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import present_places, programme_of
from kindcircle.rooms.measures.harm_check import HARM_CHECK, middle_of
from kindcircle.rooms.safety.duty import Forecast, Rota, forecast
from kindcircle.rooms.safety.models_watch import EnoughPeople
from kindcircle.rooms.safety.queries import staffed_hours
from kindcircle.spec.capacity import END, HOURS_LEAST, HOURS_MOST, Week, weeks_of
from kindcircle.spec.programmes import Programme

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What may come from one group, and who is there for it.

    staffed     hours of the next seven days in which the house says that somebody is there
    covered     those of them in which somebody is on duty
    others      what the groups that run already may bring in a week
    """

    seats: int
    weeks: tuple[Week, ...]
    staffed: float
    covered: float
    on_rota: int
    others: Forecast

    @property
    def fullest(self) -> Week | None:
        """The week in which most may come; the first of equals. None where no such question is asked."""
        return max(self.weeks, key=lambda week: week.most, default=None)

    @property
    def most(self) -> int:
        return self.fullest.most if self.fullest else 0

    @property
    def hours(self) -> tuple[float, float]:
        """What the talks of the fullest week may take."""
        return (self.fullest.least * HOURS_LEAST, self.most * HOURS_MOST) if self.fullest else (0.0, 0.0)

    @property
    def too_few_hours(self) -> bool:
        """Whether the upper end, with the groups that run, is longer than somebody is on duty."""
        return (self.most + self.others.most) * HOURS_MOST > self.covered


def capacity_of(plan: Programme, organisation: Organisation, *, seats: int, at: datetime) -> Capacity:
    """What a group with so many seats may ask of this house. It counts seats and hours, and opens nobody's answers."""
    asked: dict[int | str, tuple[str, ...]] = {middle_of(plan): (HARM_CHECK,), END: (HARM_CHECK,)}
    hours, rota, end = staffed_hours(organisation), Rota(organisation), at + WEEK
    shifts = []
    for starts, ends in hours.shifts(at):
        if starts >= end:
            break
        shifts.append((max(starts, at), min(ends, end)))
    gaps = [(gap.starts, min(gap.ends, end)) for gap in rota.gaps(hours, at=at) if gap.starts < end]
    staffed = sum((ends - starts).total_seconds() for starts, ends in shifts)
    open_ = sum((ends - starts).total_seconds() for starts, ends in gaps)
    return Capacity(
        seats=seats,
        weeks=weeks_of(plan, seats=seats, besides=asked, site=settings.SITE_CONTENT),
        staffed=round(staffed / 3600, 1),
        covered=round((staffed - open_) / 3600, 1),
        on_rota=len({one.person_id for one in rota.stretches(at, end)}),
        others=forecast(organisation, at=at),
    )


def capacity_of_group(group: Group, *, at: datetime) -> Capacity:
    """The same for a group that is there and has not met: with the places that are taken, or those that there are."""
    plan = programme_of(group)
    return capacity_of(plan, group.organisation, seats=max(present_places(group).count(), plan.size.max), at=at)


def said_enough(group: Group, capacity: Capacity) -> EnoughPeople | None:
    """Who said that there are people enough, as long as no more is to be expected than they saw."""
    row = EnoughPeople.objects.filter(group=group).select_related("by").first()
    return row if row is not None and row.most >= capacity.most else None


def say_enough(*, group: Group, by: Actor, at: datetime) -> None:
    """I have looked at what may come, and there are people for it. Said anew, the newer counts."""
    require(by, Permission.GROUP_START, group.organisation)
    with transaction.atomic():
        most = capacity_of_group(group, at=at).most
        said = {"by_id": by.user_id, "at": at, "most": most}
        EnoughPeople.objects.update_or_create(group=group, defaults=said)
        about = log.Ref("group", group.code)
        log.record(Event.ENOUGH_PEOPLE, by=by, about=about, at=at, chain=group.organisation.code)
