"""The journal in a real browser: two tabs, a sheet drawn on by finger and by keys, a quiet word after a while."""

import json

import pytest
from playwright.sync_api import Page, expect

from kindcircle.rooms.writing import bodies
from kindcircle.rooms.writing.actions import open_entry
from kindcircle.rooms.writing.journal import open_added
from kindcircle.rooms.writing.models import Draft, JournalEntry
from kindcircle.spec import strokes
from tests.browser.helpers import PHONE, Line, Visits, wait_until
from tests.browser.phone import say_yes, waiting
from tests.browser.test_sealed import WORD, secure, turn_on
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser
FREE = "/journal/new/free/"


def entry_of(world: World) -> tuple[JournalEntry, str]:
    entry = JournalEntry.objects.get(author=world.member)
    return entry, open_entry(entry=entry, by=world.actor(world.member))


def sheet_of(page: Page) -> list[list[int]]:
    return json.loads(page.locator("#drawing").input_value() or "[]")


def test_two_tabs_of_one_kind_are_told_and_neither_loses_a_word(visits: Visits, group: World) -> None:
    first = visits.enter(group.member, FREE, **PHONE)
    second = first.context.new_page()
    second.goto(FREE)
    first.get_by_label("What is there?").fill("From the first tab.")
    expect(first.locator("#text-state")).to_have_text("Kept as a draft.")
    second.get_by_label("What is there?").fill("From the second tab.")
    expect(second.locator("#text-state")).to_contain_text("open on another page")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Saved. Only you can read it.")).to_be_visible()
    first.reload()
    expect(first.get_by_label("What is there?")).to_have_value("From the first tab.")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("Saved. Only you can read it.")).to_be_visible()
    assert JournalEntry.objects.filter(author=group.member).count() == 2
    assert not Draft.objects.filter(author=group.member).exists()


