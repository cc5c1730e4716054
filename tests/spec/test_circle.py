"""The circle as a machine: every state that three people can reach, and that each has a way forward."""

from collections import Counter, deque
from collections.abc import Iterator
from itertools import permutations
from typing import Any

from kindcircle.spec.circle import PlacedRound
from kindcircle.spec.timeline import COMMANDS, LEAD, LED, Event, Placed, fits, position
from tests.spec.test_timeline import BASE, PLAYING, PRACTICES

PEOPLE = ("ann", "ben", "cid")
ORDERS = [list(order) for many in range(4) for order in permutations(PEOPLE, many)]
WHILE = (3000, 600_000)
"""Time may pass between two commands: enough for a practice to begin, and for it and a talk in pairs to be over."""

State = tuple[object, ...]
Story = tuple[Event, ...]


def state_of(placed: Placed) -> State:
    """All that decides what may come next; times and names of rounds left out."""
    practice, turns, pairs, words = placed.practice, placed.round, placed.pairs, placed.words
    going = practice and (practice.waiting, practice.running, practice.paused)
    return (
        placed.phase,
        going,
        turns and _round(turns),
        pairs and (pairs.state, pairs.finished),
        words and words.state,
    )


def _round(turns: PlacedRound) -> State:
    return (turns.mode, turns.holder, turns.order, turns.closed, turns.with_you, turns.extra > 0)


def commands(placed: Placed, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every command that anybody could give here, whether it fits or not."""
    turns = {"round": placed.round.round if placed.round else "none"}
    play = {"play": placed.practice.play if placed.practice else "none"}
    pairs = {"pairs": placed.pairs.pairs if placed.pairs else "none"}
    words = {"words": placed.words.words if placed.words else "none"}
    asks = {"prompt": "p", "seconds": 90}
    yield from ((kind, {}) for kind in ("opened", "closing_started", "closed"))
    yield "step_started", {"step": 1, "minutes": 5}
    yield "practice_started", {"practice": PLAYING[0], "variant": PLAYING[1], "play": f"play {number}"}
    yield from ((kind, play) for kind in ("practice_paused", "practice_resumed", "practice_ended"))
    for mode in ("round", "popcorn"):
        yield "round_started", asks | {"round": f"round {number}", "order": list(PEOPLE), "mode": mode}
    yield from (("piece_moved", turns | {"to": to}) for to in (None, *PEOPLE))
    for who in PEOPLE:
        yield from ((kind, turns | {"who": who}) for kind in ("piece_deferred", "hand_raised", "hand_lowered"))
        yield "with_you", turns | {"holder": who}
    yield from (("order_set", turns | {"order": order}) for order in ORDERS)
    yield "turn_lengthened", turns | {"seconds": 30}
    yield "round_ended", turns
    yield "pairs_asked", asks | {"pairs": f"pairs {number}"}
    yield "pairs_started", asks | pairs | {"groups": [list(PEOPLE)]}
    yield from ((kind, pairs | {"seconds": 60}) for kind in ("pairs_lengthened", "pairs_ended"))
    yield "words_asked", asks | {"words": f"words {number}", "kind": "line"}
    yield from ((kind, words) for kind in ("words_shown", "words_ended"))


def explore() -> tuple[dict[State, tuple[Story, int]], dict[State, set[State]], Counter[str]]:
    """From the closed door on, every state there is: the shortest story to each, where each can go, and what fitted."""
    first = position((), BASE, PRACTICES)
    found: dict[State, tuple[Story, int]] = {state_of(first): ((), BASE)}
    leads: dict[State, set[State]] = {}
    ahead, fitted = deque([state_of(first)]), Counter[str]()

    def reach(come_from: State, story: Story, now: int) -> None:
        state = state_of(position(story, now, PRACTICES))
        leads[come_from].add(state)
        if state not in found:
            found[state] = (story, now)
            ahead.append(state)

    while ahead:
        state = ahead.popleft()
        story, now = found[state]
        leads[state] = set()
        placed = position(story, now, PRACTICES)
        check(placed)
        for wait in WHILE:
            reach(state, story, now + wait)
        for kind, data in commands(placed, len(story) + 1):
            fitted["tried"] += 1
            if fits(placed, kind, data):
                fitted[kind] += 1
                at = now + (LEAD if kind in LED else 0)
                reach(state, (*story, Event(len(story) + 1, kind, at, data)), now)
    return found, leads, fitted


def check(placed: Placed) -> None:
    """What those who lead can do at any moment, whoever is silent, gone, or pressing something else."""

    def can(kind: str, **data: object) -> bool:
        return fits(placed, kind, data)

    turns, practice, pairs, words = placed.round, placed.practice, placed.pairs, placed.words
    if placed.phase == "closed":
        assert not any(fits(placed, *command) for command in commands(placed, 0))
        return
    assert can({"planned": "opened", "open": "closing_started", "closing": "closed"}[placed.phase])
    if placed.phase != "planned":
        assert can("step_started", step=0, minutes=1)
        assert can("practice_started", practice="other", variant="60", play="new")
    if practice is not None and not practice.finished:
        assert can("practice_ended", play=practice.play)
    if turns is not None and not turns.closed:
        assert can("round_ended", round=turns.round)
        assert turns.holder not in turns.order and len(set(turns.order)) == len(turns.order)
        if turns.holder is not None or turns.order:
            assert can("piece_moved", round=turns.round, to=next(iter(turns.order), None)), "pass it on always works"
        for who in PEOPLE:
            assert who == turns.holder or can("piece_moved", round=turns.round, to=who)
    if pairs is not None and pairs.state != "over":
        assert can("pairs_ended", pairs=pairs.pairs)
    if words is not None and words.state != "ended":
        assert can("words_ended", words=words.words)


def test_every_reachable_state_has_a_way_forward(capsys: Any, record_property: Any) -> None:
    found, leads, fitted = explore()
    # How many commands lead from each state to the end, counted back from it.
    towards: dict[State, set[State]] = {state: set() for state in found}
    for state, nexts in leads.items():
        for following in nexts:
            towards[following].add(state)
    end = next(state for state in found if state[0] == "closed")
    far, ring = {end: 0}, {end}
    while ring:
        ring = {before for state in ring for before in towards[state]} - set(far)
        far |= dict.fromkeys(ring, max(far.values()) + 1)
    assert set(far) == set(found), "from each of them the meeting can come to its end"
    assert max(far.values()) == 3, "the door, the closing, the close"
    rounds = {state[2] for state in found if state[2] is not None}
    assert set(fitted) >= set(COMMANDS) - {"plan_set", "lead_moved"}
    told = (
        f"circle: {len(found)} states of a meeting of three, {len(rounds)} of a round; "
        f"{fitted['tried']} commands tried, {sum(map(len, leads.values()))} ways from state to state, depth "
        f"{max(len(story) for story, _ in found.values())}; {max(far.values())} commands at most to the end"
    )
    record_property("circle", told)
    with capsys.disabled():
        print(f"\n{told}")
