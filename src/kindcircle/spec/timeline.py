"""What a gathering is doing right now, worked out from the list of things that have happened in it.

The list only grows: events are numbered from 1 without gaps, and each takes effect at its own moment.
From the list and the time, every device and the server work out the same position, so a late join, a
reload and a sleeping phone need no path of their own. `static/live/timeline.js` is this (with `playing`) in the
browser; both run the cases in `tests/vectors/timeline`. The rules are told in docs/reference/timeline.md.

Times are whole milliseconds since the Unix epoch; lengths are milliseconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import floor
from typing import Literal

from kindcircle.spec import circle
from kindcircle.spec.circle import PlacedPairs, PlacedRound, PlacedWords, is_count, is_name
from kindcircle.spec.playing import Going, PlacedPractice, Play, Practices, going_of, place_practice

LEAD = 2000
"""How far ahead a practice starts or goes on, in ms: time for every device to hear of it and turn together.

The server may choose another time for a room with slow lines; it then stands in the event's data as `lead`.
"""

LED = frozenset({"practice_started", "practice_resumed"})
"""Kinds whose `at` lies ahead of the moment they were said; the `at` of every other kind is that very moment."""

Phase = Literal["planned", "open", "closing", "closed"]
PairsNow = Literal["none", "asked", "running", "over"]
WordsNow = Literal["none", "asked", "shown", "ended"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `n` counts from 1 within the gathering; `data` depends on the kind."""

    n: int
    kind: str
    at: int
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """The step of the run-sheet we are in, and how long we have been in it."""

    index: int
    minutes: float
    started_at: int
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Placed:
    """All a page needs to show what the group is doing. `n` is the last event known without a gap.

    plan  minutes of each step of the run-sheet as the facilitators set them for today (0: left out), or None
    lead  who guides now, by the code of the person, where somebody has taken over; else None
    """

    phase: Phase
    step: PlacedStep | None
    practice: PlacedPractice | None
    round: PlacedRound | None
    pairs: PlacedPairs | None
    words: PlacedWords | None
    plan: tuple[float, ...] | None
    lead: str | None
    n: int


@dataclass(frozen=True, slots=True)
class Needs:
    """The states in which a command makes sense."""

    phases: frozenset[Phase]
    practice: frozenset[Going] = frozenset({"none", "waiting", "running", "paused", "finished"})
    round: frozenset[circle.Turns] = frozenset({"none", "open", "closed"})
    pairs: frozenset[PairsNow] = frozenset({"none", "asked", "running", "over"})
    words: frozenset[WordsNow] = frozenset({"none", "asked", "shown", "ended"})


_MEETING: frozenset[Phase] = frozenset({"open", "closing"})
_NOT_OVER: frozenset[Phase] = _MEETING | {"planned"}
_UNDER_WAY: frozenset[Going] = frozenset({"waiting", "running", "paused"})
_STILL: frozenset[Going] = frozenset({"none", "finished"})
_NO_ROUND: frozenset[circle.Turns] = frozenset({"none", "closed"})
_IN_ROUND = Needs(_MEETING, round=frozenset({"open"}))

