"""Leading a gathering and taking part in it. Each verb adds at most a few numbered events and announces them.

Every verb locks the gathering's row first, so two facilitators and fifteen members are one queue: numbers have no
gaps, and what a command is checked against is what it lands on. A command said twice changes nothing the second
time; one that does not fit is refused with a sentence. All verbs answer with what the group is doing afterwards.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import events as audit_events
from kindcircle.base.audit import log
from kindcircle.base.lib import codes
from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import announce, queries
from kindcircle.rooms.live.actions import presence
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession, why_not
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import attending
from kindcircle.rooms.safety.gate import require_ready_to_open
from kindcircle.spec import timeline
from kindcircle.spec.timeline import Placed

TURN_SECONDS = 90
"""How long a turn may last before the soft colour; nobody is cut off."""

NEXT = ""
"""For `move_piece`: to whoever comes next."""


def open_gathering(*, gathering: Gathering, online: bool, by: Actor, at: datetime) -> Placed:
    """Open the door. The arrival check and the leaving questions are laid out; whoever waits outside is in.

    The first door of a group opens only where nothing is missing that keeps people safe. Raises NotYetReady.
    """
    with _command(gathering, by=by, at=at) as now:
        if now.placed.phase == "planned":
            require_ready_to_open(gathering, at=at)
            groups.open_gathering(gathering=gathering, online=online, by=by, at=at)
            measures.assign_for_gathering(gathering=gathering, at=at)
            now.say("opened", {})
            presence.let_in(gathering=gathering, at=at)
    return now.placed


def start_step(*, gathering: Gathering, step: int, by: Actor, at: datetime) -> Placed:
    """Go to a step of the run-sheet, counted from 0. A practice or round that was going on ends with it."""
    with _command(gathering, by=by, at=at) as now:
        agenda = queries.session_of(gathering).agenda
        if not 0 <= step < len(agenda):
            raise NotInThisSession
        if now.placed.step is None or now.placed.step.index != step:
            now.say("step_started", {"step": step, "minutes": agenda[step].minutes})
    return now.placed


def start_practice(*, gathering: Gathering, practice: str, seconds: int, by: Actor, at: datetime) -> Placed:
    """Begin a practice of today's run-sheet LEAD ms from now, in place of one that is running.

    The gentler alternative is begun the same way. Raises NotInThisSession for anything the run-sheet lacks.
    """
    with _command(gathering, by=by, at=at) as now:
        if (practice, str(seconds)) not in queries.practices_of(gathering):
            raise NotInThisSession
        going = now.placed.practice
        same = going is not None and (going.practice, going.variant) == (practice, str(seconds))
        if going is None or going.finished or not same:
            now.say("practice_started", {"practice": practice, "variant": str(seconds), "play": codes.new_code()})
    return now.placed


def pause_practice(*, gathering: Gathering, play: str, by: Actor, at: datetime) -> Placed:
    """Hold the practice where it is."""
    return _practice("practice_paused", lambda going: going.paused, gathering, play, by, at)


def resume_practice(*, gathering: Gathering, play: str, by: Actor, at: datetime) -> Placed:
    """Go on from where it was held, LEAD ms from now."""
    return _practice("practice_resumed", lambda going: going.running or going.waiting, gathering, play, by, at)


def end_practice(*, gathering: Gathering, play: str, by: Actor, at: datetime) -> Placed:
    """End the practice for everyone, wherever it is."""
    return _practice("practice_ended", lambda going: going.finished, gathering, play, by, at)


def start_round(*, gathering: Gathering, prompt: str, by: Actor, at: datetime) -> Placed:
    """Send the talking piece round everyone who is here, in seat order. `prompt` is a step that asks something."""
    with _command(gathering, by=by, at=at) as now:
        asked = {slot.id for slot in queries.session_of(gathering).agenda if slot.prompt is not None}
        if prompt not in asked:
            raise NotInThisSession
        turns = now.placed.round
        if turns is None or turns.closed or turns.prompt != prompt:
            order = [place.code for place in queries.here(gathering)]
            if not order:
                raise DoesNotFit(why_not("nobody"))
            data = {"round": codes.new_code(), "prompt": prompt, "seconds": TURN_SECONDS, "order": order}
            now.say("round_started", data)
    return now.placed


def move_piece(
    *, gathering: Gathering, turns: str, holder: str | None, by: Actor, at: datetime, to: str | None = NEXT
) -> Placed:
    """A facilitator passes the talking piece on, or hands it to somebody who is here (None: to nobody).

    `holder` is who had it when the page was made: said late or twice, the piece stays where it is.
    """
    with _command(gathering, by=by, at=at) as now:
        _pass_on(now, turns, holder, to)
    return now.placed


def defer_piece(*, gathering: Gathering, turns: str, who: str, by: Actor, at: datetime) -> Placed:
    """A facilitator puts somebody's turn at the end of the round."""
    with _command(gathering, by=by, at=at) as now:
        _put_off(now, turns, who)
    return now.placed


