"""One command to a gathering: lock, ask, say what happens, announce it.

Every command locks the gathering's row first, so two facilitators and fifteen members are one queue: numbers have no
gaps, and what a command is checked against is what it lands on.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import events as audit_events
from kindcircle.base.audit import log
from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import announce, queries
from kindcircle.rooms.live.errors import DoesNotFit, why_not
from kindcircle.rooms.live.lead_time import lead_for
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.pairs import forget_answers, is_over
from kindcircle.spec import timeline
from kindcircle.spec.timeline import Placed


class Command:
    """One command under way: the gathering locked, what it is doing, and the way to add to its timeline."""

    def __init__(self, gathering: Gathering, *, by: Actor, at: datetime, led: bool) -> None:
        self.gathering, self._by, self._at, self._led = gathering, by, at, led
        self._events = queries.events_of(gathering.pk)
        self._sheets = queries.cue_sheets(gathering)
        # We may have waited for the lock while somebody else's command got in first: never speak before it.
        self._now = max([milliseconds(at), *(timeline.said_at(event) for event in self._events)])
        self.added = 0
        self.placed = self._place()

    def say(self, kind: str, data: Mapping[str, object]) -> None:
        """Add the next event, or raise DoesNotFit with a sentence."""
        if not timeline.fits(self.placed, kind, data):
            raise DoesNotFit(why_not(kind))
        at = self._now
        if kind in timeline.LED:
            lead = lead_for(self.gathering, at=self._at)
            at, data = at + lead, {**data, "lead": lead}
        event = timeline.Event(len(self._events) + 1, kind, at, data)
        Event.objects.create(gathering=self.gathering, n=event.n, kind=kind, at_ms=at, data=dict(data))
        if self._led:
            log.record(
                audit_events.Event.GATHERING_LED,
                by=self._by,
                about=log.Ref("gathering", self.gathering.code),
                at=self._at,
                chain=self.gathering.group.organisation.code,
                reason=kind,
            )
        self._events.append(event)
        if kind == "practice_started":
            self._sheets = queries.cue_sheets(self.gathering)  # it may come from the library
        self.added += 1
        self.placed = self._place()

    @property
    def newest(self) -> int:
        """The number of the last event."""
        return len(self._events)

    def _place(self) -> Placed:
        return timeline.position(self._events, self._now, self._sheets)


@contextmanager
def command(
    gathering: Gathering, *, by: Actor, at: datetime, to: Permission = Permission.GATHERING_LEAD
) -> Iterator[Command]:
    """Lock, ask, let the verb speak, and announce what it said once that is committed."""
    require(by, to, gathering)
    with transaction.atomic():
        rows = Gathering.objects.select_for_update(of=("self",), no_key=True).select_related("group__organisation")
        locked = rows.get(pk=gathering.pk)
        # Asked again behind the lock: the door may have been closed while we waited.
        require(by, to, locked)
        one = Command(locked, by=by, at=at, led=to is Permission.GATHERING_LEAD)
        pairs = one.placed.pairs
        yield one
        if pairs is not None and pairs.state != "over" and is_over(one.placed.pairs):
            forget_answers(locked)
        if one.added:
            announce.after_commit(locked.code, one.newest)