# A practice can begin at any time while we meet: swapping to a gentler one, or grounding everyone in the
# middle of a round, has to be one tap. Closing needs no tidying first: sharing is cut, never the closing.
# Nobody who is speaking is cut off by the next thing: a round or talk in pairs has to be ended first. Only the round
# in which pairs say one line each may follow at once. Nobody is asked for words while eyes may be closed.
COMMANDS: Mapping[str, Needs] = {
    "opened": Needs(frozenset({"planned"})),
    "plan_set": Needs(_NOT_OVER),
    "lead_moved": Needs(_NOT_OVER),
    "step_started": Needs(_MEETING),
    "practice_started": Needs(_MEETING),
    "practice_paused": Needs(_MEETING, practice=frozenset({"waiting", "running"})),
    "practice_resumed": Needs(_MEETING, practice=frozenset({"paused"})),
    "practice_ended": Needs(_MEETING, practice=_UNDER_WAY),
    "round_started": Needs(_MEETING, practice=_STILL, round=_NO_ROUND),
    "piece_moved": _IN_ROUND,
    "piece_deferred": _IN_ROUND,
    "hand_raised": _IN_ROUND,
    "hand_lowered": _IN_ROUND,
    "order_set": _IN_ROUND,
    "turn_lengthened": _IN_ROUND,
    "with_you": _IN_ROUND,
    "round_ended": _IN_ROUND,
    "pairs_asked": Needs(_MEETING, practice=_STILL, round=_NO_ROUND, pairs=frozenset({"none", "over"})),
    "pairs_started": Needs(_MEETING, practice=_STILL, pairs=frozenset({"asked"})),
    "pairs_lengthened": Needs(_MEETING, pairs=frozenset({"running"})),
    "pairs_ended": Needs(_MEETING, pairs=frozenset({"asked", "running"})),
    "words_asked": Needs(
        _MEETING,
        practice=_STILL,
        round=_NO_ROUND,
        pairs=frozenset({"none", "asked", "over"}),
        words=frozenset({"none", "shown", "ended"}),
    ),
    "words_shown": Needs(_MEETING, words=frozenset({"asked"})),
    "words_ended": Needs(_MEETING, words=frozenset({"asked", "shown"})),
    "closing_started": Needs(frozenset({"open"})),
    "closed": Needs(frozenset({"closing"})),
}


def position(events: Iterable[Event], now: float, practices: Practices) -> Placed:
    """What the group is doing at the moment `now`.

    Never raises on well-formed events. They may come in any order: they are sorted by number, and of two
    with the same number the first counts. What lies behind a gap in the numbers waits until the gap is
    filled. An event whose moment has not come changes nothing yet, except that a start or a resume is
    announced LEAD ahead as `waiting`. An event that does not fit what is going on (see `fits`) is passed
    over and keeps its number.
    """
    known = _without_gaps(events)
    moment = floor(now)
    facts = _Facts()
    told = 0
    for event in known:
        # Numbers, not clocks, decide the order: a server clock set back must not reorder what happened.
        told = max(told, said_at(event))
        if told > moment:
            break
        before = _place(facts, told, len(known), practices)
        if fits(before, event.kind, event.data):
            facts = _apply(facts, before, event, told)
    return _place(facts, moment, len(known), practices)


def said_at(event: Event) -> int:
    """The moment an event was said, which for a start or a resume lies before the moment it takes effect."""
    if event.kind not in LED:
        return event.at
    lead = event.data.get("lead")
    return event.at - (lead if isinstance(lead, int) and is_count(lead) else LEAD)


def may(placed: Placed, kind: str) -> bool:
    """Whether a command makes sense in this state as far as its kind tells: for showing buttons."""
    needs = COMMANDS.get(kind)
    return (
        needs is not None
        and placed.phase in needs.phases
        and going_of(placed.practice) in needs.practice
        and circle.turns_of(placed.round) in needs.round
        and ("none" if placed.pairs is None else placed.pairs.state) in needs.pairs
        and ("none" if placed.words is None else placed.words.state) in needs.words
    )


def fits(placed: Placed, kind: str, data: Mapping[str, object]) -> bool:
    """Whether this very command makes sense now: `may`, and its data speak of what is going on.

    The server asks this before it writes an event; `position` asks it again when it reads one.
    """
    return may(placed, kind) and _speaks_of(placed, kind, data)


@dataclass(frozen=True, slots=True)
class _Facts:
    phase: Phase = "planned"
    step: PlacedStep | None = None
    play: Play | None = None
    round: PlacedRound | None = None
    pairs: PlacedPairs | None = None
    words: PlacedWords | None = None
    plan: tuple[float, ...] | None = None
    lead: str | None = None

    def cleared(self, phase: Phase) -> "_Facts":
        """Whatever went on has ended; the plan of the day and who guides stay."""
        return _Facts(phase=phase, plan=self.plan, lead=self.lead)


def _without_gaps(events: Iterable[Event]) -> list[Event]:
    first: dict[int, Event] = {}
    for event in events:
        first.setdefault(event.n, event)
    known: list[Event] = []
    while len(known) + 1 in first:
        known.append(first[len(known) + 1])
    return known


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _is_plan(value: object) -> bool:
    """Minutes for every step. Beginning and closing are always among them: sharing is cut, never the closing."""
    if not isinstance(value, list | tuple) or not value or not all(_is_amount(minutes) for minutes in value):
        return False
    return bool(value[0]) and bool(value[-1])


