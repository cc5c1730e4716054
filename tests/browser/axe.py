"""What axe-core finds on a page. It finds about half of what hinders people: a floor, beside keyboards and eyes."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def found_by_axe(page: Page) -> set[str]:
    """All its rules. The page must have been opened with `bypass_csp`: its policy refuses axe as every stranger.

    From the top of the page: scrolled, a button may lie half under the bar that stays, and is no smaller for that.
    """
    page.evaluate("() => window.scrollTo({ top: 0, behavior: 'instant' })")
    return _found(page, RULES)


def found_by_night(page: Page) -> set[str]:
    """The rules about colour, in the dark; nothing else can differ."""
    page.emulate_media(color_scheme="dark")
    return _found(page, COLOUR)


def _found(page: Page, rules: dict[str, Any]) -> set[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    answer = page.evaluate("(runOnly) => axe.run(document, { runOnly, resultTypes: ['violations'] })", rules)
    return {
        f"{one['id']}: {node['target']} {node['failureSummary'].splitlines()[1].strip()}"
        for one in answer["violations"]
        for node in one["nodes"]
    }
