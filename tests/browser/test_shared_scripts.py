"""The small scripts of every page, in real Chromium: leaving, resting, drafts, sending once, colours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser

NEUTRAL = "<!doctype html><title>Encyclopedia</title><p>Nothing of ours.</p>"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser. The neutral site outside is played by us: tests touch no network."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.route(f"{settings.LEAVE_TO}**", lambda route: route.fulfill(body=NEUTRAL, content_type="text/html"))
    yield context
    context.close()


@contextmanager
def scratch(context: BrowserContext, site: RunningSite, body: str, *, attributes: str = "") -> Iterator[Page]:
    """A page of our site made up for one test, with the real scripts on it."""
    scripts = "".join(
        f'<script src="/static/js/{name}.js" defer></script>'
        for name in ("quick-exit", "page", "once", "draft", "idle-lock", "take-along")
    )
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>My page</title>{scripts}'
        f'<link rel="stylesheet" href="/static/css/frame.css"></head>'
        f'<body {attributes}><main id="main" tabindex="-1">{body}</main></body></html>'
    )
    context.route("**/scratch/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page = context.new_page()
    page.goto(f"{site.url}/scratch/")
    yield page


# --- leaving ---


def test_leaving_hides_the_page_at_once_and_back_shows_nothing(running_site, context):
    world = make_world()
    page = context.new_page()
    page.goto(running_site.url + running_site.entry_path(world.member))
    page.goto(f"{running_site.url}/gallery/")
    # How long from the tap until nothing is drawn; read at the moment the page starts to go.
    page.evaluate(
        """() => new Promise((done) => {
          const link = document.querySelector("[data-leave]");
          const replace = link.dataset.leave;
          link.dataset.leave = "#stay";
          const began = performance.now();
          link.click();
          window.tookMs = performance.now() - began;
          window.hiddenNow = getComputedStyle(document.body).display;
          window.titleNow = document.title;
          link.dataset.leave = replace;
          done();
        })"""
    )
    assert page.evaluate("window.hiddenNow") == "none"
    assert page.evaluate("window.titleNow") == "New page"
    assert page.evaluate("window.tookMs") < 100
    page.evaluate("document.querySelector('[data-leave]').click()")
    page.wait_for_url(f"{settings.LEAVE_TO}**")
    assert page.title() == "Encyclopedia"
    page.wait_for_timeout(300)
    # The session is over on the server too: the member's own page asks to sign in.
    page.goto(f"{running_site.url}/account/factors/")
    assert "/account/login/" in page.url


def test_shift_three_times_leaves_and_typing_capitals_does_not(running_site, context):
    page = context.new_page()
    page.goto(f"{running_site.url}/gallery/")
    box = page.get_by_label("What may we call you?").first
    box.press_sequentially("A B C D E")
    box.press("Shift+A")
    box.press("Shift+B")
    box.press("Shift+C")
    page.wait_for_timeout(200)
    assert page.url.endswith("/gallery/")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(f"{settings.LEAVE_TO}**")


def test_leaving_in_one_tab_takes_the_other_tabs_along(running_site, context):
    one, other = context.new_page(), context.new_page()
    one.goto(f"{running_site.url}/gallery/")
    other.goto(f"{running_site.url}/help/")
    one.locator("a.leave").click()
    other.wait_for_url(f"{settings.LEAVE_TO}**")


def test_leaving_works_without_script(running_site, browser):
    context = browser.new_context(java_script_enabled=False)
    asked = []

    def neutral(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=NEUTRAL, content_type="text/html")

    context.route(f"{settings.LEAVE_TO}**", neutral)
    page = context.new_page()
    page.goto(f"{running_site.url}/help/")
    answer = context.request.get(f"{running_site.url}/leave/", max_redirects=0)
    assert answer.status == 302
    assert answer.headers["location"] == settings.LEAVE_TO
    assert '"storage"' in answer.headers["clear-site-data"]
    assert page.locator("a.leave").get_attribute("href") == "/leave/"
    context.close()


# --- resting ---

LOCK = """<section class="lock" id="lock" data-title="New page" hidden><h1>This page is resting</h1>
<a href="/account/login/" target="_blank">Open it again</a></section>"""
IDLE = 'data-idle-minutes="10" data-lock-url="/lock-here/" data-who="ana" data-token="old"'
FORM = """<form><input type="hidden" name="csrfmiddlewaretoken" value="old">
<textarea name="words" aria-label="Words">my words</textarea></form>"""


def resting_page(context: BrowserContext, site: RunningSite) -> tuple[Page, list[str]]:
    locked = []

    def lock(route: Route) -> None:
        locked.append(route.request.headers.get("x-csrftoken", ""))
        route.fulfill(status=204)

    context.route("**/lock-here/", lock)
    context.route(
        "**/scratch/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>My page</title>'
            f'<link rel="stylesheet" href="/static/css/frame.css">'
            f'<script src="/static/js/idle-lock.js" defer></script></head>'
            f'<body {IDLE}><main tabindex="-1">{FORM}</main>{LOCK}</body></html>',
        ),
    )
    page = context.new_page()
    page.clock.install()
    page.goto(f"{site.url}/scratch/")
    return page, locked


def again(context: BrowserContext, *, who: str) -> None:
    """What the same address answers from now on: signed in as `who`, with a new token."""
    context.unroute("**/scratch/")
    body = f'<!doctype html><html><body data-who="{who}" data-token="new"></body></html>'
    context.route("**/scratch/", lambda route: route.fulfill(body=body, content_type="text/html"))


def test_a_page_left_alone_is_covered_and_the_session_ends(running_site, context):
    page, locked = resting_page(context, running_site)
    page.clock.fast_forward("09:50")
    assert page.get_by_label("Words").is_visible()
    page.clock.fast_forward("00:20")
    assert not page.get_by_label("Words").is_visible()
    assert page.get_by_text("This page is resting").is_visible()
    assert page.title() == "New page"
    assert locked == ["old"]


def test_the_same_person_finds_the_words_again_with_a_fresh_token(running_site, context):
    page, _ = resting_page(context, running_site)
    page.get_by_label("Words").fill("half a sentence")
    page.clock.fast_forward("10:30")
    assert not page.get_by_label("Words").is_visible()
    again(context, who="ana")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_label("Words").wait_for(state="visible")
    assert page.get_by_label("Words").input_value() == "half a sentence"
    assert page.locator("input[name=csrfmiddlewaretoken]").input_value() == "new"
    assert page.title() == "My page"


def test_somebody_else_signing_in_does_not_see_the_words(running_site, context):
    page, _ = resting_page(context, running_site)
    page.clock.fast_forward("10:30")
    again(context, who="ben")
    with page.expect_response("**/scratch/"):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(200)
    assert not page.get_by_label("Words").is_visible()


def test_a_meeting_keeps_the_page_open_and_the_count_begins_when_it_ends(running_site, context):
    page, locked = resting_page(context, running_site)
    page.evaluate("document.querySelector('form').toggleAttribute('data-stays-open', true)")
    page.clock.fast_forward("50:00")
    assert page.get_by_label("Words").is_visible()
    page.evaluate("document.querySelector('form').toggleAttribute('data-stays-open', false)")
    page.clock.fast_forward("09:00")
    assert page.get_by_label("Words").is_visible()
    assert locked == []
    page.clock.fast_forward("02:00")
    assert not page.get_by_label("Words").is_visible()


# --- drafts and sending once ---

DRAFT = """<form data-once method="post" action="/sent/"><input type="hidden" name="csrfmiddlewaretoken" value="t">
<input type="hidden" name="key" value="k-1">
<textarea name="words" aria-label="Words" data-draft="/draft/" data-draft-state="state"></textarea>
<p id="state" role="status" data-say-saved="Saved" data-say-unsaved="Not saved yet – your words are still here"
 data-say-conflict="Changed in another window"></p><button data-busy="Sending …">Send</button></form>"""


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (200, "Saved"),
        (204, "Saved"),
        (409, "Changed in another window"),
        (500, "Not saved yet – your words are still here"),
    ],
)
def test_the_draft_says_truly_how_things_stand(running_site, context, status, sentence):
    sent = []

    def draft(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data))
        route.fulfill(status=status)

    context.route("**/draft/", draft)
    with scratch(context, running_site, DRAFT) as page:
        page.get_by_label("Words").press_sequentially("dear me")
        assert page.get_by_role("status").inner_text() == "Not saved yet – your words are still here"
        with page.expect_response("**/draft/"):
            pass
        page.wait_for_timeout(200)
        assert page.get_by_role("status").inner_text() == sentence
        assert sent[-1] == {"words": ["dear me"], "csrfmiddlewaretoken": ["t"], "key": ["k-1"]}


def test_a_lost_connection_keeps_the_words_and_saves_when_it_is_back(running_site, context):
    sent = []

    def draft(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data)["words"])
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(status=204)

    context.route("**/draft/", draft)
    with scratch(context, running_site, DRAFT) as page:
        page.get_by_label("Words").fill("dear me")
        page.wait_for_timeout(2_000)
        assert page.get_by_role("status").inner_text().startswith("Not saved yet")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.get_by_text("Saved", exact=True).wait_for()
        assert sent == [["dear me"], ["dear me"]]


def test_a_form_pressed_five_times_is_sent_once(running_site, context):
    sent = []
    context.route("**/draft/", lambda route: route.fulfill(status=204))

    def hold(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data)["key"])
        route.fulfill(status=204)  # the page stays, as it does while an answer is on its way

    context.route("**/sent/", hold)
    with scratch(context, running_site, DRAFT) as page:
        page.evaluate("for (let n = 0; n < 5; n++) document.querySelector('button').click()")
        page.wait_for_timeout(300)
        assert page.get_by_role("button").inner_text() == "Sending …"
        assert page.get_by_role("button").get_attribute("aria-disabled") == "true"
        assert sent == [["k-1"]]


STEPS = """<form data-once data-takes-along method="post" action="/sent/"><button name="step" value="rest">Rest</button>
</form><form data-takes-along method="post" action="/sent/"><input type="hidden" name="step" value="check">
<input type="radio" name="wish" value="no" checked><input type="radio" name="wish" value="yes">
<input type="radio" name="stays" value="yes" checked><button>Note</button></form>
<form data-takes-along method="post" action="/sent/"><input name="line" value="as it was">
<input name="more" value="old"><button>Keep</button></form>"""


def test_what_was_ticked_or_typed_in_another_form_goes_along_and_what_nobody_touched_does_not(running_site, context):
    sent = []

    def answer(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data or ""))
        route.fulfill(body="ok", content_type="text/html")

    context.route("**/sent/", answer)
    with scratch(context, running_site, STEPS) as page:
        page.check("input[name=wish][value=yes]")
        page.fill("input[name=line]", "walked in the yard")
        page.click("text=Rest")
        page.wait_for_url("**/sent/")
    assert sent == [{"step": ["rest"], "wish": ["yes"], "line": ["walked in the yard"]}]


def test_a_draft_stays_at_home_once_its_form_was_sent(running_site, context):
    drafts = []
    context.route("**/draft/", lambda route: (drafts.append(1), route.fulfill(status=204)))
    context.route("**/sent/", lambda route: route.fulfill(body="<h1>Kept</h1>", content_type="text/html"))
    with scratch(context, running_site, DRAFT) as page:
        page.get_by_label("Words").fill("dear me")
        page.get_by_role("button").click()
        page.get_by_role("heading", name="Kept").wait_for()
        page.wait_for_timeout(300)
        assert drafts == []


# --- colours ---


def test_the_chosen_colours_stay_and_come_painted_from_the_server(running_site, context):
    page = context.new_page()
    page.goto(f"{running_site.url}/gallery/")
    page.get_by_role("button", name="Dark", exact=True).click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    answer = context.request.get(f"{running_site.url}/gallery/")
    assert 'data-theme="dark"' in answer.text()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.get_by_role("button", name="As on my device").click()
    assert [cookie["name"] for cookie in context.cookies() if cookie["name"] == "theme"] == []


# --- the gallery as a whole ---


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_gallery_has_no_barrier_that_axe_can_see(running_site, browser, scheme, width, direction):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{running_site.url}/gallery/")
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    found = Axe().run(page).response["violations"]
    told = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    assert told == [], json.dumps(told, indent=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_page_of_ours_breaks_no_rule_of_the_content_policy_and_asks_nobody_else(running_site, context):
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{running_site.url}/gallery/")
    page.get_by_role("link", name="Open the dialog").click()
    assert page.get_by_role("dialog").is_visible()
    page.get_by_role("button", name="Go on").click()
    assert said == []
    assert [url for url in asked if not url.startswith(running_site.url)] == []


def test_focus_is_never_hidden_under_the_bar(running_site, context):
    page = context.new_page()
    page.goto(f"{running_site.url}/gallery/")
    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const one = document.activeElement, box = one.getBoundingClientRect();
              const bar = document.querySelector(".always");
              if (bar.contains(one) || one === document.body || !box.height) return "";
              const edge = bar.getBoundingClientRect().top;
              return box.top >= edge || box.bottom <= 0 ? one.outerHTML.slice(0, 90) : "";
            }"""
        )
        if covered:
            hidden.append(covered)
    assert hidden == []


def test_every_target_is_at_least_44_high(running_site, context):
    page = context.new_page()
    page.goto(f"{running_site.url}/gallery/")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .choice, .scale-mark, nav a, summary")]
          .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
          .map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_nothing_has_a_duration_when_movement_is_unwelcome(running_site, browser):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{running_site.url}/gallery/")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
          const style = getComputedStyle(one);
          return style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0)
            || style.animationName !== "none";
        }).length"""
    )
    assert moving == 0
    context.close()
