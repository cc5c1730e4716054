"""Moving a meeting of a running group: what would change, said first; then the same, done, and everybody told once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.rule import SOON
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import errors
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.queries import gatherings_of, present_places, programme_of, session_name
from kindcircle.rooms.groups.series import (
    Slot,
    dated,
    hold_people,
    possible,
    refuse_double_booking,
    refuse_past,
    refuse_taken,
    said,
)
from kindcircle.rooms.groups.venues import Where, check_offered, hold_house, where, where_of
from kindcircle.spec import dates


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a meeting is to go.

    wall        what the clock of `zone` shows at its new start
    all_after   every later meeting moves as far; only then may `zone` be another than the group's
    """

    wall: datetime
    zone: str
    place: str
    video_link: str
    all_after: bool = False
    room: Venue | None = None
    video_room: Venue | None = None

    @property
    def where(self) -> Where:
        return where(place=self.place, video_link=self.video_link, room=self.room, video_room=self.video_room)


@dataclass(frozen=True, slots=True)
class Change:
    """One meeting as it is and as it would be. `was` is what the clock of the group's zone shows now."""

    gathering: Gathering
    was: datetime
    to: Slot
    when_changes: bool
    where_changes: bool

    @property
    def any(self) -> bool:
        return self.when_changes or self.where_changes


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wish would do. `seen` stands for the dates it was made from; `people` is how many would be told."""

    changes: tuple[Change, ...]
    seen: str
    people: int

    @property
    def any(self) -> bool:
        return any(change.any for change in self.changes)


def preview_move(*, gathering: Gathering, wish: Wish, by: Actor, at: datetime) -> Preview:
    """What would change, without changing anything. Raises HeldAlready, NotADate."""
    require(by, Permission.GATHERING_MOVE, gathering)
    return _preview(gathering, wish, by, at)


def move_gathering(*, gathering: Gathering, wish: Wish, seen: str, by: Actor, at: datetime) -> Preview:
    """Do what the preview showed, tell everybody once, and let reminders and calendars follow.

    seen  what the preview was made from. The same move sent twice is done once: the second finds it done.
    Raises HeldAlready, NotADate, DatesChanged.
    """
    require(by, Permission.GATHERING_MOVE, gathering)
    with transaction.atomic():
        # Meetings first, then their group: the order in which closing a meeting takes them.
        whole = Gathering.objects.select_for_update(no_key=True).filter(group=gathering.group_id).order_by("number")
        list(whole.values_list("pk", flat=True))
        group = Group.objects.select_for_update(no_key=True).get(pk=gathering.group_id)
        hold_people(place.user for place in present_places(group, Membership.Role.FACILITATOR))
        hold_house(gathering.group.organisation)
        gathering = gatherings_of(group).get(pk=gathering.pk)
        found = _preview(gathering, wish, by, at)
        if not found.any and wish.zone == gathering.group.zone:
            return found
        if found.seen != seen:
            raise errors.DatesChanged
        _write(found, wish, by=by, at=at)
    return found


def _preview(gathering: Gathering, wish: Wish, by: Actor, at: datetime) -> Preview:
    group = gathering.group
    whole = list(gatherings_of(group))
    row = next(one for one in whole if one.pk == gathering.pk)
    plan = programme_of(group)
    names = {one.pk: session_name(plan, one.number) for one in whole}
    if row.state != Gathering.State.PLANNED:
        raise errors.HeldAlready(names[row.pk])
    there = wish.where
    if not there.place and not there.video_link:
        raise errors.no_place()
    if wish.zone != group.zone and not wish.all_after:
        raise errors.one_keeps_the_clock()
    if not possible(wish.wall, at=at):
        raise errors.too_far() if wish.wall.year > at.year else errors.in_the_past(names[row.pk])
    was = dates.wall_clock(row.starts_at, group.zone)
    later = [one for one in whole if one.number > row.number and one.state == Gathering.State.PLANNED]
    moving = [row, *(later if wish.all_after else ())]
    # Later ones that meet somewhere of their own stay there, unless this one goes to another place.
    new_place = where_of(row) != there
    if new_place:
        check_offered(group.organisation, there)
    changes = [_change(one, was, wish, there, names[one.pk], new_place=new_place) for one in moving]
    leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
    moved = [change for change in changes if change.when_changes]
    for change in moved:
        refuse_past(change.to, at=at)
    if moved:
        _refuse_out_of_order(whole, changes, names, wish.zone)
    for change in moved:
        refuse_double_booking(change.to, zone=wish.zone, facilitators=leading, besides=group.pk)
    for change in changes:
        if change.any:
            goes = there if change.where_changes else where_of(change.gathering)
            refuse_taken(change.to, goes, zone=wish.zone, organisation_id=group.organisation_id, besides=group.pk)
    return Preview(tuple(changes), _seen(group, moving), len(_told(group, by)))


def _change(one: Gathering, was: datetime, wish: Wish, there: Where, name: str, *, new_place: bool) -> Change:
    group = one.group
    own = dates.wall_clock(one.starts_at, group.zone)
    wall = dates.moved_with(was, wish.wall, own)
    to = dated(one.number, name, wall, one.minutes, zone=wish.zone, country=group.organisation.country)
    where_changes = new_place and where_of(one) != there
    return Change(one, own, to, one.starts_at != to.starts_at, where_changes)


def _refuse_out_of_order(
    whole: Sequence[Gathering], changes: Sequence[Change], names: dict[int, str], zone: str
) -> None:
    """Meetings keep their order: each tells of the one before it."""
    moved = {change.gathering.pk: change.to for change in changes}
    for earlier, later in pairwise(whole):
        a, b = moved.get(earlier.pk), moved.get(later.pk)
        ends, begins = (a or earlier).ends_at, (b or later).starts_at
        if begins >= ends or not (a or b):
            continue
        if a is not None and b is None:
            raise errors.after_the_next(a.name, names[later.pk], said(begins, zone))
        raise errors.before_the_one_before(names[later.pk], names[earlier.pk], said(ends, zone))


def _seen(group: Group, moving: Sequence[Gathering]) -> str:
    return codes.digest("|".join([group.zone, *(f"{one.code}:{one.revision}" for one in moving)]))[:32]


def _told(group: Group, by: Actor) -> list[User]:
    """Everybody who belongs, once each, but not whoever moves it: they know."""
    roles = Membership.Role.MEMBER, Membership.Role.FACILITATOR
    return [place.user for role in roles for place in present_places(group, role) if place.user_id != by.user_id]


def _write(found: Preview, wish: Wish, *, by: Actor, at: datetime) -> None:
    first = found.changes[0].gathering
    group = first.group
    if wish.zone != group.zone:
        Group.objects.filter(pk=group.pk).update(zone=wish.zone)
    # Whoever would come at an old time, or is to come at a new one, has to know before it.
    soonest = min((one for each in found.changes if each.any for one in _starts(each)), default=at)
    for change in found.changes:
        if not change.any:
            continue
        row = change.gathering
        row.starts_at = change.to.starts_at
        row.revision, row.moved_at = row.revision + 1, at
        if change.where_changes:
            there = wish.where
            usual = there == Where(group.place, group.video_link, group.room, group.video_room)
            own = Where() if usual else there
            row.elsewhere = not usual
            row.own_place, row.own_video_link = own.place, own.video_link
            row.own_room, row.own_video_room = own.room, own.video_room
            row.online = bool(there.video_link) and not there.place
        row.save(
            update_fields=[
                "starts_at", "revision", "moved_at", "elsewhere", "own_place", "own_video_link", "own_room",
                "own_video_room", "online",
            ]
        )  # fmt: skip
        about = log.Ref("gathering", row.code)
        # Near enough: the next round puts it at each reader's own hour.
        queue.put_off("next-meeting", about=about, at=max(at, row.starts_at - SOON), useful_until=row.starts_at)
        log.record(Event.GATHERING_MOVED, by=by, about=about, at=at, chain=group.organisation.code)
    if found.any:
        about = log.Ref("gathering", first.code)
        once = f"{first.code}:{found.seen}"
        for person in _told(group, by):
            queue.enqueue("new-time", to=person, about=about, once=once, at=at, useful_until=soonest)


def _starts(change: Change) -> tuple[datetime, datetime]:
    """Its start as it was and as it will be."""
    return change.gathering.starts_at, change.to.starts_at
