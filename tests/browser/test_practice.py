"""A practice at home in a real browser: heard from one file, kept on a phone, played without a line, and forgotten."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.practice.own_way import Choice, keep_own_way
from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

FEET = "/practice/p22-soles-of-the-feet/?seconds=60"
CONTACT = "/practice/p03-comforting-contact/?seconds=20"
FIRST = "Let your feet meet the floor."
# Everything the lock screen is given, and a way to press its buttons.
LOCK_SCREEN = """
  window.lock = {};
  const set = MediaSession.prototype.setActionHandler;
  MediaSession.prototype.setActionHandler = function (kind, does) {
    window.lock[kind] = does;
    set.call(this, kind, does);
  };
"""
FELT = "window.felt = []; navigator.vibrate = (pattern) => { window.felt.push(pattern); return true; };"


def live(page: Page, name: str) -> Any:
    return page.locator(f"[data-live={name}]")


def ready(page: Page) -> None:
    """The voice is there."""
    expect(live(page, "voice-state")).to_contain_text("It goes on when the screen is off", timeout=20_000)


def jump(page: Page, seconds: float) -> None:
    """As time would: the file goes on from here."""
    page.evaluate("(at) => { window.audio.currentTime = at; }", seconds)


AUDIO = """
  const made = window.Audio;
  window.Audio = function (...how) { window.audio = new made(...how); return window.audio; };
