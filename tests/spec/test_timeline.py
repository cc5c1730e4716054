"""The timeline's rules: the hand-reasoned cases of tests/vectors/timeline, and what holds for every list of events."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.spec.circle import speaking
from kindcircle.spec.playing import cue_sheet
from kindcircle.spec.practices import cues, load_practice
from kindcircle.spec.timeline import COMMANDS, LEAD, LED, Event, Placed, fits, may, position, said_at

VECTORS = Path(__file__).parent.parent / "vectors" / "timeline"
CASES = [
    pytest.param(case, id=f"{file}: {case['name']}")
    for file in ("phases", "practice", "round", "order", "sharing", "plan")
    for case in json.loads((VECTORS / f"{file}.json").read_text())
]
PRACTICES = {
    (name, seconds): cue_sheet(cues)
    for name, lengths in json.loads((VECTORS / "practices.json").read_text()).items()
    for seconds, cues in lengths.items()
}
BASE = 1_000_000
PLAYING = ("three-part-pause", "180")
TOTAL = PRACTICES[PLAYING].total_ms


def missing(expected: object, got: object, where: str = "") -> list[str]:
    """Where `got` lacks something of `expected`; a dict in `expected` need not name every key."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [line for key in expected for line in missing(expected[key], got.get(key, "absent"), f"{where}.{key}")]
    return [] if expected == got else [f"{where}: expected {expected!r}, got {got!r}"]


def as_json(placed: Placed) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(placed)))


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    events = [Event(**raw) for raw in case["events"]]
    for check in case["checks"]:
        got = as_json(position(events, check["now"], PRACTICES))
        assert missing(check["expect"], got) == [], f"at {check['now']}: {check['because']}"


def test_missing_finds_a_difference() -> None:
    assert missing({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}) == [".a.b: expected 1, got 2"]
    assert missing({"a": None}, {}) == [".a: expected None, got 'absent'"]


def event_lists() -> st.SearchStrategy[list[Event]]:
    """Lists that often make sense and often do not, with clocks that sometimes step back."""
    names = st.sampled_from(["ann", "ben", "cid"])
    plays = st.sampled_from(["a", "b", "c"])
    rounds = st.sampled_from(["r1", "r2"])
    talks = st.sampled_from(["p1", "p2"])
    words = st.sampled_from(["w1", "w2"])
    spans = st.integers(0, 4000)
    groups = st.sampled_from(
        [
            [["ann", "ben"]],
            [["ann", "ben", "cid"]],
            [["ann", "ben"], ["cid", "dov"]],
            [["ann", "ann"]],
            [["ann"]],
            [],
            "ab",
        ]
    )
    data = {
        "step_started": st.fixed_dictionaries({"step": st.integers(0, 3), "minutes": st.integers(0, 20)}),
        "practice_started": st.builds(
            lambda which, play: {"practice": which[0], "variant": which[1], "play": play},
            st.sampled_from([*PRACTICES, ("unheard-of", "60")]),
            plays,
        ),
        "practice_paused": st.fixed_dictionaries({"play": plays}),
        "practice_resumed": st.fixed_dictionaries({"play": plays}, optional={"lead": st.integers(500, 6000)}),
        "practice_ended": st.fixed_dictionaries({"play": plays}),
        "round_started": st.fixed_dictionaries(
            {"round": rounds, "order": st.lists(names, max_size=4), "seconds": st.just(90), "prompt": st.just("")},
            optional={"mode": st.sampled_from(["round", "popcorn", "shouting"])},
        ),
        "piece_moved": st.fixed_dictionaries({"round": rounds, "to": st.none() | names}),
        "piece_deferred": st.fixed_dictionaries({"round": rounds, "who": names}),
        "round_ended": st.fixed_dictionaries({"round": rounds}),
        "hand_raised": st.fixed_dictionaries({"round": rounds, "who": names}),
        "hand_lowered": st.fixed_dictionaries({"round": rounds, "who": names}),
        "order_set": st.fixed_dictionaries({"round": rounds, "order": st.lists(names, max_size=4)}),
        "turn_lengthened": st.fixed_dictionaries({"round": rounds, "seconds": spans}),
        "with_you": st.fixed_dictionaries({"round": rounds, "holder": names}),
        "pairs_asked": st.fixed_dictionaries({"pairs": talks, "prompt": st.just("")}),
        "pairs_started": st.fixed_dictionaries(
            {"pairs": talks, "prompt": st.just(""), "seconds": spans, "groups": groups}
        ),
        "pairs_lengthened": st.fixed_dictionaries({"pairs": talks, "seconds": spans}),
        "pairs_ended": st.fixed_dictionaries({"pairs": talks}),
        "words_asked": st.fixed_dictionaries(
            {"words": words, "kind": st.sampled_from(["word", "line", "felt", "essay"]), "prompt": st.just("")}
        ),
        "words_shown": st.fixed_dictionaries({"words": words}),
        "words_ended": st.fixed_dictionaries({"words": words}),
        "plan_set": st.fixed_dictionaries({"minutes": st.lists(st.integers(0, 20), max_size=5)}),
        "lead_moved": st.fixed_dictionaries({"to": names}),
    }
    often = [*[kind for kind in data for _ in range(4)], "closing_started", "closed", "opened", "unheard_of"]
    one = st.sampled_from(often).flatmap(
        lambda kind: st.tuples(st.just(kind), st.integers(-3000, 60_000), data.get(kind, st.just({})))
    )

    def numbered(rows: list[tuple[str, int, dict[str, object]]]) -> list[Event]:
        events = [Event(1, "opened", BASE, {})]
        at = BASE
        for kind, later, content in rows:
            at += later
            ahead = content.get("lead", LEAD) if kind in LED else 0
            assert isinstance(ahead, int)
            events.append(Event(len(events) + 1, kind, at + ahead, content))
        return events

    return st.lists(one, max_size=16).map(numbered)


