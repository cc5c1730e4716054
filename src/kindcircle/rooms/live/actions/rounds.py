"""Turns with the talking piece: beginning a round, handing the piece on, hands that go up, and who comes when.

Handing on after speaking and passing are the same act to the last byte: nothing here knows which of the two it was.
Those who lead can hand it on at any moment, so a round never waits for anybody.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import codes
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession, why_not
from kindcircle.rooms.live.queries_rounds import way_of
from kindcircle.spec.circle import Mode, PlacedRound
from kindcircle.spec.timeline import Placed

TURN_SECONDS = 90
"""How long a turn may last before the soft colour; nobody is cut off."""

LINE_SECONDS = 45
"""The same where everybody is asked for one line."""

WAYS: Mapping[str, tuple[Mode, int]] = {
    "seats": ("round", TURN_SECONDS),
    "chance": ("round", TURN_SECONDS),
    "line": ("round", LINE_SECONDS),
    "hands": ("popcorn", TURN_SECONDS),
    "floor": ("popcorn", TURN_SECONDS),
}
"""How the piece goes: along the seats, in an order drawn by chance, one line each, or to hands that go up.

Hands are the kinder way by default: those who lead give the piece, so that a quick voice does not take every turn. On
an open *floor* it goes by itself to whoever's hand is up first.
"""

LONGER = (30, 60)
"""Seconds by which one press may lengthen a turn."""

NEXT = ""
"""For `move_piece`: to whoever comes next."""

Where = Literal["up", "first", "last", "out"]
_chance = secrets.SystemRandom()


def start_round(*, gathering: Gathering, prompt: str, by: Actor, at: datetime, way: str = "seats") -> Placed:
    """Begin a round for everyone who is here. `prompt` is a step that asks something; empty: no question on screen."""
    with command(gathering, by=by, at=at) as now:
        asked = {slot.id for slot in queries.session_of(gathering).agenda if slot.prompt is not None}
        if prompt not in asked | {""} or way not in WAYS:
            raise NotInThisSession
        turns = now.placed.round
        if turns is None or turns.closed or turns.prompt != prompt:
            order = [place.code for place in queries.here(gathering)]
            if not order:
                raise DoesNotFit(why_not("nobody"))
            if way == "chance":
                _chance.shuffle(order)
            mode, seconds = WAYS[way]
            facts = {"round": codes.new_code(), "prompt": prompt, "seconds": seconds, "mode": mode, "way": way}
            now.say("round_started", facts | {"order": [] if mode == "popcorn" else order})
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


def add_to_round(*, gathering: Gathering, turns: str, who: str, by: Actor, at: datetime) -> Placed:
    """A facilitator brings somebody into the round: who came late, has no device, or raised a real hand."""
    with command(gathering, by=by, at=at) as now:
        _raise(now, turns, who, why_not("absent"))
    return now.placed


def set_order(*, gathering: Gathering, turns: str, who: str, where: Where, by: Actor, at: datetime) -> Placed:
    """A facilitator moves somebody who is still to come: one place up, first, last, or out of this round.

    Each press says one small thing, so two facilitators who sort at once never undo each other. Whoever has gone home
    meanwhile stands behind all who are here.
    """
    with command(gathering, by=by, at=at) as now:
        going = _open(now, turns)
        if going is not None and who in going.order:
            present, gone = _split(now, going)
            order = [*_sorted(present, who, where), *(other for other in gone if other != who)]
            if order != list(going.order):
                now.say("order_set", {"round": turns, "order": order})
    return now.placed


def lengthen_turn(
    *, gathering: Gathering, turns: str, holder: str | None, seconds: int, by: Actor, at: datetime
) -> Placed:
    """A facilitator gives more time to the one who speaks. Said to a turn that is over, it changes nothing."""
    if seconds not in LONGER:
        raise NotInThisSession
    with command(gathering, by=by, at=at) as now:
        going = _open(now, turns)
        if going is not None and going.holder is not None and going.holder == holder:
            now.say("turn_lengthened", {"round": turns, "seconds": seconds})
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
        who = _own_code(now, by)
        if later:
            _put_off(now, turns, who)
        else:
            _pass_on(now, turns, who, None if _rests_between(now) else NEXT)
    return now.placed


def raise_hand(*, gathering: Gathering, turns: str, by: Actor, at: datetime) -> Placed:
    """A member would like to speak: a hand up, or once more after one's turn. A hand that is up stays up."""
    with command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        _raise(now, turns, _own_code(now, by), why_not("away"))
    return now.placed


