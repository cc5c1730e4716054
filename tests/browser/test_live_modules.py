"""The live page's modules and the home player in real Chromium, on a bare page of their own.

The page is served with a content policy as strict as the site's. A small server of files stands in for the site:
it answers the events request and keeps what is posted. Whole journeys on the real site are in the other files.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from kindcircle.spec.timeline import LEAD

STATIC = Path(__file__).parent.parent.parent / "src/kindcircle/doors/web/shared/static"
LIVE = STATIC / "live"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
TYPES = {".js": "text/javascript", ".css": "text/css"}

CUES = [
    {"at": 0, "kind": "bell", "text": "We begin.", "ways": {}, "zone": None, "ms": 1500},
    {
        "at": 1500,
        "kind": "breath",
        "text": "Let the breath come.",
        "ways": {"no_breath": "Feel your feet.", "eyes_open": "Rest your eyes."},
        "zone": None,
        "ms": 1500,
    },
    {"at": 3000, "kind": "say", "text": "Rest here.", "ways": {}, "zone": None, "ms": 1000},
    {"at": 4000, "kind": "end", "text": "Thank you.", "ways": {}, "zone": None, "ms": 0},
]
PRACTICES = {"p01-pause": {"4": CUES, "60": [CUES[0], CUES[2] | {"at": 30_000}, CUES[3] | {"at": 60_000}]}}

PARTS = """
<p data-live="practice-state" role="status" data-say-waiting="In a moment" data-say-running="Together"
   data-say-paused="Held" data-say-finished="Over" data-say-stopped="Stopped"></p>
<p data-live="cue" aria-live="polite"></p><p data-live="practice-left"></p>
<div class="breath" data-live="breath" data-say-in="In" data-say-out="Out" hidden><p class="breath-word"></p></div>
<p data-live="bell" data-say-rings="The bell"></p><button type="button" data-live="sound" hidden>Bell</button>
<label><input type="checkbox" name="way" value="no_breath">No breath</label>
<label><input type="checkbox" name="way" value="eyes_open">Eyes open</label>
<label><input type="checkbox" name="still">Still</label>
"""
ROOM = f"""<!doctype html><html lang="en"><head><title>Room</title>
<link rel="stylesheet" href="/static/css/base.css"><link rel="stylesheet" href="/static/css/live.css">
<script type="module" src="/static/live/room.js"></script></head><body><main id="main"><div id="room" data-sound="off"
 data-say-planned="Not yet" data-say-open="Here we are" data-say-closing="We are closing" data-say-closed="Goodbye"
 data-say-not-sent="That did not get through.">
<h1 data-live="step-title">As the server drew it</h1><p data-live="step-left"></p>
<p data-live="link" data-say-open="In touch" data-say-asking="By asking" data-say-lost="Looking for the others"
 data-say-refused="Not here"></p><p data-when="link-lost" hidden>No line at all</p>
<p data-live="practice-title"></p>{PARTS}
<ol><li data-step="0">Arriving</li><li data-step="1">News</li><li data-step="2">Comfort</li></ol>
<p data-live="turn" data-say-mine="It is your turn" data-say-other="{{name}} has the piece"></p>
<p data-live="holder"></p><p data-live="next"></p><p data-live="turn-left"></p><p data-live="round-prompt"></p>
<svg><g data-seat="ann" data-state="speaking"></g><g data-seat="ben" data-state="you"></g></svg>
<div data-keeps-focus tabindex="-1">
<form data-live-form method="post" action="/pause" data-when="may-practice_paused" hidden>
 <input type="hidden" name="play" data-fill="play"><button>Hold</button></form>
<form data-live-form method="post" action="/resume" data-when="may-practice_resumed" hidden>
 <input type="hidden" name="play" data-fill="play"><input type="hidden" name="key"><button>Go on</button></form></div>
<form data-live-form method="post" action="/piece" data-when="turn-mine" hidden>
 <input type="hidden" name="round" data-fill="round"><button name="what" value="done">I have finished</button></form>
