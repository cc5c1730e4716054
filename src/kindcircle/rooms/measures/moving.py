"""A meeting that moves takes the sheets with it that wait for it."""

from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import gatherings_of, last_closed
from kindcircle.rooms.measures.models import Assignment

Occasion = Assignment.Occasion


def move_gathering(*, gathering: Gathering, wish: groups.Wish, seen: str, by: Actor, at: datetime) -> groups.Preview:
    """`groups.actions.move_gathering`; sheets that were given before the meeting stay open until it begins or ends.

    Raises whatever moving raises.
    """
    with transaction.atomic():
        moved = groups.move_gathering(gathering=gathering, wish=wish, seen=seen, by=by, at=at)
        group = gathering.group
        first, last = gatherings_of(group).first(), last_closed(group)
        waiting = Assignment.objects.filter(group=group, response=None)
        if first is not None and last is None:
            waiting.filter(occasion=Occasion.BASELINE).update(closes_at=first.ends_at)
        coming = gatherings_of(group).filter(number__gt=last.number).first() if last is not None else None
        if last is not None and last.closed_at is not None and coming is not None:
            closes_at = max(coming.starts_at, last.closed_at + timedelta(hours=1))
            waiting.filter(occasion=Occasion.WEEKLY, gathering=last).update(closes_at=closes_at)
    return moved
