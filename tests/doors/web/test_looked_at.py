"""Opening a page with results counts as a look at what it shows, on either side; never who looked."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.feedback.looks import unseen_in
from kindcircle.rooms.feedback.models import LastLook
from tests.doors.web.member.people import signed_in
from tests.rooms.feedback.test_looks import answered
from tests.world import World, make_world


@pytest.fixture
def unseen(db: None) -> World:
    """Three answers in the weeks that have gone by, and nobody who looked."""
    world = make_world(members=1, at=clock.now() - timedelta(weeks=6))
    for number in range(3):
        answered(world, number)
    assert [one.instrument for one in unseen_in(world.group, by=world.actor(world.facilitator))] == ["wcc-6"]
    return world


@pytest.mark.parametrize(
    ("seat", "path", "side"),
    [
        ("member", "/my-course/", "member"),
        ("member", "/my-course/{place}/", "member"),
        ("member", "/my-course/{place}/?measure=wcc-6.balance", "member"),
        ("facilitator", "/desk/groups/{group}/report/", "leading"),
    ],
)
def test_a_page_with_results_is_a_look(unseen: World, seat: str, path: str, side: str) -> None:
    place = unseen.group.memberships.get(user=unseen.member)
    LastLook.objects.all().delete()
    where = path.format(place=place.code, group=unseen.group.code)
    assert signed_in(getattr(unseen, seat)).get(where).status_code == 200
    assert set(LastLook.objects.filter(group=unseen.group, instrument="wcc-6").values_list("side", flat=True)) == {side}
    row = LastLook.objects.get(group=unseen.group, instrument="wcc-6")
    assert not any(field.name in ("user", "by", "member") for field in row._meta.get_fields())


@pytest.mark.parametrize("path", ["/desk/", "/desk/groups/{group}/", "/desk/tasks/"])
def test_a_page_without_results_is_none(unseen: World, path: str) -> None:
    assert signed_in(unseen.facilitator).get(path.format(group=unseen.group.code)).status_code == 200
    assert not LastLook.objects.filter(group=unseen.group).exists()
