"""A group starts with a site's own programme once it is released, and stays on the words it started with."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from kindcircle.base.access import SYSTEM
from kindcircle.doors.cli import safe_start
from kindcircle.rooms.groups.actions.places import start_group
from kindcircle.rooms.groups.errors import UnknownProgramme
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.spec.released import release
from tests.content import own
from tests.world import World


@pytest.fixture
def shelf(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """The site's own words, in the folder that the settings name."""
    settings.SITE_CONTENT = tmp_path / "content"
    yield own.write(settings.SITE_CONTENT)


def start(world: World) -> Group:
    return start_group(
        organisation=world.organisation,
        name="Ours",
        programme="five-weeks",
        programme_version="1",
        zone="Europe/Oslo",
        first_at=world.at.astimezone(ZoneInfo("Europe/Oslo")),
        owner=world.facilitator,
        backup=world.facilitators[1],
        place="Room 2",
        by=SYSTEM,
        at=world.at,
    )


def test_nobody_starts_with_a_draft(shelf: Path, world: World) -> None:
    with pytest.raises(UnknownProgramme):
        start(world)
    assert not Group.objects.filter(programme="five-weeks").exists()


def test_a_released_programme_of_the_site_starts_a_group(shelf: Path, world: World) -> None:
    release(shelf)
    group = start(world)
    assert Gathering.objects.filter(group=group).count() == 5
    assert programme_of(group).title == "Five weeks"


def test_a_later_version_changes_nothing_for_a_group_under_way(shelf: Path, world: World) -> None:
    release(shelf)
    group = start(world)
    for file in (shelf / own.PROGRAMME).iterdir():
        later = shelf / "programmes" / "five-weeks" / "2" / file.name
        later.parent.mkdir(exist_ok=True)
        text = file.read_text(encoding="utf-8").replace('version: "1"', 'version: "2"').replace("Five weeks", "Anew")
        later.write_text(text, encoding="utf-8")
    assert programme_of(group).title == "Five weeks"


def test_a_site_does_not_start_when_a_running_group_lost_a_practice(shelf: Path, world: World) -> None:
    own.put(shelf, 2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 120")
    release(shelf)
    start(world)
    assert safe_start.lost_definition() is None
    (shelf / own.CUP).unlink()
    sentence = safe_start.lost_definition()
    assert sentence is not None
    assert "five-weeks version 1 names p90-slow-cup version 1" in sentence
    (shelf / own.FRAME).unlink()
    assert "five-weeks version 1, and it is not there" in str(safe_start.lost_definition())