moments = st.integers(BASE - 5000, BASE + 800_000)


@settings(max_examples=400)
@given(events=event_lists(), now=moments)
def test_every_list_has_a_position_that_makes_sense(events: list[Event], now: int) -> None:
    placed = position(events, now, PRACTICES)
    assert placed.n == len(events)
    if placed.step is not None:
        assert placed.step.elapsed_ms >= 0
    going = placed.practice
    if going is not None:
        assert [going.waiting, going.running, going.paused, going.finished].count(True) == 1
        assert 0 <= going.position_ms <= (going.total_ms or going.position_ms)
        assert (going.starts_in_ms is not None) == going.waiting
    turns = placed.round
    if turns is not None:
        assert turns.turn_ms >= 0
        assert turns.holder not in turns.order
        assert len(set(turns.order)) == len(turns.order)
        assert not (turns.closed and (turns.holder or turns.order))
        assert not (turns.with_you and turns.holder is None)
        assert turns.extra == 0 or turns.holder is not None
    pairs, words = placed.pairs, placed.words
    if pairs is not None:
        assert pairs.elapsed_ms >= 0
        assert (pairs.groups != ()) == (pairs.state == "running")
        for size in (2, 3):
            whose = speaking(pairs, size)
            assert (whose is None) == (pairs.state != "running" or pairs.finished)
            assert whose is None or 0 <= whose < size
    under_way = [
        turns is not None and not turns.closed,
        pairs is not None and pairs.state != "over",
        words is not None and words.state != "ended",
    ]
    assert under_way.count(True) <= 1
    if placed.plan is not None:
        assert placed.plan[0] > 0 and placed.plan[-1] > 0
    if placed.phase in ("planned", "closed"):
        assert (placed.step, going, turns, pairs, words) == (None, None, None, None, None)


@settings(max_examples=300)
@given(events=event_lists(), now=moments, data=st.data())
def test_hearing_in_any_order_and_more_than_once_gives_the_same(
    events: list[Event], now: int, data: st.DataObject
) -> None:
    heard = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=5))))
    assert position(heard, now, PRACTICES) == position(events, now, PRACTICES)


@settings(max_examples=300)
@given(events=event_lists(), now=moments)
def test_what_was_not_yet_said_does_not_reach_back(events: list[Event], now: int) -> None:
    """A device that knew only the events said by then stood where one that knows all of them now sees it."""
    said = 0
    heard = []
    for event in events:
        said = max(said, said_at(event))
        if said <= now:
            heard.append(event)
    assert replace(position(heard, now, PRACTICES), n=len(events)) == position(events, now, PRACTICES)


@settings(max_examples=300)
@given(events=event_lists(), cut=st.integers(0, 14), now=moments)
def test_an_event_that_does_not_fit_leaves_no_mark(events: list[Event], cut: int, now: int) -> None:
    """Taking out an event that does not fit and closing the gap changes nothing but the count."""
    at = min(cut, len(events) - 1)
    event = events[at]
    earlier = events[:at]
    said = max(said_at(one) for one in events[: at + 1])
    fitting = fits(position(earlier, said, PRACTICES), event.kind, event.data)
    moment = max(now, said)
    later = [replace(one, n=one.n - 1, at=max(one.at, said)) for one in events[at + 1 :]]
    without = position([*earlier, *later], moment, PRACTICES)
    whole = position([*earlier, event, *(replace(one, n=one.n + 1) for one in later)], moment, PRACTICES)
    if not fitting:
        assert replace(without, n=whole.n) == whole
    else:
        assert may(position(earlier, said, PRACTICES), event.kind)


def started(at: int = BASE + LEAD) -> list[Event]:
    data = {"practice": PLAYING[0], "variant": PLAYING[1], "play": "a"}
    return [Event(1, "opened", BASE, {}), Event(2, "practice_started", at, data)]


def place(events: list[Event], now: int) -> tuple[int, bool]:
    going = position(events, now, PRACTICES).practice
    assert going is not None
    return going.position_ms, going.running