def test_a_sheet_is_drawn_on_by_finger_outlives_the_page_and_is_seen_again(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, FREE, **PHONE)
    page.get_by_text("Draw it, instead or as well").click()
    sheet = page.locator("[data-paper-sheet]")
    sheet.scroll_into_view_if_needed()
    edge = sheet.bounding_box()
    assert edge is not None
    touch = page.context.new_cdp_session(page)
    spots = [(0.2, 0.2), (0.3, 0.22), (0.4, 0.24), (0.5, 0.5), (0.6, 0.8)]
    places = [{"x": edge["x"] + x * edge["width"], "y": edge["y"] + y * edge["height"]} for x, y in spots]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places[:1]})
    for place in places[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(sheet.locator("path")).to_have_count(1)
    (line,) = sheet_of(page)
    assert line[0] == strokes.LINE and len(line) >= 3 + 2 * 2
    expect(page.locator("#drawing-state")).to_have_text("Kept as a draft.")

    # The page is gone, as after a crash. The sheet is there again, and so it is on the page of the entry.
    page.goto("about:blank")
    page.goto(FREE)
    expect(page.locator("[data-paper-sheet] path")).to_have_count(1)
    assert sheet_of(page) == [line]
    page.get_by_label("What is on the sheet").fill("A way down a hill")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    entry, body = entry_of(group)
    assert strokes.written(bodies.drawing_of(body)) == json.dumps([line], separators=(",", ":"))
    page.goto(f"/journal/{entry.code}/")
    drawn = page.get_by_role("img", name="A way down a hill")
    expect(drawn).to_be_visible()
    expect(drawn.locator("path")).to_have_count(1)
    assert not visits.seen[page].complaints


def test_a_sheet_is_filled_and_changed_by_keys_alone(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, FREE)
    said = page.locator("[data-paper-said]")

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")

    page.locator("#paper > summary").focus()
    page.keyboard.press("Enter")
    press("Gold")
    press("Wide")
    press("Heart")
    expect(said).to_have_text("Heart: on the sheet.")
    ((tool, ink, size, x, y),) = sheet_of(page)
    assert (strokes.SHAPES[tool - 1][0], strokes.INKS[ink][0], size) == ("heart", "gold", 2)
    press("Right")
    expect(said).to_have_text("Moved.")
    assert sheet_of(page) == [[tool, ink, size, x + 40, y]]
    press("Begin with an empty sheet")
    expect(said).to_contain_text("The sheet is empty.")
    assert sheet_of(page) == []
    press("Take the last one back")
    assert sheet_of(page) == [[tool, ink, size, x + 40, y]]
    press("Save")
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    _, body = entry_of(group)
    assert len(bodies.drawing_of(body)) == 1


def test_after_a_while_one_quiet_word_and_never_twice(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, "/today/")
    page.clock.install()
    page.goto(FREE)
    line = page.locator("[data-enough-minutes] [role=status]")
    box = page.get_by_label("What is there?")
    for _ in range(4):  # whoever writes is not away: the page is not covered
        expect(line).to_be_hidden()
        box.press_sequentially("Going on. ")
        page.clock.fast_forward("05:00")
    page.clock.fast_forward("00:05")
    expect(line).to_contain_text("This may be enough for today.")
    # It holds nothing back, and goes when it is put away.
    expect(page.get_by_label("What is there?")).to_be_editable()
    page.get_by_role("button", name="Put this away").click()
    page.clock.fast_forward("04:00")
    expect(line).to_have_count(0)

    page.goto(f"{FREE}?seconds=300")
    page.clock.fast_forward("05:01")
    expect(line).to_contain_text("This may be enough for today.")


# What stands in for a browser that turns speech into words: where, and whether it keeps it on the device.
HEARING = """
  window.asked = [];
  window.SpeechRecognition = class extends EventTarget {
    constructor() { super(); this.processLocally = false; }
    static async available(how) { window.asked.push(how); return "%s"; }
    start() {
      window.local = this.processLocally;
      const result = Object.assign([{ transcript: " so tired today" }], { isFinal: true });
      const event = Object.assign(new Event("result"), { results: [result], resultIndex: 0 });
      setTimeout(() => this.dispatchEvent(event), 50);
    }
    stop() { this.dispatchEvent(new Event("end")); }
    abort() { this.stop(); }
  };
"""


def test_speech_becomes_words_only_where_the_device_does_it_by_itself(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, FREE, init=HEARING % "available")
    button = page.get_by_role("button", name="Speak it").first
    button.click()
    expect(page.get_by_label("What is there?")).to_have_value("so tired today")
    assert page.evaluate("window.local") is True
    assert page.evaluate("window.asked")[0]["processLocally"] is True
    page.get_by_role("button", name="Stop listening").click()
    expect(page.locator("#text-state")).to_have_text("Kept as a draft.")
    for where in ("downloadable", "unavailable"):
        other = visits.enter(group.member, FREE, init=HEARING % where)
        expect(other.get_by_text("small microphone on their keyboard")).to_be_visible()
        expect(other.get_by_role("button", name="Speak it")).to_have_count(0)


VOICE = """
  window.said = [];
  const own = { name: "Own", lang: "en-GB", localService: true, default: false, voiceURI: "own" };
  Object.defineProperty(speechSynthesis, "getVoices", { value: () => [own] });
  Object.defineProperty(speechSynthesis, "speak", { value: (one) => window.said.push(one.text) });
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
"""


def test_an_entry_is_read_out_by_the_device(visits: Visits, group: World) -> None:
    page = visits.enter(group.member, FREE, init=VOICE)
    page.get_by_label("What is there?").fill("Rain all day\n\nand tea")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    page.goto(f"/journal/{entry_of(group)[0].code}/")
    page.get_by_role("button", name="Read it to me").click()
    assert page.evaluate("window.said") == ["What is there? Rain all day. and tea."]


def test_a_drawing_and_lines_added_later_are_locked_under_ones_own_key_too(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    page, sent = secure(visits, group.member, "/journal/", running_site, **PHONE)
    turn_on(page)
    page.goto("/journal/new/free/")
    page.get_by_label("What is there?").fill(f"A {WORD} by the river")
    page.get_by_text("Draw it, instead or as well").click()
    page.get_by_role("button", name="Heart").click()
    marks = page.locator("#drawing").input_value()
    expect(page.locator("#drawing-state")).to_have_text("Kept as a draft.")
    page.reload()
    expect(page.locator("[data-paper-sheet] path")).to_have_count(1)
    page.get_by_label("What is on the sheet").fill(f"A heart and a {WORD}")
    page.get_by_text("A bit easier").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()

    # It is read and drawn again where the key is open, and lines put under it are locked as well.
    page.locator("main .list a").first.click()
    expect(page.get_by_text(f"A {WORD} by the river")).to_be_visible()
    expect(page.get_by_text(f"A heart and a {WORD}")).to_be_visible()
    expect(page.locator("[data-drawing] svg path")).to_have_count(1)
    expect(page.get_by_text("A bit easier")).to_be_visible()
    page.get_by_role("textbox", name="Lines from today").fill(f"The {WORD} came back")
    page.get_by_role("button", name="Add these lines").click()
    expect(page.get_by_text("Added. What stood there before is as it was.")).to_be_visible()
    expect(page.get_by_text(f"The {WORD} came back")).to_be_visible()

    entry, body = entry_of(group)
    (added,) = open_added(entry=entry, by=group.actor(group.member))
    for kept in (body, added.words):
        assert WORD not in kept and marks not in kept and kept.startswith("kc1.")
    assert sent.holds(WORD) == [] and sent.holds(marks) == []


def test_any_kind_of_entry_and_its_drawing_outlive_a_line_that_went(
    visits: Visits, running_site: RunningSite, group: World
) -> None:
    """The page was open when the line went; saving puts it aside on the phone, and it comes as the kind that it was."""
    with Line(running_site) as line:
        page = visits.enter(group.member, "/today/", url=line.url, **PHONE)
        say_yes(page)
        page.goto("/journal/new/friend/")
        line.cut()
        page.locator("#friend").fill("I made her tea.")
        expect(page.get_by_text("Kept on this phone, sealed.").first).to_be_visible()
        page.get_by_text("Draw it, instead or as well").click()
        page.get_by_role("button", name="Wave").click()
        page.get_by_text("About the same", exact=True).click()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**/phone/write/**")
        line.mend()
        page.goto("/today/")
        wait_until(lambda: waiting(page) == 0, page, what="the words to come", within=20)
    entry, body = entry_of(group)
    assert entry.kind == "friend"
    assert bodies.boxes_of(body)["friend"] == "I made her tea."
    assert len(bodies.drawing_of(body)) == 1