def end_round(*, gathering: Gathering, turns: str, by: Actor, at: datetime) -> Placed:
    """The round is over, whoever has or has not spoken."""
    with _command(gathering, by=by, at=at) as now:
        going = now.placed.round
        if going is None or going.round != turns or not going.closed:
            now.say("round_ended", {"round": turns})
    return now.placed


def take_turn(*, gathering: Gathering, turns: str, later: bool, by: Actor, at: datetime) -> Placed:
    """A member hands the talking piece on (having spoken or not: nobody can tell), or asks to come back later.

    Somebody who does not have the piece may ask for later too; handing on what one does not have changes nothing.
    """
    with _command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        place = queries.own_place(gathering, by)
        if place is None:
            raise DoesNotFit(why_not("piece_moved"))
        if later:
            _put_off(now, turns, place.code)
        else:
            _pass_on(now, turns, place.code, NEXT)
    return now.placed


def start_closing(*, gathering: Gathering, by: Actor, at: datetime) -> Placed:
    """Begin the closing: whatever goes on ends, and the run-sheet turns to its last step."""
    with _command(gathering, by=by, at=at) as now:
        if now.placed.phase != "closing":
            agenda = queries.session_of(gathering).agenda
            now.say("closing_started", {})
            now.say("step_started", {"step": len(agenda) - 1, "minutes": agenda[-1].minutes})
            groups.start_closing(gathering=gathering, by=by, at=at)
    return now.placed


def close(*, gathering: Gathering, by: Actor, at: datetime) -> Placed:
    """Close the gathering. Refused until the closing was begun: people are never left in the middle."""
    with _command(gathering, by=by, at=at) as now:
        if now.placed.phase != "closed":
            now.say("closed", {})
            presence.see_off(gathering=now.gathering, at=at)
            attending.close_gathering(gathering=gathering, by=by, at=at)
    return now.placed


class _Command:
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
        at = self._now + (timeline.LEAD if kind in timeline.LED else 0)
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
        self.added += 1
        self.placed = self._place()

    @property
    def newest(self) -> int:
        """The number of the last event."""
        return len(self._events)

    def _place(self) -> Placed:
        return timeline.position(self._events, self._now, self._sheets)


@contextmanager
def _command(
    gathering: Gathering, *, by: Actor, at: datetime, to: Permission = Permission.GATHERING_LEAD
) -> Iterator[_Command]:
    """Lock, ask, let the verb speak, and announce what it said once that is committed."""
    require(by, to, gathering)
    with transaction.atomic():
        rows = Gathering.objects.select_for_update(of=("self",), no_key=True).select_related("group__organisation")
        locked = rows.get(pk=gathering.pk)
        # Asked again behind the lock: the door may have been closed while we waited.
        require(by, to, locked)
        command = _Command(locked, by=by, at=at, led=to is Permission.GATHERING_LEAD)
        yield command
        if command.added:
            announce.after_commit(locked.code, command.newest)


def _practice(
    kind: str,
    already: Callable[[timeline.PlacedPractice], bool],
    gathering: Gathering,
    play: str,
    by: Actor,
    at: datetime,
) -> Placed:
    with _command(gathering, by=by, at=at) as now:
        going = now.placed.practice
        if going is None or going.play != play or not already(going):
            now.say(kind, {"play": play})
    return now.placed


def _pass_on(now: _Command, turns: str, holder: str | None, to: str | None) -> None:
    going = now.placed.round
    if going is None or going.closed or going.round != turns or going.holder != holder:
        return
    if to is not None:
        present = {place.code for place in queries.here(now.gathering)}
        if to == NEXT:
            # Somebody who has left since the round began keeps their place in the order but holds nobody up.
            to = next((who for who in going.order if who in present), None)
        elif to not in present:
            raise DoesNotFit(why_not("absent"))
    if to != going.holder:
        now.say("piece_moved", {"round": turns, "to": to})


def _put_off(now: _Command, turns: str, who: str) -> None:
    going = now.placed.round
    if going is None or going.closed or going.round != turns or (going.order and going.order[-1] == who):
        return
    if who == going.holder and not going.order:
        raise DoesNotFit(why_not("last"))
    now.say("piece_deferred", {"round": turns, "who": who})
