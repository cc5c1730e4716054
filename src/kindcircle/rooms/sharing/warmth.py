"""Answering with a sign: a few warm words of ours, sent once and changed or taken away as one likes.

Nothing counts them, nothing says who sent one, and there is nowhere to write a comment: advice is not asked for here.
"""

from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import nudges, queries
from kindcircle.rooms.sharing.actions import hold
from kindcircle.rooms.sharing.models import Warmth


def send(*, group: Group, share: str, sign: str, by: Actor, at: datetime) -> None:
    """Send this sign, or with "" take one's own away. Whoever cannot see the words cannot send one: NotFound."""
    if sign not in ("", *Warmth.Sign.values):
        raise NotFound
    with transaction.atomic():
        hold(group)
        row = queries.may_see(group, share, by=by, at=at)
        if row.author_id == by.user_id:
            raise NotFound
        if not sign:
            Warmth.objects.filter(share=row, giver=by.user_id).delete()
            return
        Warmth.objects.update_or_create(share=row, giver_id=by.user_id, defaults={"sign": sign})
        nudges.settle(row, at=at)
