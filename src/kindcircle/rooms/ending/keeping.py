"""How long a house keeps what, when something goes, and holding a group's words back for a reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.rooms.ending.errors import NotNow, OutOfRange, ReasonNeeded
from kindcircle.rooms.ending.models import Ending, Hold, KeepingTimes, WritingClock
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.tasks.actions import settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec import dates

WARNING = timedelta(days=14)
"""Nothing goes sooner than this after those it belongs to were told."""

LONGEST_HOLD = timedelta(days=366)
LONGEST_REASON = 1000
RANGES = {"group_days": (14, 365), "writing_days": (14, 1095), "draft_days": (30, 365), "record_years": (1, 30)}


@dataclass(frozen=True, slots=True)
class Times:
    """How long a house keeps what. These stand until it says otherwise."""

    group_days: int = 30
    writing_days: int = 90
    draft_days: int = 90
    record_years: int = 8
    own: bool = False


def times_of(organisation: Organisation) -> Times:
    """What this house has set, or what stands until it does."""
    row = KeepingTimes.objects.filter(organisation=organisation).first()
    return Times(**{name: getattr(row, name) for name in RANGES}, own=True) if row else Times()


def set_times(*, organisation: Organisation, by: Actor, at: datetime, **wanted: int) -> None:
    """The house says how long it keeps what. Whatever was announced keeps its two weeks. Raises OutOfRange."""
    require(by, Permission.KEEPING_SET, organisation)
    for name, (least, most) in RANGES.items():
        if not least <= wanted[name] <= most:
            raise OutOfRange(least, most)
    with transaction.atomic():
        defaults: dict[str, Any] = {**wanted, "set_by_id": by.user_id, "set_at": at}
        KeepingTimes.objects.update_or_create(organisation=organisation, defaults=defaults)
        about = log.Ref("organisation", organisation.code)
        log.record(Event.KEEPING_CHANGED, by=by, about=about, at=at, chain=organisation.code)


def last_met(ending: Ending) -> datetime:
    """From when the clocks of a group run: its end, or the meeting months later, whichever comes last."""
    times = [row.closed_at or row.ends_at for row in Gathering.objects.filter(group=ending.group_id)]
    return max([ending.finished_at, *times])


def space_goes_at(ending: Ending) -> datetime:
    """When the group's own words go: on the day that the house set, and never within two weeks of telling people."""
    goes = last_met(ending) + timedelta(days=times_of(ending.group.organisation).group_days)
    return max(goes, ending.space_warned_at + WARNING) if ending.space_warned_at else goes


def records_go_at(ending: Ending) -> datetime:
    """When what belongs to the clinic's record goes."""
    begins = last_met(ending)
    year = begins.year + times_of(ending.group.organisation).record_years
    last_day = begins.month == 2 and begins.day == 29
    goes = begins.replace(year=year, day=28) if last_day else begins.replace(year=year)
    return max(goes, ending.records_warned_at + WARNING) if ending.records_warned_at else goes


def held(group: Group) -> Hold | None:
    """The hold that stands on this group, if any."""
    return Hold.objects.filter(group=group, lifted_at=None).first()


def stands_still(group: Group) -> bool:
    """Whether nothing of this group may go now: it is held itself, or one of those who were in it is."""
    return held(group) is not None or Membership.objects.filter(group=group, user__held=True).exists()


def reason_of(hold: Hold, *, by: Actor) -> str:
    """Why it was placed, for whoever may lift it."""
    require(by, Permission.KEEPING_SET, hold)
    return seals.HOLD_REASON.open(hold.sealed_reason, code=hold.code, holder=hold.group.organisation)


def place_hold(*, group: Group, reason: str, until: date | None, by: Actor, at: datetime) -> Hold:
    """Let the clocks of this group stand still until a day, or until it is lifted. People are told anew after it.

    Raises ReasonNeeded; NotNow where the words have gone.
    """
    require(by, Permission.KEEPING_SET, group.organisation)
    words = reason.strip()
    today = dates.wall_clock(at, group.organisation.zone).date()
    if not words or len(words) > LONGEST_REASON or until is None or not today < until <= today + LONGEST_HOLD:
        raise ReasonNeeded
    with transaction.atomic():
        group = (
            Group.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=group.pk)
        )
        if standing := held(group):
            return standing
        ending = Ending.objects.filter(group=group).first()
        if ending is not None and ending.space_gone_at and ending.records_gone_at:
            raise NotNow
        hold = Hold(group=group, until=until, placed_at=at)
        hold.placed_by_id = by.user_id  # type: ignore[assignment]  # nobody unsigned may hold
        hold.sealed_reason = seals.HOLD_REASON.seal(words, code=hold.code, holder=group.organisation)
        hold.save(force_insert=True)
        if ending is not None:
            _announce_anew(ending, at)
        log.record(Event.HOLD_PLACED, by=by, about=log.Ref("hold", hold.code), at=at, chain=group.organisation.code)
    return hold


def lift_hold(*, hold: Hold, by: Actor, at: datetime) -> None:
    """The clocks go on. People are told again, two weeks ahead."""
    require(by, Permission.KEEPING_SET, hold)
    _lift(hold, by=by, at=at)


def lift_due(*, by: Actor, at: datetime) -> int:
    """End every hold whose day has come. Returns how many."""
    done = 0
    for hold in Hold.objects.filter(lifted_at=None).select_related("group__organisation"):
        if hold.until <= dates.wall_clock(at, hold.group.organisation.zone).date():
            done += _lift(hold, by=by, at=at)
    return done


def _lift(hold: Hold, *, by: Actor, at: datetime) -> int:
    with transaction.atomic():
        changed = Hold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=at, lifted_by_id=by.user_id)
        if changed:
            chain = hold.group.organisation.code
            log.record(Event.HOLD_LIFTED, by=by, about=log.Ref("hold", hold.code), at=at, chain=chain)
    return changed


def _announce_anew(ending: Ending, at: datetime) -> None:
    """Whatever was told is not so for now: it will be told again before anything goes."""
    if ending.space_gone_at is None:
        Ending.objects.filter(pk=ending.pk).update(space_warned_at=None)
    if ending.records_gone_at is None:
        Ending.objects.filter(pk=ending.pk).update(records_warned_at=None)
    people = Membership.objects.filter(group=ending.group_id, role=Membership.Role.MEMBER).values("user")
    WritingClock.objects.filter(person__in=people, gone_at=None).delete()
    for kind in (Kind.RETENTION, Kind.RECORD_ENDS):
        settle(kind, about=log.Ref("group", ending.group.code), at=at)
