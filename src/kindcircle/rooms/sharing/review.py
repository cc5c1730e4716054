"""Those who lead may read words before the group does, where they turned that on. Their writer is told beforehand.

They change nothing of the words. What comes without a name comes to them without one, too, and never alone: as a
handful, which goes on to the group together once all of it was answered.
"""

from datetime import datetime
from enum import StrEnum
from itertools import chain

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import actions, handfuls
from kindcircle.rooms.sharing.errors import LookedAtBefore, NoWords, TooLong
from kindcircle.rooms.sharing.models import GroupSharing, Share
from kindcircle.spec.ladder import Step

LONGEST_LINE = 400
_BACK = Share.Review.GIVEN_BACK


class After(StrEnum):
    """How it is with the others once one was answered."""

    DONE = "done"  # it had a name, and stood for itself
    MORE_WAIT = "more-wait"
    ALL_ANSWERED = "all-answered"  # what was let in appears in the morning
    TOO_FEW = "too-few"  # so none of it appears, and those who lead see none of it any more


def set_reviews(*, group: Group, reviews: bool, by: Actor, at: datetime) -> None:
    """From now on those who lead read first, or no longer. What is on its way goes as its writer was told.

    No longer: what has no name and was read by nobody yet is let in with that. New words would not wait with it. What
    they did read, of which too few were left, and did not answer goes back to its writer.
    """
    require(by, Permission.SHARING_KEEP, group)
    with transaction.atomic():
        group = actions.hold(group)
        now = GroupSharing.objects.filter(group=group, reviews=True).exists()
        if now != reviews:
            who = User.objects.get(code=by.code)
            GroupSharing.objects.update_or_create(
                group=group, defaults={"reviews": reviews, "set_by": who, "set_at": at}
            )
            if not reviews:
                handfuls.no_longer_read(group, at=at)
            about, reason = log.Ref("group", group.code), "read first" if reviews else "not read first"
            log.record(Event.SHARING_CHANGED, by=by, about=about, at=at, chain=group.organisation.code, reason=reason)


def let_in(*, group: Group, share: str, by: Actor, at: datetime) -> After:
    """The group may read it, as it is; without a name, together with the others. Raises LookedAtBefore."""
    with transaction.atomic():
        row = _waiting(group, share, by=by, at=at)
        row.review, row.reviewed_at = Share.Review.LET_IN, at
        row.save(update_fields=["review", "reviewed_at"])
        _record(Event.SHARED_LET_IN, row, by=by, at=at)
        return _after(row, at=at)


def give_back(*, group: Group, share: str, line: str, by: Actor, at: datetime) -> After:
    """Not for the group, with a kind line to its writer alone. Raises LookedAtBefore, NoWords, TooLong."""
    said = line.strip()
    if not said:
        raise NoWords
    if len(said) > LONGEST_LINE:
        raise TooLong(LONGEST_LINE)
    with transaction.atomic():
        row = _waiting(group, share, by=by, at=at)
        row.review, row.reviewed_at = Share.Review.GIVEN_BACK, at
        row.sealed_line = seals.SHARED_LINE.seal(said, code=row.code, holder=row.author)
        row.save(update_fields=["review", "reviewed_at", "sealed_line"])
        _record(Event.SHARED_GIVEN_BACK, row, by=by, at=at)
        return _after(row, at=at)


def waiting(group: Group, *, at: datetime) -> list[Share]:
    """What waits by name to be read, for the room's own code. In an order that says nothing about when it came."""
    rows = Share.objects.filter(group=group, step=Step.NAMED, review=Share.Review.WAITS, seen_from__lte=at)
    here = rows.filter(author__memberships__group=group, author__memberships__left_at=None)
    return list(here.select_related("author").order_by("code"))


def together(group: Group, *, at: datetime) -> list[list[Share]]:
    """What waits without a name: handfuls, each with what was let in already and without what was given back.

    What was let in and is on its way to a name stands there as before: how it goes with the name is another question.
    """
    found = handfuls.reading_in(group, at=at).values()
    return [[row for row in rows if not (row.step == Step.UNNAMED and row.review == _BACK)] for rows in found]


def _waiting(group: Group, share: str, *, by: Actor, at: datetime) -> Share:
    require(by, Permission.SHARING_KEEP, group)
    group = actions.hold(group)
    unnamed = (one for one in chain(*together(group, at=at)) if handfuls.waits(one))
    row = next((one for one in chain(waiting(group, at=at), unnamed) if one.code == share), None)
    if row is None:
        raise LookedAtBefore
    row.group = group
    return row


def _after(row: Share, *, at: datetime) -> After:
    if row.step == Step.NAMED or row.handful is None:
        return After.DONE
    handfuls.keep_true(row.handful, at=at)
    row.handful.refresh_from_db()
    if row.handful.over_at is not None:
        return After.TOO_FEW
    return After.ALL_ANSWERED if row.handful.answered_at is not None else After.MORE_WAIT


def _record(event: Event, row: Share, *, by: Actor, at: datetime) -> None:
    concerns = row.author.code if row.step == Step.NAMED else ""
    about, chain = log.Ref("shared", row.code), row.group.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=concerns)
