"""Somebody's meetings in their own calendar: a secret link that says as little as they like."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes, erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.rooms.team.models import StandIn
from kindcircle.spec.documents.calendar import Entry

STAYS = timedelta(days=31)
"""How long what is over stays in a calendar, and what was called off for somebody who left."""


def calendar_of(user: User) -> CalendarLink:
    """How this person's calendar is set; as it comes, when they never chose anything."""
    return CalendarLink.objects.filter(user=user).first() or CalendarLink(user=user)


def secret_of(link: CalendarLink) -> str:
    """The secret of the link, for its owner's own page; "" while it is off."""
    if not link.sealed_secret:
        return ""
    return seals.CALENDAR_LINK.open(link.sealed_secret, code=link.code, holder=link.user)


def link_behind(secret: str) -> CalendarLink | None:
    """Whose calendar this secret opens, or None: never made, renewed, switched off, or the account is closed."""
    found = CalendarLink.objects.filter(secret_hash=codes.digest(secret), user__is_active=True)
    return found.select_related("user__organisation").first()


def choose_words(*, user: User, title: str, says_where: bool, by: Actor) -> CalendarLink:
    """Under which word meetings stand in this person's calendar, and whether it tells where they are."""
    _own_account(by, user)
    with transaction.atomic():
        link = _own(user)
        link.title, link.says_where = title, says_where
        link.save(update_fields=["title", "says_where"])
    return link


def renew_link(*, user: User, seen: str, by: Actor, at: datetime) -> CalendarLink:
    """A fresh secret; the one before opens nothing any more.

    seen  the link as the page showed it (`stamp`): the same wish sent twice makes one link, not two
    """
    _own_account(by, user)
    with transaction.atomic():
        link = _own(user)
        if stamp(link) != seen:
            return link
        secret, before = codes.new_token(), link.secret_hash
        link.secret_hash, link.made_at = codes.digest(secret), at
        link.sealed_secret = seals.CALENDAR_LINK.seal(secret, code=link.code, holder=user)
        link.save(update_fields=["secret_hash", "sealed_secret", "made_at"])
        _record(Event.CALENDAR_LINK_MADE, link, by, at)
        _note_ended(before, at)
    return link


def end_link(*, user: User, by: Actor, at: datetime) -> CalendarLink:
    """Switch the link off. It opens nothing from now on; what a calendar has fetched is out of our reach."""
    _own_account(by, user)
    with transaction.atomic():
        link = _own(user)
        if link.secret_hash is None:
            return link
        before = link.secret_hash
        link.secret_hash, link.sealed_secret, link.made_at = None, b"", None
        link.save(update_fields=["secret_hash", "sealed_secret", "made_at"])
        _record(Event.CALENDAR_LINK_ENDED, link, by, at)
        _note_ended(before, at)
    return link


def end_link_again(*, secret_hash: str) -> bool:
    """After an old copy of the database came back: this link opens nothing. False: it did not."""
    closed = CalendarLink.objects.filter(secret_hash=secret_hash)
    return bool(closed.update(secret_hash=None, sealed_secret=b"", made_at=None))


def stamp(link: CalendarLink) -> str:
    """Stands for the link as it is now, in a form that changes it."""
    return "off" if link.made_at is None else link.made_at.isoformat()


def meetings_of(by: Actor, *, at: datetime) -> list[Gathering]:
    """The meetings to come of all groups that somebody belongs to, and those at which they stand in, in order."""
    require(by, Permission.CALENDAR_USE)
    places = Membership.objects.filter(user=by.user_id, left_at=None)
    covers = StandIn.objects.filter(user=by.user_id, ended_at=None)
    mine = Q(group__in=places.values("group_id")) | Q(pk__in=covers.values("gathering_id"))
    rows = Gathering.objects.filter(mine, starts_at__gt=at - timedelta(hours=12))
    waiting = rows.exclude(state=Gathering.State.CLOSED).select_related("group__organisation")
    return list(waiting.order_by("starts_at"))


def entries_of(link: CalendarLink, *, at: datetime) -> list[Entry]:
    """Everything that stands in this person's calendar. Of a group they left, what was to come is called off."""
    covers = StandIn.objects.filter(user=link.user, ended_at=None).values("gathering_id")
    mine = Q(group__in=Membership.objects.filter(user=link.user).values("group_id")) | Q(pk__in=covers)
    rows = Gathering.objects.filter(mine, starts_at__gt=at - STAYS).select_related("group")
    left = dict(Membership.objects.filter(user=link.user).exclude(left_at=None).values_list("group_id", "left_at"))
    entries = []
    for row in rows.order_by("starts_at"):
        left_at = left.get(row.group_id)
        gone = left_at is not None and left_at < row.starts_at
        if gone and left_at is not None and left_at < at - STAYS:
            continue
        entries.append(entry_of(row, link, called_off=gone))
    return entries


def entry_of(gathering: Gathering, link: CalendarLink, *, called_off: bool = False) -> Entry:
    """One meeting as this person wants to see it. Its name tells nothing, and differs from everybody else's."""
    where = gathering.place or gathering.video_link
    return Entry(
        uid=name_for(link, gathering.code),
        title=str(link.get_title_display()),
        starts_at=gathering.starts_at,
        ends_at=gathering.ends_at,
        revision=gathering.revision + int(called_off),
        changed_at=gathering.moved_at or gathering.group.created_at,
        place=where if link.says_where and not called_off else "",
        called_off=called_off,
    )


def name_for(link: CalendarLink, code: str) -> str:
    """The name of one entry in one person's calendar: always the same, and nobody else's."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{link.code}:{code}"))


def saved_calendar(user: User) -> CalendarLink:
    """The same as `calendar_of`, and kept, so that the names of entries stay the same."""
    return CalendarLink.objects.get_or_create(user=user)[0]


def _own_account(by: Actor, user: User) -> None:
    require(by, Permission.CALENDAR_USE)
    require(by, Permission.IN_OWN_NAME, user)


def _own(user: User) -> CalendarLink:
    link = saved_calendar(user)
    return CalendarLink.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=link.pk)


def _note_ended(secret_hash: str | None, at: datetime) -> None:
    """Only the mark of the secret, from which nobody gets to the link."""
    if secret_hash is not None:
        erased.note(erased.WITHDRAWN, label=CalendarLink._meta.label, code=secret_hash, at=at)


def _record(event: Event, link: CalendarLink, by: Actor, at: datetime) -> None:
    log.record(
        event,
        by=by,
        about=log.Ref("calendar", link.code),
        at=at,
        chain=link.user.organisation.code,
        concerns=link.user.code,
    )
