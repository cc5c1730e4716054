"""Long words, words from right to left, large words, wide words: no page of a member or a visitor breaks or loses any.

Pages are made in a language that nobody speaks (`pseudo`), at the width that 400 % zoom leaves of a usual screen.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route

from kindcircle.base.people.models import User
from tests.browser.helpers import Visits
from tests.browser.pages import Stop, stops
from tests.browser.pseudo import OPEN, nobody_speaks_so, pseudo
from tests.browser.scene import Scene
from tests.site import RunningSite
from tests.world import make_world

pytestmark = pytest.mark.browser

# 1280 px at 400 % zoom.
ZOOMED: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "reduced_motion": "reduce"}
# What people set who need more room between lines, letters, words and paragraphs (WCAG 1.4.12).
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }
"""
BROKEN = """
(what) => {
  const found = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > window.innerWidth + 1) {
    const past = [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < -1);
    });
    found.push(`${what}: scrolls sideways to ${wide}: ` + past.slice(-2).map((one) => one.outerHTML.slice(0, 90)));
  }
  for (const one of document.querySelectorAll("main *, header *, footer *")) {
    const style = getComputedStyle(one);
    const hidden = style.overflowX === "hidden" || style.overflowX === "clip";
    const unseen = one.clientWidth <= 1 || one.closest("svg, .unseen, .skip, [hidden], [type=file]");
    if (one.matches("input[value]")) continue; // what stands in a box of one line moves under the caret
    if (hidden && !unseen && one.scrollWidth > one.clientWidth + 1) {
      found.push(`${what}: cut: ${one.outerHTML.slice(0, 90)}`);
    }
  }
  return found;
}
"""
WORDS = """
() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.parentElement.closest("script, style, svg, textarea, [translate=no]")) found.push(node.data.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [alt], [title]")) {
    for (const name of ["aria-label", "placeholder", "alt", "title"]) found.push(one.getAttribute(name) || "");
  }
  return found;
}
"""
# Letters and a text of consent are put together from what people wrote and what a house filled in.
# A questionnaire whose words a house brought in has made-up lines here.
OF_MANY_PIECES = ("member:consent", "application-answer", "member:check-as-member-brought")
A_SECRET = re.compile(r"[A-Z2-7]{32}")


def plain(words: str) -> str:
    """The words alone, to compare by."""
    return " ".join(re.findall(r"\w+", words.replace("_", " "))).lower()


@cache
def known() -> str:
    """All that may stand on a page and is no sentence of ours: the content, what the scene's people wrote, the zones.

    The people of the scene wrote what stands in these very tests.
    """
    files = [*(settings.PACKAGE / "content").rglob("*.*"), *Path(__file__).parents[1].rglob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files if file.suffix in {".yaml", ".md", ".py"}]
    return f" {plain(' '.join((*texts, *available_timezones())))} "


def never_given(words: str, stop: str) -> list[str]:
    """The pieces of what stands on a page that no translator was given, and that nobody wrote either."""
    if OPEN in words or stop.startswith(OF_MANY_PIECES):
        return []
    pieces = [piece for piece in re.split(r": | \u00b7 |\n|(?<=[.!?]) ", words) if re.search(r"[A-Za-z]{2}", piece)]
    return [piece for piece in pieces if f" {plain(piece)} " not in known() and not A_SECRET.fullmatch(piece)]


def own_stops() -> list[Stop]:
    """Pages of members, of people who ask to come, and of visitors."""
    staff = ("facilitator", "lead", "operator", "somebody who", "screener", "colleague")
    return [stop for stop in stops() if stop.steps is None and not any(word in stop.who for word in staff)]


def made(client: Client, path: str) -> str:
    """The page as the server makes it in the language that nobody speaks."""
    with nobody_speaks_so():
        return client.get(path, follow=True).content.decode()


