"""A meeting that went on without its page: run on paper, or after the page had died. It is over once its closing is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import announce
from kindcircle.rooms.live.actions.command import Command
from kindcircle.rooms.live.errors import SayWhenClosed
from kindcircle.rooms.live.pairs import forget_answers
from kindcircle.rooms.measures import asking, attending
from kindcircle.rooms.safety.gate import require_ready_to_open

LONGEST = timedelta(hours=12)
EARLIEST = timedelta(hours=3)
"""So long before its time a meeting may have begun."""


def may_say_held(gathering: Gathering, *, at: datetime) -> bool:
    """Whether it can be said: once its planned end has passed and nobody has closed it. Before that it is led here."""
    return gathering.state != Gathering.State.CLOSED and at >= gathering.ends_at


def say_held(
    *,
    gathering: Gathering,
    began_at: datetime,
    closed_at: datetime,
    closing_held: bool,
    came: Iterable[User],
    by: Actor,
    at: datetime,
) -> None:
    """Those who led say that it was held, with its closing, from when to when, and who was there.

    began_at  counts only where the door was never opened here. The first meeting of a group still needs all that it
              needs (NotYetReady). The record says who said it and when, and the timeline gets the close. Twice is once.
    Raises SayWhenClosed.
    """
    require(by, Permission.GATHERING_LEAD, gathering)
    with transaction.atomic():
        rows = Gathering.objects.select_for_update(of=("self",), no_key=True).select_related("group__organisation")
        locked = rows.get(pk=gathering.pk)
        if locked.state == Gathering.State.CLOSED:
            return
        planned = locked.state == Gathering.State.PLANNED
        began = began_at if planned else locked.opened_at or began_at
        if not closing_held or not began <= closed_at <= min(at, began + LONGEST) or not may_say_held(locked, at=at):
            raise SayWhenClosed
        if planned:
            if began < locked.starts_at - EARLIEST:
                raise SayWhenClosed
            require_ready_to_open(locked, at=at)
            asking.assign_for_gathering(gathering=locked, at=began)
            # Nobody led it here: what is written down is not what somebody tapped, and the record has its own word.
            Command(locked, by=by, at=began, led=False).say("opened", {})
        now = Command(locked, by=by, at=closed_at, led=False)
        if now.placed.phase == "open":
            now.say("closing_started", {})
        now.say("closed", {})
        forget_answers(locked)
        attending.say_held(gathering=locked, began_at=began, closed_at=closed_at, came=came, by=by, at=at)
        announce.after_commit(locked.code, now.newest)
