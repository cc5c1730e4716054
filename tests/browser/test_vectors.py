"""The browser's timeline and clock give what Python's give: the shared cases, and lists drawn by chance.

Real Chromium loads the modules as the live page does, over HTTP, from a small server of files on loopback.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kindcircle.spec.clocks import Clock, Sample, jumped
from kindcircle.spec.playing import cue_sheet
from kindcircle.spec.timeline import COMMANDS, LEAD, LED, Event, fits, may, position

ROOT = Path(__file__).parent.parent.parent
LIVE = ROOT / "src/kindcircle/doors/web/shared/static/live"
VECTORS = ROOT / "tests/vectors"
PRACTICES = json.loads((VECTORS / "timeline/practices.json").read_text())
SHEETS = {(name, seconds): cue_sheet(cues) for name, lengths in PRACTICES.items() for seconds, cues in lengths.items()}
SAID = {
    "opened": [{}],
    "step_started": [{"step": 1, "minutes": 5}, {"step": "1", "minutes": 5}, {"step": 2, "minutes": 7.5}, {}],
    "practice_started": [
        {"practice": "three-part-pause", "variant": "180", "play": "a"},
        {"practice": "three-part-pause", "variant": "180", "play": "b"},
        {"practice": "soles-of-the-feet", "variant": "60", "play": "c"},
        {"practice": "unheard-of", "variant": "60", "play": "d"},
        {"practice": "soles-of-the-feet", "variant": "60", "play": "f", "lead": 4500},
        {"practice": "three-part-pause", "variant": 180, "play": "e"},
    ],
    "practice_paused": [{"play": "a"}, {"play": "b"}, {"play": "c"}, {"play": "d"}],
    "practice_resumed": [{"play": "a"}, {"play": "b"}, {"play": "c"}, {"play": "d"}],
    "practice_ended": [{"play": "a"}, {"play": "c"}, {}],
    "round_started": [
        {"round": "r1", "order": ["ann", "ben", "cid", "ann"], "seconds": 90, "prompt": "weather"},
        {"round": "r2", "order": [], "seconds": 60, "prompt": ""},
        {"round": "r1", "order": ["ann"], "seconds": 60, "prompt": "", "mode": "popcorn"},
        {"round": "r1", "order": ["ann"], "seconds": 60, "prompt": "", "mode": "shouting"},
        {"round": "r2", "order": "ann", "seconds": 60, "prompt": ""},
    ],
    "piece_moved": [{"round": r, "to": to} for r in ("r1", "r2") for to in ("ann", "ben", "zoe", None, 3, "")],
    "piece_deferred": [{"round": r, "who": who} for r in ("r1", "r2") for who in ("ann", "ben", "cid", None)],
    "round_ended": [{"round": "r1"}, {"round": "r2"}, {}],
    "hand_raised": [{"round": "r1", "who": who} for who in ("ann", "zoe", None)],
    "hand_lowered": [{"round": "r1", "who": who} for who in ("ann", "zoe")],
    "order_set": [{"round": "r1", "order": order} for order in (["zoe", "ben", "zoe"], [], ["ann"], "ann")],
    "turn_lengthened": [{"round": "r1", "seconds": span} for span in (60, 0, 1.5, 4000)],
    "with_you": [{"round": "r1", "holder": who} for who in ("ann", "ben", None)],
    "pairs_asked": [{"pairs": "p1", "prompt": "x"}, {"pairs": "p2", "prompt": "x"}, {"pairs": "p2"}],
    "pairs_started": [
        {"pairs": pairs, "prompt": "x", "seconds": 120, "groups": groups}
        for pairs in ("p1", "p2")
        for groups in (
            [["ann", "ben"], ["cid", "dov", "eve"]],
            [["ann", "ann"]],
            [["ann"]],
            [],
            "ab",
            [["ann", "ben"], "cd"],
        )
    ],
    "pairs_lengthened": [{"pairs": "p1", "seconds": 60}, {"pairs": "p1", "seconds": 0}],
    "pairs_ended": [{"pairs": "p1"}, {"pairs": "p2"}],
    "words_asked": [
        {"words": words, "kind": kind, "prompt": "x"} for words in ("w1", "w2") for kind in ("word", "felt", "essay")
    ],
    "words_shown": [{"words": "w1"}, {"words": "w2"}],
    "words_ended": [{"words": "w1"}, {"words": "w2"}],
    "plan_set": [{"minutes": plan} for plan in ([5, 0, 7.5], [5], [0, 5], [5, 0], [], [5, "5"], None)],
    "lead_moved": [{"to": "ada"}, {"to": "bo"}, {"to": ""}],
    "closing_started": [{}],
    "closed": [{}],
    "unheard_of": [{"what": 1}],
}


class Quiet(SimpleHTTPRequestHandler):
    """Files from one folder, without a line of log for each."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(LIVE)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/timeline.js")
    yield page
    page.close()
    server.shutdown()
    server.server_close()
    thread.join()


