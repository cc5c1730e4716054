"""The very first page of an empty site: in a home of its own, from the link that `kindcircle init` prints."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import found_by_axe, found_by_night
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite

pytestmark = pytest.mark.browser

KINDCIRCLE = Path(sys.executable).parent / "kindcircle"


class EmptySite(RunningSite):
    """A site that nobody has set up yet, with its own home, keys and database."""

    def __init__(self, home: Path) -> None:
        super().__init__(home=home, database_access=nullcontext)
        home.mkdir()
        said = subprocess.run(
            [str(KINDCIRCLE), "init"], env=self.environment(), capture_output=True, text=True, timeout=120, check=True
        )
        self.link = said.stdout.split()[-1]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINDCIRCLE_", "DJANGO_"))}
        return kept | {"KINDCIRCLE_HOME": str(self.home), "PORT": str(self.port)}


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[EmptySite]:
    site = EmptySite(tmp_path / "home")
    site.start()
    yield site
    site.stop()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_first_person_sets_the_house_up(browser: Browser, empty_site: EmptySite, screen: dict[str, Any]) -> None:
    visits = Visits(browser, empty_site)
    page = visits.page(visits.context(bypass_csp=True, reduced_motion="reduce", **screen))
    page.goto(empty_site.link)
    assert found_by_axe(page) == set()
    assert found_by_night(page) == set()

    # Something is still missing: what was typed stays, and nothing is set up yet.
    page.get_by_label("Name of your organisation").fill("The Lime House")
    page.get_by_label("Country, in two letters").fill("Britain")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_role("button", name="Set up the site").click()
    expect(page.get_by_text("Please write two letters, such as GB.").first).to_be_visible()
    expect(page.get_by_label("Name of your organisation")).to_have_value("The Lime House")
    assert found_by_axe(page) == set()

    for label, words in {
        "Country, in two letters": "GB",
        "Your name": "Odile",
        "Your e-mail address": "odile@example.org",
        "Emergency number": "999",
        "A help line people can call": "Night line",
        "Its number": "0300 555 0100",
        "When it answers": "Day and night",
        "Where you confirmed it": "Their own page",
    }.items():
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Set up the site").click()

    # In, with a second key still to set up; and the first page is no more, for anybody.
    expect(page.get_by_role("heading", name="Keys of your account")).to_be_visible()
    stranger = visits.page(visits.context(**screen))
    answer = stranger.goto(empty_site.link)
    assert answer is not None and answer.status == 404
    visits.leave()
