"""How the talking in a meeting has been shared so far, for those who lead: who might be offered more room.

Worked out from the timeline each time somebody looks, and kept nowhere. It tells time with the talking piece and no
more: whoever passed within seconds, said one line or has not had a turn yet is told alike, with no number beside it.
Talk in pairs is nobody's to measure and does not count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kindcircle.spec import circle
from kindcircle.spec.circle import PlacedRound
from kindcircle.spec.playing import Practices
from kindcircle.spec.timeline import COMMANDS, Event, said_at

Share = Literal["little", "some", "much"]
Shared = Literal["early", "even", "uneven"]

LITTLE = 20_000
"""Below so many ms it is "little or nothing": a pass, one line and no turn yet look the same."""

EARLY = 120_000
"""Before so many ms of talk in all, nothing is said about shares."""

IN_ROUND = frozenset(kind for kind, needs in COMMANDS.items() if needs.round == {"open"})
ENDS_ROUND = frozenset({"step_started", "closing_started", "closed", "pairs_asked", "words_asked"})


@dataclass(frozen=True, slots=True)
class Voices:
    """How the talking is shared. `shares` keeps the order of the people it was asked about: no ranking."""

    shared: Shared
    shares: tuple[tuple[str, Share], ...]

    @property
    def little(self) -> int:
        """For how many it has been little or nothing."""
        return sum(share == "little" for _, share in self.shares)


@dataclass(frozen=True, slots=True)
class _Play:
    """A practice that was begun: while it goes on nobody speaks, even if a round stays open."""

    total_ms: int | None
    base_ms: int
    runs_from: int | None

    def over_at(self) -> int | None:
        """When it comes to its end by itself; None if it does not."""
        if self.runs_from is None or self.total_ms is None:
            return None
        return self.runs_from + self.total_ms - self.base_ms


def spoken(events: Iterable[Event], now: int, practices: Practices) -> dict[str, int]:
    """Milliseconds for which each person has had the piece up to `now`, practices in between left out.

    `events` are those of one gathering as it wrote them down: numbered without gaps, each fitting when it was said.
    """
    total: dict[str, int] = {}
    turns: PlacedRound | None = None
    play: _Play | None = None
    told = 0
    for event in sorted(events, key=lambda one: one.n):
        before, told = told, max(told, said_at(event))
        if told > now:
            _count(total, turns, play, before, now)
            return total
        _count(total, turns, play, before, told)
        turns, play = _turns_after(turns, event, told), _play_after(play, event, told, practices)
    _count(total, turns, play, told, now)
    return total


def shares(seats: Sequence[str], spoken: Mapping[str, int]) -> Voices:
    """The same in words, for the people in `seats` and in their order.

    Whatever is little counts as nothing throughout, so that a pass changes nothing in what is said of anybody.
    """
    known = [ms if (ms := spoken.get(who, 0)) >= LITTLE else 0 for who in seats]
    if sum(known) < EARLY or len(seats) < 2:
        return Voices("early", ())
    fair = sum(known) / len(known)
    told = tuple((who, _share(ms, fair)) for who, ms in zip(seats, known, strict=True))
    return Voices("even" if all(share == "some" for _, share in told) else "uneven", told)


def _share(ms: int, fair: float) -> Share:
    if ms < LITTLE:
        return "little"
    return "much" if ms > 2 * fair else "some"


def _count(total: dict[str, int], turns: PlacedRound | None, play: _Play | None, since: int, until: int) -> None:
    """Add the stretch between two events, in which nothing changed but a practice that may have come to its end."""
    if turns is None or turns.holder is None:
        return
    if play is not None:
        over = play.over_at()
        since = until if over is None else max(since, over)
    if until > since:
        total[turns.holder] = total.get(turns.holder, 0) + until - since


def _turns_after(turns: PlacedRound | None, event: Event, told: int) -> PlacedRound | None:
    if event.kind == "round_started":
        return circle.begin_round(event.data, told)
    if event.kind in ENDS_ROUND:
        return None
    if turns is None or turns.closed or event.kind not in IN_ROUND:
        return turns
    return circle.turn(turns, event.kind, event.data, told)


def _play_after(play: _Play | None, event: Event, told: int, practices: Practices) -> _Play | None:
    starts = max(event.at, told)
    if event.kind == "practice_started":
        sheet = practices.get((str(event.data["practice"]), str(event.data["variant"])))
        return _Play(None if sheet is None else sheet.total_ms, 0, starts)
    if event.kind in ENDS_ROUND | {"round_started", "practice_ended"} or play is None:
        return None
    if event.kind == "practice_paused":
        gone = 0 if play.runs_from is None else max(0, told - play.runs_from)
        return replace(play, base_ms=play.base_ms + gone, runs_from=None)
    if event.kind == "practice_resumed":
        return replace(play, runs_from=starts)
    return play
