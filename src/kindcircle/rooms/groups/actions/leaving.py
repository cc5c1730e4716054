"""Leaving a group before its end: said by the member or written down for them, told to the others, and undone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.absences import wait_no_more
from kindcircle.rooms.groups.actions.roles import leave_places
from kindcircle.rooms.groups.actions.seats import free_seats, kept_apart, one_at_a_time
from kindcircle.rooms.groups.errors import ChooseOne, GoneAlready, GroupOver, NoWayBack, SayWhatToTell, WordsTooLong
from kindcircle.rooms.groups.leavings import leavings, way_back_closed
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.models_absence import Leaving
from kindcircle.rooms.groups.out_and_back import note_back, note_left
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind

LONGEST = 600
TALK_WITHIN = timedelta(days=3)
# Somebody who would like a talk, or for whom something got worse, does not wait three days.
TALK_SOON = timedelta(days=1)
WITH_WORDS = (Leaving.Telling.WITH_A_REASON, Leaving.Telling.OWN_WORDS)


def leave_group(
    *,
    place: Membership,
    reason: str = "",
    telling: str = Leaving.Telling.ONLY_THE_FACT,
    words: str = "",
    wants_talk: bool = False,
    worse: str = "",
    by: Actor,
    at: datetime,
) -> Leaving:
    """The place is left from this moment. Nothing is asked that must be answered, and nothing that was counted goes.

    Those who lead have it waiting: a talk, an offer of other help, and whether anything got worse.
    Raises ChooseOne, SayWhatToTell, WordsTooLong, GoneAlready, GroupOver.
    """
    own = by.user_id == place.user_id
    require(by, Permission.PLACE_LEAVE if own else Permission.LEAVING_KEEP, place)
    words = words.strip()
    known = reason in ("", *Leaving.Reason.values) and worse in Leaving.Worse.values
    if not known or telling not in Leaving.Telling.values:
        raise ChooseOne
    if telling in WITH_WORDS and not words:
        raise SayWhatToTell
    if len(words) > LONGEST:
        raise WordsTooLong(LONGEST)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=place.user_id)
        row = Membership.objects.select_for_update(of=("self",), no_key=True)
        held = row.select_related("group__organisation", "user").get(pk=place.pk)
        if held.left_at is not None:
            raise GoneAlready
        if held.group.state == Group.State.FINISHED:
            raise GroupOver
        leaving = Leaving(
            place=held, left_at=max(at, held.joined_at), reason=reason, telling=telling, wants_talk=wants_talk,
            worse=worse, written_by_id=None if own else by.user_id,
        )  # fmt: skip
        if telling in WITH_WORDS:
            leaving.sealed_words = seals.GOODBYE.seal(words, code=leaving.code, holder=held.user)
        soon = wants_talk or worse == Leaving.Worse.YES
        _out(leaving, talk_by=at + (TALK_SOON if soon else TALK_WITHIN), by=by, at=at)
    return leaving


def leave_again(*, code: str, at: datetime) -> bool:
    """After an old copy of the database came back: whoever had left this place is out of it. False: they are already.

    What they said then is lost with the newer rows. So the others hear nothing, and somebody talks with them soon.
    """
    with transaction.atomic():
        places = Membership.objects.select_for_update(of=("self",), no_key=True)
        held = places.select_related("group__organisation", "user").filter(code=code, left_at=None).first()
        if held is None:
            return False
        left_at = max(at, held.joined_at)
        if held.role == Membership.Role.MEMBER and held.group.state != Group.State.FINISHED:
            leaving = Leaving(place=held, left_at=left_at, telling=Leaving.Telling.NOTHING)
            _out(leaving, talk_by=at + TALK_SOON, by=SYSTEM, at=at)
            return True
        Membership.objects.filter(pk=held.pk).update(left_at=left_at)
        if held.role == Membership.Role.FACILITATOR:
            leave_places(group=held.group, person=held.user, by=SYSTEM, at=at)
    return True


def undo_leaving(*, leaving: Leaving, by: Actor, at: datetime) -> None:
    """Back in their own seat, as if they had not left. Twice is once. Raises NoWayBack with the reason."""
    require(by, Permission.LEAVING_KEEP, leaving)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=leaving.place.user_id)
        one_at_a_time(leaving.place.group)
        row = leavings().select_for_update(of=("self",), no_key=True).get(pk=leaving.pk)
        if row.undone_at is not None:
            return
        closed = way_back_closed(row, free=free_seats(row.place.group), at=at)
        if closed is not None:
            raise closed
        if kept_apart(row.place.user, row.place.group):
            raise NoWayBack(_("The group has changed since. Please talk with whoever forms groups here."))
        Membership.objects.filter(pk=row.place_id).update(left_at=None)
        row.undone_at, row.undone_by_id = at, by.user_id
        row.save(update_fields=["undone_at", "undone_by"])
        settle(Kind.LEAVING, about=Ref("leaving", row.code), at=at)
        _record(Event.LEAVING_UNDONE, row, by=by, at=at)
        note_back(row.place.code, at=at)


def mark_group_told(*, leaving: Leaving, by: Actor, at: datetime) -> None:
    """The others have heard it, in the words that were given. Twice is once."""
    require(by, Permission.LEAVING_KEEP, leaving)
    with transaction.atomic():
        row = leavings().select_for_update(of=("self",), no_key=True).get(pk=leaving.pk)
        if row.group_told_at is None and row.undone_at is None:
            row.group_told_at, row.group_told_by_id = at, by.user_id
            row.save(update_fields=["group_told_at", "group_told_by"])
            _record(Event.GROUP_TOLD_OF_LEAVING, row, by=by, at=at)


def _out(leaving: Leaving, *, talk_by: datetime, by: Actor, at: datetime) -> None:
    held = leaving.place
    held.left_at = leaving.left_at
    held.save(update_fields=["left_at"])
    leaving.save(force_insert=True)
    wait_no_more(held, at=at)
    raise_task(
        Kind.LEAVING, organisation=held.group.organisation, about=Ref("leaving", leaving.code), once=leaving.code,
        due_at=talk_by, at=at, group_id=held.group_id, concerns=held.user,
    )  # fmt: skip
    _record(Event.PLACE_LEFT, leaving, by=by, at=at)
    note_left(held.code, at=leaving.left_at)


def _record(event: Event, leaving: Leaving, *, by: Actor, at: datetime) -> None:
    about, place = Ref("leaving", leaving.code), leaving.place
    log.record(event, by=by, about=about, at=at, chain=place.group.organisation.code, concerns=place.user.code)