"""


def test_words_and_bell_follow_the_file_and_the_lock_screen_leads_it(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, FEET, init=AUDIO + LOCK_SCREEN, **PHONE)
    ready(page)
    assert page.evaluate("window.audio.readyState") == 0, "nobody has pressed anything, so nothing is fetched"
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "practice-state")).to_have_text("It begins in a moment")
    expect(live(page, "cue")).to_contain_text(FIRST, timeout=8_000)
    assert page.evaluate("window.audio.currentTime") >= 3
    assert page.evaluate("window.audio.duration") == pytest.approx(3 + 60 + 6.5, abs=2)

    # The screen is off, and somebody presses the buttons of the lock screen. It names no practice and nobody.
    told = page.evaluate("[navigator.mediaSession.metadata.title, navigator.mediaSession.metadata.artist]")
    assert told == ["A quiet moment", ""]
    page.evaluate("window.lock.pause()")
    expect(live(page, "practice-state")).to_have_text("Resting. It waits for you.")
    held = page.evaluate("window.audio.currentTime")
    page.wait_for_timeout(700)
    assert page.evaluate("window.audio.currentTime") == held
    page.evaluate("window.lock.play()")
    expect(live(page, "practice-state")).to_have_text("Under way")

    # Words stand where the file stands, also after a long sleep of the page.
    jump(page, 3 + 31)
    expect(live(page, "cue")).to_contain_text("You might lean a little to one side")
    expect(live(page, "practice-left")).to_have_text("0:29")
    jump(page, 3 + 59)
    expect(live(page, "bell")).to_have_text("The bell is sounding")
    expect(page.get_by_text("It has come to its end")).to_be_visible()
    expect(page.locator("#home-player").get_by_text("How is it now?")).to_be_visible()
    expect(page.get_by_text("You need not answer.")).to_be_visible()
    expect(page.get_by_role("link", name="That was too much")).to_have_attribute("href", "/hard-day/")
    assert page.evaluate("window.audio.paused") is False, "the bell rings out"
    wait_until(
        lambda: Play.objects.filter(member=group.member).exclude(finished_at=None).exists(), page, what="the log"
    )
    play = Play.objects.get(member=group.member)
    assert (play.seconds_planned, play.seconds_played) == (60, 60)
    assert not [said for said in visits.seen[page].complaints if "autoplay" not in said.lower()]


def test_one_tap_stops_it_and_the_ground_is_there(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, CONTACT, init=AUDIO + LOCK_SCREEN, **PHONE)
    ready(page)
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text("Choose a hold", timeout=8_000)
    page.get_by_role("button", name="Stop here").click()
    expect(page.get_by_role("heading", name="That was a good choice.")).to_be_visible()
    expect(page.get_by_text(FIRST)).to_be_visible()
    assert page.evaluate("window.audio.paused") and page.evaluate("document.activeElement.dataset.live") == "stopped"
    expect(page.get_by_role("group", name="How are you after this practice?")).to_be_visible()
    expect(page.get_by_text("You need not answer.")).to_be_visible()
    # Again, and this time the lock screen stops it.
    page.get_by_role("button", name="Once more").click()
    expect(live(page, "cue")).to_contain_text("Choose a hold", timeout=8_000)
    expect(page.get_by_role("group", name="How are you after this practice?")).to_be_hidden()
    page.evaluate("window.lock.stop()")
    expect(page.get_by_role("heading", name="That was a good choice.")).to_be_visible()
    # It was too much: no blame, the ground at once, people to ring, and more for a hard day, which asks for nothing.
    page.get_by_role("button", name="This was too much").click()
    expect(page.get_by_role("heading", name="Closing can be wise")).to_be_visible()
    expect(page.get_by_text("You did nothing wrong.")).to_be_visible()
    expect(page.get_by_text(FIRST)).to_be_visible()
    expect(page.get_by_role("heading", name="People you can call")).to_be_visible()
    page.get_by_role("link", name="More for a hard day").click()
    expect(page.get_by_role("heading", name="A hard day")).to_be_visible()
    expect(page.get_by_text(FIRST)).to_be_visible()


def test_by_keyboard_alone_from_choice_to_end(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, CONTACT, init=AUDIO, **DESK)
    ready(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.does") == "start":
            break
    page.keyboard.press("Enter")
    expect(live(page, "cue")).to_contain_text("Choose a hold", timeout=8_000)
    assert page.evaluate("document.activeElement.dataset.does") == "pause"
    page.keyboard.press("Escape")
    expect(live(page, "practice-state")).to_have_text("Resting. It waits for you.")
    assert page.evaluate("document.activeElement.dataset.does") == "resume"
    page.keyboard.press("Enter")
    expect(live(page, "practice-state")).to_have_text("Under way")
    jump(page, 3 + 19)
    expect(page.get_by_text("It has come to its end")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.player-buttons') !== null")


def own(group: World, **choice: Any) -> None:
    keep_own_way(Choice(**choice), member=group.member, by=group.actor(group.member))


def test_without_a_voice_it_is_seen_and_felt(visits: Visits, running_site: RunningSite, group: World) -> None:
    own(group, voice="text", buzz=True)
    page = visits.enter(group.member, CONTACT, init=AUDIO + FELT, **PHONE)
    expect(live(page, "voice-state")).to_contain_text("With words and bells only")
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text("Choose a hold", timeout=8_000)
    assert page.evaluate("window.felt") == [[60]]
    assert page.evaluate("window.audio") is None
    expect(live(page, "cue")).to_contain_text("Feel the warmth", timeout=8_000)
    assert page.evaluate("window.felt") == [[60], [60]]


def test_the_voice_of_the_device_says_each_step_once(visits: Visits, running_site: RunningSite, group: World) -> None:
    own(group, voice="device")
    said = """
      window.said = [];
      const own = { name: "Own", lang: "en-GB", localService: true, default: true, voiceURI: "own" };
      const far = { name: "Far", lang: "en-GB", localService: false, default: true, voiceURI: "far" };
      Object.defineProperty(speechSynthesis, "getVoices", { value: () => [far, own] });
      Object.defineProperty(speechSynthesis, "speak", {
        value: (one) => window.said.push([one.text, one.voice?.name]),
      });
      window.SpeechSynthesisUtterance = function (text) { this.text = text; };
    """
    page = visits.enter(group.member, CONTACT, init=said, **PHONE)
    expect(live(page, "voice-state")).to_contain_text("With the voice of this device")
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text("Feel the warmth", timeout=12_000)
    told = page.evaluate("window.said")
    assert [words.split(".")[0] for words, _ in told] == [
        "Choose a hold that feels kind",
        "Feel the warmth and the weight",
    ]
    assert {name for _, name in told} == {"Own"}, "a voice from elsewhere would send the words away"


def test_when_the_sound_cannot_be_had_the_practice_goes_on(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    page.context.route("**/sound/**", lambda route: route.abort())
    page.goto(CONTACT)
    expect(live(page, "voice-state")).to_contain_text("There is no voice just now")
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text("Choose a hold", timeout=8_000)


def test_a_sound_that_breaks_off_goes_on_in_words_from_there(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, FEET, init=AUDIO, **PHONE)
    ready(page)
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text(FIRST, timeout=8_000)
    jump(page, 3 + 32)
    expect(live(page, "practice-left")).to_have_text("0:28")
    page.evaluate("() => { window.audio.pause = () => {}; window.audio.dispatchEvent(new Event('error')); }")
    expect(live(page, "practice-left")).to_have_text("0:26", timeout=4_000)
    expect(live(page, "cue")).to_contain_text("You might lean a little to one side")
    expect(live(page, "practice-state")).to_have_text("Under way")


def test_a_voice_that_comes_long_after_the_touch_is_played_all_the_same(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    """A browser forgets a touch after five seconds; the first voice of a busy evening may take longer."""
    page = visits.enter(group.member, "/today/", init=AUDIO, **PHONE)
    asked: list[str] = []

    def not_yet(route: Route) -> None:
        asked.append(route.request.method)
        if route.request.method == "HEAD" and len(asked) < 8:
            route.fulfill(status=202)
        else:
            route.continue_()

    page.context.route("**/sound/**", not_yet)
    page.goto(CONTACT)
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "practice-state")).to_have_text("It begins in a moment")
    expect(live(page, "cue")).to_contain_text("Choose a hold", timeout=20_000)
    assert asked.count("HEAD") == 8 and page.evaluate("window.audio.currentTime") >= 3


def test_with_reduced_motion_nothing_moves(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, "/practice/p19-scan-and-name/?seconds=600", init=AUDIO, reduced_motion="reduce")
    ready(page)
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "practice-state")).to_have_text("Under way", timeout=8_000)
    cues = page.evaluate("JSON.parse(document.getElementById('home-practices').textContent)")
    at = next(cue["at"] for cue in cues["p19-scan-and-name"]["600"] if cue["kind"] == "breath")
    jump(page, 3 + at / 1000 + 1)
    expect(live(page, "breath")).to_be_visible()
    assert live(page, "breath").get_attribute("data-phase") is None
    assert page.evaluate("document.getAnimations().length") == 0


# --- kept on a phone ---


def keep(page: Page, path: str = FEET) -> None:
    page.goto(path)
    expect(live(page, "keep-said")).to_have_text("It is not kept here.")
    page.get_by_role("button", name="Keep on this phone").click()
    expect(live(page, "keep-said")).to_contain_text("It is kept here:", timeout=20_000)
    page.wait_for_function("navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready")


def stored(page: Page) -> dict[str, list[str]]:
    """Everything in the browser's stores: by store, the paths."""
    return page.evaluate(
        """async () => {
          const found = {};
          for (const name of await caches.keys()) {
            if (!(await caches.has(name))) continue; // to open it would make it anew
            const store = await caches.open(name);
            found[name] = (await store.keys()).map((one) => new URL(one.url).pathname);
          }
          return found;
        }"""
    )


