"""What stands beside a meeting of the week after it: numbers only of what those who lead may read one by one."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from kindcircle.base.people.models import User
from kindcircle.rooms.feedback.queries import CheckIn, check_ins
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.models import Score
from kindcircle.rooms.research.report import cohort_report
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.released import release
from tests.content import own
from tests.rooms.measures.sheets import bring_wording, send, sheet
from tests.world import World

WEEK = """  - occasion: session
    moment: between
    instruments: [wcc-6, who-5, alliance-pulse]
"""


@pytest.fixture
def world(world: World, settings: Settings, tmp_path: Path) -> World:
    """The house's own programme asks three things each week, and the pulse before and at the end as well."""
    settings.SITE_CONTENT = tmp_path / "content"
    shelf = own.write(settings.SITE_CONTENT)
    own.plant(shelf, own.FRAME, "  - occasion: post\n", WEEK + "  - occasion: post\n")
    for _ in range(2):
        own.plant(
            shelf, own.FRAME, "instruments: [scs-sf-12, who-5]", "instruments: [scs-sf-12, who-5, alliance-pulse]"
        )
    release(shelf)
    Group.objects.filter(pk=world.group.pk).update(programme="five-weeks", programme_version="1")
    world.group.refresh_from_db()
    world.gathering.refresh_from_db()
    bring_wording(world, "who-5")
    return world


def answered(world: World, instrument: str, member: User, value: int, occasion: str = "weekly") -> None:
    meeting = world.gathering if occasion == "weekly" else None
    one = sheet(
        world, instrument, member=member, occasion=occasion, gathering=meeting, closes_at=world.at + timedelta(days=7)
    )
    send(world, one, {item.id: value for item in load_instrument(instrument).items})


def weeks(world: World, people: int) -> dict[str, CheckIn]:
    for instrument in ("wcc-6", "who-5", "alliance-pulse"):
        for member in world.members[:people]:
            answered(world, instrument, member, 3)
    return {one.instrument: one for one in check_ins(world.gathering)}


def test_a_number_of_our_own_sheets_a_count_of_others_and_nothing_of_the_pulse(world: World) -> None:
    found = weeks(world, 5)
    assert set(found) == {"wcc-6", "who-5"}, "how a group is together is told in words, and elsewhere"
    ours = found["wcc-6"].spread
    assert ours is not None and ours.low == ours.middle == ours.high
    other = found["who-5"]
    assert (other.answered, other.spread) == (5, None), "single answers to it are nobody else's to open"


def test_below_five_answers_there_are_counts_alone(world: World) -> None:
    found = weeks(world, 4)
    assert [(one.answered, one.spread) for one in found.values()] == [(4, None), (4, None)]


def test_the_report_of_a_group_leaves_the_pulse_out(world: World) -> None:
    for member in world.members:
        for occasion in ("baseline", "after"):
            answered(world, "alliance-pulse", member, 8, occasion)
    assert Score.objects.filter(response__assignment__group=world.group, scale="whole").count() == 16
    found = cohort_report(group=world.group, by=world.actor(world.facilitator), at=world.at)
    assert {one.instrument for one in found.outcomes} == {"scs-sf-12", "who-5"}
