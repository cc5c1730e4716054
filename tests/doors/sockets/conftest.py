"""A gathering on the running site, with a member whose name must not travel."""

from collections.abc import Iterator

import pytest

from kindcircle.rooms.groups.models import Membership
from tests.rooms.live.stage import Stage
from tests.site import RunningSite
from tests.world import World, join, make_person, make_world

CANARY = "Zaunkoenig"


@pytest.fixture(scope="module")
def people(running_site: RunningSite) -> Iterator[tuple[World, World]]:
    """Two organisations. In the first a member carries a name that must never reach another member's device."""
    with running_site.database():
        here, elsewhere = make_world(), make_world()
    yield here, elsewhere


@pytest.fixture
def stage(running_site: RunningSite) -> Stage:
    """A gathering of its own, open, with one member whose name is a canary."""
    world = make_world(members=3)
    canary = make_person(world.organisation, CANARY, at=world.at)
    join(world.group, canary, Membership.Role.MEMBER, at=world.at)
    world.members.append(canary)
    stage = Stage(world)
    stage.open()
    return stage