def in_browser(page: Page, body: str, data: object) -> Any:
    """Run `body`, which sees `data`, `timeline` and `clock`, and give back what it returns."""
    return page.evaluate(
        "async (data) => {"
        "const timeline = await import('/timeline.js'); const clock = await import('/clock.js');" + body + "}",
        data,
    )


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


PLACE_ALL = """
const practices = timeline.practiceMap(data.practices);
return data.asked.map(({ events, now }) => {
  const placed = timeline.position(events, now, practices);
  const allowed = data.kinds.filter((kind) => timeline.may(placed, kind));
  const fitting = data.said.filter(([kind, said]) => timeline.fits(placed, kind, said));
  return [placed, allowed, fitting];
});
"""


def both_ways(page: Page, asked: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """(JavaScript's, Python's) position, permitted kinds and fitting commands for each list of events and time."""
    kinds = [*COMMANDS, "unheard_of", "constructor"]
    said = [[kind, data] for kind, many in SAID.items() for data in many]
    theirs = in_browser(page, PLACE_ALL, {"practices": PRACTICES, "asked": asked, "kinds": kinds, "said": said})
    ours = []
    for one in asked:
        placed = position([Event(**event) for event in one["events"]], one["now"], SHEETS)
        allowed = [kind for kind in kinds if may(placed, kind)]
        fitting = [[kind, data] for kind, data in said if fits(placed, kind, data)]
        ours.append(as_json([asdict(placed), allowed, fitting]))
    return list(zip(theirs, ours, strict=True))


@pytest.mark.browser
@pytest.mark.parametrize("file", ["phases", "practice", "round", "order"])
def test_shared_cases(page: Page, file: str) -> None:
    cases = json.loads((VECTORS / f"timeline/{file}.json").read_text())
    asked = [{"events": case["events"], "now": check["now"]} for case in cases for check in case["checks"]]
    named = [(case["name"], check) for case in cases for check in case["checks"]]
    for (theirs, ours), (name, check) in zip(both_ways(page, asked), named, strict=True):
        assert theirs == ours, f"{name} at {check['now']}"
        for key, expected in check["expect"].items():
            got = theirs[0][key]
            if isinstance(expected, dict):
                got = {part: got[part] for part in expected}
            assert got == expected, f"{name} at {check['now']}: {check['because']}"


def drawn(seed: int) -> dict[str, Any]:
    """A list of events by chance, sometimes shuffled, doubled or with one lost, and a time to ask about."""
    chance = random.Random(seed)
    at, events = 1_000_000, [{"n": 1, "kind": "opened", "at": 1_000_000, "data": {}}]
    for n in range(2, chance.randint(2, 20)):
        kind = chance.choice([*SAID, *[k for k in SAID if k.startswith(("practice", "piece", "round"))] * 4])
        at += chance.randint(-3000, 50_000)
        lead = LEAD if kind in LED else 0
        events.append({"n": n, "kind": kind, "at": at + lead, "data": chance.choice(SAID[kind])})
    if chance.random() < 0.3:
        events += [{**chance.choice(events), "kind": "closed"}]
        chance.shuffle(events)
    if chance.random() < 0.1:
        events.pop(chance.randrange(len(events)))
    return {"events": events, "now": 1_000_000 + chance.randint(-5000, at - 1_000_000 + 90_000) + chance.random()}


@pytest.mark.browser
def test_lists_drawn_by_chance(page: Page) -> None:
    asked = [drawn(seed) for seed in range(1500)]
    results = both_ways(page, asked)
    for one, (theirs, ours) in zip(asked, results, strict=True):
        assert theirs == ours, one
    states = {(one["practice"] or {}).get("paused") for (one, _, _), _ in results}
    assert states == {None, True, False}
    assert any(one["round"] and one["round"]["done"] > 1 for (one, _, _), _ in results)


@pytest.mark.browser
def test_the_table_of_commands_is_the_same(page: Page) -> None:
    theirs = in_browser(page, "return [timeline.COMMANDS, timeline.LEAD];", None)
    everything = {"practice": {"none", "waiting", "running", "paused", "finished"}, "round": {"none", "open", "closed"}}
    assert theirs[1] == LEAD
    assert set(theirs[0]) == set(COMMANDS)
    for kind, needs in COMMANDS.items():
        row = theirs[0][kind]
        assert set(row["phases"]) == needs.phases
        assert set(row.get("practice", everything["practice"])) == needs.practice
        assert set(row.get("round", everything["round"])) == needs.round


WALK_CLOCK = """
return data.map((steps) => {
  const one = new clock.Clock();
  for (const step of steps) {
    if (step.add) one.add(step.add);
    else if (step.hear) one.hear(step.hear.said, step.hear.received);
    else one.forget();
  }
  const error = Number.isFinite(one.error) ? one.error : null;
  return { offset: one.offset, error, count: one.count, resets: one.resets };
});
"""


@pytest.mark.browser
def test_clock_cases(page: Page) -> None:
    cases = json.loads((VECTORS / "clock/bounds.json").read_text())
    got = in_browser(page, WALK_CLOCK, [case["steps"] for case in cases])
    for case, one in zip(cases, got, strict=True):
        expected = {"error": None} | case["expect"]
        for key in ("count", "resets"):
            assert one[key] == expected[key], case["name"]
        for key in ("offset", "error"):
            want = None if expected[key] is None else pytest.approx(expected[key], abs=1e-6)
            assert one[key] == want, case["name"]


@pytest.mark.browser
def test_clocks_drawn_by_chance(page: Page) -> None:
    chance = random.Random(7)
    walks = []
    for _ in range(200):
        offset, device, steps = chance.uniform(-1e6, 1e6), 0.0, []
        for _ in range(chance.randint(1, 30)):
            sent, there, back = device + chance.expovariate(0.001), chance.expovariate(0.03), chance.expovariate(0.03)
            arrived = round(sent + there + offset)
            device = sent + there + back
            steps.append({"add": {"sent": sent, "arrived": arrived, "replied": arrived, "received": device}})
            if chance.random() < 0.03:
                offset += chance.choice([-400, 4000])
        walks.append(steps)
    for steps, one in zip(walks, in_browser(page, WALK_CLOCK, walks), strict=True):
        ours = Clock()
        for step in steps:
            ours = ours.add(Sample(**step["add"]))
        assert one == {
            "offset": pytest.approx(ours.offset, abs=1e-6),
            "error": pytest.approx(ours.error, abs=1e-6),
            "count": ours.count,
            "resets": ours.resets,
        }


@pytest.mark.browser
def test_jump_cases(page: Page) -> None:
    cases = json.loads((VECTORS / "clock/jumps.json").read_text())
    got = in_browser(page, "return data.map((one) => clock.jumped(...one.before, ...one.after));", cases)
    assert got == [case["jumped"] for case in cases]
    assert got == [jumped(*case["before"], *case["after"]) for case in cases]