def test_a_kept_practice_plays_without_a_line_and_is_told_later(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/today/", init=AUDIO, **PHONE)
    keep(page)
    page.goto("/today/")
    page.context.set_offline(True)
    page.goto("/practice/p22-soles-of-the-feet/")
    expect(page.get_by_role("heading", name="Soles of the feet")).to_be_visible()
    expect(live(page, "voice-state")).to_contain_text("It goes on when the screen is off")
    page.get_by_role("button", name="Begin").click()
    expect(live(page, "cue")).to_contain_text(FIRST, timeout=8_000)
    jump(page, 3 + 45)
    expect(live(page, "practice-left")).to_have_text("0:15")
    jump(page, 3 + 59)
    expect(page.get_by_text("It has come to its end")).to_be_visible()
    # The question cannot be sent from here, and what would follow it needs no line.
    page.get_by_text("That was too much").click()
    expect(page.get_by_text("You did nothing wrong.")).to_be_visible()
    expect(page.locator("#home-player details").get_by_text(FIRST)).to_be_visible()
    expect(page.locator("#home-player").get_by_role("link", name="People you can call")).to_have_attribute(
        "href", "#call"
    )
    assert not Play.objects.filter(member=group.member).exists()
    # The list is there as well, also for a practice that is not kept, and the way to help.
    page.goto("/practice/p27-something-i-love/")
    expect(page.get_by_role("link", name="Soles of the feet")).to_be_visible()
    page.get_by_role("link", name="Help now").click()
    expect(page.get_by_role("heading", name="People you can call")).to_be_focused()
    noted = page.evaluate(
        """async () => {
          const store = await caches.open("kindcircle plays to tell");
          return Promise.all((await store.keys()).map(async (key) => (await store.match(key)).json()));
        }"""
    )
    assert [set(one) for one in noted] == [{"key", "practice", "seconds", "played", "finished", "began", "who"}]

    # The train leaves the tunnel.
    page.context.set_offline(False)
    page.goto(FEET)
    # Told in two parts, as it would have been with a line: that it began, and how it ended.
    told = Play.objects.filter(member=group.member, seconds_played__gt=0)
    wait_until(told.exists, page, what="the log")
    play = Play.objects.get(member=group.member)
    assert (play.practice, play.seconds_planned, play.seconds_played) == ("p22-soles-of-the-feet", 60, 60)
    assert clock.now() - timedelta(minutes=2) < play.started_at < clock.now() - timedelta(seconds=3)
    wait_until(lambda: "kindcircle plays to tell" not in stored(page), page, what="forgetting what was told")


def test_what_is_kept_names_nobody_and_holds_no_private_page(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    keep(page)
    for path in ("/today/", "/journal/", "/how-i-practise/", FEET, "/practice/kept/", "/hard-day/"):
        page.goto(path)
    found = stored(page)
    assert list(found) == ["kindcircle kept p22-soles-of-the-feet 60"]
    for path in found["kindcircle kept p22-soles-of-the-feet 60"]:
        assert path.startswith(("/static/", "/practice/p22-soles-of-the-feet/", "/practice/kept/")), path
    words = page.evaluate(
        """async () => {
          const store = await caches.open("kindcircle kept p22-soles-of-the-feet 60");
          const answers = (await store.matchAll()).filter((one) => one.headers.get("Content-Type").includes("html"));
          return (await Promise.all(answers.map((one) => one.text()))).join();
        }"""
    )
    assert FIRST in words
    for never in ("Ines", group.member.code, "csrf", "data-token", "data-who", "Tuesday circle"):
        assert never not in words
    kept = page.evaluate(
        "[localStorage.length, sessionStorage.length, indexedDB.databases().then((all) => all.length)]"
    )
    assert kept[:2] == [0, 0]


@pytest.mark.parametrize("how", ["Sign out", "Leave this page", "Take it off this phone"])
def test_it_goes_when_somebody_goes(visits: Visits, running_site: RunningSite, group: World, how: str) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    page.context.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="Elsewhere"))
    keep(page)
    if how == "Sign out":
        page.get_by_role("button", name=how).click()
        page.wait_for_url("**/")
    elif how == "Leave this page":
        page.get_by_role("navigation", name="Always here").get_by_role("link", name=how).click()
        expect(page.get_by_text("Elsewhere")).to_be_visible()
    else:
        page.get_by_role("button", name=how).click()
        expect(live(page, "keep-said")).to_have_text("It is not kept here.")
    page.wait_for_timeout(300)
    page.goto("/help/")
    assert stored(page) == {}
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_leaving_without_a_line_takes_it_away_too(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    keep(page)
    page.context.set_offline(True)
    page.goto("/practice/kept/")
    page.evaluate("document.querySelector('[data-leave]').click()")
    page.wait_for_timeout(1_000)
    page.context.set_offline(False)
    page.goto("/help/")
    assert stored(page) == {}


def test_somebody_else_on_the_same_phone_finds_nothing(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    keep(page)
    page.goto(running_site.entry_path(group.members[1]))
    page.goto(CONTACT)
    expect(live(page, "keep-said")).to_have_text("It is not kept here.")
    wait_until(lambda: stored(page) == {}, page, what="the other's store to be gone")


def test_what_is_kept_goes_when_its_words_do_not_suit_any_more(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page = visits.enter(group.member, "/today/", **PHONE)
    keep(page)
    keep_own_way(Choice(zones=("feet",)), member=group.member, by=group.actor(group.member))
    page.goto(FEET)
    expect(live(page, "keep-said")).to_contain_text("You changed how you practise")
    assert stored(page) == {}
    keep(page)
    page.goto("/how-i-practise/")
    expect(live(page, "kept-gone")).to_be_hidden()
    page.get_by_label("feet", exact=True).uncheck()
    page.get_by_role("button", name="Remember this").click()
    expect(live(page, "kept-gone")).to_be_visible()
    assert stored(page) == {}


def test_screen_readers_are_told_what_everything_is(visits: Visits, running_site: RunningSite, group: World) -> None:
    page = visits.enter(group.member, CONTACT, init=AUDIO, bypass_csp=True, reduced_motion="reduce", **PHONE)
    ready(page)
    states = {"before": None, "under way": "Begin", "held": "Pause", "stopped": "Stop here"}
    for state, press in states.items():
        if press:
            page.get_by_role("button", name=press).click()
            page.wait_for_timeout(300)
        found = Axe().run(page).response["violations"]
        assert not found, (state, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found])
    keep(page)
    page.goto("/practice/kept/")
    button = page.get_by_role("button", name="Take it off this phone: Soles of the feet, 1 minute")
    expect(button).to_be_visible()
    assert not Axe().run(page).response["violations"]
    button.click()
    expect(page.get_by_text("Nothing is kept here.")).to_be_visible()
    assert urlsplit(page.url).path == "/practice/kept/"