<p data-live="said" role="status" data-say-try-again="Please try once more."></p>
<form data-taps method="post" action="/signal" data-say-sending="On its way" data-say-waiting="Still trying"
 data-say-done="They know" data-say-not-sent="That did not work"><input type="hidden" name="csrf" value="t">
 <button name="kind" value="fine">Fine</button><button name="kind" value="come">Please come</button></form>
<p data-live="tap-said" role="status"></p><section data-after-tap="lot come" hidden>Feel your feet</section>
</div></main><script type="application/json" id="room-facts">FACTS</script></body></html>"""
HOME = f"""<!doctype html><html lang="en"><head><title>Home</title><link rel="stylesheet" href="/static/css/base.css">
<script type="module" src="/static/live/home-player.js"></script></head><body><main>
<div id="home-player" data-sound="on" data-title="A quiet moment">{PARTS}
<p data-live="voice-state" data-say-text="Words only" data-say-coming="Coming" data-say-made="Made"
   data-say-missing="No voice"></p>
<section data-live="stopped" tabindex="-1" data-when="practice-stopped" hidden>Ground</section>
<div data-keeps-focus tabindex="-1">
<button data-does="start" data-when="practice-none practice-finished" hidden>Begin</button>
<button data-does="pause" data-when="may-practice_paused" hidden>Hold</button>
<button data-does="resume" data-when="may-practice_resumed" hidden>Go on</button>
<button data-does="end" data-when="may-practice_ended" hidden>Stop</button></div>
<form data-log method="post" action="/log" hidden><input type="hidden" name="csrfmiddlewaretoken" value="t"></form>
</div></main><script type="application/json" id="home-practices">{json.dumps(PRACTICES)}</script>
<script type="application/json" id="home-facts">HOME-FACTS</script></body></html>"""
FACTS = {
    "practice": "p01-pause",
    "seconds": 4,
    "voice": "text",
    "sound": "",
    "lead": 1000,
    "buzz": False,
    "still": False,
}


def now() -> int:
    return time.time_ns() // 1_000_000


class Stand:
    """What stands in for the site: events to answer with, and everything that was posted."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.posts: list[tuple[str, dict[str, str]]] = []
        self.names = {"ann": "Ann", "ben": "Ben"}
        self.answers: dict[str, tuple[int, dict[str, object]]] = {}
        self.home: dict[str, object] = {}  # what the home player is told differently
        self.url = ""

    def say(self, kind: str, at: int | None = None, **data: object) -> dict[str, Any]:
        event = {"n": len(self.events) + 1, "kind": kind, "at": now() if at is None else at, "data": data}
        self.events.append(event)
        return event

    def start(self, *, at: int, seconds: str = "4", play: str = "one") -> None:
        self.say("practice_started", at, practice="p01-pause", variant=seconds, play=play)

    def posted(self, path: str) -> list[dict[str, str]]:
        return [fields for where, fields in self.posts if where == path]

    def page(self) -> str:
        facts = {
            "socket": "/ws/room",
            "poll": "/events",
            "me": "ben",
            "events": self.events[:1],
            "practices": PRACTICES,
            "titles": {"p01-pause": "Three-part pause"},
            "steps": [{"title": "Arriving"}, {"title": "News"}, {"title": "Comfort"}],
            "prompts": {"q1": "One kind moment?"},
            "names": {"ann": "Ann", "ben": "Ben"},
            "names_at": "/names",
        }
        return ROOM.replace("FACTS", json.dumps(facts))

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        if path in self.answers:
            status, said = self.answers[path]
            return status, "application/json", json.dumps(said).encode()
        if path == "/events":
            after = int(query["after"][0])
            said = {"events": [one for one in self.events if one["n"] > after], "now": now()}
            return 200, "application/json", json.dumps(said).encode()
        if path == "/names":
            return 200, "application/json", json.dumps({"names": self.names}).encode()
        if path in ("/room", "/home"):
            home = HOME.replace("HOME-FACTS", json.dumps(FACTS | self.home))
            return 200, "text/html", (self.page() if path == "/room" else home).encode()
        file = STATIC / path.removeprefix("/static/")
        if path.startswith("/static/") and file.is_file():
            return 200, TYPES[file.suffix], file.read_bytes()
        return 404, "text/plain", b""


