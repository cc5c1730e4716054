"""The rooms and video rooms of a house: kept once, chosen for groups and meetings, and never given to two at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups import errors
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.models_venues import Venue

LONGEST = timedelta(days=1)
"""No meeting is longer than a day."""
NOT_HELD = (Gathering.State.PLANNED, Gathering.State.OPEN)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept about a venue, as it is typed. `link` is for video rooms, all the rest but the name for rooms."""

    name: str
    address: str = ""
    way_in: str = ""
    step_free: str = Venue.StepFree.UNKNOWN
    holds: int | None = None
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a meeting is: in words and by link, and which of the house's venues these stand for, if any."""

    place: str = ""
    video_link: str = ""
    room: Venue | None = None
    video_room: Venue | None = None


def where(
    *, place: str = "", video_link: str = "", room: Venue | None = None, video_room: Venue | None = None
) -> Where:
    """A chosen venue speaks for itself; what was typed stands where none was chosen."""
    return Where(
        place=room.line if room else place,
        video_link=video_room.line if video_room else video_link,
        room=room,
        video_room=video_room,
    )


def where_of(gathering: Gathering) -> Where:
    """Where this meeting is now."""
    return Where(gathering.place, gathering.video_link, gathering.room, gathering.video_room)


def offered(organisation: Organisation, kind: str) -> QuerySet[Venue]:
    """The venues of this kind that can be chosen."""
    return Venue.objects.filter(organisation=organisation, kind=kind, ended_at=None).order_by("name")


def check_offered(organisation: Organisation, place: Where) -> None:
    """Raises VenueGone for a venue of another house, of the wrong kind, or one that is not used any more."""
    for venue, kind in ((place.room, Venue.Kind.ROOM), (place.video_room, Venue.Kind.VIDEO)):
        if venue is not None and not offered(organisation, kind).filter(pk=venue.pk).exists():
            raise errors.VenueGone


def taken(
    place: Where, *, organisation_id: int, starts_at: datetime, ends_at: datetime, besides: int | None
) -> tuple[str, Gathering] | None:
    """Whether another group is there at that time: "room" or "video", and its meeting. `besides` is a group left aside.

    A room counts when the house keeps it: one typed address may have many rooms. A video link is one room however it
    came there: two groups behind one link would walk in on each other.
    """
    near = (
        Gathering.objects.filter(
            group__organisation_id=organisation_id,
            state__in=NOT_HELD,
            starts_at__lt=ends_at,
            starts_at__gt=starts_at - LONGEST,
        )
        .exclude(group=besides)
        .select_related("group")
        .order_by("starts_at")
    )
    usual, own = Q(elsewhere=False), Q(elsewhere=True)
    wanted = []
    if place.room is not None:
        wanted.append(("room", usual & Q(group__room=place.room) | own & Q(own_room=place.room)))
    if place.video_link:
        link = place.video_link
        wanted.append(("video", usual & Q(group__video_link=link) | own & Q(own_video_link=link)))
    for what, there in wanted:
        for other in near.filter(there):
            if other.ends_at > starts_at:
                return what, other
    return None


def hold_house(organisation: Organisation) -> None:
    """Whoever books a room of this house at the same moment waits for us. For one transaction, and after people."""
    Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation.pk)


def add_venue(*, organisation: Organisation, kind: str, facts: Facts, by: Actor, at: datetime) -> Venue:
    """A room or a video room more. Raises VenueKnown, VenueUnclear."""
    require(by, Permission.PLACE_KEEP, organisation)
    venue = Venue(organisation=organisation, kind=kind, made_at=at, **_fitting(kind, facts))
    with transaction.atomic():
        _save(venue)
        _record(venue, by=by, at=at)
    return venue


