"""With the few colours that somebody has set for all pages: words, focus, what is chosen and shapes stay visible."""

import pytest
from playwright.sync_api import Page

from tests.browser.helpers import DESK, Visits, wait_until
from tests.browser.pages import stops
from tests.browser.scene import Scene
from tests.site import RunningSite

pytestmark = pytest.mark.browser

NAMES = {
    "member:today", "member:practice", "member:hard-day", "member:check", "member:journal-new", "member:letter-new",
    "member:gathering", "member:own-way", "member:privacy", "help", "language", "mailing:wishes",
}  # fmt: skip
# Words in the colour of what lies behind them: their own background, or the plate that browsers lay behind words.
UNSEEN = """
() => {
  const probe = document.createElement("i");
  probe.style.cssText = "color: Canvas; forced-color-adjust: none";
  document.body.append(probe);
  const canvas = getComputedStyle(probe).color;
  probe.remove();
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba\\(.*, 0\\)$|transparent/.test(colour)) return colour;
    }
    return canvas;
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words || !one.checkVisibility() || one.closest("script, style")) continue;
    const style = getComputedStyle(one);
    const plate = style.forcedColorAdjust === "none" ? behind(one) : canvas;
    if (style.color === plate) found.push(one.outerHTML.slice(0, 100));
  }
  return found;
}
"""


def has_outline(page: Page, selector: str) -> bool:
    """Whether whoever comes here by the keyboard sees where they are."""
    style: str = page.locator(selector).first.evaluate(
        "(one) => { one.focus({ focusVisible: true }); const s = getComputedStyle(one);"
        " return `${s.outlineStyle} ${parseFloat(s.outlineWidth) >= 2}`; }"
    )
    return "none" not in style and style.endswith("true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_lost_in_forced_colours(
    visits: Visits, running_site: RunningSite, scene: Scene, scheme: str
) -> None:
    context = visits.context(forced_colors="active", color_scheme=scheme, reduced_motion="reduce", **DESK)
    page = visits.page(context)
    page.goto(running_site.entry_path(scene.people["member"]))
    looked_at, found = 0, []
    for stop in [stop for stop in stops() if stop.who == "member" and stop.name in NAMES and stop.steps is None]:
        page.goto(stop.path(scene))
        looked_at += 1
        found += [f"{stop.id}: {one}" for one in page.evaluate(UNSEEN)]
        found += [f"{stop.id}: no focus on {what}" for what in (".always a", ".brand") if not has_outline(page, what)]
    assert looked_at >= len(NAMES)
    assert not found, "\n".join(found)


def test_a_planted_unseen_word_is_found(visits: Visits) -> None:
    page = visits.page(visits.context(forced_colors="active", bypass_csp=True, **DESK))
    page.goto("/help/")
    page.add_style_tag(content="h1 { color: Canvas; background: CanvasText }")
    assert any(one.startswith("<h1") for one in page.evaluate(UNSEEN))


def test_what_is_chosen_and_the_shape_to_breathe_with_stay_visible(
    visits: Visits, running_site: RunningSite, scene: Scene
) -> None:
    page = visits.page(visits.context(forced_colors="active", **DESK))
    page.goto(running_site.entry_path(scene.people["member"]))
    page.goto("/mail/")
    free = page.locator(".choice:has([type=radio]):not(:has(:checked)) input").first.get_attribute("id")
    choice = page.locator(f".choice:has(#{free})")
    colour = "(one) => getComputedStyle(one).backgroundColor"
    before = choice.evaluate(colour)
    choice.locator("input").check(force=True)
    wait_until(lambda: choice.evaluate(colour) != before, page, what="the colour of what is chosen")
    page.goto("/practice/p01-three-part-pause/")
    line = page.locator(".ring-line").first
    assert line.evaluate("(one) => getComputedStyle(one).stroke") not in ("none", "rgba(0, 0, 0, 0)")
