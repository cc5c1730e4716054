"""What a gathering is doing right now, worked out from the list of things that have happened in it.

The list only grows: events are numbered from 1 without gaps, and each takes effect at its own moment. From the
list and the time, every device and the server work out the same position, so a late join, a reload and a sleeping
phone need no path of their own. `static/live/timeline.js` is this module in the browser; both run the cases in
`tests/vectors/timeline`. The words and rules are explained in `docs/reference/timeline.md`.

Times are whole milliseconds since the Unix epoch; lengths are milliseconds.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Literal, Protocol

LEAD = 2000
"""How far ahead a practice starts or goes on, in ms, so that every device has heard of it and turns together."""

LED = frozenset({"practice_started", "practice_resumed"})
"""Kinds whose `at` lies LEAD in the future; everyone else's `at` is the moment of the command."""

Phase = Literal["planned", "open", "closing", "closed"]
Going = Literal["none", "waiting", "running", "paused", "finished"]
Turns = Literal["none", "open", "closed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `n` counts from 1 within the gathering; `data` depends on the kind."""

    n: int
    kind: str
    at: int
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CueSheet:
    """A practice at one length: when each cue comes, in ms from its start and rising, and how long it lasts."""

    moments: tuple[int, ...]
    total_ms: int


Practices = Mapping[tuple[str, str], CueSheet]
"""Cue sheets by (practice id, variant): the variant is the length in seconds, such as "180"."""


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """The step of the run-sheet we are in, and how long we have been in it."""

    index: int
    minutes: float
    started_at: int
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class PlacedPractice:
    """A guided practice and where in it we are. Exactly one of waiting, running, paused, finished is true.

    `position_ms` is between 0 and `total_ms`. `total_ms` is None when this device does not know the practice: the
    position then simply counts up. `starts_in_ms` is set while waiting. `cue` is the index of the latest cue, None
    before the first. `next_cue_in_ms` counts from now and is None while paused, when finished, or after the last.
    A practice ended early is finished with its position short of the total.
    """

    practice: str
    variant: str
    play: str
    position_ms: int
    total_ms: int | None
    waiting: bool
    running: bool
    paused: bool
    finished: bool
    starts_in_ms: int | None
    cue: int | None
    next_cue_in_ms: int | None


@dataclass(frozen=True, slots=True)
class PlacedRound:
    """A round of turns: who has the talking piece, who is still to come, how many turns are over.

    `done` is a number, never names, and a pass counts like any other turn: it leaves no trace.
    """

    round: str
    prompt: str
    seconds: int
    holder: str | None
    order: tuple[str, ...]
    done: int
    turn_started_at: int
    turn_ms: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """Everything a page needs to show what the group is doing now. `n` is the last event known without a gap."""

    phase: Phase
    step: PlacedStep | None
    practice: PlacedPractice | None
    round: PlacedRound | None
    n: int


@dataclass(frozen=True, slots=True)
class Needs:
    """The states in which a command makes sense."""

    phases: frozenset[Phase]
    practice: frozenset[Going] = frozenset({"none", "waiting", "running", "paused", "finished"})
    round: frozenset[Turns] = frozenset({"none", "open", "closed"})


_MEETING: frozenset[Phase] = frozenset({"open", "closing"})

# A practice can begin at any time while we meet: swapping to a gentler one, or grounding everyone in the middle of a
# round, has to be one tap. Closing needs no tidying first: when time is short, sharing is cut, never the closing.
COMMANDS: Mapping[str, Needs] = {
    "opened": Needs(frozenset({"planned"})),
    "step_started": Needs(_MEETING),
    "practice_started": Needs(_MEETING),
    "practice_paused": Needs(_MEETING, practice=frozenset({"waiting", "running"})),
    "practice_resumed": Needs(_MEETING, practice=frozenset({"paused"})),
    "practice_ended": Needs(_MEETING, practice=frozenset({"waiting", "running", "paused"})),
    "round_started": Needs(
        _MEETING, practice=frozenset({"none", "finished"}), round=frozenset({"none", "closed"})
    ),
    "piece_moved": Needs(_MEETING, round=frozenset({"open"})),
    "piece_deferred": Needs(_MEETING, round=frozenset({"open"})),
    "round_ended": Needs(_MEETING, round=frozenset({"open"})),
    "closing_started": Needs(frozenset({"open"})),
    "closed": Needs(frozenset({"closing"})),
}


@dataclass(frozen=True, slots=True)
class _Play:
    practice: str
    variant: str
    play: str
    base_ms: int
    runs_from: int | None
    ended: bool


@dataclass(frozen=True, slots=True)
class _Facts:
    phase: Phase = "planned"
    step: PlacedStep | None = None
    play: _Play | None = None
    round: PlacedRound | None = None


def position(events: Iterable[Event], now: float, practices: Practices) -> Placed:
    """What the group is doing at the moment `now`.

    Never raises on well-formed events. They may come in any order: they are sorted by number and of two with the
    same number the first counts. What lies behind a gap in the numbers waits until the gap is filled. An event whose
    moment has not come changes nothing yet, except that a start or a resume is announced LEAD ahead as `waiting`.
    An event that does not fit what is going on (see `fits`) is passed over and keeps its number.
    """
    known = _without_gaps(events)
    moment = floor(now)
    facts = _Facts()
    told = 0
    for event in known:
        # Numbers, not clocks, decide the order: a server clock set back must not reorder what happened.
        told = max(told, event.at - LEAD if event.kind in LED else event.at)
        if told > moment:
            break
        before = _place(facts, told, len(known), practices)
        if fits(before, event.kind, event.data):
            facts = _apply(facts, before, event, told)
    return _place(facts, moment, len(known), practices)


def may(placed: Placed, kind: str) -> bool:
    """Whether a command makes sense in this state, as far as its kind tells; for showing and hiding buttons."""
    needs = COMMANDS.get(kind)
    return (
        needs is not None
        and placed.phase in needs.phases
        and _going(placed.practice) in needs.practice
        and _turns(placed.round) in needs.round
    )


def fits(placed: Placed, kind: str, data: Mapping[str, object]) -> bool:
    """Whether this very command makes sense in this state: `may`, and its data speak of what is going on.

    The server asks this before it writes an event, `position` asks it again when it reads one.
    """
    return may(placed, kind) and _speaks_of(placed, kind, data)


def _without_gaps(events: Iterable[Event]) -> list[Event]:
    first: dict[int, Event] = {}
    for event in events:
        first.setdefault(event.n, event)
    known: list[Event] = []
    while len(known) + 1 in first:
        known.append(first[len(known) + 1])
    return known


def _going(practice: PlacedPractice | None) -> Going:
    if practice is None:
        return "none"
    if practice.waiting:
        return "waiting"
    if practice.running:
        return "running"
    return "paused" if practice.paused else "finished"


def _turns(turns: PlacedRound | None) -> Turns:
    if turns is None:
        return "none"
    return "closed" if turns.closed else "open"


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _speaks_of(placed: Placed, kind: str, data: Mapping[str, object]) -> bool:
    going, turns = placed.practice, placed.round
    match kind:
        case "step_started":
            return _is_count(data.get("step")) and _is_amount(data.get("minutes"))
        case "practice_started":
            if not all(_is_name(data.get(key)) for key in ("practice", "variant", "play")):
                return False
            if going is None:
                return True
            # The same start pressed twice, or by both facilitators, must not send everyone back to the beginning.
            same = (data["practice"], data["variant"]) == (going.practice, going.variant)
            return data["play"] != going.play and (going.finished or not same)
        case "practice_paused" | "practice_resumed" | "practice_ended":
            return going is not None and data.get("play") == going.play
        case "round_started":
            order = data.get("order")
            named = isinstance(order, list | tuple) and all(_is_name(who) for who in order)
            return (
                named
                and _is_name(data.get("round"))
                and _is_count(data.get("seconds"))
                and isinstance(data.get("prompt"), str)
            )
        case "piece_moved":
            to = data.get("to", "")
            same_round = turns is not None and data.get("round") == turns.round
            return same_round and (to is None or _is_name(to)) and turns is not None and to != turns.holder
        case "piece_deferred":
            if turns is None or data.get("round") != turns.round:
                return False
            who = data.get("who")
            # The last one left cannot put it off any further: they keep the piece, and may pass.
            return who in turns.order or (_is_name(who) and who == turns.holder and turns.order != ())
        case "round_ended":
            return turns is not None and data.get("round") == turns.round
        case _:
            return True


def _apply(facts: _Facts, before: Placed, event: Event, told: int) -> _Facts:
    """The facts after an event that fits; `told` is the moment it was said."""
    data = event.data
    match event.kind:
        case "opened":
            return replace(facts, phase="open")
        case "closing_started":
            return _Facts(phase="closing")
        case "closed":
            return _Facts(phase="closed")
        case "step_started":
            return _Facts(phase=facts.phase, step=_step(data, told))
        case "practice_started":
            start = max(event.at, told)
            play = _Play(
                str(data["practice"]), str(data["variant"]), str(data["play"]), 0, start, ended=False
            )
            return replace(facts, play=play)
        case "practice_paused" | "practice_ended":
            return replace(
                facts, play=_stilled(facts.play, before.practice, ended=event.kind == "practice_ended")
            )
        case "practice_resumed":
            play_on = facts.play and replace(facts.play, runs_from=max(event.at, told))
            return replace(facts, play=play_on)
        case "round_started":
            return replace(facts, play=None, round=_round(data, told))
        case "round_ended":
            over = facts.round and replace(
                facts.round, holder=None, order=(), closed=True, done=_done(facts.round)
            )
            return replace(facts, round=over)
        case _:
            return replace(facts, round=facts.round and _piece(facts.round, event.kind, data, told))


def _step(data: Mapping[str, object], told: int) -> PlacedStep:
    index, minutes = data["step"], data["minutes"]
    assert isinstance(index, int) and isinstance(minutes, int | float)
    return _Step(index, minutes, told)


def _stilled(play: _Play | None, before: PlacedPractice | None, *, ended: bool) -> _Play | None:
    return play and before and replace(play, base_ms=before.position_ms, runs_from=None, ended=ended)


def _round(data: Mapping[str, object], told: int) -> PlacedRound:
    order, seconds = data["order"], data["seconds"]
    assert isinstance(order, list | tuple) and isinstance(seconds, int)
    people = tuple(dict.fromkeys(str(who) for who in order))
    holder = people[0] if people else None
    return PlacedRound(str(data["round"]), str(data["prompt"]), seconds, holder, people[1:], 0, told, closed=False)


def _done(turns: PlacedRound) -> int:
    return turns.done + (turns.holder is not None)


def _piece(turns: PlacedRound, kind: str, data: Mapping[str, object], told: int) -> PlacedRound:
    if kind == "piece_moved":
        to = None if data["to"] is None else str(data["to"])
        rest = tuple(who for who in turns.order if who != to)
        return replace(turns, holder=to, order=rest, done=_done(turns), turn_started_at=told)
    who = str(data["who"])
    if who == turns.holder:
        return replace(turns, holder=turns.order[0], order=(*turns.order[1:], who), turn_started_at=told)
    return replace(turns, order=(*(other for other in turns.order if other != who), who))


def _place(facts: _Facts, now: int, n: int, practices: Practices) -> Placed:
    step = facts.step
    return Placed(
        phase=facts.phase,
        step=step and PlacedStep(step.index, step.minutes, step.started_at, max(0, now - step.started_at)),
        practice=facts.play and _place_practice(facts.play, now, practices),
        round=facts.round and _place_round(facts.round, now),
        n=n,
    )


def _place_practice(play: _Play, now: int, practices: Practices) -> PlacedPractice:
    sheet = practices.get((play.practice, play.variant))
    total = None if sheet is None else sheet.total_ms
    moved = 0 if play.runs_from is None else max(0, now - play.runs_from)
    at = play.base_ms + moved if total is None else min(play.base_ms + moved, total)
    starts_in = None if play.runs_from is None or now >= play.runs_from else play.runs_from - now
    finished = play.ended or (starts_in is None and total is not None and at >= total)
    begun = play.base_ms > 0 or (play.runs_from is not None and starts_in is None)
    moments = [] if sheet is None else [cue.at for cue in sheet.cues]
    passed = bisect_right(moments, at) if begun else 0
    moving = play.runs_from is not None and not finished
    return PlacedPractice(
        practice=play.practice,
        variant=play.variant,
        play=play.play,
        position_ms=at,
        total_ms=total,
        waiting=starts_in is not None,
        running=moving and starts_in is None,
        paused=play.runs_from is None and not finished,
        finished=finished,
        starts_in_ms=starts_in,
        cue=passed - 1 if passed else None,
        next_cue_in_ms=moments[passed] - at + (starts_in or 0) if moving and passed < len(moments) else None,
    )


def _place_round(turns: PlacedRound, now: int) -> PlacedRound:
    return PlacedRound(
        round=turns.round,
        prompt=turns.prompt,
        seconds=turns.seconds,
        holder=turns.holder,
        order=turns.order,
        done=turns.done,
        turn_started_at=turns.turn_started_at,
        turn_ms=0 if turns.closed else max(0, now - turns.turn_started_at),
        closed=turns.closed,
    )