def lower_hand(*, gathering: Gathering, turns: str, by: Actor, at: datetime) -> Placed:
    """A member takes their hand down. In a round of turns nobody says beforehand that they will pass."""
    with command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        who, going = _own_code(now, by), _open(now, turns)
        if going is not None and going.mode == "popcorn" and who in going.order:
            now.say("hand_lowered", {"round": turns, "who": who})
    return now.placed


def be_with(*, gathering: Gathering, turns: str, holder: str, by: Actor, at: datetime) -> Placed:
    """A member shows the one who speaks that they are with them: one sign in a turn, never who, never how many.

    Whether the sign was there already, or the turn is over, cannot be told from the answer.
    """
    with command(gathering, by=by, at=at, to=Permission.ROUND_TAKE_PART) as now:
        who, going = _own_code(now, by), _open(now, turns)
        listens = going is not None and going.holder not in (None, who) and going.holder == holder
        if listens and going is not None and not going.with_you and who in _present(now):
            now.say("with_you", {"round": turns, "holder": holder})
    return now.placed


def _own_code(now: Command, by: Actor) -> str:
    place = queries.own_place(now.gathering, by)
    if place is None:
        raise DoesNotFit(why_not("piece_moved"))
    return place.code


def _open(now: Command, turns: str) -> PlacedRound | None:
    """The round that was meant, if it still goes on."""
    going = now.placed.round
    return None if going is None or going.closed or going.round != turns else going


def _present(now: Command) -> set[str]:
    return {place.code for place in queries.here(now.gathering)}


def _split(now: Command, going: PlacedRound) -> tuple[list[str], list[str]]:
    """Who is still to come: those who are here, and those who have gone meanwhile, each in order."""
    present = _present(now)
    return [who for who in going.order if who in present], [who for who in going.order if who not in present]


def _sorted(order: list[str], who: str, where: Where) -> list[str]:
    rest = [other for other in order if other != who]
    if where == "out":
        return rest
    index = order.index(who) if who in order else len(rest)
    at = {"up": max(0, index - 1), "first": 0, "last": len(rest)}[where]
    return [*rest[:at], who, *rest[at:]]


def _rests_between(now: Command) -> bool:
    """Whether the piece rests after each turn until those who lead give it: to hands, unless the floor is open."""
    going = now.placed.round
    return going is not None and going.mode == "popcorn" and way_of(now.gathering) != "floor"


def _pass_on(now: Command, turns: str, holder: str | None, to: str | None) -> None:
    going = _open(now, turns)
    if going is None or going.holder != holder:
        return
    if to == NEXT:
        # Somebody who has gone since the round began holds nobody up.
        to = next(iter(_split(now, going)[0]), None)
    elif to is not None and to not in _present(now):
        raise DoesNotFit(why_not("absent"))
    if to != going.holder:
        now.say("piece_moved", {"round": turns, "to": to})


def _raise(now: Command, turns: str, who: str, absent: str) -> None:
    going = _open(now, turns)
    if going is None or who == going.holder or who in going.order:
        return
    if who not in _present(now):
        raise DoesNotFit(absent)
    free = going.mode == "popcorn" and going.holder is None and not _split(now, going)[0]
    if free and way_of(now.gathering) == "floor":
        now.say("piece_moved", {"round": turns, "to": who})
    else:
        now.say("hand_raised", {"round": turns, "who": who})


def _put_off(now: Command, turns: str, who: str) -> None:
    going = _open(now, turns)
    if going is None or (going.order and going.order[-1] == who):
        return
    if who == going.holder:
        present, gone = _split(now, going)
        if not present:
            raise DoesNotFit(why_not("last"))
        if gone and going.order[0] in gone:
            # The piece goes to somebody who is here; whoever has gone keeps a place at the end.
            now.say("order_set", {"round": turns, "order": [*present, *gone]})
    now.say("piece_deferred", {"round": turns, "who": who})
