"""Turns with the talking piece: beginning a round, passing the piece on, putting a turn off."""

from datetime import datetime

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import codes
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession, why_not
from kindcircle.spec.timeline import Placed

TURN_SECONDS = 90
"""How long a turn may last before the soft colour; nobody is cut off."""

NEXT = ""
"""For `move_piece`: to whoever comes next."""


def start_round(*, gathering: Gathering, prompt: str, by: Actor, at: datetime) -> Placed:
    """Send the talking piece round everyone who is here, in seat order. `prompt` is a step that asks something."""
    with command(gathering, by=by, at=at) as now:
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
    with command(gathering, by=by, at=at) as now:
        _pass_on(now, turns, holder, to)
    return now.placed


def defer_piece(*, gathering: Gathering, turns: str, who: str, by: Actor, at: datetime) -> Placed:
    """A facilitator puts somebody's turn at the end of the round."""
    with command(gathering, by=by, at=at) as now:
        _put_off(now, turns, who)
    return now.placed


def end_round(*, gathering: Gathering, turns: str, by: Actor, at: datetime) -> Placed:
    """The round is over, whoever has or has not spoken."""
    with command(gathering, by=by, at=at) as now:
        going = now.placed.round
        if going is None or going.round != turns or not going.closed:
            now.say("round_ended", {"round": turns})
    return now.placed


def take_turn(*, gathering: Gathering, turns: str, later: bool, by: Actor, at: datetime) -> Placed:
    """A member hands the talking piece on (having spoken or not: nobody can tell), or asks to come back later.

    Somebody who does not have the piece may ask for later too; handing on what one does not have changes nothing.
    """
    with command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        place = queries.own_place(gathering, by)
        if place is None:
            raise DoesNotFit(why_not("piece_moved"))
        if later:
            _put_off(now, turns, place.code)
        else:
            _pass_on(now, turns, place.code, NEXT)
    return now.placed


def _pass_on(now: Command, turns: str, holder: str | None, to: str | None) -> None:
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


def _put_off(now: Command, turns: str, who: str) -> None:
    going = now.placed.round
    if going is None or going.closed or going.round != turns or (going.order and going.order[-1] == who):
        return
    if who == going.holder and not going.order:
        raise DoesNotFit(why_not("last"))
    now.say("piece_deferred", {"round": turns, "who": who})