def fields_of(kind: str, body: bytes) -> dict[str, str]:
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = form.get_payload()
    assert isinstance(parts, list)
    return {str(p.get_param("name", header="content-disposition")): str(p.get_payload()).strip() for p in parts}


@pytest.fixture
def stand() -> Iterator[Stand]:
    here = Stand()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def reply(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.reply(*here.answer(parts.path, parse_qs(parts.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.posts.append((self.path, fields_of(self.headers["Content-Type"], body)))
            status, said = here.answers.get(self.path, (204, {}))
            self.reply(status, "application/json", b"" if status == 204 else json.dumps(said).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    here.url = f"http://127.0.0.1:{server.server_port}"
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(browser: Browser, stand: Stand) -> Iterator[Callable[..., Page]]:
    """Opens a path in a browser of its own; a script error or a refusal by the content policy fails the test."""
    pages, wrong = [], []

    def open_page(path: str, *, script: str = "", socket: Any = None, **settings: Any) -> Page:
        context = browser.new_context(**settings)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        if script:
            page.add_init_script(script)
        if socket:
            page.route_web_socket(re.compile("/ws/room"), socket)
        page.goto(stand.url + path)
        pages.append(context)
        return page

    yield open_page
    for context in pages:
        context.close()
    assert wrong == []


class Line:
    """The server's end of one device's socket: answers as the site does, and can be made deaf."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.heard: list[dict[str, Any]] = []
        self.deaf_to: set[str] = set()
        self.route: WebSocketRoute | None = None

    def __call__(self, route: WebSocketRoute) -> None:
        self.route = route
        route.on_message(self.answer)

    def answer(self, text: str | bytes) -> None:
        said = json.loads(text)
        self.heard.append(said)
        if said["t"] in self.deaf_to:
            return
        if said["t"] == "hello":
            self.send(t="events", events=[e for e in self.stand.events if e["n"] > said["after"]], now=now())
        elif said["t"] == "clock":
            self.send(t="clock", sent=said["sent"], arrived=now(), replied=now())
        elif said["t"] == "signal":
            self.send(t="signal-ok", key=said["key"])

    def send(self, **message: object) -> None:
        assert self.route is not None
        self.route.send(json.dumps(message))

    def kinds(self) -> list[str]:
        return [said["t"] for said in self.heard]


def live(page: Page, name: str) -> Any:
    return page.locator(f'[data-live="{name}"]')


pytestmark = pytest.mark.browser


def test_joining_late_without_a_socket(visit: Callable[..., Page], stand: Stand) -> None:
    """No socket can be had: the page asks, and lands in the middle of the practice."""
    stand.say("opened", now() - 600_000)
    stand.say("step_started", now() - 60_000, step=2, minutes=12)
    stand.start(at=now() - 31_000, seconds="60")
    page = visit("/room")
    expect(live(page, "step-title")).to_have_text("Comfort")
    expect(live(page, "cue")).to_have_text("Rest here.")
    expect(live(page, "practice-title")).to_have_text("Three-part pause")
    expect(live(page, "practice-state")).to_have_text("Together")
    expect(live(page, "link")).to_have_text("By asking")
    assert live(page, "practice-left").inner_text() in ("0:29", "0:28")
    assert live(page, "step-left").inner_text() in ("11:00", "10:59")
    states = page.locator("[data-step]").evaluate_all("all => all.map((one) => one.dataset.state)")
    assert states == ["left", "left", "now"]
    assert live(page, "bell").inner_text() == ""  # the bell at the beginning was long ago
    stand.say("practice_paused", play="one")
    expect(live(page, "practice-state")).to_have_text("Held", timeout=6000)


def test_words_come_at_their_moment_even_when_the_device_is_an_hour_off(
    visit: Callable[..., Page], stand: Stand
) -> None:
    stand.say("opened", now() - 1000)
    line = Line(stand)
    hour_off = """
      const real = performance.timeOrigin;
      Object.defineProperty(performance, "timeOrigin", { get: () => real - 3600_000 });
      const date = Date.now; Date.now = () => date() - 3600_000;
      window.shown = [];
      addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
        const words = document.querySelector('[data-live="cue"]').textContent;
        window.shown.push([words, real + performance.now()]);
      }).observe(document.querySelector('[data-live="cue"]'), { childList: true, characterData: true, subtree: true }));
    """
    page = visit("/room", socket=line, script=hour_off)
    expect(live(page, "step-title")).to_have_text("Here we are")
    page.wait_for_timeout(2200)
    assert line.kinds().count("clock") >= 16
    begins = now() + LEAD
    stand.start(at=begins)
    line.send(t="newer", n=2)
    expect(live(page, "practice-state")).to_have_text("In a moment")
    expect(live(page, "practice-state")).to_have_text("Over", timeout=9000)
    shown = dict(page.evaluate("window.shown"))
    for cue in CUES:
        late = shown[cue["text"]] - (begins + cue["at"])
        assert -25 <= late <= 150, f"{cue['text']} came {late:.0f} ms late"


def test_the_bell_rings_once_for_each_moment_and_can_be_seen(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 1000)
    line = Line(stand)
    count = """
      window.rings = 0;
      addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
        window.rings += changes.filter((one) => one.addedNodes.length).length;
      }).observe(document.querySelector('[data-live="bell"]'), { childList: true }));
    """
    page = visit("/room", socket=line, script=count)
    expect(live(page, "step-title")).to_have_text("Here we are")
    stand.start(at=now() + 700)
    for _ in range(3):
        line.send(t="newer", n=2)
    expect(live(page, "bell")).to_have_text("The bell")
    assert "bell-rings" in (page.locator("#room").get_attribute("class") or "")
    expect(live(page, "practice-state")).to_have_text("Over", timeout=9000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.rings") == 2  # the beginning and the end
    expect(live(page, "bell")).to_have_text("", timeout=6000)
    page.reload()
    expect(live(page, "practice-state")).to_have_text("Over")
    page.wait_for_timeout(300)
    assert page.evaluate("window.rings") == 0  # what is over does not ring for somebody who comes back


def test_ending_early_is_told_to_closed_eyes(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 60_000)
    stand.start(at=now() - 10_000, seconds="60")
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "practice-state")).to_have_text("Together")
    assert live(page, "bell").inner_text() == ""
    stand.say("practice_ended", play="one")
    line.send(t="newer", n=3)
    expect(live(page, "bell")).to_have_text("The bell")
    expect(live(page, "practice-state")).to_have_text("Over")
    expect(live(page, "cue")).to_have_text("")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_shape_to_breathe_with(visit: Callable[..., Page], stand: Stand, motion: str) -> None:
    """Moves only for those who want it; the words are there either way, and another way for those who do not."""
    stand.say("opened", now() - 1000)
    line = Line(stand)
    page = visit("/room", socket=line, reduced_motion=motion)
    stand.start(at=now() + 500)
    line.send(t="newer", n=2)
    shape = live(page, "breath")
    expect(shape).to_be_visible(timeout=9000)
    expect(live(page, "cue")).to_have_text("Let the breath come.")
    expect(shape.locator(".breath-word")).to_have_text("In")
    assert shape.get_attribute("data-phase") == (None if motion == "reduce" else "in")
    assert shape.evaluate("one => one.style.getPropertyValue('--phase-ms')") == "4000ms"
    page.get_by_label("No breath").check()
    expect(shape).to_be_hidden()
    expect(live(page, "cue")).to_have_text("Feel your feet.")


def test_keeping_the_shape_still(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 1000)
    line = Line(stand)
    page = visit("/room", socket=line)
    page.get_by_label("Still").check()
    stand.start(at=now() + 300)
    line.send(t="newer", n=2)
    expect(live(page, "breath")).to_be_visible(timeout=9000)
    assert live(page, "breath").get_attribute("data-phase") is None


def test_a_round_and_one_s_own_turn(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    stand.say("round_started", now() - 4000, round="r1", order=["ann", "ben", "zoe"], seconds=90, prompt="q1")
    stand.names["zoe"] = "Zoe"
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "turn")).to_have_text("Ann has the piece")
    expect(live(page, "next")).to_have_text("Ben")
    expect(live(page, "round-prompt")).to_have_text("One kind moment?")
    expect(page.get_by_role("button", name="I have finished")).to_be_hidden()
    seats = page.locator("[data-seat]")
    assert seats.evaluate_all("all => all.map((one) => one.dataset.state)") == ["speaking", "you"]
    stand.say("piece_moved", now() - 65_000, round="r1", to="ben")
    line.send(t="newer", n=3)
    expect(live(page, "turn")).to_have_text("It is your turn")
    assert seats.evaluate_all("all => all.map((one) => one.dataset.state)") == ["here", "speaking"]
    page.get_by_role("button", name="I have finished").click()
    expect(live(page, "said")).to_have_text("")
    assert stand.posted("/piece") == [{"round": "r1", "what": "done"}]
    stand.say("piece_moved", round="r1", to="zoe")
    line.send(t="newer", n=4)
    # Zoe came after this page was made: her name is asked for.
    expect(live(page, "turn")).to_have_text("Zoe has the piece")


def test_a_turn_that_is_nearly_over_changes_colour_only(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 90_000)
    stand.say("round_started", now() - 70_000, round="r1", order=["ben"], seconds=90, prompt="q1")
    page = visit("/room", socket=Line(stand))
    expect(live(page, "turn-left")).to_have_attribute("data-near", "")
    assert live(page, "bell").inner_text() == ""


def test_a_command_that_does_not_fit_is_answered_with_a_sentence(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    stand.start(at=now() - 1000, seconds="60")
    stand.answers["/pause"] = (409, {"why": "That practice has already ended."})
    line = Line(stand)
    page = visit("/room", socket=line)
    page.get_by_role("button", name="Hold").click()
    expect(live(page, "said")).to_have_text("That practice has already ended.")
    line.send(t="refused", why="try-again")
    expect(live(page, "said")).to_have_text("Please try once more.")


def test_the_keyboard_is_not_left_on_a_button_that_has_gone(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    stand.start(at=now() - 1000, seconds="60")
    line = Line(stand)
    page = visit("/room", socket=line)
    page.get_by_role("button", name="Hold").focus()
    page.keyboard.press("Enter")
    expect(live(page, "said")).to_have_text("")
    stand.say("practice_paused", play="one")
    line.send(t="newer", n=3)
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    (resumed,) = stand.posted("/resume")
    assert resumed["play"] == "one"
    assert len(resumed["key"]) >= 32


def test_a_tap_goes_by_socket_and_is_acknowledged(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "link")).to_have_text("In touch")
    page.get_by_role("button", name="Please come").click()
    expect(live(page, "tap-said")).to_have_text("They know")
    expect(page.get_by_text("Feel your feet")).to_be_visible()
    assert page.get_by_role("button", name="Please come").get_attribute("aria-pressed") == "true"
    assert [said["kind"] for said in line.heard if said["t"] == "signal"] == ["come"]
    page.wait_for_timeout(3300)
    assert stand.posted("/signal") == []


def test_a_tap_the_socket_swallows_goes_by_request_under_the_same_key(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    line.deaf_to = {"signal"}
    page = visit("/room", socket=line)
    expect(live(page, "link")).to_have_text("In touch")
    page.get_by_role("button", name="Please come").click()
    page.get_by_role("button", name="Please come").click()
    expect(page.get_by_text("Feel your feet")).to_be_visible()  # help does not wait
    expect(live(page, "tap-said")).to_have_text("They know", timeout=9000)
    (sent,) = [said for said in line.heard if said["t"] == "signal"]
    assert stand.posted("/signal") == [{"csrf": "t", "kind": "come", "key": sent["key"]}]


def test_a_tap_is_tried_until_it_is_through(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    stand.answers["/signal"] = (503, {})
    page = visit("/room")
    page.get_by_role("button", name="Please come").click()
    expect(live(page, "tap-said")).to_have_text("Still trying")
    del stand.answers["/signal"]
    expect(live(page, "tap-said")).to_have_text("They know", timeout=9000)
    assert len({sent["key"] for sent in stand.posted("/signal")}) == 1
    assert len(stand.posted("/signal")) == 2


def test_a_tap_that_is_refused_says_so(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    stand.answers["/signal"] = (409, {"why": "The meeting is over."})
    page = visit("/room")
    page.get_by_role("button", name="Fine").click()
    expect(live(page, "tap-said")).to_have_text("The meeting is over.")
    assert page.get_by_role("button", name="Fine").get_attribute("aria-pressed") == "false"
    expect(page.get_by_text("Feel your feet")).to_be_hidden()


def test_a_line_that_breaks_is_mended(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "link")).to_have_text("In touch")
    stand.say("step_started", step=1, minutes=5)
    assert line.route is not None
    line.route.close(code=1012)
    expect(live(page, "step-title")).to_have_text("News")  # asked for at once
    expect(live(page, "link")).to_have_text("In touch", timeout=5000)
    assert line.kinds().count("hello") >= 2


def test_without_any_line_the_practice_goes_on(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 60_000)
    stand.start(at=now() - 27_000, seconds="60")
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "link")).to_have_text("In touch")
    stand.answers["/events"] = (503, {})
    page.context.set_offline(True)
    assert line.route is not None
    line.route.close(code=1011)
    expect(live(page, "link")).to_have_text("Looking for the others")
    expect(page.get_by_text("No line at all")).to_be_visible()
    expect(live(page, "cue")).to_have_text("Rest here.", timeout=6000)  # its moment comes while we are out of reach
    del stand.answers["/events"]
    stand.say("practice_paused", play="one")
    page.context.set_offline(False)
    expect(live(page, "practice-state")).to_have_text("Held", timeout=6000)
    expect(page.get_by_text("No line at all")).to_be_hidden()


def test_a_page_that_opens_out_of_reach_says_so(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    never = "window.fetch = () => Promise.reject(new TypeError('out of reach'));"
    page = visit("/room", script=never)
    expect(page.get_by_text("No line at all")).to_be_visible()
    assert live(page, "step-title").inner_text() == "As the server drew it"


def test_an_announcement_that_is_lost_costs_one_look(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "step-title")).to_have_text("Here we are")
    stand.say("step_started", step=0, minutes=5)
    expect(live(page, "step-title")).to_have_text("Arriving", timeout=6500)


def test_a_socket_that_says_nothing_is_given_up(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    line.deaf_to = {"hello", "clock", "here"}
    page = visit("/room", socket=line)
    page.wait_for_timeout(1000)
    first = line.route
    until = time.monotonic() + 25
    while line.route is first and time.monotonic() < until:
        page.wait_for_timeout(500)
    assert line.route is not first


def test_somebody_who_is_no_longer_here_is_told_so(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    page = visit("/room", socket=line)
    expect(live(page, "link")).to_have_text("In touch")
    stand.answers["/events"] = (404, {})
    assert line.route is not None
    line.route.close(code=4404)
    expect(live(page, "link")).to_have_text("Not here")
    asked = len(line.heard)
    page.wait_for_timeout(2500)
    assert len(line.heard) == asked


def test_a_facilitators_page_hears_that_there_are_signals(visit: Callable[..., Page], stand: Stand) -> None:
    stand.say("opened", now() - 5000)
    line = Line(stand)
    listening = """
      window.told = [];
      for (const name of ["signals", "presence"]) addEventListener("DOMContentLoaded", () =>
        document.body.addEventListener("kindcircle:" + name, () => window.told.push(name)));
    """
    page = visit("/room", socket=line, script=listening)
    expect(live(page, "link")).to_have_text("In touch")
    page.evaluate("window.told = []")
    line.send(t="signals", items=[{"kind": "come"}])
    line.send(t="presence", people=[])
    page.wait_for_timeout(300)
    assert page.evaluate("window.told") == ["signals", "presence"]


def test_home_begin_hold_go_on_to_the_end(visit: Callable[..., Page], stand: Stand) -> None:
    page = visit("/home")
    expect(page.get_by_role("button", name="Hold")).to_be_hidden()
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_have_text("We begin.")
    expect(page.get_by_role("button", name="Hold")).to_be_focused()
    expect(live(page, "cue")).to_have_text("Let the breath come.", timeout=3000)
    page.keyboard.press("Escape")
    expect(live(page, "practice-state")).to_have_text("Held")
    left = live(page, "practice-left").inner_text()
    page.wait_for_timeout(1500)
    assert live(page, "practice-left").inner_text() == left
    page.get_by_role("button", name="Go on").click()
    expect(live(page, "practice-state")).to_have_text("Over", timeout=6000)
    expect(live(page, "cue")).to_have_text("Thank you.")
    page.wait_for_timeout(300)
    log = stand.posted("/log")
    assert [row["finished"] for row in log] == ["no", "no", "yes"]
    assert [row["played"] for row in log] == ["0", "1", "4"]
    assert len({row["key"] for row in log}) == 1
    assert {(row["practice"], row["seconds"], row["csrfmiddlewaretoken"]) for row in log} == {("p01-pause", "4", "t")}
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_have_text("We begin.")
    page.wait_for_timeout(300)
    assert stand.posted("/log")[-1]["key"] != log[0]["key"]


def test_home_leaving_the_page_is_logged(visit: Callable[..., Page], stand: Stand) -> None:
    page = visit("/home")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_timeout(LEAD + 2200)
    page.goto("about:blank")
    until = time.monotonic() + 5
    while len(stand.posted("/log")) < 2 and time.monotonic() < until:
        page.wait_for_timeout(100)
    last = stand.posted("/log")[-1]
    assert (last["played"], last["finished"]) == ("2", "no")


def test_home_stopping_early_is_not_finishing(visit: Callable[..., Page], stand: Stand) -> None:
    page = visit("/home")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Stop").click()
    expect(live(page, "practice-state")).to_have_text("Stopped")
    page.wait_for_timeout(200)
    assert [row["finished"] for row in stand.posted("/log")] == ["no", "no"]


def test_the_sound_is_a_choice_and_plays_after_a_touch(visit: Callable[..., Page], stand: Stand) -> None:
    count = """
      window.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
    """
    page = visit("/home", script=count)
    toggle = live(page, "sound")
    assert toggle.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "practice-state")).to_have_text("Over", timeout=7000)
    page.wait_for_timeout(200)
    heard = page.evaluate("window.tones")
    assert heard > 0
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "practice-state")).to_have_text("Together")
    expect(live(page, "practice-state")).to_have_text("Over", timeout=7000)
    assert page.evaluate("window.tones") == heard


def closure(entry: str) -> set[str]:
    """The modules that a page loads with this one."""
    found, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r'(?:from |import\()"\./([a-z-]+\.js)"', (LIVE / name).read_text())
    return found


def test_the_scripts_stay_small_and_never_touch_html() -> None:
    """What the live page loads is weighed whole in test_network.py; here, no module is longer than 150 lines."""
    entries = (
        "room.js", "home-player.js", "keep.js", "kept.js", "kept-page.js", "own-way.js", "device-check.js",
    )  # fmt: skip
    assert set.union(*map(closure, entries)) == {file.name for file in LIVE.glob("*.js")}
    for file in LIVE.glob("*.js"):
        text = file.read_text()
        assert len(text.splitlines()) < 150, file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", text)
        assert not re.search(r"localStorage|sessionStorage|indexedDB|https?://", text)
