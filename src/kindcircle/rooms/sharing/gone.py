"""Shared words go: with what they were taken from, with whoever leaves, with the group's own words."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.sharing import handfuls, nudges
from kindcircle.rooms.sharing.models import GroupSharing, Handful, Share, Warmth


def take_copies(*, kind: str, code: str, at: datetime) -> None:
    """Every copy of one page of private writing, in every group."""
    with transaction.atomic():
        _take(Share.objects.filter(source_kind=kind, source_code=code), at=at)


def take_of(person: User, *, at: datetime) -> None:
    """Everything that somebody shares, and every sign they sent."""
    with transaction.atomic():
        _take(Share.objects.filter(author=person), at=at)
        Warmth.objects.filter(giver=person).delete()


def take_group(group: Group, *, at: datetime) -> None:
    """All that is shared in a group, whoever wrote it."""
    for row in Share.objects.filter(group=group).select_related("author").order_by("pk"):
        handfuls.remember(row, at=at)
    Share.objects.filter(group=group).delete()
    Handful.objects.filter(group=group).delete()
    GroupSharing.objects.filter(group=group).delete()


def leave_due(*, at: datetime) -> int:
    """What people who left had shared. It was out of sight from the moment they left; now the rows go too."""
    gone = 0
    places = Membership.objects.filter(
        group=OuterRef("group"), user=OuterRef("author"), role=Membership.Role.MEMBER, left_at=None
    )
    for row in Share.objects.filter(~Exists(places)).select_related("group").order_by("pk"):
        with transaction.atomic():
            gone += _take(Share.objects.filter(pk=row.pk), at=at)
    return gone


def _take(rows: QuerySet[Share], *, at: datetime) -> int:
    taken = 0
    for row in rows.select_related("author", "group__organisation").order_by("pk"):
        Group.objects.select_for_update(no_key=True).get(pk=row.group_id)
        # What was read cannot be unread, also in another group that has a copy of the same page.
        handfuls.remember(row, at=at)
        handfuls.take_out(row, at=at)
        nudges.settle(row, at=at)
        erased.note(erased.ROW, label="sharing.Share", code=row.code, at=at)
        row.delete()
        taken += 1
    return taken
