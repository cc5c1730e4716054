"""What somebody keeps at hand for their days at home: practices that help, this week's choices, hard days noted.

One small sealed row for each person. It holds no counts and no times of day, and nobody else ever opens it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.practice.errors import ShelfIsFull
from kindcircle.rooms.practice.models import AtHand

MOST_PRACTICES = 12  # more would be a catalogue, not a shelf
MOST_DAYS = 400

LEFT_OUT = ""
"""Stands where a practice of this week is left out, with nothing in its place."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is at hand for one person.

    practices  those that help, in the order their owner chose
    week       which week `instead` is about; another week begins with what the group brings
    instead    a practice of that week, and the one done instead of it, or LEFT_OUT
    hard_days  days that were noted as hard, the newest last
    hidden     the picture of days with practice is put away
    """

    practices: tuple[str, ...] = ()
    week: str = ""
    instead: dict[str, str] = field(default_factory=dict)
    hard_days: tuple[date, ...] = ()
    hidden: bool = False

    def in_week(self, week: str) -> dict[str, str]:
        """What is done instead in this week."""
        return self.instead if week == self.week else {}


EMPTY = Shelf()


def shelf_of(member: User, *, by: Actor) -> Shelf:
    """What this person has at hand. Only they can ask."""
    row = shelves_of(member).first()
    if row is None:
        require(by, Permission.IN_OWN_NAME, member)
        return EMPTY
    require(by, Permission.AT_HAND_USE, row)
    return _open(row, member)


def shelves_of(member: User) -> QuerySet[AtHand]:
    """Their shelf, still closed; empty where they never put anything there."""
    return AtHand.objects.filter(member=member)


def put_at_hand(practice: str, *, member: User, by: Actor) -> None:
    """Put a practice on one's shelf, at its end. Raises ShelfIsFull."""

    def put(shelf: Shelf) -> Shelf:
        if practice in shelf.practices:
            return shelf
        if len(shelf.practices) >= MOST_PRACTICES:
            raise ShelfIsFull(MOST_PRACTICES)
        return replace(shelf, practices=(*shelf.practices, practice))

    _change(put, member=member, by=by)


def take_away(practice: str, *, member: User, by: Actor) -> None:
    """Take a practice off one's shelf."""
    _change(
        lambda shelf: replace(shelf, practices=tuple(one for one in shelf.practices if one != practice)),
        member=member,
        by=by,
    )


def move_up(practice: str, *, member: User, by: Actor) -> None:
    """One place further up; the first stays the first."""

    def moved(shelf: Shelf) -> Shelf:
        order = list(shelf.practices)
        here = order.index(practice) if practice in order else 0
        if here:
            order[here - 1], order[here] = order[here], order[here - 1]
        return replace(shelf, practices=tuple(order))

    _change(moved, member=member, by=by)


def do_instead(practice: str, other: str, *, week: str, member: User, by: Actor) -> None:
    """This week do another practice, or none at all (LEFT_OUT). The practice itself puts everything back."""

    def chosen(shelf: Shelf) -> Shelf:
        instead = {one: it for one, it in shelf.in_week(week).items() if one != practice}
        if other != practice:
            instead[practice] = other
        return replace(shelf, week=week, instead=instead)

    _change(chosen, member=member, by=by)


def note_hard_day(day: date, *, member: User, by: Actor) -> None:
    """Note for oneself that this was a hard day: the day only. The same day again changes nothing."""
    _change(
        lambda shelf: replace(shelf, hard_days=tuple(sorted({*shelf.hard_days, day})[-MOST_DAYS:])),
        member=member,
        by=by,
    )


def forget_hard_day(day: date, *, member: User, by: Actor) -> None:
    """Take such a note away again."""
    _change(
        lambda shelf: replace(shelf, hard_days=tuple(one for one in shelf.hard_days if one != day)),
        member=member,
        by=by,
    )


def hide_picture(*, hidden: bool, member: User, by: Actor) -> None:
    """Put the picture of one's days away, or take it out again."""
    _change(lambda shelf: replace(shelf, hidden=hidden), member=member, by=by)


def _change(change: Callable[[Shelf], Shelf], *, member: User, by: Actor) -> None:
    """Open, change and keep in one transaction: two tabs never undo each other. An empty shelf is no row at all."""
    require(by, Permission.IN_OWN_NAME, member)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=member.pk)
        row = AtHand.objects.filter(member=member).first()
        before = _open(row, member) if row else EMPTY
        after = change(before)
        if after == before:
            return
        if after == EMPTY:
            AtHand.objects.filter(member=member).delete()
            return
        row = row or AtHand(member=member)
        kept = asdict(after) | {"hard_days": [day.isoformat() for day in after.hard_days]}
        row.sealed_shelf = seals.AT_HAND.seal(json.dumps(kept), code=row.code, holder=member)
        row.save()


def _open(row: AtHand, member: User) -> Shelf:
    kept = json.loads(seals.AT_HAND.open(row.sealed_shelf, code=row.code, holder=member))
    return Shelf(
        practices=tuple(kept["practices"]),
        week=kept["week"],
        instead=kept["instead"],
        hard_days=tuple(date.fromisoformat(day) for day in kept["hard_days"]),
        hidden=kept["hidden"],
    )