def change_venue(*, venue: Venue, facts: Facts, by: Actor, at: datetime) -> Venue:
    """Other facts about it. If its line changes, meetings to come carry the new one, and everybody there is told once.

    Raises VenueGone, VenueKnown, VenueUnclear.
    """
    require(by, Permission.PLACE_KEEP, venue)
    with transaction.atomic():
        row = _hold(venue)
        before = row.line
        for name, value in _fitting(row.kind, facts).items():
            setattr(row, name, value)
        _save(row)
        if row.line != before:
            _carry_on(row, at)
        _record(row, by=by, at=at)
    return row


def end_venue(*, venue: Venue, by: Actor, at: datetime) -> None:
    """It is not chosen any more. Raises VenueInUse while a meeting to come is there; ended twice, it stays ended."""
    require(by, Permission.PLACE_KEEP, venue)
    with transaction.atomic():
        hold_house(venue.organisation)
        row = Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)
        if row.ended_at is not None:
            return
        waiting = _to_come(row).count()
        if waiting:
            raise errors.VenueInUse(waiting)
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record(row, by=by, at=at)


def meetings_there(venue: Venue) -> int:
    """How many meetings to come are there."""
    return _to_come(venue).count()


def _to_come(venue: Venue) -> QuerySet[Gathering]:
    usual = Q(elsewhere=False) & (Q(group__room=venue) | Q(group__video_room=venue))
    own = Q(elsewhere=True) & (Q(own_room=venue) | Q(own_video_room=venue))
    return Gathering.objects.filter(usual | own, state__in=NOT_HELD)


def _hold(venue: Venue) -> Venue:
    hold_house(venue.organisation)
    row = Venue.objects.select_for_update(no_key=True).filter(pk=venue.pk, ended_at=None).first()
    if row is None:
        raise errors.VenueGone
    return row


def _fitting(kind: str, facts: Facts) -> dict[str, object]:
    """The facts that fit this kind; anything else is left out. Raises VenueUnclear."""
    name = " ".join(facts.name.split())
    if not name or (kind == Venue.Kind.VIDEO and not facts.link):
        raise errors.VenueUnclear
    both: dict[str, object] = {"name": name, "note": facts.note.strip()}
    if kind == Venue.Kind.VIDEO:
        return both | {"link": facts.link}
    return both | {
        "address": " ".join(facts.address.split()),
        "way_in": facts.way_in.strip(),
        "step_free": facts.step_free,
        "holds": facts.holds,
    }


def _save(venue: Venue) -> None:
    try:
        with transaction.atomic():
            venue.save()
    except IntegrityError:
        raise errors.VenueKnown from None


def _carry_on(venue: Venue, at: datetime) -> None:
    """The new line for everything to come, also in calendars, and one message to everybody who goes there."""
    waiting = list(_to_come(venue).select_related("group").order_by("group_id", "number"))
    groups = Group.objects.exclude(state=Group.State.FINISHED)
    own = Gathering.objects.filter(pk__in=[one.pk for one in waiting])
    if venue.kind == Venue.Kind.ROOM:
        groups.filter(room=venue).update(place=venue.line)
        own.filter(own_room=venue).update(own_place=venue.line)
    else:
        groups.filter(video_room=venue).update(video_link=venue.line)
        own.filter(own_video_room=venue).update(own_video_link=venue.line)
    own.update(revision=F("revision") + 1, moved_at=at)
    first = {one.group_id: one for one in reversed(waiting)}
    for group_id, next_one in first.items():
        about = log.Ref("gathering", next_one.code)
        once = f"{next_one.code}:{next_one.revision + 1}:{venue.code}"
        for person in _everybody(group_id):
            queue.enqueue("new-time", to=person, about=about, once=once, at=at, useful_until=next_one.starts_at)


def _everybody(group_id: int) -> Iterable[User]:
    here = Membership.objects.filter(group=group_id, left_at=None).select_related("user").order_by("pk")
    return [place.user for place in here]


def _record(venue: Venue, *, by: Actor, at: datetime) -> None:
    about = log.Ref("venue", venue.code)
    log.record(Event.MEETING_PLACE_CHANGED, by=by, about=about, at=at, chain=venue.organisation.code)
