"""The dates of a group before it begins: laid out from its programme, put off by a week, looked over for trouble.

Nothing here is written. Dates are what the clock of the group's place shows, so each stays at its hour.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.formats import date_format

from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import errors
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.public_days import public_day
from kindcircle.rooms.groups.queries import session_name
from kindcircle.rooms.groups.venues import LONGEST, Where, taken
from kindcircle.rooms.team.models import StandIn
from kindcircle.spec import dates
from kindcircle.spec.programmes import Programme

FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Slot:
    """One date with what is to be said about it.

    wall         what the clock of the place shows at its start
    public       the public holiday on that day, or "", and whether all of the country has it
    trouble      why it cannot be then, or ""
    """

    number: int
    name: str
    wall: datetime
    starts_at: datetime
    minutes: int
    public: str = ""
    everywhere: bool = True
    trouble: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def lay_out(plan: Programme, first: datetime) -> list[datetime]:
    """All dates as the programme has them, retreats too, counted from the first one on the wall clock."""
    return [first + timedelta(days=plan.begins_after(session.number)) for session in plan.sessions]


def put_off(walls: Sequence[datetime], number: int) -> list[datetime]:
    """Leave out the week of this meeting: it and all later ones come a week later."""
    return [wall + dates.WEEK if index >= number else wall for index, wall in enumerate(walls, start=1)]


def look_over(
    plan: Programme,
    walls: Sequence[datetime],
    *,
    zone: str,
    country: str,
    facilitators: Collection[User],
    at: datetime,
    where: Where | None = None,
    organisation_id: int | None = None,
) -> list[Slot]:
    """Every date with its public holiday and what stands against it; `where` is looked over in this organisation."""
    slots: list[Slot] = []
    for session, wall in zip(plan.sessions, walls, strict=True):
        name = session_name(plan, session.number)
        try:
            if not possible(wall, at=at):
                raise errors.too_far() if wall.year > at.year else errors.in_the_past(name)
            slot = dated(session.number, name, wall, session.minutes, zone=zone, country=country)
            _check(slot, slots[-1] if slots else None, zone=zone, facilitators=facilitators, at=at)
            if where is not None and organisation_id is not None:
                refuse_taken(slot, where, zone=zone, organisation_id=organisation_id)
        except errors.NotADate as trouble:
            slot = Slot(session.number, name, wall, at, session.minutes, trouble=trouble.sentence)
        slots.append(slot)
    return slots


def possible(wall: datetime, *, at: datetime) -> bool:
    """Whether a date is near enough to be reckoned with at all. What is typed may be any year."""
    return abs(wall - at.replace(tzinfo=None)) <= FURTHEST


def dated(number: int, name: str, wall: datetime, minutes: int, *, zone: str, country: str) -> Slot:
    """A date with the public holiday on it. Raises NotADate for an hour that the clocks leave out."""
    if not dates.exists(wall, zone):
        raise errors.never_shown(name)
    public, everywhere = public_day(wall.date(), country)
    return Slot(number, name, wall, dates.instant(wall, zone), minutes, public, everywhere)


def refuse_past(slot: Slot, *, at: datetime) -> None:
    """Raises NotADate for what has begun by now."""
    if slot.starts_at <= at:
        raise errors.in_the_past(slot.name)


def refuse_double_booking(slot: Slot, *, zone: str, facilitators: Collection[User], besides: int | None = None) -> None:
    """Raises NotADate when one of these people leads another group at that time. `besides` is a group left aside."""
    found = next(_booked(slot, facilitators, besides), None)
    if found is not None:
        who, other = found
        raise errors.somebody_is_booked(slot.name, seals.name_of(who), said(other.starts_at, zone))


def refuse_taken(slot: Slot, where: Where, *, zone: str, organisation_id: int, besides: int | None = None) -> None:
    """Raises NotADate when another group of the house is in that room, or behind that video link, at that time."""
    found = taken(
        where, organisation_id=organisation_id, starts_at=slot.starts_at, ends_at=slot.ends_at, besides=besides
    )
    if found is None:
        return
    what, other = found
    begins = said(other.starts_at, zone)
    if what == "room" and where.room is not None:
        raise errors.room_is_taken(slot.name, where.room.name, begins)
    raise errors.video_is_taken(slot.name, begins)


def hold_people(people: Iterable[User]) -> None:
    """Whoever fills the calendar of one of these people at the same moment waits for us. For one transaction."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=[person.pk for person in people]).order_by("pk")
    list(rows.values_list("pk", flat=True))


def said(at: datetime, zone: str) -> str:
    """A moment in words, on the clock of this zone."""
    return date_format(dates.wall_clock(at, zone), "l j F Y, H:i")


def _check(slot: Slot, before: Slot | None, *, zone: str, facilitators: Collection[User], at: datetime) -> None:
    refuse_past(slot, at=at)
    # One that is in trouble itself has no time to compare with.
    if before is not None and not before.trouble and slot.starts_at < before.ends_at:
        raise errors.before_the_one_before(slot.name, before.name, said(before.ends_at, zone))
    refuse_double_booking(slot, zone=zone, facilitators=facilitators)


def _booked(slot: Slot, facilitators: Collection[User], besides: int | None) -> Iterator[tuple[User, Gathering]]:
    """Who of these leads which other meeting at that time. Being a member somewhere is nobody's business here."""
    people = {person.pk: person for person in facilitators}
    leading = (
        Membership.objects.filter(user__in=people, role=Membership.Role.FACILITATOR, left_at=None)
        .exclude(group=besides)
        .values_list("user_id", "group_id")
    )
    leads = {group: user for user, group in leading}
    covering = StandIn.objects.filter(user__in=people, ended_at=None).exclude(gathering__group=besides)
    covers = {gathering: user for user, gathering in covering.values_list("user_id", "gathering_id")}
    near = Gathering.objects.filter(
        Q(group__in=leads) | Q(pk__in=covers), starts_at__lt=slot.ends_at, starts_at__gt=slot.starts_at - LONGEST
    ).exclude(state=Gathering.State.CLOSED)
    for other in near.order_by("starts_at"):
        if other.ends_at > slot.starts_at:
            yield people[covers.get(other.pk) or leads[other.group_id]], other
