"""After an old copy of the database came back: words that were shown to fewer since are shown to no more again."""

from datetime import datetime

from django.db import transaction

from kindcircle.base.audit.events import Event
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.groups.queries_actors import themselves
from kindcircle.rooms.sharing import actions, handfuls, nudges
from kindcircle.rooms.sharing.models import Share
from kindcircle.spec.ladder import Step, widens


def narrow_again(*, code: str, step: str, at: datetime) -> bool:
    """No more than this step, as their writer had wished at that time. False: they show no more than that.

    What their writer looked at and widened later stays. Nothing is widened here: where this step shows other things
    than the row does, the words are their writer's alone until they share them anew.
    """
    with transaction.atomic():
        found = Share.objects.select_related("author", "group__organisation").filter(code=code).first()
        if found is None or found.since > at:
            return False
        actions.hold(found.group)
        if not found.known:
            # A step down is from where more could be read: maybe the name, by those who lead.
            found.known = True
            found.save(update_fields=["known"])
        if not (widens(step, found.step) or widens(step, found.before)):
            return False
        by, now = themselves(found.author), actions.standing(found, at)
        if widens(now, step):
            actions.remove(found, by=by, at=at)
            return True
        try:
            actions.stand_at(found, step, at=at)
        except CannotOpen:  # their key is gone: nobody can read it at any step
            actions.remove(found, by=by, at=at)
            return True
        if step == Step.UNNAMED:
            nudges.settle(found, at=at)
        else:
            handfuls.take_out(found, at=at)
        if now == Step.NAMED:
            actions.record(Event.WORDS_UNSHARED, found, by=by, at=at, reason=now)
    return True


def remember_again(*, code: str, at: datetime) -> None:
    """Before a copy that was taken back goes once more: what was read of its page with a name is known still."""
    row = Share.objects.select_related("group").filter(code=code).first()
    if row is None:
        return
    handfuls.remember(row, at=at)
    place = Membership.objects.filter(group=row.group, user=row.author, role=Membership.Role.MEMBER).first()
    if place is not None and Step.UNNAMED in (row.step, row.before):
        handfuls.may_have_been_read_with(place, at=at)


def remember_who_left(*, code: str, at: datetime) -> None:
    """Before somebody is out of their group once more: what waited beside theirs does not come without them."""
    place = Membership.objects.select_related("group").filter(code=code, left_at=None).first()
    if place is not None and place.role == Membership.Role.MEMBER:
        with transaction.atomic():
            handfuls.may_have_been_read_with(place, at=at)