@given(first=st.integers(0, TOTAL + 9000), later=st.integers(0, 5000))
def test_a_running_practice_moves_with_the_clock(first: int, later: int) -> None:
    now = BASE + first
    before, _ = place(started(), now)
    after, _ = place(started(), now + later)
    assert before <= after <= before + later
    if first >= LEAD and first + later <= TOTAL + LEAD:
        assert after == before + later


@given(at=st.integers(0, TOTAL - 1), stay=st.integers(0, 900_000))
def test_a_pause_freezes(at: int, stay: int) -> None:
    paused = [*started(), Event(3, "practice_paused", BASE + LEAD + at, {"play": "a"})]
    assert place(paused, BASE + LEAD + at + stay) == (at, False)


@given(at=st.integers(0, TOTAL - 1), held=st.integers(LEAD, 600_000), ask=st.integers(0, TOTAL))
def test_pausing_for_a_while_shifts_by_that_while(at: int, held: int, ask: int) -> None:
    stop = BASE + LEAD + at
    whole = [
        *started(),
        Event(3, "practice_paused", stop, {"play": "a"}),
        Event(4, "practice_resumed", stop + held, {"play": "a"}),
    ]
    if ask >= at:
        assert place(whole, BASE + LEAD + ask + held) == place(started(), BASE + LEAD + ask)


@given(at=st.integers(-LEAD, TOTAL))
def test_the_next_cue_comes_when_it_is_said_to_come(at: int) -> None:
    now = BASE + LEAD + at
    going = position(started(), now, PRACTICES).practice
    assert going is not None
    if going.next_cue_in_ms is None:
        assert going.finished
        return
    then = position(started(), now + going.next_cue_in_ms, PRACTICES).practice
    almost = position(started(), now + going.next_cue_in_ms - 1, PRACTICES).practice
    assert then is not None
    assert almost is not None
    assert almost.cue == going.cue
    assert then.cue == (0 if going.cue is None else going.cue + 1)


def test_every_command_can_be_given_at_some_time() -> None:
    """Walk one meeting; each kind must fit somewhere, and before the door opens none fits but the opening,
    the plan of the day and who guides."""
    planned = position([], BASE, PRACTICES)
    assert [kind for kind in COMMANDS if may(planned, kind)] == ["opened", "plan_set", "lead_moved"]
    story: list[tuple[str, dict[str, object]]] = [
        ("plan_set", {"minutes": [5, 0, 3]}),
        ("lead_moved", {"to": "ada"}),
        ("opened", {}),
        ("step_started", {"step": 0, "minutes": 5}),
        ("practice_started", {"practice": PLAYING[0], "variant": PLAYING[1], "play": "a"}),
        ("practice_paused", {"play": "a"}),
        ("practice_resumed", {"play": "a"}),
        ("practice_ended", {"play": "a"}),
        ("round_started", {"round": "r1", "order": ["ann", "ben"], "seconds": 90, "prompt": "p"}),
        ("piece_deferred", {"round": "r1", "who": "ann"}),
        ("with_you", {"round": "r1", "holder": "ben"}),
        ("turn_lengthened", {"round": "r1", "seconds": 60}),
        ("piece_moved", {"round": "r1", "to": "ann"}),
        ("hand_raised", {"round": "r1", "who": "ben"}),
        ("order_set", {"round": "r1", "order": ["cid", "ben"]}),
        ("hand_lowered", {"round": "r1", "who": "cid"}),
        ("round_ended", {"round": "r1"}),
        ("pairs_asked", {"pairs": "p1", "prompt": "p"}),
        ("pairs_started", {"pairs": "p1", "prompt": "p", "seconds": 240, "groups": [["ann", "ben", "cid"]]}),
        ("pairs_lengthened", {"pairs": "p1", "seconds": 60}),
        ("pairs_ended", {"pairs": "p1"}),
        ("words_asked", {"words": "w1", "kind": "word", "prompt": "p"}),
        ("words_shown", {"words": "w1"}),
        ("words_ended", {"words": "w1"}),
        ("closing_started", {}),
        ("closed", {}),
    ]
    events: list[Event] = []
    for number, (kind, data) in enumerate(story, start=1):
        at = BASE + number * 10_000
        assert fits(position(events, at, PRACTICES), kind, data), kind
        events.append(Event(number, kind, at + (LEAD if kind in LED else 0), data))
    assert {kind for kind, _ in story} == set(COMMANDS)
    ended = position(events, BASE + 900_000, PRACTICES)
    assert not any(may(ended, kind) for kind in [*COMMANDS, "unheard_of"])


def test_the_practices_we_ship_can_be_placed() -> None:
    practice = load_practice("p22-soles-of-the-feet")
    for length in practice.durations:
        sheet = cue_sheet(cues(practice, length.seconds))
        assert sheet.moments[0] == 0
        assert sheet.total_ms == length.seconds * 1000
        assert list(sheet.moments) == sorted(set(sheet.moments))
