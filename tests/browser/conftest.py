"""What journeys in real browsers share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kindcircle.base.lib import clock
from tests.browser import helpers
from tests.browser.helpers import Visits
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.scene import Scene


@pytest.fixture(scope="session")
def scene(running_site: RunningSite) -> "Scene":
    """A house with something on every page. Tests look at it and change nothing that others look at."""
    from tests.browser.scene import make_scene

    with running_site.database():
        return make_scene()


@pytest.fixture
def visits(browser: "Browser", running_site: RunningSite) -> Iterator[Visits]:
    """Browsers for as many people as the story has."""
    yield from helpers.visits(browser, running_site)


@pytest.fixture
def group(running_site: RunningSite) -> World:
    """A group of this test's own, in the middle of its course."""
    return mid_course(clock.now())
