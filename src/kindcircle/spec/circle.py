"""Sharing in a gathering: turns with a talking piece, pairs, and words that appear together.

The part of the timeline (`spec/timeline.py`) that tells who may speak and what is being gathered. Only one of the
three is open at a time. `static/live/circle.js` is this module in the browser.

Nothing here says who passed, who is with whom, or what anybody wrote: a pass counts like any other turn, "with you"
carries no name, and words stand in a table of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Mode = Literal["round", "popcorn"]
PairsState = Literal["asked", "running", "over"]
WordsKind = Literal["word", "line", "felt"]
WordsState = Literal["asked", "shown", "ended"]
Turns = Literal["none", "open", "closed"]

MODES: frozenset[object] = frozenset({"round", "popcorn"})
KINDS: frozenset[object] = frozenset({"word", "line", "felt"})
LONGEST = 3600
"""The most seconds that one command may give, as a turn, for a pair or on top: an hour."""

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PlacedRound:
    """A round of turns: who has the talking piece, who is still to come, how many turns are over.

    mode     round: the piece goes along `order`. popcorn: it rests until given; `order` are the hands that are up
    seconds  how long a turn may last before the soft colour; `extra` was added to this very turn
    done     a number, never names: a pass counts like any other turn and leaves no trace
    with_you somebody has shown the one who speaks that they are with them; never who, never how many
    """

    round: str
    prompt: str
    seconds: int
    mode: Mode
    holder: str | None
    order: tuple[str, ...]
    done: int
    turn_started_at: int
    turn_ms: int
    extra: int
    with_you: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class PlacedPairs:
    """Pairs and threes: being asked, talking, or back in the circle.

    groups   member codes; empty while people are asked. Whoever stays with a facilitator is in none
    seconds  for the whole talk; everybody in a group has the same share (see `speaking`)
    finished the time is over, and people are on their way back
    """

    pairs: str
    prompt: str
    state: PairsState
    groups: tuple[tuple[str, ...], ...]
    seconds: int
    started_at: int
    elapsed_ms: int
    finished: bool


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """Words that are gathered and appear together: one word, one line, or "have you felt this"."""

    words: str
    kind: WordsKind
    prompt: str
    state: WordsState


def turns_of(turns: PlacedRound | None) -> Turns:
    """Whether a round is open, as a word."""
    if turns is None:
        return "none"
    return "closed" if turns.closed else "open"


def speaking(pairs: PlacedPairs, size: int) -> int | None:
    """Whose turn it is in a group of this size, counted from 0 in the order of the group; None unless they talk."""
    if pairs.state != "running" or pairs.finished or size < 1:
        return None
    return min(size - 1, pairs.elapsed_ms * size // (pairs.seconds * 1000))


def is_name(value: object) -> bool:
    """A code or id: text that is not empty."""
    return isinstance(value, str) and value != ""


def is_count(value: object) -> bool:
    """A whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_span(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST


def _are_names(value: object) -> bool:
    return isinstance(value, list | tuple) and all(is_name(who) for who in value)


# --- rounds ---


def starts_round(data: Data) -> bool:
    """Whether these are the data of a round."""
    named = is_name(data.get("round")) and isinstance(data.get("prompt"), str)
    return named and is_count(data.get("seconds")) and _are_names(data.get("order")) and _mode(data) in MODES


def round_speaks_of(turns: PlacedRound, kind: str, data: Data) -> bool:
    """Whether a command about a round speaks of this one as it stands."""
    if data.get("round") != turns.round:
        return False
    who = data.get("who")
    if kind == "piece_moved":
        to = data.get("to", "")
        return (to is None or is_name(to)) and to != turns.holder
    if kind == "piece_deferred":
        # The last one left cannot put their turn off any further: they keep the piece, and may pass.
        return is_name(who) and (who in turns.order or (who == turns.holder and turns.order != ()))
    if kind == "hand_raised":
        return is_name(who) and who != turns.holder and who not in turns.order
    if kind == "hand_lowered":
        return who in turns.order
    if kind == "order_set":
        order = data.get("order")
        return isinstance(order, list | tuple) and _are_names(order) and turns.holder not in order
    if kind == "turn_lengthened":
        return turns.holder is not None and _is_span(data.get("seconds"))
    if kind == "with_you":
        return turns.holder is not None and data.get("holder") == turns.holder and not turns.with_you
    return True


def begin_round(data: Data, told: int) -> PlacedRound:
    """A round as it begins."""
    order, seconds, mode = data["order"], data["seconds"], _mode(data)
    assert isinstance(order, list | tuple) and isinstance(seconds, int) and (mode == "round" or mode == "popcorn")
    people = _once(order)
    rests = mode == "popcorn" or not people
    return PlacedRound(
        round=str(data["round"]),
        prompt=str(data["prompt"]),
        seconds=seconds,
        mode=mode,
        holder=None if rests else people[0],
        order=people if rests else people[1:],
        done=0,
        turn_started_at=told,
        turn_ms=0,
        extra=0,
        with_you=False,
        closed=False,
    )


def turn(turns: PlacedRound, kind: str, data: Data, told: int) -> PlacedRound:
    """The round after a command that fits."""
    done = turns.done + (turns.holder is not None)
    if kind == "round_ended":
        return _handed(replace(turns, order=(), done=done, closed=True), None, turns.turn_started_at)
    if kind == "piece_moved":
        to = None if data["to"] is None else str(data["to"])
        rest = tuple(who for who in turns.order if who != to)
        return _handed(replace(turns, order=rest, done=done), to, told)
    if kind == "order_set":
        order = data["order"]
        assert isinstance(order, list | tuple)
        return replace(turns, order=_once(order))
    if kind == "turn_lengthened":
        seconds = data["seconds"]
        assert isinstance(seconds, int)
        return replace(turns, extra=turns.extra + seconds)
    if kind == "with_you":
        return replace(turns, with_you=True)
    who = str(data["who"])
    if who == turns.holder:
        return _handed(replace(turns, order=(*turns.order[1:], who)), turns.order[0], told)
    others = tuple(other for other in turns.order if other != who)
    return replace(turns, order=others if kind == "hand_lowered" else (*others, who))


def _handed(turns: PlacedRound, holder: str | None, told: int) -> PlacedRound:
    return replace(turns, holder=holder, turn_started_at=told, extra=0, with_you=False)


def _mode(data: Data) -> object:
    return data.get("mode", "round")


def _once(names: list[object] | tuple[object, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(who) for who in names))


# --- pairs ---


def pairs_speak_of(pairs: PlacedPairs | None, kind: str, data: Data) -> bool:
    """Whether a command about pairs fits what is going on."""
    if kind == "pairs_asked":
        fresh = pairs is None or data.get("pairs") != pairs.pairs
        return fresh and is_name(data.get("pairs")) and isinstance(data.get("prompt"), str)
    if pairs is None or data.get("pairs") != pairs.pairs:
        return False
    if kind == "pairs_started":
        return _is_span(data.get("seconds")) and _are_groups(data.get("groups"))
    return kind != "pairs_lengthened" or _is_span(data.get("seconds"))


def _are_groups(value: object) -> bool:
    """At least one group, each of two or three, nobody twice."""
    if not isinstance(value, list | tuple) or not value:
        return False
    if not all(_are_names(group) and 2 <= len(group) <= 3 for group in value):
        return False
    everybody = [who for group in value for who in group]
    return len(set(everybody)) == len(everybody)


def pair_up(pairs: PlacedPairs | None, kind: str, data: Data, told: int) -> PlacedPairs:
    """The pairs after a command that fits."""
    if pairs is None or kind == "pairs_asked":
        return PlacedPairs(str(data["pairs"]), str(data["prompt"]), "asked", (), 0, told, 0, finished=False)
    if kind == "pairs_ended":
        return replace(pairs, state="over", groups=(), finished=False)
    seconds = data["seconds"]
    assert isinstance(seconds, int)
    if kind == "pairs_lengthened":
        return replace(pairs, seconds=pairs.seconds + seconds)
    groups = data["groups"]
    assert isinstance(groups, list | tuple)
    sorted_out = tuple(tuple(str(who) for who in group) for group in groups)
    return replace(pairs, state="running", groups=sorted_out, seconds=seconds, started_at=told)


# --- words ---


def words_speak_of(words: PlacedWords | None, kind: str, data: Data) -> bool:
    """Whether a command about words fits what is going on."""
    if kind == "words_asked":
        fresh = words is None or data.get("words") != words.words
        return (
            fresh and is_name(data.get("words")) and isinstance(data.get("prompt"), str) and data.get("kind") in KINDS
        )
    return words is not None and data.get("words") == words.words


def gather(words: PlacedWords | None, kind: str, data: Data) -> PlacedWords:
    """The words after a command that fits."""
    asked = data.get("kind")
    if words is None or kind == "words_asked":
        assert asked == "word" or asked == "line" or asked == "felt"
        return PlacedWords(str(data["words"]), asked, str(data["prompt"]), "asked")
    return replace(words, state="shown" if kind == "words_shown" else "ended")


def at_moment(
    turns: PlacedRound | None, pairs: PlacedPairs | None, now: int
) -> tuple[PlacedRound | None, PlacedPairs | None]:
    """Both with the time that has gone by."""
    if turns is not None and not turns.closed:
        turns = replace(turns, turn_ms=now - turns.turn_started_at)
    if pairs is not None and pairs.state == "running":
        elapsed = now - pairs.started_at
        pairs = replace(pairs, elapsed_ms=elapsed, finished=elapsed >= pairs.seconds * 1000)
    return turns, pairs