def _speaks_of(placed: Placed, kind: str, data: Mapping[str, object]) -> bool:
    going = placed.practice
    if kind == "plan_set":
        return _is_plan(data.get("minutes"))
    if kind == "lead_moved":
        return is_name(data.get("to")) and data["to"] != placed.lead
    if kind == "step_started":
        return is_count(data.get("step")) and _is_amount(data.get("minutes"))
    if kind == "practice_started":
        named = all(is_name(data.get(key)) for key in ("practice", "variant", "play"))
        if not named or going is None:
            return named
        # The same start pressed twice, or by both facilitators, must not send everyone back to the start.
        same = (data["practice"], data["variant"]) == (going.practice, going.variant)
        return data["play"] != going.play and (going.finished or not same)
    if kind.startswith("practice_"):
        return going is not None and data.get("play") == going.play
    if kind == "round_started":
        return circle.starts_round(data)
    if kind.startswith("pairs_"):
        return circle.pairs_speak_of(placed.pairs, kind, data)
    if kind.startswith("words_"):
        return circle.words_speak_of(placed.words, kind, data)
    if COMMANDS[kind] is _IN_ROUND and placed.round is not None:
        return circle.round_speaks_of(placed.round, kind, data)
    return True


def _apply(facts: _Facts, before: Placed, event: Event, told: int) -> _Facts:
    """The facts after an event that fits; `told` is the moment it was said."""
    kind, data = event.kind, event.data
    if kind == "opened":
        return replace(facts, phase="open")
    if kind == "plan_set":
        return replace(facts, plan=_plan(data))
    if kind == "lead_moved":
        return replace(facts, lead=str(data["to"]))
    if kind == "closing_started":
        return facts.cleared("closing")
    if kind == "closed":
        return facts.cleared("closed")
    if kind == "step_started":
        return replace(facts.cleared(facts.phase), step=_step(data, told))
    if kind == "practice_started":
        start = max(event.at, told)
        play = Play(str(data["practice"]), str(data["variant"]), str(data["play"]), 0, start, ended=False)
        return replace(facts, play=play)
    if facts.play is not None and before.practice is not None and kind.startswith("practice_"):
        starts = max(event.at, told) if kind == "practice_resumed" else None
        ended = kind == "practice_ended"
        play = replace(facts.play, base_ms=before.practice.position_ms, runs_from=starts, ended=ended)
        return replace(facts, play=play)
    if kind == "round_started":
        return replace(facts, play=None, round=circle.begin_round(data, told), pairs=None, words=None)
    if kind == "pairs_asked":
        return replace(facts, play=None, round=None, pairs=circle.pair_up(None, kind, data, told), words=None)
    if kind == "words_asked":
        return replace(facts, play=None, round=None, pairs=None, words=circle.gather(None, kind, data))
    if kind.startswith("pairs_"):
        return replace(facts, pairs=circle.pair_up(facts.pairs, kind, data, told))
    if kind.startswith("words_"):
        return replace(facts, words=circle.gather(facts.words, kind, data))
    if facts.round is not None:
        return replace(facts, round=circle.turn(facts.round, kind, data, told))
    return facts


def _plan(data: Mapping[str, object]) -> tuple[float, ...]:
    minutes = data["minutes"]
    assert isinstance(minutes, list | tuple)
    return tuple(minutes)


def _step(data: Mapping[str, object], told: int) -> PlacedStep:
    index, minutes = data["step"], data["minutes"]
    assert isinstance(index, int) and isinstance(minutes, int | float)
    return PlacedStep(index, minutes, started_at=told, elapsed_ms=0)


def _place(facts: _Facts, now: int, n: int, practices: Practices) -> Placed:
    step, play, plan = facts.step, facts.play, facts.plan
    if step is not None:
        planned = plan[step.index] if plan is not None and step.index < len(plan) else 0
        step = replace(step, minutes=planned or step.minutes, elapsed_ms=now - step.started_at)
    turns, pairs = circle.at_moment(facts.round, facts.pairs, now)
    practice = None if play is None else place_practice(play, now, practices)
    return Placed(facts.phase, step, practice, turns, pairs, facts.words, plan, facts.lead, n)