def show(page: Page, html: str) -> None:
    """Put this page before the browser at an address of ours, with the looks and scripts of the running site."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route("**/looked-at/", answer)
    page.goto("/looked-at/", wait_until="load")
    page.unroute("**/looked-at/")


def test_the_pseudo_language_keeps_gaps_and_tags() -> None:
    assert pseudo("Hello, <b>%(name)s</b> at {time}").startswith(f"{OPEN}\u200eH\u00e9ll\u00f6, <b>%(name)s</b>")
    assert pseudo("%(n)s") == "%(n)s"
    assert pseudo(" and ")[0] == pseudo(" and ")[-1] == " "
    assert len(pseudo("A sentence of forty letters, more or less")) >= 56


def test_a_planted_sentence_is_found() -> None:
    written_by_nobody = "gnidaeh dettogrof A"[::-1]
    assert never_given(written_by_nobody, "member:today") == [written_by_nobody]
    assert never_given("Africa/Addis Ababa", "mailing:wishes") == []
    assert never_given(pseudo("Hello there"), "member:today") == []


def test_no_page_breaks_in_a_long_language(visits: Visits, running_site: RunningSite, scene: Scene) -> None:
    """Left to right, right to left, and with the spacing that some people need; each at 400 % zoom."""
    found: list[str] = []
    words: list[tuple[str, str]] = []
    clients: dict[str, Client] = {}
    page = visits.page(visits.context(bypass_csp=True, **ZOOMED))
    looked_at = own_stops()
    assert len(looked_at) > 60
    for stop in looked_at:
        client = clients.get(stop.who)
        if client is None:
            client = clients[stop.who] = Client()
            user = visits.who(scene, stop.who)
            if user is not None:
                client.force_login(user)
        html = made(client, stop.path(scene))
        assert OPEN in html, stop.id
        show(page, html)
        words += [(stop.id, one) for one in page.evaluate(WORDS)]
        found += [f"{stop.id}: {one}" for one in page.evaluate(BROKEN, "left to right")]
        page.evaluate("document.documentElement.dir = 'rtl'")
        found += [f"{stop.id}: {one}" for one in page.evaluate(BROKEN, "right to left")]
        page.add_style_tag(content=SPACED)
        found += [f"{stop.id}: {one}" for one in page.evaluate(BROKEN, "spaced")]
    strangers = {f"{stop}: {piece}" for stop, said in words for piece in never_given(said, stop)}
    assert not strangers, "no translator was ever given:\n" + "\n".join(sorted(strangers))
    assert not found, f"{len(found)} things on {len(looked_at)} pages:\n" + "\n".join(found)


def test_arrows_turn_with_the_way_of_reading(visits: Visits, running_site: RunningSite, scene: Scene) -> None:
    """A door out, a way back and a start point the other way; a pen, a bell and the ring stay as they are."""
    page = visits.page(visits.context(**ZOOMED))
    page.goto(running_site.entry_path(scene.people["member"]))
    page.goto("/hard-day/")
    turned = "(one) => getComputedStyle(one).scale"
    back, hand = page.locator(".back .icon").first, page.locator(".help-now .icon").first
    assert (back.evaluate(turned), hand.evaluate(turned)) == ("none", "none")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert (back.evaluate(turned), hand.evaluate(turned)) == ("-1 1", "none")


TWO_VOICES = """
window.said = [];
const voices = ["de-DE", "en-GB"].map((lang) => ({ lang, localService: true, default: false }));
window.SpeechSynthesisUtterance = class { constructor(words) { this.words = words; } addEventListener() {} };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices, cancel() {}, addEventListener() {}, speak: (one) => window.said.push([one.lang, one.words]),
} });
"""


def test_a_page_is_read_aloud_each_language_in_its_own_voice(visits: Visits, running_site: RunningSite) -> None:
    """Whoever asked for few words reads German; the practice is in English. Each is said as what it is."""
    member = make_world().member
    User.objects.filter(pk=member.pk).update(language="de")
    page = visits.enter(member, "/today/", init=TWO_VOICES)
    page.goto("/language/")
    page.get_by_role("button", name="Weniger Worte, mit Bildern und Stimme").click()
    page.goto("/practice/p22-soles-of-the-feet/")
    page.get_by_role("button", name="Diese Seite vorlesen").click()
    said = page.evaluate("window.said")
    assert [one for one in said if one[0] == "de-DE" and "Hör zu." in one[1]]
    assert [one for one in said if one[0] == "en-GB" and "Soles of the feet" in one[1]]
    assert not [one for one in said if one[0] == "de-DE" and "Soles of the feet" in one[1]]
